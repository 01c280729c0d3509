//! `cargo xtask shots`: every screen of the real window, dark and light, at 1280×800 and 1920×1080,
//! into the folder given.

use anyhow::{Context, Result};
use domain::{Command, LeadField, LeadId, Status};
use fantoccini::key::Key;
use std::path::PathBuf;
use tests::device::Device;
use tests::processes::Server;
use tests::window::Window;

const SIZES: [(u32, u32); 2] = [(1280, 800), (1920, 1080)];
const ASHA: &str = "asha@nakshatra.example";

#[tokio::main]
async fn main() -> Result<()> {
    let into: PathBuf = std::env::args().nth(1).context("where to? give a folder")?.into();
    std::fs::create_dir_all(&into)?;
    for (width, height) in SIZES {
        for theme in ["dark", "light"] {
            Album { into: into.clone(), theme, width, height }.fill().await?;
        }
    }
    Ok(())
}

/// One theme at one size.
struct Album {
    into: PathBuf,
    theme: &'static str,
    width: u32,
    height: u32,
}

impl Album {
    async fn fill(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let mut server = Server::demo(&folder.path().join("server"), 1_500)?;
        let manager = Device::sign_in(&folder.path().join("manager"), &server, "meera@nakshatra.example")?;
        let desk = Device::sign_in(&folder.path().join("desk"), &server, ASHA)?;
        let (ananya, imran) = (lead(&desk, "Ananya Krishnan", "+919820014700")?, lead(&desk, "Imran Shaikh", "+919820014711")?);
        manager.sync()?;

        let window = Window::open_sized(&folder.path().join("asha"), self.width, self.height).await?;
        window.client.set_window_rect(0, 0, self.width, self.height).await?;
        window.find("login-form").await?;
        self.take(&window, "sign-in").await?;
        window.fill("login-server", &server.url).await?;
        window.fill("login-email", ASHA).await?;
        window.fill("login-password", "demo-leadline").await?;
        window.click("login-submit").await?;
        window.css("[data-testid=sync-pill][data-state=synced]").await?;
        window.find("lead-row").await?;
        self.choose_theme(&window).await?;
        self.take(&window, "leads-list").await?;

        self.add_lead(&window).await?;
        server.kill()?;
        self.work_offline(&window, &ananya, &imran).await?;
        meanwhile(&manager, &ananya, &imran)?;
        server.restart()?;
        manager.sync()?;
        window.click("sync-pill").await?;
        window.click("sync-now").await?;
        window.css("[data-testid=sync-pill][data-state=needs_attention]").await?;
        window.click("sync-pill").await?;
        window.gone("[data-testid=sync-panel]").await?;
        open(&window, &ananya).await?;
        window.find("conflict-phone").await?;
        self.take(&window, "lead-drawer").await?;
        window.client.execute("location.hash = '#/attention'", vec![]).await?;
        window.find("attention-item").await?;
        self.take(&window, "needs-attention").await?;
        window.close().await
    }

    async fn choose_theme(&self, window: &Window) -> Result<()> {
        window.click("user-menu").await?;
        window.click(&format!("theme-{}", self.theme)).await?;
        window.css(&format!(":root[data-theme={}]", self.theme)).await?;
        window.press(&Key::Escape.to_string()).await
    }

    async fn add_lead(&self, window: &Window) -> Result<()> {
        window.click("add-lead-button").await?;
        window.find("add-lead-dialog").await?;
        window.fill("add-name", "मीनाक्षी जोशी").await?;
        window.fill("add-phone", "98450 1127").await?;
        window.shows("add-lead-dialog", "9 digits").await?;
        self.take(window, "add-lead").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.gone("[data-testid=add-lead-dialog]").await
    }

    async fn work_offline(&self, window: &Window, ananya: &LeadId, imran: &LeadId) -> Result<()> {
        open(window, imran).await?;
        window.click("followup-plus-1").await?;
        window.find("followup-entry").await?;
        open(window, ananya).await?;
        window.click_css("button[data-testid=editable-field][data-field=phone]").await?;
        window.css("[data-testid=field-input][data-field=phone]:focus").await?;
        window.press(&format!("{}a{}", Key::Control, Key::Null)).await?;
        window.press(&format!("98200 14786{}", Key::Enter)).await?;
        // The line about unsent edits moves what is below it.
        window.css("[data-testid=record-sync][data-state=not_sent]").await?;
        window.click("followup-plus-3").await?;
        window.find("followup-entry").await?;
        window.css("[data-testid=sync-pill][data-state=offline]").await?;
        window.click("sync-pill").await?;
        window.find("outbox-item").await?;
        self.take(window, "sync-panel").await?;
        window.click("sync-pill").await?;
        window.gone("[data-testid=sync-panel]").await
    }

    async fn take(&self, window: &Window, screen: &str) -> Result<()> {
        // The sign-in page is seen before a theme can be chosen.
        if screen == "sign-in" && self.theme == "light" {
            return Ok(());
        }
        let file = self.into.join(format!("{screen}-{}-{}.png", self.theme, self.width));
        // What was drawn last is on the display after two more frames.
        let painted =
            "const done = arguments[arguments.length - 1]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))";
        window.client.execute_async(painted, vec![]).await?;
        println!("{}", file.display());
        window.screenshot(&file)
    }
}

async fn open(window: &Window, lead: &LeadId) -> Result<()> {
    window.client.execute(&format!("location.hash = '#/leads/{lead}'"), vec![]).await?;
    window.css(&format!("[data-testid=lead-drawer][data-lead='{lead}'] [data-testid=status-select]")).await.map(drop)
}

/// A lead in work, with a past.
fn lead(desk: &Device, name: &str, phone: &str) -> Result<LeadId> {
    let new = domain::command::NewLead {
        name: name.into(),
        phone: phone.into(),
        email: Some("ananya.k@example.com".into()),
        budget: Some("12000000".into()),
        source: Some("Website".into()),
        language: Some("Hindi".into()),
        note: Some(
            "Prefers evening batch. Father decides; call after 18:00 on weekdays. Asked whether EMI is possible for 6 months.".into(),
        ),
        ..Default::default()
    };
    let lead = desk.engine.create_lead(new)?;
    desk.engine.execute(lead, Command::ChangeStatus { from: Status::New, to: Status::Interested, reason: None })?;
    desk.engine.execute(lead, Command::SetInterest { level: 4 })?;
    desk.engine.execute(lead, Command::AddTag { tag: "Weekend batch".into() })?;
    desk.sync()?;
    Ok(lead)
}

fn meanwhile(manager: &Device, ananya: &LeadId, imran: &LeadId) -> Result<()> {
    manager.engine.execute(*ananya, Command::SetField { field: LeadField::Phone, value: Some("+919820014768".into()) })?;
    let reason = Some("Joined Competitor".into());
    manager.engine.execute(*imran, Command::ChangeStatus { from: Status::Interested, to: Status::Lost, reason })?;
    Ok(())
}
