//! Assignment by rules, as the routes call it.

use super::Core;
use crate::assign;
use crate::assignment::{chores, create, distribute, dry_run, rules};
use crate::auth::SignedIn;
use crate::error::Error;
use crate::live::Touched;
use domain::LeadId;
use domain::assignment::Rules;
use protocol::admin::{AssignMany, AssignedMany, AutoDistribute, Distributed, DryRun, DryRunLine, EligibleUser, MadeLead, PostLead};

impl Core {
    /// # Errors
    /// See [`rules::get`].
    pub fn assignment_rules(&self, who: &SignedIn) -> Result<Rules, Error> {
        rules::get(&self.store, self.org.id, who)
    }

    /// # Errors
    /// See [`rules::set`].
    pub fn set_assignment_rules(&self, who: &SignedIn, new: Rules) -> Result<Rules, Error> {
        rules::set(&self.store, &self.env, self.org.id, who, new)
    }

    /// # Errors
    /// See [`dry_run::run`].
    pub fn dry_run(&self, who: &SignedIn, asked: &DryRun) -> Result<Vec<DryRunLine>, Error> {
        dry_run::run(&self.store, &self.env, self.org.id, who, asked)
    }

    /// # Errors
    /// See [`create::create`].
    pub fn create_lead(&self, who: &SignedIn, key: Option<&str>, asked: &PostLead) -> Result<MadeLead, Error> {
        create::may(who)?;
        let (made, touched) = create::create(&self.store, &self.env, &self.org, who, key, asked)?;
        self.hub.poke(&touched);
        Ok(made)
    }

    /// # Errors
    /// See [`distribute::distribute`].
    pub fn distribute(&self, who: &SignedIn, asked: &AutoDistribute) -> Result<Distributed, Error> {
        let (done, moved, touched) = distribute::distribute(&self.store, &self.env, self.org.id, who, asked)?;
        self.moved(&moved, &touched)?;
        Ok(done)
    }

    /// # Errors
    /// See [`distribute::assign_many`].
    pub fn assign_many(&self, who: &SignedIn, asked: &AssignMany) -> Result<AssignedMany, Error> {
        let (done, moved, touched) = distribute::assign_many(&self.store, &self.env, self.org.id, who, asked)?;
        self.moved(&moved, &touched)?;
        Ok(done)
    }

    /// # Errors
    /// See [`assign::eligible_users`].
    pub fn eligible_users(&self, who: &SignedIn) -> Result<Vec<EligibleUser>, Error> {
        assign::eligible_users(&self.store, self.org.id, who)
    }

    /// # Errors
    /// See [`chores::run`].
    pub fn give_out_waiting(&self) -> Result<(), Error> {
        let (moved, touched) = chores::run(&self.store, &self.env, self.org.id)?;
        self.moved(&moved, &touched)
    }

    /// Tells of leads that went to somebody.
    fn moved(&self, leads: &[LeadId], touched: &Touched) -> Result<(), Error> {
        leads.iter().try_for_each(|lead| self.drop_unseen(*lead))?;
        if touched.seq > 0 {
            self.hub.poke(touched);
        }
        Ok(())
    }
}
