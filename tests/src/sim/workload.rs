//! What people do at their desks: every kind of command there is, in the order a day has them.

use super::chance::START_MS;
use super::company::Company;
use super::tally::Happening;
use bridge::attention::{AttentionDiscard, AttentionKind, AttentionRetry};
use bridge::lead::{LeadAssign, LeadGet};
use client::store::attention;
use domain::command::NewLead;
use domain::config::{FieldKind, OptionList, Setting};
use domain::ledger::{Instalment, Mode, Payment, What};
use domain::{Command, CommandId, Currency, LeadField, LeadId, LeadRecord, Ledger, LedgerCommand, Money, Status};
use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use records::TextEdit;

impl Company {
    /// A lead typed into the form.
    pub fn create_lead(&mut self, who: usize) {
        if !self.people[who].may_work() {
            return;
        }
        let new = NewLead {
            name: format!("लीड {}", self.leads.len()),
            phone: a_phone(&mut self.rng),
            note: Some("Prefers evenings.".into()),
            ..NewLead::default()
        };
        if let Ok(lead) = self.people[who].engine().create_lead(new) {
            self.leads.push(lead);
            self.acknowledge(who, lead, CommandId(lead.0));
        }
    }

    /// A person works on one of their leads: one edit, or a whole call.
    pub fn work(&mut self, who: usize) {
        // Who never pulls holds on to the copy, whatever the lease says.
        let forged = self.people[who].road.faults.frozen.load(std::sync::atomic::Ordering::Relaxed);
        if !forged && !self.people[who].may_work() || self.people[who].cut_off {
            return;
        }
        let Some(lead) = self.a_lead_of(who) else { return };
        match self.rng.random_range(0..10) {
            0..2 => self.edit_note(who, lead),
            2..4 => self.call(who, lead),
            4 => self.undo(who, lead),
            _ => self.edit(who, lead),
        }
    }

    fn a_lead_of(&mut self, who: usize) -> Option<LeadId> {
        let engine = self.people[who].engine();
        let mine: Vec<LeadId> = self.leads.iter().copied().filter(|lead| engine.record(*lead).is_ok()).collect();
        mine.choose(&mut self.rng).copied()
    }

    fn edit(&mut self, who: usize, lead: LeadId) {
        let Ok((record, _)) = self.people[who].engine().record(lead) else { return };
        if let Some(command) = a_command(&mut self.rng, &record) {
            self.carry_out(who, lead, command);
        }
    }

    /// Somebody writes into the ledger of a lead that they see converted: money, a correction, a price or a plan.
    pub fn collect(&mut self, who: usize) {
        // Mostly the Admin, who may; the others are refused or, posted to Recovery or Finance, may too.
        let who = if self.rng.random_bool(0.6) { 0 } else { who };
        let forged = self.people[who].road.faults.frozen.load(std::sync::atomic::Ordering::Relaxed);
        if forged || !self.people[who].may_work() || self.people[who].cut_off {
            return;
        }
        let engine = self.people[who].engine().clone();
        let is_converted = |lead: &LeadId| engine.record(*lead).is_ok_and(|(record, _)| record.status == Status::Converted);
        let converted: Vec<LeadId> = self.leads.iter().copied().filter(is_converted).collect();
        // A short run, too, gets as far as money: to the conversion at once, and the first payment with it.
        let chosen = converted.choose(&mut self.rng).copied();
        let Some(lead) = chosen.or_else(|| self.convert(who)) else { return };
        let Ok(ledger) = engine.ledger(lead) else { return };
        let command = a_ledger_command(&mut self.rng, &ledger);
        if let Ok(id) = engine.account(lead, command) {
            self.acknowledge(who, lead, id);
            self.tally.saw(Happening::Accounted);
        }
    }

    /// The steps of a lead to its conversion; which lead, where it got there.
    fn convert(&mut self, who: usize) -> Option<LeadId> {
        let lead = self.a_lead_of(who)?;
        let steps = [Status::Converted, Status::Qualified, Status::Interested, Status::InProgress];
        for _ in 0..=steps.len() {
            let (record, _) = self.people[who].engine().record(lead).ok()?;
            if record.status == Status::Converted {
                return Some(lead);
            }
            let next = domain::lifecycle::next(record.status);
            let to = steps.into_iter().find(|to| next.contains(to))?;
            self.carry_out(who, lead, Command::ChangeStatus { from: record.status, to, reason: None });
        }
        None
    }

    /// The attempt, what came of it, a note, and the next step.
    fn call(&mut self, who: usize, lead: LeadId) {
        let at = START_MS;
        self.carry_out(who, lead, Command::LogCall { at, outcome: "Talked".into() });
        self.edit(who, lead);
        let text = format!("बात हुई {}", self.rng.random_range(0..1000));
        self.carry_out(who, lead, Command::AddNote { text });
        let later = a_time(&mut self.rng);
        self.carry_out(who, lead, later);
    }

    fn carry_out(&mut self, who: usize, lead: LeadId, command: Command) {
        let deletes = matches!(command, Command::DeleteLead { .. } | Command::RestoreLead { .. });
        if let Ok(id) = self.people[who].engine().execute(lead, command) {
            self.acknowledge(who, lead, id);
            self.tally.saw_many(Happening::Deleted, u64::from(deletes));
        }
    }

    /// Takes back something that this person did to the lead.
    fn undo(&mut self, who: usize, lead: LeadId) {
        let Ok((_, stored)) = self.people[who].engine().record(lead) else { return };
        let me = self.people[who].user;
        let mine = records::history(&stored.doc).into_iter().filter_map(|entry| entry.envelope).filter(|e| e.author == me);
        let mine: Vec<_> = mine.filter(|e| e.command.can_be_undone()).collect();
        // Mostly the last thing.
        let made = if self.rng.random_bool(0.7) { mine.last() } else { mine.choose(&mut self.rng) };
        let Some(made) = made else { return };
        let undo = Command::Undo { command: made.id, of: Box::new(made.command.clone()) };
        if let Ok(id) = self.people[who].engine().execute(lead, undo) {
            self.acknowledge(who, lead, id);
            self.tally.saw(Happening::Undone);
        }
    }

    /// An Admin changes the organisation's rules or lists; anybody else something that they keep for themselves.
    pub fn keep(&mut self, who: usize) {
        if !self.people[who].may_work() || self.people[who].cut_off {
            return;
        }
        let number = self.rng.random_range(0..9_u32);
        let label = format!("मेला {number}");
        let rule = match self.rng.random_range(0..4) {
            0 => Command::SetSetting { setting: Setting::TriesMax, value: Some((number + 1).to_string()) },
            1 => Command::SetSetting { setting: Setting::DayTarget, value: (number > 3).then(|| (number * 10).to_string()) },
            2 => Command::AddOption { list: OptionList::Sources, label, kind: FieldKind::Text },
            _ => {
                let all = self.people[who].engine().config().unwrap_or_default().all(OptionList::Sources);
                let Some(option) = all.choose(&mut self.rng).map(|one| one.id) else { return };
                Command::ChangeOption { option, label: None, active: Some(number > 4) }
            }
        };
        if let Ok(id) = self.people[who].engine().configure(rule) {
            self.acknowledge(who, LeadId(self.core().org().id.0), id);
            self.tally.saw(Happening::Configured);
        }
        let own = Command::SetPreference { key: format!("key.{}", number % 3), value: (number > 1).then(|| number.to_string()) };
        if self.people[who].engine().keep(own).is_ok() {
            self.tally.saw(Happening::Kept);
        }
    }

    /// Types into a note, sometimes against what the screen showed a while ago.
    fn edit_note(&mut self, who: usize, lead: LeadId) {
        let stale = self.people[who].stale.take().filter(|_| self.rng.random_bool(0.5));
        let engine = self.people[who].engine().clone();
        let seen = stale.or_else(|| {
            let (record, stored) = engine.record(lead).ok()?;
            let note = record.notes.choose(&mut self.rng)?;
            Some((lead, note.id, stored.doc.heads(), note.text.clone()))
        });
        let Some((lead, note, heads, text)) = seen else { return };
        let length = text.chars().count();
        let at = self.rng.random_range(0..=length);
        let delete = self.rng.random_range(0..=(length - at).min(4));
        let insert = format!("<{}>", self.rng.random_range(0..1000));
        if let Ok(command) = engine.edit_note(lead, note, &heads, &[TextEdit { at, delete, insert }]) {
            self.acknowledge(who, lead, command);
        }
        self.people[who].stale = Some((lead, note, heads, text));
    }

    /// A person who may assigns a lead while the server is out of reach: it waits for the next round.
    pub fn ask_for_owner(&mut self, who: usize) {
        if !self.people[who].may_work() {
            return;
        }
        let (Some(lead), owner) = (self.a_lead_of(who), self.somebody()) else { return };
        let desk = self.people[who].desk();
        let Ok(view) = desk.ask(LeadGet { lead }) else { return };
        let expected = view.owner.map(|(user, _)| user);
        let asked = desk.ask(LeadAssign { lead, expected, owner: Some(owner) }).is_ok_and(|assigned| assigned.waits);
        self.tally.saw_many(Happening::Asked, u64::from(asked));
    }

    /// A person goes through Needs attention: this one, or the next who has something there.
    pub fn decide(&mut self, who: usize) {
        let all = self.people.len();
        let Some(who) = (0..all).map(|further| (who + further) % all).find(|who| !self.refused(*who).is_empty()) else { return };
        let refused = self.refused(who);
        let Some(item) = refused.choose(&mut self.rng) else { return };
        let (command, again) = (item.envelope.id, self.rng.random_bool(0.5));
        if self.rng.random_bool(0.3) {
            let person = &self.people[who];
            let sent = person.engine().send_on(person.road.as_ref(), command).is_ok();
            return self.tally.saw_many(Happening::SentOn, u64::from(sent));
        }
        let before: Vec<CommandId> = self.unsent(who);
        let desk = self.people[who].desk();
        let done = if again { desk.ask(AttentionRetry { command }) } else { desk.ask(AttentionDiscard { command }) };
        if done.is_err() {
            return;
        }
        self.tally.saw(Happening::Retried);
        self.people[who].decided.insert(command);
        let lead = LeadId(item.doc.id);
        for id in self.unsent(who).into_iter().filter(|id| again && !before.contains(id)) {
            let lead = if matches!(item.envelope.command, Command::CreateLead(_)) { LeadId(id.0) } else { lead };
            if !self.leads.contains(&lead) {
                self.leads.push(lead);
            }
            self.acknowledge(who, lead, id);
        }
    }

    /// What waits for this person's decision, if they are at work.
    fn refused(&self, who: usize) -> Vec<attention::Refused> {
        let person = &self.people[who];
        if !person.may_work() {
            return Vec::new();
        }
        let waiting = person.engine().store().read(attention::waiting).unwrap_or_default();
        waiting.into_iter().filter(|item| item.kind == AttentionKind::Refused).collect()
    }

    fn unsent(&self, who: usize) -> Vec<CommandId> {
        let waiting = self.people[who].engine().store().read(|c| client::store::outbox::first(c, usize::MAX)).unwrap_or_default();
        waiting.into_iter().map(|pending| pending.envelope.id).collect()
    }

    /// Arms an edit that this person types while their round of sync runs.
    pub fn type_meanwhile(&mut self, who: usize) {
        if !self.people[who].may_work() {
            return;
        }
        let Some(lead) = self.a_lead_of(who) else { return };
        let (engine, acknowledged) = (self.people[who].engine().clone(), self.people[who].acknowledged.clone());
        let (tally, text) = (self.tally.clone(), format!("while it ran {}", self.rng.random_range(0..1000)));
        self.people[who].road.meanwhile(Box::new(move || {
            if let Ok(command) = engine.execute(lead, Command::AddNote { text }) {
                tally.saw(Happening::Typed);
                tally.saw(Happening::Command);
                acknowledged.add(lead, command);
            }
        }));
    }
}

fn a_phone(rng: &mut SmallRng) -> String {
    format!("+9198{:08}", rng.random_range(10_000_000..99_999_999))
}

fn a_time(rng: &mut SmallRng) -> Command {
    let due_at = START_MS + rng.random_range(0..9_000_000);
    Command::ScheduleFollowUp { due_at, zone: "Asia/Kolkata".into(), local: "2026-11-22T11:00".into(), note: "call".into() }
}

fn a_ledger_command(rng: &mut SmallRng, ledger: &Ledger) -> LedgerCommand {
    let rupees = |minor: i64| Money::new(minor, Currency::INR);
    let minor = rng.random_range(1..=9_999_999);
    let day = format!("2026-11-{:02}", rng.random_range(1..=30)).parse().expect("a day");
    // Of few numbers, so that some stand twice.
    let reference = rng.random_bool(0.5).then(|| format!("UTR {}", rng.random_range(0..20)));
    let payment = Payment { amount: rupees(minor), mode: Mode::Upi, day, reference, note: String::new() };
    let reason = || "typed wrong".to_owned();
    let is_money = |what: &What| matches!(what, What::Payment(_) | What::Reversal { replacement: Some(_), .. });
    let payments: Vec<_> = ledger.entries.iter().filter(|(_, entry)| is_money(&entry.what)).map(|(id, _)| *id).collect();
    match (rng.random_range(0..10), payments.choose(rng)) {
        (0..4, _) | (4..6, None) => LedgerCommand::AddPayment { payment },
        (4..6, Some(entry)) => {
            LedgerCommand::Reverse { entry: *entry, reason: reason(), replacement: rng.random_bool(0.5).then_some(payment) }
        }
        (6, _) => LedgerCommand::Refund { payment, reason: reason() },
        (7, _) => LedgerCommand::AddDiscount { amount: rupees(minor), reason: reason() },
        (8, _) => LedgerCommand::Promise { day, amount: None, note: String::new() },
        _ if rng.random_bool(0.5) => LedgerCommand::SetPackage { total: Some(rupees(minor)) },
        _ => LedgerCommand::SetPlan { instalments: vec![Instalment { due: day, amount: rupees(minor) }] },
    }
}

fn a_field(rng: &mut SmallRng) -> Command {
    let number = rng.random_range(0..9);
    let (field, value) = match rng.random_range(0..8) {
        0 | 1 => (LeadField::Phone, a_phone(rng)),
        2 => (LeadField::AltPhone, a_phone(rng)),
        3 => (LeadField::Email, format!("x{number}@example.com")),
        4 => (LeadField::Name, format!("नाम {number}")),
        5 => (LeadField::Source, ["Web", "Fair"][number % 2].to_owned()),
        6 => (LeadField::Language, ["Hindi", "Tamil"][number % 2].to_owned()),
        _ => (LeadField::Budget, format!("{}", number * 100_000)),
    };
    let empties = !matches!(field, LeadField::Name | LeadField::Phone) && rng.random_bool(0.2);
    Command::SetField { field, value: (!empties).then_some(value) }
}

/// Something that may be done to a lead as it is; not always something that this person may do.
fn a_command(rng: &mut SmallRng, record: &LeadRecord) -> Option<Command> {
    let follow_up = record.follow_ups.choose(rng).map(|f| f.id);
    let tag = ["hot", "vip"][rng.random_range(0..2)].to_owned();
    Some(match rng.random_range(0..16) {
        0..4 => a_field(rng),
        4..7 => {
            let to = *domain::lifecycle::next(record.status).choose(rng)?;
            Command::ChangeStatus { from: record.status, to, reason: Some("Financial".into()) }
        }
        7 => Command::SetInterest { level: rng.random_range(1..=5) },
        8 => a_time(rng),
        9 => match a_time(rng) {
            Command::ScheduleFollowUp { due_at, zone, local, .. } => Command::MoveFollowUp { follow_up: follow_up?, due_at, zone, local },
            other => other,
        },
        10 => Command::CompleteFollowUp { follow_up: follow_up?, outcome: "Call made".into() },
        11 => Command::CancelFollowUp { follow_up: follow_up? },
        12 => Command::AddTag { tag },
        13 => Command::RemoveTag { tag },
        14 => Command::AddNote { text: "और".into() },
        _ => match &record.deleted {
            Some(deleted) => Command::RestoreLead { deletions: deleted.deletions.clone(), reason: "Wrong".into() },
            None => Command::DeleteLead { reason: "Duplicate".into() },
        },
    })
}
