//! The engine: one command, one change, one transaction; what changed is told afterwards.

use crate::error::ClientError;
use crate::lease::{self, Standing};
use crate::ledger;
use crate::own;
use crate::profile::Profile;
use crate::project;
use crate::session::{self, SessionFacts};
use crate::store::{Store, assignments, attention, documents, leads, meta, outbox, requests};
use crate::sync::SyncStatus;
use crate::vault::Key;
use bridge::Change;
use bridge::attention::AttentionKind;
use documents::Stored;
use domain::policy::{authorise_command, new_standing};
use domain::{
    Command, CommandId, Config, DocId, DocKind, Env, Envelope, LeadId, LeadRecord, Ledger, LedgerCommand, Refusal, RefusalCode, Subject,
};
use protocol::auth::{Secret, Session};
use protocol::rows::{LeadSummary, Ownership};
use records::{ActorBytes, ChangeHash, Doc, NewChange, TextEdit};
use rusqlite::Connection;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Hears what each commit changed.
pub type Listener = Arc<dyn Fn(Change) + Send + Sync>;

/// The server cut this person or this computer off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutOff {
    /// The server's sentence.
    pub why: String,
    /// The wrapped key is to be destroyed.
    pub wipe: bool,
}

/// Hears of the cut-off, after what was not sent went to quarantine.
pub type CutOffListener = Arc<dyn Fn(CutOff) + Send + Sync>;

/// Hears that the session has ended and only a sign-in begins another.
pub type SessionEndListener = Arc<dyn Fn() + Send + Sync>;

/// A device's word that it destroyed its key; sent after the profile is closed.
#[derive(Debug)]
pub struct WipeReport {
    pub server: String,
    pub device: domain::DeviceId,
    pub secret: Secret,
    pub pin: Option<String>,
}

/// One profile, open.
pub struct Engine {
    store: Store,
    env: Env,
    pub(crate) edit: Mutex<Editing>,
    listener: RwLock<Option<Listener>>,
    cut_off: RwLock<Option<CutOffListener>>,
    session_end: RwLock<Option<SessionEndListener>>,
    pub(crate) status: Mutex<SyncStatus>,
    /// Who works here, as the last edit read it; forgotten when a session or a directory row changes.
    facts: Mutex<Option<Arc<SessionFacts>>>,
}

/// What the next edit needs at hand; taken by whoever writes.
pub(crate) struct Editing {
    /// Random at each opening and after each refusal; never shared.
    pub actor: ActorBytes,
    /// The document of the open lead, as stored.
    pub open: Option<(DocId, Stored)>,
}

impl Engine {
    /// Opens a profile for writing.
    ///
    /// # Errors
    /// `ProfileHeld` naming the process, `NewerProfile`, `Damaged`, `Disk`.
    pub fn open(profile: &Profile, key: &Key, env: Env) -> Result<Self, ClientError> {
        Ok(Self::with_store(Store::open(profile, key)?, env))
    }

    /// Opens a profile for reading, also beside a process that writes.
    ///
    /// # Errors
    /// `NotSignedIn` when there is nothing yet, and as [`Engine::open`].
    pub fn open_read_only(profile: &Profile, key: &Key, env: Env) -> Result<Self, ClientError> {
        Ok(Self::with_store(Store::open_read_only(profile, key)?, env))
    }

    fn with_store(store: Store, env: Env) -> Self {
        let editing = Editing { actor: env.random(), open: None };
        Self {
            store,
            env,
            edit: Mutex::new(editing),
            listener: RwLock::default(),
            cut_off: RwLock::default(),
            session_end: RwLock::default(),
            status: Mutex::default(),
            facts: Mutex::default(),
        }
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    #[must_use]
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// Tells `listener` of every change from now on.
    pub fn listen(&self, listener: Listener) {
        *self.listener.write().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    pub(crate) fn tell(&self, change: Change) {
        if change.is_empty() {
            return;
        }
        if change.session {
            *self.facts.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        let listener = self.listener.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(listener) = listener {
            listener(change);
        }
    }

    /// Tells `listener` when the server cuts this person or computer off.
    pub fn on_cut_off(&self, listener: CutOffListener) {
        *self.cut_off.write().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    /// For the sync, which learns it. Outside any transaction: the listener closes the profile.
    pub fn tell_cut_off(&self, cut_off: CutOff) {
        let listener = self.cut_off.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(listener) = listener {
            listener(cut_off);
        }
    }

    /// Tells `listener` when the server ended the session: elsewhere the password was changed, or the person
    /// signed out everywhere.
    pub fn on_session_end(&self, listener: SessionEndListener) {
        *self.session_end.write().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }

    /// For the sync, which learns it; as [`Engine::tell_cut_off`].
    pub(crate) fn tell_session_ended(&self) {
        let listener = self.session_end.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(listener) = listener {
            listener();
        }
    }

    /// What it takes to tell the server that the key is destroyed, read while the profile is open.
    #[must_use]
    pub fn wipe_report(&self) -> Option<WipeReport> {
        let read = self.store.read(|c| {
            let (server, device) = (meta::get::<String>(c, meta::SERVER)?, meta::get(c, meta::DEVICE)?);
            Ok((server, device, meta::get(c, meta::DEVICE_SECRET)?, meta::get(c, meta::SERVER_PIN)?))
        });
        let (server, device, secret, pin) = read.ok()?;
        Some(WipeReport { server: server?, device: device?, secret: secret?, pin })
    }

    /// What the offline lease allows now.
    ///
    /// # Errors
    /// `Lease`, `Disk`, `Locked`.
    pub fn lease_standing(&self) -> Result<Standing, ClientError> {
        self.store.read(|c| lease::standing(c, self.env.now_ms()))
    }

    /// Remembers how late it is, so that a clock set back gains nothing.
    ///
    /// # Errors
    /// `Disk`, `Locked`.
    pub fn note_clock(&self) -> Result<(), ClientError> {
        self.store.write(|tx| lease::note_clock(tx, self.env.now_ms()))
    }

    /// Forgets the key and lets go of the files: whoever still holds this value is answered `Locked`.
    pub fn close(&self) {
        *self.listener.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.editing().open = None;
        self.store.close();
    }

    /// Who works here, if anyone ever signed in.
    ///
    /// # Errors
    /// `Disk`, `Damaged`.
    pub fn session(&self) -> Result<Option<SessionFacts>, ClientError> {
        self.store.read(SessionFacts::load)
    }

    /// This profile's device id.
    ///
    /// # Errors
    /// `Disk`.
    pub fn device(&self) -> Result<domain::DeviceId, ClientError> {
        self.store.write(|tx| session::device(tx, &self.env))
    }

    /// Stores the session that a sign-in brought.
    ///
    /// # Errors
    /// `OtherUser`, `Lease`, `Disk`.
    pub fn signed_in(&self, server: &str, session: &Session) -> Result<(), ClientError> {
        self.store.write(|tx| {
            session::device(tx, &self.env)?;
            session::store(tx, server, session)
        })?;
        self.tell(Change { session: true, sync: true, ..Change::default() });
        Ok(())
    }

    /// Stores the tokens and the longer lease that a refresh brought.
    ///
    /// # Errors
    /// `Lease`, `Disk`.
    pub(crate) fn renewed(&self, session: &Session) -> Result<session::Tokens, ClientError> {
        self.store.write(|tx| session::renew(tx, session))
    }

    /// Ends the session; data and outbox stay.
    ///
    /// # Errors
    /// `Disk`.
    pub fn sign_out(&self) -> Result<(), ClientError> {
        self.store.write(|tx| session::set_tokens(tx, None))?;
        self.tell(Change { session: true, sync: true, ..Change::default() });
        Ok(())
    }

    /// Makes a lead; it is at once in the list and in the outbox.
    ///
    /// # Errors
    /// `Refused` with the field at fault; `NotSignedIn`; `DiskFull`: nothing was stored.
    pub fn create_lead(&self, new: domain::command::NewLead) -> Result<LeadId, ClientError> {
        let id = CommandId(self.env.new_id());
        let doc = DocId::lead(id.into());
        self.run(doc, id, Command::CreateLead(new), &[])?;
        Ok(id.into())
    }

    /// Carries out one command on a lead.
    ///
    /// # Errors
    /// `Refused`, `NotFound`, `NotSignedIn`, `DiskFull`: nothing was stored.
    pub fn execute(&self, lead: LeadId, command: Command) -> Result<CommandId, ClientError> {
        let id = CommandId(self.env.new_id());
        self.run(DocId::lead(lead), id, command, &[])?;
        Ok(id)
    }

    /// Carries out several commands on a lead, in their order: all of them or none.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub fn execute_all(&self, lead: LeadId, commands: Vec<Command>) -> Result<Vec<CommandId>, ClientError> {
        let commands: Vec<_> = commands.into_iter().map(|command| (CommandId(self.env.new_id()), command)).collect();
        let ids = commands.iter().map(|(id, _)| *id).collect();
        self.run_all(DocId::lead(lead), commands, &[])?;
        Ok(ids)
    }

    /// Edits a note's text as it stood at `heads`: what others typed since stays.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub fn edit_note(&self, lead: LeadId, note: uuid::Uuid, heads: &[ChangeHash], edits: &[TextEdit]) -> Result<CommandId, ClientError> {
        let id = CommandId(self.env.new_id());
        let doc = DocId::lead(lead);
        let splices = {
            let mut edit = self.editing();
            let stored = self.open_document(&mut edit, doc)?;
            records::splices(&stored.doc, heads, note, edits)?
        };
        self.run(doc, id, Command::EditNote { note, splices }, heads)?;
        Ok(id)
    }

    /// The whole record with its heads and what the server knows of its changes; where the role gets
    /// rows without documents, what the row says.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn record(&self, lead: LeadId) -> Result<(LeadRecord, Stored), ClientError> {
        let found = self.store.read(|c| Ok((documents::load(c, DocId::lead(lead))?, leads::get(c, lead)?)))?;
        let (Some(stored), Some(row)) = found else { return Err(ClientError::NotFound) };
        let record = if stored.is_withheld() { project::record_of(lead, &row.summary) } else { records::lead::read(&stored.doc, lead)? };
        Ok((record, stored))
    }

    /// Issues a refused command anew, under a new id, and settles the old one.
    ///
    /// # Errors
    /// `NotFound`; `Refused` when it still breaks a rule: it goes on waiting.
    pub fn retry(&self, command: CommandId) -> Result<CommandId, ClientError> {
        let refused = self.store.read(|c| attention::get(c, command))?.ok_or(ClientError::NotFound)?;
        if refused.kind != AttentionKind::Refused {
            return Err(Refusal::new(RefusalCode::HandedOver, "This waits for somebody else’s decision. Copy it if you need it.").into());
        }
        let id = CommandId(self.env.new_id());
        // What it created takes the new command's id, also for a lead.
        let doc = match refused.envelope.command {
            Command::CreateLead(_) => DocId { kind: refused.doc.kind, id: id.0 },
            _ => refused.doc,
        };
        self.run(doc, id, refused.envelope.command, &[])?;
        self.settle(command, Some("retried"))?;
        Ok(id)
    }

    /// Settles a refused command without sending it again (`discarded`), or lets it wait again; an assignment
    /// that was refused, too.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn settle(&self, command: CommandId, how: Option<&str>) -> Result<(), ClientError> {
        let Some(refused) = self.store.read(|c| attention::get(c, command))? else {
            if !self.store.write(|tx| requests::settle(tx, command, how))? {
                return Err(ClientError::NotFound);
            }
            self.tell(Change { attention: true, ..Change::default() });
            return Ok(());
        };
        self.store.write(|tx| attention::settle(tx, command, how))?;
        self.tell(Change { leads: refused.doc.as_lead().into_iter().collect(), attention: true, ..Change::default() });
        Ok(())
    }

    /// Keeps typed text; `None` forgets it.
    ///
    /// # Errors
    /// `DiskFull`, `Disk`.
    pub fn set_draft(&self, key: &str, text: Option<&str>) -> Result<(), ClientError> {
        self.store.write(|tx| crate::store::drafts::set(tx, key, text, self.env.now_ms()))
    }

    /// Changes the organisation's rules or lists.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub fn configure(&self, command: Command) -> Result<CommandId, ClientError> {
        let id = CommandId(self.env.new_id());
        self.run(DocId::config(self.facts()?.org.id), id, command, &[])?;
        Ok(id)
    }

    /// Writes into the ledger of a lead; the id of an entry is the command's.
    ///
    /// # Errors
    /// A refusal, as [`Engine::execute`].
    pub fn account(&self, lead: LeadId, command: LedgerCommand) -> Result<CommandId, ClientError> {
        let id = CommandId(self.env.new_id());
        self.run(DocId::ledger(lead), id, Command::Ledger(command), &[])?;
        Ok(id)
    }

    /// What the ledger of a lead says on this device.
    ///
    /// # Errors
    /// The database's.
    pub fn ledger(&self, lead: LeadId) -> Result<Ledger, ClientError> {
        self.store.read(|c| ledger::of_lead(c, lead))
    }

    /// Keeps something of this person's own, on all their devices.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub fn keep(&self, command: Command) -> Result<CommandId, ClientError> {
        let id = CommandId(self.env.new_id());
        self.run(DocId::user_state(self.facts()?.me.user), id, command, &[])?;
        Ok(id)
    }

    /// The organisation's rules and lists.
    ///
    /// # Errors
    /// `Disk`, `Locked`.
    pub fn config(&self) -> Result<Config, ClientError> {
        self.store.read(|c| Ok(meta::get(c, meta::CONFIG)?.unwrap_or_default()))
    }

    /// Stores a preference of this person on this computer.
    ///
    /// # Errors
    /// `Disk`.
    pub fn set_preference(&self, key: &str, value: &str) -> Result<(), ClientError> {
        self.store.write(|tx| meta::set(tx, &format!("{}{key}", meta::PREFERENCE), &value))
    }

    /// Whether leads are found by what they are called now.
    ///
    /// # Errors
    /// `Disk`, `Locked`.
    pub fn search_is_whole(&self) -> Result<bool, ClientError> {
        self.store.write(|tx| leads::search_is_whole(tx))
    }

    /// Frees the write-ahead log; for idle moments.
    pub fn idle(&self) {
        if let Err(e) = self.store.checkpoint() {
            tracing::debug!("checkpoint: {e}");
        }
    }

    /// As [`Engine::session`], without asking the disk at every edit.
    pub(crate) fn facts(&self) -> Result<Arc<SessionFacts>, ClientError> {
        let mut known = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(facts) => Ok(facts.clone()),
            None => Ok(known.insert(Arc::new(self.session()?.ok_or(ClientError::NotSignedIn)?)).clone()),
        }
    }

    fn run(&self, doc: DocId, id: CommandId, command: Command, seen: &[ChangeHash]) -> Result<(), ClientError> {
        self.run_all(doc, vec![(id, command)], seen)
    }

    fn run_all(&self, doc: DocId, commands: Vec<(CommandId, Command)>, seen: &[ChangeHash]) -> Result<(), ClientError> {
        let facts = self.facts()?;
        if facts.too_old {
            return Err(too_old().into());
        }
        commands.iter().try_for_each(|(_, command)| command.check_shape())?;
        let at = self.env.now_ms();
        let creates = matches!(commands.first(), Some((_, Command::CreateLead(_))));
        let mut edit = self.editing();
        let mut before = if creates { None } else { Some(self.open_document(&mut edit, doc)?.clone_docs()) };
        let lead = doc.as_lead();
        let row = |c: &Connection| lead.map_or(Ok(None), |lead| leads::get(c, lead));
        let (row, is_frozen) = self.store.read(|c| Ok((row(c)?, documents::is_frozen(c, doc)?)))?;
        if is_frozen {
            return Err(leaving().into());
        }
        let mut steps = Vec::with_capacity(commands.len());
        for (id, command) in commands {
            let envelope = Envelope { id, author: facts.me.user, at, command };
            self.judge(&facts, &envelope, before.as_ref(), row.as_ref(), seen, doc)?;
            let mut after = before.as_ref().map(|b| b.doc.clone()).unwrap_or_default();
            let change = self.carry_out(&mut after, edit.actor, &envelope, seen)?;
            let stored = Stored::after_edit(before.as_ref().map(Stored::clone_docs), after);
            steps.push((before.replace(stored), envelope, change));
        }
        let Some(after) = before else { return Ok(()) };
        let projected = lead.map(|lead| projected(&facts, lead, &after, row.as_ref(), at)).transpose()?;
        let pending = row.as_ref().map_or(0, |r| r.pending) + u32::try_from(steps.len()).unwrap_or(u32::MAX);

        edit.open = None;
        let mut change = Change { sync: true, ..Change::default() };
        self.store.write(|tx| {
            if lead.is_none() && !documents::exists(tx, doc)? {
                documents::save_snapshot(tx, doc, &Doc::seed(doc.kind).save(), &[], 0)?;
            }
            for (n, (before, envelope, change)) in steps.iter().enumerate() {
                let made = steps.get(n + 1).and_then(|(stored, ..)| stored.as_ref()).unwrap_or(&after);
                documents::save_edit(tx, doc, before.as_ref(), &made.doc, &change.bytes)?;
                outbox::push(tx, doc, envelope, change.hash, &change.bytes)?;
            }
            match (lead, &projected) {
                (Some(lead), Some(summary)) => {
                    change.leads.push(lead);
                    leads::put(tx, lead, summary, row.as_ref().map_or(0, |r| r.confirmed_at), pending, true)
                }
                _ => own::put(tx, doc, &after.doc, &mut change),
            }
        })?;
        edit.open = Some((doc, after));
        drop(edit);
        self.tell(change);
        Ok(())
    }

    /// Permission and rules, before anything is written.
    fn judge(
        &self,
        facts: &SessionFacts,
        envelope: &Envelope,
        before: Option<&Stored>,
        row: Option<&leads::Row>,
        seen: &[ChangeHash],
        doc: DocId,
    ) -> Result<(), ClientError> {
        if let Some(lead) = doc.ledger_of() {
            let (row, collector) = self.store.read(|c| Ok((leads::get(c, lead)?, assignments::collector(c, lead)?)))?;
            return ledger::judge(facts, envelope, before, row.as_ref(), collector);
        }
        let Some(lead) = doc.as_lead() else { return own::judge(facts, envelope, before, doc) };
        self.store.read(|c| ledger::judge_undo(c, lead, &envelope.command))?;
        let subject = match row {
            Some(row) => project::subject(&row.summary),
            None => {
                let (owner, team) = new_standing(&facts.actor());
                Subject { owner, team, ..Subject::default() }
            }
        };
        let permit = authorise_command(&facts.actor(), &envelope.command, &subject)?;
        tracing::trace!(action = ?permit.action(), "permitted");
        let record = before.map(|b| records::lead::read(&b.doc, lead)).transpose()?;
        let seen_status =
            before.and_then(|b| if seen.is_empty() { record.as_ref().map(|r| r.status) } else { records::lead::seen_status(&b.doc, seen) });
        let (now, seen_deleted, owned) = (record.as_ref(), subject.deleted, subject.owner.is_some());
        let undoable = before.is_none_or(|b| records::undoable(&b.doc, &b.doc.heads(), envelope));
        let known = domain::command::Facts { now, seen_status, seen_deleted, owned, undoable };
        envelope.command.check_state(known)?;
        Ok(())
    }

    /// On the heads, or as the author saw the record when it has moved on since.
    fn carry_out(
        &self,
        doc: &mut records::Doc,
        actor: ActorBytes,
        envelope: &Envelope,
        seen: &[ChangeHash],
    ) -> Result<NewChange, ClientError> {
        if seen.is_empty() || seen == doc.heads() {
            return Ok(records::execute(doc, actor, envelope)?);
        }
        // A side branch needs an actor that has nothing on the other one.
        Ok(records::reexecute(doc, seen, self.env.random(), envelope)?)
    }

    pub(crate) fn editing(&self) -> MutexGuard<'_, Editing> {
        self.edit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open document, loaded once and kept while it stays the open one.
    fn open_document<'a>(&self, edit: &'a mut Editing, doc: DocId) -> Result<&'a Stored, ClientError> {
        if !matches!(&edit.open, Some((open, _)) if *open == doc) {
            let stored = self.store.read(|c: &Connection| match doc.kind {
                DocKind::Lead => documents::load(c, doc),
                DocKind::Ledger | DocKind::Config | DocKind::UserState => documents::load_or_seed(c, doc),
            })?;
            let stored = stored.ok_or(ClientError::NotFound)?;
            edit.open = Some((doc, stored));
        }
        edit.open.as_ref().map(|(_, stored)| stored).ok_or(ClientError::NotFound)
    }
}

/// A lead's row with its edits; until the server's row of a new one arrives, its owner is who the server will make it.
fn projected(facts: &SessionFacts, lead: LeadId, after: &Stored, row: Option<&leads::Row>, at: i64) -> Result<LeadSummary, ClientError> {
    let record = records::lead::read(&after.doc, lead)?;
    let owned = row.map_or_else(|| Ownership::of_new(new_standing(&facts.actor())), |row| row.summary.ownership());
    let updated_at = row.map_or(0, |row| row.summary.updated_at).max(at);
    Ok(LeadSummary::of(&record, owned, updated_at))
}

/// Of an app that the server does not answer any more.
fn too_old() -> Refusal {
    let text =
        "This version of Leadline is too old for your server, so it only shows leads. Update it to go on; what you typed before is sent.";
    Refusal::new(RefusalCode::UpdateNeeded, text)
}

/// While a hand-over waits for what was typed before.
fn leaving() -> Refusal {
    Refusal::new(
        RefusalCode::HandedOver,
        "This lead is on its way to somebody else; what you saved before is being sent. Copy this text if they should have it.",
    )
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Engine({:?})", self.store)
    }
}
