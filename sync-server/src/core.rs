//! The server without HTTP: what the routes, the CLI, the tests and the simulator call.

mod accounts;
mod assignment;
mod attendance;

use crate::accept::{self, Acceptor, Queue};
use crate::assign;
use crate::auth::keys::Keys;
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::live::{Hub, Touched};
use crate::people::{self, NewUser};
use crate::reports::{self, Reports};
use crate::sight::Sight;
use crate::store::leads::Standing;
use crate::store::{Store, StoreError, devices, leads, log, orgs, sessions, users};
use crate::{audit, notices, pull, quarantine};
use domain::people::{AuditFilter, AuditPage, Quarantined};
use domain::report::{LeadReport, LeadReportFilter, LeadReportRows};
use domain::{CommandId, DeviceId, DocId, Env, LeadId, UserId};
use protocol::admin::{QuarantineAnswer, QuarantineUpload, SetOwner};
use protocol::auth::{Refresh, Secret, Session, SignIn};
use protocol::pull::{PullBatch, Snapshot};
use protocol::push::{PushRequest, PushResponse};
use protocol::rows::{OrgRow, OwnerRow};
use protocol::{PUSH_ITEMS_MAX, live};
use std::sync::Arc;

/// Rows of an older server whose numbers are written beside them in one transaction.
const PHONES_FILLED: u64 = 1_000;

/// A running server: its storage, the thread that accepts pushes, and the live sockets. All calls
/// block.
pub struct Core {
    store: Store,
    env: Env,
    org: OrgRow,
    queue: Queue,
    hub: Arc<Hub>,
    reports: Reports,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Core({})", self.org.id)
    }
}

impl Core {
    /// Starts on a store that `init` was run on.
    ///
    /// # Errors
    /// [`StoreError::Empty`] before that.
    pub fn open(store: Store, env: Env) -> Result<Self, Error> {
        let org = store.read(orgs::only)?;
        if store.read(|tx| Keys::kept(tx, org.id))?.is_none() {
            store.write(|tx| Keys::of(tx, &env, org.id))?;
        }
        store.write(|tx| log::seal_old(tx, &env, org.id))?;
        while store.write(|tx| leads::fill_phones(tx, org.id, PHONES_FILLED))? > 0 {}
        let hub = Arc::new(Hub::default());
        hub.start_at(store.read(|tx| orgs::head(tx, org.id))?.seq);
        let acceptor = Acceptor::new(store.clone(), env.clone(), org.id);
        let queue = Queue::start(acceptor, Arc::clone(&hub)).map_err(StoreError::Io)?;
        Ok(Self { store, env, org, queue, hub, reports: Reports::default() })
    }

    #[must_use]
    pub fn org(&self) -> &OrgRow {
        &self.org
    }

    #[must_use]
    pub fn env(&self) -> &Env {
        &self.env
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// # Errors
    /// See [`auth::sign_in`].
    pub fn sign_in(&self, request: &SignIn) -> Result<Session, Error> {
        auth::sign_in(&self.store, &self.env, self.org.id, request)
    }

    /// # Errors
    /// See [`auth::refresh`].
    pub fn refresh(&self, request: &Refresh) -> Result<Session, Error> {
        let answer = auth::refresh(&self.store, &self.env, self.org.id, request);
        if matches!(answer, Err(Error::SessionRevoked)) {
            let stolen = self.store.read(|tx| sessions::by_refresh(tx, self.org.id, auth::digest(&request.refresh)))?;
            stolen.iter().for_each(|session| self.hub.part(session.user));
        }
        answer
    }

    /// # Errors
    /// See [`auth::sign_out`].
    pub fn sign_out(&self, who: &SignedIn) -> Result<(), Error> {
        auth::sign_out(&self.store, &self.env, self.org.id, who)?;
        self.hub.part(who.actor().user);
        Ok(())
    }

    /// # Errors
    /// See [`auth::authenticate`].
    pub fn authenticate(&self, access: &Secret) -> Result<SignedIn, Error> {
        auth::authenticate(&self.store, &self.env, self.org.id, access)
    }

    /// Signs somebody in without a password: for tests and the simulator. Registers a new device.
    ///
    /// # Errors
    /// `NotFound`, `DeviceTaken`.
    pub fn session_for(&self, user: UserId, device: DeviceId) -> Result<SignedIn, Error> {
        let (found, owner) =
            self.store.read(|tx| Ok::<_, Error>((users::by_id(tx, self.org.id, user)?, devices::owner(tx, self.org.id, device)?)))?;
        let found = found.ok_or(Error::NotFound)?;
        match owner {
            Some(owner) if owner != user => return Err(Error::DeviceTaken),
            Some(_) => {}
            None => self.store.write(|tx| devices::register(tx, self.org.id, device, user, "test", "0", self.env.now_ms()))?,
        }
        Ok(SignedIn::new(found.actor(), device, None))
    }

    /// Signs somebody in without a password, with all that a sign-in gives: for tests and the simulator.
    ///
    /// # Errors
    /// See [`auth::sign_in_unchecked`].
    pub fn sign_in_unchecked(&self, user: UserId, device: DeviceId) -> Result<Session, Error> {
        auth::sign_in_unchecked(&self.store, &self.env, self.org.id, user, device)
    }

    /// The user with this address.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn user_by_email(&self, email: &str) -> Result<UserId, Error> {
        let user = self.store.read(|tx| users::by_email(tx, self.org.id, email))?;
        user.map(|user| user.row.id).ok_or(Error::NotFound)
    }

    /// # Errors
    /// See [`people::add`].
    pub fn add_user(&self, user: &NewUser) -> Result<UserId, Error> {
        let (id, touched) = people::add(&self.store, &self.env, self.org.id, user)?;
        self.hub.poke(&touched);
        Ok(id)
    }

    /// Takes a push and answers when its outcomes are on the disk.
    ///
    /// # Errors
    /// `TooLarge`, `ShuttingDown`, `CantStore`.
    pub fn push(&self, who: &SignedIn, request: PushRequest) -> Result<PushResponse, Error> {
        if request.items.len() > PUSH_ITEMS_MAX {
            return Err(Error::TooLarge);
        }
        self.queue.push((*who, request))
    }

    /// As [`Core::push`], for a caller that must not block.
    ///
    /// # Errors
    /// Also `Overloaded`.
    pub async fn push_async(&self, who: SignedIn, request: PushRequest) -> Result<PushResponse, Error> {
        if request.items.len() > PUSH_ITEMS_MAX {
            return Err(Error::TooLarge);
        }
        self.queue.push_async((who, request)).await
    }

    /// The first batch of an answer: at most `limit` entries after `cursor`, which the device
    /// acknowledges by sending it.
    ///
    /// # Errors
    /// The database's.
    pub fn pull(&self, who: &SignedIn, cursor: Option<&str>, limit: usize) -> Result<PullBatch, Error> {
        pull::acknowledge(&self.store, self.org.id, who, cursor)?;
        pull::batch(&self.store, &self.env, &self.org, who, cursor, limit, true)
    }

    /// A further batch of the same answer.
    ///
    /// # Errors
    /// The database's.
    pub fn pull_on(&self, who: &SignedIn, cursor: Option<&str>, limit: usize) -> Result<PullBatch, Error> {
        pull::batch(&self.store, &self.env, &self.org, who, cursor, limit, false)
    }

    /// # Errors
    /// `NotFound`.
    pub fn snapshot(&self, who: &SignedIn, lead: LeadId) -> Result<Snapshot, Error> {
        self.document(who, DocId::lead(lead))
    }

    /// # Errors
    /// `NotFound`.
    pub fn document(&self, who: &SignedIn, doc: DocId) -> Result<Snapshot, Error> {
        pull::one(&self.store, &self.org, who, doc)
    }

    /// # Errors
    /// See [`assign::set_owner`].
    pub fn set_owner(&self, who: &SignedIn, lead: LeadId, set: SetOwner) -> Result<OwnerRow, Error> {
        let (row, touched) = assign::set_owner(&self.store, &self.env, self.org.id, who, lead, set)?;
        self.drop_unseen(lead)?;
        self.hub.poke(&touched);
        Ok(row)
    }

    /// # Errors
    /// See [`accept::take_proposal`].
    pub fn take_proposal(&self, who: &SignedIn, id: CommandId) -> Result<(), Error> {
        self.told(accept::take_proposal(&self.store, &self.env, self.org.id, who, id)?)
    }

    /// # Errors
    /// See [`accept::drop_proposal`].
    pub fn drop_proposal(&self, who: &SignedIn, id: CommandId) -> Result<(), Error> {
        self.told(accept::drop_proposal(&self.store, &self.env, self.org.id, who, id)?)
    }

    /// # Errors
    /// See [`quarantine::admit`].
    pub fn admit_to_quarantine(&self, device: DeviceId, secret: &Secret) -> Result<(), Error> {
        quarantine::admit(&self.store, &self.env, self.org.id, device, secret)
    }

    /// # Errors
    /// See [`quarantine::upload`].
    pub fn upload_quarantine(&self, upload: &QuarantineUpload) -> Result<QuarantineAnswer, Error> {
        quarantine::upload(&self.store, &self.env, self.org.id, upload)
    }

    /// # Errors
    /// See [`quarantine::list`].
    pub fn quarantine(&self, who: &SignedIn) -> Result<Vec<Quarantined>, Error> {
        quarantine::list(&self.store, self.org.id, who)
    }

    /// # Errors
    /// See [`accept::release`].
    pub fn release_quarantined(&self, who: &SignedIn, id: CommandId) -> Result<(), Error> {
        self.told(accept::release(&self.store, &self.env, self.org.id, who, id)?)
    }

    /// # Errors
    /// See [`accept::drop_quarantined`].
    pub fn drop_quarantined(&self, who: &SignedIn, id: CommandId) -> Result<(), Error> {
        self.told(accept::drop_quarantined(&self.store, &self.env, self.org.id, who, id)?)
    }

    fn told(&self, touched: Touched) -> Result<(), Error> {
        self.hub.poke(&touched);
        Ok(())
    }

    /// # Errors
    /// See [`auth::still`].
    pub fn still(&self, who: &SignedIn) -> Result<SignedIn, Error> {
        auth::still(&self.store, &self.env, self.org.id, who)
    }

    /// Whether this person sees the lead now.
    ///
    /// # Errors
    /// The database's.
    pub fn seen(&self, who: &SignedIn, lead: LeadId) -> Result<Option<Standing>, Error> {
        let row = self.store.read(|tx| leads::get(tx, self.org.id, lead))?;
        Ok(row.map(|row| row.standing).filter(|standing| Sight::of(who.actor()).sees(standing)))
    }

    /// Whoever has the lead open and may not see it any more is not told who else has.
    ///
    /// # Errors
    /// The database's.
    pub fn drop_unseen(&self, lead: LeadId) -> Result<(), Error> {
        if let Some(row) = self.store.read(|tx| leads::get(tx, self.org.id, lead))? {
            self.hub.drop_unseen(lead, &row.standing);
        }
        Ok(())
    }

    /// What a device that was away should hear first.
    ///
    /// # Errors
    /// The database's.
    pub fn newest(&self) -> Result<live::Poke, Error> {
        let head = self.store.read(|tx| orgs::head(tx, self.org.id))?;
        Ok(live::Poke::Behind { seq: head.seq })
    }

    /// Pokes for what other processes wrote (the CLI, another node). Of events no device is told.
    ///
    /// # Errors
    /// The database's.
    pub fn look_for_news(&self) -> Result<(), Error> {
        if !self.hub.is_empty() {
            let known = self.hub.poked();
            let (news, newest) = self.store.read(|tx| {
                let newest = orgs::head(tx, self.org.id)?.seq;
                Ok::<_, StoreError>((log::news_after(tx, self.org.id, known)?, newest))
            })?;
            self.hub.poke_if_new(news);
            self.hub.pass_over(newest);
        }
        Ok(())
    }

    /// What the clock brings: follow-ups that were let pass are told, a working day ends, and leads that wait are given.
    ///
    /// # Errors
    /// The database's.
    pub fn do_chores(&self) -> Result<(), Error> {
        self.escalate()?;
        self.end_day()?;
        self.give_out_waiting()?;
        // So that nobody's first report waits for all of it.
        Ok(self.store.read(|tx| self.reports.refresh(tx, self.org.id))?)
    }

    /// # Errors
    /// See [`Reports::leads`].
    pub fn report_leads(&self, who: &SignedIn, filter: &LeadReportFilter) -> Result<LeadReport, Error> {
        self.reports.leads(&self.store, &self.env, &self.org, who, filter)
    }

    /// # Errors
    /// See [`Reports::rows`].
    pub fn report_lead_rows(&self, who: &SignedIn, filter: &LeadReportFilter, page: &reports::Page) -> Result<LeadReportRows, Error> {
        self.reports.rows(&self.store, &self.env, &self.org, who, filter, page)
    }

    /// Tells Team Leads of follow-ups that were let pass.
    ///
    /// # Errors
    /// The database's.
    pub fn escalate(&self) -> Result<(), Error> {
        let touched = notices::escalate(&self.store, &self.env, self.org.id)?;
        if touched.seq > 0 {
            self.hub.poke(&touched);
        }
        Ok(())
    }

    /// # Errors
    /// See [`audit::page`].
    pub fn audit(&self, who: &SignedIn, filter: &AuditFilter) -> Result<AuditPage, Error> {
        audit::page(&self.store, self.org.id, who, filter)
    }

    /// Answers what is queued and takes no more.
    pub fn close(&self) {
        self.queue.close();
    }
}
