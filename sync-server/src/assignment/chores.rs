//! What the clock brings: leads that waited go to who came, converted ones to who collects, and a lead that its
//! owner let lie goes to somebody else.

use super::{Asked, Pen, Round, give_out, unassigned_row};
use crate::assign;
use crate::error::Error;
use crate::live::Touched;
use crate::store::log::{self, Appender};
use crate::store::{Store, Tx, assignment, leads, orgs};
use domain::assignment::{Decision, Part, Wanted, Why};
use domain::config::Setting;
use domain::{DocId, Env, LeadId, OrgId, Status};

/// Leads of one turn and kind at most: others wait for it.
const MOST: u64 = 500;
/// How often a lead that nobody touches is moved on: after that it stays, or it would go round for ever.
const MOVES_MAX: u32 = 3;
const MINUTE_MS: i64 = 60_000;
/// How long an answer is kept for a retry.
const ANSWERS_MS: i64 = 7 * 24 * 60 * MINUTE_MS;

/// Does all of it; answers the leads that went to somebody.
///
/// # Errors
/// The database's.
pub fn run(store: &Store, env: &Env, org: OrgId) -> Result<(Vec<LeadId>, Touched), Error> {
    let now = env.now_ms();
    if store.read(|tx| assignment::has_old_answers(tx, org, now - ANSWERS_MS))? {
        store.write(|tx| assignment::forget_answers(tx, org, now - ANSWERS_MS))?;
    }
    if !store.read(|tx| is_anything_due(tx, org, now))? {
        return Ok((Vec::new(), Touched::default()));
    }
    store.write(|tx| {
        let head = orgs::lock(tx, org)?;
        let now = env.now_ms();
        let mut round = Round::open(tx, org, now)?;
        let (mut log, mut touched, mut moved) = (Appender::new(org, &head, now), Touched::default(), Vec::new());
        if round.is_enabled() {
            let mut pen = Pen { tx, env, log: &mut log, touched: &mut touched };
            waiting(&mut pen, &mut round, &mut moved)?;
            uncollected(&mut pen, &mut round)?;
            untouched(&mut pen, &mut round, now, &mut moved)?;
        }
        log.finish(tx)?;
        Ok((moved, touched))
    })
}

fn is_anything_due(tx: &mut dyn Tx, org: OrgId, now: i64) -> Result<bool, Error> {
    let minutes = i64::from(crate::rules::of(tx, org)?.number(Setting::ReassignAfterMinutes));
    Ok(assignment::is_anything_waiting(tx, org)?
        || (minutes > 0 && !assignment::untouched(tx, org, now - minutes * MINUTE_MS, 1)?.is_empty()))
}

/// The fall-back queue, the longest first.
fn waiting(pen: &mut Pen<'_>, round: &mut Round, moved: &mut Vec<LeadId>) -> Result<(), Error> {
    let org = pen.log.org();
    let page = assignment::waiting(pen.tx, org, Part::Lead, MOST)?;
    let are_more = page.len() as u64 == MOST;
    for lead in page {
        match unassigned_row(pen.tx, org, lead)? {
            None => assignment::settle(pen.tx, org, lead)?,
            Some(row) => match give_out(pen, round, row, Asked::default())? {
                Decision::Give { .. } => moved.push(lead),
                Decision::Queue { .. } => let_others_by(pen, Part::Lead, lead, are_more)?,
            },
        }
    }
    Ok(())
}

/// What nobody can be given must not stand before what somebody could.
fn let_others_by(pen: &mut Pen<'_>, part: Part, lead: LeadId, are_more: bool) -> Result<(), Error> {
    if are_more {
        assignment::wait_behind(pen.tx, pen.log.org(), part, lead, pen.log.now())?;
    }
    Ok(())
}

/// Converted leads, to Recovery in a rotation of their own.
fn uncollected(pen: &mut Pen<'_>, round: &mut Round) -> Result<(), Error> {
    let org = pen.log.org();
    let page = assignment::waiting(pen.tx, org, Part::Collection, MOST)?;
    let are_more = page.len() as u64 == MOST;
    for lead in page {
        // Undone since, or with somebody from an earlier conversion.
        let is_free = assignment::collector(pen.tx, org, lead)?.is_none();
        let row = leads::get(pen.tx, org, lead)?.filter(|row| is_free && row.standing.status == Status::Converted && !row.standing.deleted);
        let Some(row) = row else {
            assignment::wait_no_more(pen.tx, org, Part::Collection, lead)?;
            continue;
        };
        let wanted = Wanted { converted: true, team: None, known_to: None, ..super::wanted(pen.tx, org, &row)? };
        let decision = round.decide(&wanted, None);
        let Decision::Give { to, .. } = &decision else {
            let_others_by(pen, Part::Collection, lead, are_more)?;
            continue;
        };
        let why = Why::of(&decision, round.rules(), None);
        assignment::set_collector(pen.tx, org, lead, *to)?;
        assignment::wait_no_more(pen.tx, org, Part::Collection, lead)?;
        let gift = assign::Gift { by: None, owner: Some(*to), team: None, why, version: round.rules().version };
        assign::note(pen, lead, None, &gift, Part::Collection)?;
        assign::hand_ledger(pen, lead, *to)?;
        assign::tell_collector(pen, &row, *to)?;
        round.take(pen.tx, org, &decision)?;
    }
    Ok(())
}

/// Leads whose owner had their time.
fn untouched(pen: &mut Pen<'_>, round: &mut Round, now: i64, moved: &mut Vec<LeadId>) -> Result<(), Error> {
    if !round.watches() {
        return Ok(());
    }
    let (org, minutes) = (pen.log.org(), round.watched_minutes());
    for one in assignment::untouched(pen.tx, org, now - i64::from(minutes) * MINUTE_MS, MOST)? {
        let metas = log::metas(pen.tx, org, DocId::lead(one.lead))?;
        let is_touched = metas.iter().any(|meta| meta.author == one.owner && meta.seq > one.seq);
        let row = leads::get(pen.tx, org, one.lead)?.filter(|row| {
            let standing = &row.standing;
            standing.owner == Some(one.owner) && !standing.deleted && !standing.status.is_closed()
        });
        let Some(row) = row.filter(|_| !is_touched && one.moved < MOVES_MAX) else {
            assignment::settle(pen.tx, org, one.lead)?;
            continue;
        };
        let asked = Asked { by: None, from: Some((one.owner, minutes, one.moved)) };
        let decision = give_out(pen, round, row, asked)?;
        moved.extend(matches!(decision, Decision::Give { .. }).then_some(one.lead));
    }
    Ok(())
}
