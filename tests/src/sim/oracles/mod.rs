//! What must be so once everybody has sent and received. Each oracle works it out anew from what the
//! server accepted, its documents and its log, and looks how that stands at the devices and in the rows.

mod devices;
mod fates;
mod ledgers;
mod log;
mod sight;
mod totals;
mod truth;

use super::company::Company;
use super::tally::Oracle;
pub use fates::put_aside;
pub use truth::Truth;

/// Looks at everything.
pub fn check(company: &Company) {
    let truth = match Truth::of(company) {
        Ok(truth) => truth,
        Err(why) => return company.tally.find(Oracle::ServerRows, why),
    };
    fates::check(company, &truth);
    log::check(company, &truth);
    for who in (0..company.people.len()).filter(|who| !company.people[*who].cut_off) {
        let Some(me) = truth.person(company.people[who].user) else { continue };
        let sees = sight::of(me, &truth);
        devices::check(company, who, me, &sees);
        devices::own(company, who, me, &truth);
        totals::check(company, who, &sees);
        ledgers::check(company, who, me, &sees, &truth);
        devices::attendance(company, who);
    }
}
