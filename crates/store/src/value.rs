//! Values on their way into a statement, and rows on their way out.
//!
//! The kinds are the few that both engines keep alike. Texts with U+0000 are refused on both, because PostgreSQL
//! cannot keep them. How a value is written for an engine is in `sqlite` and `postgres`.

use crate::error::Error;
use crate::statement::Statement;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::fmt;
use vestibule_model::id::{
    AccountId, CallId, ClaimId, ClientId, ConnectionId, GrantId, GroupId, ImportId, LogId, MailId,
    ResourceId, SessionId, SpKeyId, TokenId, UserId,
};

/// A parameter, or a cell of a row.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Bool(bool),
    Text(Cow<'a, str>),
    Bytes(Cow<'a, [u8]>),
    Id([u8; 16]),
}

impl Value<'_> {
    /// Its kind, for messages: the content of a value is never shown.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Integer(_) => "an integer",
            Self::Bool(_) => "a boolean",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::Id(_) => "an id",
        }
    }

    /// The value with nothing borrowed, to be bound later.
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(integer) => Value::Integer(integer),
            Self::Bool(on) => Value::Bool(on),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
            Self::Id(id) => Value::Id(id),
        }
    }

    /// Refuses what PostgreSQL cannot keep.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self {
            Self::Text(text) if text.as_bytes().contains(&0) => Err(Error::Nul),
            _ => Ok(()),
        }
    }
}

/// Drivers print parameters at debug level, so a value shows its kind alone.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl From<i64> for Value<'_> {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<u32> for Value<'_> {
    fn from(integer: u32) -> Self {
        Self::Integer(i64::from(integer))
    }
}

impl From<bool> for Value<'_> {
    fn from(on: bool) -> Self {
        Self::Bool(on)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Integer(time.as_microsecond())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(Cow::Borrowed(bytes))
    }
}

impl From<[u8; 16]> for Value<'_> {
    fn from(id: [u8; 16]) -> Self {
        Self::Id(id)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl From<$id> for Value<'_> {
            fn from(id: $id) -> Self {
                Self::Id(id.to_bytes())
            }
        }
    )*};
}
ids!(
    AccountId,
    CallId,
    ClaimId,
    ClientId,
    ConnectionId,
    GrantId,
    GroupId,
    ImportId,
    LogId,
    MailId,
    ResourceId,
    SessionId,
    SpKeyId,
    TokenId,
    UserId
);

/// A document as its JSON text.
pub(crate) fn json(document: &impl Serialize) -> Result<Value<'static>, Error> {
    serde_json::to_string(document)
        .map(Value::from)
        .map_err(|error| Error::database("writing a document", error))
}

/// The parameters of a statement, in order.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}
pub(crate) use params;

/// A row. Cells are taken out by the name of their column, each once.
#[derive(Debug)]
pub(crate) struct Row {
    statement: &'static Statement,
    cells: Vec<Value<'static>>,
    /// Behind the cell that was taken last: readers take most of them in order.
    next: usize,
}

impl Row {
    /// A row whose cells are in the order of the statement's columns.
    pub(crate) fn new(statement: &'static Statement, cells: Vec<Value<'static>>) -> Self {
        Self { statement, cells, next: 0 }
    }

    fn take(&mut self, column: &'static str) -> Option<Value<'static>> {
        let columns = self.statement.known_columns();
        let index = match columns.get(self.next) {
            Some(name) if name == column => self.next,
            _ => columns.iter().position(|name| name == column)?,
        };
        self.next = index + 1;
        self.cells.get_mut(index).map(|cell| std::mem::replace(cell, Value::Null))
    }

    fn unreadable(&self, column: &'static str, expected: &'static str) -> Error {
        Error::Unreadable { statement: self.statement.name(), column, expected }
    }

    /// An integer.
    pub(crate) fn integer(&mut self, column: &'static str) -> Result<i64, Error> {
        match self.take(column) {
            Some(Value::Integer(integer)) => Ok(integer),
            _ => Err(self.unreadable(column, "an integer")),
        }
    }

    /// An integer, or nothing.
    pub(crate) fn integer_or_null(&mut self, column: &'static str) -> Result<Option<i64>, Error> {
        match self.take(column) {
            Some(Value::Integer(integer)) => Ok(Some(integer)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.unreadable(column, "an integer")),
        }
    }

    /// A boolean (in SQLite an integer).
    pub(crate) fn boolean(&mut self, column: &'static str) -> Result<bool, Error> {
        match self.take(column) {
            Some(Value::Bool(on)) => Ok(on),
            Some(Value::Integer(integer @ (0 | 1))) => Ok(integer == 1),
            _ => Err(self.unreadable(column, "a boolean")),
        }
    }

    /// A text.
    pub(crate) fn text(&mut self, column: &'static str) -> Result<String, Error> {
        self.text_or_null(column)?.ok_or_else(|| self.unreadable(column, "a text"))
    }

    /// A text, or nothing.
    pub(crate) fn text_or_null(&mut self, column: &'static str) -> Result<Option<String>, Error> {
        match self.take(column) {
            Some(Value::Text(text)) => Ok(Some(text.into_owned())),
            Some(Value::Null) => Ok(None),
            _ => Err(self.unreadable(column, "a text")),
        }
    }

    /// A text that means one of a few things.
    pub(crate) fn word<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        self.word_or_null(column, read)?.ok_or_else(|| self.unreadable(column, "a text"))
    }

    /// A text that means one of a few things, or nothing.
    pub(crate) fn word_or_null<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.text_or_null(column)? else { return Ok(None) };
        read(&text).map(Some).ok_or_else(|| self.unreadable(column, "a known word"))
    }

    /// A document.
    pub(crate) fn json<T: DeserializeOwned>(&mut self, column: &'static str) -> Result<T, Error> {
        let text = self.text(column)?;
        serde_json::from_str(&text).map_err(|_| self.unreadable(column, "a document that this program knows"))
    }

    /// A document, or nothing.
    pub(crate) fn json_or_null<T: DeserializeOwned>(
        &mut self,
        column: &'static str,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.text_or_null(column)? else { return Ok(None) };
        let read = serde_json::from_str(&text).map(Some);
        read.map_err(|_| self.unreadable(column, "a document that this program knows"))
    }

    /// Bytes.
    pub(crate) fn bytes(&mut self, column: &'static str) -> Result<Vec<u8>, Error> {
        match self.take(column) {
            Some(Value::Bytes(bytes)) => Ok(bytes.into_owned()),
            // SQLite does not tell an id from other bytes.
            Some(Value::Id(id)) => Ok(id.to_vec()),
            _ => Err(self.unreadable(column, "bytes")),
        }
    }

    /// A hash of 32 bytes.
    pub(crate) fn hash(&mut self, column: &'static str) -> Result<[u8; 32], Error> {
        let bytes = self.bytes(column)?;
        bytes.try_into().map_err(|_| self.unreadable(column, "32 bytes"))
    }

    /// An id, or nothing (in SQLite 16 bytes).
    pub(crate) fn id_or_null<T>(
        &mut self,
        column: &'static str,
        make: fn([u8; 16]) -> T,
    ) -> Result<Option<T>, Error> {
        match self.take(column) {
            Some(Value::Id(id)) => Ok(Some(make(id))),
            Some(Value::Null) => Ok(None),
            Some(Value::Bytes(bytes)) => match bytes.as_ref().try_into() {
                Ok(id) => Ok(Some(make(id))),
                Err(_) => Err(self.unreadable(column, "an id")),
            },
            _ => Err(self.unreadable(column, "an id")),
        }
    }

    /// An id.
    pub(crate) fn id<T>(&mut self, column: &'static str, make: fn([u8; 16]) -> T) -> Result<T, Error> {
        self.id_or_null(column, make)?.ok_or_else(|| self.unreadable(column, "an id"))
    }

    /// A time.
    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, Error> {
        self.time_or_null(column)?.ok_or_else(|| self.unreadable(column, "a time"))
    }

    /// A time, or nothing.
    pub(crate) fn time_or_null(&mut self, column: &'static str) -> Result<Option<Timestamp>, Error> {
        let Some(microseconds) = self.integer_or_null(column)? else { return Ok(None) };
        let time = Timestamp::from_microsecond(microseconds);
        time.map(Some).map_err(|_| self.unreadable(column, "a time"))
    }
}
