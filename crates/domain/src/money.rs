//! Money: whole minor units of one currency, never a fraction of a number.
//!
//! Rules. Amounts of two currencies are never added, compared or turned into each other. Sums are checked: what
//! does not fit an `i64` is an error, never a wrong number. Nothing is rounded but in [`Money::split`], which gives
//! the minor units that are left over to the first shares, one each, so that the shares add up to the whole.
//! Typed amounts with more decimals than the currency has are refused, not rounded.

mod words;

pub use words::{Language, number};

use crate::phone;
use crate::refusal::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};

/// Largest amount that one entry may say, minor units (10 billion of a currency with two decimals).
pub const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// ISO 4217 code, three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "INR"))]
#[serde(into = "String", try_from = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    pub const INR: Currency = Currency(*b"INR");

    #[must_use]
    pub fn code(&self) -> &str {
        // Made of capital ASCII letters only.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits of its minor unit.
    #[must_use]
    pub fn decimals(&self) -> usize {
        match self.code() {
            "JPY" | "KRW" | "VND" | "CLP" | "ISK" | "UGX" | "XAF" | "XOF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        }
    }

    /// What is written before an amount.
    #[must_use]
    pub fn sign(&self) -> String {
        match self.code() {
            "INR" => "₹".to_owned(),
            "USD" => "$".to_owned(),
            "EUR" => "€".to_owned(),
            "GBP" => "£".to_owned(),
            "JPY" => "¥".to_owned(),
            other => format!("{other} "),
        }
    }

    /// How its country groups digits.
    #[must_use]
    pub fn grouping(&self) -> Grouping {
        match self.code() {
            "INR" | "NPR" | "PKR" | "BDT" => Grouping::Indian,
            _ => Grouping::International,
        }
    }

    /// Minor units in one whole unit.
    fn unit(&self) -> u64 {
        10_u64.pow(u32::try_from(self.decimals()).unwrap_or(0))
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for Currency {
    type Err = String;
    fn from_str(code: &str) -> Result<Self, String> {
        match <[u8; 3]>::try_from(code.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err(format!("{code} is no currency; one is three capital letters, like INR")),
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl TryFrom<String> for Currency {
    type Error = String;
    fn try_from(code: String) -> Result<Self, String> {
        code.parse()
    }
}

/// Where commas stand above the first thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// By lakh and crore: `1,20,00,000`.
    Indian,
    /// By thousands: `12,000,000`.
    International,
}

/// Why two amounts can't be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("{0} and {1} can't be added: they are different currencies")]
    Currencies(Currency, Currency),
    #[error("this is more money than can be counted")]
    TooMuch,
}

/// An amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Money {
    /// Minor units: paise of INR, yen of JPY.
    #[serde(rename = "m")]
    pub minor: i64,
    #[serde(rename = "c")]
    pub currency: Currency,
}

impl Money {
    #[must_use]
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// # Errors
    /// `Currencies`, `TooMuch`.
    pub fn plus(self, other: Money) -> Result<Money, MoneyError> {
        self.same(other)?;
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::TooMuch)
    }

    /// # Errors
    /// `Currencies`, `TooMuch`.
    pub fn minus(self, other: Money) -> Result<Money, MoneyError> {
        self.same(other)?;
        self.minor.checked_sub(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::TooMuch)
    }

    fn same(self, other: Money) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::Currencies(self.currency, other.currency)) }
    }

    /// In `parts` shares that differ by one minor unit at most and add up to the whole, the larger ones first;
    /// nothing for no parts.
    #[must_use]
    pub fn split(self, parts: u32) -> Vec<Money> {
        let Some(each) = self.minor.checked_div(i64::from(parts)) else { return Vec::new() };
        let left_over = self.minor % i64::from(parts);
        let share = |i: i64| each + if i < left_over.abs() { left_over.signum() } else { 0 };
        (0..i64::from(parts)).map(|i| Self { minor: share(i), ..self }).collect()
    }

    /// As its country writes it: `₹1,20,000.50`.
    #[must_use]
    pub fn written(self) -> String {
        self.grouped(self.currency.grouping())
    }

    /// With commas as `grouping` has them; decimals only where they are not all zero.
    #[must_use]
    pub fn grouped(self, grouping: Grouping) -> String {
        let (unit, decimals) = (self.currency.unit(), self.currency.decimals());
        let (whole, rest) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        let fraction = if rest == 0 { String::new() } else { format!(".{rest:0decimals$}") };
        let minus = if self.minor < 0 { "−" } else { "" };
        format!("{minus}{}{}{fraction}", self.currency.sign(), digits_in_groups(whole, grouping))
    }

    /// Reads what somebody typed: `1,00,000.50`, `₹ 500`, `१,२०,०००`, `500/-`.
    ///
    /// # Errors
    /// `InvalidValue` on `field`: what to type instead.
    pub fn parse(typed: &str, currency: Currency, field: &str) -> Result<Money, Refusal> {
        Self::parse_up_to(typed, currency, field, AMOUNT_MAX)
    }

    /// As [`Money::parse`], up to `max` minor units.
    ///
    /// # Errors
    /// `InvalidValue` on `field`: what to type instead.
    pub fn parse_up_to(typed: &str, currency: Currency, field: &str, max: i64) -> Result<Money, Refusal> {
        let wrong = |text: String| Refusal::new(RefusalCode::InvalidValue, text).on(field);
        let no_number = || wrong("Type an amount as a number, like 1,20,000.".to_owned());
        let bare = typed.trim().trim_start_matches(currency.sign().trim()).trim_start_matches(currency.code());
        let bare = bare.trim_end_matches("/-").trim();
        let (whole, fraction) = bare.split_once('.').unwrap_or((bare, ""));
        let (Some(whole), Some(fraction)) = (plain_digits(whole), plain_digits(fraction)) else { return Err(no_number()) };
        if whole.is_empty() && fraction.is_empty() {
            return Err(no_number());
        }
        let decimals = currency.decimals();
        if fraction.len() > decimals {
            return Err(wrong(match decimals {
                0 => format!("{currency} has no decimals."),
                _ => format!("{currency} has {decimals} decimals at most."),
            }));
        }
        let digits = format!("{whole}{fraction}{}", "0".repeat(decimals - fraction.len()));
        let too_much = || wrong(format!("That is too much money; {} is the most.", Money::new(max, currency).written()));
        let minor = digits.parse::<i64>().map_err(|_| too_much())?;
        if minor > max { Err(too_much()) } else { Ok(Money { minor, currency }) }
    }
}

/// ASCII digits of a text of digits, commas and blanks; `None` where it holds anything else.
#[must_use]
pub fn plain_digits(text: &str) -> Option<String> {
    let odd = |c: char| !matches!(c, ',' | ' ' | '\u{a0}' | '\'' | '_') && phone::digits(c.encode_utf8(&mut [0; 4])).is_empty();
    (!text.chars().any(odd)).then(|| phone::digits(text))
}

/// A number with commas.
#[must_use]
pub fn digits_in_groups(whole: u64, grouping: Grouping) -> String {
    let above = match grouping {
        Grouping::Indian => 2,
        Grouping::International => 3,
    };
    let digits = whole.to_string();
    let (head, tail) = digits.split_at(digits.len().saturating_sub(3));
    let mut groups: Vec<&str> = head.as_bytes().rchunks(above).rev().filter_map(|g| std::str::from_utf8(g).ok()).collect();
    groups.push(tail);
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Currency {
        code.parse().expect("a currency")
    }

    #[test]
    fn amounts_are_grouped_as_their_country_writes_them() {
        for (minor, code, shown) in [
            (12_000_050, "INR", "₹1,20,000.50"),
            (99_900, "INR", "₹999"),
            (1_234_567_890, "INR", "₹1,23,45,678.90"),
            (-5, "INR", "−₹0.05"),
            (12_000_000, "USD", "$120,000"),
            (120_000, "JPY", "¥120,000"),
            (120_001, "KWD", "KWD 120.001"),
            (i64::MIN, "USD", "−$92,233,720,368,547,758.08"),
        ] {
            assert_eq!(Money::new(minor, of(code)).written(), shown);
        }
        assert_eq!(Money::new(1_200_000_000, Currency::INR).grouped(Grouping::International), "₹12,000,000");
        assert_eq!(Money::new(1_200_000_000, of("USD")).grouped(Grouping::Indian), "$1,20,00,000");
    }

    #[test]
    fn typed_amounts_are_exact_or_refused() {
        for (typed, code, minor) in [
            ("1,00,000.50", "INR", 10_000_050),
            ("₹ 500", "INR", 50_000),
            (" INR 500 ", "INR", 50_000),
            ("५००.०५", "INR", 50_005),
            (".75", "INR", 75),
            ("0.1", "INR", 10),
            ("1,20,000/-", "INR", 12_000_000),
            ("500", "JPY", 500),
            ("1.005", "KWD", 1_005),
        ] {
            assert_eq!(Money::parse(typed, of(code), "amount").map(|m| m.minor), Ok(minor), "{typed}");
        }
        for (typed, code, says) in [
            ("", "INR", "as a number"),
            ("five", "INR", "as a number"),
            ("-5", "INR", "as a number"),
            ("$ 5", "INR", "as a number"),
            ("1.2.3", "INR", "as a number"),
            ("1e5", "INR", "as a number"),
            ("1.005", "INR", "2 decimals at most"),
            ("1.5", "JPY", "no decimals"),
            ("99999999999999999999", "INR", "too much money"),
            ("10000000000.01", "INR", "₹10,00,00,00,000 is the most"),
        ] {
            let refusal = Money::parse(typed, of(code), "amount").expect_err(typed);
            assert!(refusal.text.contains(says), "{typed}: {}", refusal.text);
        }
    }

    #[test]
    fn currencies_are_never_mixed_and_sums_never_wrap() {
        let (rupee, dollar) = (Money::new(1, Currency::INR), Money::new(1, of("USD")));
        assert_eq!(rupee.plus(dollar), Err(MoneyError::Currencies(Currency::INR, of("USD"))));
        assert_eq!(rupee.minus(dollar), Err(MoneyError::Currencies(Currency::INR, of("USD"))));
        assert_eq!(Money::new(i64::MAX, Currency::INR).plus(rupee), Err(MoneyError::TooMuch));
        assert_eq!(Money::new(i64::MIN, Currency::INR).minus(rupee), Err(MoneyError::TooMuch));
        assert_eq!(rupee.plus(rupee), Ok(Money::new(2, Currency::INR)));
        for wrong in ["inr", "IN", "INRS", "IN1", "₹"] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn shares_add_up_to_the_whole() {
        for minor in [0, 1, 2, 3, 100, 10_001, -7, i64::MAX, i64::MIN] {
            for parts in 1..=12 {
                let shares = Money::new(minor, Currency::INR).split(parts);
                let sum: i128 = shares.iter().map(|s| i128::from(s.minor)).sum();
                assert_eq!(sum, i128::from(minor), "{minor} in {parts}");
                assert_eq!(shares.len(), parts as usize);
                let (first, last) = (shares[0].minor, shares[shares.len() - 1].minor);
                assert!((first - last).abs() <= 1, "{minor} in {parts}: {first} and {last}");
            }
        }
        assert!(Money::new(5, Currency::INR).split(0).is_empty());
    }
}
