//! What else happens to a company: decisions of the Admin, weather of the network, clocks, deaths of
//! processes, backups put back.

use super::chance;
use super::company::Company;
use super::network::Died;
use super::tally::{Happening, Oracle};
use domain::people::{AuditFilter, AuditLine, Post};
use domain::{LeadId, Role, TeamId, UserId};
use protocol::admin::{ChangePost, SetOwner};
use rand::Rng;
use rand::seq::IndexedRandom;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use sync_server::store::proposals;
use sync_server::{Error, SignedIn, compact};

/// The Admin, who stays one.
const BOSS: usize = 0;
/// Whoever may be moved, disabled and given leads begins here.
const STAFF: usize = 2;
const DAY_MS: i64 = 24 * 3_600_000;
const YEAR_MS: i64 = 365 * DAY_MS;

impl Company {
    /// One thing that happens, by the dice of this step.
    pub fn step(&mut self, n: usize) {
        self.rng = chance::of(self.seed, 1 + n as u64);
        self.truth.pass(self.rng.random_range(1..90_000));
        for who in 0..self.people.len() {
            let faults = &self.people[who].road.faults;
            faults.unreliable.store(true, Ordering::Relaxed);
            self.people[who].road.reseed(chance::of(chance::mix(self.seed, n as u64), who as u64));
        }
        let who = self.rng.random_range(0..self.people.len());
        match self.rng.random_range(0..100) {
            0..27 => self.work(who),
            27..33 => self.collect(who),
            33..36 => self.attend(who),
            36..38 => self.give_out(),
            38 => self.ask_for_owner(who),
            39 => self.keep(who),
            40..42 => self.keep_house(who),
            42..46 => self.create_lead(who),
            46..58 => self.round(who),
            58..61 => self.round_if_poked(who),
            61..64 => {
                self.type_meanwhile(who);
                self.round(who);
            }
            64..66 => {
                self.give_away_meanwhile(who);
                self.round(who);
            }
            66..68 => self.die_in_a_round(who),
            68..75 => self.weather(who),
            75..77 => self.die(who),
            77..83 => self.assign(),
            83..86 => self.post_somebody(),
            86..89 => self.settle_a_proposal(),
            89..91 => self.settle_a_quarantined_edit(),
            91..93 => self.decide(who),
            93..95 => self.time(who),
            95..97 => self.cut_off_or_let_in(),
            _ => self.disaster(),
        }
    }

    /// As [`Company::sync`], for whoever is not shut out.
    fn round(&mut self, who: usize) {
        if !self.people[who].cut_off {
            // Fails now and then; that is the point.
            let _ = self.sync(who);
        }
    }

    /// The live socket says that there is something.
    fn round_if_poked(&mut self, who: usize) {
        let poked = self.people[who].socket.as_mut().is_some_and(|socket| {
            let news = socket.behind.has_changed().unwrap_or(false);
            socket.behind.mark_unchanged();
            news
        });
        if poked {
            self.tally.saw(Happening::Poked);
            self.round(who);
        }
    }

    fn die(&mut self, who: usize) {
        self.tally.saw(Happening::ClientDied);
        self.restart(who);
    }

    /// The computer dies between two requests of a round.
    fn die_in_a_round(&mut self, who: usize) {
        let after = self.rng.random_range(0..4);
        self.people[who].road.dies_after(Some(after));
        let died = catch_unwind(AssertUnwindSafe(|| self.round(who)));
        self.people[who].road.dies_after(None);
        self.people[who].road.forget_meanwhile();
        match died {
            Err(panic) if panic.is::<Died>() => {
                self.tally.saw(Happening::ClientDiedSyncing);
                self.restart(who);
            }
            Err(panic) => resume_unwind(panic),
            Ok(()) => {}
        }
    }

    /// The line is cut or mended, a proxy ends the socket, what was late arrives.
    fn weather(&mut self, who: usize) {
        let roll = self.rng.random_range(0..10);
        let faults = &self.people[who].road.faults;
        match roll {
            0..4 => self.toggle(&faults.cut, Happening::Partition),
            4..5 => self.toggle(&faults.frozen, Happening::Frozen),
            5..6 => self.toggle(&faults.outdated, Happening::Outdated),
            6..8 => self.people[who].road.deliver_late(),
            _ => match self.people[who].socket.take() {
                Some(socket) => {
                    self.core().hub().leave(&socket);
                    self.tally.saw(Happening::SocketCut);
                }
                None => self.listen(who),
            },
        }
    }

    fn toggle(&self, fault: &AtomicBool, what: Happening) {
        if !fault.fetch_xor(true, Ordering::Relaxed) {
            self.tally.saw(what);
        }
    }

    /// A clock is set wrong, or days pass: leases end.
    fn time(&mut self, who: usize) {
        if self.rng.random_bool(0.6) {
            let off = self.rng.random_range(-YEAR_MS..=YEAR_MS);
            self.people[who].clock.set_off(off);
            self.tally.saw(Happening::ClockWrong);
        } else {
            self.truth.pass(self.rng.random_range(DAY_MS..4 * DAY_MS));
            self.tally.saw(Happening::DaysAway);
        }
    }

    fn disaster(&mut self) {
        match self.rng.random_range(0..10) {
            0..2 => self.restart_server(),
            2..5 => self.compact(),
            5..7 => self.back_up(),
            _ => self.restore(),
        }
    }

    /// The server forgets what it may of its past; what people read of that stays as it is.
    fn compact(&mut self) {
        self.tally.saw(Happening::Compacted);
        let (core, before) = (self.core(), self.audit_log());
        let options = compact::Options { keep_days: self.rng.random_range(0..3), is_shared: false };
        match compact::compact(core.store(), core.env(), options, &mut |_, _| {}) {
            Ok(report) if report.is_sound() => self.tally.saw_many(Happening::Forgotten, report.entries),
            Ok(report) => self.tally.find(Oracle::Chain, format!("compacting: {report:?}")),
            Err(error) => self.tally.find(Oracle::Crash, format!("compacting: {error}")),
        }
        if before != self.audit_log() {
            self.tally.find(Oracle::Chain, "the audit log reads otherwise once it is compacted");
        }
    }

    /// As the Admin reads it, page by page.
    fn audit_log(&self) -> Vec<AuditLine> {
        let (boss, mut filter, mut lines) = (self.boss(), AuditFilter::default(), Vec::new());
        loop {
            let page = self.core().audit(&boss, &filter).expect("the Admin reads it");
            lines.extend(page.lines);
            match page.next {
                Some(next) => filter.before = Some(next),
                None => return lines,
            }
        }
    }

    /// The Admin, signed in.
    #[must_use]
    pub fn boss(&self) -> SignedIn {
        self.signed_in(BOSS).expect("the Admin is let in")
    }

    fn signed_in(&self, who: usize) -> Result<SignedIn, Error> {
        self.core().session_for(self.people[who].user, self.people[who].device)
    }

    pub(super) fn somebody(&mut self) -> UserId {
        self.people[STAFF..].choose(&mut self.rng).expect("there are people").user
    }

    /// The Admin gives a lead to somebody, or to nobody, by what is so or by what an old screen shows.
    fn assign(&mut self) {
        let Some(lead) = self.leads.choose(&mut self.rng).copied() else { return };
        let who = self.boss();
        let Ok(snapshot) = self.core().snapshot(&who, lead) else { return };
        let is = snapshot.summary.and_then(|summary| summary.owner);
        let expected_owner = if self.rng.random_bool(0.7) { is } else { self.owner_on_a_screen(lead) };
        let owner = if self.rng.random_bool(0.1) { None } else { Some(self.somebody()) };
        match self.core().set_owner(&who, lead, SetOwner { expected_owner, owner }) {
            Ok(_) => {
                self.tally.saw(Happening::Assigned);
                if expected_owner != is {
                    let text = format!("{lead} was given away as {expected_owner:?}'s, and was {is:?}'s");
                    self.tally.find(Oracle::Owner, text);
                }
            }
            Err(Error::OwnerChanged) => self.tally.saw(Happening::AssignedLate),
            // Converted and deleted leads stay where they are; nobody gives to a role that takes none.
            Err(Error::Refused(_) | Error::NotFound) => {}
            Err(error) => self.tally.find(Oracle::Crash, format!("assigning: {error}")),
        }
    }

    fn owner_on_a_screen(&mut self, lead: LeadId) -> Option<UserId> {
        let row = self.people[1].engine().store().read(|c| client::store::leads::get(c, lead));
        row.ok().flatten().map_or_else(|| Some(self.somebody()), |row| row.summary.owner)
    }

    /// Somebody else gets a lead of this person's while a round of theirs runs.
    fn give_away_meanwhile(&mut self, who: usize) {
        let user = self.people[who].user;
        let (boss, to, place) = (self.boss(), self.somebody(), self.place());
        let engine = self.people[who].engine();
        let mine = |lead: &&LeadId| {
            engine.store().read(|c| client::store::leads::get(c, **lead)).ok().flatten().is_some_and(|row| row.summary.owner == Some(user))
        };
        let Some(lead) = self.leads.iter().find(mine).copied() else { return };
        let tally = self.tally.clone();
        self.people[who].road.meanwhile(Box::new(move || {
            let set = SetOwner { expected_owner: Some(user), owner: Some(to) };
            if place.core().set_owner(&boss, lead, set).is_ok() {
                tally.saw(Happening::Raced);
            }
        }));
    }

    /// The Admin moves somebody to another role or team.
    fn post_somebody(&mut self) {
        let (core, who, user) = (self.core(), self.boss(), self.somebody());
        let people = core.people(&who).expect("the Admin lists people");
        let teams: Vec<TeamId> = core.teams(&who).expect("the Admin lists teams").into_iter().map(|team| team.id).collect();
        let Some(person) = people.into_iter().find(|p| p.id == user && !p.disabled) else { return };
        let expected = Post { role: person.role, team: person.team, disabled: false };
        let roles =
            [Role::Salesperson, Role::Salesperson, Role::TeamLead, Role::Manager, Role::RecoveryAgent, Role::FinanceManager, Role::Analyst];
        let role = *roles.choose(&mut self.rng).expect("a role");
        let team = if self.rng.random_bool(0.1) { None } else { teams.choose(&mut self.rng).copied() };
        core.change_post(&who, user, &ChangePost { expected, post: Post { role, team, disabled: false } }).expect("the Admin may");
        self.tally.saw(Happening::Posted);
    }

    /// People and teams get other names; somebody signs out everywhere.
    fn keep_house(&mut self, who: usize) {
        let (core, boss, number) = (self.core(), self.boss(), self.rng.random_range(0..1_000));
        let Ok(signed_in) = self.signed_in(who) else { return };
        match self.rng.random_range(0..3) {
            0 => {
                core.rename(&signed_in, &format!("आशा {number}")).expect("everybody has a name of their own");
                self.tally.saw(Happening::Renamed);
            }
            1 => {
                let teams = core.teams(&boss).expect("the Admin lists teams");
                let team = teams.choose(&mut self.rng).expect("there are teams").id;
                let renamed = core.put_team(&boss, Some(team), &format!("Team {number}")).is_ok();
                self.tally.saw_many(Happening::Renamed, u64::from(renamed));
            }
            _ => {
                core.sign_out_everywhere(&signed_in).expect("everybody may");
                self.tally.saw(Happening::SignedOut);
            }
        }
    }

    /// Somebody takes or drops an old owner's edit, where they may.
    fn settle_a_proposal(&mut self) {
        let (core, org) = (self.core(), self.core().org().id);
        let open = core.store().read(|tx| proposals::all_open(tx, org)).expect("readable");
        let Some(proposal) = open.choose(&mut self.rng) else { return };
        let who = self.rng.random_range(0..self.people.len());
        let Ok(signed_in) = self.signed_in(who) else { return };
        // Not everybody may, and not every edit still fits: that is an answer too.
        if self.rng.random_bool(0.5) {
            let taken = core.take_proposal(&signed_in, proposal.id).is_ok();
            self.tally.saw_many(Happening::Taken, u64::from(taken));
        } else {
            let dropped = core.drop_proposal(&signed_in, proposal.id).is_ok();
            self.tally.saw_many(Happening::Dismissed, u64::from(dropped));
        }
    }

    /// The Admin releases or drops an edit in quarantine.
    fn settle_a_quarantined_edit(&mut self) {
        let (core, who) = (self.core(), self.boss());
        let held = core.quarantine(&who).expect("the Admin reads it");
        let Some(edit) = held.choose(&mut self.rng) else { return };
        if self.rng.random_bool(0.7) {
            let released = core.release_quarantined(&who, edit.id).is_ok();
            self.tally.saw_many(Happening::Released, u64::from(released));
        } else {
            let dropped = core.drop_quarantined(&who, edit.id).is_ok();
            self.tally.saw_many(Happening::Discarded, u64::from(dropped));
        }
    }

    /// A person is disabled or let in again; now and then a computer is revoked for good.
    fn cut_off_or_let_in(&mut self) {
        let who = self.rng.random_range(STAFF..self.people.len());
        let (core, user, device) = (self.core(), self.people[who].user, self.people[who].device);
        let disabled = core.people(&self.boss()).expect("the Admin lists people").iter().any(|p| p.id == user && p.disabled);
        if disabled {
            core.set_disabled(user, false).expect("the operator may");
            self.tally.saw(Happening::Enabled);
            self.let_in(user);
        } else if self.rng.random_bool(0.7) {
            core.set_disabled(user, true).expect("the operator may");
            self.tally.saw(Happening::Disabled);
        } else {
            core.revoke_device(&self.boss(), device).expect("the Admin may");
            self.tally.saw(Happening::Revoked);
            if self.rng.random_bool(0.4) {
                core.wipe_device(&self.boss(), device).expect("the Admin may");
                self.tally.saw(Happening::WipeOrdered);
            }
        }
    }

    /// Whoever was disabled signs in again where they sat, unless that computer was revoked.
    fn let_in(&mut self, user: UserId) {
        for who in 0..self.people.len() {
            if self.people[who].user == user {
                match self.sign_in(who) {
                    Ok(()) => self.people[who].cut_off = false,
                    // Closed once what was typed there is in quarantine.
                    Err(_) => self.note_cut_off(who),
                }
            }
        }
    }
}
