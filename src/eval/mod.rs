//! A rule on events: a meaning and JSON events in, the rows that the rule returns out.
//!
//! The evaluator follows KQL: term matching, letter case, null and empty, three-valued conditions. What it does not
//! model is an [`EvalError`] with its name and place, never a guess, and is found before the first event is looked at.
//! There is no clock: `now()` is what the caller says.
//!
//! Values are read from JSON as the column's type says. A column of type `string` has no null: where the event lacks it,
//! it is the empty text. A field of a log source has no type; where the event lacks it, it is null.

mod aggregate;
mod check;
mod datum;
mod events;
mod expression;
mod function;
mod join;
mod network;
mod pipeline;
mod summarize;
mod test;
mod text;
mod time;

pub use datum::Datum;
pub use events::{Events, Row};
pub use network::is_in_network;
pub use time::Timestamp;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use regex::Regex;

use crate::ir::Detection;
use crate::span::Span;

/// What stands in the way of evaluating a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// One sentence without full stop that names it.
    pub message: String,
    /// Its place in the query.
    pub span: Span,
}

impl std::fmt::Display for EvalError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for EvalError {}

type Evaluated<T> = Result<T, EvalError>;

fn failure<T>(message: impl Into<String>, span: Span) -> Evaluated<T> {
    Err(EvalError { message: message.into(), span })
}

/// The rows that the rule returns on the events. `now` is the time that `now()` and `ago()` count from.
///
/// # Errors
///
/// If the rule has a part that is not modelled, or reads a time without being told what `now` is.
pub fn evaluate(detection: &Detection, events: &Events, now: Option<Timestamp>) -> Result<Vec<Row>, EvalError> {
    let evaluator = Evaluator { events, now, regexes: RefCell::default(), subqueries: RefCell::default() };
    check::pipeline(&detection.pipeline)?;
    evaluator.pipeline(&detection.pipeline)
}

/// What stays the same while one rule is evaluated.
struct Evaluator<'e> {
    events: &'e Events,
    now: Option<Timestamp>,
    /// Compiled regular expressions by their text; `None` is one that does not compile.
    regexes: RefCell<BTreeMap<String, Option<Rc<Regex>>>>,
    /// Rows of sub-queries, which do not depend on the row around them, by the address of their pipeline.
    subqueries: RefCell<BTreeMap<usize, Rc<Vec<Row>>>>,
}

impl Evaluator<'_> {
    /// The compiled expression, or nothing where it is no regular expression.
    fn regex(&self, pattern: &str) -> Option<Rc<Regex>> {
        if let Some(known) = self.regexes.borrow().get(pattern) {
            return known.clone();
        }
        let compiled = Regex::new(pattern).ok().map(Rc::new);
        self.regexes.borrow_mut().insert(pattern.to_owned(), compiled.clone());
        compiled
    }
}
