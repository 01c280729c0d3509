//! Invitations: `leadline://join` links as they come by mail or chat, and bare codes.

use super::pen::env;
use super::{Seed, Target};
use bridge::session::InvitationRead;
use client::Station;
use client::vault::Homes;
use sync_server::auth::code::link;

pub const TARGET: Target = Target { name: "invitation", meets: "deep links and pasted codes", run, seeds, max_len: 8 * 1024 };

thread_local! {
    static STATION: Station = Station::for_commands("/nonexistent", env(61), Homes::file());
}

fn run(input: &[u8]) {
    // A link is text by the time that the system hands it over.
    let text = String::from_utf8_lossy(input).into_owned();
    let Ok(invitation) = STATION.with(|station| station.read_invitation(&InvitationRead { text })) else { return };
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    assert!(plain(&invitation.code) && (8..=64).contains(&invitation.code.len()), "{invitation:?}");
    let pin = invitation.pin.as_deref();
    assert!(pin.is_none_or(|pin| pin.len() == 64 && pin.bytes().all(|b| b.is_ascii_hexdigit())), "{invitation:?}");
    if invitation.server.is_empty() {
        return;
    }
    // Written down again, it says the same.
    let again = link(Some(&invitation.server), pin, &invitation.code);
    let again = STATION.with(|station| station.read_invitation(&InvitationRead { text: again })).expect("its own link is one");
    assert_eq!(again, invitation);
}

fn seeds() -> Vec<Seed> {
    let pin = "ab".repeat(32);
    let whole = link(Some("https://crm.example.com:8440"), Some(&pin), "K7QF-2MXD-9TRA");
    let spread = format!("Join us: <{}\n {}>", &whole[..40], &whole[40..]);
    [("whole", whole), ("spread", spread), ("code", " k7qf-2mxd-9tra\n".to_owned()), ("no-server", link(None, None, "K7QF-2MXD-9TRA"))]
        .map(|(name, text)| Seed { name: name.to_owned(), bytes: text.into_bytes() })
        .into()
}
