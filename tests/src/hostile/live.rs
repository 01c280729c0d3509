//! The live socket: what a device reads of a server's frames, and a server of a device's.
//!
//! Mode: bit 0 the bytes are the frames themselves, else one text message, framed here.

use super::office::template;
use super::{Seed, Target, seed, split};
use protocol::live::{Hold, Poke, Tell};
use std::io::Cursor;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Message, WebSocket};

/// As the server's route sets it.
const MESSAGE_MAX: usize = 4 * 1024;
/// Messages read of one input.
const MESSAGES: usize = 64;

pub const TARGET: Target = Target { name: "live", meets: "the live socket, both ends", run, seeds, max_len: 4 * 1024 };

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    if mode & 1 == 0 {
        let text = String::from_utf8_lossy(body);
        let _ = (serde_json::from_str::<Poke>(&text), serde_json::from_str::<Tell>(&text));
        return;
    }
    heard::<Poke>(body, Role::Client, WebSocketConfig::default());
    heard::<Tell>(body, Role::Server, WebSocketConfig::default().max_message_size(Some(MESSAGE_MAX)));
}

fn heard<T: serde::de::DeserializeOwned>(frames: &[u8], role: Role, config: WebSocketConfig) {
    let mut socket = WebSocket::from_raw_socket(Cursor::new(frames.to_vec()), role, Some(config));
    for _ in 0..MESSAGES {
        match socket.read() {
            Ok(Message::Text(text)) => drop(serde_json::from_str::<T>(&text)),
            Ok(Message::Close(_)) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

fn seeds() -> Vec<Seed> {
    let json = |value: serde_json::Result<String>| value.expect("plain values");
    let behind = json(serde_json::to_string(&Poke::Behind { seq: 7 }));
    let presence = json(serde_json::to_string(&Poke::Presence {
        lead: template().lead,
        users: vec![template().asha],
        hold: Some(Hold { user: template().asha, here: false }),
    }));
    let viewing = json(serde_json::to_string(&Tell::Viewing { lead: Some(template().lead), hold: true }));
    let frames = |role, text: &str| {
        let mut socket = WebSocket::from_raw_socket(Cursor::new(Vec::new()), role, None);
        socket.send(Message::text(text)).expect("written into memory");
        socket.into_inner().into_inner()
    };
    vec![
        seed("behind", 0, behind.as_bytes()),
        seed("presence", 0, presence.as_bytes()),
        seed("viewing", 0, viewing.as_bytes()),
        seed("frames-of-a-server", 1, &frames(Role::Server, &behind)),
        seed("frames-of-a-device", 1, &frames(Role::Client, &viewing)),
    ]
}
