//! Receipts and statements as a reader has them: what `pdftotext` finds in the file, and what it comes to.

use documents::{Organisation, Paper, Receipt, State, Statement, receipt, statement};
use domain::ledger::{Day, Entry, Mode, Payment, Summary, What};
use domain::money::{Language, Money};
use domain::{Currency, Ledger, UserId};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use uuid::Uuid;

const RAVI: UserId = UserId(Uuid::from_u128(1));
/// The pictures of the manual.
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/documents");

fn rupees(minor: i64) -> Money {
    Money::new(minor, Currency::INR)
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn payment(minor: i64, mode: Mode, on: &str, reference: Option<&str>) -> Payment {
    Payment { amount: rupees(minor), mode, day: day(on), reference: reference.map(str::to_owned), note: String::new() }
}

fn logo() -> Vec<u8> {
    let (width, height) = (240_u32, 120_u32);
    let pixel = |i: u32| {
        let (x, y) = (i % width, i / width);
        let inside = x.abs_diff(60).pow(2) + y.abs_diff(60).pow(2) < 55 * 55;
        let bar = x > 130 && (y / 20).is_multiple_of(2);
        if inside || bar { [31, 84, 160, 255] } else { [0, 0, 0, 0] }
    };
    let pixels: Vec<u8> = (0..width * height).flat_map(pixel).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a head");
    writer.write_image_data(&pixels).expect("a picture");
    writer.finish().expect("an end");
    file
}

fn latin(logo: &[u8]) -> Organisation<'_> {
    Organisation {
        name: "Saksham Academy Pvt. Ltd.",
        address: "2nd floor, 14 MG Road\nPune 411001, Maharashtra",
        tax_number: "27AAACS1234F1Z5",
        logo: Some(logo),
    }
}

fn hindi(logo: &[u8]) -> Organisation<'_> {
    Organisation {
        name: "सक्षम प्रतियोगिता कक्षाएँ",
        address: "द्वितीय तल, १४ महात्मा गाँधी मार्ग\nलक्ष्मी नगर, नई दिल्ली ११००९२",
        tax_number: "07AAACS1234F1Z7",
        logo: Some(logo),
    }
}

/// A ledger with everything in it: corrections, refunds, discounts, two reversals of one entry, a promise.
fn ledger() -> Ledger {
    let whats = [
        What::Payment(payment(2_500_000, Mode::Upi, "2026-09-02", Some("UPI 402199317743"))),
        What::Discount { amount: rupees(500_000), reason: "early bird".into() },
        What::Payment(payment(1_000_050, Mode::Cash, "2026-10-05", None)),
        What::Reversal { entry: Uuid::from_u128(3), reason: "typed twice".into(), replacement: None },
        What::Reversal { entry: Uuid::from_u128(3), reason: "also typed twice".into(), replacement: None },
        What::Payment(payment(1_500_000, Mode::BankTransfer, "2026-11-03", Some("N307262714"))),
        What::Reversal {
            entry: Uuid::from_u128(6),
            reason: "the bank took its fee".into(),
            replacement: Some(payment(1_499_925, Mode::BankTransfer, "2026-11-03", Some("N307262714"))),
        },
        What::Refund { payment: payment(200_000, Mode::Upi, "2026-11-20", None), reason: "course moved".into() },
        What::Promise { day: day("2026-12-05"), amount: Some(rupees(2_000_000)), note: String::new() },
    ];
    let at = |n: u128| 1_788_000_000_000 + i64::try_from(n).expect("small") * 86_400_000;
    let entries = (1_u128..).zip(whats).map(|(n, what)| (Uuid::from_u128(n), Entry { by: RAVI, at: at(n), what })).collect();
    Ledger { entries, package: Some(rupees(12_000_000)), ..Ledger::default() }
}

/// Where the ledger of one payment stands.
fn summary_of(paid: &Payment) -> Summary {
    let entry = Entry { by: RAVI, at: 0, what: What::Payment(paid.clone()) };
    let ledger = Ledger { entries: [(Uuid::from_u128(1), entry)].into(), package: Some(rupees(150_000_000)), ..Ledger::default() };
    ledger.summary(Currency::INR, day("2026-11-26")).expect("small sums")
}

/// What a search in the file finds, blanks evened out.
fn text_of(pdf: &[u8]) -> String {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext runs: install poppler-utils");
    reader.stdin.take().expect("piped").write_all(pdf).expect("it reads");
    let read = reader.wait_with_output().expect("it ends");
    assert!(read.status.success());
    String::from_utf8(read.stdout).expect("UTF-8").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of<'a>(organisation: Organisation<'a>, payment: &'a Payment, summary: &'a Summary, language: Language) -> Receipt<'a> {
    let (number, is_provisional) = ("R-00042", false);
    let (from, by) = match language {
        Language::English => ("Ananya Krishnamurthy", "Ravi Kulkarni"),
        Language::Hindi => ("श्रीमती अनन्या कृष्णमूर्ति", "रवि कुलकर्णी"),
    };
    Receipt { organisation, number, is_provisional, payment, state: State::Stands, from, by, summary, language, at_ms: 1_795_000_000_000 }
}

/// The page as a picture beside the manual, where it was asked for.
fn picture(name: &str, pdf: &[u8], dots: u32) {
    if std::env::var_os("LEADLINE_BLESS").is_none() {
        return;
    }
    let folder = PathBuf::from(PICTURES);
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = std::env::temp_dir().join(format!("leadline-{name}-{}.pdf", std::process::id()));
    std::fs::write(&file, pdf).expect("written");
    let mut draw = Command::new("pdftoppm");
    let drawn = draw.args(["-png", "-gray", "-singlefile", "-r", &dots.to_string()]).arg(&file).arg(folder.join(name)).status();
    assert!(drawn.expect("pdftoppm runs: install poppler-utils").success());
    std::fs::remove_file(&file).expect("removed");
}

fn assert_says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "“{part}” is not in: {text}");
    }
}

#[test]
fn a_receipt_reads_as_it_looks_in_latin() {
    let logo = logo();
    let paid = payment(123_456_705, Mode::Upi, "2026-11-26", Some("UTR-20 26/11"));
    let summary = summary_of(&paid);
    for (paper, name) in [(Paper::A4, "receipt-a4"), (Paper::Roll, "receipt-roll")] {
        let pdf = receipt(&of(latin(&logo), &paid, &summary, Language::English), paper).expect("a receipt");
        let text = text_of(&pdf);
        assert_says(
            &text,
            &[
                "Saksham Academy Pvt. Ltd.",
                "Pune 411001, Maharashtra",
                "Tax no.: 27AAACS1234F1Z5",
                "R-00042",
                "26-11-2026",
                "Ananya Krishnamurthy",
                "₹12,34,567.05",
                "UTR-20 26/11",
                "Ravi Kulkarni",
                &summary.paid.written(),
                &summary.balance.expect("a package").written(),
            ],
        );
        let bare: String = text.split_whitespace().collect();
        for word in paid.amount.in_words(Language::English).split_whitespace() {
            assert!(bare.contains(word), "{word} in {text}");
        }
        assert!(pdf.len() < 80_000, "{} bytes", pdf.len());
        picture(name, &pdf, if paper == Paper::A4 { 60 } else { 120 });
    }
}

#[test]
fn a_receipt_reads_as_it_looks_in_devanagari() {
    let logo = logo();
    let paid = Payment {
        note: "प्रवेश शुल्क व छात्रवृत्ति".into(), ..payment(2_500_000, Mode::BankTransfer, "2026-11-26", None)
    };
    let summary = summary_of(&paid);
    for (paper, name) in [(Paper::A4, "receipt-a4-hindi"), (Paper::Roll, "receipt-roll-hindi")] {
        let pdf = receipt(&of(hindi(&logo), &paid, &summary, Language::Hindi), paper).expect("a receipt");
        let text = text_of(&pdf);
        let words =
            ["पच्चीस", "हज़ार", "रुपये", "मात्र", "प्रवेश", "छात्रवृत्ति", "कृष्णमूर्ति", "श्रीमती", "रसीद", "प्रतियोगिता", "कक्षाएँ", "द्वितीय", "लक्ष्मी"];
        assert_says(&text, &words);
        assert_says(&text, &["₹25,000", "बैंक", "ट्रांसफ़र"]);
        picture(name, &pdf, if paper == Paper::A4 { 60 } else { 120 });
    }
}

#[test]
fn a_receipt_says_that_it_is_provisional_or_reversed() {
    let logo = logo();
    let paid = payment(50_000, Mode::Cash, "2026-11-26", None);
    let summary = summary_of(&paid);
    let stands = of(latin(&logo), &paid, &summary, Language::English);
    let number = domain::ledger::provisional_number(Uuid::from_u128(0x1234_abcd));
    let provisional = Receipt { number: &number, is_provisional: true, ..stands };
    let text = text_of(&receipt(&provisional, Paper::Roll).expect("a receipt"));
    assert_says(&text, &["P-1234ABCD (provisional)", "Provisional receipt"]);
    let reversed = Receipt { state: State::Reversed("the cheque bounced"), ..stands };
    let text = text_of(&receipt(&reversed, Paper::A4).expect("a receipt"));
    assert_says(&text, &["not valid any more", "the cheque bounced"]);
    assert!(!text_of(&receipt(&stands, Paper::A4).expect("a receipt")).contains("not valid"));
}

fn of_account<'a>(organisation: Organisation<'a>, ledger: &'a Ledger, language: Language) -> Statement<'a> {
    let customer = if language == Language::Hindi {
        "श्रीमती अनन्या कृष्णमूर्ति"
    } else {
        "Ananya Krishnamurthy"
    };
    Statement {
        organisation,
        customer,
        as_of: day("2026-11-26"),
        ledger,
        currency: Currency::INR,
        number: &|entry| [1, 3, 6, 7].contains(&entry.as_u128()).then(|| format!("R-{:05}", entry.as_u128())),
        name: &|_| "Ravi".to_owned(),
        day_of: &|at| if at < 1_788_500_000_000 { day("2026-09-04") } else { day("2026-11-04") },
        language,
        at_ms: 1_795_000_000_000,
    }
}

#[test]
fn a_statement_shows_every_entry_and_comes_to_the_ledger() {
    let (logo, ledger) = (logo(), ledger());
    let pdf = statement(&of_account(latin(&logo), &ledger, Language::English)).expect("a statement");
    let text = text_of(&pdf);
    // Counted by hand: 25,000.00 + 14,999.25 − 2,000.00; and 1,20,000 − 5,000 less that.
    assert_says(&text, &["Total ₹1,15,000 ₹37,999.25 ₹77,000.75", "Paid so far ₹37,999.25", "Left to pay ₹77,000.75"]);
    assert_says(&text, &["−₹5,000", "−₹10,000.50", "−₹2,000", "−₹0.75"]);
    // In their order, the reversed and the outdone among them, with the balance after each.
    let balances =
        ["₹1,20,000", "₹95,000", "₹90,000", "₹79,999.50", "₹90,000", "₹90,000", "₹75,000", "₹75,000.75", "₹77,000.75", "₹77,000.75"];
    let mut rest = text.as_str();
    for balance in balances {
        let at = rest.find(balance).unwrap_or_else(|| panic!("{balance} is not in: {rest}"));
        rest = &rest[at + balance.len()..];
    }
    assert_says(
        &text,
        &["typed twice", "also typed twice", "another", "reversal counts", "Reversal R-00003", "early bird", "reversed", "R-00001"],
    );
    picture("statement-a4", &pdf, 60);
    let pdf = statement(&of_account(hindi(&logo), &ledger, Language::Hindi)).expect("a statement");
    assert_says(&text_of(&pdf), &["खाता", "विवरण", "कृष्णमूर्ति", "₹77,000.75", "रद्दीकरण"]);
    picture("statement-a4-hindi", &pdf, 60);
}

#[test]
fn a_long_statement_goes_on_over_pages_and_loses_no_entry() {
    let payments = (1..=150_i64).map(|n| What::Payment(payment(n * 100 + 1, Mode::Card, "2026-11-02", None)));
    let entries = (1_u128..).zip(payments).map(|(n, what)| (Uuid::from_u128(n), Entry { by: RAVI, at: 0, what })).collect();
    let ledger = Ledger { entries, ..Ledger::default() };
    let sum: i64 = (1..=150).map(|n| n * 100 + 1).sum();
    let pdf = statement(&of_account(Organisation::default(), &ledger, Language::English)).expect("a statement");
    let text = text_of(&pdf);
    for n in 1..=150 {
        assert_says(&text, &[&rupees(n * 100 + 1).written()]);
    }
    assert_says(&text, &[&format!("Paid so far {}", rupees(sum).written()), "Page 1/", "Page 4/"]);
}

#[test]
fn a_logo_that_is_none_is_refused_in_words() {
    let good = logo();
    assert_eq!(documents::check_logo(&good), Ok(()));
    let huge = {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 20_000, 20_000);
        encoder.set_color(png::ColorType::Grayscale);
        let writer = encoder.write_header().expect("a head");
        drop(writer);
        file
    };
    for (file, says) in [
        (Vec::new(), "no PNG"),
        (b"GIF89a".to_vec(), "no PNG"),
        (good[..good.len() / 2].to_vec(), "no PNG"),
        (huge, "20000 × 20000"),
        (vec![0; documents::LOGO_BYTES_MAX + 1], "16 KB is the most"),
    ] {
        let refused = documents::check_logo(&file).expect_err(says).to_string();
        assert!(refused.contains(says), "{refused}");
    }
    assert!(Path::new(PICTURES).join("receipt-a4.png").exists(), "the manual's pictures are made with LEADLINE_BLESS=1");
}
