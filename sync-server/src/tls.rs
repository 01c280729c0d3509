//! TLS: the server's certificate, read from PEM files or made for a local network.

use anyhow::{Context as _, bail, ensure};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use sha2::{Digest as _, Sha256};
use std::fs::{OpenOptions, create_dir_all, remove_file};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use webpki::EndEntityCert;

/// Folder of the certificate that was made here, in the data folder.
pub const FOLDER: &str = "tls";
/// Days that a certificate made here is valid; Apple's devices take no longer ones.
pub const DAYS: i32 = 825;
const CERT: &str = "server.crt";
const KEY: &str = "server.key";

/// What the server shows, and proves to own.
#[derive(Clone)]
pub struct Identity {
    pub config: Arc<ServerConfig>,
    /// SHA-256 of the certificate, lower-case hex.
    pub fingerprint: String,
    /// What invitations name for devices to trust, see [`pin`]. None for a certificate that somebody
    /// else signed: the web's roots vouch for that, also for the next one.
    pub pin: Option<String>,
    files: Files,
}

/// Where an identity was read, and how new both files were.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Files {
    cert: PathBuf,
    key: PathBuf,
    written: [Option<SystemTime>; 2],
    always_pin: bool,
}

impl Files {
    fn now(cert: &Path, key: &Path, always_pin: bool) -> Self {
        let written = [cert, key].map(|path| path.metadata().and_then(|facts| facts.modified()).ok());
        Self { cert: cert.to_owned(), key: key.to_owned(), written, always_pin }
    }
}

/// Looks whether an identity's files were replaced.
#[derive(Debug)]
pub struct Renewals(Files);

impl Renewals {
    #[must_use]
    pub fn of(identity: &Identity) -> Self {
        Self(identity.files.clone())
    }

    /// The identity that the files hold now, if they changed since it was asked last.
    ///
    /// # Errors
    /// As [`Identity::load`]: one of the two is not written yet, perhaps.
    pub fn look(&mut self) -> anyhow::Result<Option<Identity>> {
        let Files { cert, key, always_pin, .. } = &self.0;
        let now = Files::now(cert, key, *always_pin);
        if now == self.0 {
            return Ok(None);
        }
        self.0 = now.clone();
        Identity::load(&now.cert, &now.key, now.always_pin).map(Some)
    }
}

impl Identity {
    /// Reads a certificate, with those between it and its root after it, and its key. `always_pin`: devices
    /// are to trust its key although somebody else signed it.
    ///
    /// # Errors
    /// Files that can't be read, or that don't belong together.
    pub fn load(cert: &Path, key: &Path, always_pin: bool) -> anyhow::Result<Self> {
        let files = Files::now(cert, key, always_pin);
        let wrong = || format!("the key {} can't be read", key.display());
        let secret = PrivateKeyDer::from_pem_file(key).with_context(wrong)?;
        let chain = chain(cert)?;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions()?;
        let config = builder.with_no_client_auth().with_single_cert(chain.clone(), secret);
        let mut config = config.with_context(|| format!("{} and {} don't go together", cert.display(), key.display()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let read = EndEntityCert::try_from(&chain[0]).with_context(|| format!("{} is not a certificate of today", cert.display()))?;
        let pin = (always_pin || read.issuer() == read.subject()).then(|| hex(&read.subject_public_key_info()));
        Ok(Self { config: Arc::new(config), fingerprint: hex(&chain[0]), pin, files })
    }

    /// The one that `cert` made in this data folder.
    ///
    /// # Errors
    /// As [`Identity::load`].
    pub fn made_in(data: &Path) -> anyhow::Result<Option<Self>> {
        let [cert, key] = [CERT, KEY].map(|name| data.join(FOLDER).join(name));
        if cert.exists() { Self::load(&cert, &key, false).map(Some) } else { Ok(None) }
    }
}

/// The SHA-256 of the first certificate in a PEM file, in DER, lower-case hex.
///
/// # Errors
/// A file that can't be read or holds no certificate.
pub fn fingerprint(cert: &Path) -> anyhow::Result<String> {
    let first = chain(cert)?.into_iter().next().context("no certificate")?;
    Ok(hex(&first))
}

/// The SHA-256 of the public key of the first certificate in a PEM file (SubjectPublicKeyInfo in DER),
/// lower-case hex: what an invitation carries. A renewed certificate with the same key has the same.
///
/// # Errors
/// As [`fingerprint`].
pub fn pin(cert: &Path) -> anyhow::Result<String> {
    let first = chain(cert)?.into_iter().next().context("no certificate")?;
    pin_of(&first)
}

fn pin_of(der: &CertificateDer<'_>) -> anyhow::Result<String> {
    Ok(hex(&EndEntityCert::try_from(der).context("no certificate of today")?.subject_public_key_info()))
}

fn hex(der: &[u8]) -> String {
    Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn chain(cert: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let unreadable = || format!("the certificate {} can't be read", cert.display());
    let chain = CertificateDer::pem_file_iter(cert).with_context(unreadable)?.collect::<Result<Vec<_>, _>>().with_context(unreadable)?;
    ensure!(!chain.is_empty(), "{} holds no certificate", cert.display());
    Ok(chain)
}

/// A certificate that was made.
#[derive(Debug)]
pub struct Made {
    pub cert: PathBuf,
    pub key: PathBuf,
    pub names: Vec<String>,
    pub fingerprint: String,
    /// See [`pin`].
    pub pin: String,
    /// Its last day.
    pub until: Date,
}

/// What becomes of files that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Old {
    Keep,
    /// The key stays, which is what devices trust.
    Renew,
    /// Another key: devices are to be told to trust it.
    Replace,
}

/// Makes a self-signed certificate for this machine and `names` (hosts or addresses) in `folder`.
///
/// # Errors
/// A name that is none, files that are there already (with [`Old::Keep`]), none to renew, or the disk's.
pub fn make(folder: &Path, names: &[String], now_ms: i64, old: Old) -> anyhow::Result<Made> {
    let [cert, key] = [CERT, KEY].map(|name| folder.join(name));
    if let Some(there) = [&cert, &key].into_iter().find(|path| path.exists() && old == Old::Keep) {
        bail!(
            "{} is there already. Say --renew for a new certificate of the same key, which devices go on trusting, or --force to \
             replace both",
            there.display()
        );
    }
    let names = subjects(names)?;
    // A day ago: the clocks of a local network differ.
    let from = Timestamp::from_millisecond(now_ms)?.to_zoned(TimeZone::UTC).date().checked_sub(Span::new().days(1))?;
    let until = from.checked_add(Span::new().days(DAYS))?;
    let mut params = CertificateParams::new(names.clone())?;
    params.distinguished_name.push(DnType::CommonName, "Leadline server");
    let at = |day: Date| anyhow::Ok(date_time_ymd(i32::from(day.year()), u8::try_from(day.month())?, u8::try_from(day.day())?));
    (params.not_before, params.not_after) = (at(from)?, at(until)?);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let pair = match old {
        Old::Renew => {
            let pem =
                std::fs::read_to_string(&key).with_context(|| format!("there is no key {} to renew a certificate of", key.display()))?;
            KeyPair::from_pem(&pem).with_context(|| format!("the key {} can't be read", key.display()))?
        }
        Old::Keep | Old::Replace => KeyPair::generate()?,
    };
    let made = params.self_signed(&pair)?;
    create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    if old != Old::Renew {
        write(&key, &pair.serialize_pem(), 0o600)?;
    }
    write(&cert, &made.pem(), 0o644)?;
    let pin = pin_of(made.der())?;
    Ok(Made { cert, key, names, fingerprint: hex(made.der()), pin, until })
}

/// What the certificate is for: this machine by all its names, and those given.
fn subjects(given: &[String]) -> anyhow::Result<Vec<String>> {
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    for name in given {
        ensure!(ServerName::try_from(name.as_str()).is_ok(), "{name:?} is neither a host name nor an address");
        names.push(name.to_lowercase());
    }
    names.extend(hostname());
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Ok(names)
}

/// What this machine calls itself, if others could call it that.
#[must_use]
pub fn hostname() -> Option<String> {
    let name = gethostname::gethostname().into_string().ok()?.to_lowercase();
    ServerName::try_from(name.as_str()).is_ok().then_some(name)
}

/// Replaces a file; its mode is right before anything is in it.
fn write(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let failed = || format!("{} can't be written", path.display());
    match remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).with_context(failed),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path).with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)?;
    file.sync_all().with_context(failed)
}
