//! `leadline-server`: the command line onto the library.

mod cli;

use anyhow::{Context as _, bail};
use clap::Parser as _;
use cli::{Audit, AuditVerify, Cert, Cli, Command, Common, Compact, DemoData, Init, Serve, User, UserAdd, UserCode, UserNamed};
use domain::{Env, OrgId, Role, UserId};
use protocol::auth::Secret;
use protocol::rows::OrgRow;
use std::io::BufRead as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use sync_server::auth::code;
use sync_server::config::{self, Config, Given};
use sync_server::http::Edge;
use sync_server::http::limits::Proxies;
use sync_server::store::{StoreError, orgs};
use sync_server::tls::{self, Identity, Old};
use sync_server::{Core, NewUser, audit, compact, demo, env, files, logging, people, recover, serve};

/// Between two words on how far `compact` is.
const PROGRESS: Duration = Duration::from_millis(500);
/// Threads for blocking work: reads, passwords.
const BLOCKING_THREADS: usize = 32;

/// File handles that are not for connections: the database's, the logs', a backup's.
const HANDLES_KEPT: u32 = 100;

fn main() -> anyhow::Result<()> {
    let Cli { common: Common { data, database_url, config, log }, command } = Cli::parse();
    let config = Config::load(Given { config, data, database_url, log })?;
    let env = env::system();
    if let Command::Serve(options) = command {
        return serve_until_told(&config, env, options);
    }
    let _guard = logging::start(&config.log, None)?;
    match command {
        Command::Init(options) => init(&config, &env, options),
        Command::Serve(_) => Ok(()),
        Command::Cert(options) => make_cert(&config, &env, &options),
        Command::User(User::Add(options)) => add_user(&config, env, options),
        Command::User(User::Code(options)) => make_code(&config, env, &options),
        Command::User(User::Disable(options)) => set_disabled(&config, env, &options, true),
        Command::User(User::Enable(options)) => set_disabled(&config, env, &options, false),
        Command::DemoData(options) => demo_data(&config, env, &options),
        Command::Backup(options) => {
            files::backup(&config, &env, &options.file)?;
            println!("The database is saved in {}.", options.file.display());
            Ok(())
        }
        Command::Compact(options) => make_smaller(&config, &env, &options),
        Command::Restore(options) => {
            let old = files::restore(&config, &env, &options.file)?;
            println!("Restored. What was there before is in {}.", old.display());
            println!("For 7 days devices bring back the edits that the backup lacks. Users, teams and assignments newer than it are lost.");
            Ok(())
        }
        Command::BeginEpoch => files::begin_epoch(&files::open(&config)?, &env),
        Command::Recover(options) => {
            let done = recover::recover(&files::open(&config)?, &env, &options.profile)?;
            println!("{} ({}): {} edits were waiting, {} are safe on the server.", done.name, done.email, done.found, done.kept);
            println!("A manager releases them in the app.");
            Ok(())
        }
        Command::Audit(Audit::Verify(options)) => verify(&config, &options),
    }
}

fn init(config: &Config, env: &Env, options: Init) -> anyhow::Result<()> {
    let store = files::open(config)?;
    let org = OrgRow {
        id: OrgId(env.new_id()),
        name: options.org,
        zone: options.zone,
        country: options.country,
        phone_prefix: options.phone_prefix,
        currency: options.currency,
    };
    let admin =
        NewUser { name: options.admin_name, email: options.admin_email, role: Role::SuperAdmin, team: None, password: Some(password()?) };
    people::init(&store, env, &org, &admin)?;
    println!("{} is ready in {}. Start it with: leadline-server serve", org.name, config.data.display());
    Ok(())
}

fn serve_until_told(config: &Config, env: Env, options: Serve) -> anyhow::Result<()> {
    let file = &config.file;
    let logs = options.log_dir.clone().or_else(|| file.log_dir.clone()).unwrap_or_else(|| config.data.join("logs"));
    let default = config::LISTEN.parse().context("the default address")?;
    let listen = options.listen.or(file.listen).unwrap_or(default);
    let behind_proxy = options.behind_proxy || file.behind_proxy.unwrap_or(false);
    let named = if options.proxies.is_empty() { file.proxies.clone() } else { options.proxies.clone() };
    if !named.is_empty() && !behind_proxy {
        bail!("--proxy goes with --behind-proxy");
    }
    let identity = identity(config, &options, behind_proxy)?;
    if !listen.ip().is_loopback() && !behind_proxy && identity.is_none() {
        bail!("{listen} is open to the network, and plain HTTP shows passwords to anyone on the way. {}", ways_out());
    }
    let _lock = files::Lock::take(&config.data)?;
    let _guard = logging::start(&config.log, Some(&logs))?;
    let core = Core::open(files::open(config)?, env)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build()?;
    let last = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| format!("{listen} can't be listened on"))?;
        let address = listener.local_addr()?;
        let scheme = if identity.is_some() { "https" } else { "http" };
        let given = options.public_url.or_else(|| file.public_url.clone());
        let edge = Edge {
            public_url: given.map(|url| url.trim_end_matches('/').to_owned()).or_else(|| derived_url(scheme, address, behind_proxy)),
            tls: identity.is_some(),
            proxies: Proxies { behind: behind_proxy, named },
            connections: affordable(Edge::default().connections),
            ..Edge::default()
        };
        println!("Leadline server listens on {scheme}://{address}");
        let (fingerprint, pin) = identity.as_ref().map(|it| (&it.fingerprint, it.pin.as_ref())).unzip();
        tracing::info!(%address, public_url = edge.public_url, fingerprint, pin = pin.flatten(), "serving");
        anyhow::Ok(serve::serve(core, listener, identity, edge, serve::told_to_stop()).await)
    })?;
    drop(runtime);
    drop(last);
    tracing::info!("stopped");
    Ok(())
}

/// The certificate that `serve` would show without flags of its own.
fn configured_identity(config: &Config) -> anyhow::Result<Option<Identity>> {
    match (&config.file.tls_cert, &config.file.tls_key) {
        (Some(cert), Some(key)) => Identity::load(cert, key, config.file.tls_pin.unwrap_or(false)).map(Some),
        _ if config.file.behind_proxy == Some(true) => Ok(None),
        _ => Identity::made_in(&config.data),
    }
}

/// As many connections as wanted, or as file handles of this process allow beside those of the database.
fn affordable(wanted: u32) -> u32 {
    let Some(handles) = serve::handles() else { return wanted };
    let fit = handles.saturating_sub(HANDLES_KEPT).max(1);
    if fit < wanted {
        tracing::warn!(handles, connections = fit, "few file handles: fewer connections may be open. Raise it with `ulimit -n`");
    }
    wanted.min(fit)
}

/// The certificate to show: the one named, else the one that `cert` made, unless a proxy does that.
fn identity(config: &Config, options: &Serve, behind_proxy: bool) -> anyhow::Result<Option<Identity>> {
    let named = match (&options.tls_cert, &options.tls_key) {
        (None, None) => (&config.file.tls_cert, &config.file.tls_key),
        flags => flags,
    };
    match named {
        (Some(cert), Some(key)) => Identity::load(cert, key, options.tls_pin || config.file.tls_pin.unwrap_or(false)).map(Some),
        (None, None) if behind_proxy => Ok(None),
        (None, None) => Identity::made_in(&config.data),
        _ => bail!("tls_cert and tls_key go together"),
    }
}

fn ways_out() -> &'static str {
    "Either make a certificate (leadline-server cert --name HOST), or name one that you have (--tls-cert FILE --tls-key FILE), \
     or put a proxy with TLS in front and say --behind-proxy."
}

/// What devices would type, as far as this machine knows. Behind a proxy it does not.
fn derived_url(scheme: &str, address: SocketAddr, behind_proxy: bool) -> Option<String> {
    match address.ip().is_unspecified() {
        _ if behind_proxy => None,
        true => tls::hostname().map(|host| format!("{scheme}://{host}:{}", address.port())),
        false => Some(format!("{scheme}://{address}")),
    }
}

fn make_cert(config: &Config, env: &Env, options: &Cert) -> anyhow::Result<()> {
    let folder = options.out.clone().unwrap_or_else(|| config.data.join(tls::FOLDER));
    let old = match (options.renew, options.force) {
        (true, _) => Old::Renew,
        (false, true) => Old::Replace,
        (false, false) => Old::Keep,
    };
    let made = tls::make(&folder, &options.names, env.now_ms(), old)?;
    println!("certificate {}", made.cert.display());
    println!("key         {} (keep it secret)", made.key.display());
    println!("names       {}", made.names.join(", "));
    println!("expires     {}", made.until);
    println!("sha-256     {}", made.fingerprint);
    println!("fingerprint {} (of its key; invitations carry it)", made.pin);
    Ok(())
}

fn add_user(config: &Config, env: Env, options: UserAdd) -> anyhow::Result<()> {
    let core = Core::open(files::open(config)?, env)?;
    let UserAdd { email, name, role, team } = options;
    let user = NewUser { name, email, role, team, password: Some(password()?) };
    core.add_user(&user)?;
    println!("{} may sign in as {}.", user.name, user.email);
    Ok(())
}

fn make_code(config: &Config, env: Env, options: &UserCode) -> anyhow::Result<()> {
    let core = Core::open(files::open(config)?, env)?;
    let made = core.new_code_by_operator(somebody(&core, &options.email)?, options.end_two_step)?;
    println!("{}", made.code);
    let identity = configured_identity(config)?;
    let fingerprint = identity.as_ref().map(|identity| identity.fingerprint.as_str());
    // For who reads it: what a script takes is the first line alone.
    eprintln!("link    {}", code::link(config.file.public_url.as_deref(), fingerprint, &made.code));
    if let Some(fingerprint) = fingerprint {
        eprintln!("sha-256 {fingerprint}");
    }
    Ok(())
}

fn set_disabled(config: &Config, env: Env, options: &UserNamed, disabled: bool) -> anyhow::Result<()> {
    let core = Core::open(files::open(config)?, env)?;
    let person = core.set_disabled(somebody(&core, &options.email)?, disabled)?;
    println!("{} {}.", person.name, if disabled { "may sign in no more" } else { "may sign in" });
    Ok(())
}

fn somebody(core: &Core, email: &str) -> anyhow::Result<UserId> {
    core.user_by_email(email).with_context(|| format!("nobody signs in as {email}"))
}

fn demo_data(config: &Config, env: Env, options: &DemoData) -> anyhow::Result<()> {
    let store = files::open(config)?;
    match store.read(orgs::only) {
        Ok(_) => {}
        Err(StoreError::Empty) => demo::found(&store, &env, options.seed)?,
        Err(other) => return Err(other.into()),
    }
    let core = Core::open(store, env)?;
    let owner = options.owner.as_deref().map(|email| somebody(&core, email)).transpose()?;
    demo::fill(&core, options.leads, options.seed, owner)?;
    println!("{}: {} leads. Everybody signs in with the password {}:", core.org().name, options.leads, demo::PASSWORD);
    for (email, name, role, team) in demo::people() {
        println!("  {email:<28} {name:<22} {:<16} {}", role.as_str(), team.unwrap_or(""));
    }
    Ok(())
}

/// Says every half second how far it is, on standard error.
fn make_smaller(config: &Config, env: &Env, options: &Compact) -> anyhow::Result<()> {
    let _lock = files::Lock::of_compaction(&config.data)?;
    let store = files::open(config)?;
    let keep_days = options.keep_days.or(config.file.keep_days).unwrap_or(compact::KEEP_DAYS);
    let (began, mut said) = (Instant::now(), Instant::now());
    let mut told = |what: &str, done: u64| {
        if said.elapsed() >= PROGRESS {
            said = Instant::now();
            eprintln!("{what}: {done}");
        }
    };
    let is_shared = config.database_url.is_none() && files::Lock::take_if_free(&config.data)?.is_none();
    let report = compact::compact(&store, env, compact::Options { keep_days, is_shared }, &mut told)?;
    println!("{}", compact::in_words(&report, keep_days));
    let after = files::rewrite_if_alone(config, &store, report.after)?;
    println!("{}", compact::space_in_words(report.before, after, began.elapsed()));
    if report.is_sound() { Ok(()) } else { bail!("records are damaged: run `leadline-server audit verify --deep`") }
}

fn verify(config: &Config, options: &AuditVerify) -> anyhow::Result<()> {
    let store = files::open_as_it_is(config)?;
    files::check_pages(config)?;
    let report = audit::verify(&store, &options.heads, options.deep)?;
    if !report.faults.is_empty() {
        bail!(
            "the log was altered:\n{}\nIf a disk did this, restore the newest backup: leadline-server restore FILE. Devices bring back the \
             edits that it lacks.",
            report.faults.join("\n")
        );
    }
    println!("The log is whole: {} entries.", report.entries);
    if let Some(unseen) = report.unseen {
        println!("Not looked at: {unseen}.");
    }
    if let Some(documents) = report.documents {
        println!("{documents} documents and their rows are what it says.");
    }
    Ok(())
}

/// The first line of standard input.
fn password() -> anyhow::Result<Secret> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("the password can't be read from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("type the password on standard input, for example: echo 'a long password' | leadline-server …");
    }
    Ok(Secret(password))
}
