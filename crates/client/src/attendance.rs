//! One's own attendance: the server alone decides it. A step asked for while it is out of reach waits, visibly, and is
//! sent with its own id, so that it counts once whatever becomes of an answer.

use crate::engine::Engine;
use crate::error::ClientError;
use crate::session::SessionFacts;
use crate::store::attendance::{self, Waiting};
use crate::store::meta;
use crate::transport::{Transport, TransportError};
use bridge::Change;
use domain::attendance::{Attendance, AttendanceLine, Standing, Step};
use domain::config::OptionList;
use domain::policy::authorise;
use domain::{Action, Config, Refusal, RefusalCode, Subject};
use protocol::admin::AttendanceStep;
use rusqlite::Connection;

/// Steps that wait at most.
const WAITING_MAX: usize = 50;

/// Where one stands once the server takes what waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    pub status: Attendance,
    pub reason: Option<String>,
    /// Since when it is so, ms; by the server's clock unless it waits.
    pub at: Option<i64>,
    pub waits: bool,
}

impl Own {
    /// # Errors
    /// `Disk`, `NotSignedIn`.
    pub(crate) fn load(c: &Connection) -> Result<Self, ClientError> {
        let facts = SessionFacts::load(c)?.ok_or(ClientError::NotSignedIn)?;
        let standing = attendance::get(c, facts.me.user)?;
        let known =
            standing.map_or_else(Self::default, |now| Self { status: now.status, reason: now.reason, at: Some(now.at), waits: false });
        Ok(attendance::waiting(c)?.iter().fold(known, |own, waiting| own.after(&waiting.step, waiting.asked_at)))
    }

    fn after(self, step: &Step, at: i64) -> Self {
        Self { status: step.to(), reason: step.reason().map(str::to_owned), at: Some(at), waits: true }
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.status, &self.reason) == (other.status, &other.reason)
    }
}

impl Engine {
    /// Keeps a step for the next round. One that takes back the step before it, of which the server can't have heard,
    /// leaves neither.
    ///
    /// # Errors
    /// `Refused` for a step that does not follow or is not in the role; `DiskFull`, `Disk`.
    pub(crate) fn ask_to_attend(&self, step: &Step) -> Result<(), ClientError> {
        let (id, asked_at) = (self.env().new_id(), self.env().now_ms());
        self.store().write(|tx| {
            let me = SessionFacts::load(tx)?.ok_or(ClientError::NotSignedIn)?.actor();
            authorise(&me, Action::UseAttendance, &Subject { owner: Some(me.user), team: me.team, ..Subject::default() })?;
            let config: Config = meta::get(tx, meta::CONFIG)?.unwrap_or_default();
            step.check_reason(&config.labels(OptionList::PauseReasons))?;
            let now = Own::load(tx)?;
            step.from(now.status)?;
            meta::remove(tx, meta::ATTENDANCE_REFUSED)?;
            let last = attendance::waiting(tx)?.pop().filter(|last| !last.is_tried);
            if let Some(last) = last {
                attendance::remove(tx, last.id)?;
                if Own::load(tx)?.is_like(&now.clone().after(step, asked_at)) {
                    return Ok(());
                }
                attendance::ask(tx, &last)?;
            }
            if attendance::waiting(tx)?.len() >= WAITING_MAX {
                let text = "Too many steps wait for the server. Go on once it is reached.";
                return Err(Refusal::new(RefusalCode::TooLong, text).into());
            }
            attendance::ask(tx, &Waiting { id, step: step.clone(), asked_at, is_tried: false })
        })?;
        self.tell_of_attendance();
        Ok(())
    }

    /// Sends what waits, oldest first. What the server refuses is gone with all that was to follow on it, and the person
    /// is told once why.
    ///
    /// # Errors
    /// Any [`TransportError`] after which nothing else would get through either.
    pub(crate) fn send_attendance(&self, transport: &dyn Transport) -> Result<(), ClientError> {
        while let Some(waiting) = self.store().read(attendance::waiting)?.into_iter().next() {
            self.store().write(|tx| attendance::set_tried(tx, waiting.id))?;
            let asked = AttendanceStep { id: waiting.id, reason: waiting.step.reason().map(str::to_owned) };
            let why = match transport.attend(&waiting.step, &asked) {
                Ok(line) => {
                    self.store().write(|tx| {
                        attendance::remove(tx, waiting.id)?;
                        attendance::put(tx, &standing(tx, line)?)
                    })?;
                    self.tell_of_attendance();
                    continue;
                }
                Err(TransportError::No { text, .. }) => text,
                Err(TransportError::NotFound) => "This server keeps no attendance yet.".to_owned(),
                Err(TransportError::Server(e)) => {
                    tracing::warn!("attendance waits on: {e}");
                    return Ok(());
                }
                Err(e) => return Err(e.into()),
            };
            self.store().write(|tx| {
                attendance::remove_all(tx)?;
                meta::set(tx, meta::ATTENDANCE_REFUSED, &why)
            })?;
            self.tell_of_attendance();
        }
        Ok(())
    }

    /// The person has read why a step was refused.
    ///
    /// # Errors
    /// `DiskFull`, `Disk`.
    pub(crate) fn attendance_read(&self) -> Result<(), ClientError> {
        self.store().write(|tx| meta::remove(tx, meta::ATTENDANCE_REFUSED))?;
        self.tell_of_attendance();
        Ok(())
    }

    fn tell_of_attendance(&self) {
        self.tell(Change { attendance: true, sync: true, ..Change::default() });
    }
}

/// The row as it also comes with the next pull.
fn standing(c: &Connection, line: AttendanceLine) -> Result<Standing, ClientError> {
    let known = attendance::get(c, line.user)?.filter(|known| known.status != Attendance::Absent);
    let AttendanceLine { id: _, user, place, status, reason, at, by } = line;
    Ok(Standing { user, place, status, reason, at, in_at: known.map_or(at, |known| known.in_at), by })
}
