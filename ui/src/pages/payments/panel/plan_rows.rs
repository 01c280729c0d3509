//! The instalments while they are being typed; or even shares of what is to be paid, a month apart.

use crate::calendar::{self, Local};
use crate::components::day_picker::DayPicker;
use crate::components::text_box::TextBox;
use crate::icon::{Glyph, Icon};
use crate::t;
use bridge::payment::{InstalmentView, LedgerView};
use domain::{Currency, Money};
use yew::prelude::*;

/// Instalments that even shares are offered for.
const SHARES: [u32; 4] = [2, 3, 4, 6];

/// Day and amount of each, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows(Vec<(i64, String)>);

impl Rows {
    pub fn of(plan: &[InstalmentView]) -> Self {
        Self(plan.iter().filter_map(|one| Some((calendar::parse_date(&one.day)?, one.amount.clone()))).collect())
    }

    /// As the request has them; rows that were left empty are none.
    pub fn typed(&self) -> Vec<(String, String)> {
        let filled = self.0.iter().filter(|(_, amount)| !amount.trim().is_empty());
        filled.map(|(day, amount)| (calendar::iso(*day), amount.clone())).collect()
    }

    fn with(&self, change: impl FnOnce(&mut Vec<(i64, String)>)) -> Self {
        let mut rows = self.0.clone();
        change(&mut rows);
        Self(rows)
    }

    /// Shares that add up to `whole`, from today on.
    fn even(whole: Money, parts: u32, today: i64) -> Self {
        let month = |n: i64| months_after(today, n);
        Self((0..).zip(whole.split(parts)).map(|(n, share)| (month(n), share.written())).collect())
    }
}

/// The same day of a later month, or its last.
fn months_after(today: i64, by: i64) -> i64 {
    let date = Local { days: today, hour: 0, minute: 0 }.date();
    let (year, month) = calendar::month_plus(date.year, date.month, by);
    let on = |day: u8| calendar::parse_date(&format!("{year:04}-{month:02}-{day:02}"));
    (1..=date.day).rev().find_map(on).unwrap_or(today)
}

pub fn view(rows: &Rows, ledger: &LedgerView, currency: &str, today: i64, on_rows: Callback<Rows>) -> Html {
    let line = |(n, (day, amount)): (usize, &(i64, String))| {
        let pick = {
            let (rows, on_rows) = (rows.clone(), on_rows.clone());
            Callback::from(move |day: Option<i64>| on_rows.emit(rows.with(|all| all[n].0 = day.unwrap_or(today))))
        };
        let typed = {
            let (rows, on_rows) = (rows.clone(), on_rows.clone());
            Callback::from(move |amount: String| on_rows.emit(rows.with(|all| all[n].1 = amount)))
        };
        let gone = rows.with(|all| drop(all.remove(n)));
        html! {
            <div class="ledger__row" key={n}>
                <DayPicker label={t!("payments-day")} testid="plan-day" chosen={Some(*day)} {today} is_open_ended=true on_pick={pick} />
                <TextBox label={t!("payments-amount")} value={amount.clone()} on_input={typed} input_mode="decimal" testid="plan-amount" />
                <button type="button" class="button button--icon" data-testid="plan-remove" aria-label={t!("payment-plan-remove")} title={t!("payment-plan-remove")}
                    onclick={on_rows.reform(move |_: MouseEvent| gone.clone())}>{ Glyph::of(Icon::X).size(14) }</button>
            </div>
        }
    };
    let last = rows.0.last().map_or(today, |(day, _)| months_after(*day, 1));
    let more = rows.with(|all| all.push((last, String::new())));
    let whole = ledger.package.as_ref().and_then(|package| {
        let currency: Currency = currency.parse().ok()?;
        let whole = Money::parse(package, currency, "package").ok()?;
        let off = ledger.discounts.as_ref().and_then(|off| Money::parse(off, currency, "discounts").ok());
        off.map_or(Some(whole), |off| whole.minus(off).ok()).filter(|whole| whole.minor > 0)
    });
    let even = |parts: u32| {
        let shares = whole.map(|whole| Rows::even(whole, parts, today)).unwrap_or_default();
        html! {
            <button type="button" class="chip" data-testid={format!("plan-even-{parts}")} onclick={on_rows.reform(move |_: MouseEvent| shares.clone())}>
                { t!("payment-plan-even", parts = parts) }
            </button>
        }
    };
    html! {
        <div class="ledger__rows">
            if whole.is_some() { <div class="ledger__acts">{ for SHARES.map(even) }</div> }
            { for rows.0.iter().enumerate().map(line) }
            <button type="button" class="button button--bar" data-testid="plan-more" onclick={on_rows.reform(move |_: MouseEvent| more.clone())}>
                { Glyph::of(Icon::Plus).size(14) }{ t!("payment-plan-more") }
            </button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_shares_add_up_and_fall_on_the_same_day_of_each_month() {
        let today = calendar::parse_date("2026-11-30").expect("a day");
        let rows = Rows::even(Money::new(1_000_000, Currency::INR), 4, today).typed();
        assert_eq!(rows[0], ("2026-11-30".into(), "₹2,500".into()));
        assert_eq!(rows[3], ("2027-02-28".into(), "₹2,500".into()));
        let odd = Rows::even(Money::new(100, Currency::INR), 3, today).typed();
        assert_eq!(odd.iter().map(|(_, amount)| amount.as_str()).collect::<Vec<_>>(), ["₹0.34", "₹0.33", "₹0.33"]);
    }
}
