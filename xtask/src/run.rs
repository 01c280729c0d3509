//! `cargo xtask run`: from a fresh clone to the real window on a working company, and back to
//! nothing running when the window closes. Everything it keeps lies in `.leadline`.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    desktop::{self, Xvfb},
    setup::{self, Need},
    shell::{self, root, step},
    test::AUTOMATION,
    ui::{self, Variant},
};

/// Address and password of the demo company's Admin.
const DEMO_ADMIN: &str = "vikram@nakshatra.example demo-leadline";
/// The server's own default, and where to look when something else listens there.
const PORTS: std::ops::Range<u16> = 8440..8460;
const SERVER_PATIENCE: Duration = Duration::from_secs(30);
const PAINT_PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);
/// A window that has not painted shows its background alone; text has dozens of shades.
const PAINTED_COLOURS: usize = 16;
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 800;

#[derive(clap::Args)]
pub struct Args {
    /// Leads of the demo company, if there is none yet
    #[arg(long, default_value_t = 2_000)]
    leads: u32,
    /// Throw the demo company and this computer's profile away, and begin anew
    #[arg(long)]
    fresh: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let needs_display = !desktop::is_present();
    setup::ensure(if needs_display { Need::Display } else { Need::Build })?;
    ui::build(Variant::Release)?;
    build_programs()?;

    let home = root().join(".leadline");
    if args.fresh && home.exists() {
        fs::remove_dir_all(&home).context(".leadline can't be removed: is Leadline open?")?;
    }
    fs::create_dir_all(&home)?;
    found_company(&home, args.leads)?;

    step("Starting the server");
    let server = Server::start(&home)?;
    print_people(&home, server.address)?;
    let address = server.address;
    let shown = if needs_display { show_in_xvfb(&home, address) } else { show(&home, address) };
    step("Stopping the server");
    server.stop()?;
    shown
}

fn build_programs() -> Result<()> {
    step("Building the window, the server and the command line (minutes at first, then seconds)");
    let mut cargo = shell::cargo();
    cargo.args(["build", "--package", "leadline-desktop", "--package", "sync-server", "--package", "leadline-cli", "--bins"]);
    shell::run(cargo.args(AUTOMATION))
}

/// Makes the demo company if there is none; half a company is never taken for one.
fn found_company(home: &Path, leads: u32) -> Result<()> {
    let data = home.join("server");
    if data.exists() {
        return Ok(());
    }
    step(&format!("Making the demo company: {leads} leads"));
    let unfinished = home.join("server.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    let mut demo = shell::program(built("leadline-server"));
    demo.arg("--data").arg(&unfinished).args(["demo-data", "--seed", "1", "--leads", &leads.to_string()]);
    let people = shell::read(&mut demo).context("the demo company can't be made")?;
    fs::write(people_file(home), people)?;
    fs::rename(&unfinished, &data).context("the demo company can't be put in place")
}

fn print_people(home: &Path, address: SocketAddr) -> Result<()> {
    let people = fs::read_to_string(people_file(home)).context("the list of the demo company's people can't be read")?;
    println!("\nSign in at http://{address}\n{people}");
    Ok(())
}

fn people_file(home: &Path) -> PathBuf {
    home.join("people.txt")
}

/// A server that answers.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    fn start(home: &Path) -> Result<Self> {
        let address = free_address()?;
        let mut serve = shell::program(built("leadline-server"));
        serve.arg("--data").arg(home.join("server")).args(["serve", "--listen", &address.to_string()]).stdin(Stdio::null());
        let log = fs::File::create(home.join("server.log"))?;
        let process = serve.stdout(log.try_clone()?).stderr(log).spawn().context("leadline-server can't be started")?;
        let mut server = Self { process, address };
        let healthy = server.wait_until_healthy();
        if healthy.is_err() {
            desktop::end(&mut server.process)?;
        }
        healthy.with_context(|| {
            format!("the server does not work; it says:\n{}", fs::read_to_string(home.join("server.log")).unwrap_or_default())
        })?;
        Ok(server)
    }

    fn wait_until_healthy(&mut self) -> Result<()> {
        let deadline = Instant::now() + SERVER_PATIENCE;
        while !is_healthy(self.address) {
            if let Some(status) = self.process.try_wait()? {
                bail!("it ended with {status}");
            }
            ensure!(Instant::now() < deadline, "no answer from http://{}/healthz", self.address);
            thread::sleep(POLL);
        }
        Ok(())
    }

    fn stop(mut self) -> Result<()> {
        desktop::end(&mut self.process)
    }
}

fn free_address() -> Result<SocketAddr> {
    let addresses = PORTS.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    let free = addresses.into_iter().find(|address| TcpListener::bind(address).is_ok());
    free.with_context(|| format!("something listens on every port from {} to {}", PORTS.start, PORTS.end - 1))
}

fn is_healthy(address: SocketAddr) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, SERVER_PATIENCE)?;
        stream.set_read_timeout(Some(SERVER_PATIENCE))?;
        write!(stream, "GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.split(' ').nth(1) == Some("200"))
}

fn window(home: &Path, address: SocketAddr) -> Command {
    let mut window = shell::program(built("leadline-desktop"));
    // The demo company is no secret, and its key no entry in anybody's keychain.
    window.arg("--profile").arg(home.join("profile")).env("LEADLINE_KEY_HOME", "file").stdin(Stdio::null());
    // The sign-in form offers the administrator (row A16).
    window.env("LEADLINE_DEMO", format!("http://{address} {DEMO_ADMIN}"));
    window
}

fn show(home: &Path, address: SocketAddr) -> Result<()> {
    step("Opening the window; close it to end");
    shell::run(&mut window(home, address))
}

/// Nobody can see or close the window: it is painted, kept as a picture, and closed.
fn show_in_xvfb(home: &Path, address: SocketAddr) -> Result<()> {
    step("There is no display: opening the window in Xvfb");
    let xvfb = Xvfb::start(WIDTH, HEIGHT)?;
    let mut window = window(home, address).env("DISPLAY", &xvfb.display).spawn().context("the window can't be opened")?;
    let painted = wait_until_painted(&xvfb, &mut window);
    let picture = home.join("window.png");
    let kept = painted.and_then(|()| xvfb.screenshot(&picture));
    desktop::end(&mut window)?;
    kept?;
    println!("The window painted. Its picture: {}", picture.display());
    Ok(())
}

fn wait_until_painted(xvfb: &Xvfb, window: &mut Child) -> Result<()> {
    let deadline = Instant::now() + PAINT_PATIENCE;
    while xvfb.colours()? < PAINTED_COLOURS {
        if let Some(status) = window.try_wait()? {
            bail!("the window closed by itself: {status}");
        }
        ensure!(Instant::now() < deadline, "the window did not paint within {} s", PAINT_PATIENCE.as_secs());
        thread::sleep(POLL);
    }
    Ok(())
}

/// A program cargo has built.
fn built(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
