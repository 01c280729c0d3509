//! The counts that a device shows, against an independent count of what is in sight.

use super::truth::Lead;
use crate::sim::company::Company;
use crate::sim::tally::Oracle;
use bridge::lead::{LeadCountsGet, LeadFilter, LeadList};
use domain::Status;
use domain::config::Setting;

pub fn check(company: &Company, who: usize, sees: &[&Lead]) {
    let there: Vec<&&Lead> = sees.iter().filter(|lead| lead.record.deleted.is_none()).collect();
    let count = |is: &dyn Fn(&Lead) -> bool| u32::try_from(there.iter().filter(|lead| is(lead)).count()).unwrap_or(u32::MAX);
    let desk = company.people[who].desk();
    let shown = desk.ask(LeadCountsGet {}).expect("the counts");
    let is_fresh = |lead: &Lead| lead.record.status == Status::New && lead.owner.is_none();
    let is_converted = |lead: &Lead| lead.record.status == Status::Converted;
    let tries = usize::try_from(desk.engine().config().expect("readable").number(Setting::TriesMax)).unwrap_or(usize::MAX);
    let given_up = |lead: &Lead| lead.record.status == Status::Cnp && lead.record.unreached() >= tries;
    let is_dropped = |lead: &Lead| lead.record.status == Status::Lost || given_up(lead);
    for (name, shown, is) in [
        ("All", shown.all, count(&|_| true)),
        ("Fresh", shown.fresh, count(&is_fresh)),
        ("Converted", shown.converted, count(&is_converted)),
        ("Dropped", shown.dropped, count(&is_dropped)),
        ("Working", shown.working, count(&|lead| !is_fresh(lead) && !is_converted(lead) && !is_dropped(lead))),
    ] {
        compare(company, who, name, shown, is);
    }
    for status in Status::ALL {
        let filter = LeadFilter { statuses: vec![status], ..LeadFilter::default() };
        let page = desk.ask(LeadList { filter, offset: 0, limit: 1 }).expect("a page");
        compare(company, who, status.as_str(), page.total, count(&|lead| lead.record.status == status));
    }
}

fn compare(company: &Company, who: usize, name: &str, shown: u32, is: u32) {
    if shown != is {
        company.tally.find(Oracle::Totals, format!("person {who} counts {shown} leads in {name}, and there are {is}"));
    }
}
