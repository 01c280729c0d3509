//! The command line: what can be asked, in words that need no manual.

use clap::{Args, Parser, Subcommand};
use domain::Role;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use sync_server::audit::SeenHead;

/// The Leadline server: one organisation's users, leads and edits, passed on to its devices.
///
/// First steps:
///
///   echo 'a long password' | leadline-server init --org "Nakshatra Academy" --admin-email you@example.com --admin-name "Your Name"
///
///   leadline-server serve
///
/// Or, to look around: leadline-server demo-data --leads 2000 && leadline-server serve
///
/// Settings come from flags, then from LEADLINE_* environment variables, then from the TOML file
/// (--config, else leadline.toml in the data folder; keys: listen, data, database_url, log_dir, log,
/// tls_cert, tls_key, tls_pin, public_url, behind_proxy, proxies, keep_days), then from the defaults shown.
#[derive(Parser)]
#[command(name = "leadline-server", version, verbatim_doc_comment)]
pub struct Cli {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args)]
pub struct Common {
    /// Folder of the database, the lock and the logs [default: leadline-data]
    #[arg(long, global = true, env = "LEADLINE_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Use PostgreSQL instead of SQLite, as postgres://user:password@host/database
    #[arg(long, global = true, env = "LEADLINE_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Configuration file [default: leadline.toml in the data folder, if it is there]
    #[arg(long, global = true, env = "LEADLINE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to log: error, warn, info, debug, or per module as in sync_server=debug [default: info]
    #[arg(long, global = true, env = "LEADLINE_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

#[derive(Subcommand)]
pub enum Command {
    /// Make the organisation and its first admin; the admin's password is read from standard input
    Init(Init),
    /// Serve devices until ctrl-c or SIGTERM
    Serve(Serve),
    /// Make or renew a certificate for a local network, which `serve` then uses; prints its key's
    /// fingerprint. Devices that were invited trust it by that
    Cert(Cert),
    /// People who may sign in
    #[command(subcommand)]
    User(User),
    /// Fill an empty database with the demo company; prints who is there. Everybody's password is "demo-leadline"
    DemoData(DemoData),
    /// Copy the database into a new file, also while the server works
    Backup(Backup),
    /// Make the database smaller, also while the server works: old entries of the log lose what stands in
    /// the records anyway. Devices that were away for longer get their records anew
    Compact(Compact),
    /// Put a backup in the database's place; the server must be stopped. Devices then bring back what
    /// the backup lacks; users, teams and assignments that are newer than the backup are lost
    Restore(Restore),
    /// After a PostgreSQL restore: tell devices that history changed, so that they bring back what is lost
    BeginEpoch,
    /// Take what one computer never sent out of its folder into quarantine, without the person's
    /// password: also after a forgotten one, and after a wipe
    Recover(Recover),
    /// The log of accepted edits
    #[command(subcommand)]
    Audit(Audit),
}

#[derive(Args)]
pub struct Init {
    /// The organisation's name
    #[arg(long, value_name = "NAME")]
    pub org: String,
    /// Address that the first admin signs in with
    #[arg(long, value_name = "EMAIL")]
    pub admin_email: String,
    /// The first admin's name
    #[arg(long, value_name = "NAME")]
    pub admin_name: String,
    /// Time zone in which "today" is a day
    #[arg(long, default_value = "Asia/Kolkata")]
    pub zone: String,
    /// Country in which numbers without a prefix are dialled, two letters
    #[arg(long, default_value = "IN")]
    pub country: String,
    /// Currency of budgets and payments, three letters
    #[arg(long, default_value = "INR")]
    pub currency: String,
    /// Phone prefix of that country
    #[arg(long, default_value = "+91")]
    pub phone_prefix: String,
}

#[derive(Args)]
pub struct Serve {
    /// Address and port [default: 127.0.0.1:8440]; port 0 picks a free one
    #[arg(long, env = "LEADLINE_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Folder of the log files, one a day, 14 kept [default: logs in the data folder]
    #[arg(long, env = "LEADLINE_LOG_DIR", value_name = "DIR")]
    pub log_dir: Option<PathBuf>,
    /// Certificate to speak TLS with, PEM, followed by those between it and its root [default:
    /// tls/server.crt in the data folder, if `cert` made it]
    #[arg(long, env = "LEADLINE_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The certificate's key, PEM
    #[arg(long, env = "LEADLINE_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Invitations name this certificate's key for devices to trust, and nothing else: for a certificate
    /// that an authority of your own signed. Renew it with the same key
    #[arg(long, env = "LEADLINE_TLS_PIN")]
    pub tls_pin: bool,
    /// Address that devices reach this server at, as https://crm.example.com [default: what it listens on]
    #[arg(long, env = "LEADLINE_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// A proxy in front ends TLS: allow plain HTTP on other addresses than this computer's own, and
    /// believe the last entry of X-Forwarded-For that comes from this computer or from a --proxy
    #[arg(long, env = "LEADLINE_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// Address of the proxy, where it is another computer; may be given several times
    #[arg(long = "proxy", env = "LEADLINE_PROXY", value_name = "ADDRESS", value_delimiter = ',')]
    pub proxies: Vec<IpAddr>,
}

#[derive(Args)]
pub struct Cert {
    /// Host name or address that devices reach this server by, besides localhost and this machine's
    /// own name; may be given several times
    #[arg(long = "name", value_name = "HOST")]
    pub names: Vec<String>,
    /// Folder of server.crt and server.key [default: tls in the data folder]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// A new certificate of the key that is there: devices go on trusting it. Say its names again
    #[arg(long, conflicts_with = "force")]
    pub renew: bool,
    /// Replace certificate and key: devices trust the new one only after a sign-in with its fingerprint
    #[arg(long)]
    pub force: bool,
}

#[derive(Subcommand)]
pub enum User {
    /// Add one; the password is read from standard input
    Add(UserAdd),
    /// Print a one-time code with which somebody who forgot their password sets a new one; good for 72 hours
    Code(UserCode),
    /// Let somebody in no more: their sign-ins end
    Disable(UserNamed),
    /// Let somebody in again
    Enable(UserNamed),
}

#[derive(Args)]
pub struct UserNamed {
    /// Address that the person signs in with
    pub email: String,
}

#[derive(Args)]
pub struct UserCode {
    /// Address that the person signs in with
    pub email: String,
    /// Also turn their two-step sign-in off: they lost the authenticator and its recovery codes
    #[arg(long)]
    pub end_two_step: bool,
}

#[derive(Args)]
pub struct UserAdd {
    /// Address to sign in with
    #[arg(long)]
    pub email: String,
    /// Name as others see it
    #[arg(long)]
    pub name: String,
    /// super_admin, admin, manager, team_lead, salesperson, recovery_agent, finance_manager or analyst
    #[arg(long)]
    pub role: Role,
    /// Team by name; made if there is none of that name
    #[arg(long, value_name = "NAME")]
    pub team: Option<String>,
}

#[derive(Args)]
pub struct DemoData {
    /// How many leads
    #[arg(long, default_value_t = 2_000, value_name = "N")]
    pub leads: usize,
    /// The same seed gives the same people and leads, dated around now
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// Whose all leads are that have an owner
    #[arg(long, value_name = "EMAIL")]
    pub owner: Option<String>,
}

#[derive(Args)]
pub struct Backup {
    /// A file that does not exist yet
    pub file: PathBuf,
}

#[derive(Args)]
pub struct Compact {
    /// Entries stay whole for so many days [default: 90]
    #[arg(long, env = "LEADLINE_KEEP_DAYS", value_name = "N")]
    pub keep_days: Option<u32>,
}

#[derive(Args)]
pub struct Restore {
    /// What `backup` wrote
    pub file: PathBuf,
}

#[derive(Args)]
pub struct Recover {
    /// Folder of the copy, or a copy of that folder: it holds leadline.db and leadline.sealed
    pub profile: PathBuf,
}

#[derive(Subcommand)]
pub enum Audit {
    /// Prove that nothing in the log was altered or taken out; says where, and ends with 1, if something was
    Verify(AuditVerify),
}

#[derive(Args)]
pub struct AuditVerify {
    /// The end of the log as a device has seen it, as `leadline status` prints it: finds an end that
    /// was cut off; may be given several times
    #[arg(long = "head", value_name = "EPOCH:SEQ:HEX")]
    pub heads: Vec<SeenHead>,
    /// Also compare every document and row with what the log makes of it; takes longer
    #[arg(long)]
    pub deep: bool,
}
