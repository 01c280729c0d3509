//! The bell's notifications: as the server sent them, marked as the person's own document says.

use super::Desk;
use crate::store::notices;
use bridge::notice::{NOTICES_MAX, NoticeLine, NoticeList, NoticePage, NoticeReadAll, NoticeSet};
use bridge::{Done, Problem};
use domain::command::NoticeMark;
use domain::notice::News;
use domain::{Command, limits};
use uuid::Uuid;

pub(super) fn page(desk: &Desk, ask: NoticeList) -> Result<NoticePage, Problem> {
    let now_ms = desk.engine.env().now_ms();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let today = reader.today(now_ms);
        let mut lines = Vec::new();
        for kept in notices::newest(c, ask.unread_only, ask.limit.min(NOTICES_MAX))? {
            let (notice, is_read) = (kept.notice, kept.is_read);
            let due = match notice.news {
                News::Missed { due_at } => Some(today.when(due_at)),
                _ => None,
            };
            let by = notice.by.map(|by| reader.name(c, by)).transpose()?;
            let when = today.when(notice.at);
            lines.push(NoticeLine { id: notice.id, news: notice.news, lead: notice.lead, name: notice.name, by, when, due, is_read });
        }
        let (unread, all) = notices::count(c)?;
        Ok(NoticePage { lines, unread, total: if ask.unread_only { unread } else { all } })
    })?)
}

pub(super) fn mark(desk: &Desk, ask: NoticeSet) -> Result<Done, Problem> {
    desk.mark_notices(&ask.notices, ask.mark)
}

pub(super) fn read_all(desk: &Desk, _: NoticeReadAll) -> Result<Done, Problem> {
    let unread = desk.read(notices::unread)?;
    desk.mark_notices(&unread, NoticeMark::Read)
}

impl Desk {
    fn mark_notices(&self, all: &[Uuid], mark: NoticeMark) -> Result<Done, Problem> {
        for some in all.chunks(limits::NOTICES_MAX) {
            self.engine.keep(Command::MarkNotices { notices: some.to_vec(), mark })?;
        }
        self.wake();
        Ok(Done {})
    }
}
