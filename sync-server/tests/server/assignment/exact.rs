//! 10,000 leads, 50 people who come, pause, go and reach their caps at random, 16 callers at once: what was written is
//! held against an account of its own. `LEADLINE_SEED` repeats the dice, not the threads.

use super::{check_in, go, posted};
use crate::support::{World, person};
use domain::assignment::{Assignment, How, Limits, Rules, Taker, Why};
use domain::attendance::{Attendance, AttendanceFilter, AttendanceLine, Step};
use domain::{LeadId, LeadRecord, Role, Status, UserId};
use protocol::admin::AutoDistribute;
use protocol::rows::{LeadSummary, Ownership};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use sync_server::demo::Dice;
use sync_server::store::attendance::{self, Whose};
use sync_server::store::{assignment, leads};
use sync_server::{Error, SetOwner, SignedIn};
use uuid::Uuid;

const LEADS: u32 = 10_000;
/// Of these, over the API; the others lie there unassigned.
const POSTED: u32 = 1_000;
const PEOPLE: usize = 50;
/// Of these, there all the time, of one weight, without a cap.
const CONSTANT: usize = 20;
const CALLERS: u64 = 16;

fn seed() -> u64 {
    let given = std::env::var("LEADLINE_SEED").ok().and_then(|text| text.parse().ok());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |since| since.subsec_nanos().into());
    let seed = given.unwrap_or_else(now);
    println!("LEADLINE_SEED={seed}");
    seed
}

/// What the callers share.
struct Office<'w> {
    world: &'w World,
    boss: SignedIn,
    people: Vec<SignedIn>,
    posted: AtomicU32,
    /// Every version of the rules that stood.
    versions: Mutex<BTreeMap<u64, Rules>>,
    seen: Mutex<Vec<LeadId>>,
}

/// Rows that lie there, of leads that nobody has.
fn lay_out(world: &World, count: u32) {
    let org = world.core.org().id;
    world
        .core
        .store()
        .write(|tx| {
            for n in 0..count {
                let lead = LeadId(world.core.env().new_id());
                let phone = format!("+9170000{n:05}");
                let mut record: LeadRecord = blank(lead);
                (record.name.value, record.phone.value) = (Some("Priya Sharma".into()), Some(phone));
                leads::put(tx, org, lead, &LeadSummary::of(&record, Ownership::default(), 0), 1)?;
            }
            Ok::<_, Error>(())
        })
        .expect("laid out");
}

fn blank(id: LeadId) -> LeadRecord {
    let mut doc = records::Doc::empty();
    let new = domain::command::NewLead { name: "Priya".into(), phone: "+919820014786".into(), ..Default::default() };
    let (author, command) = (UserId(Uuid::from_u128(1)), domain::Command::CreateLead(new));
    let envelope = domain::Envelope { id: domain::CommandId(id.0), author, at: 0, command };
    records::execute(&mut doc, [7; 16], &envelope).expect("a change");
    records::lead::read(&doc, id).expect("a record")
}

impl Office<'_> {
    /// One caller: whatever comes, until all is given.
    fn work(&self, mut dice: Dice) {
        loop {
            match dice.below(20) {
                0..9 => self.post(),
                9..14 => {
                    if self.distribute(1 + dice.below(10) as u32) && self.posted.load(Ordering::Relaxed) >= POSTED {
                        return;
                    }
                }
                14..18 => self.disturb(&mut dice),
                18 => self.cap(&mut dice),
                _ => self.by_hand(&mut dice),
            }
        }
    }

    fn post(&self) {
        let n = self.posted.fetch_add(1, Ordering::Relaxed);
        if n < POSTED {
            let made = self.world.core.create_lead(&self.boss, None, &posted("Priya Sharma", &format!("98200 {n:05}"))).expect("made");
            assert!(made.owner.is_some(), "{CONSTANT} are there: {:?}", made.why);
            self.seen.lock().expect("whole").push(made.id);
        }
    }

    /// Whether nothing was left.
    fn distribute(&self, most: u32) -> bool {
        let done = self.world.core.distribute(&self.boss, &AutoDistribute { after: None, most: Some(most) }).expect("given");
        assert_eq!(done.waiting, 0, "{CONSTANT} are there");
        done.given.is_empty()
    }

    fn disturb(&self, dice: &mut Dice) {
        let who = &self.people[CONSTANT + dice.below(PEOPLE - CONSTANT)];
        let lunch = Step::Pause { reason: "Lunch".into() };
        let step = [Step::CheckIn, lunch, Step::Resume, Step::CheckOut, Step::CheckIn][dice.below(5)].clone();
        // What does not follow is refused, and changes nothing.
        assert!(matches!(go(self.world, who, &step), Ok(()) | Err(Error::Refused(_))));
    }

    fn cap(&self, dice: &mut Dice) {
        let user = self.people[CONSTANT + dice.below(PEOPLE - CONSTANT)].actor().user;
        let most = |dice: &mut Dice| dice.chance(50).then(|| dice.below(400) as u32);
        let limits = Limits { per_day: most(dice), open: most(dice), weight: dice.below(4) as u32 };
        let mut rules = self.world.core.assignment_rules(&self.boss).expect("read");
        rules.takers.retain(|taker| taker.user != user);
        rules.takers.push(Taker { user, limits, skills: BTreeSet::new() });
        match self.world.core.set_assignment_rules(&self.boss, rules) {
            Ok(set) => drop(self.versions.lock().expect("whole").insert(set.version, set)),
            Err(Error::Changed(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }

    /// Gives a lead on, from whom one believes to have it.
    fn by_hand(&self, dice: &mut Dice) {
        let lead = {
            let seen = self.seen.lock().expect("whole");
            if seen.is_empty() {
                return;
            }
            *dice.pick(&seen)
        };
        let believed = Some(self.people[dice.below(PEOPLE)].actor().user);
        let owner = Some(self.people[dice.below(PEOPLE)].actor().user);
        let truth = self.world.core.seen(&self.boss, lead).expect("read").expect("there").owner;
        let expected_owner = if dice.chance(20) { believed } else { truth };
        let set = SetOwner { expected_owner, owner };
        assert!(matches!(self.world.core.set_owner(&self.boss, lead, set), Ok(_) | Err(Error::OwnerChanged)));
    }
}

/// Everybody as they were at an instant, out of the attendance log.
struct Days(BTreeMap<UserId, Vec<AttendanceLine>>);

impl Days {
    fn at(&self, user: UserId, at: i64) -> Attendance {
        let lines = self.0.get(&user).map(Vec::as_slice).unwrap_or_default();
        lines.iter().rfind(|line| line.at < at).map_or(Attendance::Absent, |line| line.status)
    }
}

/// The account: counts again what each line changed, and judges each by what stood then.
#[derive(Default)]
struct Account {
    owners: BTreeMap<LeadId, UserId>,
    open: BTreeMap<UserId, u32>,
    given: BTreeMap<UserId, u32>,
    turns: BTreeMap<UserId, u32>,
    by_rule: BTreeMap<LeadId, u32>,
}

impl Account {
    fn take(&mut self, line: &Assignment, days: &Days, versions: &BTreeMap<u64, Rules>, constant: &[UserId]) {
        assert_eq!(self.owners.get(&line.lead).copied(), line.from, "line {} takes it from who has it", line.place);
        let to = line.to.expect("nobody waits");
        if let Why::Rule { how, .. } = &line.why {
            assert_eq!((*how, line.from), (How::Rotation, None), "{line:?}");
            let rules = &versions[&line.version];
            let limits = rules.takers.iter().find(|taker| taker.user == to).map_or_else(Limits::default, |taker| taker.limits);
            let (given, open) = (self.given.get(&to).copied().unwrap_or(0), self.open.get(&to).copied().unwrap_or(0));
            assert_eq!(days.at(to, line.at), Attendance::Present, "{line:?}");
            assert!(limits.per_day.is_none_or(|most| given < most), "{given} of {limits:?}: {line:?}");
            assert!(limits.open.is_none_or(|most| open < most), "{open} of {limits:?}: {line:?}");
            assert!(limits.weight > 0, "{line:?}");
            *self.turns.entry(to).or_insert(0) += 1;
            *self.by_rule.entry(line.lead).or_insert(0) += 1;
            let turns: Vec<u32> = constant.iter().map(|user| self.turns.get(user).copied().unwrap_or(0)).collect();
            let spread = turns.iter().max().expect("some") - turns.iter().min().expect("some");
            assert!(spread <= 1, "after line {}: {turns:?}", line.place);
        }
        if let Some(from) = line.from {
            *self.open.entry(from).or_insert(0) -= 1;
        }
        *self.open.entry(to).or_insert(0) += 1;
        *self.given.entry(to).or_insert(0) += 1;
        self.owners.insert(line.lead, to);
    }
}

#[test]
fn ten_thousand_leads_go_once_each_to_who_is_there_and_evenly_whoever_asks_at_once() {
    let seed = seed();
    let world = World::memory();
    let names: Vec<String> = (0..PEOPLE).map(|n| format!("agent{n:02}")).collect();
    for name in &names {
        world.core.add_user(&person(name, Role::Salesperson, None)).expect("a user");
    }
    let people: Vec<SignedIn> = names.iter().map(|name| world.device(name).who).collect();
    let constant: Vec<UserId> = people[..CONSTANT].iter().map(|who| who.actor().user).collect();
    check_in(&world, &names[..CONSTANT].iter().map(String::as_str).collect::<Vec<_>>());
    lay_out(&world, LEADS - POSTED);
    let boss = world.device("ananya").who;
    let versions = Mutex::new(BTreeMap::from([(0, Rules::default())]));
    let office = Office { world: &world, boss, people, posted: AtomicU32::new(0), versions, seen: Mutex::default() };
    std::thread::scope(|threads| {
        for caller in 0..CALLERS {
            let office = &office;
            threads.spawn(move || office.work(Dice::new(seed.wrapping_mul(31).wrapping_add(caller))));
        }
    });
    while !office.distribute(200) {}

    let org = world.core.org().id;
    let (mut lines, mut days) = (Vec::new(), Days(BTreeMap::new()));
    world
        .core
        .store()
        .read(|tx| {
            assignment::walk(tx, org, &mut |line| {
                lines.push(line);
                Ok(true)
            })?;
            let mut filter = AttendanceFilter::default();
            loop {
                let page = attendance::page(tx, org, Whose::Everybody, &filter)?;
                let Some(last) = page.last() else { break };
                filter.before = Some(last.place);
                page.into_iter().for_each(|line| days.0.entry(line.user).or_default().push(line));
            }
            Ok::<_, sync_server::StoreError>(())
        })
        .expect("read");
    days.0.values_mut().for_each(|lines| lines.sort_by_key(|line| line.place));
    let (versions, mut account) = (office.versions.lock().expect("whole"), Account::default());
    lines.iter().for_each(|line| account.take(line, &days, &versions, &constant));
    println!(
        "seed {seed}: {} lines, {} versions of the rules, {} steps of attendance",
        lines.len(),
        versions.len(),
        days.0.values().map(Vec::len).sum::<usize>()
    );
    assert_eq!(account.by_rule.len(), LEADS as usize, "each by a rule");
    assert!(account.by_rule.values().all(|times| *times == 1), "and once");
    let mut held = BTreeMap::new();
    world
        .core
        .store()
        .read(|tx| {
            for lead in account.owners.keys() {
                let row = leads::get(tx, org, *lead)?.expect("there");
                assert_eq!((row.standing.owner, row.standing.status), (row.summary.owner, Status::New));
                held.extend(row.standing.owner.map(|owner| (*lead, owner)));
            }
            Ok::<_, Error>(())
        })
        .expect("read");
    assert_eq!(held, account.owners, "the rows say what the lines say");
    assert_eq!(world.core.store().read(|tx| sync_server::store::log::verify(tx, org)).expect("verified"), None);
}
