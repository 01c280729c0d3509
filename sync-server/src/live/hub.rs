//! The sockets of this process. Each has one coalesced "there is something after N", so a slow
//! reader costs no memory, and a bounded queue of presence. Who calls a lead is decided here, by who asked first;
//! each node of several decides for its own sockets.

use super::Touched;
use crate::attendance::Live;
use crate::sight::{Channel, Sight};
use crate::store::leads::Standing;
use domain::{LeadId, UserId};
use protocol::live::{HOLD_MS, Hold, Poke};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// Presence messages that wait for a slow reader; more are dropped, the next change replaces them.
const PRESENCE_QUEUE: usize = 256;
/// A hold that is not asked for again ends after this.
const HOLD: Duration = Duration::from_millis(HOLD_MS);

/// One connected device's end.
pub struct Socket {
    id: u64,
    /// Newest `seq` to tell of.
    pub behind: watch::Receiver<u64>,
    pub presence: mpsc::Receiver<Poke>,
}

struct Peer {
    user: UserId,
    sight: Sight,
    viewing: Option<LeadId>,
    /// It calls the lead that it views, until then.
    held_until: Option<Instant>,
    /// What it was told last of the leads on which somebody is.
    told: HashMap<LeadId, Told>,
    behind: watch::Sender<u64>,
    presence: mpsc::Sender<Poke>,
}

/// Who else is on a lead, and who calls it.
type Told = (BTreeSet<UserId>, Option<Hold>);

/// A device on a lead: its socket, its person, and whether they call.
type OnIt = (u64, UserId, bool);

#[derive(Default)]
struct Peers {
    last_id: u64,
    /// The newest `seq` that pokes went out for.
    poked: u64,
    by_id: HashMap<u64, Peer>,
    /// The leads on which somebody is, as they stand.
    viewed: HashMap<LeadId, Standing>,
}

#[derive(Default)]
pub struct Hub {
    peers: Mutex<Peers>,
}

impl Hub {
    /// Lets a device listen.
    #[must_use]
    pub fn join(&self, user: UserId, sight: Sight) -> Socket {
        let (behind_tx, behind) = watch::channel(0);
        let (presence_tx, presence) = mpsc::channel(PRESENCE_QUEUE);
        let mut peers = self.lock();
        peers.last_id += 1;
        let id = peers.last_id;
        let told = HashMap::new();
        peers.by_id.insert(id, Peer { user, sight, viewing: None, held_until: None, told, behind: behind_tx, presence: presence_tx });
        peers.tell_all(user);
        Socket { id, behind, presence }
    }

    /// Lets this person's sockets hear by another role or team from now on.
    pub fn set_sight(&self, user: UserId, sight: &Sight) {
        let mut peers = self.lock();
        for peer in peers.by_id.values_mut().filter(|peer| peer.user == user) {
            peer.sight = sight.clone();
        }
        peers.tell_all(user);
    }

    /// The leads that this person has open.
    #[must_use]
    pub fn viewed_by(&self, user: UserId) -> BTreeSet<LeadId> {
        self.lock().by_id.values().filter(|peer| peer.user == user).filter_map(|peer| peer.viewing).collect()
    }

    /// Takes those off a lead who may not see it as it stands, and tells the others.
    pub fn drop_unseen(&self, lead: LeadId, standing: &Standing) {
        let mut peers = self.lock();
        if !peers.viewed.contains_key(&lead) {
            return;
        }
        for peer in peers.by_id.values_mut().filter(|peer| peer.viewing == Some(lead) && !peer.sight.sees(standing)) {
            (peer.viewing, peer.held_until) = (None, None);
        }
        peers.viewed.insert(lead, *standing);
        peers.tell(lead);
    }

    /// Ends this person's sockets; a device that still may comes back by itself.
    pub fn part(&self, user: UserId) {
        let mut peers = self.lock();
        let viewed: BTreeSet<LeadId> = peers.by_id.values().filter(|peer| peer.user == user).filter_map(|peer| peer.viewing).collect();
        peers.by_id.retain(|_, peer| peer.user != user);
        viewed.into_iter().for_each(|lead| peers.tell(lead));
    }

    pub fn leave(&self, socket: &Socket) {
        self.view(socket, None, false, Instant::now());
        self.lock().by_id.remove(&socket.id);
    }

    /// Tells those whom a commit concerns.
    pub fn poke(&self, touched: &Touched) {
        let mut peers = self.lock();
        peers.poked = peers.poked.max(touched.seq);
        let channels: Vec<Channel> = touched.channels.iter().copied().collect();
        for peer in peers.by_id.values() {
            if touched.everyone || peer.sight.reaches(&channels) {
                peer.behind.send_if_modified(|seq| std::mem::replace(seq, touched.seq.max(*seq)) < touched.seq);
            }
        }
    }

    /// Tells everybody that the log reached `seq`, unless pokes went that far: another process wrote.
    pub fn poke_if_new(&self, seq: u64) {
        if seq > self.lock().poked {
            self.poke(&Touched { seq, channels: BTreeSet::new(), everyone: true });
        }
    }

    /// The newest `seq` that pokes went out for.
    #[must_use]
    pub fn poked(&self) -> u64 {
        self.lock().poked
    }

    /// Up to `seq` there is nothing more to tell of.
    pub fn pass_over(&self, seq: u64) {
        let mut peers = self.lock();
        peers.poked = peers.poked.max(seq);
    }

    /// `seq` was there when the server started.
    pub fn start_at(&self, seq: u64) {
        self.lock().poked = seq;
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().by_id.is_empty()
    }

    /// Who is connected here, and who is in a call.
    #[must_use]
    pub fn at_work(&self, now: Instant) -> Live {
        let peers = self.lock();
        let calls = |peer: &&Peer| peer.held_until.is_some_and(|until| until > now);
        Live {
            connected: peers.by_id.values().map(|peer| peer.user).collect(),
            calling: peers.by_id.values().filter(calls).map(|peer| peer.user).collect(),
        }
    }

    /// Which lead this device has open.
    #[must_use]
    pub fn viewing(&self, socket: &Socket) -> Option<LeadId> {
        self.lock().by_id.get(&socket.id)?.viewing
    }

    /// Sets which lead this device has open, as it stands, and tells those who may see it and the one before.
    /// With `hold` it calls the lead, unless another device does.
    pub fn view(&self, socket: &Socket, lead: Option<(LeadId, Standing)>, hold: bool, now: Instant) {
        let mut peers = self.lock();
        let Some(before) = peers.by_id.get(&socket.id).map(|peer| peer.viewing) else { return };
        let id = lead.map(|(id, _)| id);
        let is_free = id.is_some_and(|id| !peers.by_id.iter().any(|(other, peer)| *other != socket.id && peer.holds(id, now)));
        if let Some(peer) = peers.by_id.get_mut(&socket.id) {
            peer.viewing = id;
            peer.held_until = (hold && is_free).then(|| now + HOLD);
        }
        peers.viewed.extend(lead);
        if before != id
            && let Some(before) = before
        {
            peers.tell(before);
        }
        if let Some(id) = id {
            peers.tell(id);
        }
    }

    /// Ends the holds that were not asked for again.
    pub fn expire(&self, now: Instant) {
        let mut peers = self.lock();
        let is_over = |peer: &&mut Peer| peer.held_until.is_some_and(|until| until <= now);
        let over: Vec<LeadId> = peers
            .by_id
            .values_mut()
            .filter(is_over)
            .filter_map(|peer| {
                peer.held_until = None;
                peer.viewing
            })
            .collect();
        over.into_iter().for_each(|lead| peers.tell(lead));
    }

    fn lock(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Peers {
    /// Tells whoever may see `lead` who is on it.
    fn tell(&mut self, lead: LeadId) {
        let Some(standing) = self.viewed.get(&lead).copied() else { return };
        let on_it = self.on(lead);
        for (id, peer) in &mut self.by_id {
            peer.tell(*id, lead, &standing, &on_it);
        }
        if on_it.is_empty() {
            self.viewed.remove(&lead);
        }
    }

    /// Tells one person's devices of all they may see.
    fn tell_all(&mut self, user: UserId) {
        let all: Vec<(LeadId, Standing, Vec<OnIt>)> =
            self.viewed.iter().map(|(lead, standing)| (*lead, *standing, self.on(*lead))).collect();
        for (id, peer) in self.by_id.iter_mut().filter(|(_, peer)| peer.user == user) {
            all.iter().for_each(|(lead, standing, on_it)| peer.tell(*id, *lead, standing, on_it));
        }
    }

    fn on(&self, lead: LeadId) -> Vec<OnIt> {
        let on_it = self.by_id.iter().filter(|(_, peer)| peer.viewing == Some(lead));
        on_it.map(|(id, peer)| (*id, peer.user, peer.held_until.is_some())).collect()
    }
}

impl Peer {
    fn holds(&self, lead: LeadId, now: Instant) -> bool {
        self.viewing == Some(lead) && self.held_until.is_some_and(|until| until > now)
    }

    fn tell(&mut self, id: u64, lead: LeadId, standing: &Standing, on_it: &[OnIt]) {
        if !self.sight.sees(standing) {
            self.told.remove(&lead);
            return;
        }
        let users: BTreeSet<UserId> = on_it.iter().map(|(_, user, _)| *user).filter(|user| *user != self.user).collect();
        let hold = on_it.iter().find(|(_, _, holds)| *holds).map(|(holder, user, _)| Hold { user: *user, here: *holder == id });
        let told = (users, hold);
        let is_known = match self.told.get(&lead) {
            Some(before) => *before == told,
            None => told == Told::default(),
        };
        if is_known {
            return;
        }
        let poke = Poke::Presence { lead, users: told.0.iter().copied().collect(), hold };
        if self.presence.try_send(poke).is_ok() {
            if told == Told::default() {
                self.told.remove(&lead)
            } else {
                self.told.insert(lead, told)
            };
        }
    }
}
