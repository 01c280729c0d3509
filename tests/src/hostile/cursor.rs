//! Cursors, which devices hold sealed, and the ends of logs that they have seen.
//!
//! Mode, two bits: 0 the text as it is · 1 the bytes of a cursor, sealed here as only the server can · 2 the
//! end of a log.

use super::office::{self, Office, template};
use super::{Seed, Target, seed, split};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::Cursor;
use protocol::cursor::Backfill;
use sha2::{Digest as _, Sha256};
use sync_server::audit::{self, SeenHead};
use sync_server::store::orgs;

/// Batches taken of one answer.
const BATCHES: usize = 8;

pub const TARGET: Target = Target { name: "cursor", meets: "the cursor of a pull, and a log's end", run, seeds, max_len: 1024 };

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    match mode & 3 {
        0 => std::str::from_utf8(body).ok().into_iter().for_each(|text| office::with(|office| pulled(office, text))),
        1 => {
            // What the server made, it can read; anything else is no cursor.
            if Cursor::unpack(body).is_some() {
                office::with(|office| pulled(office, &sealed(office, body)));
            }
        }
        _ => std::str::from_utf8(body).ok().into_iter().for_each(end_of_log),
    }
}

fn pulled(office: &Office, text: &str) {
    let who = office.core().authenticate(&template().session.access).expect("asha");
    office.touch();
    let mut cursor = text.to_owned();
    for n in 0..BATCHES {
        let batch = if n == 0 { office.core().pull(&who, Some(&cursor), 2) } else { office.core().pull_on(&who, Some(&cursor), 2) };
        let batch = batch.expect("a strange cursor begins anew");
        if batch.up_to_date {
            return;
        }
        cursor = batch.cursor;
    }
}

fn end_of_log(text: &str) {
    if let Ok(head) = text.parse::<SeenHead>() {
        assert_eq!(head.to_string().parse::<SeenHead>().as_ref(), Ok(&head));
        office::with(|office| audit::verify(office.core().store(), &[head], false).expect("the log can be read"));
    }
}

/// As the server seals what it gives away.
fn sealed(office: &Office, packed: &[u8]) -> String {
    let secrets = office.core().store().read(|tx| orgs::secrets(tx, template().org)).expect("readable");
    let (secret, _) = secrets.expect("made at the start");
    let key: [u8; 32] = Sha256::new_with_prefix(b"leadline cursor 1").chain_update(secret).finalize().into();
    let inner = Sha256::new_with_prefix(key).chain_update(packed).finalize();
    let outer = Sha256::new_with_prefix(key).chain_update(inner).finalize();
    URL_SAFE_NO_PAD.encode([&outer[..16], packed].concat())
}

fn seeds() -> Vec<Seed> {
    let batch = |limit| {
        office::with(|office| {
            office.touch();
            let who = office.core().authenticate(&template().session.access).expect("asha");
            office.core().pull(&who, None, limit).expect("a batch")
        })
    };
    let (whole, first) = (batch(500), batch(1));
    let head: SeenHead = whole.head.as_deref().expect("a head").parse().expect("readable");
    let cursor = Cursor { epoch: head.epoch, seq: head.seq, chain: head.chain.clone(), backfill: None, took_away: true };
    let state = Backfill { urgent_sent: true, last: Some(template().lead.0), done: 1, total: 2 };
    vec![
        seed("sealed", 0, whole.cursor.as_bytes()),
        seed("sealed-backfill", 0, first.cursor.as_bytes()),
        seed("plain", 1, &cursor.pack()),
        seed("plain-backfill", 1, &Cursor { backfill: Some(state), ..cursor }.pack()),
        seed("log-end", 2, head.to_string().as_bytes()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_sealed_here_is_the_servers_own() {
        office::with(|office| {
            let who = office.core().authenticate(&template().session.access).expect("asha");
            office.touch();
            let theirs = office.core().pull(&who, None, 500).expect("a batch").cursor;
            let packed = URL_SAFE_NO_PAD.decode(&theirs).expect("base64");
            assert_eq!(sealed(office, &packed[16..]), theirs);
        });
    }
}
