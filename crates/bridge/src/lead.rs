//! Leads: the list, one lead, its timeline, and every edit.

use crate::session::CustomField;
use crate::{Done, requests};
use domain::attendance::Attendance;
use domain::lead::Note;
use domain::ledger::PaymentStatus;
use domain::{CommandId, LeadField, LeadId, Pool, Status, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A local time for people, with how far it is from today in the organisation's zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// Ms since the epoch.
    pub at: i64,
    /// Local date and time in the organisation's zone, `2026-11-22T17:00`.
    pub local: String,
    /// 0 Monday … 6 Sunday.
    pub weekday: u8,
    /// Days from today: −1 yesterday, 0 today, 1 tomorrow.
    pub day: i32,
    /// Today's year, so that other years are written out.
    pub same_year: bool,
}

/// What a row's last column marks, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    NeedsAttention,
    Conflict,
    /// An old owner's edit waits to be taken or dropped.
    Proposal,
    /// Waits for the server's word.
    Waiting,
    NotSent,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadRow {
    pub id: LeadId,
    pub name: String,
    /// For display; masked unless the role may see it.
    pub phone: String,
    pub status: Status,
    pub interest: Option<u8>,
    pub owner: Option<String>,
    pub source: Option<String>,
    pub next_follow_up: Option<When>,
    pub language: Option<String>,
    pub tags: Vec<String>,
    /// Ms since the epoch.
    pub created_at: i64,
    /// Last change, ms since the epoch.
    pub updated_at: i64,
    pub mark: Option<Mark>,
}

/// A window of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadPage {
    pub rows: Vec<LeadRow>,
    /// Where the first row stands in the whole result.
    pub offset: u32,
    /// Rows in the whole result.
    pub total: u32,
}

/// How the list is narrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadFilter {
    /// `None` is All.
    pub pool: Option<Pool>,
    /// Empty is any.
    pub statuses: Vec<Status>,
    /// Name, phone in any format, its last digits, or e-mail.
    pub search: String,
    /// Of each of these, empty is any. No source and no language is the empty text.
    #[serde(default)]
    pub sources: Vec<String>,
    #[serde(default)]
    pub languages: Vec<String>,
    /// `None` is nobody.
    #[serde(default)]
    pub owners: Vec<Option<UserId>>,
    /// Leads that have one of them.
    #[serde(default)]
    pub tags: Vec<String>,
    /// 1 to 5.
    #[serde(default)]
    pub interests: Vec<u8>,
    #[serde(default)]
    pub due: Vec<DueState>,
    /// When the lead was made: from the first instant until before the second, ms since the epoch.
    #[serde(default)]
    pub created: Option<(i64, i64)>,
    /// When it changed last, likewise.
    #[serde(default)]
    pub updated: Option<(i64, i64)>,
    /// When its next follow-up is, likewise.
    #[serde(default)]
    pub next: Option<(i64, i64)>,
    /// When the owner got it, when it was converted or dropped, likewise.
    #[serde(default)]
    pub assigned: Option<(i64, i64)>,
    #[serde(default)]
    pub converted: Option<(i64, i64)>,
    #[serde(default)]
    pub dropped: Option<(i64, i64)>,
    /// When somebody called, likewise.
    #[serde(default)]
    pub called: Option<(i64, i64)>,
    /// Who called then, or ever; empty is anybody.
    #[serde(default)]
    pub callers: Vec<UserId>,
    #[serde(default)]
    pub sort: LeadSort,
    /// The other way round; what has no place in the order stays last.
    #[serde(default)]
    pub reversed: bool,
}

impl LeadFilter {
    /// Narrowed by pool alone, in the order in which leads changed.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.search.trim().is_empty() && *self == Self { pool: self.pool, search: self.search.clone(), ..Self::default() }
    }
}

/// How the list is ordered; of equals, what changed last is first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadSort {
    /// Changed last, first.
    #[default]
    Changed,
    /// Made last, first.
    Created,
    /// The earliest next follow-up first; without one, last.
    Due,
    /// By letters, without regard to case and accents.
    Name,
    /// The highest level first; without one, last.
    Interest,
    /// In the order of the lifecycle.
    Status,
}

impl LeadSort {
    pub const ALL: [LeadSort; 6] =
        [LeadSort::Changed, LeadSort::Created, LeadSort::Due, LeadSort::Name, LeadSort::Interest, LeadSort::Status];
}

/// Where a lead's next follow-up stands (row I5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueState {
    Missed,
    Today,
    Upcoming,
    NotSet,
}

/// What leads on this computer can be narrowed by, with how many there are of each, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadFacets {
    pub sources: Vec<(String, u32)>,
    pub languages: Vec<(String, u32)>,
    pub tags: Vec<(String, u32)>,
    pub owners: Vec<(Option<UserId>, String, u32)>,
}

/// Rows in one page at most.
pub const PAGE_MAX: u32 = 200;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadCounts {
    pub fresh: u32,
    pub working: u32,
    pub converted: u32,
    pub dropped: u32,
    pub all: u32,
    /// Items on Needs attention.
    pub attention: u32,
    /// This person's open follow-ups of days that have passed, and of today (row I7).
    pub missed: u32,
    pub today: u32,
    /// Notifications that this person did not read.
    #[serde(default)]
    pub unread: u32,
}

/// What keeps a record from being the same everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RecordSync {
    Synced,
    /// `count` edits not sent yet.
    NotSent {
        count: u32,
    },
    /// It goes to somebody else as soon as `count` edits are sent; nothing more is typed into it.
    Leaving {
        count: u32,
    },
    /// Refused edits wait for the person's decision.
    NeedsAttention {
        count: u32,
        why: String,
    },
}

/// A follow-up as the drawer shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUpView {
    pub id: Uuid,
    pub when: When,
    /// Open and its time has passed.
    pub missed: bool,
    pub open: bool,
    pub cancelled: bool,
    pub outcome: Option<String>,
    pub note: String,
}

/// A field with its name resolved for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldView {
    pub field: LeadField,
    /// Raw value (E.164, minor units): what an edit sends back.
    pub value: Option<String>,
    /// For reading: spaced phone, grouped money.
    pub display: Option<String>,
    pub conflict: Option<FieldConflict>,
}

/// Two people's values for one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldConflict {
    /// All the values, the shown one first.
    pub choices: Vec<Choice>,
    pub before: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub value: Option<String>,
    pub display: Option<String>,
    pub by: String,
    pub mine: bool,
    pub when: When,
}

/// Everything the drawer shows of one lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadView {
    pub id: LeadId,
    pub name: FieldView,
    /// Phone, alternate phone, e-mail, budget, source, language.
    pub fields: Vec<FieldView>,
    pub status: Status,
    /// Where its payments stand, once it is converted, for who may know.
    pub payment: Option<PaymentStatus>,
    /// Two people moved the status at once.
    pub review: bool,
    pub interest: Option<u8>,
    pub owner: Option<(UserId, String)>,
    /// The owner row is not the server's word yet.
    pub owner_provisional: bool,
    /// An assignment of this person's that waits for the server.
    pub asked_owner: Option<AskedOwner>,
    pub follow_ups: Vec<FollowUpView>,
    pub notes: Vec<NoteView>,
    /// Oldest first.
    pub comments: Vec<CommentView>,
    /// Why the lead is not to be called.
    pub do_not_call: FieldView,
    /// The organisation's own fields.
    pub custom: Vec<CustomView>,
    pub tags: Vec<String>,
    pub drop_reason: Option<String>,
    pub deleted: Option<DeletedView>,
    /// Edits of an old owner that wait for this one, oldest first.
    pub proposals: Vec<ProposalView>,
    pub created: When,
    pub sync: RecordSync,
    /// What this person may do now; absent actions are not rendered (row B24).
    pub can: Can,
    /// The statuses it may move to now.
    pub next: Vec<Status>,
    /// The document's heads, to give back with edits of text.
    pub heads: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteView {
    pub note: Note,
    pub by: String,
    pub when: When,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentView {
    pub id: Uuid,
    pub by: String,
    pub mine: bool,
    pub when: When,
    pub text: String,
}

/// A field of the organisation's own, and what it says of a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomView {
    pub field: CustomField,
    pub value: Option<String>,
    pub conflict: Option<FieldConflict>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Can {
    pub edit: bool,
    pub change_status: bool,
    pub drop: bool,
    pub convert: bool,
    pub reopen: bool,
    /// In the role; `follow_up_blocked` says when the state forbids it.
    pub follow_up: bool,
    pub follow_up_blocked: Option<String>,
    /// Why no follow-up may be completed or cancelled, where `follow_up` is in the role.
    pub settle_blocked: Option<String>,
    /// In the role, as `change_status`; `log_call_blocked` says when the state forbids it.
    pub log_call: bool,
    pub log_call_blocked: Option<String>,
    pub timeline: bool,
    /// In the role; `assign_blocked` says when the state forbids it.
    pub assign: bool,
    pub assign_blocked: Option<String>,
    /// In the role; `delete_blocked` says when the state forbids it.
    pub delete: bool,
    pub delete_blocked: Option<String>,
    pub restore: bool,
}

/// A deletion that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedView {
    pub by: String,
    pub when: When,
    pub reason: String,
    /// Somebody who did not know edited it.
    pub edited_after: bool,
}

/// A row of the Deleted items page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedRow {
    pub id: LeadId,
    pub name: String,
    pub phone: String,
    pub status: Status,
    pub owner: Option<String>,
    pub deleted: DeletedView,
}

/// An old owner's edit: take it or drop it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    pub id: CommandId,
    pub by: String,
    pub what: TimelineWhat,
    /// What the lead says now in that place, for comparison.
    pub now: Option<String>,
    pub wrote: When,
    pub arrived: When,
    /// In this person's role, and the lead is in a state for it.
    pub can_take: bool,
    /// Whoever edits the lead drops what can't be taken.
    pub can_drop: bool,
}

/// An assignment that waits for the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedOwner {
    /// `None` is nobody.
    pub to: Option<String>,
    pub when: When,
}

/// What became of an assignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The server is out of reach: it is asked as soon as it is there.
    pub waits: bool,
}

/// Somebody a lead can be given to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerChoice {
    pub user: UserId,
    pub name: String,
    pub team: Option<String>,
    /// Open leads on this computer that are theirs.
    pub open_leads: u32,
}

/// One line of the timeline, oldest last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    pub command: CommandId,
    pub by: String,
    pub mine: bool,
    pub when: When,
    pub what: TimelineWhat,
    /// Set when the edit reached the server noticeably later than it was made: arrival.
    pub arrived: Option<When>,
    pub sent: bool,
    /// It was typed on this computer; `None` where that is not known.
    #[serde(default)]
    pub here: Option<bool>,
}

/// What happened, ready to be put into words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub enum TimelineWhat {
    Created,
    /// Something; what it was is not in the reader's role.
    Edited,
    Field {
        field: LeadField,
        /// What it said before, where that is known.
        #[serde(default)]
        from: Option<String>,
        display: Option<String>,
    },
    /// A field of the organisation's own.
    Custom {
        label: String,
        #[serde(default)]
        from: Option<String>,
        display: Option<String>,
    },
    Commented {
        text: String,
    },
    /// One of the organisation's rules or lists, or what the person keeps.
    Setting {
        what: String,
    },
    /// Own attendance; only while it waits to be sent.
    Attendance {
        status: Attendance,
        reason: Option<String>,
    },
    /// Of the ledger, in words.
    Payment {
        what: String,
    },
    Status {
        from: Status,
        to: Status,
        reason: Option<String>,
    },
    Interest {
        level: u8,
    },
    FollowUpSet {
        when: When,
        note: String,
    },
    FollowUpMoved {
        when: When,
    },
    FollowUpDone {
        outcome: String,
    },
    FollowUpCancelled,
    Call {
        outcome: String,
    },
    NoteAdded {
        text: String,
    },
    NoteEdited,
    TagAdded {
        tag: String,
    },
    TagRemoved {
        tag: String,
    },
    Deleted {
        reason: String,
    },
    Restored {
        reason: String,
    },
    /// The author of it took it back.
    Undone {
        of: Box<TimelineWhat>,
    },
    /// The server's word, not an edit.
    Assigned {
        to: Option<String>,
        #[serde(default)]
        why: Option<String>,
    },
    /// Who collects what is owed from now on.
    Collector {
        to: String,
        why: Option<String>,
    },
    /// Nobody could be given it.
    Waiting {
        why: String,
    },
}

/// What an edit became.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// What it was carried out as, in order, without what can't be taken back; none where nothing changed.
    pub commands: Vec<CommandId>,
}

/// A splice as the editor knows it: positions in characters (Unicode scalar values) of the text at
/// the heads it showed. Several are in ascending order, all in positions of that same text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextSplice {
    pub at: u32,
    pub delete: u32,
    pub insert: String,
}

/// What the phone box says while typing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneHint {
    pub display: Option<String>,
    pub problem: Option<String>,
    /// A lead on this computer that has the number.
    pub duplicate: Option<(LeadId, String)>,
}

/// A lead as it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadOpened {
    pub view: LeadView,
    /// Newest first; empty for who may not see it.
    pub timeline: Vec<TimelineEntry>,
    /// What was typed into it and not saved, as the window keeps it.
    pub draft: Option<String>,
}

/// What the box for a time says while typing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhenHint {
    pub when: Option<When>,
    /// Why it is no time, and how to say one.
    pub problem: Option<String>,
}

/// The add-lead form as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadForm {
    pub name: String,
    pub phone: String,
    pub alt_phone: String,
    pub email: String,
    /// Whole units of the currency, as typed (`1,20,000`).
    pub budget: String,
    pub source: String,
    pub language: String,
    pub note: String,
}

requests! {
    "lead_list" LeadList { pub filter: LeadFilter, pub offset: u32, pub limit: u32 } -> LeadPage;
    "lead_facets" LeadFacetsGet {} -> LeadFacets;
    "lead_counts" LeadCountsGet {} -> LeadCounts;
    "lead_get" LeadGet { pub lead: LeadId } -> LeadView;
    /// All that a screen shows of one lead, in one answer.
    "lead_open" LeadOpen { pub lead: LeadId } -> LeadOpened;
    "lead_timeline" LeadTimeline { pub lead: LeadId } -> Vec<TimelineEntry>;
    "phone_check" PhoneCheck { pub typed: String, pub except: Option<LeadId> } -> PhoneHint;
    "lead_create" LeadCreate { pub form: LeadForm } -> LeadId;
    /// `value` as typed; phones and money are understood in any format.
    "lead_set_field" LeadSetField { pub lead: LeadId, pub field: LeadField, pub value: String } -> Edited;
    /// Sets a field of the organisation's own, as typed; nothing empties it.
    "lead_set_custom" LeadSetCustom { pub lead: LeadId, pub field: Uuid, pub value: String } -> Edited;
    /// Whom a comment may name, by name.
    "lead_mentionable" LeadMentionable { pub lead: LeadId } -> Vec<(UserId, String)>;
    "comment_add" CommentAdd { pub lead: LeadId, pub text: String, pub mentions: Vec<UserId> } -> Done;
    /// Takes back what this person did as these commands, all of it or nothing.
    "lead_undo" LeadUndo { pub lead: LeadId, pub commands: Vec<CommandId> } -> Done;
    /// Settles a conflict: `value` is one of the raw choices.
    "lead_pick" LeadPick { pub lead: LeadId, pub field: LeadField, pub value: Option<String> } -> Edited;
    "lead_change_status" LeadChangeStatus { pub lead: LeadId, pub to: Status, pub reason: Option<String> } -> Edited;
    "lead_set_interest" LeadSetInterest { pub lead: LeadId, pub level: u8 } -> Edited;
    /// What a phrase says, like "tomorrow 4pm", from now in the organisation's zone.
    "when_read" WhenRead { pub typed: String } -> WhenHint;
    /// `local` is wall time in the organisation's zone, `2026-11-22T17:00`.
    "follow_up_schedule" FollowUpSchedule { pub lead: LeadId, pub local: String, pub note: String } -> Edited;
    "follow_up_move" FollowUpMove { pub lead: LeadId, pub follow_up: Uuid, pub local: String } -> Edited;
    "follow_up_complete" FollowUpComplete { pub lead: LeadId, pub follow_up: Uuid, pub outcome: String } -> Edited;
    "follow_up_cancel" FollowUpCancel { pub lead: LeadId, pub follow_up: Uuid } -> Edited;
    "note_add" NoteAdd { pub lead: LeadId, pub text: String } -> Done;
    /// `heads` are those of the [`LeadView`] whose text was edited.
    "note_edit" NoteEdit { pub lead: LeadId, pub note: Uuid, pub heads: String, pub splices: Vec<TextSplice> } -> Done;
    "tag_add" TagAdd { pub lead: LeadId, pub tag: String } -> Edited;
    "tag_remove" TagRemove { pub lead: LeadId, pub tag: String } -> Edited;
    "lead_delete" LeadDelete { pub lead: LeadId, pub reason: String } -> Done;
    "lead_restore" LeadRestore { pub lead: LeadId, pub reason: String } -> Done;
    /// Newest deletion first.
    "lead_deleted" LeadDeletedList {} -> Vec<DeletedRow>;
    /// Whom the person may give it to, by name.
    "lead_owners" LeadOwners { pub lead: LeadId } -> Vec<OwnerChoice>;
    /// The server compares `expected`, the owner on the screen. Out of its reach the assignment waits.
    "lead_assign" LeadAssign { pub lead: LeadId, pub expected: Option<UserId>, pub owner: Option<UserId> } -> Assigned;
    /// Takes back an assignment that waits.
    "lead_assign_cancel" LeadAssignCancel { pub lead: LeadId } -> Done;
    /// Needs the server.
    "proposal_take" ProposalTake { pub lead: LeadId, pub id: CommandId } -> Done;
    "proposal_drop" ProposalDrop { pub lead: LeadId, pub id: CommandId } -> Done;
    "call_log" CallLog { pub lead: LeadId, pub outcome: String } -> Edited;
}
