//! A server that knows some people and signs their leases: as much HTTP as a sign-in needs.

use domain::{DeviceId, OrgId, Role, UserId};
use ed25519_dalek::{Signer as _, SigningKey};
use protocol::auth::{Lease, Me, Secret, Session, SignedLease};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;
const ORG: OrgId = OrgId(Uuid::from_u128(3));

/// What the server knows, and what it was asked.
pub struct Known {
    /// Address, name, password.
    pub people: Mutex<Vec<(String, String, String)>>,
    pub now: AtomicI64,
    pub down: AtomicBool,
    /// Paths asked, sign-ins with their device.
    pub asked: Mutex<Vec<(String, Option<DeviceId>)>>,
    lease: SigningKey,
    pub recovery: crypto_box::SecretKey,
}

pub struct Server {
    pub url: String,
    pub known: Arc<Known>,
}

impl Server {
    /// Asha and Ravi, who sell, and Vikram, an Admin, may sign in.
    pub fn new(now: i64) -> Self {
        let person = |email: &str, name: &str| (email.to_owned(), name.to_owned(), format!("{name}'s password"));
        let people = vec![
            person("asha@nakshatra.example", "Asha Menon"),
            person("ravi@nakshatra.example", "Ravi Deshpande"),
            person("vikram@nakshatra.example", "Vikram Rao"),
        ];
        let known = Arc::new(Known {
            people: Mutex::new(people),
            now: AtomicI64::new(now),
            down: AtomicBool::new(false),
            asked: Mutex::default(),
            lease: SigningKey::from_bytes(&[5; 32]),
            recovery: crypto_box::SecretKey::from([6; 32]),
        });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let answering = known.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let known = answering.clone();
                std::thread::spawn(move || known.answer(stream));
            }
        });
        Self { url, known }
    }

    pub fn set_password(&self, email: &str, password: &str) {
        let mut people = self.known.people.lock().expect("one test");
        people.iter_mut().find(|(address, ..)| address == email).expect("known").2 = password.to_owned();
    }
}

impl Known {
    fn answer(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        let mut request = String::new();
        let mut length = 0;
        while reader.read_line(&mut request).is_ok_and(|n| n > 2) {
            let line = request.lines().last().unwrap_or_default().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("a body");
        let path = request.split_whitespace().nth(1).unwrap_or_default().to_owned();
        let (status, answer) = self.said(&path, &serde_json::from_slice(&body).unwrap_or(Value::Null));
        let head = format!(
            "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            answer.len()
        );
        // Who asked may be gone.
        let _ = reader.into_inner().write_all(format!("{head}{answer}").as_bytes());
    }

    fn said(&self, path: &str, ask: &Value) -> (u16, String) {
        let device = serde_json::from_value(ask["device"].clone()).ok();
        self.asked.lock().expect("one test").push((path.to_owned(), device));
        let problem = |status, code: &str| (status, serde_json::json!({"code": code, "title": code, "status": status}).to_string());
        if self.down.load(Ordering::Relaxed) {
            return problem(503, "try_later");
        }
        let people = self.people.lock().expect("one test");
        let found = people.iter().position(|(email, _, password)| match path {
            "/api/v1/auth/sign-in" => ask["email"] == email.as_str() && ask["password"] == password.as_str(),
            "/api/v1/auth/redeem" => ask["code"] == "K7QF-2MXD-9TRA" && email.starts_with("asha"),
            _ => false,
        });
        match (found, device) {
            (Some(n), Some(device)) => (200, serde_json::to_string(&self.session(n, &people[n], device)).expect("JSON")),
            _ if path.starts_with("/api/v1/auth") => problem(401, "wrong_credentials"),
            // Nobody syncs here, and no session has ended for that.
            _ if path.starts_with("/api/v1/sync") => problem(503, "try_later"),
            _ if path.starts_with("/api/v1/quarantine") => problem(409, "not_cut_off"),
            _ => problem(401, "not_signed_in"),
        }
    }

    pub fn session_of(&self, email: &str, device: DeviceId) -> Session {
        let people = self.people.lock().expect("one test");
        let n = people.iter().position(|(address, ..)| address == email).expect("known");
        self.session(n, &people[n], device)
    }

    fn session(&self, n: usize, person: &(String, String, String), device: DeviceId) -> Session {
        let user = UserId(Uuid::from_u128(n as u128 + 1));
        let now = self.now.load(Ordering::Relaxed);
        let role = if person.0.starts_with("vikram") { Role::Admin } else { Role::Salesperson };
        let lease = Lease { user, device, role, issued_at: now, until: now + 72 * HOUR, wipe_at: now + 72 * HOUR + 30 * DAY };
        let lease = serde_json::to_vec(&lease).expect("JSON");
        Session {
            access: Secret("access-token-of-the-session".into()),
            access_for_s: 900,
            refresh: Secret("refresh-token-of-the-session".into()),
            me: Me { org: ORG, user, name: person.1.clone(), email: person.0.clone(), role, team: None },
            server_ms: now,
            lease: SignedLease { signature: self.lease.sign(&lease).to_bytes().to_vec(), lease },
            lease_key: self.lease.verifying_key().to_bytes().to_vec(),
            recovery_key: self.recovery.public_key().as_bytes().to_vec(),
            device_secret: Some(Secret("device-secret".into())),
        }
    }
}
