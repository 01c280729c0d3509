//! One transaction's worth of pushes: what was decided so far, on documents that nobody else sees
//! yet, and the plan of what to write.

use super::cache::Cache;
use super::judge::{self, Decision};
use super::{Loaded, Record, ledger, load, receipt};
use crate::audit::AuditEvent;
use crate::auth::SignedIn;
use crate::files::RECOVERY_MS;
use crate::live::Touched;
use crate::notices::{self as told, Happened};
use crate::sight::Channel;
use crate::store::actors::{self, Holder};
use crate::store::leads::{self, Standing};
use crate::store::log::{self, Appender, Change, Entry, Move};
use crate::store::orgs::{self, Head};
use crate::store::outcomes::{self, OutcomeRow};
use crate::store::quarantine::{self, Held};
use crate::store::users::{self, User};
use crate::store::{Result, StoreError, Tx, assignment, devices, documents, notices, proposals, receipts};
use domain::assignment::Part;
use domain::notice::{News, Notice};
use domain::people::{DeviceState, Proposal, ProposalState};
use domain::sabotage::{self, Fault};
use domain::{Actor, CommandId, Currency, DeviceId, DocId, DocKind, Env, LeadId, LeadRecord, Ledger, OrgId, Refusal, RefusalCode, UserId};
use protocol::ChangeHash;
use protocol::push::{Outcome, PushItem};
use protocol::rows::{BadgeRow, LeadSummary, Ownership, ReceiptRow, Row as Fact};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A document that a push names.
#[derive(Clone)]
pub struct Work {
    /// `None` until its first change is accepted.
    pub loaded: Option<Loaded>,
    pub standing: Option<Standing>,
    updated_at: i64,
    /// See [`Ownership`].
    assigned_at: Option<i64>,
    changed: bool,
}

/// How a command ended, and what stands for its change unless that went in as it was.
pub type Settled = (Outcome, Option<Vec<ChangeHash>>);

/// An accepted change, before it has its place in the log.
pub struct Admitted {
    pub doc: records::Doc,
    pub hash: ChangeHash,
    pub bytes: Vec<u8>,
    /// It was made here, so the device is told its bytes.
    pub reexecuted: bool,
}

pub struct Batch<'a> {
    pub tx: &'a mut dyn Tx,
    pub env: &'a Env,
    pub org: OrgId,
    pub now: i64,
    cache: &'a mut Cache,
    head: Head,
    careful: HashSet<DocId>,
    works: HashMap<DocId, Work>,
    people: HashMap<UserId, Option<User>>,
    cut_off: HashMap<DeviceId, bool>,
    decided: HashMap<CommandId, OutcomeRow>,
    /// What stands for the changes decided here that did not go in as they were.
    stands: HashMap<(DocId, ChangeHash), Vec<ChangeHash>>,
    new_actors: HashMap<records::ActorBytes, Holder>,
    entries: Vec<Entry>,
    proposed: Vec<Proposal>,
    quarantined: Vec<Held>,
    notices: Vec<Notice>,
    /// They need somebody who collects.
    converted: Vec<LeadId>,
    receipts: Vec<ReceiptRow>,
    /// Everybody who can be told; read when there is something to tell.
    listeners: Option<Vec<Actor>>,
    touched: Touched,
}

impl<'a> Batch<'a> {
    /// Takes the organisation's lock.
    pub fn open(tx: &'a mut dyn Tx, env: &'a Env, org: OrgId, cache: &'a mut Cache) -> Result<Self> {
        let head = orgs::lock(tx, org)?;
        Ok(Self {
            tx,
            env,
            org,
            now: env.now_ms(),
            cache,
            head,
            careful: HashSet::new(),
            works: HashMap::new(),
            people: HashMap::new(),
            cut_off: HashMap::new(),
            decided: HashMap::new(),
            stands: HashMap::new(),
            new_actors: HashMap::new(),
            entries: Vec::new(),
            proposed: Vec::new(),
            quarantined: Vec::new(),
            notices: Vec::new(),
            converted: Vec::new(),
            receipts: Vec::new(),
            listeners: None,
            touched: Touched::default(),
        })
    }

    /// These documents are verified after every change instead of once.
    pub fn verify_each(&mut self, docs: &HashSet<DocId>) {
        self.careful.clone_from(docs);
    }

    /// Whether entries lost by a restore are taken from whoever has them.
    pub fn in_recovery(&self) -> bool {
        self.now < self.head.recovery_until
    }

    /// When the backup was put in place that the recovery window is for, ms since the epoch.
    pub fn restored_at(&self) -> i64 {
        self.head.recovery_until - RECOVERY_MS
    }

    /// How one item ends. The only errors are the database's.
    pub fn decide(&mut self, who: &SignedIn, item: &PushItem) -> Result<Outcome> {
        let known = self.known(item.envelope.id)?.filter(|_| !sabotage::is_on(Fault::ApplyTwice));
        if let Some(known) = known {
            return Ok(repeat(who, item, known, self.in_recovery()));
        }
        // Judging changes nothing but what is loaded, so a panic inside leaves the batch whole.
        let judged = catch_unwind(AssertUnwindSafe(|| judge::judge(self, who, item)));
        let decision = judged.unwrap_or_else(|_| {
            tracing::error!(doc = %item.doc, command = %item.envelope.id, "a pushed change made the server panic; it is refused");
            Ok(Decision::refuse(judge::malformed("it can't be carried out")))
        })?;
        self.settle(who, item, decision)
    }

    fn settle(&mut self, who: &SignedIn, item: &PushItem, decision: Decision) -> Result<Outcome> {
        let (outcome, maps_to) = match decision {
            Decision::Need(hashes) => return Ok(Outcome::Need { hashes }),
            Decision::AlreadyIn(seq) => (Outcome::Applied { seq }, None),
            Decision::Propose => (Outcome::Proposed { seq: self.propose(item)? }, Some(self.seen_by(item)?)),
            Decision::Quarantine(reason) => {
                self.quarantined.push(Held {
                    doc: item.doc,
                    envelope: item.envelope.clone(),
                    change: item.change.clone(),
                    device: who.device(),
                    reason,
                    arrived_at: self.now,
                });
                (Outcome::Quarantined { reason }, Some(self.seen_by(item)?))
            }
            Decision::Refuse { refusal, stands } => {
                let stands = match stands {
                    Some(stands) => stands,
                    None => self.heads(item.doc)?,
                };
                (Outcome::Refused { refusal }, Some(stands))
            }
            Decision::Admit { admitted, standing } => match self.admit(who, item, *admitted, standing)? {
                Ok(admitted) => admitted,
                Err(refusal) => (Outcome::Refused { refusal }, Some(self.heads(item.doc)?)),
            },
        };
        let row = OutcomeRow {
            command: item.envelope.id,
            hash: item.hash,
            doc: item.doc,
            author: who.actor().user,
            device: who.device(),
            outcome: outcome.clone(),
            maps_to,
        };
        if let Some(stands) = &row.maps_to {
            self.stands.insert((row.doc, row.hash), stands.clone());
        }
        self.decided.insert(row.command, row);
        Ok(outcome)
    }

    /// Keeps an old owner's edit for the new one.
    fn propose(&mut self, item: &PushItem) -> Result<u64> {
        let (id, envelope) = (item.envelope.id, item.envelope.clone());
        let proposal = Proposal { id, doc: item.doc, envelope, state: ProposalState::Open, arrived_at: self.now };
        self.proposed.push(proposal.clone());
        self.tell(item.doc, item.envelope.author, Fact::Proposal(proposal))
    }

    /// How many proposals of the document wait.
    pub fn open_proposals(&mut self, doc: DocId) -> Result<usize> {
        Ok(proposals::open(self.tx, self.org, doc)?.len() + self.proposed.iter().filter(|p| p.doc == doc).count())
    }

    /// What this batch has decided about the document's channels, each with its `seq`.
    pub fn moves_so_far(&self, doc: DocId) -> impl Iterator<Item = (u64, &[Channel])> {
        let first = self.head.seq + 1;
        self.entries.iter().zip(first..).filter_map(move |(entry, seq)| match entry {
            Entry::Move { doc: of, moved, .. } if *of == doc => Some((seq, moved.after.as_slice())),
            _ => None,
        })
    }

    /// Tells whoever sees the document; answers the entry's `seq`.
    pub fn tell(&mut self, doc: DocId, author: UserId, fact: Fact) -> Result<u64> {
        let standing = self.work(doc)?.standing;
        self.touched.channels.extend(standing.as_ref().map(Channel::of_lead).unwrap_or_default());
        self.entries.push(Entry::DocRow { doc, author, fact });
        self.touched.seq = self.head.seq + self.entries.len() as u64;
        Ok(self.touched.seq)
    }

    /// Writes down what `who` decided about an edit, for the audit log.
    pub fn note(&mut self, who: &SignedIn, event: AuditEvent) {
        self.entries.push(event.by(Some(who.actor().user), Some(who.device())));
    }

    /// Puts an accepted change into the plan.
    pub fn admit(
        &mut self,
        who: &SignedIn,
        item: &PushItem,
        admitted: Admitted,
        standing: Option<Standing>,
    ) -> Result<std::result::Result<Settled, Refusal>> {
        if self.careful.contains(&item.doc) && records::verify(&admitted.doc).is_err() {
            return Ok(Err(judge::malformed("the record would not load again")));
        }
        let Ok(record) = Record::read(&admitted.doc, item.doc) else {
            return Ok(Err(judge::malformed("the record could not be read")));
        };
        let standing = standing.zip(record.lead()).map(|(standing, lead)| Standing {
            status: lead.status,
            deleted: lead.deleted.is_some(),
            ..standing
        });
        let author = item.envelope.author;
        let arrived_at = item.envelope.at.min(self.now);
        let work = self.work(item.doc)?;
        let before = match &work.loaded {
            Some(loaded) => loaded.record.channels(item.doc, work.standing.as_ref()),
            None => Channel::of(item.doc, None),
        };
        let (updated_at, assigned_at) = (work.updated_at.max(arrived_at), work.assigned_at);
        let was = work.loaded.as_ref().and_then(|loaded| loaded.record.lead());
        let news = record.lead().and_then(|lead| News::of(&item.envelope.command, was, lead));
        let badge_before = work.loaded.as_ref().and_then(|loaded| loaded.record.ledger()).cloned();
        let badge = self.badge_after(item.doc, badge_before.as_ref(), record.ledger())?;
        let collects = ledger::channel_of_collector(self, item.doc)?;
        let before: Vec<Channel> = with_collector(before, collects);
        let after = with_collector(record.channels(item.doc, standing.as_ref()), collects);
        self.touched.channels.extend(before.iter().chain(&after).copied());
        if before != after {
            // Ahead of the change: who comes in gets the whole record first.
            self.entries.push(Entry::Move { doc: item.doc, author, moved: Move { before, after, owner: None } });
        }
        let device = (author == who.actor().user).then(|| who.device());
        self.entries.push(Entry::Change(Change {
            doc: item.doc,
            command: item.envelope.id,
            author,
            device,
            hash: admitted.hash,
            bytes: admitted.bytes.clone(),
        }));
        let seq = self.head.seq + self.entries.len() as u64;
        if let Some(receipt) = receipt::of(self, item)? {
            self.entries.push(Entry::DocRow { doc: item.doc, author, fact: Fact::Receipt(receipt.clone()) });
            self.receipts.push(receipt);
        }
        self.touched.seq = self.head.seq + self.entries.len() as u64;
        if let (Some((news, mentioned)), Some(lead), Some(standing)) = (news, record.lead(), &standing) {
            self.converted.extend((news == News::Converted).then_some(lead.id));
            self.tell_of(item, &news, &mentioned, lead, standing)?;
        }
        if let Some(row) = badge {
            self.tell(DocId::lead(row.lead), author, Fact::Badge(row))?;
        }
        let loaded = Some(Loaded { doc: admitted.doc, record, seq });
        self.works.insert(item.doc, Work { loaded, standing, updated_at, assigned_at, changed: true });
        Ok(Ok(if admitted.reexecuted {
            (Outcome::Reapplied { seq, change: admitted.bytes }, Some(vec![admitted.hash]))
        } else {
            (Outcome::Applied { seq }, None)
        }))
    }

    /// What those are told who may not hold the ledger, where it is another thing now.
    fn badge_after(&mut self, doc: DocId, before: Option<&Ledger>, after: Option<&Ledger>) -> Result<Option<BadgeRow>> {
        let (Some(lead), Some(after), Some(currency)) = (doc.ledger_of(), after, self.currency_for(doc)?) else { return Ok(None) };
        let badge = ledger::badge(after, currency)?;
        let was = before.map_or(Ok(None), |before| ledger::badge(before, currency))?;
        Ok((badge != was).then_some(BadgeRow { lead, badge }))
    }

    /// Tells people of an accepted change. What a restored server gets again was told before it.
    fn tell_of(&mut self, item: &PushItem, news: &News, mentioned: &[UserId], lead: &LeadRecord, standing: &Standing) -> Result<()> {
        if self.in_recovery() && item.envelope.at < self.restored_at() {
            return Ok(());
        }
        if self.listeners.is_none() {
            self.listeners = Some(told::people(self.tx, self.org)?);
        }
        let (by, name) = (Some(item.envelope.author), lead.name.value.as_deref().unwrap_or_default());
        let happened = Happened { news, lead: lead.id, subject: standing.subject(), name, by, mentioned, at: self.now };
        for notice in happened.notices(self.env, self.listeners.as_deref().unwrap_or_default()) {
            self.touched.channels.insert(Channel::User(notice.to));
            self.entries.push(told::entry(notice.clone()));
            self.notices.push(notice);
        }
        self.touched.seq = self.head.seq + self.entries.len() as u64;
        Ok(())
    }

    /// The document as this batch has it so far.
    pub fn work(&mut self, doc: DocId) -> Result<&Work> {
        if !self.works.contains_key(&doc) {
            let work = self.load(doc)?;
            self.works.insert(doc, work);
        }
        Ok(&self.works[&doc])
    }

    fn load(&mut self, doc: DocId) -> Result<Work> {
        let Some(seq) = documents::seq(self.tx, self.org, doc)? else {
            return Ok(Work { loaded: Loaded::seed(doc), standing: None, updated_at: 0, assigned_at: None, changed: false });
        };
        let loaded = match self.cache.get(doc, seq) {
            Some(loaded) => loaded,
            None => {
                let blob = documents::blob(self.tx, self.org, doc)?.unwrap_or_default();
                load(&blob, doc, seq)?
            }
        };
        let Some(lead) = doc.as_lead() else {
            return Ok(Work { loaded: Some(loaded), standing: None, updated_at: 0, assigned_at: None, changed: false });
        };
        let row = leads::get(self.tx, self.org, lead)?;
        let row = row.ok_or_else(|| StoreError::Corrupt(format!("{doc} has no row")))?;
        let (updated_at, assigned_at) = (row.summary.updated_at, leads::assigned_at(self.tx, self.org, &row)?);
        Ok(Work { loaded: Some(loaded), standing: Some(row.standing), updated_at, assigned_at, changed: false })
    }

    fn heads(&mut self, doc: DocId) -> Result<Vec<ChangeHash>> {
        let heads = |loaded: &Loaded| loaded.doc.heads().iter().map(|h| ChangeHash(h.0)).collect();
        Ok(self.work(doc)?.loaded.as_ref().map(heads).unwrap_or_default())
    }

    /// What stands for an edit that is put aside: what its author saw.
    fn seen_by(&mut self, item: &PushItem) -> Result<Vec<ChangeHash>> {
        match records::gate(&item.change) {
            Ok(gated) => judge::standing_base(self, item.doc, &gated),
            Err(_) => self.heads(item.doc),
        }
    }

    fn known(&mut self, command: CommandId) -> Result<Option<OutcomeRow>> {
        match self.decided.get(&command) {
            Some(row) => Ok(Some(row.clone())),
            None => outcomes::by_command(self.tx, self.org, command),
        }
    }

    /// What stands for a change that did not go in as it was.
    pub fn maps_to(&mut self, doc: DocId, hash: ChangeHash) -> Result<Option<Vec<ChangeHash>>> {
        match self.stands.get(&(doc, hash)) {
            Some(stands) => Ok(Some(stands.clone())),
            None => outcomes::maps_to(self.tx, self.org, doc, hash),
        }
    }

    /// The highest number of a receipt so far.
    pub fn last_receipt(&mut self) -> Result<u64> {
        match self.receipts.last() {
            Some(receipt) => Ok(receipt.number),
            None => receipts::last(self.tx, self.org),
        }
    }

    /// The organisation's, which entries of a ledger have; other documents have none.
    pub fn currency_for(&mut self, doc: DocId) -> Result<Option<Currency>> {
        if doc.kind != DocKind::Ledger {
            return Ok(None);
        }
        orgs::only(self.tx)?.currency.parse().map(Some).map_err(StoreError::Corrupt)
    }

    /// The person as of now.
    pub fn user(&mut self, id: UserId) -> Result<Option<User>> {
        if !self.people.contains_key(&id) {
            let user = users::by_id(self.tx, self.org, id)?;
            self.people.insert(id, user);
        }
        Ok(self.people.get(&id).cloned().flatten())
    }

    /// Whether the device was revoked since its request came in.
    pub fn cut_off(&mut self, device: DeviceId) -> Result<bool> {
        if let Some(known) = self.cut_off.get(&device) {
            return Ok(*known);
        }
        let state = devices::state(self.tx, self.org, device)?;
        let cut_off = state.is_some_and(|state| state != DeviceState::Active);
        self.cut_off.insert(device, cut_off);
        Ok(cut_off)
    }

    pub fn seq_of(&mut self, doc: DocId, hash: ChangeHash) -> Result<Option<u64>> {
        let ours = self.entries.iter().position(|e| matches!(e, Entry::Change(c) if c.doc == doc && c.hash == hash));
        match ours {
            Some(i) => Ok(Some(self.head.seq + i as u64 + 1)),
            None => log::seq_of(self.tx, self.org, doc, hash),
        }
    }

    pub fn holder(&mut self, actor: &records::ActorBytes) -> Result<Option<Holder>> {
        match self.new_actors.get(actor) {
            Some(holder) => Ok(Some(*holder)),
            None => actors::holder(self.tx, self.org, actor),
        }
    }

    /// First use of an actor id.
    pub fn register(&mut self, actor: records::ActorBytes, holder: Holder) {
        self.new_actors.insert(actor, holder);
    }

    pub fn into_plan(mut self) -> Plan {
        let mut received: BTreeMap<(UserId, DeviceId), u32> = BTreeMap::new();
        for held in &self.quarantined {
            *received.entry((held.envelope.author, held.device)).or_default() += 1;
        }
        let told = received.into_iter().map(|((of, device), edits)| AuditEvent::QuarantineReceived { of, edits }.by(None, Some(device)));
        self.entries.extend(told);
        Plan {
            head: self.head,
            now: self.now,
            works: self.works.into_iter().filter(|(_, work)| work.changed).collect(),
            decided: self.decided.into_values().collect(),
            new_actors: self.new_actors,
            entries: self.entries,
            proposed: self.proposed,
            quarantined: self.quarantined,
            notices: self.notices,
            converted: self.converted,
            receipts: self.receipts,
            touched: self.touched,
        }
    }
}

/// Whose ledger it is to collect sees it once something is in it.
fn with_collector(mut channels: Vec<Channel>, collects: Option<Channel>) -> Vec<Channel> {
    let is_new = collects.filter(|channel| channels.len() > 1 && !channels.contains(channel));
    channels.extend(is_new);
    channels
}

/// The stored answer, to those it belongs to.
fn repeat(who: &SignedIn, item: &PushItem, known: OutcomeRow, in_recovery: bool) -> Outcome {
    let same_device = known.author == who.actor().user && known.device == who.device();
    let same_change = known.hash == item.hash && known.doc == item.doc;
    if same_device || (same_change && (known.author == who.actor().user || in_recovery)) {
        return known.outcome;
    }
    Outcome::Refused { refusal: Refusal::new(RefusalCode::Duplicate, "Another device has sent a different edit under this id.") }
}

/// What a batch came to, ready to be verified and written.
pub struct Plan {
    head: Head,
    now: i64,
    works: Vec<(DocId, Work)>,
    decided: Vec<OutcomeRow>,
    new_actors: HashMap<records::ActorBytes, Holder>,
    entries: Vec<Entry>,
    proposed: Vec<Proposal>,
    quarantined: Vec<Held>,
    notices: Vec<Notice>,
    converted: Vec<LeadId>,
    receipts: Vec<ReceiptRow>,
    touched: Touched,
}

impl Plan {
    /// The blobs to store, each loaded once; or the document that would not load again.
    pub fn verify(&self) -> std::result::Result<Vec<Vec<u8>>, DocId> {
        let blob = |(doc, work): &(DocId, Work)| {
            let loaded = work.loaded.as_ref().ok_or(*doc)?;
            records::verify(&loaded.doc).map_err(|_| *doc)
        };
        self.works.iter().map(blob).collect()
    }

    pub fn write(&self, tx: &mut dyn Tx, env: &Env, org: OrgId, blobs: Vec<Vec<u8>>) -> Result<()> {
        for (actor, holder) in &self.new_actors {
            actors::insert(tx, org, actor, *holder)?;
        }
        let mut log = Appender::new(org, &self.head, self.now);
        for entry in &self.entries {
            log.append(tx, entry, env.random())?;
        }
        for row in &self.decided {
            outcomes::insert(tx, org, row, self.now)?;
        }
        for proposal in &self.proposed {
            proposals::insert(tx, org, proposal)?;
        }
        for held in &self.quarantined {
            quarantine::insert(tx, org, held)?;
        }
        for notice in &self.notices {
            notices::insert(tx, org, notice)?;
        }
        for lead in &self.converted {
            assignment::wait(tx, org, Part::Collection, *lead, self.now)?;
        }
        for receipt in &self.receipts {
            receipts::insert(tx, org, receipt)?;
        }
        for ((doc, work), blob) in self.works.iter().zip(blobs) {
            let Some(loaded) = &work.loaded else { continue };
            if let (Record::Lead(lead), Some(standing)) = (&loaded.record, &work.standing) {
                let owned = Ownership { owner: standing.owner, team: standing.team, assigned_at: work.assigned_at };
                let summary = LeadSummary::of(lead, owned, work.updated_at);
                let stale = sabotage::is_on(Fault::StaleServerRow) && loaded.seq.is_multiple_of(7);
                if !stale || leads::get(tx, org, lead.id)?.is_none() {
                    leads::put(tx, org, lead.id, &summary, loaded.seq)?;
                }
            }
            documents::put(tx, org, *doc, blob, loaded.seq)?;
        }
        if self.entries.is_empty() { Ok(()) } else { log.finish(tx) }
    }

    pub fn touched(&self) -> Touched {
        self.touched.clone()
    }

    pub fn into_loaded(self) -> impl Iterator<Item = (DocId, Loaded)> {
        self.works.into_iter().filter_map(|(doc, work)| Some((doc, work.loaded?)))
    }
}
