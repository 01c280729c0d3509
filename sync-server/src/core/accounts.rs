//! Accounts, teams and devices, as the routes call them: the work, and then what other sockets hear.

use super::Core;
use crate::auth::{self, SignedIn, code, totp};
use crate::devices;
use crate::error::Error;
use crate::live::Touched;
use crate::people;
use crate::sight::Sight;
use domain::people::{Device, Person, SignInSession, Team, TotpSetup};
use domain::{Actor, DeviceId, TeamId, UserId};
use protocol::admin::{ChangePost, Invite, RecoveryCodes};
use protocol::auth::{ChangePassword, Redeem, Secret, Session};
use uuid::Uuid;

impl Core {
    /// # Errors
    /// See [`auth::redeem`].
    pub fn redeem(&self, request: &Redeem) -> Result<Session, Error> {
        let session = auth::redeem(&self.store, &self.env, self.org.id, request)?;
        self.hub.part(session.me.user);
        Ok(session)
    }

    /// # Errors
    /// See [`auth::change_password`].
    pub fn change_password(&self, who: &SignedIn, request: &ChangePassword) -> Result<(), Error> {
        auth::change_password(&self.store, &self.env, self.org.id, who, request)?;
        // This device's too: it comes back by itself.
        self.hub.part(who.actor().user);
        Ok(())
    }

    /// # Errors
    /// See [`people::oneself`].
    pub fn oneself(&self, who: &SignedIn) -> Result<domain::people::Person, Error> {
        people::oneself(&self.store, self.org.id, who)
    }

    /// # Errors
    /// See [`people::rename`].
    pub fn rename(&self, who: &SignedIn, name: &str) -> Result<(), Error> {
        let touched = people::rename(&self.store, &self.env, self.org.id, who, name)?;
        self.hub.poke(&touched);
        Ok(())
    }

    /// # Errors
    /// See [`auth::sessions`].
    pub fn sessions(&self, who: &SignedIn) -> Result<Vec<SignInSession>, Error> {
        auth::sessions(&self.store, &self.env, self.org.id, who)
    }

    /// # Errors
    /// See [`auth::end_session`].
    pub fn end_session(&self, who: &SignedIn, session: Uuid) -> Result<(), Error> {
        auth::end_session(&self.store, &self.env, self.org.id, who, session)?;
        self.hub.part(who.actor().user);
        Ok(())
    }

    /// # Errors
    /// See [`auth::sign_out_everywhere`].
    pub fn sign_out_everywhere(&self, who: &SignedIn) -> Result<(), Error> {
        auth::sign_out_everywhere(&self.store, &self.env, self.org.id, who)?;
        self.hub.part(who.actor().user);
        Ok(())
    }

    /// # Errors
    /// See [`totp::begin`].
    pub fn begin_totp(&self, who: &SignedIn) -> Result<TotpSetup, Error> {
        totp::begin(&self.store, &self.env, &self.org, who)
    }

    /// # Errors
    /// See [`totp::confirm`].
    pub fn confirm_totp(&self, who: &SignedIn, code: &Secret) -> Result<RecoveryCodes, Error> {
        totp::confirm(&self.store, &self.env, self.org.id, who, code)
    }

    /// # Errors
    /// See [`totp::end`].
    pub fn end_totp(&self, who: &SignedIn, password: &Secret) -> Result<(), Error> {
        totp::end(&self.store, &self.env, self.org.id, who, password)
    }

    /// # Errors
    /// See [`people::list`].
    pub fn people(&self, who: &SignedIn) -> Result<Vec<Person>, Error> {
        people::list(&self.store, self.org.id, who)
    }

    /// # Errors
    /// See [`people::invite`].
    pub fn invite(&self, who: &SignedIn, invite: &Invite) -> Result<code::Made, Error> {
        let (made, touched) = people::invite(&self.store, &self.env, self.org.id, who, invite)?;
        self.hub.poke(&touched);
        Ok(made)
    }

    /// # Errors
    /// See [`people::new_code`].
    pub fn new_code(&self, who: &SignedIn, user: UserId) -> Result<code::Made, Error> {
        people::new_code(&self.store, &self.env, self.org.id, who, user)
    }

    /// # Errors
    /// See [`people::new_code_by_operator`].
    pub fn new_code_by_operator(&self, user: UserId, end_totp: bool) -> Result<code::Made, Error> {
        people::new_code_by_operator(&self.store, &self.env, self.org.id, user, end_totp)
    }

    /// # Errors
    /// See [`people::change_post`].
    pub fn change_post(&self, who: &SignedIn, user: UserId, change: &ChangePost) -> Result<Person, Error> {
        self.posted(people::change_post(&self.store, &self.env, self.org.id, who, user, change)?)
    }

    /// # Errors
    /// See [`people::set_disabled`].
    pub fn set_disabled(&self, user: UserId, disabled: bool) -> Result<Person, Error> {
        self.posted(people::set_disabled(&self.store, &self.env, self.org.id, user, disabled)?)
    }

    fn posted(&self, (person, touched): (Person, Touched)) -> Result<Person, Error> {
        let actor = Actor { user: person.id, role: person.role, team: person.team };
        self.hub.set_sight(person.id, &Sight::of(&actor));
        if person.disabled {
            self.hub.part(person.id);
        }
        for lead in self.hub.viewed_by(person.id) {
            self.drop_unseen(lead)?;
        }
        self.hub.poke(&touched);
        Ok(person)
    }

    /// # Errors
    /// See [`people::teams`].
    pub fn teams(&self, who: &SignedIn) -> Result<Vec<Team>, Error> {
        people::teams(&self.store, self.org.id, who)
    }

    /// # Errors
    /// See [`people::put_team`].
    pub fn put_team(&self, who: &SignedIn, id: Option<TeamId>, name: &str) -> Result<Team, Error> {
        let (team, touched) = people::put_team(&self.store, &self.env, self.org.id, who, id, name)?;
        self.hub.poke(&touched);
        Ok(team)
    }

    /// # Errors
    /// See [`devices::list`].
    pub fn devices(&self, who: &SignedIn) -> Result<Vec<Device>, Error> {
        devices::list(&self.store, self.org.id, who)
    }

    /// # Errors
    /// See [`devices::revoke`].
    pub fn revoke_device(&self, who: &SignedIn, device: DeviceId) -> Result<(), Error> {
        self.hub.part(devices::revoke(&self.store, &self.env, self.org.id, who, device)?);
        Ok(())
    }

    /// # Errors
    /// See [`devices::wipe`].
    pub fn wipe_device(&self, who: &SignedIn, device: DeviceId) -> Result<(), Error> {
        self.hub.part(devices::wipe(&self.store, &self.env, self.org.id, who, device)?);
        Ok(())
    }

    /// # Errors
    /// See [`devices::note`].
    pub fn note_device(&self, who: &SignedIn, pending: u32, app_version: Option<&str>) -> Result<(), Error> {
        devices::note(&self.store, &self.env, self.org.id, who, pending, app_version)
    }
}
