//! Passwords: argon2id, compared in constant time. Hashing takes some 30 ms and 19 MiB, so it
//! happens on blocking threads, one at a time.

use argon2::password_hash::SaltString;
use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _};
use domain::{Env, Refusal, RefusalCode};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Characters in a password at least.
pub const MIN: usize = 10;
/// Bytes in a password at most: hashing must not become work for free.
pub const MAX: usize = 512;

/// Stands for a hash where no password was set: no password has it.
pub const NONE: &str = "none";

/// Refuses a password that is too short or too long.
///
/// # Errors
/// `InvalidValue`, in words for whoever types it.
pub fn check(password: &str) -> Result<(), Refusal> {
    if password.chars().count() < MIN {
        return Err(Refusal::new(RefusalCode::InvalidValue, format!("A password has at least {MIN} characters.")).on("password"));
    }
    if password.len() > MAX {
        return Err(Refusal::new(RefusalCode::TooLong, format!("A password has at most {MAX} bytes.")).on("password"));
    }
    Ok(())
}

/// The PHC string to store.
#[must_use]
pub fn hash(env: &Env, password: &str) -> String {
    let salt = SaltString::encode_b64(&env.random::<16>()).expect("16 bytes are a salt");
    let _one = one_at_a_time();
    Argon2::default().hash_password(password.as_bytes(), &salt).expect("argon2's own parameters are valid").to_string()
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
    let Ok(parsed) = PasswordHash::new(phc) else { return false };
    let _one = one_at_a_time();
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && stored.is_some()
}

/// Each hash takes 19 MiB, which the allocator keeps per thread: in line, they share one piece.
fn one_at_a_time() -> MutexGuard<'static, ()> {
    static LINE: Mutex<()> = Mutex::new(());
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}
