//! Attendance, as the routes call it.

use super::Core;
use crate::attendance;
use crate::auth::SignedIn;
use crate::error::Error;
use domain::attendance::{AttendanceLine, Step};
use protocol::admin::{AttendanceFilter, AttendanceStep};

impl Core {
    /// # Errors
    /// See [`attendance::take`].
    pub fn attend(&self, who: &SignedIn, asked: &AttendanceStep, step: &Step) -> Result<AttendanceLine, Error> {
        attendance::take(&self.store, &self.env, &self.org, who, asked, step)
    }

    /// # Errors
    /// See [`attendance::status`].
    pub fn attendance(&self, who: &SignedIn) -> Result<Vec<AttendanceLine>, Error> {
        attendance::status(&self.store, self.org.id, who)
    }

    /// # Errors
    /// See [`attendance::logs`].
    pub fn attendance_log(&self, who: &SignedIn, filter: &AttendanceFilter) -> Result<Vec<AttendanceLine>, Error> {
        attendance::logs(&self.store, self.org.id, who, filter)
    }

    /// # Errors
    /// See [`attendance::end_day`].
    pub fn end_day(&self) -> Result<usize, Error> {
        attendance::end_day(&self.store, &self.env, &self.org)
    }
}
