//! Deep: what the log told of people, teams, proposals and receipts last, against the tables that answer for it now.
//! Only what entries still hold can be compared.

use crate::store::log::{self, LogRow};
use crate::store::{Result, Tx, attendance, proposals, receipts, teams, users};
use domain::attendance::Standing;
use domain::people::Proposal;
use domain::{CommandId, OrgId, TeamId, UserId};
use protocol::rows::{ReceiptRow, Row as Fact, TeamRow, UserRow};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The last word of the log.
#[derive(Default)]
struct Told {
    users: BTreeMap<UserId, UserRow>,
    teams: BTreeMap<TeamId, TeamRow>,
    proposals: BTreeMap<CommandId, Proposal>,
    receipts: BTreeMap<Uuid, ReceiptRow>,
    attendance: BTreeMap<UserId, Standing>,
}

impl Told {
    fn take(&mut self, row: &LogRow) {
        match row.fact() {
            Some(Fact::User(user)) => drop(self.users.insert(user.id, user)),
            Some(Fact::Team(team)) => drop(self.teams.insert(team.id, team)),
            Some(Fact::Proposal(proposal)) => drop(self.proposals.insert(proposal.id, proposal)),
            Some(Fact::Attendance(standing)) => drop(self.attendance.insert(standing.user, standing)),
            Some(Fact::Receipt(receipt)) => drop(self.receipts.insert(receipt.entry, receipt)),
            Some(Fact::Org(_) | Fact::Owner(_) | Fact::Badge(_) | Fact::Notice(_) | Fact::Assignment(_)) | None => {}
        }
    }
}

/// Adds what is not as it was told.
pub(super) fn compare(tx: &mut dyn Tx, org: OrgId, faults: &mut Vec<String>) -> Result<()> {
    let mut told = Told::default();
    log::walk(tx, org, None, &mut |row| {
        told.take(&row);
        Ok(true)
    })?;
    for (id, user) in told.users {
        let found = users::by_id(tx, org, id)?;
        let post = users::roles(tx, org, id)?.pop().map(|span| (span.role, span.team));
        match found {
            None => faults.push(format!("Person {id}: the log has them, and the table users has not.")),
            Some(found) if found.row != user => faults.push(format!("Person {id}: the row in users is not what the log told last.")),
            Some(_) if post != Some((user.role, user.team)) => {
                faults.push(format!("Person {id}: the last row in user_roles is not what the log told last."));
            }
            Some(_) => {}
        }
    }
    for (id, team) in told.teams {
        if teams::by_id(tx, org, id)?.as_ref() != Some(&team) {
            faults.push(format!("Team {id}: the row in teams is not what the log told last."));
        }
    }
    for (id, proposal) in told.proposals {
        if proposals::get(tx, org, id)?.as_ref() != Some(&proposal) {
            faults.push(format!("Proposal {id}: the row in proposals is not what the log told last."));
        }
    }
    for (entry, receipt) in told.receipts {
        if receipts::of(tx, org, entry)?.as_ref() != Some(&receipt) {
            faults.push(format!("Receipt of {entry}: the row in receipts is not what the log told."));
        }
    }
    let (rows, last) = (receipts::count(tx, org)?, receipts::last(tx, org)?);
    if rows != last {
        faults.push(format!("Receipts: {rows} rows, and the highest number is {last}."));
    }
    for (id, standing) in told.attendance {
        if attendance::standing_of(tx, org, id)?.as_ref() != Some(&standing) {
            faults.push(format!("Attendance of {id}: the last line in attendance is not what the log told last."));
        }
    }
    Ok(())
}
