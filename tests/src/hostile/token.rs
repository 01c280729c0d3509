//! Access tokens, refresh tokens and one-time codes, as they come over HTTP from whoever likes.
//!
//! Mode, two bits: 0 the `Authorization` header · 1 a refresh · 2 a code · 3 a sign-in that is only read,
//! since judging one takes a core for a tenth of a second on purpose. Bit 2 MessagePack.

use super::office::{self, post, template, with_body};
use super::{Seed, Target, seed, split};
use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use protocol::auth::{Redeem, Refresh, Secret, SignIn};
use protocol::paths;

pub const TARGET: Target = Target { name: "token", meets: "tokens and one-time codes", run, seeds, max_len: 2 * 1024 };

fn run(input: &[u8]) {
    let (mode, body) = split(input);
    let is_json = mode & 4 == 0;
    match mode & 3 {
        0 => bearer(body),
        1 => sent(paths::REFRESH, is_json, body),
        2 => code(is_json, body),
        _ => drop((serde_json::from_slice::<SignIn>(body), protocol::packed::read::<SignIn>(body))),
    }
}

fn bearer(token: &[u8]) {
    let value = [b"Bearer ".as_slice(), token].concat();
    let Ok(value) = HeaderValue::from_bytes(&value) else { return };
    let request = Request::get(paths::PROFILE).header(header::AUTHORIZATION, value).body(Body::empty()).expect("a request");
    let is_ashas = std::str::from_utf8(token).is_ok_and(|token| token.trim() == template().session.access.0);
    let is_admins = std::str::from_utf8(token).is_ok_and(|token| token.trim() == template().admin.0);
    let (status, _) = office::with(|office| office.ask(request));
    assert_eq!(status == 200, is_ashas || is_admins, "only a token that was given opens the door");
}

fn sent(path: &str, is_json: bool, body: &[u8]) {
    let (status, _) = office::with(|office| office.ask(post(path, None, is_json, body.to_vec())));
    let holds = |secret: &str| body.windows(secret.len()).any(|window| window == secret.as_bytes());
    assert!(status != 200 || holds(&template().session.refresh.0), "only a token that was given is renewed");
}

/// The code that is good costs a password hash: that road is not the decoder's.
fn code(is_json: bool, body: &[u8]) {
    let read: Option<Redeem> = if is_json { serde_json::from_slice(body).ok() } else { protocol::packed::read(body).ok() };
    let letters = |code: &str| code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    if read.is_some_and(|redeem| letters(&redeem.code.0) == letters(&template().code)) {
        return;
    }
    let request = with_body(axum::http::Method::POST, paths::REDEEM, None, is_json, body.to_vec()).expect("an honest path");
    let (status, _) = office::with(|office| office.ask(request));
    assert_ne!(status, 200, "only a code that was given signs in");
}

fn seeds() -> Vec<Seed> {
    let session = &template().session;
    let refresh = Refresh { refresh: session.refresh.clone(), nonce: Secret("00112233445566778899aabbccddeeff".into()) };
    let redeem = Redeem {
        code: Secret("K7QF-2MXD-9TRA".into()),
        password: Secret("a long password".into()),
        device: template().device,
        device_name: "laptop".into(),
        app_version: "1".into(),
        second_factor: None,
    };
    let sign_in = SignIn {
        email: "asha@acme.example".into(),
        password: Secret("a long password".into()),
        device: template().device,
        device_name: "laptop".into(),
        app_version: "1".into(),
        second_factor: Some(Secret("123456".into())),
    };
    let json = |value: serde_json::Result<Vec<u8>>| value.expect("plain values");
    vec![
        seed("access", 0, session.access.0.as_bytes()),
        seed("unknown", 0, b"AAAA"),
        seed("refresh", 1, &json(serde_json::to_vec(&refresh))),
        seed("refresh-packed", 5, &rmp_serde::to_vec_named(&refresh).expect("plain values")),
        seed("code", 2, &json(serde_json::to_vec(&redeem))),
        seed("code-packed", 6, &rmp_serde::to_vec_named(&redeem).expect("plain values")),
        seed("sign-in", 3, &json(serde_json::to_vec(&sign_in))),
    ]
}
