//! One pass over the leads of a report.

use super::facts::{Facts, Lead, NEVER};
use super::scope::{self, Days, Scope, ended};
use domain::report::{
    AGES, AgeLine, DueState, Ending, FUNNEL, FirstCall, Group, LeadReport, Named, OPEN, Promises, TRIES_MAX, Took, TriesLine, TriesState,
};
use domain::{Status, TeamId, UserId};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Default)]
struct Count {
    leads: u64,
    converted: u64,
    dropped: u64,
}

impl Count {
    fn take(&mut self, ending: Option<Ending>) {
        self.leads += 1;
        self.converted += u64::from(ending == Some(Ending::Converted));
        self.dropped += u64::from(ending == Some(Ending::Dropped));
    }

    fn group<K>(self, key: K) -> Group<K> {
        Group { key, leads: self.leads, converted: self.converted, dropped: self.dropped }
    }
}

/// People and teams by name.
pub struct Directory<'a> {
    pub people: &'a BTreeMap<UserId, String>,
    pub teams: &'a BTreeMap<TeamId, String>,
}

/// Instants in order meet few weeks: the last one found is tried first.
#[derive(Default)]
struct Weeks {
    counts: BTreeMap<i64, Count>,
    last: Option<(std::ops::Range<i64>, i64)>,
}

impl Weeks {
    fn take(&mut self, lead: &Lead, days: &Days<'_>, ending: Option<Ending>) {
        let monday = match &self.last {
            Some((span, monday)) if span.contains(&lead.created_at) => *monday,
            _ => {
                let monday = scope::monday(days.of(lead.created_at));
                self.last = Some((scope::begin(days.zone, monday)..scope::begin(days.zone, monday + 7), monday));
                monday
            }
        };
        self.counts.entry(monday).or_default().take(ending);
    }

    /// Without gaps, from the first to the last.
    fn groups(self) -> Vec<Group<i64>> {
        let (Some(first), Some(last)) = (self.counts.keys().next(), self.counts.keys().next_back()) else { return Vec::new() };
        (*first..=*last).step_by(7).map(|monday| self.counts.get(&monday).copied().unwrap_or_default().group(monday)).collect()
    }
}

pub fn report(facts: &Facts, scope: &Scope, days: &Days<'_>, directory: &Directory<'_>) -> LeadReport {
    let (mut all, mut weeks) = (Count::default(), Weeks::default());
    let mut statuses = Status::ALL.map(|status| (status, 0));
    let (mut sources, mut owners, mut teams) = (
        vec![Count::default(); facts.sources.len()],
        vec![Count::default(); facts.owners.len()],
        vec![Count::default(); facts.teams.len()],
    );
    let mut ages = OPEN.map(|status| AgeLine { status, leads: [0; AGES.len() + 1] });
    let (mut first_call, mut promises) = (FirstCall::default(), Promises::default());
    let mut tries: Vec<TriesLine> = (1..=TRIES_MAX).map(|tries| TriesLine { tries, ..TriesLine::default() }).collect();
    let (mut to_convert, mut to_call) = (Vec::new(), Vec::new());
    for lead in facts.leads.iter().filter(|lead| scope.has(lead, days)) {
        let ending = ended(lead);
        all.take(ending);
        sources[lead.source as usize].take(ending);
        owners[lead.owner as usize].take(ending);
        teams[lead.team as usize].take(ending);
        weeks.take(lead, days, ending);
        if let Some((_, leads)) = statuses.iter_mut().find(|(status, _)| *status == lead.status) {
            *leads += 1;
        }
        if lead.converted_at != NEVER {
            to_convert.push(lead.converted_at.saturating_sub(lead.created_at).max(0));
        }
        match (scope::to_first_call(lead), scope::first_call(lead)) {
            (Some(ms), Some(bucket)) => {
                to_call.push(ms);
                first_call.leads[bucket] += 1;
            }
            _ => first_call.never += 1,
        }
        if let (Some(bucket), Some(line)) = (scope::age(lead, days), ages.iter_mut().find(|line| line.status == lead.status)) {
            line.leads[bucket] += 1;
        }
        match scope::due(lead, days) {
            Some(DueState::Overdue) => promises.overdue += 1,
            Some(DueState::Today) => promises.today += 1,
            Some(DueState::Upcoming) => promises.upcoming += 1,
            Some(DueState::Nothing) => promises.nothing += 1,
            None => {}
        }
        if let Some(line) = scope::tries(lead).and_then(|n| tries.get_mut(usize::from(n) - 1)) {
            take_tries(line, lead);
        }
    }
    first_call.took = Took::of(to_call);
    LeadReport {
        as_of: days.now,
        days: scope.days,
        leads: all.leads,
        converted: all.converted,
        dropped: all.dropped,
        funnel: FUNNEL.map(|(step, reached)| (step, statuses.iter().filter(|(s, _)| reached.contains(s)).map(|(_, n)| n).sum())).to_vec(),
        statuses: statuses.to_vec(),
        sources: groups(facts.sources.each().map(|source| source.cloned().unwrap_or_default()), &sources),
        people: groups(facts.owners.each().map(|id| named(id, directory.people)), &owners),
        teams: groups(facts.teams.each().map(|id| named(id, directory.teams)), &teams),
        weeks: weeks.groups(),
        to_convert: Took::of(to_convert),
        ages: ages.to_vec(),
        first_call,
        promises,
        tries,
    }
}

fn take_tries(line: &mut TriesLine, lead: &Lead) {
    for (count, state) in [
        (&mut line.leads, TriesState::All),
        (&mut line.reached, TriesState::Reached),
        (&mut line.waiting, TriesState::Waiting),
        (&mut line.converted, TriesState::Converted),
        (&mut line.dropped, TriesState::Dropped),
    ] {
        *count += u64::from(scope::tried(lead, state));
    }
}

fn named<T: Copy + Ord>(id: Option<&T>, names: &BTreeMap<T, String>) -> Named<T> {
    Named { id: id.copied(), name: id.and_then(|id| names.get(id)).cloned().unwrap_or_default() }
}

/// Those that have leads, the most first.
fn groups<K: Ord>(keys: impl Iterator<Item = K>, counts: &[Count]) -> Vec<Group<K>> {
    let mut groups: Vec<Group<K>> = keys.zip(counts).filter(|(_, count)| count.leads > 0).map(|(key, count)| count.group(key)).collect();
    groups.sort_by(|a, b| b.leads.cmp(&a.leads).then_with(|| a.key.cmp(&b.key)));
    groups
}
