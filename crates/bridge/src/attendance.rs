//! Who is at work: one's own check-in and pauses, the live floor, and the log of it.

use crate::bulk::Csv;
use crate::lead::When;
use crate::{Done, requests};
use domain::attendance::{Attendance, AttendanceFilter, Step};
use domain::{LeadId, Role, UserId};
use serde::{Deserialize, Serialize};

/// One's own attendance; where a step waits for the server, as it will be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyAttendance {
    pub status: Attendance,
    /// Of a pause, or why the server checked them out.
    pub reason: Option<String>,
    pub since: Option<When>,
    /// The server has not taken it yet.
    pub waits: bool,
    /// The server is out of reach.
    pub is_offline: bool,
    /// Why the last step was not taken, until it was read.
    pub refused: Option<String>,
    /// Why a check-in would not be taken now, by this computer's clock.
    pub warning: Option<String>,
    /// Why one may pause.
    pub reasons: Vec<String>,
}

/// A lead on somebody's screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnLead {
    pub lead: LeadId,
    pub name: String,
    /// They call it.
    pub calls: bool,
}

/// One of those who check in, as they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloorPerson {
    pub user: UserId,
    pub name: String,
    pub role: Role,
    pub team: Option<String>,
    pub status: Attendance,
    pub reason: Option<String>,
    /// `None` of who never checked in.
    pub since: Option<When>,
    /// They checked in today.
    pub in_today: bool,
    /// Where they are; of leads in sight, while the server is reached.
    pub on: Vec<OnLead>,
}

/// Everybody whose attendance the person sees: the present first, then the paused, each by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    pub people: Vec<FloorPerson>,
    /// Known by the live socket; else as it was pulled last.
    pub is_live: bool,
    pub as_of: Option<When>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub place: u64,
    pub user: UserId,
    pub name: String,
    pub status: Attendance,
    pub reason: Option<String>,
    pub when: When,
    /// Who did it; empty for the server.
    pub by: String,
}

/// One page of the log, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    pub lines: Vec<LogLine>,
    /// `before` of the next page.
    pub next: Option<u64>,
}

/// Columns of the log as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogColumn {
    Time,
    Person,
    Status,
    Reason,
    By,
}

/// Lines of the log that one copy takes at most.
pub const COPIED_MAX: usize = 20_000;

requests! {
    /// `None` for a role without attendance (row G7).
    "attendance_get" AttendanceGet {} -> Option<MyAttendance>;
    "attendance_take" AttendanceTake { pub step: Step } -> Option<MyAttendance>;
    /// Why a step was refused was read.
    "attendance_read" AttendanceRead {} -> Done;
    "attendance_floor" FloorGet {} -> Floor;
    /// Needs the server.
    "attendance_log" LogGet { pub filter: AttendanceFilter } -> LogView;
    /// With the headings and words of the screen; needs the server.
    "attendance_csv" LogCsv {
        pub filter: AttendanceFilter,
        pub columns: Vec<(LogColumn, String)>,
        pub words: Vec<(Attendance, String)>,
    } -> Csv;
}
