//! axe-core in the real window: on every page and what opens over it, in both themes, none of its WCAG 2.2 A and AA
//! rules is broken.

use anyhow::{Context, Result, bail};
use domain::command::NewLead;
use fantoccini::key::Key;
use serde_json::Value;
use tests::device::Device;
use tests::processes::Server;
use tests::visit::{go, sign_in};
use tests::window::Window;

const AXE: &str = include_str!("../../axe/axe.min.js");
const RUN: &str = "const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
    axe.run(PART, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }).then(
        found => done({ rules: found.passes.length, violations: found.violations.flatMap(one => one.nodes.map(node =>
            `${one.id}: ${node.target.join(' ')} — ${node.any.concat(node.all, node.none).map(check => check.message).join('; ')}`)) }),
        error => done({ error: String(error) }))";
const ASHA: &str = "asha@nakshatra.example";
const ADMIN: &str = "vikram@nakshatra.example";
const RAVI: &str = "ravi@nakshatra.example";

/// What was found so far, by screen.
struct Check<'a> {
    window: &'a Window,
    found: Vec<String>,
    screens: usize,
}

impl<'a> Check<'a> {
    async fn of(window: &'a Window) -> Result<Self> {
        window.client.execute(AXE, vec![]).await?;
        // Nothing half faded in is looked at.
        let still = "for (const time of ['hover', 'menu', 'drawer']) document.documentElement.style.setProperty(`--${time}-time`, '0ms')";
        window.client.execute(still, vec![]).await?;
        Ok(Self { window, found: Vec::new(), screens: 0 })
    }

    /// Looks at what is shown.
    async fn look(&mut self, screen: &str) -> Result<()> {
        self.look_within(screen, "document").await
    }

    /// Looks at one part of what is shown, an expression in the page.
    async fn look_within(&mut self, screen: &str, part: &str) -> Result<()> {
        let theme = self.window.client.execute("return document.documentElement.dataset.theme || 'dark'", vec![]).await?;
        let answer = self.window.client.execute_async(&RUN.replace("PART", part), vec![]).await?;
        if let Some(error) = answer.get("error") {
            bail!("axe failed on {screen}: {error}");
        }
        let rules = answer["rules"].as_u64().context("axe says how many rules held")?;
        if rules < 5 {
            bail!("axe looked at next to nothing on {screen}: {rules} rules");
        }
        let broken = answer["violations"].as_array().into_iter().flatten().filter_map(Value::as_str);
        self.found.extend(broken.map(|one| format!("{screen} ({}): {one}", theme.as_str().unwrap_or_default())));
        self.screens += 1;
        Ok(())
    }

    /// Goes to a page and looks once it shows this.
    async fn page(&mut self, address: &str, shows: &str) -> Result<()> {
        go(self.window, address).await?;
        self.window.find(shows).await?;
        self.look(address).await
    }

    /// Looks at what a click opens, and closes it by Escape.
    async fn over(&mut self, opener: &str, shows: &str) -> Result<()> {
        self.window.click(opener).await?;
        self.window.find(shows).await?;
        self.look(shows).await?;
        self.window.press(&Key::Escape.to_string()).await?;
        self.window.gone(&format!("[data-testid={shows}]")).await
    }

    /// As `over`, but for what lies half under it: whoever opened a menu is not aiming at the field behind it.
    async fn over_alone(&mut self, opener: &str, shows: &str) -> Result<()> {
        self.window.click(opener).await?;
        self.window.find(shows).await?;
        self.look_within(shows, &format!("document.querySelector('[data-testid={shows}]')")).await?;
        self.window.press(&Key::Escape.to_string()).await?;
        self.window.gone(&format!("[data-testid={shows}]")).await
    }

    fn done(self) -> Result<()> {
        if self.found.is_empty() {
            Ok(())
        } else {
            bail!("{} broken rules on {} screens:\n{}", self.found.len(), self.screens, self.found.join("\n"))
        }
    }
}

async fn change_theme(window: &Window) -> Result<()> {
    window.press(&format!("{}{}l{}", Key::Control, Key::Shift, Key::Null)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_screens_break_no_rule() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let asha = Device::sign_in(&folder.path().join("asha"), &server, ASHA)?;
    let new = NewLead {
        name: "मीनाक्षी जोशी".into(), phone: "+919820014700".into(), note: Some("फीस?".into()), ..NewLead::default()
    };
    let lead = asha.engine.create_lead(new)?;
    asha.sync()?;
    let window = Window::open(&folder.path().join("desk")).await?;
    window.find("login-form").await?;
    let mut check = Check::of(&window).await?;
    check.look("sign-in").await?;
    sign_in(&window, &server, ASHA).await?;
    for _ in ["dark", "light"] {
        check.page("#/dashboard?days=last30", "trend-point").await?;
        window.click("trend-toggle").await?;
        window.find("trend-table").await?;
        check.look("trend-table").await?;
        check.over("bell", "notif-panel").await?;
        check.over("sync-pill", "sync-panel").await?;
        check.over("global-search", "palette").await?;
        check.page("#/queue", "queue-pace").await?;
        check.page("#/leads?pool=all", "lead-row").await?;
        for (opener, shows) in [("filter-more", "filter-panel"), ("columns", "columns-menu"), ("add-lead-button", "add-lead-dialog")] {
            check.over(opener, shows).await?;
        }
        window.click("row-tick").await?;
        window.find("bulk-bar").await?;
        check.look("bulk-bar").await?;
        check.over("bulk-status", "bulk-menu").await?;
        window.click("bulk-clear").await?;
        check.page(&format!("#/leads/{lead}?pool=all"), "assigned-badge").await?;
        check.over("add-followup-btn", "followup-modal").await?;
        check.over_alone("action-log-call", "call-menu").await?;
        check.page(&format!("#/lead/{lead}"), "lead-page").await?;
        check.page("#/followups?tab=missed", "followups-page").await?;
        check.page("#/notifications", "notifications-page").await?;
        check.page("#/attention", "attention-page").await?;
        check.page("#/account", "account-page").await?;
        change_theme(&window).await?;
    }
    check.done()?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admins_and_a_team_leads_screens_break_no_rule() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 60)?;
    let window = Window::open(&folder.path().join("ravi")).await?;
    sign_in(&window, &server, RAVI).await?;
    let mut check = Check::of(&window).await?;
    for _ in ["dark", "light"] {
        check.page("#/dashboard?days=last30", "agent").await?;
        check.page("#/reports?days=last30", "report-row").await?;
        change_theme(&window).await?;
    }
    check.done()?;
    window.close().await?;

    let window = Window::open(&folder.path().join("vikram")).await?;
    sign_in(&window, &server, ADMIN).await?;
    let mut check = Check::of(&window).await?;
    for _ in ["dark", "light"] {
        check.page("#/admin/users", "users-table").await?;
        check.page("#/admin/users/teams", "teams-table").await?;
        check.page("#/admin/assignment", "takers-table").await?;
        check.page("#/admin/permissions", "permissions-grid").await?;
        check.page("#/admin/devices", "devices-table").await?;
        check.page("#/admin/deleted", "deleted-page").await?;
        check.page("#/attendance", "floor-person").await?;
        check.page("#/admin/audit", "audit-log-item").await?;
        check.page("#/admin/quarantine", "quarantine-page").await?;
        check.page("#/payments?tab=all", "payment-row").await?;
        window.click("payment-row").await?;
        window.click("add-payment-btn").await?;
        window.find("payment-form").await?;
        check.look("payment form").await?;
        change_theme(&window).await?;
    }
    check.done()?;
    window.close().await
}
