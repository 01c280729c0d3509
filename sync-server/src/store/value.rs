//! The few types of value that cross into SQL, and typed reading of rows.

use super::{Result, StoreError};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Value::Int(n)
    }
}

/// Counters (`seq`, epoch) never reach the sign bit.
impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Value::Int(n.cast_signed())
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Value::Int(i64::from(b))
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Value::Text(s.to_owned())
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Value::Text(s)
    }
}

impl From<Vec<u8>> for Value {
    fn from(b: Vec<u8>) -> Self {
        Value::Bytes(b)
    }
}

impl From<&[u8]> for Value {
    fn from(b: &[u8]) -> Self {
        Value::Bytes(b.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(b: [u8; N]) -> Self {
        Value::Bytes(b.to_vec())
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Value::Bytes(id.as_bytes().to_vec())
    }
}

macro_rules! from_id {
    ($($id:ident),*) => {$(
        impl From<domain::$id> for Value {
            fn from(id: domain::$id) -> Self { id.0.into() }
        }
    )*};
}

from_id!(OrgId, UserId, TeamId, DeviceId, LeadId, CommandId);

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// One row of an answer, read by column number.
#[derive(Clone, Debug)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// Takes a column out of the row.
    fn take(&mut self, i: usize) -> Result<Value> {
        self.0.get_mut(i).map(|v| std::mem::replace(v, Value::Null)).ok_or_else(|| StoreError::Corrupt(format!("no column {i}")))
    }

    /// # Errors
    /// [`StoreError::Corrupt`] for anything but a number; so with its brothers below.
    pub fn int(&mut self, i: usize) -> Result<i64> {
        self.opt_int(i)?.ok_or_else(|| wrong(i, "a number"))
    }

    /// # Errors
    /// As [`Row::int`].
    pub fn opt_int(&mut self, i: usize) -> Result<Option<i64>> {
        match self.take(i)? {
            Value::Int(n) => Ok(Some(n)),
            Value::Null => Ok(None),
            Value::Text(_) | Value::Bytes(_) => Err(wrong(i, "a number")),
        }
    }

    /// A counter.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn count(&mut self, i: usize) -> Result<u64> {
        u64::try_from(self.int(i)?).map_err(|_| wrong(i, "a counter"))
    }

    /// # Errors
    /// As [`Row::int`].
    pub fn flag(&mut self, i: usize) -> Result<bool> {
        Ok(self.int(i)? != 0)
    }

    /// # Errors
    /// As [`Row::int`].
    pub fn text(&mut self, i: usize) -> Result<String> {
        self.opt_text(i)?.ok_or_else(|| wrong(i, "text"))
    }

    /// # Errors
    /// As [`Row::int`].
    pub fn opt_text(&mut self, i: usize) -> Result<Option<String>> {
        match self.take(i)? {
            Value::Text(s) => Ok(Some(s)),
            Value::Null => Ok(None),
            Value::Int(_) | Value::Bytes(_) => Err(wrong(i, "text")),
        }
    }

    /// # Errors
    /// As [`Row::int`].
    pub fn bytes(&mut self, i: usize) -> Result<Vec<u8>> {
        self.opt_bytes(i)?.ok_or_else(|| wrong(i, "bytes"))
    }

    /// # Errors
    /// As [`Row::int`].
    pub fn opt_bytes(&mut self, i: usize) -> Result<Option<Vec<u8>>> {
        match self.take(i)? {
            Value::Bytes(b) => Ok(Some(b)),
            Value::Null => Ok(None),
            Value::Int(_) | Value::Text(_) => Err(wrong(i, "bytes")),
        }
    }

    /// Bytes of a known length: a hash, a salt.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn array<const N: usize>(&mut self, i: usize) -> Result<[u8; N]> {
        self.bytes(i)?.as_slice().try_into().map_err(|_| wrong(i, "a hash"))
    }

    /// # Errors
    /// As [`Row::int`].
    pub fn id<T: From<Uuid>>(&mut self, i: usize) -> Result<T> {
        self.opt_id(i)?.ok_or_else(|| wrong(i, "an id"))
    }

    /// # Errors
    /// As [`Row::int`].
    pub fn opt_id<T: From<Uuid>>(&mut self, i: usize) -> Result<Option<T>> {
        self.opt_bytes(i)?.map(|b| Uuid::from_slice(&b).map(T::from).map_err(|_| wrong(i, "an id"))).transpose()
    }

    /// Text that stands for a value: a role, a status.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn parsed<T: std::str::FromStr>(&mut self, i: usize) -> Result<T> {
        self.text(i)?.parse().map_err(|_| wrong(i, "a known name"))
    }

    /// A value packed as MessagePack.
    ///
    /// # Errors
    /// As [`Row::int`].
    pub fn unpacked<T: serde::de::DeserializeOwned>(&mut self, i: usize) -> Result<T> {
        unpack(&self.bytes(i)?)
    }
}

fn wrong(column: usize, wanted: &str) -> StoreError {
    StoreError::Corrupt(format!("column {column} is not {wanted}"))
}

/// A value as MessagePack with named fields, so that fields may be added.
pub fn pack<T: serde::Serialize>(value: &T) -> Value {
    Value::Bytes(rmp_serde::to_vec_named(value).expect("stored values are plain"))
}

/// The inverse of [`pack`].
///
/// # Errors
/// [`StoreError::Corrupt`].
pub fn unpack<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    rmp_serde::from_slice(bytes).map_err(|e| StoreError::Corrupt(e.to_string()))
}
