//! What became of each command that a device said was saved.

use super::truth::Truth;
use crate::sim::company::Company;
use crate::sim::tally::Oracle;
use bridge::attention::AttentionKind;
use client::store::{attention, outbox, requests};
use domain::CommandId;
use std::collections::HashSet;
use sync_server::store::outcomes;

pub fn check(company: &Company, truth: &Truth) {
    let aside = aside(company);
    for who in 0..company.people.len() {
        settled(company, who);
        accounted(company, who, truth, &aside);
    }
}

/// Commands that wait as proposals, or were dropped as such, or lie in quarantine or were dropped there.
struct Aside {
    proposed: HashSet<CommandId>,
    quarantined: HashSet<CommandId>,
}

/// Commands that wait as proposals or in quarantine, or waited there.
#[must_use]
pub fn put_aside(company: &Company) -> HashSet<CommandId> {
    let Aside { proposed, quarantined } = aside(company);
    proposed.into_iter().chain(quarantined).collect()
}

fn aside(company: &Company) -> Aside {
    let (core, org) = (company.core(), company.core().org().id);
    let ids = |sql: &str| {
        let rows = core.store().read(|tx| tx.query(sql, &[org.into()])).expect("readable");
        rows.into_iter().map(|mut row| row.id::<CommandId>(0).expect("an id")).collect()
    };
    Aside {
        proposed: ids("SELECT command_id FROM proposals WHERE org_id = $1 AND state <> 'taken'"),
        quarantined: ids("SELECT command_id FROM quarantine WHERE org_id = $1 AND state <> 'released'"),
    }
}

fn settled(company: &Company, who: usize) {
    let left = company.people[who].engine().store().read(outbox::size).expect("readable").0;
    if left > 0 {
        company.tally.find(Oracle::Unsettled, format!("person {who} still has {left} edits to send"));
    }
    let asked = company.people[who].engine().store().read(requests::waiting).expect("readable");
    if !asked.is_empty() && !company.people[who].cut_off {
        company.tally.find(Oracle::Unsettled, format!("person {who} still asks for owners: {asked:?}"));
    }
}

fn accounted(company: &Company, who: usize, truth: &Truth, aside: &Aside) {
    let person = &company.people[who];
    for (lead, command) in person.acknowledged.all() {
        let applied = truth.applied.get(&command).copied().unwrap_or(0);
        let noticed = person.engine().store().read(|c| attention::get(c, command)).expect("readable").map(|item| item.kind);
        let shown = u32::from(noticed == Some(AttentionKind::Refused) || person.decided.contains(&command));
        let kept = u32::from(aside.proposed.contains(&command)) + u32::from(aside.quarantined.contains(&command));
        // A backup knows no newer proposals; their author was told, and still has the text. Nor does it know
        // edits that only the server had.
        let remembered = u32::from(company.restored && (noticed.is_some() || company.nobody_holds(command)));
        let fate = || {
            format!(
                "command {command} on {lead} of person {who}: applied {applied} times, refused and shown {shown}, proposed or put aside {kept}"
            )
        };
        if applied + shown + kept + remembered == 0 {
            let holders: Vec<usize> = (0..company.people.len()).filter(|one| company.commands_held_by(*one).contains(&command)).collect();
            let (core, org) = (company.core(), company.core().org().id);
            let outcome = core.store().read(|tx| outcomes::by_command(tx, org, command)).expect("readable").map(|row| row.outcome);
            let before = company.holders.get(&command);
            let more = format!("; held by {holders:?}, at the last restore by {before:?}, answered {outcome:?}");
            company.tally.find(Oracle::Lost, fate() + &more);
        }
        if applied > 1 || (!company.restored && applied + shown + kept > 1) {
            company.tally.find(Oracle::Doubled, fate());
        }
    }
}
