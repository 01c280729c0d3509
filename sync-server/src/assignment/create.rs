//! A lead that comes over the API: made, and given by the rules, in one transaction (rows E5, H1).

use super::{Asked, Pen, Round, give_out, unassigned_row};
use crate::accept;
use crate::auth::{self, SignedIn};
use crate::error::Error;
use crate::live::Touched;
use crate::store::log::Appender;
use crate::store::{Store, StoreError, assignment, leads, orgs};
use domain::command::NewLead;
use domain::money::Money;
use domain::{Action, Command, Currency, Env, LeadField, LeadId, Refusal, RefusalCode, phone, policy};
use protocol::admin::{MadeLead, PostLead};
use protocol::rows::OrgRow;
use sha2::{Digest as _, Sha256};

/// Characters of a request's own key.
const KEY_MAX: usize = 200;
/// Tags of a new lead at most.
const TAGS_MAX: usize = 20;
/// Largest typed budget, minor units; the rules know a lower one.
const TYPED_MAX: i64 = 999_999_999_999_999_999;

/// Makes the lead; the same key again gets the same answer.
///
/// # Errors
/// `Refused` for a lead that can't stand and for who may not make one; `BadRequest` for a key that stands for another lead.
pub fn create(
    store: &Store,
    env: &Env,
    org: &OrgRow,
    who: &SignedIn,
    key: Option<&str>,
    asked: &PostLead,
) -> Result<(MadeLead, Touched), Error> {
    if key.is_some_and(|key| key.is_empty() || key.len() > KEY_MAX) {
        return Err(Error::BadRequest(format!("An Idempotency-Key has 1 to {KEY_MAX} characters.")));
    }
    let commands = commands(org, asked)?;
    let digest: [u8; 32] = Sha256::digest(serde_json::to_vec(asked).map_err(|e| Error::BadRequest(e.to_string()))?).into();
    store.write(|tx| {
        orgs::lock(tx, org.id)?;
        let who = auth::as_of(tx, org.id, who)?;
        let user = who.actor().user;
        if let Some(key) = key
            && let Some((of, made)) = assignment::answered::<MadeLead>(tx, org.id, user, key)?
        {
            return if of == digest {
                Ok((made, Touched::default()))
            } else {
                Err(Error::BadRequest("This Idempotency-Key was used for another lead.".into()))
            };
        }
        let (lead, mut touched) = accept::create(tx, env, org.id, &who, commands)?;
        let head = orgs::head(tx, org.id)?;
        let mut log = Appender::new(org.id, &head, env.now_ms());
        let mut round = Round::open(tx, org.id, log.now())?;
        if let Some(row) = unassigned_row(tx, org.id, lead)?.filter(|_| round.is_enabled()) {
            let mut pen = Pen { tx, env, log: &mut log, touched: &mut touched };
            give_out(&mut pen, &mut round, row, Asked::default())?;
        }
        log.finish(tx)?;
        let made = answer(tx, org, lead)?;
        if let Some(key) = key {
            assignment::keep_answer(tx, org.id, user, key, (digest, &made), env.now_ms())?;
        }
        Ok((made, touched))
    })
}

fn answer(tx: &mut dyn crate::store::Tx, org: &OrgRow, lead: LeadId) -> Result<MadeLead, StoreError> {
    let row = leads::get(tx, org.id, lead)?.ok_or_else(|| StoreError::Corrupt(format!("{lead} has no row")))?;
    let why = assignment::of_lead(tx, org.id, lead)?.pop().map(|line| line.why);
    Ok(MadeLead { id: lead, owner: row.standing.owner, team: row.standing.team, why })
}

/// The lead and its tags as the edits that make them.
fn commands(org: &OrgRow, asked: &PostLead) -> Result<Vec<Command>, Refusal> {
    let trimmed = |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let number = |field: LeadField, typed: &str| phone::parse(typed.trim(), &org.country).map_err(|no| no.on(field.as_str()));
    let currency: Currency = org.currency.parse().map_err(|text: String| Refusal::new(RefusalCode::InvalidValue, text).on("budget"))?;
    let amount = |typed: String| Ok::<_, Refusal>(Money::parse_up_to(&typed, currency, "budget", TYPED_MAX)?.minor.to_string());
    if asked.tags.len() > TAGS_MAX {
        return Err(Refusal::new(RefusalCode::TooLong, format!("A new lead has at most {TAGS_MAX} tags.")).on("tags"));
    }
    domain::command::check_field(LeadField::Name, Some(asked.name.trim()))?;
    let new = NewLead {
        name: asked.name.trim().to_owned(),
        phone: number(LeadField::Phone, &asked.phone)?,
        alt_phone: trimmed(&asked.alt_phone).map(|typed| number(LeadField::AltPhone, &typed)).transpose()?,
        email: trimmed(&asked.email),
        budget: trimmed(&asked.budget).map(amount).transpose()?,
        source: trimmed(&asked.source),
        language: trimmed(&asked.language),
        note: trimmed(&asked.note),
    };
    let tags = asked.tags.iter().map(|tag| Command::AddTag { tag: tag.trim().to_owned() });
    let commands: Vec<Command> = std::iter::once(Command::CreateLead(new)).chain(tags).collect();
    commands.iter().try_for_each(Command::check_shape)?;
    Ok(commands)
}

/// Whether somebody may make leads at all, before anything of one is read.
///
/// # Errors
/// `Refused`.
pub fn may(who: &SignedIn) -> Result<(), Error> {
    let (owner, team) = policy::new_standing(who.actor());
    let subject = domain::Subject { owner, team, ..domain::Subject::default() };
    Ok(policy::authorise(who.actor(), Action::CreateLead, &subject).map(drop)?)
}
