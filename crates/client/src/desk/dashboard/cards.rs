//! The cards: what stands now, and what happened today.

use super::{Days, Facts, FollowUps, Scope, figure, is_in_progress};
use bridge::dashboard::{Aside, Behind, Card, CardKind, DashboardKind};
use bridge::follow_up::DueTab;
use bridge::lead::LeadFilter;
use domain::{Pool, Status};
use std::ops::Range;

/// Begun and not ended.
pub(super) const IN_PROGRESS: [Status; 4] = [Status::InProgress, Status::Cnp, Status::Interested, Status::Qualified];
const MINUTE_MS: i64 = 60_000;

#[derive(Default)]
pub(super) struct Tally {
    assigned_today: u32,
    assigned_not_called: u32,
    in_progress: u32,
    qualified: u32,
    converted: u32,
    converted_this_month: u32,
    created_today: u32,
    created_not_assigned: u32,
    converted_today: u32,
    dropped_today: u32,
    unassigned: u32,
    answered: u32,
    /// Of these together, ms.
    answered_after: i64,
}

impl Tally {
    pub(super) fn take(&mut self, scope: &Scope, days: &Days, pool: Pool, status: Status, lead: &Facts<'_>) {
        let is_today = |at: Option<i64>| at.is_some_and(|at| days.today.contains(&at));
        if is_today(lead.assigned_at) {
            self.assigned_today += 1;
            self.assigned_not_called += u32::from(pool == Pool::Working && status == Status::New);
            self.note_answer(lead);
        }
        self.in_progress += u32::from(is_in_progress(pool, status));
        self.qualified += u32::from(pool == Pool::Working && status == Status::Qualified);
        if status == Status::Converted {
            self.converted += 1;
            self.converted_this_month += u32::from(lead.converted_at.is_some_and(|at| days.month.contains(&at)));
            self.converted_today += u32::from(is_today(lead.converted_at));
        }
        self.dropped_today += u32::from(is_today(lead.dropped_at));
        if scope.kind == DashboardKind::Team {
            let is_new = is_today(Some(lead.created_at));
            self.created_today += u32::from(is_new);
            self.created_not_assigned += u32::from(is_new && lead.owner.is_none());
            self.unassigned += u32::from(lead.owner.is_none() && pool == Pool::Fresh);
        }
    }

    fn note_answer(&mut self, lead: &Facts<'_>) {
        let Some(assigned_at) = lead.assigned_at else { return };
        if let Some(call) = lead.called.iter().find(|call| call.at >= assigned_at) {
            self.answered += 1;
            self.answered_after += call.at - assigned_at;
        }
    }

    /// `active` are those present now and those who checked in today.
    pub(super) fn cards(&self, scope: &Scope, days: &Days, follow_ups: &FollowUps, active: (u32, u32)) -> Vec<Card> {
        match scope.kind {
            DashboardKind::Own => self.own(scope, days, follow_ups),
            DashboardKind::Team => self.team(scope, days, follow_ups, active),
        }
    }

    fn own(&self, scope: &Scope, days: &Days, follow_ups: &FollowUps) -> Vec<Card> {
        let assigned = LeadFilter { assigned: span(&days.today), ..scope.filter() };
        let not_called = LeadFilter { statuses: vec![Status::New], pool: Some(Pool::Working), ..assigned.clone() };
        let in_progress = LeadFilter { pool: Some(Pool::Working), statuses: IN_PROGRESS.to_vec(), ..scope.filter() };
        let qualified = LeadFilter { statuses: vec![Status::Qualified], ..in_progress.clone() };
        let converted = LeadFilter { statuses: vec![Status::Converted], ..scope.filter() };
        let this_month = LeadFilter { converted: span(&days.month), ..converted.clone() };
        vec![
            card(
                CardKind::AssignedToday,
                self.assigned_today,
                leads(assigned),
                Aside::NotCalled { figure: figure(self.assigned_not_called, not_called) },
            ),
            card(CardKind::DueToday, follow_ups.today, due(DueTab::Today, false), next_at(follow_ups)),
            card(
                CardKind::InProgress,
                self.in_progress,
                leads(in_progress),
                Aside::Qualified { figure: figure(self.qualified, qualified) },
            ),
            card(
                CardKind::Converted,
                self.converted,
                leads(converted),
                Aside::ThisMonth { figure: figure(self.converted_this_month, this_month) },
            ),
            card(CardKind::Missed, follow_ups.missed, due(DueTab::Missed, false), oldest(follow_ups)),
        ]
    }

    fn team(&self, scope: &Scope, days: &Days, follow_ups: &FollowUps, (present, in_today): (u32, u32)) -> Vec<Card> {
        let created = LeadFilter { created: span(&days.today), ..scope.filter() };
        let not_assigned = LeadFilter { owners: vec![None], ..created.clone() };
        let converted = LeadFilter { statuses: vec![Status::Converted], converted: span(&days.today), ..scope.filter() };
        let dropped = LeadFilter { dropped: span(&days.today), ..scope.filter() };
        let unassigned = LeadFilter { pool: Some(Pool::Fresh), owners: vec![None], ..scope.filter() };
        let answered = LeadFilter { assigned: span(&days.today), called: span(&days.today), ..scope.filter() };
        let minutes = (self.answered > 0).then(|| self.answered_after / i64::from(self.answered) / MINUTE_MS);
        let response = minutes.map(|minutes| u32::try_from(minutes).unwrap_or(u32::MAX));
        vec![
            card(CardKind::Active, present, Behind::Attendance, Aside::CheckedIn { count: in_today }),
            card(
                CardKind::CreatedToday,
                self.created_today,
                leads(created),
                Aside::NotAssigned { figure: figure(self.created_not_assigned, not_assigned) },
            ),
            card(CardKind::ConvertedToday, self.converted_today, leads(converted), Aside::Nothing),
            card(CardKind::DroppedToday, self.dropped_today, leads(dropped), Aside::Nothing),
            Card { kind: CardKind::ResponseTime, value: response, behind: leads(answered), aside: Aside::Nothing },
            card(CardKind::Unassigned, self.unassigned, leads(unassigned), Aside::Nothing),
            card(CardKind::Missed, follow_ups.missed, due(DueTab::Missed, true), oldest(follow_ups)),
        ]
    }
}

fn card(kind: CardKind, value: u32, behind: Behind, aside: Aside) -> Card {
    Card { kind, value: Some(value), behind, aside }
}

fn leads(filter: LeadFilter) -> Behind {
    Behind::Leads { filter: Box::new(filter) }
}

fn due(tab: DueTab, everyone: bool) -> Behind {
    Behind::FollowUps { tab, everyone }
}

fn next_at(follow_ups: &FollowUps) -> Aside {
    follow_ups.next.clone().map_or(Aside::Nothing, |when| Aside::NextAt { when })
}

fn oldest(follow_ups: &FollowUps) -> Aside {
    follow_ups.oldest.clone().map_or(Aside::Nothing, |when| Aside::Oldest { when })
}

fn span(span: &Range<i64>) -> Option<(i64, i64)> {
    Some((span.start, span.end))
}
