//! Finding one lead: by a number while it is typed, by a part of its id on the command line.

use super::{Desk, list};
use crate::store::leads;
use bridge::lead::{LeadRow, PhoneCheck, PhoneHint};
use bridge::{Problem, ProblemCode};
use domain::{LeadId, phone};

/// Characters of an id's start that name a lead: it is a time, shared by what was made together.
const ID_START_MIN: usize = 8;
/// Characters of its end, which is random.
const ID_END_MIN: usize = 4;

pub(super) fn phone_check(desk: &Desk, ask: PhoneCheck) -> Result<PhoneHint, Problem> {
    if ask.typed.trim().is_empty() {
        return Ok(PhoneHint::default());
    }
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let e164 = match phone::parse(&ask.typed, &reader.facts.org.country) {
            Ok(e164) => e164,
            Err(refusal) => return Ok(PhoneHint { problem: Some(refusal.text), ..PhoneHint::default() }),
        };
        let duplicate = leads::with_number(c, &e164)?.into_iter().find(|(lead, _)| Some(*lead) != ask.except);
        Ok(PhoneHint { display: Some(phone::display(&e164, &reader.facts.org.phone_prefix)), problem: None, duplicate })
    })?)
}

impl Desk {
    /// Leads with an open follow-up, the earliest first.
    ///
    /// # Errors
    /// `NotSignedIn`.
    pub fn leads_due(&self, limit: u32) -> Result<Vec<LeadRow>, Problem> {
        let now_ms = self.engine.env().now_ms();
        Ok(self.read(|c| {
            let reader = self.reader(c)?;
            let today = reader.today(now_ms);
            leads::lines_due(c, limit, |line| list::row(c, &reader, &today, line))
        })?)
    }

    /// The lead with this id, or the only one whose id starts (8 characters or more) or ends (4 or
    /// more) so.
    ///
    /// # Errors
    /// `NotFound`, also when several fit.
    pub fn find_lead(&self, typed: &str) -> Result<LeadId, Problem> {
        if let Ok(id) = typed.trim().parse::<LeadId>() {
            return Ok(id);
        }
        let hex: String = typed.trim().chars().filter(|c| *c != '-').flat_map(char::to_lowercase).collect();
        let not_found = |text: String| Problem::new(ProblemCode::NotFound, text);
        if hex.len() < ID_END_MIN || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(not_found(format!(
                "“{typed}” is no lead’s id. Give the whole id, its first {ID_START_MIN} characters or more, or its last {ID_END_MIN} or more."
            )));
        }
        let found = self.read(|c| {
            self.reader(c)?;
            leads::with_id_like(c, &hex, hex.len() >= ID_START_MIN)
        })?;
        match found[..] {
            [one] => Ok(one),
            [] => Err(not_found(format!("No lead’s id starts or ends with {typed}."))),
            _ => Err(not_found(format!("Several leads’ ids start or end with {typed}. Give more of it."))),
        }
    }
}
