//! The sockets of this process. Each has one coalesced "there is something after N", so a slow
//! reader costs no memory, and a short queue of presence.

use super::Touched;
use crate::sight::{Channel, Sight};
use crate::store::leads::Standing;
use domain::{LeadId, UserId};
use protocol::live::Poke;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{mpsc, watch};

/// Presence messages that wait for a slow reader; more are dropped, the next change replaces them.
const PRESENCE_QUEUE: usize = 16;

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
    behind: watch::Sender<u64>,
    presence: mpsc::Sender<Poke>,
}

#[derive(Default)]
struct Peers {
    last_id: u64,
    /// The newest `seq` that pokes went out for.
    poked: u64,
    by_id: HashMap<u64, Peer>,
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
        peers.by_id.insert(id, Peer { user, sight, viewing: None, behind: behind_tx, presence: presence_tx });
        Socket { id, behind, presence }
    }

    /// Lets this person's sockets hear by another role or team from now on.
    pub fn set_sight(&self, user: UserId, sight: &Sight) {
        for peer in self.lock().by_id.values_mut().filter(|peer| peer.user == user) {
            peer.sight = sight.clone();
        }
    }

    /// The leads that this person has open.
    #[must_use]
    pub fn viewed_by(&self, user: UserId) -> BTreeSet<LeadId> {
        self.lock().by_id.values().filter(|peer| peer.user == user).filter_map(|peer| peer.viewing).collect()
    }

    /// Takes those off a lead who may not see it as it stands, and tells the others.
    pub fn drop_unseen(&self, lead: LeadId, standing: &Standing) {
        let mut peers = self.lock();
        let mut left = false;
        for peer in peers.by_id.values_mut().filter(|peer| peer.viewing == Some(lead) && !peer.sight.sees(standing)) {
            (peer.viewing, left) = (None, true);
        }
        if left {
            tell(&peers, lead);
        }
    }

    /// Ends this person's sockets; a device that still may comes back by itself.
    pub fn part(&self, user: UserId) {
        let mut peers = self.lock();
        let viewed: Vec<LeadId> = peers.by_id.values().filter(|peer| peer.user == user).filter_map(|peer| peer.viewing).collect();
        peers.by_id.retain(|_, peer| peer.user != user);
        viewed.into_iter().for_each(|lead| tell(&peers, lead));
    }

    pub fn leave(&self, socket: &Socket) {
        self.view(socket, None);
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

    /// Which lead this device has open.
    #[must_use]
    pub fn viewing(&self, socket: &Socket) -> Option<LeadId> {
        self.lock().by_id.get(&socket.id)?.viewing
    }

    /// Sets which lead this device has open, and tells the others on it and on the one before.
    pub fn view(&self, socket: &Socket, lead: Option<LeadId>) {
        let mut peers = self.lock();
        let Some(peer) = peers.by_id.get_mut(&socket.id) else { return };
        let before = std::mem::replace(&mut peer.viewing, lead);
        if before != lead {
            [before, lead].into_iter().flatten().for_each(|lead| tell(&peers, lead));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends everyone on `lead` who the others are.
fn tell(peers: &Peers, lead: LeadId) {
    let on_it: Vec<&Peer> = peers.by_id.values().filter(|p| p.viewing == Some(lead)).collect();
    for peer in &on_it {
        let users: BTreeSet<UserId> = on_it.iter().map(|p| p.user).filter(|u| *u != peer.user).collect();
        let _ = peer.presence.try_send(Poke::Presence { lead, users: users.into_iter().collect() });
    }
}
