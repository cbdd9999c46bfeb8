//! Splunk searches on events: a referee for what the converter emits.
//!
//! It reads the part of SPL that the converter writes from Splunk's Search Reference and Search Manual, and shares no
//! line with the converter: `cases.rs` beside it states the documented behaviour it is built on, row by row with the page.
//! What it does not know is a [`Failure::Unknown`] with its name, never a guess; what Splunk answers with an error is a
//! [`Failure::Rejected`], which is a fault of whoever wrote the search.
//!
//! ```text
//! text ── pipeline ── commands ──┬─ condition   the part in front of the first pipe, and `search`
//!                                ├─ expression ── evaluate ── function, json, time   `where`, `eval`
//!                                └─ command, statistic, order, model   rows to rows
//! ```

mod command;
mod condition;
mod evaluate;
mod expression;
mod function;
mod json;
mod model;
mod order;
mod pattern;
mod pipeline;
mod statistic;
mod time;
mod token;
mod value;

pub(crate) use json::fields_of;
pub(crate) use model::DATASET;
pub(crate) use value::{Row, Value};

/// Why a search has no result here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    /// This interpreter does not know it, or the documentation does not say what it does.
    Unknown(String),
    /// Splunk answers with an error.
    Rejected(String),
}

pub(crate) type Outcome<T> = Result<T, Failure>;

pub(crate) fn unknown<T>(what: impl Into<String>) -> Outcome<T> {
    Err(Failure::Unknown(what.into()))
}

pub(crate) fn rejected<T>(what: impl Into<String>) -> Outcome<T> {
    Err(Failure::Rejected(what.into()))
}

/// What a search is run on.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// All events of all sources.
    pub(crate) events: Vec<Row>,
    /// Seconds since 1970 that `now()` is.
    pub(crate) now: f64,
}

/// A search that has been read.
#[derive(Debug)]
pub(crate) struct Search {
    commands: Vec<command::Command>,
}

impl Search {
    /// Reads a search; a command or function that is not known is named.
    pub(crate) fn read(text: &str) -> Outcome<Self> {
        let parts = pipeline::split(text)?;
        let mut commands = parts.iter().map(|part| command::read(part)).collect::<Outcome<Vec<_>>>()?;
        if let Some(first) = commands.first_mut() {
            first.begin();
        }
        Ok(Self { commands })
    }

    /// The rows of the result.
    pub(crate) fn run(&self, index: &Index) -> Outcome<Vec<Row>> {
        self.commands.iter().try_fold(Vec::new(), |rows, command| command.run(rows, index))
    }
}
