//! What notices say. A locked copy's say nothing about anybody.

use super::{About, Notice, PayDay, Promise, Ring};
use bridge::lead::When;
use domain::LeadId;
use domain::notice::News;
use jiff::civil::DateTime;

/// Lines of a digest that name somebody.
pub(crate) const NAMED_MAX: usize = 3;

/// One promise that is due, or soon; `at` is when, `now_ms` by this device's clock.
pub(crate) fn of_promise(promise: &Promise, ring: Ring, name: &str, note: &str, at: &When, now_ms: i64) -> Notice {
    let (title, can_snooze) = match ring {
        Ring::Early => (format!("In {} min: {name}", minutes_until(at.at, now_ms)), false),
        Ring::Due => (format!("Follow-up due: {name}"), true),
    };
    let body = match note.trim() {
        "" => time(at),
        note => format!("{} · {note}", time(at)),
    };
    Notice { about: about(promise), title, body, can_snooze }
}

/// The same while the copy is locked.
pub(crate) fn of_locked(promise: &Promise, ring: Ring, now_ms: i64) -> Notice {
    let (title, can_snooze) = match ring {
        Ring::Early => (format!("A follow-up is due in {} min", minutes_until(promise.due_at, now_ms)), false),
        Ring::Due => ("A follow-up is due".to_owned(), true),
    };
    Notice { about: about(promise), title, body: "Unlock Leadline to see whose.".to_owned(), can_snooze }
}

/// What was missed: how many in all, and the names and times of the first.
pub(crate) fn digest(total: u32, before_today: bool, named: &[(String, When)]) -> Notice {
    let title = match total {
        1 => "1 follow-up was missed".to_owned(),
        total => format!("{total} follow-ups were missed"),
    };
    let mut lines: Vec<String> = named.iter().take(NAMED_MAX).map(|(name, at)| format!("{name} ({})", time(at))).collect();
    let more = (total as usize).saturating_sub(lines.len());
    if more > 0 && !lines.is_empty() {
        lines.push(format!("and {more} more"));
    }
    Notice { about: About::Missed { before_today }, title, body: lines.join("\n"), can_snooze: false }
}

/// What is to be collected today: how much is late and due, and whom to ask first.
pub(crate) fn pay_day(due: &PayDay) -> Notice {
    let payments = |n: u32| if n == 1 { "1 payment is".to_owned() } else { format!("{n} payments are") };
    let title = match (due.late, due.today) {
        (0, today) => format!("{} due today", payments(today)),
        (late, 0) => format!("{} late", payments(late)),
        (late, today) => format!("{} late, {today} due today", payments(late)),
    };
    let named = due.named.iter().take(NAMED_MAX);
    let mut lines: Vec<String> = named.map(|(name, sum)| sum.as_ref().map_or(name.clone(), |sum| format!("{name} ({sum})"))).collect();
    let more = due.named.len().saturating_sub(lines.len());
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    Notice { about: About::Payments, title, body: lines.join("\n"), can_snooze: false }
}

/// Notifications that came together, with who did each; `None` of what is only behind the bell.
pub(crate) fn of_news(fresh: &[(News, LeadId, String, Option<String>)]) -> Option<Notice> {
    let ringing: Vec<_> = fresh.iter().filter(|(news, ..)| rings(news)).collect();
    let (title, body) = match &ringing[..] {
        [] => return None,
        [(news, _, name, by)] => one_of_news(news, name, by.as_deref().unwrap_or("Someone")),
        all => {
            let mut names: Vec<&str> = all.iter().map(|(_, _, name, _)| name.as_str()).collect();
            names.dedup();
            let more = names.len().saturating_sub(NAMED_MAX);
            let mut body = names.iter().take(NAMED_MAX).copied().collect::<Vec<_>>().join(", ");
            if more > 0 {
                body.push_str(&format!(" and {more} more"));
            }
            let are_given = all.iter().all(|(news, ..)| *news == News::Assigned);
            (format!("{} {}", all.len(), if are_given { "leads were assigned to you" } else { "new notifications" }), body)
        }
    };
    let lead = (ringing.len() == 1).then(|| ringing[0].1);
    Some(Notice { about: About::News { lead }, title, body, can_snooze: false })
}

/// What its person should hear of at once.
fn rings(news: &News) -> bool {
    match news {
        News::Assigned | News::Mentioned { .. } | News::Commented { .. } | News::Missed { .. } => true,
        News::Converted | News::Dropped { .. } | News::Deleted | News::Status { .. } => false,
    }
}

fn one_of_news(news: &News, name: &str, by: &str) -> (String, String) {
    match news {
        News::Mentioned { text } => (format!("{by} mentioned you: {name}"), text.clone()),
        News::Commented { text } => (format!("{by} commented: {name}"), text.clone()),
        News::Missed { .. } => (format!("Follow-up missed: {name}"), "Its owner let it pass.".to_owned()),
        _ => (format!("New lead: {name}"), format!("Assigned to you by {by}")),
    }
}

fn about(promise: &Promise) -> About {
    About::FollowUp { lead: promise.lead, follow_up: promise.follow_up }
}

fn minutes_until(at: i64, now_ms: i64) -> i64 {
    ((at - now_ms).max(0) + super::MINUTE_MS - 1) / super::MINUTE_MS
}

/// `17:00` today, else with its day.
fn time(at: &When) -> String {
    let Ok(local) = at.local.parse::<DateTime>() else { return at.local.clone() };
    local.strftime(if at.day == 0 { "%H:%M" } else { "%-d %b, %H:%M" }).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::LeadId;
    use uuid::Uuid;

    #[test]
    fn notices_say_who_when_and_what_for() {
        let promise = Promise { lead: LeadId(Uuid::from_u128(1)), follow_up: Uuid::from_u128(2), due_at: 600_000 };
        let at = |day| When { at: 600_000, local: "2026-09-28T17:00".into(), weekday: 0, day, same_year: true };
        let said = |notice: Notice| (notice.title, notice.body, notice.can_snooze);
        let due = said(of_promise(&promise, Ring::Due, "Riya", " Fees ", &at(0), 600_000));
        assert_eq!(due, ("Follow-up due: Riya".into(), "17:00 · Fees".into(), true));
        let early = said(of_promise(&promise, Ring::Early, "Riya", "", &at(0), 299_000));
        assert_eq!(early, ("In 6 min: Riya".into(), "17:00".into(), false));
        let locked = said(of_locked(&promise, Ring::Due, 600_000));
        assert_eq!(locked, ("A follow-up is due".into(), "Unlock Leadline to see whose.".into(), true));
        let named: Vec<_> = ["Akash", "Riya", "Meena", "Zoya"].iter().map(|name| ((*name).to_owned(), at(-3))).collect();
        let missed = said(digest(5, true, &named));
        assert_eq!(missed.0, "5 follow-ups were missed");
        assert_eq!(missed.1, "Akash (28 Sep, 17:00)\nRiya (28 Sep, 17:00)\nMeena (28 Sep, 17:00)\nand 2 more");
        assert_eq!(digest(1, false, &named[..1]).title, "1 follow-up was missed");
    }
}
