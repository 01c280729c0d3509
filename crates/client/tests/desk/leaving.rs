//! What a record leaves behind when it leaves this computer: nothing, on any page of any file. The
//! pages are decrypted here by hand, as somebody with the key and the disk would.

use crate::office::{ASHA, NOW, Office, Server};
use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::NoPadding};
use bridge::attention::{AttentionDiscard, AttentionKind, AttentionList};
use bridge::lead::{NoteAdd, TagAdd};
use bridge::session::{DraftGet, DraftSet};
use domain::command::NewLead;
use domain::people::{Proposal, ProposalState};
use domain::{Command, CommandId, DocId, Envelope, LeadField, LeadId, Refusal, RefusalCode, Role};
use protocol::pull::Entry;
use protocol::rows::{Row, UserRow};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

const PAGE: usize = 4096;
/// IV and HMAC at the end of each page.
const RESERVE: usize = 80;

/// All readable bytes of a profile, of the database's pages and of the log's: each as a character, small.
fn decrypted(dir: &Path) -> String {
    let mut plain = Vec::new();
    let database = std::fs::read(dir.join("leadline.db")).expect("a database");
    for (i, page) in database.chunks_exact(PAGE).enumerate() {
        let page = page_of(page, i == 0);
        assert!(i > 0 || page.starts_with(&PAGE_1), "the first page is a SQLite header");
        plain.extend(page);
    }
    let log = std::fs::read(dir.join("leadline.db-wal")).unwrap_or_default();
    for frame in log.get(32..).unwrap_or_default().chunks_exact(24 + PAGE) {
        let first = u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]]) == 1;
        plain.extend(page_of(&frame[24..], first));
    }
    plain.to_ascii_lowercase().into_iter().map(char::from).collect()
}

/// From byte 16 on: page size, WAL, WAL, reserve.
const PAGE_1: [u8; 5] = [0x10, 0x00, 0x02, 0x02, RESERVE as u8];

fn page_of(page: &[u8], first: bool) -> Vec<u8> {
    let iv = &page[PAGE - RESERVE..PAGE - RESERVE + 16];
    let mut plain = page[if first { 16 } else { 0 }..PAGE - RESERVE].to_vec();
    let cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(&[7; 32], iv).expect("a key and an IV");
    cipher.decrypt_padded::<NoPadding>(&mut plain).expect("whole blocks");
    plain
}

/// Words of it that no other lead has, in every table that could keep them.
const SECRETS: [&str; 10] = [
    "quixotania",
    "zephyrine",
    "9820014786",
    "9833060491",
    "wombatmail",
    "vexillology",
    "kumquatly",
    "ombudsmanly",
    "propositiously",
    "settledly",
];

/// Asha's desk with a lead that is about to leave, among others that stay.
fn stocked(others: u64) -> (Office, Server, LeadId) {
    let office = Office::new();
    let server = Server::default();
    server.deliver_directory();
    let lead = |n: u64, new: NewLead| server.snapshot(n, new, Some(ASHA), NOW - 60_000 * n as i64);
    let mut entries = vec![Entry::Resync];
    for n in 2..2 + others {
        let name = format!("Lead {n} {}", ["Rao", "Menon", "Joshi"][(n % 3) as usize]);
        let note = Some("Prefers evenings. ".repeat((n % 7) as usize + 1));
        entries.push(lead(n, NewLead { name, phone: format!("+9198{:08}", n * 7_919 + 10), note, ..NewLead::default() }));
    }
    entries.push(Entry::BackfillEnd);
    server.deliver(entries);
    let new = NewLead {
        name: "Quixotania Zephyrine".into(),
        phone: "+919820014786".into(),
        alt_phone: Some("+919833060491".into()),
        email: Some("q@wombatmail.example".into()),
        note: Some(format!("Wants vexillology. {}", "Prefers evenings. ".repeat(200))),
        ..NewLead::default()
    };
    server.deliver(vec![lead(1, new)]);
    office.sync(&server);
    let id = office.page(&bridge::lead::LeadFilter { search: "quixo".into(), ..Default::default() }, 0, 1).rows[0].id;
    // Enough edits for a tail, a confirmed ground and rewrites.
    for n in 0..40 {
        office.desk.ask(NoteAdd { lead: id, text: format!("kumquatly {n} {}", "and so on ".repeat(30)) }).expect("a note");
    }
    office.sync(&server);
    office.desk.ask(TagAdd { lead: id, tag: "ombudsmanly".into() }).expect("a tag");
    office.sync(&server);
    server.deliver(vec![proposal(id)]);
    office.desk.ask(NoteAdd { lead: id, text: "settledly typed".into() }).expect("a note");
    server.refuse(Refusal::new(RefusalCode::LeadClosed, "Not now."));
    office.sync(&server);
    let refused = office.desk.ask(AttentionList {}).expect("a list").remove(0);
    office.desk.ask(AttentionDiscard { command: refused.command }).expect("settled");
    let draft = json!({
        "note:1": {"base": "Wants vexillology. Soon.", "text": "Wants vexillology. Midwayish. Soon."},
        "field:email": {"text": "halfdone@"},
        "new-note": {"text": "  "},
    });
    office.desk.ask(DraftSet { key: format!("lead:{id}"), text: Some(draft.to_string()) }).expect("a draft");
    (office, server, id)
}

/// Of an old owner's.
fn proposal(lead: LeadId) -> Entry {
    let id = CommandId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0077));
    let command = Command::SetField { field: LeadField::Name, value: Some("Propositiously".into()) };
    let envelope = Envelope { id, author: ASHA, at: NOW, command };
    Entry::Row(Row::Proposal(Proposal { id, doc: DocId::lead(lead), envelope, state: ProposalState::Open, arrived_at: NOW }))
}

#[test]
fn nothing_of_a_lead_stays_on_any_page_but_what_waits_for_a_decision() {
    for others in [3, 400] {
        let (office, server, lead) = stocked(others);
        office.desk.ask(NoteAdd { lead, text: "Serendipitously typed".into() }).expect("a note");
        let refusal = Refusal::new(RefusalCode::LeadClosed, "Ravi Deshpande dropped this lead.").winning("quixotania");
        server.refuse(refusal);
        office.sync(&server);
        let before = decrypted(office.dir.path());
        for secret in SECRETS {
            assert!(before.contains(secret), "{secret} is there to be looked for");
        }

        server.deliver(vec![Entry::Evict { doc: DocId::lead(lead) }]);
        office.sync(&server);
        let after = decrypted(office.dir.path());
        for secret in SECRETS {
            assert!(!after.contains(secret), "{secret} stayed, among {others}");
        }
        assert!(after.contains("serendipitously typed"), "what was typed waits for the person");
        assert!(!after.contains("dropped this lead"), "the server’s sentence named somebody");
        let mut items = office.desk.ask(AttentionList {}).expect("a list");
        items.sort_by_key(|item| item.kind == AttentionKind::Unsaved);
        let item = &items[0];
        assert_eq!((item.typed.as_str(), item.lead_name.as_str(), &item.winning), ("Serendipitously typed", "", &None));
        let unsaved = &items[1];
        assert_eq!((items.len(), unsaved.kind, unsaved.lead_here), (2, AttentionKind::Unsaved, false));
        assert_eq!(unsaved.typed, "halfdone@\n\nMidwayish. ", "what was typed, without what it was typed into");
        assert_eq!(office.desk.ask(DraftGet { key: format!("lead:{lead}") }).expect("an answer"), None);
        office.desk.ask(AttentionDiscard { command: unsaved.command }).expect("read");
        assert_eq!(office.page(&Default::default(), 0, 1).total as u64, others);
        assert_eq!(office.found("quixo"), Vec::<String>::new());
        let support = office.desk.support().expect("facts");
        assert_eq!(support.integrity, "ok");
    }
}

/// A role that sees phones masked keeps the rows and none of the documents; every lead still stands in
/// the back-fill, so nothing is evicted.
#[test]
fn a_role_without_documents_keeps_none_of_their_pages() {
    for others in [3, 400] {
        let (office, server, lead) = stocked(others);
        office.desk.ask(NoteAdd { lead, text: "Serendipitously typed".into() }).expect("a note");
        server.refuse(Refusal::new(RefusalCode::LeadClosed, "Dropped.").winning("vexillology"));
        office.sync(&server);
        let shown: Vec<LeadId> = office.everything().iter().map(|row| row.id).collect();
        let analyst = UserRow { id: ASHA, name: "Asha Menon".into(), role: Role::Analyst, team: None, disabled: false };
        let mut entries = vec![Entry::Resync, Entry::Row(Row::User(analyst))];
        entries.extend(shown.iter().map(|lead| Server::masked(server.again(*lead, Some(ASHA)))));
        entries.push(Entry::BackfillEnd);
        server.deliver(entries);
        office.sync(&server);
        let after = decrypted(office.dir.path());
        for secret in ["9820014786", "9833060491", "vexillology", "kumquatly", "ombudsmanly"] {
            assert!(!after.contains(secret), "{secret} stayed, among {others}");
        }
        assert!(after.contains("serendipitously typed"), "what was typed waits for the person");
        assert_eq!(office.everything().len() as u64, others + 1, "the rows stay");
        let view = office.view(lead);
        assert_eq!((view.fields[0].display.as_deref(), view.notes.len()), (Some("982•••••••"), 0));
        assert_eq!(office.desk.support().expect("facts").integrity, "ok");
    }
}

#[test]
fn what_a_back_fill_does_not_name_leaves_as_wholly() {
    let (office, server, _) = stocked(3);
    server.deliver(vec![Entry::Resync, Entry::BackfillEnd]);
    office.sync(&server);
    assert_eq!(office.page(&Default::default(), 0, 1).total, 0);
    let after = decrypted(office.dir.path());
    for secret in SECRETS {
        assert!(!after.contains(secret), "{secret} stayed");
    }
}

#[test]
fn a_reader_in_the_way_only_puts_it_off() {
    let (office, server, lead) = stocked(3);
    let store = office.desk.engine().store();
    server.deliver(vec![Entry::Evict { doc: DocId::lead(lead) }]);
    store
        .read(|c| {
            // A snapshot of the past is held open while the lead leaves.
            let reading = c.unchecked_transaction()?;
            let before: u32 = reading.query_row("SELECT count(*) FROM leads", [], |r| r.get(0))?;
            office.sync(&server);
            assert_eq!(before, 4);
            Ok(())
        })
        .expect("a reading");
    office.desk.engine().idle();
    let after = decrypted(office.dir.path());
    for secret in SECRETS {
        assert!(!after.contains(secret), "{secret} stayed");
    }
}

#[test]
fn many_leads_that_leave_one_by_one_leave_no_page_behind() {
    let office = Office::new();
    let server = Server::default();
    server.deliver_directory();
    let new = |n: u64| NewLead {
        name: format!("Given{n}x Family{n}x"),
        phone: format!("+9198{:08}", n * 7_919 + 10),
        email: Some(format!("mail{n}x@example.in")),
        note: Some(format!("Noted{n}x. {}", "Prefers evenings. ".repeat((n % 9) as usize * 10))),
        ..NewLead::default()
    };
    server.deliver(vec![Entry::Resync]);
    server.deliver((1..=600).map(|n| server.snapshot(n, new(n), Some(ASHA), NOW - 60_000 * n as i64)).collect());
    server.deliver(vec![Entry::BackfillEnd]);
    office.sync(&server);
    let gone = |n: u64| n * 37 % 5 < 3;
    let leaves = |n: u64| {
        let Entry::Snapshot(made) = server.snapshot(n, new(n), Some(ASHA), NOW) else { unreachable!() };
        Entry::Evict { doc: made.doc }
    };
    for n in (1..=600).filter(|n| gone(*n)) {
        server.deliver(vec![leaves(n)]);
        if n % 50 == 0 {
            office.sync(&server);
        }
    }
    office.sync(&server);
    let after = decrypted(office.dir.path());
    // `given6x` after `given`, of every place.
    let numbered = |word: &str| -> BTreeSet<u64> {
        let rest = after.match_indices(word).map(|(at, _)| &after[at + word.len()..]);
        rest.filter_map(|rest| rest.split_once('x')?.0.parse().ok()).collect()
    };
    let staying: BTreeSet<u64> = (1..=600).filter(|n| !gone(*n)).collect();
    for word in ["given", "family", "mail", "noted"] {
        assert_eq!(numbered(word), staying, "{word}");
    }
    for n in 1..=600 {
        assert_eq!(after.contains(&format!("+9198{:08}", n * 7_919 + 10)), !gone(n), "the phone of {n}");
    }
    assert_eq!(office.page(&Default::default(), 0, 1).total, (1..=600).filter(|n| !gone(*n)).count() as u32);
}

/// The process ends after the lead left and before its pages were wiped.
#[test]
fn a_wipe_that_was_cut_short_is_done_at_the_next_opening() {
    let (office, server, lead) = stocked(3);
    let store = office.desk.engine().store();
    server.deliver(vec![Entry::Evict { doc: DocId::lead(lead) }]);
    store
        .read(|c| {
            // A reader in the way keeps the log from being emptied; then the process ends.
            let reading = c.unchecked_transaction()?;
            let _: u32 = reading.query_row("SELECT count(*) FROM leads", [], |r| r.get(0))?;
            office.sync(&server);
            Ok(())
        })
        .expect("a reading");
    let left = decrypted(office.dir.path());
    assert!(left.contains("quixotania"), "its pages are still in the log");
    // A copy of the folder is what a crash leaves: closing in order would tidy up.
    let copy = tempfile::tempdir().expect("a folder");
    for file in ["leadline.db", "leadline.db-wal"] {
        std::fs::copy(office.dir.path().join(file), copy.path().join(file)).expect("a copy");
    }
    let profile = client::Profile::at(copy.path()).expect("a profile");
    let desk = client::desk::Desk::open(&profile, &crate::office::key(), office.env()).expect("it opens");
    let after = decrypted(copy.path());
    for secret in SECRETS {
        assert!(!after.contains(secret), "{secret} stayed");
    }
    drop(desk);
}

/// A word in the search table that no lead accounts for is not left there when something leaves.
#[test]
fn stray_words_leave_the_search_table_with_the_next_lead() {
    let (office, server, lead) = stocked(3);
    let store = office.desk.engine().store();
    // As a defect of an earlier version would have left it: a row without its words taken out.
    let path = office.dir.path().join("leadline.db");
    let raw = rusqlite::Connection::open(path).expect("the file");
    raw.execute_batch(&format!("PRAGMA key = \"x'{}'\";", "07".repeat(32))).expect("the key");
    raw.execute("INSERT INTO lead_words (rowid, name, email) VALUES (9999, 'Straywordly', NULL)", []).expect("a stray");
    drop(raw);
    let has = || store.read(client::store::leads::has_stray_words).expect("read");
    assert!(has());
    server.deliver(vec![Entry::Evict { doc: DocId::lead(lead) }]);
    office.sync(&server);
    assert!(!has());
    assert!(!decrypted(office.dir.path()).contains("straywordly"));
}
