//! The bell: what was told, what of it was read, on this computer and the person's others.

use crate::office::{ASHA, NOW, Office, RAVI, Server};
use bridge::lead::LeadCountsGet;
use bridge::notice::{NoticeList, NoticePage, NoticeReadAll, NoticeSet};
use domain::command::NoticeMark;
use domain::notice::{News, Notice};
use domain::{DocId, LeadId};
use protocol::pull::Entry;
use protocol::rows::Row;
use uuid::Uuid;

fn notice(n: u128, lead: LeadId, news: News) -> Entry {
    let at = NOW + i64::try_from(n).expect("small") * 1_000;
    Entry::Row(Row::Notice(Notice { id: Uuid::from_u128(n), to: ASHA, news, lead, name: "Ananya".into(), by: Some(RAVI), at }))
}

fn page(office: &Office, unread_only: bool) -> NoticePage {
    office.desk.ask(NoticeList { unread_only, limit: 100 }).expect("a page")
}

fn unread(office: &Office) -> u32 {
    office.desk.ask(LeadCountsGet {}).expect("counts").unread
}

#[test]
fn notifications_come_newest_first_and_are_read_everywhere_once_they_are_read_here() {
    let (office, server) = (Office::new(), Server::default());
    server.deliver_directory();
    let lead = office.create("Ananya", "9820014786");
    office.sync(&server);
    assert_eq!(page(&office, false), NoticePage::default());
    server.deliver(vec![
        notice(1, lead, News::Assigned),
        notice(2, lead, News::Mentioned { text: "फीस?".into() }),
        notice(3, lead, News::Converted),
    ]);
    server.deliver(vec![notice(1, lead, News::Assigned)]);
    office.sync(&server);
    let all = page(&office, false);
    let ids: Vec<u128> = all.lines.iter().map(|line| line.id.as_u128()).collect();
    assert_eq!((ids, all.unread, all.total), (vec![3, 2, 1], 3, 3), "each once, the newest first");
    assert_eq!((all.lines[2].by.as_deref(), all.lines[2].name.as_str()), (Some("Ravi Deshpande"), "Ananya"));
    assert_eq!(unread(&office), 3);

    office.desk.ask(NoticeSet { notices: vec![Uuid::from_u128(2)], mark: NoticeMark::Read }).expect("marked");
    assert_eq!((unread(&office), page(&office, true).lines.len()), (2, 2));
    office.desk.ask(NoticeSet { notices: vec![Uuid::from_u128(2)], mark: NoticeMark::Unread }).expect("marked");
    assert_eq!(unread(&office), 3);
    office.desk.ask(NoticeSet { notices: vec![Uuid::from_u128(3)], mark: NoticeMark::Removed }).expect("removed");
    office.desk.ask(NoticeReadAll {}).expect("read");
    let all = page(&office, false);
    assert_eq!((all.lines.len(), all.unread, unread(&office)), (2, 0, 0));
    assert!(all.lines.iter().all(|line| line.is_read));
    office.sync(&server);

    // Another computer of the same person: the marks come by the document, before the rows or after them.
    let state = server.plain_document(DocId::user_state(ASHA));
    let other = Office::new();
    server.deliver(vec![state.clone(), notice(1, lead, News::Assigned), notice(2, lead, News::Converted), notice(4, lead, News::Assigned)]);
    other.sync(&server);
    assert_eq!((unread(&other), page(&other, false).lines.len()), (1, 3), "4 is new");
    let third = Office::new();
    server.deliver(vec![notice(1, lead, News::Assigned), notice(3, lead, News::Converted), state]);
    third.sync(&server);
    assert_eq!((unread(&third), page(&third, false).lines.len()), (0, 1));
}

#[test]
fn what_was_told_of_a_lead_leaves_with_it() {
    let (office, server) = (Office::new(), Server::default());
    let (lead, other) = (office.create("Ananya", "9820014786"), office.create("Bela", "9820014787"));
    office.sync(&server);
    server.deliver(vec![notice(1, lead, News::Assigned), notice(2, other, News::Assigned), Entry::Evict { doc: DocId::lead(lead) }]);
    office.sync(&server);
    assert_eq!(page(&office, false).lines.iter().map(|line| line.lead).collect::<Vec<_>>(), [other]);
    assert_eq!(unread(&office), 1);
}
