//! Attendance, as the routes call it.

use super::Core;
use crate::attendance;
use crate::auth::SignedIn;
use crate::error::Error;
use domain::attendance::{AttendanceFilter, AttendanceLine, Step};
use protocol::admin::AttendanceStep;
use std::time::Instant;

impl Core {
    /// # Errors
    /// See [`attendance::take`].
    pub fn attend(&self, who: &SignedIn, asked: &AttendanceStep, step: &Step) -> Result<AttendanceLine, Error> {
        let (line, touched) = attendance::take(&self.store, &self.env, &self.org, who, asked, step)?;
        self.told(touched)?;
        Ok(line)
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
    /// See [`attendance::check_out`].
    pub fn end_day(&self) -> Result<usize, Error> {
        let live = self.hub.at_work(Instant::now());
        let (ended, touched) = attendance::check_out(&self.store, &self.env, &self.org, &live)?;
        self.told(touched)?;
        Ok(ended)
    }
}
