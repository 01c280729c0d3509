//! The live socket: "there is something after N for you", and who else has a lead open.

use super::limits::LimitKey;
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::error::Error;
use crate::live::Socket;
use crate::sight::Sight;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use protocol::live::{Poke, Tell};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// How often a silent socket is asked whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(30);
/// A socket silent for this long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(75);
/// Bytes of one message from a device.
const MESSAGE_MAX: usize = 4 * 1024;

/// The live socket: JSON text messages, `Poke` from the server and `Tell` from the device. Losing it costs only latency.
#[utoipa::path(
    get,
    path = "/api/v1/sync/live",
    tag = "Sync",
    responses((status = 101, description = "The connection is a WebSocket from here on (RFC 6455)."), (status = 400)),
)]
pub async fn live(
    State(app): State<Arc<App>>,
    who: SignedIn,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|_| Error::BadRequest("This is a WebSocket: ask for one.".into()))?;
    let answer = upgrade.max_message_size(MESSAGE_MAX).on_upgrade(move |socket| async move {
        let mut here = app.core.hub().join(who.actor().user, Sight::of(who.actor()));
        // How it ended says nothing: the device comes back by itself.
        let _ = talk(&app, &who, &mut here, socket).await;
        app.core.hub().leave(&here);
    });
    Ok(answer)
}

async fn talk(app: &Arc<App>, who: &SignedIn, here: &mut Socket, mut socket: WebSocket) -> Result<(), axum::Error> {
    let mut who = *who;
    let mut closing = app.closing.clone();
    let mut pings = interval(PING_EVERY);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    if let Ok(newest) = blocking(app, crate::core::Core::newest).await {
        send(&mut socket, &newest).await?;
    }
    loop {
        tokio::select! {
            changed = here.behind.changed() => {
                if changed.is_err() { break }
                let seq = *here.behind.borrow_and_update();
                send(&mut socket, &Poke::Behind { seq }).await?;
            }
            Some(poke) = here.presence.recv() => send(&mut socket, &poke).await?,
            message = socket.recv() => {
                heard = Instant::now();
                // Whoever talks without end is let go; the device comes back and says where it is.
                if app.limits.check(LimitKey::Live(who.device())).is_err() { break }
                match message {
                    Some(Ok(Message::Text(text))) => hear(app, &who, here, text.as_str()).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                    Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_))) => {}
                }
            }
            _ = pings.tick() => {
                if heard.elapsed() > SILENCE_MAX { break }
                // A socket outlives the request that opened it: whose it is is asked again.
                match blocking(app, move |core| core.still(&who)).await {
                    Ok(now) => who = now,
                    Err(_) => break,
                }
                app.core.hub().set_sight(who.actor().user, &Sight::of(who.actor()));
                drop_unseen(app, here).await;
                app.core.hub().expire(Instant::now());
                socket.send(Message::Ping(Vec::new().into())).await?;
            }
            () = closed(&mut closing) => {
                socket.send(Message::Close(None)).await?;
                break;
            }
        }
    }
    Ok(())
}

/// Done when the server shuts down.
async fn closed(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}

async fn send(socket: &mut WebSocket, poke: &Poke) -> Result<(), axum::Error> {
    let text = serde_json::to_string(poke).expect("a poke holds only plain values");
    socket.send(Message::Text(text.into())).await
}

/// What a device tells; what can't be read is skipped, it may be newer than this server.
async fn hear(app: &Arc<App>, who: &SignedIn, here: &Socket, text: &str) {
    let Ok(Tell::Viewing { lead, hold }) = serde_json::from_str(text) else { return };
    let lead = match lead {
        None => None,
        Some(lead) => {
            let who = *who;
            let seen = blocking(app, move |core| core.seen(&core.still(&who)?, lead)).await;
            seen.ok().flatten().map(|standing| (lead, standing))
        }
    };
    app.core.hub().view(here, lead, hold, Instant::now());
}

/// The lead that this device has open is looked at anew: who may not see it any more is not told who else has it.
async fn drop_unseen(app: &Arc<App>, here: &Socket) {
    let Some(lead) = app.core.hub().viewing(here) else { return };
    if let Err(error) = blocking(app, move |core| core.drop_unseen(lead)).await {
        tracing::warn!("who sees a lead was not looked at: {}", error.0);
    }
}
