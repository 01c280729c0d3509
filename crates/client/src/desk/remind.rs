//! Reminders of the person at the desk: reads what they promised, and keeps what this device told them.

use super::list::first_sync_runs;
use super::session::{preference, remind_before};
use super::when::Today;
use super::words::Reader;
use super::{Desk, due, pay_day};
use crate::error::ClientError;
use crate::reminders::{self, NAMED_MAX, Notice, Promise, QUIET_HOURS, Settings, Told};
use crate::store::{leads, meta, notices};
use jiff::tz::TimeZone;
use rusqlite::Connection;
use std::ops::Range;
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;
/// Promises older than this are only counted.
const NEAR_PAST_MS: i64 = 7 * 24 * HOUR_MS;
/// The longest that may be reminded of before.
const NEAR_AHEAD_MS: i64 = 3 * HOUR_MS;
/// So far ahead a locked copy's times are known.
const ASLEEP_AHEAD_MS: i64 = 7 * 24 * HOUR_MS;
/// Promises looked at in one go.
const PROMISES_MAX: u32 = 2_000;

/// What a locked copy still reminds of. Holds times, and nothing of anybody.
#[derive(Clone, Debug)]
pub(crate) struct Asleep {
    settings: Settings,
    zone: TimeZone,
    promises: Vec<Promise>,
    told: Told,
}

impl Desk {
    /// What is to be told now, and remembers that it was. `is_start` says that the person just came.
    ///
    /// # Errors
    /// `Disk`, `Locked`.
    pub(crate) fn remind(&self, is_start: bool) -> Result<Vec<Notice>, ClientError> {
        let now_ms = self.engine.env().now_ms();
        let looked = self.read(|c| {
            // What comes during a first sync is told when all of it is here.
            if first_sync_runs(c)? {
                return Ok(None);
            }
            let reader = self.reader(c)?;
            let (fresh, told_news) = news(c, &reader, now_ms)?;
            let promises = promises(c, &reader, now_ms - NEAR_PAST_MS..now_ms + NEAR_AHEAD_MS)?;
            let (missed, _) = due::own(c, &reader, now_ms)?;
            let before: Told = meta::get(c, meta::REMINDED)?.unwrap_or_default();
            let decision = reminders::decide(now_ms, &reader.zone, &settings(c)?, &promises, &before, missed, is_start);
            let mut told = before.clone();
            told.note(&decision, now_ms, &reader.zone);
            told.keep(&promises, now_ms);
            let today = reader.today(now_ms);
            let mut notices: Vec<Notice> = fresh.into_iter().collect();
            for (promise, ring) in &decision.rings {
                let (name, note) = named(c, promise)?;
                notices.push(reminders::of_promise(promise, *ring, &name, &note, &today.when(promise.due_at), now_ms));
            }
            if decision.is_digest {
                notices.push(digest(c, &reader, &today, missed, &decision.late)?);
            }
            let (collect, told_day) = pay_day::remind(c, &reader, &today, &settings(c)?)?;
            notices.extend(collect);
            Ok(Some((notices, (told != before).then_some(told), told_news, told_day)))
        })?;
        let Some((notices, told, told_news, told_day)) = looked else { return Ok(Vec::new()) };
        // Kept before it is shown: what could not be shown is still behind the bell.
        if told.is_some() || told_news.is_some() || told_day.is_some() {
            self.engine.store().write(|tx| {
                told.map_or(Ok(()), |told| meta::set(tx, meta::REMINDED, &told))?;
                told_news.map_or(Ok(()), |told| meta::set(tx, meta::NOTICES_TOLD, &told))?;
                told_day.map_or(Ok(()), |day| meta::set(tx, meta::PAYMENTS_TOLD, &day))
            })?;
        }
        Ok(notices)
    }

    /// Puts one reminder off on this device; the promise stays.
    ///
    /// # Errors
    /// `Disk`, `Locked`.
    pub(crate) fn snooze(&self, follow_up: Uuid) -> Result<(), ClientError> {
        let now_ms = self.engine.env().now_ms();
        self.engine.store().write(|tx| {
            let mut told: Told = meta::get(tx, meta::REMINDED)?.unwrap_or_default();
            if told.snooze(follow_up, now_ms) { meta::set(tx, meta::REMINDED, &told) } else { Ok(()) }
        })
    }

    /// What to remind of while the copy is locked.
    ///
    /// # Errors
    /// `Disk`, `NotSignedIn`.
    pub(crate) fn fall_asleep(&self) -> Result<Asleep, ClientError> {
        let now_ms = self.engine.env().now_ms();
        self.read(|c| {
            let reader = self.reader(c)?;
            let promises = promises(c, &reader, now_ms - HOUR_MS..now_ms + ASLEEP_AHEAD_MS)?;
            let told = meta::get(c, meta::REMINDED)?.unwrap_or_default();
            Ok(Asleep { settings: settings(c)?, zone: reader.zone.clone(), promises, told })
        })
    }

    /// Takes over what was told while the copy was locked.
    ///
    /// # Errors
    /// `Disk`.
    pub(crate) fn wake_up(&self, asleep: Asleep) -> Result<(), ClientError> {
        self.engine.store().write(|tx| {
            let mut told: Told = meta::get(tx, meta::REMINDED)?.unwrap_or_default();
            told.absorb(asleep.told);
            meta::set(tx, meta::REMINDED, &told)
        })
    }

    /// How much is behind the bell: this person's own that were missed or are due today, and unread notifications.
    ///
    /// # Errors
    /// `Disk`, `NotSignedIn`.
    pub(crate) fn due_count(&self) -> Result<u32, ClientError> {
        let now_ms = self.engine.env().now_ms();
        self.read(|c| {
            let (missed, today) = due::own(c, &*self.reader(c)?, now_ms)?;
            Ok(missed + today + notices::count(c)?.0)
        })
    }
}

impl Asleep {
    /// What is to be told now, and remembers that it was. What is late is told at the next unlocking.
    pub fn remind(&mut self, now_ms: i64) -> Vec<Notice> {
        let mut decision = reminders::decide(now_ms, &self.zone, &self.settings, &self.promises, &self.told, 0, false);
        (decision.late, decision.is_digest) = (Vec::new(), false);
        self.told.note(&decision, now_ms, &self.zone);
        decision.rings.iter().map(|(promise, ring)| reminders::of_locked(promise, *ring, now_ms)).collect()
    }

    pub fn snooze(&mut self, follow_up: Uuid, now_ms: i64) {
        self.told.snooze(follow_up, now_ms);
    }
}

fn promises(c: &Connection, reader: &Reader, at: Range<i64>) -> Result<Vec<Promise>, ClientError> {
    let times = leads::due_times(c, at, reader.facts.me.user, PROMISES_MAX)?;
    Ok(times.into_iter().map(|(lead, follow_up, due_at)| Promise { lead, follow_up, due_at }).rev().collect())
}

/// What came since the last look, and up to where that was if it moved. What came before this computer first
/// looked, or in quiet hours, is behind the bell alone.
fn news(c: &Connection, reader: &Reader, now_ms: i64) -> Result<(Option<Notice>, Option<i64>), ClientError> {
    let (told, last): (Option<i64>, i64) = (meta::get(c, meta::NOTICES_TOLD)?, notices::last(c)?);
    let Some(told) = told.filter(|told| *told != last) else { return Ok((None, told.is_none().then_some(last))) };
    let settings = settings(c)?;
    if settings.is_off || settings.is_quiet(&reader.zone, now_ms) {
        return Ok((None, Some(last)));
    }
    let mut fresh = Vec::new();
    for kept in notices::unread_after(c, told)? {
        let by = kept.notice.by.map(|by| reader.name(c, by)).transpose()?;
        fresh.push((kept.notice.news, kept.notice.lead, kept.notice.name, by));
    }
    Ok((reminders::of_news(&fresh), Some(last)))
}

fn settings(c: &Connection) -> Result<Settings, ClientError> {
    Ok(Settings::of(Some(&remind_before(c)?), preference(c, QUIET_HOURS)?.as_deref()))
}

/// What was missed on earlier days, and what was late today.
fn digest(c: &Connection, reader: &Reader, today: &Today<'_>, missed: u32, late: &[Promise]) -> Result<Notice, ClientError> {
    let begins = today.span().start;
    let late: Vec<&Promise> = late.iter().filter(|promise| promise.due_at >= begins).collect();
    let mut told = leads::due(c, i64::MIN..begins, Some(reader.facts.me.user), NAMED_MAX as u32, |line, _, due| {
        Ok((line.name.to_owned(), today.when(due.due_at)))
    })?;
    for promise in &late {
        told.push((named(c, promise)?.0, today.when(promise.due_at)));
    }
    Ok(reminders::digest(missed.saturating_add(u32::try_from(late.len()).unwrap_or(u32::MAX)), missed > 0, &told))
}

/// Whom it was promised to, and what for.
fn named(c: &Connection, promise: &Promise) -> Result<(String, String), ClientError> {
    let name = leads::line_of(c, promise.lead, |line| Ok(line.name.to_owned()))?.unwrap_or_default();
    Ok((name, leads::promised_for(c, promise.lead, promise.follow_up)?))
}
