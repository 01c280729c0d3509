//! A lead goes to somebody else: what is pending goes first, what the old owner proposed is seen, and
//! whoever was cut off loses nothing.

use crate::office::{ASHA, NOW, Office, RAVI, Server};
use bridge::attention::{AttentionDiscard, AttentionKind, AttentionList, AttentionRetry};
use bridge::lead::{
    LeadAssign, LeadAssignCancel, LeadChangeStatus, LeadGet, LeadOwners, LeadSetField, Mark, NoteAdd, RecordSync, TimelineWhat,
};
use bridge::sync::{Pill, SyncGet};
use bridge::{Change, ProblemCode};
use client::{ClientError, TransportError};
use domain::command::NewLead;
use domain::people::{Proposal, ProposalState, QuarantineReason};
use domain::{Command, CommandId, DocId, Envelope, LeadField, LeadId, Role, Status, UserId};
use protocol::admin::SetOwner;
use protocol::pull::Entry;
use protocol::push::Outcome;
use protocol::rows::{Row, TeamRow, UserRow};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// Leads of Asha's, as the server has them.
fn stocked(office: &Office, names: &[&str]) -> (Server, Vec<LeadId>) {
    let server = Server::default();
    server.deliver_directory();
    let made = names.iter().enumerate().map(|(n, name)| made(&server, n, name, Some(ASHA)));
    let mut entries = vec![Entry::Resync];
    entries.extend(made);
    entries.push(Entry::BackfillEnd);
    server.deliver(entries);
    office.sync(&server);
    let leads = office.page(&Default::default(), 0, 50).rows.into_iter().map(|row| row.id).collect();
    (server, leads)
}

/// The `n`th of them.
fn made(server: &Server, n: usize, name: &str, owner: Option<UserId>) -> Entry {
    let new = NewLead { name: name.into(), phone: format!("+91982001478{n}"), ..NewLead::default() };
    server.snapshot(n as u64 + 1, new, owner, NOW - 60_000 * (n as i64 + 1))
}

/// Somebody whose server is out of reach.
fn offline(role: Role) -> Office {
    let office = Office::of(role);
    office.desk.engine().signed_in("http://127.0.0.1:1", &crate::office::session(role)).expect("signed in");
    office
}

fn evict(lead: LeadId) -> Vec<Entry> {
    vec![Entry::Evict { doc: DocId::lead(lead) }]
}

#[test]
fn what_is_pending_goes_out_before_the_lead_does() {
    // Each way a lead leaves: alone, with a role or team change, behind a cursor that is too old.
    let resync = |server: &Server| vec![Entry::Resync, server.snapshot(2, NewLead::default(), Some(ASHA), NOW), Entry::BackfillEnd];
    for way in ["evict", "resync", "end"] {
        let office = Office::new();
        let (server, leads) = stocked(&office, &["Ananya", "Shalini"]);
        match way {
            "evict" => server.deliver(evict(leads[0])),
            "resync" => server.deliver(resync(&server)),
            _ => {
                // The back-fill began while nothing was pending.
                server.deliver(vec![Entry::Resync]);
                office.sync(&server);
                server.deliver(vec![server.snapshot(2, NewLead::default(), Some(ASHA), NOW), Entry::BackfillEnd]);
            }
        }
        // Typed between the push and the pull of the same round: there the hand-over finds it.
        let engine = office.desk.engine().clone();
        let lead = leads[0];
        let typed = Mutex::new(Some(move || engine.execute(lead, Command::AddNote { text: "Wife joins the demo".into() })));
        server.before_pull(move || {
            if let Some(type_it) = typed.lock().expect("one test").take() {
                type_it().expect("a note");
            }
        });
        office.sync(&server);
        assert_eq!(server.pushed.lock().expect("one test").len(), 1, "{way}: the note was sent");
        assert_eq!(server.undelivered(), 0, "{way}");
        assert_eq!(office.desk.ask(LeadGet { lead }).expect_err("gone").code, ProblemCode::NotFound, "{way}");
        assert_eq!(office.page(&Default::default(), 0, 50).total, 1, "{way}: the other one stays");
        assert!(office.desk.ask(AttentionList {}).expect("a list").is_empty());
    }
}

/// Once it is acknowledged, what is sent counts as done in the knowledge of the drop.
#[test]
fn what_is_pending_goes_out_before_a_drop_is_acknowledged() {
    let office = Office::new();
    let (server, leads) = stocked(&office, &["Ananya"]);
    let (lead, base) = (leads[0], server.document(leads[0]));
    let dropped = Command::ChangeStatus { from: Status::New, to: Status::Lost, reason: Some("Financial".into()) };
    server.deliver_edit(lead, &base, dropped, NOW + 60_000);
    let engine = office.desk.engine().clone();
    let flagged = Arc::new(Mutex::new(Vec::new()));
    server.before_pull({
        let flagged = flagged.clone();
        move || {
            let mut flagged = flagged.lock().expect("one test");
            if flagged.is_empty() {
                let moved = Command::ChangeStatus { from: Status::New, to: Status::InProgress, reason: None };
                engine.execute(lead, moved).expect("a status");
            }
            flagged.push(engine.record(lead).expect("it is here").0.review);
        }
    });
    office.sync(&server);
    assert_eq!(*flagged.lock().expect("one test"), [false, false], "the drop came after the push");
    assert_eq!(server.pushed.lock().expect("one test").len(), 1);
    assert_eq!((office.view(lead).status, office.view(lead).review), (Status::InProgress, true), "both moves stand");
}

#[test]
fn a_lead_made_during_a_back_fill_stays() {
    let office = Office::new();
    let (server, _) = stocked(&office, &["Ananya"]);
    server.deliver(vec![Entry::Resync]);
    office.sync(&server);
    let made = office.create("Shalini", "9845011273");
    server.deliver(vec![Entry::BackfillEnd]);
    office.sync(&server);
    assert_eq!(office.view(made).sync, RecordSync::Synced);
    assert_eq!(office.page(&Default::default(), 0, 50).total, 1, "Ananya was not named, so she left");
}

#[test]
fn a_lead_made_before_the_first_back_fill_goes_out_first() {
    let office = Office::new();
    let server = Server::default();
    server.deliver(vec![
        Entry::Epoch { epoch: 1 },
        server.snapshot(1, NewLead { name: "Ananya".into(), ..NewLead::default() }, Some(ASHA), NOW),
        Entry::BackfillEnd,
    ]);
    let engine = office.desk.engine().clone();
    let seen = Arc::new(Mutex::new((None, 0)));
    server.before_pull({
        let seen = seen.clone();
        move || {
            let mut seen = seen.lock().expect("one test");
            let new = || NewLead { name: "Shalini".into(), phone: "+919845011273".into(), ..NewLead::default() };
            let made = *seen.0.get_or_insert_with(|| engine.create_lead(new()).expect("a lead"));
            engine.record(made).expect("it is here at every pull");
            seen.1 += 1;
        }
    });
    office.sync(&server);
    assert_eq!((seen.lock().expect("one test").1, server.pushed.lock().expect("one test").len()), (2, 1));
}

#[test]
fn the_person_is_told_what_became_of_their_edit() {
    let reason = QuarantineReason::LeaseEnded;
    for (outcome, kind, why) in [
        (Outcome::Proposed { seq: 7 }, AttentionKind::Proposed, "was proposed to them"),
        (Outcome::Quarantined { reason }, AttentionKind::Quarantined, "kept for your manager"),
    ] {
        let office = Office::new();
        let (server, leads) = stocked(&office, &["Ananya"]);
        let lead = leads[0];
        office.desk.ask(LeadChangeStatus { lead, to: Status::Interested, reason: None }).expect("a status");
        server.answer(outcome);
        server.deliver_owner(lead, Some(RAVI));
        office.sync(&server);

        let list = || office.desk.ask(AttentionList {}).expect("a list");
        let item = list().remove(0);
        assert_eq!((item.kind, item.lead_here, item.typed.as_str()), (kind, true, "Interested"));
        assert!(item.why.contains(why), "{}", item.why);
        assert_eq!(item.why.contains("Ravi Deshpande"), kind == AttentionKind::Proposed, "{}", item.why);
        assert_eq!((office.view(lead).status, office.view(lead).sync), (Status::New, RecordSync::Synced), "as the server has it");
        assert_eq!(office.page(&Default::default(), 0, 1).rows[0].mark, None);
        assert_eq!(office.desk.ask(SyncGet {}).expect("the panel").pill, Pill::NeedsAttention { count: 1 });

        let again = office.desk.ask(AttentionRetry { command: item.command }).expect_err("not the person's to decide");
        assert_eq!(again.code, ProblemCode::Refused);
        server.deliver(evict(lead));
        office.sync(&server);
        assert_eq!((list()[0].lead_name.as_str(), list()[0].lead_here, list()[0].typed.as_str()), ("", false, "Interested"));
        office.desk.ask(AttentionDiscard { command: item.command }).expect("read");
        assert!(list().is_empty());
    }
}

fn proposal(lead: LeadId, n: u128, command: Command) -> Proposal {
    let id = CommandId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n));
    let envelope = Envelope { id, author: RAVI, at: NOW - 60_000, command };
    Proposal { id, doc: DocId::lead(lead), envelope, state: ProposalState::Open, arrived_at: NOW - 1_000 + n as i64 }
}

#[test]
fn an_old_owners_proposals_show_until_they_are_settled() {
    let office = Office::new();
    let (server, leads) = stocked(&office, &["Ananya"]);
    let lead = leads[0];
    let phone = Command::SetField { field: LeadField::Phone, value: Some("+919833060491".into()) };
    let proposals = [
        proposal(lead, 1, phone),
        proposal(lead, 2, Command::ChangeStatus { from: Status::New, to: Status::Interested, reason: None }),
        proposal(lead, 3, Command::DeleteLead { reason: "x".into() }),
    ];
    let row = |p: &Proposal| Entry::Row(Row::Proposal(p.clone()));
    server.deliver(proposals.iter().map(row).collect());
    office.sync(&server);
    let view = office.view(lead);
    let shown: Vec<_> = view.proposals.iter().map(|p| (p.by.as_str(), p.now.as_deref(), p.can_take, p.can_drop)).collect();
    let ravi = "Ravi Deshpande";
    let expected = [(ravi, Some("98200 14780"), true, true), (ravi, Some("New"), true, true), (ravi, None, false, true)];
    assert_eq!(shown, expected);
    assert_eq!(view.proposals[0].what, TimelineWhat::Field { field: LeadField::Phone, from: None, display: Some("98330 60491".into()) });
    assert_eq!(office.page(&Default::default(), 0, 1).rows[0].mark, Some(Mark::Proposal));

    let settled = Proposal { state: ProposalState::Taken, ..proposals[0].clone() };
    server.deliver(vec![row(&settled)]);
    office.sync(&server);
    assert_eq!(office.view(lead).proposals.len(), 2);
    // A snapshot brings all that are open.
    let Entry::Snapshot(mut snapshot) = server.snapshot(1, NewLead::default(), Some(ASHA), NOW) else { unreachable!() };
    snapshot.proposals = vec![proposals[2].clone()];
    server.deliver(vec![Entry::Snapshot(snapshot)]);
    office.sync(&server);
    assert_eq!(office.view(lead).proposals.iter().map(|p| p.id).collect::<Vec<_>>(), [proposals[2].id]);

    server.deliver(evict(lead));
    office.sync(&server);
    server.deliver(vec![row(&proposals[0]), server.snapshot(1, NewLead::default(), Some(ASHA), NOW)]);
    office.sync(&server);
    assert!(office.view(lead).proposals.is_empty(), "nothing of it stayed, and a row without its lead is not kept");
    assert_eq!(office.page(&Default::default(), 0, 1).rows[0].mark, None);
}

#[test]
fn leads_are_given_to_who_works_on_them_and_is_here() {
    let office = Office::of(Role::Admin);
    let (server, leads) = stocked(&office, &["Ananya", "Shalini"]);
    let team = TeamRow { id: domain::TeamId(Uuid::from_u128(50)), name: "North".into() };
    let user = |n, name: &str, role, disabled| {
        Entry::Row(Row::User(UserRow { id: UserId(Uuid::from_u128(n)), name: name.into(), role, team: Some(team.id), disabled }))
    };
    server.deliver(vec![
        Entry::Row(Row::Team(team.clone())),
        user(60, "zoya", Role::Salesperson, false),
        user(61, "Arjun", Role::TeamLead, false),
        user(62, "Left", Role::Salesperson, true),
        user(63, "Counts", Role::FinanceManager, false),
    ]);
    server.deliver_owner(leads[0], Some(UserId(Uuid::from_u128(60))));
    office.sync(&server);
    let choices = office.desk.ask(LeadOwners { lead: leads[0] }).expect("choices");
    let shown: Vec<_> = choices.iter().map(|c| (c.name.as_str(), c.team.as_deref(), c.open_leads)).collect();
    assert_eq!(shown, [("Arjun", Some("North"), 0), ("Ravi Deshpande", None, 0), ("zoya", Some("North"), 1)]);
    assert!(office.view(leads[0]).can.assign && office.view(leads[0]).can.assign_blocked.is_none());
    let unsent = office.create("Ravi", "9845011273");
    assert!(office.view(unsent).can.assign_blocked.is_some_and(|why| why.contains("once it is sent")));

    let seller = Office::new();
    let (_, leads) = stocked(&seller, &["Ananya"]);
    assert!(!seller.view(leads[0]).can.assign && seller.view(leads[0]).can.assign_blocked.is_none());
    assert!(seller.desk.ask(LeadOwners { lead: leads[0] }).expect("nobody").is_empty());
}

#[test]
fn a_new_role_is_worked_with_at_once() {
    let office = Office::new();
    let (server, leads) = stocked(&office, &["Ananya"]);
    assert!(!office.view(leads[0]).can.assign);
    let heard = Arc::new(Mutex::new(Change::default()));
    office.desk.listen(Arc::new({
        let heard = heard.clone();
        move |change| heard.lock().expect("one test").absorb(change)
    }));
    let asha = UserRow { id: ASHA, name: "Asha Menon-Rao".into(), role: Role::Admin, team: None, disabled: false };
    server.deliver(vec![Entry::Row(Row::User(asha))]);
    office.sync(&server);
    let change = heard.lock().expect("one test").clone();
    assert!(change.session && change.directory);
    let view = office.view(leads[0]);
    assert!(view.can.assign && view.can.delete);
    assert_eq!(view.owner.map(|(_, name)| name).as_deref(), Some("Asha Menon-Rao"));
    office.desk.ask(LeadSetField { lead: leads[0], field: LeadField::Name, value: "Anu".into() }).expect("as an Admin");
}

#[test]
fn whoever_is_cut_off_hands_over_what_was_not_sent() {
    for wipe in [false, true] {
        let office = Office::new();
        let (server, leads) = stocked(&office, &["Ananya"]);
        let told = Arc::new(Mutex::new(Vec::new()));
        office.desk.engine().on_cut_off(Arc::new({
            let told = told.clone();
            move |cut_off| told.lock().expect("one test").push((cut_off.why, cut_off.wipe))
        }));
        // More than one part takes.
        for n in 0..120 {
            office.desk.ask(NoteAdd { lead: leads[0], text: format!("Note {n}") }).expect("a note");
        }
        server.cut_off("device_revoked", wipe);
        let cut_off = office.desk.engine().sync(&server).expect_err("cut off");
        assert!(matches!(cut_off, ClientError::Transport(TransportError::CutOff { .. })), "{cut_off}");
        assert_eq!(*told.lock().expect("one test"), [("You were cut off.".to_owned(), wipe)]);
        let kept: Vec<_> = server.kept.lock().expect("one test").iter().map(Vec::len).collect();
        assert_eq!(kept, [0, 50, 50, 20], "asked first whether to wipe");
        let panel = office.desk.ask(SyncGet {}).expect("the panel");
        assert_eq!(
            (panel.outbox_total, panel.why.as_deref(), panel.pill),
            (0, Some("You were cut off."), Pill::SignInNeeded { pending: 0 })
        );
        let list = office.desk.ask(AttentionList {}).expect("a list");
        assert!(list.len() == 120 && list.iter().all(|item| item.kind == AttentionKind::Quarantined));

        // Once more asks again whether to wipe, with nothing left to keep.
        office.desk.engine().sync(&server).expect_err("cut off");
        assert_eq!(server.kept.lock().expect("one test").last().map(Vec::len), Some(0));
    }
}

/// Whoever types on while a hand-over waits would keep it waiting for ever: the record takes no more.
#[test]
fn a_record_about_to_leave_takes_no_more_edits() {
    let office = Office::new();
    let (server, leads) = stocked(&office, &["Ananya", "Shalini"]);
    let (lead, other) = (leads[0], leads[1]);
    server.deliver(evict(lead));
    let engine = office.desk.engine().clone();
    let typed = Arc::new(Mutex::new(Vec::new()));
    server.before_pull({
        let typed = typed.clone();
        move || {
            let mut typed = typed.lock().expect("one test");
            if engine.record(lead).is_err() {
                return;
            }
            assert!(typed.len() < 10, "the hand-over never comes through");
            let note = |lead| engine.execute(lead, Command::AddNote { text: format!("Note {}", typed.len()) });
            note(other).expect("another lead is worked on");
            let done = note(lead);
            typed.push(done);
        }
    });
    office.sync(&server);
    let typed = typed.lock().expect("one test");
    assert!(typed[0].is_ok(), "before anybody knew");
    let refused = bridge::Problem::from(match &typed[1] {
        Err(ClientError::Refused(refusal)) => ClientError::Refused(refusal.clone()),
        other => panic!("not refused: {other:?}"),
    });
    assert!(refused.text.contains("on its way to somebody else"), "{refused}");
    assert_eq!(office.desk.ask(LeadGet { lead }).expect_err("gone").code, ProblemCode::NotFound);
    assert_eq!(office.view(other).notes.len(), typed.len());
}

#[test]
fn the_drawer_says_that_a_record_is_leaving_until_it_left_or_stays() {
    for stays in [false, true] {
        let office = Office::new();
        let (server, leads) = stocked(&office, &["Ananya"]);
        let lead = leads[0];
        server.deliver(evict(lead));
        let engine = office.desk.engine().clone();
        let first = Mutex::new(Some(()));
        server.before_pull(move || {
            if first.lock().expect("one test").take().is_some() {
                engine.execute(lead, Command::AddNote { text: "Typed".into() }).expect("a note");
            }
        });
        // The server has no time for it just now: the hand-over is known, and what was typed waits.
        server.answer(Outcome::RetryLater { after_ms: 5 });
        office.sync(&server);
        assert_eq!(office.view(lead).sync, RecordSync::Leaving { count: 1 });
        assert!(office.desk.ask(NoteAdd { lead, text: "More".into() }).is_err());
        if stays {
            // Given back before this computer heard that it was gone.
            server.forget_undelivered();
            server.deliver_owner(lead, Some(ASHA));
        }
        office.sync(&server);
        if stays {
            assert_eq!(office.view(lead).sync, RecordSync::Synced);
            office.desk.ask(NoteAdd { lead, text: "More".into() }).expect("as before");
        } else {
            assert_eq!(office.desk.ask(LeadGet { lead }).expect_err("gone").code, ProblemCode::NotFound);
        }
    }
}

/// What a restored server does not name is sent to it again; what is out of sight there even so, left
/// while the server that told of it was lost.
#[test]
fn what_left_before_a_restore_leaves_after_it() {
    let office = Office::new();
    let (server, leads) = stocked(&office, &["Ananya", "Shalini", "Meena"]);
    let (gone, named, unnamed) = (leads[0], leads[1], leads[2]);
    let Entry::Snapshot(second) = made(&server, 1, "Shalini", Some(ASHA)) else { unreachable!() };
    let Entry::Snapshot(third) = made(&server, 2, "Meena", Some(ASHA)) else { unreachable!() };
    assert_eq!((second.doc.id, third.doc.id), (named.0, unnamed.0));
    server.here.lock().expect("one test").insert(third.doc, (*third).clone());
    server.deliver(vec![Entry::Epoch { epoch: 2 }, Entry::Snapshot(second), Entry::BackfillEnd]);
    office.sync(&server);
    assert_eq!(office.desk.ask(LeadGet { lead: gone }).expect_err("out of sight").code, ProblemCode::NotFound);
    for lead in [named, unnamed] {
        assert_eq!(office.view(lead).sync, RecordSync::Synced);
    }
    assert_eq!(office.page(&Default::default(), 0, 50).total, 2);
}

/// Rows D7, H5, H13: out of the server's reach an assignment waits, and everybody sees that it does.
#[test]
fn an_assignment_made_offline_waits_visibly_and_is_asked_for() {
    let office = offline(Role::Admin);
    let (server, leads) = stocked(&office, &["Ananya", "Shalini"]);
    let lead = leads[0];
    let assign = |owner| office.desk.ask(LeadAssign { lead, expected: Some(ASHA), owner }).expect("it waits");
    assert!(assign(Some(RAVI)).waits, "nothing listens at the office's server");
    let asked = || office.view(lead).asked_owner;
    assert_eq!(asked().and_then(|asked| asked.to).as_deref(), Some("Ravi Deshpande"));
    assert_eq!(office.view(lead).owner.map(|(user, _)| user), Some(ASHA), "the server decides");
    let mark = || office.page(&Default::default(), 0, 50).rows.into_iter().find(|row| row.id == lead).and_then(|row| row.mark);
    assert_eq!(mark(), Some(Mark::Waiting));
    let panel = office.desk.ask(SyncGet {}).expect("the panel");
    assert_eq!((panel.outbox_total, &panel.outbox[0].what), (1, &TimelineWhat::Assigned { to: Some("Ravi Deshpande".into()), why: None }));
    // Whom the server would refuse is refused at once.
    let nobody = office.desk.ask(LeadAssign { lead, expected: Some(ASHA), owner: Some(UserId(Uuid::from_u128(99))) });
    assert_eq!(nobody.expect_err("not here").code, ProblemCode::NotFound);

    office.desk.ask(LeadAssignCancel { lead }).expect("taken back");
    assert_eq!((asked(), mark()), (None, None));
    assert_eq!(office.desk.ask(LeadAssignCancel { lead }).expect_err("once").code, ProblemCode::NotFound);
    // Given back by the undo of its toast.
    assign(Some(RAVI));
    assert!(office.desk.ask(LeadAssign { lead, expected: Some(RAVI), owner: Some(ASHA) }).expect("undone").waits);
    assert_eq!(asked(), None);

    assign(None);
    assign(Some(RAVI));
    office.sync(&server);
    let wanted = SetOwner { expected_owner: Some(ASHA), owner: Some(RAVI) };
    assert_eq!(*server.asked.lock().expect("one test"), [(lead, wanted)], "the last word, once");
    assert_eq!((asked(), mark()), (None, None));
    assert_eq!(office.view(lead).owner.map(|(_, name)| name).as_deref(), Some("Ravi Deshpande"));
    assert!(office.desk.ask(AttentionList {}).expect("a list").is_empty());
}

#[test]
fn who_was_slower_is_told_who_has_the_lead() {
    let changed = || TransportError::No { code: "owner_changed".into(), text: "Somebody else was faster.".into(), field: None };
    for (answer, now, why) in [
        (changed(), Some(RAVI), Some("Ravi Deshpande owns this lead now")),
        (changed(), Some(ASHA), Some("you own this lead now")),
        // The answer to an earlier try was lost.
        (changed(), None, None),
        (TransportError::NotFound, Some(RAVI), Some("not in your sight any more")),
        (TransportError::No { code: "refused".into(), text: "Pick a salesperson.".into(), field: None }, None, Some("Pick a salesperson.")),
    ] {
        let office = offline(Role::Admin);
        let (server, leads) = stocked(&office, &["Ananya"]);
        let lead = leads[0];
        let Entry::Snapshot(snapshot) = made(&server, 0, "Ananya", now) else { unreachable!() };
        server.here.lock().expect("one test").insert(snapshot.doc, *snapshot);
        office.desk.ask(LeadAssign { lead, expected: Some(ASHA), owner: None }).expect("it waits");
        server.owners.lock().expect("one test").push(Err(answer));
        office.sync(&server);
        assert_eq!(office.view(lead).asked_owner, None);
        let items = office.desk.ask(AttentionList {}).expect("a list");
        assert_eq!(items.len(), usize::from(why.is_some()));
        let Some(why) = why else { continue };
        assert!(items[0].why.contains(why), "{}", items[0].why);
        assert_eq!((items[0].kind, items[0].lead_name.as_str()), (AttentionKind::Assignment, "Ananya"));
        assert_eq!(office.page(&Default::default(), 0, 1).rows[0].mark, Some(Mark::NeedsAttention));
        assert_eq!(office.desk.ask(SyncGet {}).expect("the panel").pill, Pill::NeedsAttention { count: 1 });
        office.desk.ask(AttentionDiscard { command: items[0].command }).expect("read");
        assert!(office.desk.ask(AttentionList {}).expect("a list").is_empty());
        office.desk.ask(bridge::attention::AttentionRestore { command: items[0].command }).expect("once more");
        assert_eq!(office.desk.ask(AttentionList {}).expect("a list").len(), 1);
    }
}

/// A server that fails at it keeps it waiting, and everything else goes on.
#[test]
fn an_assignment_that_the_server_fails_at_holds_up_nothing() {
    let office = offline(Role::Admin);
    let (server, leads) = stocked(&office, &["Ananya"]);
    office.desk.ask(LeadAssign { lead: leads[0], expected: Some(ASHA), owner: None }).expect("it waits");
    server.owners.lock().expect("one test").push(Err(TransportError::Server("it fell over".into())));
    server.deliver_owner(leads[0], Some(RAVI));
    office.sync(&server);
    assert_eq!(office.view(leads[0]).owner.map(|(user, _)| user), Some(RAVI), "pulled all the same");
    assert!(office.view(leads[0]).asked_owner.is_some());
}

/// What was refused is sent on by its author for a manager to decide.
#[test]
fn a_refused_edit_is_sent_to_a_manager() {
    let office = Office::new();
    let (server, leads) = stocked(&office, &["Ananya"]);
    office.desk.ask(NoteAdd { lead: leads[0], text: "She called back".into() }).expect("a note");
    server.refuse(domain::Refusal::new(domain::RefusalCode::HandedOver, "This lead was handed over."));
    office.sync(&server);
    let item = office.desk.ask(AttentionList {}).expect("a list").remove(0);
    assert!(item.can_send);
    office.desk.engine().send_on(&server, item.command).expect("kept");
    let kept = server.kept.lock().expect("one test").clone();
    assert_eq!((kept.len(), kept[0][0].envelope.id), (1, item.command));
    let notice = office.desk.ask(AttentionList {}).expect("a list").remove(0);
    assert_eq!((notice.kind, notice.can_send, notice.typed.as_str()), (AttentionKind::Quarantined, false, "She called back"));
    assert!(notice.why.contains("kept for your manager"), "{}", notice.why);
    assert_eq!(office.view(leads[0]).sync, RecordSync::Synced);
    assert!(matches!(office.desk.engine().send_on(&server, item.command), Err(ClientError::NotFound)), "once");
}

/// The server took it and its answer was lost: it can't be tried again by hand, and is sent again.
#[test]
fn an_edit_sent_to_a_manager_without_an_answer_is_sent_again() {
    for (lost, arrives) in [(TransportError::Broken("the line".into()), true), (TransportError::Name("leadline".into()), false)] {
        let office = Office::new();
        let (server, leads) = stocked(&office, &["Ananya"]);
        office.desk.ask(NoteAdd { lead: leads[0], text: "She called back".into() }).expect("a note");
        server.refuse(domain::Refusal::new(domain::RefusalCode::HandedOver, "This lead was handed over."));
        office.sync(&server);
        let command = office.desk.ask(AttentionList {}).expect("a list").remove(0).command;
        let kind = || office.desk.ask(AttentionList {}).expect("a list").remove(0).kind;
        server.trick_quarantine({
            let lost = lost.clone();
            move |_| Some(Err(lost.clone()))
        });
        assert_eq!(office.desk.engine().send_on(&server, command).is_ok(), arrives);
        assert_eq!(kind(), if arrives { AttentionKind::Quarantined } else { AttentionKind::Refused });
        assert_eq!(office.desk.engine().retry(command).is_err(), arrives, "either the manager decides, or its author");
        // Out of reach now, which says nothing of the first try.
        server.trick_quarantine(|_| Some(Err(TransportError::Refused("leadline".into()))));
        assert_eq!(office.desk.engine().sync(&server).is_err(), arrives);
        assert!(!arrives || kind() == AttentionKind::Quarantined);
        server.trick_quarantine(|_| None);
        office.sync(&server);
        office.sync(&server);
        assert_eq!(server.kept.lock().expect("one test").len(), usize::from(arrives));
    }
}

/// A desk with notes that were not sent, cut off with a wipe order or without; and what was told of it.
fn cut_off_with_notes(notes: u32, wipe: bool) -> (Office, Server, Arc<Mutex<Vec<bool>>>) {
    let office = Office::new();
    let (server, leads) = stocked(&office, &["Ananya"]);
    let told = Arc::new(Mutex::new(Vec::new()));
    office.desk.engine().on_cut_off(Arc::new({
        let told = told.clone();
        move |cut_off| told.lock().expect("one test").push(cut_off.wipe)
    }));
    for n in 0..notes {
        office.desk.ask(NoteAdd { lead: leads[0], text: format!("Note {n}") }).expect("a note");
    }
    server.cut_off("device_revoked", wipe);
    (office, server, told)
}

fn waiting(office: &Office) -> u32 {
    office.desk.ask(SyncGet {}).expect("the panel").outbox_total
}

#[test]
fn an_upload_that_fails_for_now_is_tried_again_and_the_copy_stays_open_till_then() {
    let busy = [
        TransportError::TooMany { after_ms: 1_000, text: "Slowly.".into() },
        TransportError::Server("it has no disk".into()),
        TransportError::Timeout("x".into()),
    ];
    for error in busy {
        let (office, server, told) = cut_off_with_notes(3, true);
        let fails = Arc::new(Mutex::new(true));
        server.trick_quarantine({
            let (fails, error) = (fails.clone(), error.clone());
            move |upload| (*fails.lock().expect("one test") && !upload.items.is_empty()).then(|| Err(error.clone()))
        });
        let failed = office.desk.engine().sync(&server).expect_err("not now");
        assert!(matches!(failed, ClientError::Transport(ref e) if *e == error), "{failed}");
        assert!(told.lock().expect("one test").is_empty() && waiting(&office) == 3, "{error}");
        *fails.lock().expect("one test") = false;
        office.desk.engine().sync(&server).expect_err("cut off");
        assert_eq!((told.lock().expect("one test").as_slice(), waiting(&office)), ([true].as_slice(), 0), "{error}");
    }
}

#[test]
fn a_wipe_does_not_wait_for_ever_for_an_upload() {
    for wipe in [true, false] {
        let (office, server, told) = cut_off_with_notes(1, wipe);
        server.trick_quarantine(|upload| (!upload.items.is_empty()).then(|| Err(TransportError::Server("it fails".into()))));
        for _ in 0..7 {
            office.desk.engine().sync(&server).expect_err("cut off");
        }
        assert_eq!(told.lock().expect("one test").contains(&true), wipe);
        assert_eq!(waiting(&office), 1, "what was not kept stays sealed here");
    }
}

#[test]
fn what_the_server_keeps_not_keeps_nothing_else_back() {
    let (office, server, told) = cut_off_with_notes(60, true);
    let is_odd = |item: &protocol::push::PushItem| matches!(&item.envelope.command, Command::AddNote { text } if text == "Note 7");
    server.trick_quarantine(move |upload| {
        let kept = upload.items.iter().filter(|item| !is_odd(item)).count();
        Some(Ok(u32::try_from(kept).expect("a count")))
    });
    office.desk.engine().sync(&server).expect_err("cut off");
    assert_eq!((told.lock().expect("one test").as_slice(), waiting(&office)), ([true].as_slice(), 1));

    // There is no room for any: that is final, and the order is carried out all the same.
    let (office, server, told) = cut_off_with_notes(60, true);
    let full = || TransportError::No { code: "too_large".into(), text: "Too much.".into(), field: None };
    server.trick_quarantine(move |upload| (!upload.items.is_empty()).then(|| Err(full())));
    office.desk.engine().sync(&server).expect_err("cut off");
    assert_eq!((told.lock().expect("one test").as_slice(), waiting(&office)), ([true].as_slice(), 60));
}

#[test]
fn a_session_that_ended_asks_whether_there_is_more_to_it() {
    let (office, server, told) = cut_off_with_notes(2, true);
    let ended = Arc::new(Mutex::new(0));
    office.desk.engine().on_session_end(Arc::new({
        let ended = ended.clone();
        move || *ended.lock().expect("one test") += 1
    }));
    server.end_session();
    office.desk.engine().sync(&server).expect_err("the session is over");
    assert_eq!((told.lock().expect("one test").as_slice(), waiting(&office)), ([true].as_slice(), 0), "it is a wipe");
    assert_eq!(*ended.lock().expect("one test"), 0);

    let office = Office::new();
    let (server, _) = stocked(&office, &["Ananya"]);
    let ended = Arc::new(Mutex::new(0));
    office.desk.engine().on_session_end(Arc::new({
        let ended = ended.clone();
        move || *ended.lock().expect("one test") += 1
    }));
    server.end_session();
    office.desk.engine().sync(&server).expect_err("the session is over");
    assert_eq!(*ended.lock().expect("one test"), 0, "there are tokens, which a sign-in may just have brought");
    office.desk.engine().sign_out().expect("they are dropped");
    office.desk.engine().sync(&server).expect_err("the session is over");
    assert_eq!(*ended.lock().expect("one test"), 1);
}
