//! Assignments given while the server was out of reach: they wait, visibly, and are asked for at the next
//! round. The server compares who had the lead then, so the faster of two people wins here too.

use crate::engine::Engine;
use crate::error::ClientError;
use crate::store::requests::{self, Request};
use crate::store::rows;
use crate::transport::{Transport, TransportError};
use bridge::Change;
use domain::{CommandId, DocId, LeadId, UserId};
use protocol::admin::SetOwner;

impl Engine {
    /// Keeps an assignment for the next round. Giving the lead back to who has it takes back what waits.
    ///
    /// # Errors
    /// `DiskFull`, `Disk`.
    pub(crate) fn ask_for_owner(&self, lead: LeadId, expected: Option<UserId>, owner: Option<UserId>) -> Result<(), ClientError> {
        let request = Request { id: CommandId(self.env().new_id()), lead, expected, owner, asked_at: self.env().now_ms() };
        self.store().write(|tx| match requests::of_lead(tx, lead)? {
            Some(waiting) if waiting.expected == owner => requests::take_back(tx, lead).map(drop),
            _ if expected == owner => Ok(()),
            _ => requests::ask(tx, &request),
        })?;
        self.tell_of_request(lead);
        Ok(())
    }

    /// Takes back an assignment that waits; the server has not heard of it.
    ///
    /// # Errors
    /// `NotFound` when it is not there any more: it was sent.
    pub(crate) fn take_back_owner(&self, lead: LeadId) -> Result<(), ClientError> {
        if !self.store().write(|tx| requests::take_back(tx, lead))? {
            return Err(ClientError::NotFound);
        }
        self.tell_of_request(lead);
        Ok(())
    }

    /// Asks for what waits, oldest first.
    ///
    /// # Errors
    /// Any [`TransportError`] after which nothing else would get through either.
    pub(crate) fn send_requests(&self, transport: &dyn Transport) -> Result<(), ClientError> {
        for request in self.store().read(requests::waiting)? {
            let Request { id, lead, expected, owner, .. } = request;
            let why = match transport.set_owner(lead, &SetOwner { expected_owner: expected, owner }) {
                Ok(row) => {
                    self.apply_owner(row)?;
                    None
                }
                Err(TransportError::No { code, .. }) if code == "owner_changed" => {
                    let (now, text) = self.owner_now(transport, lead)?;
                    // The answer to an earlier try was lost.
                    (now != owner).then_some(text)
                }
                Err(TransportError::No { text, .. }) => Some(text),
                Err(TransportError::NotFound) => Some("This lead is not in your sight any more, so it was not assigned.".to_owned()),
                Err(TransportError::Server(e)) => {
                    tracing::warn!("an assignment waits on: {e}");
                    continue;
                }
                Err(e) => return Err(e.into()),
            };
            self.store().write(|tx| match why {
                Some(why) => requests::refuse(tx, id, &why, self.env().now_ms()),
                None => requests::remove(tx, id),
            })?;
            self.tell_of_request(lead);
        }
        Ok(())
    }

    /// After a compare failed: who owns the lead at the server, stored here too, and a sentence that says so.
    ///
    /// # Errors
    /// Any [`TransportError`] but `NotFound`.
    pub(crate) fn owner_now(&self, transport: &dyn Transport, lead: LeadId) -> Result<(Option<UserId>, String), ClientError> {
        let snapshot = match transport.snapshot(DocId::lead(lead)) {
            Ok(snapshot) => snapshot,
            Err(TransportError::NotFound) => {
                return Ok((None, "Somebody else was faster: this lead is not in your sight any more.".to_owned()));
            }
            Err(e) => return Err(e.into()),
        };
        let owned = snapshot.summary.map(|summary| summary.ownership()).unwrap_or_default();
        let owner = owned.owner;
        self.apply_owner(owned.row(lead))?;
        let has_it = match owner {
            None => "nobody owns this lead now".to_owned(),
            Some(user) if self.session()?.is_some_and(|facts| facts.me.user == user) => "you own this lead now".to_owned(),
            Some(user) => {
                let name = self.store().read(|c| rows::user(c, user))?.map_or_else(|| "Someone".to_owned(), |row| row.name);
                format!("{name} owns this lead now")
            }
        };
        Ok((owner, format!("Somebody else was faster: {has_it}. Assign it again if it should be otherwise.")))
    }

    fn tell_of_request(&self, lead: LeadId) {
        self.tell(Change { leads: vec![lead], sync: true, attention: true, ..Change::default() });
    }
}
