//! How much one address, account, person or device may ask: token buckets in memory, bounded in number. A
//! restart forgets them.

use super::{App, Problem};
use crate::error::Error;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use domain::{DeviceId, Env, UserId};
use protocol::paths;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

/// Paths that begin so are open to everybody, and costly or worth guessing at; so is [`paths::QUARANTINE`],
/// but not what is under it.
const DOORS: &str = "/api/v1/auth/";
/// Buckets of one kind that are kept: some 5 MB.
const KEYS_MAX: usize = 65_536;
const MINUTE_US: i64 = 60_000_000;

/// So many at once, and so many a minute after that; none of them 0.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    pub burst: u32,
    pub per_minute: u32,
}

/// What is allowed.
#[derive(Clone, Copy, Debug)]
pub struct Quotas {
    /// Per address, of sign-in, refresh, invitations and quarantine.
    pub door: Quota,
    /// Per account, of passwords tried.
    pub account: Quota,
    /// Per device that is signed in.
    pub device: Quota,
    /// Per person who is signed in, at all their devices.
    pub person: Quota,
    /// Per device, of what it says over its live socket.
    pub live: Quota,
    /// Per address, of everything: an office of devices has one.
    pub address: Quota,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            // A call centre behind one address signs in at nine.
            door: Quota { burst: 150, per_minute: 60 },
            account: Quota { burst: 20, per_minute: 10 },
            // A manager’s device is poked by everybody’s edits.
            device: Quota { burst: 2_000, per_minute: 6_000 },
            person: Quota { burst: 6_000, per_minute: 12_000 },
            // Leads opened, one after the other.
            live: Quota { burst: 60, per_minute: 240 },
            address: Quota { burst: 15_000, per_minute: 30_000 },
        }
    }
}

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitKey {
    Door(IpAddr),
    Account([u8; 32]),
    Device(DeviceId),
    Person(UserId),
    Live(DeviceId),
    Address(IpAddr),
}

impl LimitKey {
    /// The account of this e-mail address, whether or not there is one.
    #[must_use]
    pub fn account(email: &str) -> Self {
        Self::Account(Sha256::digest(email.trim().to_lowercase()).into())
    }
}

/// All buckets.
pub struct Limits {
    env: Env,
    door: Mutex<Buckets>,
    account: Mutex<Buckets>,
    device: Mutex<Buckets>,
    person: Mutex<Buckets>,
    live: Mutex<Buckets>,
    address: Mutex<Buckets>,
}

impl Limits {
    #[must_use]
    pub fn new(env: Env, quotas: &Quotas) -> Self {
        let buckets = |quota| Mutex::new(Buckets { quota, full_at: HashMap::new() });
        let Quotas { door, account, device, person, live, address } = *quotas;
        Self {
            env,
            door: buckets(door),
            account: buckets(account),
            device: buckets(device),
            person: buckets(person),
            live: buckets(live),
            address: buckets(address),
        }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// `TooMany`, with when to come back.
    pub fn check(&self, key: LimitKey) -> Result<(), Error> {
        let buckets = match key {
            LimitKey::Door(_) => &self.door,
            LimitKey::Account(_) => &self.account,
            LimitKey::Device(_) => &self.device,
            LimitKey::Person(_) => &self.person,
            LimitKey::Live(_) => &self.live,
            LimitKey::Address(_) => &self.address,
        };
        let now_us = self.env.now_ms().saturating_mul(1_000);
        let taken = buckets.lock().unwrap_or_else(PoisonError::into_inner).take(key, now_us);
        taken.map_err(|wait_us| Error::TooMany { after_s: u64::try_from(wait_us).unwrap_or(0).div_ceil(1_000_000).max(1) })
    }
}

/// Buckets of one kind. A bucket is the moment, µs since the epoch, at which it will be full again; one
/// that is full is as good as none.
struct Buckets {
    quota: Quota,
    full_at: HashMap<LimitKey, i64>,
}

impl Buckets {
    /// Takes one from the bucket, or answers after how many µs there will be one.
    fn take(&mut self, key: LimitKey, now: i64) -> Result<(), i64> {
        let each = MINUTE_US / i64::from(self.quota.per_minute);
        let whole = each * i64::from(self.quota.burst);
        if self.full_at.len() >= KEYS_MAX && !self.full_at.contains_key(&key) {
            self.make_room(now);
        }
        let full_at = self.full_at.entry(key).or_insert(now);
        // A clock that was set back must not lock anybody out.
        *full_at = (*full_at).clamp(now, now + whole);
        let next = *full_at + each;
        if next - whole > now {
            return Err(next - whole - now);
        }
        *full_at = next;
        Ok(())
    }

    /// Forgets full buckets; if that is not half of them, then the fuller half.
    fn make_room(&mut self, now: i64) {
        self.full_at.retain(|_, full_at| *full_at > now);
        if self.full_at.len() > KEYS_MAX / 2 {
            let mut times: Vec<i64> = self.full_at.values().copied().collect();
            let middle = times.len() / 2;
            let middle = *times.select_nth_unstable(middle).1;
            self.full_at.retain(|_, full_at| *full_at > middle);
        }
    }
}

/// The other end of a request's connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Refuses what is too much before anything is looked up or read.
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Result<Response, Problem> {
    let address = address(&app.proxies, &request);
    app.limits.check(LimitKey::Address(address))?;
    let path = request.uri().path();
    if path.starts_with(DOORS) || path == paths::QUARANTINE {
        app.limits.check(LimitKey::Door(address))?;
    }
    Ok(next.run(request).await)
}

/// The proxies in front whose word is taken for who asks.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    /// Those on this computer, and `named` ones; none otherwise.
    pub behind: bool,
    pub named: Vec<IpAddr>,
}

impl Proxies {
    /// Whether this other end of a connection is one.
    #[must_use]
    pub fn are_at(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.behind && (peer.is_loopback() || self.named.iter().any(|named| named.to_canonical() == peer))
    }
}

/// Who asks: the socket's address, or what a proxy in front says it was.
fn address(proxies: &Proxies, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    let forwarded = if proxies.are_at(peer) { forwarded_for(request.headers()) } else { None };
    counted_as(forwarded.unwrap_or(peer))
}

/// Of IPv6 the /64, which is one customer.
#[must_use]
pub fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    }
}

/// The last entry is the proxy's own; those before it are the sender's claim.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| last.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(burst: u32, per_minute: u32) -> Buckets {
        Buckets { quota: Quota { burst, per_minute }, full_at: HashMap::new() }
    }

    #[test]
    fn a_burst_then_one_each_interval() {
        let mut buckets = buckets(3, 60);
        let key = LimitKey::account("A@b.example ");
        assert_eq!(key, LimitKey::account("a@B.example"));
        for now in [0, 0, 0] {
            assert_eq!(buckets.take(key, now), Ok(()));
        }
        assert_eq!(buckets.take(key, 0), Err(1_000_000));
        assert_eq!(buckets.take(LimitKey::account("other"), 0), Ok(()));
        assert_eq!(buckets.take(key, 1_000_000), Ok(()));
        assert_eq!(buckets.take(key, 1_500_000), Err(500_000));
        assert_eq!(buckets.take(key, 60_000_000), Ok(()));
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let mut buckets = buckets(2, 60);
        let key = LimitKey::account("a");
        assert_eq!(buckets.take(key, 9_000_000_000), Ok(()));
        assert_eq!(buckets.take(key, 0), Err(1_000_000), "at worst an empty bucket");
        assert_eq!(buckets.take(key, 2_000_000), Ok(()));
    }

    #[test]
    fn memory_is_bounded_and_keeps_who_asks_most() {
        let mut buckets = buckets(10, 60);
        let busy = LimitKey::account("busy");
        while buckets.take(busy, 0).is_ok() {}
        for n in 0..200_000_u32 {
            assert_eq!(buckets.take(LimitKey::Address(Ipv4Addr::from_bits(n).into()), 0), Ok(()));
        }
        assert!(buckets.full_at.len() <= KEYS_MAX);
        assert!(buckets.take(busy, 0).is_err());
    }

    #[test]
    fn who_asks_is_the_socket_or_the_proxys_last_word() {
        let request = |peer: &str, forwarded: &[&str]| {
            let mut request = Request::new(axum::body::Body::empty());
            request.extensions_mut().insert(Peer(peer.parse().expect("an address")));
            for value in forwarded {
                request.headers_mut().append("x-forwarded-for", value.parse().expect("plain"));
            }
            request
        };
        let named = vec!["10.0.0.9".parse().expect("an address")];
        let (none, proxied) = (Proxies { behind: false, named: named.clone() }, Proxies { behind: true, named });
        for (proxies, peer, forwarded, expected) in [
            (&none, "10.0.0.9", &["1.2.3.4"][..], "10.0.0.9"),
            (&none, "127.0.0.1", &["1.2.3.4"], "127.0.0.1"),
            (&proxied, "10.0.0.9", &[], "10.0.0.9"),
            (&proxied, "10.0.0.9", &["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            (&proxied, "::ffff:10.0.0.9", &["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            (&proxied, "127.0.0.1", &["6.6.6.6", "1.2.3.4:5000"], "1.2.3.4"),
            (&proxied, "::1", &["::ffff:1.2.3.4"], "1.2.3.4"),
            (&proxied, "10.0.0.9", &["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::"),
            (&proxied, "10.0.0.9", &["unknown"], "10.0.0.9"),
            // Whoever else reaches the port says nothing for anybody.
            (&proxied, "10.0.0.8", &["1.2.3.4"], "10.0.0.8"),
        ] {
            assert_eq!(address(proxies, &request(peer, forwarded)).to_string(), expected, "{peer} {forwarded:?}");
        }
    }
}
