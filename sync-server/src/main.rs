//! `leadline-server`: the command line onto the library.

mod cli;

use anyhow::{Context as _, bail};
use clap::Parser as _;
use cli::{Audit, Cli, Command, Common, DemoData, Init, Serve, User, UserAdd};
use domain::{Env, OrgId, Role};
use protocol::auth::Secret;
use protocol::rows::OrgRow;
use std::io::BufRead as _;
use sync_server::config::{self, Config, Given};
use sync_server::store::{StoreError, log, orgs};
use sync_server::{Core, NewUser, demo, env, files, logging, people, serve};

/// Threads for blocking work: reads, passwords.
const BLOCKING_THREADS: usize = 32;

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
        Command::User(User::Add(options)) => add_user(&config, env, options),
        Command::DemoData(options) => demo_data(&config, env, &options),
        Command::Backup(options) => {
            files::backup(&config, &options.file)?;
            println!("The database is saved in {}.", options.file.display());
            Ok(())
        }
        Command::Restore(options) => {
            let old = files::restore(&config, &env, &options.file)?;
            println!("Restored. What was there before is in {}.", old.display());
            println!("For 7 days devices bring back the edits that the backup lacks. Users, teams and assignments newer than it are lost.");
            Ok(())
        }
        Command::BeginEpoch => files::begin_epoch(&files::open(&config)?, &env),
        Command::Audit(Audit::Verify) => verify(&config),
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
    let logs = options.log_dir.or_else(|| file.log_dir.clone()).unwrap_or_else(|| config.data.join("logs"));
    let default = config::LISTEN.parse().context("the default address")?;
    let listen = options.listen.or(file.listen).unwrap_or(default);
    let behind_proxy = options.behind_proxy || file.behind_proxy.unwrap_or(false);
    if !listen.ip().is_loopback() && !behind_proxy {
        bail!("{listen} is open to the network and this server speaks plain HTTP: put a proxy with TLS in front and say --behind-proxy");
    }
    let _lock = files::Lock::take(&config.data)?;
    let _guard = logging::start(&config.log, Some(&logs))?;
    let core = Core::open(files::open(config)?, env)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| format!("{listen} can't be listened on"))?;
        println!("Leadline server listens on http://{}", listener.local_addr()?);
        tracing::info!(address = %listener.local_addr()?, "serving");
        serve::serve(core, listener, serve::told_to_stop()).await?;
        tracing::info!("stopped");
        anyhow::Ok(())
    })
}

fn add_user(config: &Config, env: Env, options: UserAdd) -> anyhow::Result<()> {
    let core = Core::open(files::open(config)?, env)?;
    let UserAdd { email, name, role, team } = options;
    let user = NewUser { name, email, role, team, password: Some(password()?) };
    core.add_user(&user)?;
    println!("{} may sign in as {}.", user.name, user.email);
    Ok(())
}

fn demo_data(config: &Config, env: Env, options: &DemoData) -> anyhow::Result<()> {
    let store = files::open(config)?;
    match store.read(orgs::only) {
        Ok(_) => {}
        Err(StoreError::Empty) => demo::found(&store, &env, options.seed)?,
        Err(other) => return Err(other.into()),
    }
    let core = Core::open(store, env)?;
    demo::fill(&core, options.leads, options.seed)?;
    println!("{}: {} leads. Everybody signs in with the password {}:", core.org().name, options.leads, demo::PASSWORD);
    for (email, name, role, team) in demo::people() {
        println!("  {email:<28} {name:<22} {:<16} {}", role.as_str(), team.unwrap_or(""));
    }
    Ok(())
}

fn verify(config: &Config) -> anyhow::Result<()> {
    let broken = files::open(config)?.read(|tx| {
        let org = orgs::only(tx)?;
        log::verify(tx, org.id)
    })?;
    match broken {
        None => {
            println!("The log is whole.");
            Ok(())
        }
        Some(seq) => bail!("the log was altered: entry {seq} does not follow from those before it"),
    }
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
