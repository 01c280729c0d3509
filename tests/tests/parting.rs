//! How a computer and a session come to their end between a real server and the station: orders to
//! wipe, whatever happened before them; revoked computers; signing out, here and everywhere.

use anyhow::{Context, Result, ensure};
use bridge::ProblemCode;
use bridge::account::{AccountGet, PasswordChange};
use bridge::admin::{DeviceList, DeviceRevoke, DeviceWipe};
use bridge::session::{Gate, SessionBeginNew, SessionSignIn, SessionView};
use client::desk::Desk;
use client::vault::{Homes, SEALED_FILE};
use client::{Station, system_env};
use domain::DeviceId;
use domain::people::{Device, DeviceState};
use serde_json::json;
use std::path::{Path, PathBuf};
use tests::processes::{PASSWORD, Server, Terminal, eventually};

const ASHA: &str = "asha@nakshatra.example";
const NEW: &str = "seven otters paint a violin";

/// A computer with the app running on it.
struct Computer {
    station: Station,
    root: PathBuf,
    url: String,
}

impl Computer {
    fn new(root: PathBuf, server: &Server) -> Self {
        Self { station: Station::at(&root, system_env(), Homes::file()), root, url: server.url.clone() }
    }

    fn sign_in(&self, password: &str) -> Result<SessionView, bridge::Problem> {
        let (server, email, password) = (self.url.clone(), ASHA.to_owned(), password.to_owned());
        self.station.sign_in(SessionSignIn { server, email, password, second_factor: None, allow_key_file: false })
    }

    /// The app ends and starts again.
    fn restart(&mut self) -> Result<()> {
        self.station.lock()?;
        self.station = Station::at(&self.root, system_env(), Homes::file());
        Ok(())
    }

    fn gate(&self) -> Result<Gate> {
        Ok(self.station.view()?.gate)
    }

    fn shows(&self, what: &str, so: impl Fn(&Gate) -> bool) -> Result<()> {
        eventually(what, || Ok(so(&self.gate()?))).with_context(|| format!("the gate is {:?}", self.gate()))
    }

    fn copies(&self) -> Result<Vec<PathBuf>> {
        Ok(std::fs::read_dir(self.root.join("profiles"))?.flatten().map(|folder| folder.path()).collect())
    }

    fn device(&self) -> Result<DeviceId> {
        Ok(self.station.desk().context("open")?.engine().device()?)
    }
}

/// An administrator, with a server and a computer of Asha's.
struct Company {
    admin: Desk,
    server: Server,
    asha: Computer,
    device: DeviceId,
    folder: PathBuf,
}

impl Company {
    fn new(folder: &Path) -> Result<Self> {
        let server = Server::demo(&folder.join("server"), 20)?;
        let admin = Terminal::sign_in(&folder.join("admin"), &server, "vikram@nakshatra.example")?.borrow(true)?;
        let asha = Computer::new(folder.join("asha"), &server);
        asha.sign_in(PASSWORD)?;
        let device = asha.device()?;
        Ok(Self { admin, server, asha, device, folder: folder.to_owned() })
    }

    fn elsewhere(&self) -> Result<Computer> {
        let other = Computer::new(self.folder.join("elsewhere"), &self.server);
        other.sign_in(PASSWORD)?;
        Ok(other)
    }

    fn listed(&self, id: DeviceId) -> Result<Device> {
        let devices = self.admin.ask(DeviceList {})?.into_iter().map(|dated| dated.item);
        devices.into_iter().find(|device| device.id == id).context("listed")
    }

    fn wipe(&self) -> Result<()> {
        self.admin.ask(DeviceWipe { device: self.device })?;
        Ok(())
    }

    /// The key is gone, the sealed copy is not, and the list says so.
    fn is_wiped(&self) -> Result<()> {
        self.asha.shows("wiped", |gate| *gate == Gate::Wiped)?;
        let copy = self.asha.copies()?.remove(0);
        ensure!(!copy.join("leadline.key").exists() && copy.join(SEALED_FILE).exists(), "the key is there");
        eventually("the list says so", || Ok(self.listed(self.device)?.state == DeviceState::Wiped))
    }
}

#[test]
fn a_wipe_arrives_whatever_came_before_it() -> Result<()> {
    type Story = fn(&mut Company) -> Result<()>;
    let stories: [(&str, Story); 6] = [
        ("while they work", |company| company.wipe()),
        ("after it was locked", |company| {
            company.asha.station.lock()?;
            company.wipe()?;
            company.asha.station.unlock(PASSWORD).map(drop).map_err(Into::into)
        }),
        ("after it was revoked", |company| {
            company.admin.ask(DeviceRevoke { device: company.device })?;
            company.asha.shows("cut off", |gate| matches!(gate, Gate::CutOff { .. }))?;
            company.wipe()?;
            company.asha.station.unlock(PASSWORD).map(drop).map_err(Into::into)
        }),
        ("after the password was changed elsewhere", |company| {
            change_password(&company.elsewhere()?)?;
            company.asha.shows("closed", |gate| *gate == Gate::SignIn)?;
            company.wipe()?;
            company.asha.station.unlock(PASSWORD).map(drop).map_err(Into::into)
        }),
        ("to a copy that the last sign-in did not reach", |company| {
            company.asha.station.lock()?;
            change_password(&company.elsewhere()?)?;
            let locked = company.asha.sign_in(NEW).expect_err("the copy has the old password");
            ensure!(locked.code == ProblemCode::Locked, "{locked}");
            company.asha.restart()?;
            company.wipe()?;
            company.asha.station.unlock(PASSWORD).map(drop).map_err(Into::into)
        }),
        ("at the next sign-in", |company| {
            company.asha.station.sign_out()?;
            company.wipe()?;
            ensure!(company.asha.sign_in(PASSWORD).is_err(), "the server takes nothing from this copy");
            Ok(())
        }),
    ];
    for (when, story) in stories {
        let folder = tempfile::tempdir()?;
        let mut company = Company::new(folder.path())?;
        story(&mut company).and_then(|()| company.is_wiped()).with_context(|| when.to_owned())?;
    }
    Ok(())
}

fn change_password(at: &Computer) -> Result<()> {
    let change = serde_json::to_value(PasswordChange { old: PASSWORD.into(), new: NEW.into() })?;
    at.station.answer("password_change", change)?;
    Ok(())
}

#[test]
fn a_revoked_computer_begins_anew_with_its_persons_password() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let company = Company::new(folder.path())?;
    let asha = &company.asha;
    company.admin.ask(DeviceRevoke { device: company.device })?;
    asha.shows("cut off", |gate| matches!(gate, Gate::CutOff { .. }))?;
    let told = asha.sign_in(PASSWORD).expect_err("asked first");
    ensure!(told.code == ProblemCode::Locked && told.text.contains("new copy"), "{told}");
    ensure!(matches!(asha.gate()?, Gate::OldCopy { is_locked: false, .. }), "{:?}", asha.gate()?);
    let view = asha.station.begin_new(SessionBeginNew { second_factor: None, allow_key_file: false })?;
    assert_eq!((view.gate, asha.copies()?.len()), (Gate::Open, 2));
    ensure!(asha.device()? != company.device, "another device");
    ensure!(company.listed(company.device)?.state == DeviceState::Revoked && company.listed(asha.device()?)?.state == DeviceState::Active);
    // From now on her address means the new one.
    asha.station.lock()?;
    asha.sign_in(PASSWORD)?;
    ensure!(asha.device()? != company.device);
    Ok(())
}

#[test]
fn signing_out_everywhere_asks_for_the_password_on_every_computer() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let company = Company::new(folder.path())?;
    let (here, other) = (&company.asha, company.elsewhere()?);
    here.station.answer("sign_out_everywhere", json!({}))?;
    ensure!(here.gate()? == Gate::SignIn && here.station.desk().is_none(), "this one at once: {:?}", here.gate()?);
    other.shows("the other one at its next contact", |gate| *gate == Gate::SignIn)?;
    for computer in [here, &other] {
        let offline = computer.station.unlock(PASSWORD).expect_err("the server has to say so");
        assert_eq!(offline.code, ProblemCode::NotSignedIn);
        assert_eq!(computer.sign_in(PASSWORD)?.gate, Gate::Open);
        assert_eq!(computer.copies()?.len(), 1, "nothing was lost");
    }
    Ok(())
}

#[test]
fn signing_out_ends_the_session_at_the_server_too() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut company = Company::new(folder.path())?;
    let other = company.elsewhere()?;
    let sessions = || anyhow::Ok(other.station.desk().context("open")?.ask(AccountGet {})?.sessions.len());
    assert_eq!(sessions()?, 2);
    company.asha.station.sign_out()?;
    eventually("its session is gone", || Ok(sessions()? == 1))?;
    // Whoever is offline is signed out here all the same.
    company.server.kill()?;
    assert_eq!(other.station.sign_out()?.gate, Gate::SignIn);
    Ok(())
}
