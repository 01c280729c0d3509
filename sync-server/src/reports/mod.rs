//! Reports on leads (area M): counted in one pass over facts in memory, which each question first brings up to date
//! with the log. Nothing is counted while leads are written, and any filter costs the same.

mod facts;
mod rows;
mod scope;
mod tally;

pub use rows::Page;

use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::rules;
use crate::store::{Store, StoreError, Tx, leads, orgs, teams, users};
use domain::report::{LeadReport, LeadReportFilter, LeadReportRow, LeadReportRows};
use domain::{Action, Env, OrgId, Scope as Reach, TeamId, UserId, phone, policy};
use facts::Facts;
use protocol::rows::OrgRow;
use scope::{Days, Scope};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use tally::Directory;

/// What an organisation's reports are made of.
#[derive(Debug, Default)]
pub struct Reports {
    facts: RwLock<Facts>,
}

/// The names that figures are shown under.
struct Names {
    people: BTreeMap<UserId, String>,
    teams: BTreeMap<TeamId, String>,
}

impl Reports {
    /// Takes what was written since into memory; at the first time everything, which takes seconds for a million leads.
    ///
    /// # Errors
    /// The database's.
    pub fn refresh(&self, tx: &mut dyn Tx, org: OrgId) -> Result<(), StoreError> {
        let head = orgs::head(tx, org)?;
        if !self.facts.read().unwrap_or_else(PoisonError::into_inner).has(&head) {
            self.facts.write().unwrap_or_else(PoisonError::into_inner).refresh(tx, org, &head)?;
        }
        Ok(())
    }

    /// # Errors
    /// `NotPermitted` for who has no reports; `BadRequest` for a filter of nonsense.
    pub fn leads(&self, store: &Store, env: &Env, org: &OrgRow, who: &SignedIn, filter: &LeadReportFilter) -> Result<LeadReport, Error> {
        let (actor, names) = self.ready(store, org, who)?;
        let facts = self.facts.read().unwrap_or_else(PoisonError::into_inner);
        let zone = rules::zone(&org.zone);
        let scope = Scope::of(&actor, filter, &facts, &zone)?;
        let directory = Directory { people: &names.people, teams: &names.teams };
        Ok(tally::report(&facts, &scope, &Days::at(&zone, env.now_ms()), &directory))
    }

    /// # Errors
    /// As of [`Reports::leads`].
    pub fn rows(
        &self,
        store: &Store,
        env: &Env,
        org: &OrgRow,
        who: &SignedIn,
        filter: &LeadReportFilter,
        page: &Page,
    ) -> Result<LeadReportRows, Error> {
        let (actor, names) = self.ready(store, org, who)?;
        let found = {
            let facts = self.facts.read().unwrap_or_else(PoisonError::into_inner);
            let zone = rules::zone(&org.zone);
            let scope = Scope::of(&actor, filter, &facts, &zone)?;
            let directory = Directory { people: &names.people, teams: &names.teams };
            rows::page(&facts, &scope, &Days::at(&zone, env.now_ms()), &directory, page)?
        };
        let sees_phones = policy::scope(actor.role, Action::SeePhone) != Reach::None;
        let rows = store.read(|tx| {
            let mut rows = Vec::with_capacity(found.leads.len());
            for lead in &found.leads {
                let Some(row) = leads::get(tx, org.id, *lead)? else { continue };
                let summary = leads::current(tx, org.id, &row)?;
                rows.push(LeadReportRow {
                    lead: *lead,
                    name: summary.name,
                    phone: if sees_phones {
                        phone::display(&summary.phone, &org.phone_prefix)
                    } else {
                        phone::mask(&summary.phone, &org.phone_prefix)
                    },
                    status: summary.status,
                    interest: summary.interest,
                    source: summary.source,
                    owner: summary.owner.and_then(|owner| names.people.get(&owner).cloned()),
                    calls: summary.calls,
                    created_at: summary.created_at,
                    first_call_at: summary.called.first().map(|call| call.at),
                    converted_at: summary.converted_at,
                    dropped_at: summary.dropped_at,
                });
            }
            Ok::<_, StoreError>(rows)
        })?;
        Ok(LeadReportRows { rows, total: found.total, next: found.next })
    }

    fn ready(&self, store: &Store, org: &OrgRow, who: &SignedIn) -> Result<(domain::Actor, Names), Error> {
        store.read(|tx| {
            self.refresh(tx, org.id)?;
            let actor = *auth::as_of(tx, org.id, who)?.actor();
            let people = users::all(tx, org.id)?.into_iter().map(|user| (user.row.id, user.row.name)).collect();
            let teams = teams::all(tx, org.id)?.into_iter().map(|team| (team.id, team.name)).collect();
            Ok((actor, Names { people, teams }))
        })
    }
}
