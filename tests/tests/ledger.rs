//! Money between real client engines and a real server: whatever was typed on several devices offline, every total
//! on every device and at the server is that of an independent calculation, to the paisa.

#[path = "money/receipts.rs"]
mod receipts;

use anyhow::{Context as _, Result, ensure};
use bridge::payment::{PAY_MAX, PayFilter, PayTab, PaymentList, PaymentRecords};
use client::desk::Desk;
use client::store::ledgers;
use client::vault::Key;
use client::{Profile, system_env};
use domain::command::NewLead;
use domain::ledger::{Day, Instalment, Mode, Payment, PaymentStatus, What};
use domain::{Command, Currency, LeadId, LedgerCommand, Money, Status};
use rand::rngs::SmallRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use tests::device::Device;
use tests::folder::folder;
use tests::processes::Server;
use uuid::Uuid;

const TODAY: &str = "2026-11-26";
const ROUNDS: usize = 6;
/// Of every profile here.
const KEY: [u8; 32] = [9; 32];

/// Who types: two devices of Finance, an Admin's, and one of Recovery, who sees only what is theirs.
const PEOPLE: [&str; 4] = ["sunita", "sunita", "vikram", "deepak"];

/// What was typed and not refused: id, lead, command.
type Typed = Vec<(Uuid, LeadId, LedgerCommand)>;

fn rupees(minor: i64) -> Money {
    Money::new(minor, Currency::INR)
}

fn payment(minor: i64) -> Payment {
    let day = "2026-11-20".parse().expect("a day");
    Payment { amount: rupees(minor), mode: Mode::Upi, day, reference: None, note: String::new() }
}

fn a_command(rng: &mut SmallRng, payments: &[Uuid]) -> LedgerCommand {
    let minor = rng.random_range(1..=9_999_999);
    let due = format!("2026-11-{:02}", rng.random_range(10..=30)).parse().expect("a day");
    match (rng.random_range(0..10), payments.choose(rng)) {
        (0..4, _) | (4..7, None) => LedgerCommand::AddPayment { payment: payment(minor) },
        (4..7, Some(entry)) => {
            let replacement = rng.random_bool(0.5).then(|| payment(minor));
            LedgerCommand::Reverse { entry: *entry, reason: "typed wrong".into(), replacement }
        }
        (7, _) => LedgerCommand::Refund { payment: payment(minor), reason: "cancelled".into() },
        (8, _) => LedgerCommand::AddDiscount { amount: rupees(minor), reason: "festival".into() },
        _ if rng.random_bool(0.5) => LedgerCommand::SetPackage { total: Some(rupees(minor * 3)) },
        _ => LedgerCommand::SetPlan { instalments: vec![Instalment { due, amount: rupees(minor) }] },
    }
}

/// What is paid, worked out of the commands alone: of each payment the last that stands in its place.
fn paid(typed: &Typed, lead: LeadId) -> i128 {
    let mut first: BTreeMap<Uuid, (Uuid, Option<i64>)> = BTreeMap::new();
    let of_lead: Vec<_> = typed.iter().filter(|(_, of, _)| *of == lead).collect();
    for (id, _, command) in &of_lead {
        if let LedgerCommand::Reverse { entry, replacement, .. } = command {
            let this = (*id, replacement.as_ref().map(|p| p.amount.minor));
            let known = first.entry(*entry).or_insert(this);
            *known = if this.0 < known.0 { this } else { *known };
        }
    }
    let worth = |mut id: Uuid, mut amount: i64| loop {
        match first.get(&id) {
            None => break i128::from(amount),
            Some((_, None)) => break 0,
            Some((by, Some(instead))) => (id, amount) = (*by, *instead),
        }
    };
    let each = of_lead.iter().map(|(id, _, command)| match command {
        LedgerCommand::AddPayment { payment } => worth(*id, payment.amount.minor),
        LedgerCommand::Refund { payment, .. } => -i128::from(payment.amount.minor),
        _ => 0,
    });
    each.sum()
}

fn converted(device: &Device, n: usize) -> Result<LeadId> {
    use Status::{Converted, InProgress, Interested, New, Qualified};
    let new = NewLead { name: format!("Payer {n}"), phone: format!("+9198200{:05}", 14_000 + n), ..NewLead::default() };
    let lead = device.engine.create_lead(new)?;
    for (from, to) in [(New, InProgress), (InProgress, Interested), (Interested, Qualified), (Qualified, Converted)] {
        device.engine.execute(lead, Command::ChangeStatus { from, to, reason: None })?;
    }
    Ok(lead)
}

fn type_something(rng: &mut SmallRng, device: &Device, lead: LeadId, typed: &mut Typed) -> Result<()> {
    let ledger = device.engine.ledger(lead)?;
    let is_money = |what: &What| matches!(what, What::Payment(_) | What::Reversal { replacement: Some(_), .. });
    let payments: Vec<Uuid> = ledger.entries.iter().filter(|(_, entry)| is_money(&entry.what)).map(|(id, _)| *id).collect();
    let command = a_command(rng, &payments);
    match device.engine.account(lead, command.clone()) {
        Ok(id) => typed.push((id.0, lead, command)),
        // Recovery reverses only what is theirs.
        Err(error) => ensure!(matches!(command, LedgerCommand::Reverse { .. }), "{command:?}: {error}"),
    }
    Ok(())
}

/// Every card, list and table of the Payments page adds up to `all`, and each tab counts whom it lists.
fn pages_agree(desk: &Desk, all: i128) -> Result<()> {
    let minor = |written: &str| -> Result<i128> {
        let (sign, bare) = written.strip_prefix('−').map_or((1, written), |bare| (-1, bare));
        let most = i64::MAX;
        Ok(sign * i128::from(Money::parse_up_to(bare, Currency::INR, "", most).map_err(|refusal| anyhow::anyhow!(refusal.text))?.minor))
    };
    let list = |filter: PayFilter| desk.ask(PaymentList { filter, offset: 0, limit: PAY_MAX }).map_err(|p| anyhow::anyhow!(p.text));
    for tab in PayTab::ALL {
        let page = list(PayFilter { tab, ..PayFilter::default() })?;
        let each = page.rows.iter().filter_map(|row| row.paid.as_deref()).map(minor).sum::<Result<i128>>()?;
        let left = page.rows.iter().filter_map(|row| row.balance.as_deref()).map(minor).sum::<Result<i128>>()?;
        ensure!(minor(&page.paid)? == each && minor(&page.balance)? == left, "{tab:?} does not add up");
        ensure!(page.counts.of(tab) == page.total && page.rows.len() == page.total as usize, "{tab:?} counts {:?}", page.counts);
        ensure!(tab != PayTab::All || each == all, "all customers paid {each}, and {all} were paid");
    }
    let counts = list(PayFilter::default())?.counts;
    for (status, count) in PaymentStatus::ALL.into_iter().zip(counts.by_status) {
        let page = list(PayFilter { tab: PayTab::All, status: Some(status), ..PayFilter::default() })?;
        ensure!(page.total == count && page.rows.iter().all(|row| row.status == status), "{status:?}");
    }
    let records = desk.ask(PaymentRecords { offset: 0, limit: PAY_MAX }).map_err(|p| anyhow::anyhow!(p.text))?;
    let each = records.rows.iter().map(|one| minor(&one.amount)).sum::<Result<i128>>()?;
    ensure!(minor(&records.sum)? == all && each == all, "the records add up to {each} and say {}", records.sum);
    Ok(())
}

fn settle(devices: &[Device]) -> Result<()> {
    for _ in 0..2 {
        devices.iter().try_for_each(|device| device.sync().map(drop))?;
    }
    Ok(())
}

#[test]
fn every_total_is_the_sum_of_what_counts_on_every_device_and_the_server() -> Result<()> {
    let seed = std::env::var("LEADLINE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random::<u64>);
    println!("LEADLINE_SEED={seed}");
    let mut rng = SmallRng::seed_from_u64(seed);
    let root = folder();
    let server = Server::demo(&root.path().join("server"), 20)?;
    let profile = |n: usize| root.path().join(format!("profile{n}"));
    let enter = |n: usize, who: &str| Device::sign_in_with(&profile(n), Key::from(KEY), &server, &format!("{who}@nakshatra.example"));
    let devices: Vec<Device> = PEOPLE.iter().enumerate().map(|(n, who)| enter(n, who)).collect::<Result<_>>()?;
    let team_lead = enter(8, "ravi")?;
    settle(&devices)?;
    settle(std::slice::from_ref(&team_lead))?;
    let leads: Vec<LeadId> = (0..3).map(|n| converted(&team_lead, n)).collect::<Result<_>>()?;
    settle(std::slice::from_ref(&team_lead))?;
    settle(&devices)?;
    let mut typed = Typed::new();
    for _ in 0..ROUNDS {
        let mut order: Vec<&Device> = devices.iter().collect();
        order.shuffle(&mut rng);
        for device in order {
            for _ in 0..rng.random_range(1..5) {
                let lead = *leads.choose(&mut rng).context("a lead")?;
                type_something(&mut rng, device, lead, &mut typed)?;
            }
            if rng.random_bool(0.5) {
                device.sync()?;
            }
        }
    }
    settle(&devices)?;
    // A new computer has what the server has.
    let fresh = enter(9, "ananya")?;
    settle(std::slice::from_ref(&fresh))?;
    settle(std::slice::from_ref(&team_lead))?;
    let all: i128 = leads.iter().map(|lead| paid(&typed, *lead)).sum();
    for n in [0, 1, 2, 9] {
        let desk = Desk::open_read_only(&Profile::at(profile(n))?, &Key::from(KEY), system_env())?;
        pages_agree(&desk, all).with_context(|| format!("device {n}"))?;
    }
    let today: Day = TODAY.parse().map_err(anyhow::Error::msg)?;
    for lead in leads {
        let want = paid(&typed, lead);
        let held = fresh.engine.ledger(lead)?;
        for (n, device) in devices.iter().chain([&fresh]).enumerate() {
            let ledger = device.engine.ledger(lead)?;
            // Who wrote nothing there sees nothing.
            if n == 3 && ledger.is_empty() {
                continue;
            }
            let summary = ledger.summary(Currency::INR, today)?;
            ensure!(i128::from(summary.paid.minor) == want, "device {n}: {} where {want} was paid", summary.paid.minor);
            ensure!(ledger == held, "device {n} and the server differ");
            let row = device.engine.store().read(|c| ledgers::get(c, lead))?.context("a ledger has a row")?;
            ensure!(i128::from(row.paid) == want, "the row of device {n} says {} where {want} was paid", row.paid);
            ensure!(row.status(today) == summary.status && row.balance == summary.balance.map(|b| b.minor), "device {n}: {row:?}");
        }
        // Who holds no ledger is told where it stands.
        let badge = team_lead.engine.store().read(|c| ledgers::status(c, lead, today))?;
        let stands = (!held.is_empty()).then_some(held.summary(Currency::INR, today)?.status);
        ensure!(badge == stands && team_lead.engine.ledger(lead)?.is_empty(), "a Team Lead sees {badge:?}, and it is {stands:?}");
    }
    Ok(())
}
