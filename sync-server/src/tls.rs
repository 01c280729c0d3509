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
}

impl Identity {
    /// Reads a certificate, with those between it and its root after it, and its key.
    ///
    /// # Errors
    /// Files that can't be read, or that don't belong together.
    pub fn load(cert: &Path, key: &Path) -> anyhow::Result<Self> {
        let wrong = || format!("the key {} can't be read", key.display());
        let secret = PrivateKeyDer::from_pem_file(key).with_context(wrong)?;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions()?;
        let config = builder.with_no_client_auth().with_single_cert(chain(cert)?, secret);
        let mut config = config.with_context(|| format!("{} and {} don't go together", cert.display(), key.display()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), fingerprint: fingerprint(cert)? })
    }

    /// The one that `cert` made in this data folder.
    ///
    /// # Errors
    /// As [`Identity::load`].
    pub fn made_in(data: &Path) -> anyhow::Result<Option<Self>> {
        let [cert, key] = [CERT, KEY].map(|name| data.join(FOLDER).join(name));
        if cert.exists() { Self::load(&cert, &key).map(Some) } else { Ok(None) }
    }
}

/// The SHA-256 of the first certificate in a PEM file, in DER, lower-case hex: what an invitation carries.
///
/// # Errors
/// A file that can't be read or holds no certificate.
pub fn fingerprint(cert: &Path) -> anyhow::Result<String> {
    let first = chain(cert)?.into_iter().next().context("no certificate")?;
    Ok(hex(&first))
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
    /// Its last day.
    pub until: Date,
}

/// Makes a self-signed certificate for this machine and `names` (hosts or addresses) in `folder`.
///
/// # Errors
/// A name that is none, files that are there already (unless `force`), or the disk's.
pub fn make(folder: &Path, names: &[String], now_ms: i64, force: bool) -> anyhow::Result<Made> {
    let [cert, key] = [CERT, KEY].map(|name| folder.join(name));
    if let Some(there) = [&cert, &key].into_iter().find(|path| path.exists() && !force) {
        bail!("{} is there already. Devices that trust it would not trust another; say --force to replace it", there.display());
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
    let pair = KeyPair::generate()?;
    let made = params.self_signed(&pair)?;
    create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    write(&key, &pair.serialize_pem(), 0o600)?;
    write(&cert, &made.pem(), 0o644)?;
    Ok(Made { cert, key, names, fingerprint: hex(made.der()), until })
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
