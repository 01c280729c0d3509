//! Giving leads out by rules. Every decision is made, and written with the owner that it gives and with where the
//! rotation stands then, in one transaction under the organisation's lock: a crash neither repeats nor skips.

pub mod chores;
pub mod create;
pub mod distribute;
pub mod dry_run;
mod round;
pub mod rules;

pub use round::Round;

use crate::assign::{self, Gift};
use crate::live::Touched;
use crate::store::assignment::{self, Untouched};
use crate::store::leads::{self, LeadRow};
use crate::store::log::Appender;
use crate::store::{Result, Tx};
use domain::assignment::{Decision, Part, Wanted, Why};
use domain::{Env, LeadId, OrgId, UserId};

/// What a transaction writes into.
pub struct Pen<'a> {
    pub tx: &'a mut dyn Tx,
    pub env: &'a Env,
    pub log: &'a mut Appender,
    pub touched: &'a mut Touched,
}

/// Why somebody asks for a decision.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// `None` where the clock does.
    pub by: Option<UserId>,
    /// Who had it and did not touch it, for so many minutes, and how often that was so.
    pub from: Option<(UserId, u32, u32)>,
}

/// What rules look at, of a lead.
///
/// # Errors
/// The database's.
pub fn wanted(tx: &mut dyn Tx, org: OrgId, row: &LeadRow) -> Result<Wanted> {
    let summary = leads::current(tx, org, row)?;
    let known_to = assignment::owner_of_phone(tx, org, &summary.phone, row.id)?;
    let tags = summary.tags.into_iter().collect();
    let team = if row.standing.owner.is_none() { row.standing.team } else { None };
    Ok(Wanted { language: summary.language, source: summary.source, tags, known_to, team, converted: false })
}

/// Whether a lead can be given by rules: nobody has it, and it is not closed.
#[must_use]
pub fn is_unassigned(row: &LeadRow) -> bool {
    row.standing.owner.is_none() && !row.standing.deleted && !row.standing.status.is_closed()
}

/// Decides about one lead and writes what was decided: its new owner, or that it waits.
///
/// # Errors
/// The database's.
pub fn give_out(pen: &mut Pen<'_>, round: &mut Round, row: LeadRow, asked: Asked) -> Result<Decision> {
    let (org, lead) = (pen.log.org(), row.id);
    let wanted = wanted(pen.tx, org, &row)?;
    let decision = round.decide(&wanted, asked.from.map(|(owner, ..)| owner));
    let why = Why::of(&decision, round.rules(), asked.from.map(|(_, minutes, _)| minutes));
    match &decision {
        Decision::Give { to, .. } => {
            let team = round.team_of(*to);
            let gift = Gift { by: asked.by, owner: Some(*to), team, why, version: round.rules().version };
            assign::give(pen, row, gift)?;
            round.take(pen.tx, org, &decision)?;
            if round.watches() {
                let moved = asked.from.map_or(0, |(.., moved)| moved + 1);
                let (since, seq) = (pen.log.now(), pen.log.seq());
                assignment::watch(pen.tx, org, &Untouched { lead, owner: *to, since, seq, moved })?;
            }
        }
        // It stays with whom it is, or was told already that it waits.
        Decision::Queue { .. } => {
            let is_new = asked.from.is_none() && assignment::wait(pen.tx, org, Part::Lead, lead, pen.log.now())?;
            if is_new {
                let gift = Gift { by: asked.by, owner: None, team: row.standing.team, why, version: round.rules().version };
                assign::note(pen, lead, row.standing.owner, &gift, Part::Lead)?;
            }
        }
    }
    Ok(decision)
}

/// The row of a lead that is still to be given.
fn unassigned_row(tx: &mut dyn Tx, org: OrgId, lead: LeadId) -> Result<Option<LeadRow>> {
    Ok(leads::get(tx, org, lead)?.filter(is_unassigned))
}
