//! Receipts between real client engines and a real server: their numbers through kills of the server, and what is
//! printed.

use super::{PEOPLE, converted, payment, rupees, settle};
use anyhow::{Context as _, Result, ensure};
use client::store::receipts;
use domain::{LeadId, LedgerCommand};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tests::device::Device;
use tests::folder::folder;
use tests::processes::{Server, Terminal};
use uuid::Uuid;

/// Numbers of receipts, by entry.
fn numbers(device: &Device, lead: LeadId) -> Result<BTreeMap<Uuid, u64>> {
    let rows = device.engine.store().read(|c| receipts::of_lead(c, lead))?;
    Ok(rows.into_iter().map(|(entry, row)| (entry, row.number)).collect())
}

/// How often the server is killed, and how long it lives between.
const KILLS: u32 = 5;
const LIVES: Duration = Duration::from_millis(250);

#[test]
fn receipt_numbers_have_no_gap_and_no_double_through_kills_of_the_server() -> Result<()> {
    let root = folder();
    let mut server = Server::demo(&root.path().join("server"), 20)?;
    let enter = |n: usize, who: &str| Device::sign_in(&root.path().join(format!("{who}{n}")), &server, &format!("{who}@nakshatra.example"));
    let devices: Vec<Device> = PEOPLE.iter().take(3).enumerate().map(|(n, who)| enter(n, who)).collect::<Result<_>>()?;
    settle(&devices)?;
    let leads: Vec<LeadId> = (0..2).map(|n| converted(&devices[2], n)).collect::<Result<_>>()?;
    settle(&devices)?;
    let stop = AtomicBool::new(false);
    let typed: Vec<Vec<Uuid>> = std::thread::scope(|scope| -> Result<_> {
        let writes = |device: &Device| -> Result<Vec<Uuid>> {
            let mut typed = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let lead = leads[typed.len() % leads.len()];
                typed.push(device.engine.account(lead, LedgerCommand::AddPayment { payment: payment(100) })?.0);
                // The server may be gone: that is the point.
                let _ = device.sync();
            }
            Ok(typed)
        };
        let writing: Vec<_> = devices.iter().map(|device| scope.spawn(move || writes(device))).collect();
        let killed = (0..KILLS).try_for_each(|_| {
            let began = Instant::now();
            while began.elapsed() < LIVES {
                std::thread::yield_now();
            }
            server.restart()
        });
        stop.store(true, Ordering::Relaxed);
        killed?;
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
    let numbered: BTreeSet<Uuid> = all.values().copied().collect();
    ensure!(typed.iter().flatten().all(|entry| numbered.contains(entry)), "each payment that was typed has a number");
    ensure!(typed.iter().flatten().count() > 20, "hardly anything was typed");
    for (device, lead) in devices.iter().flat_map(|device| leads.iter().map(move |lead| (device, *lead))) {
        ensure!(numbers(device, lead)? == numbers(&fresh, lead)?, "every device has the same numbers");
    }
    Ok(())
}

/// What a search in the file finds, blanks evened out.
fn text_of(pdf: &Path) -> Result<String> {
    let read = Command::new("pdftotext").arg("-layout").arg(pdf).arg("-").output().context("poppler-utils is needed")?;
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
    let paid: [i64; 3] = [123_456_705, 5_000_000, 99];
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
