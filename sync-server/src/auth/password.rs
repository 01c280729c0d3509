//! Passwords: argon2id, compared in constant time. Hashing takes some 30 ms and 19 MiB, so it
//! happens on one thread of its own.

use crate::error::Error;
use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _};
use domain::password::{self, MAX};
use domain::{Env, Refusal, RefusalCode};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Stands for a hash where no password was set: no password has it.
pub const NONE: &str = "none";

/// The hash of a good password for this person.
///
/// # Errors
/// See [`password::check`].
pub fn checked_hash(env: &Env, password: &str, name: &str, email: &str) -> Result<String, Refusal> {
    password::check(password, &[name, email])?;
    Ok(hash(env, password))
}

/// The password that somebody signed in was asked for is wrong; `field` is where they typed it.
#[must_use]
pub fn wrong(field: &str) -> Error {
    Refusal::new(RefusalCode::InvalidValue, "The password is wrong.").on(field).into()
}

/// The PHC string to store.
#[must_use]
pub fn hash(env: &Env, password: &str) -> String {
    let salt = SaltString::encode_b64(&env.random::<16>()).expect("16 bytes are a salt");
    let password = password.to_owned();
    in_line(move || Argon2::default().hash_password(password.as_bytes(), &salt).expect("argon2's own parameters are valid").to_string())
}

/// Whether the password is the one hashed. Takes as long without a hash (an unknown user) as with one.
#[must_use]
pub fn verify(env: &Env, password: &str, stored: Option<&str>) -> bool {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    if password.len() > MAX {
        return false;
    }
    let stored = stored.filter(|phc| *phc != NONE);
    let phc = stored.unwrap_or_else(|| NOBODYS.get_or_init(|| hash(env, "nobody has this password")));
    let (password, phc) = (password.to_owned(), phc.to_owned());
    let is_it = in_line(move || {
        PasswordHash::new(&phc).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
    });
    is_it && stored.is_some()
}

/// Runs `work` on the one thread that hashes. Each hash takes 19 MiB, and the allocator keeps freed
/// memory per thread: fifty sign-ins on fifty threads left 300 MB behind.
fn in_line<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    static LINE: OnceLock<Mutex<Sender<Work>>> = OnceLock::new();
    let (answer, answered) = channel();
    let work: Work = Box::new(move || {
        // Whoever asked waits below.
        let _ = answer.send(work());
    });
    let line = LINE.get_or_init(|| {
        let (line, works) = channel::<Work>();
        std::thread::spawn(move || works.into_iter().for_each(|work| work()));
        Mutex::new(line)
    });
    line.lock().unwrap_or_else(PoisonError::into_inner).send(work).expect("the hashing thread never ends");
    answered.recv().expect("hashing does not panic")
}

type Work = Box<dyn FnOnce() + Send>;
