//! What managers, finance and administrators see of the server's decisions and counts.

use super::Album;
use anyhow::Result;
use domain::command::NewLead;
use domain::ledger::{Instalment, Mode, Payment};
use domain::{Command, Currency, LeadId, LedgerCommand, Money, Status};
use tests::device::Device;
use tests::processes::Server;
use tests::visit::{go, sign_in};

impl Album {
    /// Payments, reports, attendance and assignment.
    pub async fn office(&self) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let server = Server::demo(&folder.path().join("server"), 1_500)?;
        let admin = Device::sign_in(&folder.path().join("admin"), &server, "vikram@nakshatra.example")?;
        let first = customers(&admin)?;

        let window = self.open(&folder.path().join("sunita")).await?;
        sign_in(&window, &server, "sunita@nakshatra.example").await?;
        self.choose_theme(&window).await?;
        go(&window, "#/payments").await?;
        window.find("payment-row").await?;
        self.take(&window, "payments").await?;
        window.click_css(&format!("[data-testid=payment-row][data-lead='{first}']")).await?;
        window.find("payment-list").await?;
        self.take(&window, "payments-ledger").await?;
        window.close().await?;

        let window = self.open(&folder.path().join("vikram")).await?;
        sign_in(&window, &server, "vikram@nakshatra.example").await?;
        self.choose_theme(&window).await?;
        go(&window, "#/reports?days=last30").await?;
        window.find("report-row").await?;
        self.take(&window, "reports").await?;
        go(&window, "#/attendance").await?;
        window.find("attendance-page").await?;
        self.take(&window, "attendance").await?;
        go(&window, "#/admin/assignment").await?;
        window.find("rules-table").await?;
        window.click("dry-run").await?;
        window.find("dry-run-row").await?;
        self.take(&window, "assignment").await?;
        window.close().await
    }
}

/// Customers of every kind: late, part paid, paid; the one with the longest account.
fn customers(admin: &Device) -> Result<LeadId> {
    let rupees = |whole: i64| Money::new(whole * 100, Currency::INR);
    let mut first = None;
    for (n, (name, package, paid, due)) in [
        ("Rajesh Khanna Patil", 120_000, vec![40_000, 20_000], "2026-10-05"),
        ("मीनाक्षी जोशी", 85_000, vec![85_000], "2026-11-15"),
        ("Farida Contractor", 120_000, vec![], "2026-11-20"),
        ("Imran Shaikh", 60_000, vec![15_000], "2027-01-10"),
    ]
    .into_iter()
    .enumerate()
    {
        let phone = format!("+9198200147{n:02}");
        let lead = admin.engine.create_lead(NewLead { name: name.into(), phone, ..NewLead::default() })?;
        let mut from = Status::New;
        for to in [Status::Interested, Status::Qualified, Status::Converted] {
            admin.engine.execute(lead, Command::ChangeStatus { from, to, reason: None })?;
            from = to;
        }
        let due = due.parse().map_err(anyhow::Error::msg)?;
        admin.engine.account(lead, LedgerCommand::SetPackage { total: Some(rupees(package)) })?;
        admin.engine.account(lead, LedgerCommand::SetPlan { instalments: vec![Instalment { due, amount: rupees(package) }] })?;
        for amount in paid {
            let day = "2026-11-03".parse().map_err(anyhow::Error::msg)?;
            let reference = Some(format!("UTR-77{n}{amount}"));
            let payment = Payment { amount: rupees(amount), mode: Mode::BankTransfer, day, reference, note: String::new() };
            admin.engine.account(lead, LedgerCommand::AddPayment { payment })?;
        }
        first = first.or(Some(lead));
    }
    admin.sync()?;
    first.ok_or_else(|| anyhow::anyhow!("no customer"))
}
