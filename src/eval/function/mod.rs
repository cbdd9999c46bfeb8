//! The scalar functions that rules use.
//!
//! A function takes values and gives a value. Its error is the rest of a sentence that begins with its name.

#![expect(clippy::unnecessary_wraps, reason = "every function of the tables has one type")]

mod convert;
mod dynamic;
mod moment;
mod number;
mod string;

use super::Evaluator;
use super::datum::Datum;

/// The values that a function is called with.
pub(super) struct Call<'c> {
    pub(super) arguments: &'c [Datum],
    pub(super) evaluator: &'c Evaluator<'c>,
}

impl Call<'_> {
    /// The argument; null if there is none.
    fn get(&self, index: usize) -> &Datum {
        self.arguments.get(index).unwrap_or(&Datum::Null)
    }

    /// The argument as text.
    fn text(&self, index: usize) -> String {
        self.get(index).to_text()
    }
}

type Outcome = Result<Datum, String>;

/// A function.
#[derive(Clone, Copy)]
pub(super) struct Function {
    /// The names that it goes by.
    names: &'static [&'static str],
    /// Fewest arguments.
    pub(super) least: usize,
    /// Most arguments.
    pub(super) most: usize,
    /// What it does.
    pub(super) body: fn(&Call<'_>) -> Outcome,
}

/// As many arguments as one likes.
const ANY: usize = usize::MAX;

/// The function of that name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    let tables = [string::FUNCTIONS, convert::FUNCTIONS, dynamic::FUNCTIONS, number::FUNCTIONS, moment::FUNCTIONS];
    tables.into_iter().flatten().find(|function| function.names.contains(&name))
}
