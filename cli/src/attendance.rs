//! `leadline attendance …`

use crate::args::Attendance as Typed;
use crate::failure::Failure;
use crate::place::Place;
use crate::print::{Printer, one_line, table};
use crate::words;
use bridge::ProblemCode;
use bridge::attendance::{AttendanceGet, AttendanceRead, AttendanceTake, Floor, FloorGet, FloorPerson, MyAttendance};
use domain::attendance::{Attendance, Step};

pub fn run(place: &Place, print: &Printer, typed: Typed) -> Result<(), Failure> {
    let step = match typed {
        Typed::CheckIn => Step::CheckIn,
        Typed::Pause { reason } => Step::Pause { reason },
        Typed::Resume => Step::Resume,
        Typed::CheckOut => Step::CheckOut,
        Typed::Status => {
            let now = place.read()?.ask(AttendanceGet {})?;
            return print.answer(&now, || now.as_ref().map_or_else(|| NONE.to_owned(), in_words));
        }
        Typed::Who => {
            let floor = place.read()?.ask(FloorGet {})?;
            return print.answer(&floor, || who(&floor));
        }
    };
    let desk = place.write()?;
    desk.ask(AttendanceTake { step })?;
    // Out of reach it waits, and says so.
    let _ = desk.sync_once();
    let Some(now) = desk.ask(AttendanceGet {})? else { return Err(Failure::new(ProblemCode::Refused, NONE)) };
    if let Some(why) = now.refused {
        desk.ask(AttendanceRead {})?;
        return Err(Failure::new(ProblemCode::Refused, why));
    }
    print.answer(&now, || in_words(&now))
}

const NONE: &str = "Attendance is not in your role.";

fn in_words(now: &MyAttendance) -> String {
    let mut said = word(now.status).to_owned();
    said.extend(now.reason.as_ref().map(|reason| format!(": {}", one_line(reason))));
    said.extend(now.since.as_ref().map(|since| format!(", since {}", words::when(since))));
    if now.waits {
        said.push_str(". The server is out of reach: it counts from when it hears of it");
    }
    said.extend(now.warning.as_ref().map(|warning| format!(". {}", warning.trim_end_matches('.'))));
    said.push('.');
    said
}

fn word(status: Attendance) -> &'static str {
    match status {
        Attendance::Present => "At work",
        Attendance::Paused => "Paused",
        Attendance::Absent => "Not at work",
    }
}

fn who(floor: &Floor) -> String {
    let row = |person: &FloorPerson| {
        let since = person.since.as_ref().map(words::when).unwrap_or_default();
        let reason = person.reason.clone().unwrap_or_default();
        vec![person.name.clone(), person.team.clone().unwrap_or_default(), word(person.status).to_owned(), since, reason]
    };
    let present = floor.people.iter().filter(|person| person.status == Attendance::Present).count();
    let lines = table(&["NAME", "TEAM", "", "SINCE", "WHY"], floor.people.iter().map(row).collect());
    let as_of = floor.as_of.as_ref().map(|when| format!(", as of {}", words::when(when))).unwrap_or_default();
    format!("{lines}\n{present} of {} at work{as_of}", floor.people.len())
}
