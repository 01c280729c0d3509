//! `cargo xtask shots`: every screen of the real window, dark and light, at 1280×800 and 1920×1080,
//! into the folder given; of one album alone where it is named behind the folder.

mod office;

use anyhow::{Context, Result};
use bridge::lead::{CommentAdd, LeadAssign, LeadGet, LeadMentionable, LeadOwners};
use client::vault::Homes;
use client::{Station, system_env};
use domain::{Command, LeadField, LeadId, Status};
use fantoccini::actions::{InputSource as _, MouseActions, PointerAction};
use fantoccini::key::Key;
use serde_json::json;
use std::path::{Path, PathBuf};
use tests::device::Device;
use tests::processes::{PASSWORD, Server, Terminal};
use tests::record;
use tests::visit::{choose, fill_in, of_user_menu, retype, sign_in};
use tests::window::Window;

const SIZES: [(u32, u32); 2] = [(1280, 800), (1920, 1080)];
const ASHA: &str = "asha@nakshatra.example";
const VIKRAM: &str = "vikram@nakshatra.example";

#[tokio::main]
async fn main() -> Result<()> {
    let into: PathBuf = std::env::args().nth(1).context("where to? give a folder")?.into();
    let only = std::env::args().nth(2);
    std::fs::create_dir_all(&into)?;
    for (width, height) in SIZES {
        for theme in ["dark", "light"] {
            let album = Album { into: into.clone(), theme, width, height };
            let is_asked = |name: &str| only.as_ref().is_none_or(|only| only == name);
            if is_asked("fill") {
                album.fill().await?;
            }
            if is_asked("count") {
                album.count().await?;
            }
            if is_asked("office") {
                album.office().await?;
            }
            if is_asked("arrange") {
                album.arrange().await?;
            }
            if is_asked("administer") {
                album.administer().await?;
            }
            if is_asked("share") {
                album.share().await?;
            }
            if is_asked("shut") {
                album.shut().await?;
            }
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

        let window = self.open(&folder.path().join("asha")).await?;
        self.take(&window, "sign-in").await?;
        sign_in(&window, &server, ASHA).await?;
        window.find("lead-row").await?;
        self.choose_theme(&window).await?;
        self.take(&window, "leads-list").await?;
        self.find(&window).await?;
        self.call(&window).await?;

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

    /// The dashboards of an agent and of a team, and what is behind the bell.
    async fn count(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let server = Server::demo(&folder.path().join("server"), 1_500)?;
        let desk = Device::sign_in(&folder.path().join("desk"), &server, ASHA)?;
        let admin = Terminal::sign_in(&folder.path().join("vikram"), &server, VIKRAM)?.borrow(true)?;
        for (name, phone) in [("Ananya Krishnan", "+919820014700"), ("मीनाक्षी जोशी", "+919820014711"), ("Imran Shaikh", "+919820014712")]
        {
            lead(&desk, name, phone)?;
        }
        let (given, said) = (lead(&desk, "Balwinder Singh Gill", "+919820014713")?, lead(&desk, "Kavya Hegde", "+919820014714")?);
        admin.sync_once()?;
        let named = admin.ask(LeadMentionable { lead: said })?.into_iter().find(|(_, name)| name == "Asha Menon").context("Asha")?;
        admin.ask(CommentAdd { lead: said, text: "@Asha Menon she asked for the fee break-up".into(), mentions: vec![named.0] })?;
        admin.sync_once()?;
        for to in ["Sanjay Kulkarni", "Asha Menon"] {
            let expected = admin.ask(LeadGet { lead: given })?.owner.map(|(user, _)| user);
            let owner = admin.ask(LeadOwners { lead: given })?.into_iter().find(|choice| choice.name == to).context("an owner")?;
            admin.ask(LeadAssign { lead: given, expected, owner: Some(owner.user) })?;
        }
        let window = self.open(&folder.path().join("asha")).await?;
        sign_in(&window, &server, ASHA).await?;
        self.choose_theme(&window).await?;
        tests::visit::go(&window, "#/dashboard?days=last30").await?;
        window.find("trend-point").await?;
        self.take(&window, "dashboard-agent").await?;
        window.click("bell").await?;
        window.find("notice").await?;
        self.take(&window, "bell-panel").await?;
        window.press(&Key::Escape.to_string()).await?;
        tests::visit::go(&window, "#/notifications").await?;
        window.find("notices").await?;
        self.take(&window, "notifications").await?;
        window.close().await?;

        let window = self.open(&folder.path().join("ravi")).await?;
        sign_in(&window, &server, "ravi@nakshatra.example").await?;
        self.choose_theme(&window).await?;
        tests::visit::go(&window, "#/dashboard?days=last30").await?;
        window.find("agent").await?;
        self.take(&window, "dashboard-team").await?;
        window.click("trend-toggle").await?;
        window.find("trend-table").await?;
        self.take(&window, "dashboard-team-table").await?;
        window.close().await
    }

    /// The list as a manager sets it up: ticked leads with what can be done to them, columns, views, filters.
    async fn arrange(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let server = Server::demo(&folder.path().join("server"), 1_500)?;
        let window = self.open(&folder.path().join("meera")).await?;
        sign_in(&window, &server, "meera@nakshatra.example").await?;
        self.choose_theme(&window).await?;
        window.client.execute("location.hash = '#/leads?pool=all&status=new,interested&due=missed,today&sort=name'", vec![]).await?;
        window.css("[data-testid=filter-chip][data-part=due]").await?;
        window.shows("lead-total", "leads").await?;
        window.click("views").await?;
        window.fill("view-name", "Missed, by name").await?;
        window.press(&Key::Enter.to_string()).await?;
        window.click("view-default").await?;
        window.css("[data-testid=view-default][aria-pressed=true]").await?;
        self.take(&window, "saved-views").await?;
        window.press(&Key::Escape.to_string()).await?;
        for index in [2, 4, 6] {
            window.click_css(&format!("[data-testid=lead-row][aria-rowindex='{index}'] [data-testid=row-tick]")).await?;
            window.css(&format!("[data-testid=lead-row][aria-rowindex='{index}'][aria-selected=true]")).await?;
        }
        window.find("bulk-bar").await?;
        self.take(&window, "bulk-bar").await?;
        window.click("bulk-drop").await?;
        window.find("reason-text").await?;
        self.take(&window, "bulk-drop").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.press("u").await?;
        window.css("[data-testid=followup-phrase]:focus").await?;
        self.take(&window, "bulk-follow-up").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.press("t").await?;
        window.css("[data-testid=bulk-tag-text]:focus").await?;
        window.press(&format!("autumn{}", Key::Enter)).await?;
        window.shows("toast", "3 changed").await?;
        self.take(&window, "bulk-done").await?;
        window.click("columns").await?;
        window.click("column-tags").await?;
        window.click("density-comfortable").await?;
        window.css(".leads--comfortable").await?;
        self.take(&window, "columns").await?;
        window.click("density-cards").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.css(".leads--cards").await?;
        self.take(&window, "cards").await?;
        window.click("columns").await?;
        window.click("density-comfortable").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.click_css("[data-testid=lead-row] .grid__cell--name").await?;
        window.find("lead-drawer").await?;
        self.take(&window, "bulk-beside-drawer").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.gone("[data-testid=lead-drawer]").await?;
        window.client.execute("location.hash = '#/leads?pool=all&status=lost&updated=2001-01-01..2001-01-02'", vec![]).await?;
        window.find("no-leads-found").await?;
        self.take(&window, "no-leads").await?;
        window.close().await
    }

    /// What finds leads, and what tells the keys.
    async fn find(&self, window: &Window) -> Result<()> {
        window.click("filter-more").await?;
        window.find("filter-source").await?;
        self.take(window, "filters").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.gone("[data-testid=filter-panel]").await?;
        window.press(&format!("{}k{}", Key::Control, Key::Null)).await?;
        window.css("[data-testid=palette-input]:focus").await?;
        window.press("47").await?;
        window.find("palette-lead").await?;
        self.take(window, "palette").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.gone("[data-testid=palette]").await?;
        window.press("?").await?;
        window.find("key-sheet").await?;
        self.take(window, "key-sheet").await?;
        window.click("sheet-close").await?;
        window.gone("[data-testid=key-sheet]").await
    }

    /// The calling queue in the middle of a call, and what is due.
    async fn call(&self, window: &Window) -> Result<()> {
        window.client.execute("location.hash = '#/queue'", vec![]).await?;
        window.css("[data-testid=queue-note]:focus").await?;
        window.press("Six instalments fit better, father agrees if the first one is after 5 Dec.").await?;
        window.click("queue-call").await?;
        window.find("queue-timer").await?;
        window.click("outcome-2").await?;
        window.css("[data-testid=queue-proposed][aria-pressed=true]").await?;
        self.take(window, "queue").await?;
        window.client.execute("location.hash = '#/followups?tab=missed'", vec![]).await?;
        window.find("due-row").await?;
        self.take(window, "follow-ups").await?;
        window.click_css("[data-testid=due-row] .due__name").await?;
        window.click("add-followup-btn").await?;
        window.css("[data-testid=followup-phrase]:focus").await?;
        window.press("day after tomorrow 4pm").await?;
        window.shows("followup-when", "16:00").await?;
        self.take(window, "planner").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.client.execute("location.hash = '#/leads'", vec![]).await?;
        window.find("lead-row").await.map(drop)
    }

    /// The administration area, with something on every page.
    async fn administer(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let server = Server::demo(&folder.path().join("server"), 300)?;
        let admin = Device::sign_in(&folder.path().join("admin"), &server, VIKRAM)?;
        let desk = Device::sign_in(&folder.path().join("desk"), &server, ASHA)?;
        let (ananya, imran) = (lead(&desk, "Ananya Krishnan", "+919820014700")?, lead(&desk, "Imran Shaikh", "+919820014711")?);
        delete(&admin, &desk, imran)?;
        let text = "Father decides; call after 18:00 on weekdays. Asked whether EMI is possible.".into();
        desk.engine.execute(ananya, Command::AddNote { text })?;

        let window = self.open(&folder.path().join("vikram")).await?;
        sign_in(&window, &server, VIKRAM).await?;
        self.choose_theme(&window).await?;
        self.visit(&window, "users", "user-row").await?;
        window.click_css(&format!("[data-email='{ASHA}'] [data-testid=row-menu]")).await?;
        window.click("change-role").await?;
        choose(&window, "role-dropdown", "team_lead").await?;
        window.shows("role-gains", "Audit log, Quarantine").await?;
        window.shows("role-loses", "be given leads by assignment").await?;
        self.take(&window, "change-role").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.gone("[data-testid=role-dialog]").await?;
        window.click("tab-teams").await?;
        window.find("team-row").await?;
        self.take(&window, "admin-teams").await?;
        self.visit(&window, "permissions", "permissions-grid").await?;
        self.visit(&window, "devices", "device-row").await?;
        self.cut_off(&window).await?;
        // Its last word: what was not sent goes to quarantine.
        let _ = desk.sync();
        self.visit(&window, "deleted", "deleted-row").await?;
        self.visit(&window, "audit", "audit-log-item").await?;
        self.visit(&window, "quarantine", "quarantine-item").await?;
        window.close().await
    }

    /// The gate where it is shut, and why; and where it asks.
    async fn shut(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let server = Server::demo(&folder.path().join("server"), 60)?;
        let profile = folder.path().join("asha");
        let window = Window::open_without_keychain(&profile, (self.width, self.height)).await?;
        window.client.set_window_rect(0, 0, self.width, self.height).await?;
        fill_in(&window, &server.url, ASHA, PASSWORD).await?;
        window.find("key-file-question").await?;
        if self.theme == "dark" {
            // Before anybody could choose another.
            self.take(&window, "key-file").await?;
        }
        window.click("key-file-allow").await?;
        window.find("app-shell").await?;
        self.choose_theme(&window).await?;
        window.close().await?;

        record::set(&profile, "lease_until", json!(1))?;
        let window = self.open(&profile).await?;
        self.take(&window, "lease-ended").await?;
        sign_in(&window, &server, ASHA).await?;
        server.command(&["user", "disable", ASHA])?;
        window.find("gate-cut-off").await?;
        self.take(&window, "cut-off").await?;
        server.command(&["user", "enable", ASHA])?;
        self.sign_in_after_a_change(&window, &server, &folder.path().join("elsewhere")).await?;
        window.close().await?;

        record::set(&profile, "wipe_at", json!(1))?;
        record::set(&profile, "due_since", json!(1))?;
        let window = self.open(&profile).await?;
        self.take(&window, "wiped").await?;
        window.close().await
    }

    /// The password was changed elsewhere: the copy here asks for the old one.
    async fn sign_in_after_a_change(&self, window: &Window, server: &Server, elsewhere: &Path) -> Result<()> {
        let new = "copper lantern drifting harbour";
        let station = Station::for_commands(elsewhere, system_env(), Homes::file());
        station.answer("session_sign_in", json!({"server": server.url, "email": ASHA, "password": PASSWORD}))?;
        station.answer("password_change", json!({"old": PASSWORD, "new": new}))?;
        window.click("cut-off-sign-in").await?;
        fill_in(window, &server.url, ASHA, new).await?;
        window.find("old-copy").await?;
        self.take(window, "old-copy").await?;
        retype(window, "old-password", PASSWORD).await?;
        window.click("old-password-submit").await?;
        window.find("app-shell").await.map(drop)
    }

    /// Several people at one computer: the gate, one's account, a lead on its way to somebody else.
    async fn share(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let server = Server::demo(&folder.path().join("server"), 300)?;
        let desk = Device::sign_in(&folder.path().join("desk"), &server, ASHA)?;
        let ananya = lead(&desk, "Ananya Krishnan", "+919820014700")?;
        hand_over(&folder.path().join("admin"), &server, &desk, ananya)?;

        let window = self.open(&folder.path().join("shared")).await?;
        sign_in(&window, &server, VIKRAM).await?;
        self.choose_theme(&window).await?;
        open(&window, &ananya).await?;
        window.find("proposal").await?;
        self.take(&window, "proposals").await?;
        window.press("a").await?;
        window.css("[data-testid=user-dropdown] [role=option]").await?;
        self.take(&window, "assign").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.pick("drawer-more", "delete-lead").await?;
        window.find("reason-dialog").await?;
        self.take(&window, "delete-lead").await?;
        retype(&window, "lead-reason", "Duplicate of Ananya K., same phone").await?;
        window.click("reason-confirm").await?;
        window.gone("[data-testid=lead-drawer]").await?;
        open(&window, &ananya).await?;
        window.find("deleted-banner").await?;
        self.take(&window, "deleted-lead").await?;
        self.account(&window).await?;

        of_user_menu(&window, "switch-button").await?;
        window.click("people-other").await?;
        window.click("have-invitation").await?;
        retype(&window, "invitation-code", "K7QF-2MXD-9TRA").await?;
        retype(&window, "invitation-password", "brown fox").await?;
        window.find("password-strength").await?;
        self.take(&window, "invitation").await?;
        window.click("gate-back").await?;
        sign_in(&window, &server, ASHA).await?;
        self.choose_theme(&window).await?;
        of_user_menu(&window, "lock-button").await?;
        window.find("unlock-form").await?;
        self.take(&window, "locked").await?;
        window.click("someone-else").await?;
        window.find("people").await?;
        self.take(&window, "people").await?;
        window.close().await
    }

    async fn account(&self, window: &Window) -> Result<()> {
        window.client.execute("location.hash = '#/account'", vec![]).await?;
        window.find("session-row").await?;
        window.click("password-open").await?;
        retype(window, "password-new", "copper lantern drifting").await?;
        window.find("password-strength").await?;
        self.take(window, "account").await?;
        window.click("two-step-begin").await?;
        window.find("two-step-qr").await?;
        self.take(window, "two-step").await?;
        window.press(&Key::Escape.to_string()).await?;
        window.gone("[data-testid=two-step-dialog]").await
    }

    /// Asks what a wipe would do, and revokes.
    async fn cut_off(&self, window: &Window) -> Result<()> {
        window.fill("admin-search", "Asha").await?;
        window.css("[data-testid=device-row]:only-child").await?;
        window.click("row-menu").await?;
        window.click("wipe-device").await?;
        window.find("wipe-dialog").await?;
        self.take(window, "wipe").await?;
        window.click("confirm-keep").await?;
        window.gone("[data-testid=wipe-dialog]").await?;
        window.click("row-menu").await?;
        window.click("revoke-device").await?;
        window.click("confirm-act").await?;
        window.gone("[data-testid=revoke-dialog]").await
    }

    async fn visit(&self, window: &Window, page: &str, shows: &str) -> Result<()> {
        window.client.execute(&format!("location.hash = '#/admin/{page}'"), vec![]).await?;
        window.find(shows).await?;
        self.take(window, &format!("admin-{page}")).await
    }

    async fn open(&self, profile: &Path) -> Result<Window> {
        let window = Window::open_sized(profile, self.width, self.height).await?;
        window.client.set_window_rect(0, 0, self.width, self.height).await?;
        window.find("login-form").await?;
        Ok(window)
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

    /// Moves the pointer where nothing is drawn differently for it.
    async fn rest(&self, window: &Window) -> Result<()> {
        let corner = PointerAction::MoveTo { duration: None, x: f64::from(self.width) - 2.0, y: f64::from(self.height) - 2.0 };
        let pointer = MouseActions::new("mouse".to_owned()).then(corner);
        Ok(window.client.perform_actions(pointer).await?)
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
        self.rest(window).await?;
        println!("{}", file.display());
        window.screenshot(&file)
    }
}

/// Gives Asha's lead to Sanjay while she edits it without knowing.
fn hand_over(admin: &Path, server: &Server, desk: &Device, lead: LeadId) -> Result<()> {
    let admin = Terminal::sign_in(admin, server, VIKRAM)?.borrow(true)?;
    admin.sync_once()?;
    let owner = admin.ask(LeadOwners { lead })?.into_iter().find(|choice| choice.name.starts_with("Sanjay")).map(|choice| choice.user);
    let expected = admin.ask(LeadGet { lead })?.owner.map(|(user, _)| user);
    admin.ask(LeadAssign { lead, expected, owner })?;
    desk.engine.execute(lead, Command::SetField { field: LeadField::Email, value: Some("ananya@newmail.example".into()) })?;
    desk.engine.execute(lead, Command::ChangeStatus { from: Status::Interested, to: Status::Qualified, reason: None })?;
    desk.sync().map(drop)
}

/// Deletes a lead that somebody goes on editing, not knowing.
fn delete(admin: &Device, desk: &Device, lead: LeadId) -> Result<()> {
    admin.sync()?;
    admin.engine.execute(lead, Command::DeleteLead { reason: "Asked to be forgotten: wrote to support on Monday".into() })?;
    admin.sync()?;
    desk.engine.execute(lead, Command::AddTag { tag: "Call back".into() })?;
    desk.sync().map(drop)
}

async fn open(window: &Window, lead: &LeadId) -> Result<()> {
    window.client.execute(&format!("location.hash = '#/leads/{lead}'"), vec![]).await?;
    window.css(&format!("[data-testid=lead-drawer][data-lead='{lead}'] [data-testid=assigned-badge]")).await.map(drop)
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
