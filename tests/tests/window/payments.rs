//! The Payments page in the real window: Recovery begins there, adds a payment, goes on to the next customer by the
//! keys, corrects one, and every figure follows; what another device enters shows by itself.

use anyhow::{Context, Result, ensure};
use domain::command::NewLead;
use domain::ledger::{Instalment, Mode, Payment};
use domain::{Command, Currency, LeadId, LedgerCommand, Money, Status};
use fantoccini::key::Key;
use tests::device::Device;
use tests::processes::Server;
use tests::visit::{choose, go, retype, sign_in};
use tests::window::Window;

const FINANCE: &str = "sunita@nakshatra.example";
const ADMIN: &str = "vikram@nakshatra.example";

fn rupees(whole: i64) -> Money {
    Money::new(whole * 100, Currency::INR)
}

fn customer(admin: &Device, name: &str, phone: &str, due: &str) -> Result<LeadId> {
    let lead = admin.engine.create_lead(NewLead { name: name.into(), phone: phone.into(), ..NewLead::default() })?;
    let mut from = Status::New;
    for to in [Status::Interested, Status::Qualified, Status::Converted] {
        admin.engine.execute(lead, Command::ChangeStatus { from, to, reason: None })?;
        from = to;
    }
    let due = due.parse().map_err(anyhow::Error::msg)?;
    for command in [
        LedgerCommand::SetPackage { total: Some(rupees(120_000)) },
        LedgerCommand::SetPlan { instalments: vec![Instalment { due, amount: rupees(120_000) }] },
    ] {
        admin.engine.account(lead, command)?;
    }
    admin.sync()?;
    Ok(lead)
}

fn row(lead: LeadId) -> String {
    format!("[data-testid=payment-row][data-lead='{lead}']")
}

/// Waits until the part of a customer's line says so.
async fn says(window: &Window, lead: LeadId, part: &str, wanted: &str) -> Result<()> {
    let part = format!("{} [data-testid={part}]", row(lead));
    let check = async || {
        let text = window.css(&part).await?.text().await?;
        if text.contains(wanted) { Ok(()) } else { anyhow::bail!("{part} says “{text}”, not “{wanted}”") }
    };
    window.retry(&part, check).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn finance_collects_by_the_keys_and_every_figure_follows() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::demo(&folder.path().join("server"), 10)?;
    let admin = Device::sign_in(&folder.path().join("admin"), &server, ADMIN)?;
    let late = customer(&admin, "Ritu Late", "+919820014700", "2020-01-15")?;
    let later = customer(&admin, "Arvind Later", "+919820014701", "2020-01-16")?;
    let window = Window::open(&folder.path().join("desk")).await?;
    sign_in(&window, &server, FINANCE).await?;
    // Finance begins here, with who is late first.
    window.find("payments-page").await?;
    says(&window, late, "payment-status", "Overdue").await?;
    ensure!(window.count("sidebar-leads").await? == 0, "leads are not in this role");
    window.click_css(&row(late)).await?;
    window.shows("payment-total", "₹0").await?;

    // A refused amount says so at its box, and what was typed stays.
    window.click("add-payment-btn").await?;
    retype(&window, "payment-amount", "20000.505").await?;
    retype(&window, "payment-reference", "UTR-7 001").await?;
    choose(&window, "payment-mode", "bank_transfer").await?;
    window.click("submit-payment").await?;
    window.shows("form-error", "2 decimals at most").await?;
    retype(&window, "payment-amount", "20,000.50").await?;
    window.click("submit-payment").await?;
    window.shows("payment-total", "₹20,000.50").await?;
    window.shows("payment-balance", "₹99,999.50").await?;
    window.shows("payment-list", "UTR-7 001").await?;
    says(&window, late, "payment-row-balance", "₹99,999.50").await?;
    window.shows("payments-today", "₹20,000.50").await?;

    // By the keys: pay, save, and on to the next customer.
    window.css("[data-testid=lead-drawer]").await?.click().await?;
    window.press("p").await?;
    retype(&window, "payment-amount", "99999.50").await?;
    window.press(&format!("{}{}{}", Key::Control, Key::Enter, Key::Null)).await?;
    window.css(&format!("[data-testid=lead-drawer][data-lead='{later}']")).await?;
    window.shows("payments-completed", "1").await?;

    // Elsewhere the same reference number is entered: it is flagged.
    let payment = Payment {
        amount: rupees(500),
        mode: Mode::Cash,
        day: "2026-01-05".parse().map_err(anyhow::Error::msg)?,
        reference: Some("utr7001".into()),
        note: String::new(),
    };
    admin.engine.account(later, LedgerCommand::AddPayment { payment })?;
    admin.sync()?;
    window.shows("payment-total", "₹500").await?;
    window.find("flag-twice").await?;
    window.shows("payments-flagged", "2").await?;

    // All payments, with their sum; the customer's name opens the ledger.
    window.click("payments-records").await?;
    window.shows("finance-payments-table", "₹99,999.50").await?;
    window.shows("records-sum", "₹1,20,500").await?;
    ensure!(window.count("record-row").await? == 3);

    // A wrong entry is reversed with a reason; it stays in the history, and counts no more.
    go(&window, &format!("#/payments/{later}")).await?;
    window.click("reverse-entry").await?;
    window.click("submit-payment").await?;
    window.shows("form-error", "Say why").await?;
    retype(&window, "payment-reason", "the same money").await?;
    window.click("submit-payment").await?;
    window.shows("payment-total", "₹0").await?;
    let voided = window.css("[data-testid=payment-entry][data-kind=payment][data-counts=false]").await;
    voided.context("the reversed payment is in the history")?;
    window.gone("[data-testid=flag-twice]").await?;
    window.close().await
}
