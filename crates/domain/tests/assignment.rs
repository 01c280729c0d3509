//! The rotation against its promises, on random days. `LEADLINE_SEED` repeats one.

use domain::assignment::{Agent, Decision, How, Limits, Position, Rule, Rules, Skill, Taker, Unfit, Wanted, decide, eligible};
use domain::attendance::Attendance;
use domain::{RefusalCode, Role, TeamId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

struct Dice(u64);

impl Dice {
    /// Splitmix64.
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }
}

fn seed() -> u64 {
    let given = std::env::var("LEADLINE_SEED").ok().and_then(|text| text.parse().ok());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |since| since.subsec_nanos().into());
    let seed = given.unwrap_or_else(now);
    println!("LEADLINE_SEED={seed}");
    seed
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n + 1))
}

fn agent(n: u128) -> Agent {
    Agent {
        user: user(n),
        role: Role::Salesperson,
        team: None,
        disabled: false,
        attendance: Attendance::Present,
        working: true,
        given_today: 0,
        open_leads: 0,
        limits: Limits::default(),
        skills: BTreeSet::new(),
    }
}

fn rule(n: u128) -> Rule {
    let none = BTreeSet::new();
    Rule {
        id: Uuid::from_u128(n),
        name: "All".into(),
        enabled: true,
        when: none.clone(),
        team: None,
        needs: none,
        sticky: true,
        converted: false,
    }
}

/// Gives one lead and moves the position, as the server does.
fn give(rules: &[Rule], agents: &[Agent], lead: &Wanted, positions: &mut BTreeMap<Uuid, Position>) -> Decision {
    let decision = decide(rules, agents, lead, positions);
    if let Decision::Give { rule, position, .. } = &decision {
        positions.insert(*rule, *position);
    }
    decision
}

fn to(decision: &Decision) -> Option<UserId> {
    match decision {
        Decision::Give { to, .. } => Some(*to),
        Decision::Queue { .. } => None,
    }
}

/// Anything may change about those who are not always there.
fn disturb(agent: &mut Agent, dice: &mut Dice) {
    agent.attendance = [Attendance::Present, Attendance::Paused, Attendance::Absent][dice.roll(3) as usize];
    match dice.roll(4) {
        0 => agent.limits.per_day = Some(dice.roll(300) as u32),
        1 => agent.limits.open = Some(dice.roll(300) as u32),
        2 => agent.limits.weight = dice.roll(4) as u32,
        _ => agent.open_leads = agent.open_leads.saturating_sub(dice.roll(20) as u32),
    }
}

#[test]
fn ten_thousand_leads_go_evenly_to_those_who_are_always_there_and_to_nobody_who_may_not() {
    let seed = seed();
    let mut dice = Dice(seed);
    let mut agents: Vec<Agent> = (0..50).map(agent).collect();
    let weight = 1 + dice.roll(3) as u32;
    agents.iter_mut().take(20).for_each(|agent| agent.limits.weight = weight);
    let (rules, mut positions) = ([rule(1)], BTreeMap::new());
    let mut given: BTreeMap<UserId, u32> = agents.iter().map(|agent| (agent.user, 0)).collect();
    for n in 0..10_000 {
        for _ in 0..dice.roll(3) {
            disturb(&mut agents[20 + dice.roll(30) as usize], &mut dice);
        }
        let decision = give(&rules, &agents, &Wanted::default(), &mut positions);
        let Decision::Give { to, how, .. } = decision else { panic!("seed {seed}: lead {n} waits while 20 are there") };
        assert_eq!(how, How::Rotation);
        let taker = agents.iter_mut().find(|agent| agent.user == to).expect("one of them");
        assert_eq!(eligible(taker, &rules[0]), Ok(()), "seed {seed}: lead {n}");
        (taker.given_today, taker.open_leads) = (taker.given_today + 1, taker.open_leads + 1);
        *given.entry(to).or_default() += 1;
        let constant: Vec<u32> = (0..20).map(|n| given[&user(n)]).collect();
        let spread = constant.iter().max().expect("20") - constant.iter().min().expect("20");
        assert!(spread <= 1, "seed {seed}: lead {n} leaves {constant:?}");
    }
}

#[test]
fn who_joins_or_leaves_makes_nobody_repeat_or_skip() {
    let (rules, mut positions) = ([rule(1)], BTreeMap::new());
    let mut there: Vec<Agent> = [0, 2, 4, 6].map(agent).into();
    let mut turn = |there: &[Agent]| to(&give(&rules, there, &Wanted::default(), &mut positions)).expect("somebody");
    assert_eq!([turn(&there), turn(&there)], [user(0), user(2)]);
    there.retain(|agent| agent.user != user(2));
    assert_eq!(turn(&there), user(4), "the last one left");
    there.push(agent(5));
    assert_eq!([turn(&there), turn(&there), turn(&there)], [user(5), user(6), user(0)], "one joined");
}

#[test]
fn weights_are_shares_of_a_cycle() {
    let (rules, mut positions) = ([rule(1)], BTreeMap::new());
    let agents: Vec<Agent> =
        [(0, 1), (1, 3), (2, 0), (3, 2)].map(|(n, weight)| Agent { limits: Limits { weight, ..Limits::default() }, ..agent(n) }).into();
    let mut given = BTreeMap::new();
    for _ in 0..60 {
        let taker = to(&give(&rules, &agents, &Wanted::default(), &mut positions)).expect("somebody");
        *given.entry(taker).or_insert(0) += 1;
    }
    assert_eq!(given, BTreeMap::from([(user(0), 10), (user(1), 30), (user(3), 20)]));
}

#[test]
fn a_number_that_comes_back_goes_to_whom_it_was_with_while_they_may_have_it() {
    let (rules, mut positions) = ([rule(1)], BTreeMap::new());
    let mut agents: Vec<Agent> = (0..3).map(agent).collect();
    let back = Wanted { known_to: Some(user(2)), ..Wanted::default() };
    let decision = give(&rules, &agents, &back, &mut positions);
    assert!(matches!(decision, Decision::Give { to, how: How::Sticky, .. } if to == user(2)));
    assert_eq!(positions[&rules[0].id], Position::default(), "the rotation stands");
    agents[2].attendance = Attendance::Paused;
    assert_eq!(to(&give(&rules, &agents, &back, &mut positions)), Some(user(0)));
}

#[test]
fn rules_stand_in_their_order_and_what_nobody_can_take_waits_and_says_why() {
    let hindi = BTreeSet::from([Skill::Language("Hindi".into())]);
    let first = Rule { when: hindi.clone(), needs: hindi.clone(), ..rule(1) };
    let rules = [first, rule(2)];
    let mut agents = [agent(0), Agent { skills: hindi, ..agent(1) }];
    let lead = Wanted { language: Some("Hindi".into()), ..Wanted::default() };
    let mut positions = BTreeMap::new();
    for _ in 0..3 {
        assert_eq!(to(&give(&rules, &agents, &lead, &mut positions)), Some(user(1)));
    }
    agents[1].limits.per_day = Some(3);
    agents[1].given_today = 3;
    let decision = give(&rules, &agents, &lead, &mut positions);
    assert!(matches!(decision, Decision::Give { to, rule, .. } if to == user(0) && rule == rules[1].id), "the next rule");
    agents[0].attendance = Attendance::Absent;
    let unfit = vec![(user(0), Unfit::Absent), (user(1), Unfit::DayCap)];
    assert_eq!(give(&rules, &agents, &lead, &mut positions), Decision::Queue { rule: Some(rules[1].id), unfit });
    assert_eq!(decide(&[], &agents, &lead, &positions), Decision::Queue { rule: None, unfit: Vec::new() });
}

#[test]
fn fresh_leads_go_to_who_works_them_and_converted_ones_to_who_collects() {
    for role in Role::ALL {
        let fits = |converted| eligible(&Agent { role, ..agent(0) }, &Rule { converted, ..rule(1) });
        assert_eq!(fits(false), if role == Role::Salesperson { Ok(()) } else { Err(Unfit::Role) }, "{role:?}");
        assert_eq!(fits(true), if role == Role::RecoveryAgent { Ok(()) } else { Err(Unfit::Role) }, "{role:?}");
    }
    let rules = Rules::default().rules;
    let agents = [agent(0), Agent { role: Role::RecoveryAgent, ..agent(1) }];
    let given = |lead: &Wanted| to(&decide(&rules, &agents, lead, &BTreeMap::new()));
    assert_eq!(given(&Wanted::default()), Some(user(0)));
    assert_eq!(given(&Wanted { converted: true, ..Wanted::default() }), Some(user(1)));
}

#[test]
fn outside_of_the_hours_or_of_the_team_that_a_lead_waits_in_nobody_is_given_it() {
    let team = Some(TeamId(Uuid::from_u128(7)));
    let agents = [Agent { working: false, ..agent(0) }, Agent { team, ..agent(1) }, agent(2)];
    let decision = decide(&[rule(1)], &agents, &Wanted { team, ..Wanted::default() }, &BTreeMap::new());
    assert!(matches!(&decision, Decision::Give { to, candidates, .. } if *to == user(1) && candidates.len() == 1), "{decision:?}");
    let nobody = decide(&[rule(1)], &agents[..1], &Wanted::default(), &BTreeMap::new());
    assert_eq!(nobody, Decision::Queue { rule: Some(rule(1).id), unfit: vec![(user(0), Unfit::Hours)] });
}

#[test]
fn rules_that_cannot_stand_are_refused_with_what_to_change() {
    let good = Rules::default();
    assert_eq!(good.check(), Ok(()));
    let with = |change: &dyn Fn(&mut Rules)| {
        let mut rules = good.clone();
        change(&mut rules);
        rules.check().map_err(|no| no.code)
    };
    let taker = |weight| Taker { user: user(1), limits: Limits { weight, ..Limits::default() }, skills: BTreeSet::new() };
    assert_eq!(with(&|rules| rules.rules[0].name = " ".into()), Err(RefusalCode::MissingField));
    assert_eq!(with(&|rules| rules.rules[1].id = rules.rules[0].id), Err(RefusalCode::Duplicate));
    assert_eq!(with(&|rules| rules.takers = vec![taker(1), taker(1)]), Err(RefusalCode::Duplicate));
    assert_eq!(with(&|rules| rules.takers = vec![taker(21)]), Err(RefusalCode::InvalidValue));
    assert_eq!(with(&|rules| assert!(rules.rules[0].needs.insert(Skill::Tag(String::new())))), Err(RefusalCode::MissingField));
}
