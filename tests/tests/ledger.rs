//! Money between real client engines and a real server: whatever was typed on several devices offline, every total
//! on every device and at the server is that of an independent calculation, to the paisa.

use anyhow::{Context as _, Result, ensure};
use client::store::receipts;
use domain::command::NewLead;
use domain::ledger::{Day, Instalment, Mode, Payment, What};
use domain::{Command, Currency, LeadId, Ledger, LedgerCommand, Money, Status};
use rand::rngs::SmallRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use std::collections::BTreeMap;
use tests::device::Device;
use tests::folder::folder;
use tests::processes::{Server, Terminal};
use uuid::Uuid;

const TODAY: &str = "2026-11-26";
const ROUNDS: usize = 6;

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
    let enter = |n: usize, who: &str| Device::sign_in(&root.path().join(format!("{who}{n}")), &server, &format!("{who}@nakshatra.example"));
    let devices: Vec<Device> = PEOPLE.iter().enumerate().map(|(n, who)| enter(n, who)).collect::<Result<_>>()?;
    settle(&devices)?;
    let leads: Vec<LeadId> = (0..3).map(|n| converted(&devices[2], n)).collect::<Result<_>>()?;
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
    for lead in leads {
        let want = paid(&typed, lead);
        let held = fresh.engine.ledger(lead)?;
        for (n, device) in devices.iter().chain([&fresh]).enumerate() {
            let ledger = device.engine.ledger(lead)?;
            // Who wrote nothing there sees nothing.
            if n == 3 && ledger.is_empty() {
                continue;
            }
            let summary = ledger.summary(Currency::INR, TODAY.parse::<Day>().map_err(anyhow::Error::msg)?)?;
            ensure!(i128::from(summary.paid.minor) == want, "device {n}: {} where {want} was paid", summary.paid.minor);
            ensure!(ledger == held, "device {n} and the server differ");
            ensure!(numbers(device, lead)? == numbers(&fresh, lead)?, "device {n} has other receipt numbers");
        }
        ensure!(numbers(&fresh, lead)?.keys().copied().eq(receipted(&held)), "each payment has its number, and nothing else");
    }
    Ok(())
}

/// Numbers of receipts, by entry.
fn numbers(device: &Device, lead: LeadId) -> Result<BTreeMap<Uuid, u64>> {
    let rows = device.engine.store().read(|c| receipts::of_lead(c, lead))?;
    Ok(rows.into_iter().map(|(entry, row)| (entry, row.number)).collect())
}

fn receipted(ledger: &Ledger) -> impl Iterator<Item = Uuid> {
    ledger.entries.iter().filter(|(_, entry)| entry.what.has_receipt()).map(|(id, _)| *id)
}

/// How often the server is killed, and how long it lives between.
const KILLS: u32 = 5;
const LIVES: std::time::Duration = std::time::Duration::from_millis(250);

#[test]
fn receipt_numbers_have_no_gap_and_no_double_through_kills_of_the_server() -> Result<()> {
    let root = folder();
    let mut server = Server::demo(&root.path().join("server"), 20)?;
    let enter = |n: usize, who: &str| Device::sign_in(&root.path().join(format!("{who}{n}")), &server, &format!("{who}@nakshatra.example"));
    let devices: Vec<Device> = PEOPLE.iter().take(3).enumerate().map(|(n, who)| enter(n, who)).collect::<Result<_>>()?;
    settle(&devices)?;
    let leads: Vec<LeadId> = (0..2).map(|n| converted(&devices[2], n)).collect::<Result<_>>()?;
    settle(&devices)?;
    let stop = std::sync::atomic::AtomicBool::new(false);
    let typed: Vec<Vec<Uuid>> = std::thread::scope(|scope| -> Result<_> {
        let writes = |device: &Device| -> Result<Vec<Uuid>> {
            let mut typed = Vec::new();
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let lead = leads[typed.len() % leads.len()];
                typed.push(device.engine.account(lead, LedgerCommand::AddPayment { payment: payment(100) })?.0);
                // The server may be gone: that is the point.
                let _ = device.sync();
            }
            Ok(typed)
        };
        let writing: Vec<_> = devices.iter().map(|device| scope.spawn(move || writes(device))).collect();
        for _ in 0..KILLS {
            let began = std::time::Instant::now();
            while began.elapsed() < LIVES {
                std::thread::yield_now();
            }
            server.restart()?;
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        writing.into_iter().map(|thread| thread.join().map_err(|_| anyhow::anyhow!("a writer panicked"))?).collect()
    })?;
    settle(&devices)?;
    let fresh = Device::sign_in(&root.path().join("fresh"), &server, "vikram@nakshatra.example")?;
    settle(std::slice::from_ref(&fresh))?;
    let mut all: BTreeMap<u64, Uuid> = BTreeMap::new();
    for lead in fresh.engine.store().read(client::store::documents::all)?.into_iter().filter_map(|doc| doc.ledger_of()) {
        for (entry, number) in numbers(&fresh, lead)? {
            ensure!(all.insert(number, entry).is_none(), "{number} was given twice");
        }
    }
    ensure!(all.keys().copied().eq(1..=all.len() as u64), "there is a gap: {:?}", all.keys());
    let numbered: std::collections::BTreeSet<Uuid> = all.values().copied().collect();
    ensure!(typed.iter().flatten().all(|entry| numbered.contains(entry)), "each payment that was typed has a number");
    ensure!(typed.iter().flatten().count() > 20, "hardly anything was typed");
    for (device, lead) in devices.iter().flat_map(|device| leads.iter().map(move |lead| (device, *lead))) {
        ensure!(numbers(device, lead)? == numbers(&fresh, lead)?, "every device has the same numbers");
    }
    Ok(())
}

/// What a search in the file finds, blanks evened out.
fn text_of(pdf: &std::path::Path) -> Result<String> {
    let read = std::process::Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output().context("poppler-utils is needed")?;
    ensure!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    Ok(String::from_utf8(read.stdout)?.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn a_receipt_and_a_statement_come_to_what_was_paid() -> Result<()> {
    let root = folder();
    let server = Server::demo(&root.path().join("server"), 20)?;
    let admin = Terminal::sign_in(&root.path().join("vikram"), &server, "vikram@nakshatra.example")?;
    admin.run(&["sync"])?;
    let long = "प्रियंवदा श्रीवास्तव".to_owned();
    let made = admin.run(&["lead", "add", "--name", &long, "--phone", "9820014786"])?;
    let lead = made["lead"].as_str().context("its id")?.to_owned();
    for status in ["in_progress", "interested", "qualified", "converted"] {
        admin.run(&["lead", "status", &lead, status])?;
    }
    for (setting, value) in [("company_name", "नक्षत्र अकादमी"), ("tax_number", "27AAACS1234F1Z5"), ("receipt_prefix", "NA/26-")]
    {
        admin.run(&["config", "set", setting, value])?;
    }
    let (code, said) = admin.attempt(&["config", "set", "logo", "/dev/null"])?;
    ensure!(code == 3 && said.contains("PNG"), "{code} {said}");
    let paid: [i64; 3] = [12_34_567_05, 50_000_00, 99];
    for minor in paid {
        admin.run(&["payment", "add", &lead, &format!("{}.{:02}", minor / 100, minor % 100), "--mode", "upi"])?;
    }
    let list = || admin.run(&["payment", "list", &lead]);
    let entry = |n: usize| -> Result<serde_json::Value> { Ok(list()?["ledger"]["entries"][n].clone()) };
    let id = entry(0)?["id"].as_str().context("an id")?.to_owned();
    let provisional = entry(0)?["receipt"]["number"].as_str().context("a number")?.to_owned();
    ensure!(provisional.starts_with("P-") && entry(0)?["receipt"]["is_provisional"] == true, "{provisional}");
    let file = |name: &str| root.path().join(name);
    let receipt = |name: &str, more: &[&str]| -> Result<String> {
        let to = file(name);
        admin.run(&[&["payment", "receipt", &lead, &id, "--to", to.to_str().context("a path")?], more].concat())?;
        text_of(&to)
    };
    let text = receipt("before.pdf", &["--paper", "roll"])?;
    ensure!(text.contains(&format!("{provisional} (provisional)")) && text.contains("₹12,34,567.05"), "{text}");
    admin.run(&["sync"])?;
    ensure!(entry(0)?["receipt"] == serde_json::json!({ "number": "NA/26-00001", "is_provisional": false }), "{}", entry(0)?);
    let text = receipt("after.pdf", &["--language", "hindi"])?;
    for part in ["NA/26-00001", "₹12,34,567.05", "नक्षत्र", "अकादमी", "प्रियंवदा", "श्रीवास्तव", "बारह", "चौंतीस", "सड़सठ", "27AAACS1234F1Z5"]
    {
        ensure!(text.contains(part), "“{part}” is not in: {text}");
    }
    let again = receipt("after.pdf", &[]);
    ensure!(again.is_err_and(|e| e.to_string().contains("can’t be written")), "a file that is there stays");
    let to = file("statement.pdf");
    admin.run(&["payment", "statement", &lead, "--to", to.to_str().context("a path")?])?;
    let text = text_of(&to)?;
    let sum = rupees(paid.iter().sum()).written();
    ensure!(text.contains(&format!("Paid so far {sum}")) && text.contains("NA/26-00003"), "{sum} is not in: {text}");
    Ok(())
}
