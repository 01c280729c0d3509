//! The server's log: its chain, the rows that it makes, and whose each lead was when.

use super::truth::{Lead, Truth};
use crate::sim::company::Company;
use crate::sim::tally::Oracle;
use client::store::meta;
use sync_server::audit::{self, SeenHead};
use sync_server::sight::Channel;

pub fn check(company: &Company, truth: &Truth) {
    chain(company);
    truth.leads.values().for_each(|lead| owners(company, lead));
}

fn chain(company: &Company) {
    let (core, org) = (company.core(), company.core().org().id);
    let epoch = core.store().read(|tx| sync_server::store::orgs::head(tx, org)).expect("readable").epoch;
    let seen: Vec<SeenHead> =
        (0..company.people.len()).filter_map(|who| seen_by(company, who)).filter(|head| head.epoch == epoch).collect();
    let report = match audit::verify(core.store(), &seen, true) {
        Ok(report) => report,
        Err(error) => return company.tally.find(Oracle::Chain, error.to_string()),
    };
    for fault in report.faults {
        // As `audit::verify` words what is wrong with documents and rows.
        let rows = ["its row in leads", "the stored document", "no row in leads", "no document"].iter().any(|words| fault.contains(words));
        company.tally.find(if rows { Oracle::ServerRows } else { Oracle::Chain }, fault);
    }
}

fn seen_by(company: &Company, who: usize) -> Option<SeenHead> {
    let head: Option<String> = company.people[who].engine().store().read(|c| meta::get(c, meta::SEEN_HEAD)).ok()?;
    head?.parse().ok()
}

/// One owner at a time, each move beginning where the one before ended.
fn owners(company: &Company, lead: &Lead) {
    let mut stood: &[Channel] = &[];
    for (seq, before, after) in &lead.moves {
        if before != stood {
            company.tally.find(Oracle::Owner, format!("{}: entry {seq} moves it from {before:?}, and it was in {stood:?}", lead.id));
        }
        let owners = after.iter().filter(|channel| matches!(channel, Channel::LeadUser(_))).count();
        if owners > 1 {
            company.tally.find(Oracle::Owner, format!("{}: entry {seq} gives it to {owners} people", lead.id));
        }
        stood = after;
    }
}
