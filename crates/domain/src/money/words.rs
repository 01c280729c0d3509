//! Amounts in words, as receipts say them: English and Hindi, by lakh and crore or by million.

use super::{Currency, Grouping, Money};
use serde::{Deserialize, Serialize};

/// A language that documents are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    English,
    Hindi,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::Hindi];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Language::English => "english",
            Language::Hindi => "hindi",
        }
    }
}

impl std::str::FromStr for Language {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let names = || Language::ALL.map(Language::as_str).join(", ");
        Language::ALL
            .into_iter()
            .find(|language| language.as_str() == text)
            .ok_or_else(|| format!("{text} is no language of documents; they are {}", names()))
    }
}

impl Money {
    /// `Twelve Lakh Rupees and Five Paise Only`, as the country of its currency counts.
    #[must_use]
    pub fn in_words(self, language: Language) -> String {
        self.spelled(language, self.currency.grouping())
    }

    /// As [`Money::in_words`], counted by `grouping`.
    #[must_use]
    pub fn spelled(self, language: Language, grouping: Grouping) -> String {
        let unit = self.currency.unit();
        let (whole, rest) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        let names = Names::of(self.currency, language);
        let mut parts = Vec::new();
        if whole > 0 || rest == 0 || names.minor.is_none() {
            parts.push(format!("{} {}", number(whole, language, grouping), names.whole(whole)));
        }
        if rest > 0 {
            parts.push(match names.minor(rest) {
                Some(name) => format!("{} {name}", number(rest, language, grouping)),
                None => format!("{rest:0width$}/{unit}", width = self.currency.decimals()),
            });
        }
        let (minus, and, only) = match language {
            Language::English => ("Minus ", " and ", "Only"),
            Language::Hindi => ("ऋण ", " और ", "मात्र"),
        };
        format!("{}{} {only}", if self.minor < 0 { minus } else { "" }, parts.join(and))
    }
}

/// What one and several of a currency's units are called.
struct Names {
    whole: [String; 2],
    /// None for a currency that is written as a fraction.
    minor: Option<[&'static str; 2]>,
}

impl Names {
    fn of(currency: Currency, language: Language) -> Self {
        let (whole, minor) = match (currency.code(), language) {
            ("INR", Language::English) => (["Rupee", "Rupees"], Some(["Paisa", "Paise"])),
            ("USD", Language::English) => (["Dollar", "Dollars"], Some(["Cent", "Cents"])),
            ("EUR", Language::English) => (["Euro", "Euros"], Some(["Cent", "Cents"])),
            ("GBP", Language::English) => (["Pound", "Pounds"], Some(["Penny", "Pence"])),
            ("JPY", Language::English) => (["Yen", "Yen"], None),
            ("INR", Language::Hindi) => (["रुपया", "रुपये"], Some(["पैसा", "पैसे"])),
            ("USD", Language::Hindi) => (["डॉलर", "डॉलर"], Some(["सेंट", "सेंट"])),
            ("EUR", Language::Hindi) => (["यूरो", "यूरो"], Some(["सेंट", "सेंट"])),
            ("GBP", Language::Hindi) => (["पाउंड", "पाउंड"], Some(["पेनी", "पेंस"])),
            ("JPY", Language::Hindi) => (["येन", "येन"], None),
            (code, _) => ([code, code], None),
        };
        Self { whole: whole.map(str::to_owned), minor }
    }

    fn whole(&self, n: u64) -> &str {
        &self.whole[usize::from(n != 1)]
    }

    fn minor(&self, n: u64) -> Option<&'static str> {
        self.minor.map(|names| names[usize::from(n != 1)])
    }
}

/// A whole number in words.
#[must_use]
pub fn number(n: u64, language: Language, grouping: Grouping) -> String {
    let steps: &[(u64, &str)] = match (language, grouping) {
        (Language::English, Grouping::Indian) => &ENGLISH_LAKHS,
        (Language::Hindi, Grouping::Indian) => &HINDI_LAKHS,
        (Language::English, Grouping::International) => &ENGLISH_THOUSANDS,
        (Language::Hindi, Grouping::International) => &HINDI_THOUSANDS,
    };
    by_steps(n, steps, language)
}

const ENGLISH_LAKHS: [(u64, &str); 3] = [(10_000_000, "Crore"), (100_000, "Lakh"), (1_000, "Thousand")];
const HINDI_LAKHS: [(u64, &str); 8] = [
    (100_000_000_000_000_000, "शंख"),
    (1_000_000_000_000_000, "पद्म"),
    (10_000_000_000_000, "नील"),
    (100_000_000_000, "खरब"),
    (1_000_000_000, "अरब"),
    (10_000_000, "करोड़"),
    (100_000, "लाख"),
    (1_000, "हज़ार"),
];
const ENGLISH_THOUSANDS: [(u64, &str); 6] = [
    (1_000_000_000_000_000_000, "Quintillion"),
    (1_000_000_000_000_000, "Quadrillion"),
    (1_000_000_000_000, "Trillion"),
    (1_000_000_000, "Billion"),
    (1_000_000, "Million"),
    (1_000, "Thousand"),
];
const HINDI_THOUSANDS: [(u64, &str); 6] = [
    (1_000_000_000_000_000_000, "क्विंटिलियन"),
    (1_000_000_000_000_000, "क्वाड्रिलियन"),
    (1_000_000_000_000, "ट्रिलियन"),
    (1_000_000_000, "बिलियन"),
    (1_000_000, "मिलियन"),
    (1_000, "हज़ार"),
];

/// The largest step first. How many of it there are is a number again: `One Thousand Crore`.
fn by_steps(n: u64, steps: &[(u64, &str)], language: Language) -> String {
    let mut words = Vec::new();
    let mut left = n;
    for (size, name) in steps {
        if left >= *size {
            words.push(format!("{} {name}", by_steps(left / size, steps, language)));
            left %= size;
        }
    }
    if left > 0 || words.is_empty() {
        words.push(below_thousand(left, language));
    }
    words.join(" ")
}

fn below_thousand(n: u64, language: Language) -> String {
    let (hundred, below_hundred): (&str, fn(u64) -> String) = match language {
        Language::English => ("Hundred", english),
        Language::Hindi => ("सौ", hindi),
    };
    match (n / 100, n % 100) {
        (0, rest) => below_hundred(rest),
        (hundreds, 0) => format!("{} {hundred}", below_hundred(hundreds)),
        (hundreds, rest) => format!("{} {hundred} {}", below_hundred(hundreds), below_hundred(rest)),
    }
}

#[rustfmt::skip]
const ENGLISH: [&str; 20] = [
    "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine",
    "Ten", "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
];
const ENGLISH_TENS: [&str; 10] = ["", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"];

fn english(n: u64) -> String {
    match (n, n / 10, n % 10) {
        (..20, ..) => word(&ENGLISH, n).to_owned(),
        (_, tens, 0) => word(&ENGLISH_TENS, tens).to_owned(),
        (_, tens, ones) => format!("{}-{}", word(&ENGLISH_TENS, tens), word(&ENGLISH, ones)),
    }
}

/// Hindi has a word of its own for each number below a hundred.
#[rustfmt::skip]
const HINDI: [&str; 100] = [
    "शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ",
    "दस", "ग्यारह", "बारह", "तेरह", "चौदह", "पंद्रह", "सोलह", "सत्रह", "अठारह", "उन्नीस",
    "बीस", "इक्कीस", "बाईस", "तेईस", "चौबीस", "पच्चीस", "छब्बीस", "सत्ताईस", "अट्ठाईस", "उनतीस",
    "तीस", "इकतीस", "बत्तीस", "तैंतीस", "चौंतीस", "पैंतीस", "छत्तीस", "सैंतीस", "अड़तीस", "उनतालीस",
    "चालीस", "इकतालीस", "बयालीस", "तैंतालीस", "चौवालीस", "पैंतालीस", "छियालीस", "सैंतालीस", "अड़तालीस", "उनचास",
    "पचास", "इक्यावन", "बावन", "तिरपन", "चौवन", "पचपन", "छप्पन", "सत्तावन", "अट्ठावन", "उनसठ",
    "साठ", "इकसठ", "बासठ", "तिरसठ", "चौंसठ", "पैंसठ", "छियासठ", "सड़सठ", "अड़सठ", "उनहत्तर",
    "सत्तर", "इकहत्तर", "बहत्तर", "तिहत्तर", "चौहत्तर", "पचहत्तर", "छिहत्तर", "सतहत्तर", "अठहत्तर", "उनासी",
    "अस्सी", "इक्यासी", "बयासी", "तिरासी", "चौरासी", "पचासी", "छियासी", "सतासी", "अठासी", "नवासी",
    "नब्बे", "इक्यानवे", "बानवे", "तिरानवे", "चौरानवे", "पचानवे", "छियानवे", "सत्तानवे", "अट्ठानवे", "निन्यानवे",
];

fn hindi(n: u64) -> String {
    word(&HINDI, n).to_owned()
}

fn word(words: &[&'static str], n: u64) -> &'static str {
    usize::try_from(n).ok().and_then(|n| words.get(n)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::AMOUNT_MAX;
    use super::*;
    use Grouping::{Indian, International};
    use Language::{English, Hindi};

    fn of(minor: i64, code: &str) -> Money {
        Money::new(minor, code.parse().expect("a currency"))
    }

    #[test]
    fn rupees_are_spelled_in_english_and_hindi() {
        for (minor, english, hindi) in [
            (0, "Zero Rupees Only", "शून्य रुपये मात्र"),
            (1, "One Paisa Only", "एक पैसा मात्र"),
            (100, "One Rupee Only", "एक रुपया मात्र"),
            (1_900, "Nineteen Rupees Only", "उन्नीस रुपये मात्र"),
            (2_100, "Twenty-One Rupees Only", "इक्कीस रुपये मात्र"),
            (9_900, "Ninety-Nine Rupees Only", "निन्यानवे रुपये मात्र"),
            (10_000, "One Hundred Rupees Only", "एक सौ रुपये मात्र"),
            (10_100, "One Hundred One Rupees Only", "एक सौ एक रुपये मात्र"),
            (99_999, "Nine Hundred Ninety-Nine Rupees and Ninety-Nine Paise Only", "नौ सौ निन्यानवे रुपये और निन्यानवे पैसे मात्र"),
            (100_000, "One Thousand Rupees Only", "एक हज़ार रुपये मात्र"),
            (9_999_900, "Ninety-Nine Thousand Nine Hundred Ninety-Nine Rupees Only", "निन्यानवे हज़ार नौ सौ निन्यानवे रुपये मात्र"),
            (10_000_000, "One Lakh Rupees Only", "एक लाख रुपये मात्र"),
            (
                123_456_705,
                "Twelve Lakh Thirty-Four Thousand Five Hundred Sixty-Seven Rupees and Five Paise Only",
                "बारह लाख चौंतीस हज़ार पाँच सौ सड़सठ रुपये और पाँच पैसे मात्र",
            ),
            (
                12_345_678_905,
                "Twelve Crore Thirty-Four Lakh Fifty-Six Thousand Seven Hundred Eighty-Nine Rupees and Five Paise Only",
                "बारह करोड़ चौंतीस लाख छप्पन हज़ार सात सौ नवासी रुपये और पाँच पैसे मात्र",
            ),
            (AMOUNT_MAX, "One Thousand Crore Rupees Only", "दस अरब रुपये मात्र"),
            (-5_000, "Minus Fifty Rupees Only", "ऋण पचास रुपये मात्र"),
            (
                i64::MAX,
                "Nine Hundred Twenty-Two Crore Thirty-Three Lakh Seventy-Two Thousand Thirty-Six Crore Eighty-Five Lakh \
                 Forty-Seven Thousand Seven Hundred Fifty-Eight Rupees and Seven Paise Only",
                "बानवे पद्म तेईस नील सैंतीस खरब बीस अरब छत्तीस करोड़ पचासी लाख सैंतालीस हज़ार सात सौ अट्ठावन रुपये और सात पैसे मात्र",
            ),
        ] {
            assert_eq!(of(minor, "INR").in_words(English), english, "{minor}");
            assert_eq!(of(minor, "INR").in_words(Hindi), hindi, "{minor}");
        }
    }

    #[test]
    fn other_currencies_count_by_million_or_as_asked() {
        const DOLLARS: i64 = 12_345_678_905;
        for (minor, code, language, grouping, words) in [
            (
                DOLLARS,
                "USD",
                English,
                International,
                "One Hundred Twenty-Three Million Four Hundred Fifty-Six Thousand Seven Hundred Eighty-Nine Dollars and Five Cents Only",
            ),
            (DOLLARS, "USD", Hindi, International, "एक सौ तेईस मिलियन चार सौ छप्पन हज़ार सात सौ नवासी डॉलर और पाँच सेंट मात्र"),
            (
                DOLLARS,
                "USD",
                English,
                Indian,
                "Twelve Crore Thirty-Four Lakh Fifty-Six Thousand Seven Hundred Eighty-Nine Dollars and Five Cents Only",
            ),
            (1_000_000_000, "INR", English, International, "Ten Million Rupees Only"),
            (AMOUNT_MAX, "INR", Hindi, International, "दस बिलियन रुपये मात्र"),
            (1_000_000, "JPY", English, International, "One Million Yen Only"),
            (1, "GBP", English, International, "One Penny Only"),
            (250, "EUR", English, International, "Two Euros and Fifty Cents Only"),
            (120_001, "KWD", English, International, "One Hundred Twenty KWD and 001/1000 Only"),
            (5, "KWD", Hindi, International, "शून्य KWD और 005/1000 मात्र"),
        ] {
            assert_eq!(of(minor, code).spelled(language, grouping), words, "{minor} {code}");
        }
    }

    #[test]
    fn every_number_below_a_hundred_has_a_word_of_its_own() {
        let all: std::collections::BTreeSet<&str> = HINDI.into_iter().collect();
        assert_eq!(all.len(), HINDI.len());
        let nines = [(19, "उन्नीस"), (29, "उनतीस"), (39, "उनतालीस"), (49, "उनचास"), (59, "उनसठ"), (69, "उनहत्तर"), (79, "उनासी")];
        let tens = [(20, "बीस"), (30, "तीस"), (40, "चालीस"), (50, "पचास"), (60, "साठ"), (70, "सत्तर"), (80, "अस्सी"), (90, "नब्बे")];
        for (n, word) in nines.into_iter().chain(tens) {
            assert_eq!(number(n, Hindi, Indian), word);
        }
    }
}
