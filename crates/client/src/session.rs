//! Who is signed in to this profile. A profile belongs to one person: their data is in it.

use crate::error::ClientError;
use crate::lease;
use crate::store::meta;
use domain::{Actor, DeviceId, Env};
use protocol::PROTOCOL_VERSION;
use protocol::auth::{Me, Secret, Session};
use protocol::rows::OrgRow;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// The tokens of the running session.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tokens {
    pub access: Secret,
    pub refresh: Secret,
    /// Stored before each refresh, so that a repeat after a lost answer is no theft.
    pub nonce: Option<Secret>,
}

/// What local work needs to know of the person: works offline, also after the tokens ran out.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionFacts {
    pub me: Me,
    /// Known from the first pull on; until then India's defaults, which the first pull corrects.
    pub org: OrgRow,
    pub device: DeviceId,
    /// Tokens are here; without them nothing is sent until the next sign-in.
    pub signed_in: bool,
    /// The server does not answer this version of the app: it shows what is here and sends what waits.
    pub too_old: bool,
}

impl SessionFacts {
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { user: self.me.user, role: self.me.role, team: self.me.team }
    }

    pub(crate) fn load(c: &Connection) -> Result<Option<Self>, ClientError> {
        let (Some(me), Some(device)) = (meta::get::<Me>(c, meta::ME)?, meta::get(c, meta::DEVICE)?) else { return Ok(None) };
        let org = meta::get(c, meta::ORG)?.unwrap_or_else(|| OrgRow {
            id: me.org,
            name: String::new(),
            zone: "Asia/Kolkata".into(),
            country: "IN".into(),
            phone_prefix: "+91".into(),
            currency: "INR".into(),
        });
        let signed_in = meta::get::<Tokens>(c, meta::TOKENS)?.is_some();
        let too_old = meta::get(c, meta::TOO_OLD)? == Some(PROTOCOL_VERSION);
        Ok(Some(Self { me, org, device, signed_in, too_old }))
    }
}

/// This profile's device id, made at the first call.
pub(crate) fn device(c: &Connection, env: &Env) -> Result<DeviceId, ClientError> {
    if let Some(device) = meta::get(c, meta::DEVICE)? {
        return Ok(device);
    }
    let device = DeviceId(env.new_id());
    meta::set(c, meta::DEVICE, &device)?;
    Ok(device)
}

/// Stores the session that a sign-in brought.
///
/// # Errors
/// `OtherUser`: the profile holds another person's data. `Lease`: its lease is not to be trusted.
pub(crate) fn store(c: &Connection, server: &str, session: &Session) -> Result<(), ClientError> {
    if let Some(owner) = meta::get::<Me>(c, meta::ME)?
        && owner.user != session.me.user
    {
        return Err(ClientError::OtherUser(owner.email));
    }
    lease::store(c, session)?;
    lease::reset_clock(c, session.server_ms)?;
    meta::set(c, meta::SERVER, &server)?;
    meta::set(c, meta::ME, &session.me)?;
    meta::remove(c, meta::CUT_OFF)?;
    if let Some(secret) = &session.device_secret {
        meta::set(c, meta::DEVICE_SECRET, secret)?;
    }
    set_tokens(c, Some(&Tokens { access: session.access.clone(), refresh: session.refresh.clone(), nonce: None }))
}

/// Stores what a refresh brought: tokens and a longer lease.
///
/// # Errors
/// `Lease`, `Disk`.
pub(crate) fn renew(c: &Connection, session: &Session) -> Result<Tokens, ClientError> {
    lease::store(c, session)?;
    lease::note_clock(c, session.server_ms)?;
    let tokens = Tokens { access: session.access.clone(), refresh: session.refresh.clone(), nonce: None };
    set_tokens(c, Some(&tokens))?;
    Ok(tokens)
}

pub(crate) fn set_tokens(c: &Connection, tokens: Option<&Tokens>) -> Result<(), ClientError> {
    match tokens {
        Some(tokens) => meta::set(c, meta::TOKENS, tokens),
        None => meta::remove(c, meta::TOKENS),
    }
}
