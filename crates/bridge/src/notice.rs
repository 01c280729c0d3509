//! The bell: notifications of this person, and which of them were read.

use crate::lead::When;
use crate::{Done, requests};
use domain::LeadId;
use domain::command::NoticeMark;
use domain::notice::News;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeLine {
    pub id: Uuid,
    pub news: News,
    pub lead: LeadId,
    /// The lead's name when it happened.
    pub name: String,
    /// Who did it.
    pub by: Option<String>,
    pub when: When,
    /// When a missed follow-up was due.
    pub due: Option<When>,
    pub is_read: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticePage {
    pub lines: Vec<NoticeLine>,
    pub unread: u32,
    /// All that were not removed, or all unread ones where those were asked for.
    pub total: u32,
}

/// Lines of one answer at most.
pub const NOTICES_MAX: u32 = 1_000;

requests! {
    /// The newest first.
    "notice_list" NoticeList { pub unread_only: bool, pub limit: u32 } -> NoticePage;
    "notice_mark" NoticeSet { pub notices: Vec<Uuid>, pub mark: NoticeMark } -> Done;
    "notice_read_all" NoticeReadAll {} -> Done;
}
