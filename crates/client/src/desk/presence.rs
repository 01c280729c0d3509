//! Who else is on a lead, by name.

use super::Desk;
use bridge::presence::{Caller, LeadViewing, PresenceGet, PresenceOf};
use bridge::{Done, Problem};

pub(super) fn get(desk: &Desk, _: PresenceGet) -> Result<Vec<PresenceOf>, Problem> {
    let known = desk.presence.known();
    Ok(desk.read(|c| {
        let reader = desk.reader(c)?;
        let mut all = Vec::with_capacity(known.len());
        for (lead, on) in known {
            let others = on.users.iter().map(|user| reader.name(c, *user)).collect::<Result<Vec<_>, _>>()?;
            let caller = match on.hold.filter(|hold| !hold.here) {
                None => None,
                Some(hold) if reader.is_me(hold.user) => Some(Caller::Me),
                Some(hold) => Some(Caller::Other { name: reader.name(c, hold.user)? }),
            };
            if !others.is_empty() || caller.is_some() {
                all.push(PresenceOf { lead, others, caller });
            }
        }
        Ok(all)
    })?)
}

pub(super) fn viewing(desk: &Desk, ask: LeadViewing) -> Result<Done, Problem> {
    desk.presence.view(ask.at, ask.lead, ask.calls);
    Ok(Done {})
}
