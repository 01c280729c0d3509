//! Bodies: MessagePack both ways; JSON in when the content type says so, and then JSON out. Paths and
//! queries, with problems like all others.

use super::Problem;
use crate::error::Error;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::{MSGPACK, packed};
use serde::{Serialize, de::DeserializeOwned};

/// Bytes of a JSON body: devices send none, and each two of them may cost forty in memory.
const JSON_MAX: usize = 1024 * 1024;

/// How a caller writes and wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Packed,
    Json,
}

impl Format {
    /// By the content type; none is MessagePack.
    fn of(headers: &HeaderMap) -> Result<Self, Error> {
        let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Ok(Format::Packed) };
        let kind = kind.to_str().unwrap_or_default();
        match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/json" => Ok(Format::Json),
            MSGPACK => Ok(Format::Packed),
            _ => Err(Error::UnknownMediaType),
        }
    }

    /// A body in this format.
    pub fn answer<T: Serialize>(self, value: &T) -> Response {
        match self {
            Format::Json => axum::Json(value).into_response(),
            Format::Packed => pack(value),
        }
    }
}

/// A MessagePack body.
pub fn pack<T: Serialize>(value: &T) -> Response {
    let bytes = rmp_serde::to_vec_named(value).expect("answers hold only plain values");
    ([(header::CONTENT_TYPE, MSGPACK)], bytes).into_response()
}

/// A request's body, read.
pub struct Body<T>(pub T, pub Format);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let format = Format::of(request.headers())?;
        let bytes = Bytes::from_request(request, state).await.map_err(|e| match e.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
            _ => Error::BadRequest("The request broke off.".into()),
        })?;
        let unreadable = |e: String| Error::BadRequest(format!("The request can't be read: {e}."));
        let value = match format {
            Format::Json if bytes.len() > JSON_MAX => return Err(Error::TooLarge.into()),
            Format::Json => serde_json::from_slice(&bytes).map_err(|e| unreadable(e.classify_text()))?,
            Format::Packed => packed::read(&bytes).map_err(|_| unreadable("it is not what this route takes".into()))?,
        };
        Ok(Self(value, format))
    }
}

/// What a path names; nothing for what can't be read.
pub struct At<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<T>::from_request_parts(parts, state).await;
        found.map(|Path(named)| Self(named)).map_err(|_| Problem(Error::NotFound))
    }
}

/// What a query asks for.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Query::<T>::from_request_parts(parts, state).await;
        found.map(|Query(asked)| Self(asked)).map_err(|_| Problem(Error::BadRequest("This can't be asked for that way.".into())))
    }
}

/// The names of a query's parameters, where more than one thing is read from it.
pub struct Named(Vec<String>);

impl Named {
    /// A name that nobody knows is a mistake that would widen what is asked for.
    pub fn only(&self, known: &[&[&str]]) -> Result<(), Problem> {
        match self.0.iter().find(|name| !known.iter().any(|names| names.contains(&name.as_str()))) {
            Some(_) => Err(Problem(Error::BadRequest("A parameter of the address is not known here.".into()))),
            None => Ok(()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asked(all) = Asked::<Vec<(String, String)>>::from_request_parts(parts, state).await?;
        Ok(Self(all.into_iter().map(|(name, _)| name).collect()))
    }
}

trait ClassifyText {
    fn classify_text(&self) -> String;
}

impl ClassifyText for serde_json::Error {
    /// Where it went wrong; never the content, which may be a password.
    fn classify_text(&self) -> String {
        format!("line {}, column {}", self.line(), self.column())
    }
}
