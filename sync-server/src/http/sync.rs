//! Push, pull, and one record's snapshot.

use super::body::{Asked, At, Body, pack};
use super::{App, Problem, blocking};
use crate::auth::SignedIn;
use crate::core::Core;
use crate::error::Error;
use crate::pull::BATCH_ENTRIES;
use axum::body::Body as Stream;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use domain::{DocId, DocKind};
use futures_util::stream;
use protocol::pull::PullBatch;
use protocol::push::{PushRequest, PushResponse};
use protocol::{PENDING_HEADER, VERSION_HEADER, frame};
use serde::Deserialize;
use std::sync::Arc;
use uuid::Uuid;

/// Content type of a sequence of frames.
const FRAMES: &str = "application/vnd.leadline.frames";

/// Takes a device’s outbox, in order; one outcome for each command. Devices send MessagePack, in which `change` is bytes:
/// one uncompressed Automerge change chunk, the very bytes that the command makes.
#[utoipa::path(
    post,
    path = "/api/v1/sync/push",
    tag = "Sync",
    request_body = PushRequest,
    responses((status = 200, body = PushResponse), (status = 422)),
)]
pub async fn push(State(app): State<Arc<App>>, who: SignedIn, Body(request, format): Body<PushRequest>) -> Result<Response, Problem> {
    let response = app.core.push_async(who, request).await?;
    Ok(format.answer(&response))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PullQuery {
    /// Of the batch before; none pulls from the start.
    cursor: Option<String>,
}

/// Streams batches until there is nothing more. Each is read and packed when the one before was
/// taken, so a slow device holds no thread and no memory.
#[utoipa::path(
    get,
    path = "/api/v1/sync/pull",
    tag = "Sync",
    params(PullQuery, ("leadline-pending" = Option<u32>, Header, description = "How many commands wait in the device’s outbox."), ("leadline-version" = Option<String>, Header, description = "The version of the app.")),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.leadline.frames", description = "Frames, each a batch: a length of 4 bytes, little-endian, then zstd of a MessagePack `PullBatch`. The last says `up_to_date`.")),
)]
pub async fn pull(
    State(app): State<Arc<App>>,
    who: SignedIn,
    headers: HeaderMap,
    Asked(query): Asked<PullQuery>,
) -> Result<Response, Problem> {
    if let Some(pending) = headers.get(PENDING_HEADER).and_then(|v| v.to_str().ok()?.parse().ok()) {
        let version = headers.get(VERSION_HEADER).and_then(|v| v.to_str().ok()).map(str::to_owned);
        blocking(&app, move |core| core.note_device(&who, pending, version.as_deref())).await?;
    }
    let first = next_frame(Arc::clone(&app), move |core| core.pull(&who, query.cursor.as_deref(), BATCH_ENTRIES)).await?;
    let frames = stream::unfold(Some(Next::Ready(first)), move |next| {
        let app = Arc::clone(&app);
        async move {
            let frame = match next? {
                Next::Ready(frame) => Ok(frame),
                Next::Ask(cursor) => next_frame(app, move |core| core.pull_on(&who, Some(&cursor), BATCH_ENTRIES)).await,
            };
            Some(match frame {
                Ok(frame) => (Ok(frame.bytes), frame.rest.map(Next::Ask)),
                // The stream breaks off: the device goes on from its last whole batch.
                Err(problem) => {
                    drop(problem.into_response());
                    (Err(BrokeOff), None)
                }
            })
        }
    });
    Ok(([(header::CONTENT_TYPE, FRAMES)], Stream::from_stream(frames)).into_response())
}

/// Nobody reads it: the problem was logged.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off")]
struct BrokeOff;

enum Next {
    Ready(Frame),
    Ask(String),
}

struct Frame {
    bytes: Vec<u8>,
    /// The cursor to go on from, unless this was the last.
    rest: Option<String>,
}

async fn next_frame(app: Arc<App>, pull: impl FnOnce(&Core) -> Result<PullBatch, Error> + Send + 'static) -> Result<Frame, Problem> {
    blocking(&app, move |core| {
        let batch = pull(core)?;
        let bytes = frame::encode(&batch);
        Ok(Frame { bytes, rest: (!batch.up_to_date).then_some(batch.cursor) })
    })
    .await
}

/// One record as the server holds it, if it is in sight.
#[utoipa::path(
    get,
    path = "/api/v1/sync/snapshot/{kind}/{id}",
    tag = "Sync",
    params(("kind" = DocKind, Path), ("id" = Uuid, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/msgpack", description = "A MessagePack `Snapshot`: its row, its Automerge document, who wrote what when.")),
)]
pub async fn snapshot(State(app): State<Arc<App>>, who: SignedIn, At((kind, id)): At<(String, String)>) -> Result<Response, Problem> {
    let kind: DocKind = kind.parse().map_err(|_| Error::NotFound)?;
    let id = Uuid::parse_str(&id).map_err(|_| Error::NotFound)?;
    let snapshot = blocking(&app, move |core| core.document(&who, DocId { kind, id })).await?;
    Ok(pack(&snapshot))
}
