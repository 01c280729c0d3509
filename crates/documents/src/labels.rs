//! What stands beside the facts, in each language of documents.

use domain::ledger::Mode;
use domain::money::Language;

macro_rules! labels {
    ($($name:ident: $english:literal, $hindi:literal;)*) => {
        /// The words of one language.
        #[derive(Clone, Copy, Debug)]
        pub struct Labels {
            $(pub $name: &'static str,)*
        }

        impl Labels {
            pub fn of(language: Language) -> Self {
                match language {
                    Language::English => Self { $($name: $english,)* },
                    Language::Hindi => Self { $($name: $hindi,)* },
                }
            }
        }
    };
}

labels! {
    receipt: "Receipt", "रसीद";
    statement: "Statement of account", "खाता विवरण";
    number: "Receipt no.", "रसीद संख्या";
    provisional: "Provisional receipt: its number is given when the payment reaches the office.",
        "अस्थायी रसीद: स्थायी संख्या भुगतान दर्ज होने पर मिलेगी।";
    provisional_number: "provisional", "अस्थायी";
    reversed: "Reversed: this receipt is not valid any more.", "रद्द: यह रसीद अब मान्य नहीं है।";
    is_reversed: "reversed", "रद्द";
    outdone: "another reversal counts", "दूसरा रद्दीकरण मान्य है";
    why: "Reason", "कारण";
    day: "Date", "दिनांक";
    from: "Received from", "भुगतानकर्ता";
    received_sum: "Sum received", "प्राप्त राशि";
    in_words: "In words", "शब्दों में";
    mode: "Paid by", "माध्यम";
    reference: "Reference", "संदर्भ संख्या";
    note: "Note", "टिप्पणी";
    by: "Received by", "प्राप्तकर्ता";
    package: "Package", "पैकेज";
    paid: "Paid so far", "अब तक भुगतान";
    left: "Left to pay", "शेष राशि";
    over: "Paid beyond the package", "अतिरिक्त भुगतान";
    tax: "Tax no.", "कर संख्या";
    sign: "Signature", "हस्ताक्षर";
    customer: "Account of", "खाताधारक";
    as_of: "As of", "स्थिति दिनांक";
    entry: "Entry", "विवरण";
    charged: "Charged", "देय";
    received: "Received", "प्राप्त";
    balance: "Balance", "शेष";
    total: "Total", "कुल";
    payment: "Payment", "भुगतान";
    refund: "Refund", "वापसी";
    discount: "Discount", "छूट";
    reversal: "Reversal", "रद्दीकरण";
    correction: "Correction", "सुधार";
    promise: "Promise to pay", "भुगतान का वादा";
    page: "Page", "पृष्ठ";
}

pub fn mode(mode: Mode, language: Language) -> &'static str {
    match (language, mode) {
        (Language::English, mode) => mode.label(),
        (Language::Hindi, Mode::Upi) => "यूपीआई",
        (Language::Hindi, Mode::BankTransfer) => "बैंक ट्रांसफ़र",
        (Language::Hindi, Mode::Cash) => "नकद",
        (Language::Hindi, Mode::Card) => "कार्ड",
        (Language::Hindi, Mode::Other) => "अन्य",
    }
}
