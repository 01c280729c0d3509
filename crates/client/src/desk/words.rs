//! Raw values as a person reads them, and back: who someone is, phones spaced or masked, money in
//! the organisation's grouping. Money is never a float.

use super::when::{self, Today};
use crate::error::ClientError;
use crate::session::SessionFacts;
use crate::store::{attention, meta, proposals, requests, rows};
use bridge::attention::AttentionKind;
use domain::config::OptionList;
use domain::money::Money;
use domain::policy::{authorise, authorise_command, scope};
use domain::{Action, Command, Config, LeadField, LeadId, Refusal, RefusalCode, Scope, Subject, UserId, phone};
use jiff::tz::TimeZone;
use rusqlite::Connection;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The person who reads, and what all answers to them share.
pub(super) struct Reader {
    pub facts: SessionFacts,
    pub zone: TimeZone,
    /// Leads with refused edits that wait for a decision.
    pub waiting: HashSet<LeadId>,
    /// Leads with an assignment that waits for the server.
    pub asked: HashSet<LeadId>,
    /// Leads with proposals to take or drop.
    pub proposed: HashSet<LeadId>,
    pub config: Config,
    names: Mutex<HashMap<UserId, String>>,
}

impl Reader {
    /// # Errors
    /// `NotSignedIn`.
    pub(super) fn load(c: &Connection) -> Result<Self, ClientError> {
        let facts = SessionFacts::load(c)?.ok_or(ClientError::NotSignedIn)?;
        let waiting = attention::waiting(c)?.into_iter().filter(|item| item.kind == AttentionKind::Refused);
        let not_assigned = requests::refused(c)?.into_iter().map(|refused| refused.request.lead);
        let waiting = waiting.filter_map(|item| item.doc.as_lead()).chain(not_assigned).collect();
        let asked = requests::waiting(c)?.into_iter().map(|request| request.lead).collect();
        let proposed = proposals::leads(c)?.into_iter().collect();
        Ok(Self {
            zone: when::zone(&facts.org.zone),
            facts,
            waiting,
            asked,
            proposed,
            config: meta::get(c, meta::CONFIG)?.unwrap_or_default(),
            names: Mutex::default(),
        })
    }

    pub(super) fn today(&self, now_ms: i64) -> Today<'_> {
        Today::new(&self.zone, now_ms)
    }

    /// What the organisation calls a field of its own.
    pub(super) fn custom_label(&self, field: Uuid) -> String {
        let named = self.config.all(OptionList::CustomFields).into_iter().find(|one| one.id == field);
        named.map_or_else(|| "A field".to_owned(), |one| one.label)
    }

    pub(super) fn is_me(&self, user: UserId) -> bool {
        user == self.facts.me.user
    }

    /// A person's name; people not in the directory are "Someone".
    pub(super) fn name(&self, c: &Connection, user: UserId) -> Result<String, ClientError> {
        if self.is_me(user) {
            return Ok(self.facts.me.name.clone());
        }
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let name = match names.entry(user) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(rows::user(c, user)?.map_or_else(|| "Someone".into(), |row| row.name)),
        };
        Ok(name.clone())
    }

    pub(super) fn may(&self, action: Action, subject: &Subject) -> bool {
        authorise(&self.facts.actor(), action, subject).is_ok()
    }

    pub(super) fn may_command(&self, command: &Command, subject: &Subject) -> bool {
        self.check_command(command, subject).is_ok()
    }

    /// # Errors
    /// Why this person may not.
    pub(super) fn check_command(&self, command: &Command, subject: &Subject) -> Result<(), Refusal> {
        authorise_command(&self.facts.actor(), command, subject).map(drop)
    }

    /// Nobody's phone is for this role, so neither is searching by it.
    pub(super) fn sees_no_phones(&self) -> bool {
        scope(self.facts.me.role, Action::SeePhone) == Scope::None
    }

    /// A phone in a list: one's own leads in full, others masked until opened (row D1).
    pub(super) fn listed_phone(&self, e164: &str, owner: Option<UserId>) -> String {
        let own = owner.is_some_and(|owner| self.is_me(owner)) && !self.sees_no_phones();
        if own { phone::display(e164, &self.facts.org.phone_prefix) } else { phone::mask(e164, &self.facts.org.phone_prefix) }
    }

    /// A field's raw value for reading.
    pub(super) fn display(&self, field: LeadField, raw: &str, see_phone: bool) -> String {
        match field {
            LeadField::Phone | LeadField::AltPhone if see_phone => phone::display(raw, &self.facts.org.phone_prefix),
            LeadField::Phone | LeadField::AltPhone => phone::mask(raw, &self.facts.org.phone_prefix),
            LeadField::Budget => money(raw, &self.facts.org.currency),
            LeadField::Name | LeadField::Email | LeadField::Source | LeadField::Language | LeadField::DoNotCall => raw.to_owned(),
        }
    }

    /// A typed value as the command carries it; `None` empties the field.
    ///
    /// # Errors
    /// A refusal that says what to type.
    pub(super) fn raw(&self, field: LeadField, typed: &str) -> Result<Option<String>, Refusal> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        Ok(Some(match field {
            LeadField::Phone | LeadField::AltPhone => phone::parse(typed, &self.facts.org.country).map_err(|r| r.on(field.as_str()))?,
            LeadField::Budget => minor_units(typed, &self.facts.org.currency)?,
            LeadField::Name | LeadField::Email | LeadField::Source | LeadField::Language | LeadField::DoNotCall => typed.to_owned(),
        }))
    }
}

/// Largest typed budget, minor units; the rules know a lower one.
const TYPED_MAX: i64 = 999_999_999_999_999_999;

/// Minor units as people write them: `12000000` of INR is `₹1,20,000`.
fn money(minor_units: &str, currency: &str) -> String {
    match (minor_units.parse(), currency.parse()) {
        (Ok(minor), Ok(currency)) => Money::new(minor, currency).written(),
        _ => minor_units.to_owned(),
    }
}

/// A typed amount (`1,20,000`, `₹ 120000.50`, `१,२०,०००`) in minor units, as digits.
fn minor_units(typed: &str, currency: &str) -> Result<String, Refusal> {
    let currency = currency.parse().map_err(|text: String| Refusal::new(RefusalCode::InvalidValue, text).on("budget"))?;
    Ok(Money::parse_up_to(typed, currency, "budget", TYPED_MAX)?.minor.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_grouped_as_its_country_writes_it() {
        for (minor, currency, shown) in [
            ("12000000", "INR", "₹1,20,000"),
            ("12000050", "INR", "₹1,20,000.50"),
            ("99900", "INR", "₹999"),
            ("100000", "INR", "₹1,000"),
            ("1234567890", "INR", "₹1,23,45,678.90"),
            ("12000000", "USD", "$120,000"),
            ("5", "USD", "$0.05"),
            ("120000", "JPY", "¥120,000"),
            ("120000", "KWD", "KWD 120"),
            ("0", "INR", "₹0"),
            ("lots", "INR", "lots"),
        ] {
            assert_eq!(money(minor, currency), shown);
        }
    }

    #[test]
    fn typed_money_becomes_minor_units_without_floats() {
        for (typed, currency, minor) in [
            ("1,20,000", "INR", "12000000"),
            ("120000.50", "INR", "12000050"),
            ("120000.5", "INR", "12000050"),
            ("₹1,20,000", "INR", "12000000"),
            ("INR 500", "INR", "50000"),
            ("१,२०,०००", "INR", "12000000"),
            ("0.1", "INR", "10"),
            (".75", "INR", "75"),
            ("1,20,000/-", "INR", "12000000"),
            ("0", "INR", "0"),
            ("90071992547409.93", "INR", "9007199254740993"),
            ("120 000", "JPY", "120000"),
            ("1.5", "KWD", "1500"),
        ] {
            assert_eq!(minor_units(typed, currency).expect(typed), minor, "{typed}");
        }
        for typed in ["", ".", "1.2.3", "1.234", "-5", "1e9", "abc", "12/5", "99999999999999999999"] {
            assert!(minor_units(typed, "INR").is_err(), "{typed}");
        }
        assert!(minor_units("1.5", "JPY").is_err());
    }
}
