//! The keys of the configuration file, as data.
//!
//! One table serves three readers: [`super::check`] finds unknown keys and wrong values with their places, the JSON
//! Schema for editors is written from it, and `kqlift config init` takes its comments. Deriving all three from the
//! serde types would need their documentation and their rules a second time, as attributes. That the table and the
//! types of [`super::file`] say the same is a test.

use crate::emit::{Mode, Target, Unmapped};
use crate::rule::RuleKind;

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// As it is written in the file.
    pub(super) name: &'static str,
    /// What values it takes.
    pub(super) shape: Shape,
    /// Whether its table is useless without it.
    pub(super) is_required: bool,
    /// What it means, in one sentence.
    pub(super) about: &'static str,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Any text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A path, relative to the folder of the file.
    Path,
    /// A day: `2027-01-31`, with or without quotes.
    Date,
    /// A pattern for paths, relative to the folder of the file.
    Glob,
    /// A code, a prefix of codes, or the name of a lint rule.
    Selector,
    /// One of some words.
    Choice(fn() -> Vec<&'static str>),
    /// A list of values of one shape.
    List(&'static Shape),
    /// A table with these keys.
    Table(&'static [Key]),
    /// A list of tables with these keys.
    Tables(&'static [Key]),
    /// A table with keys and values of these shapes.
    Map(&'static Shape, &'static Shape),
}

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, is_required: false, about }
}

const fn required(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, is_required: true, about }
}

const GLOBS: Shape = Shape::List(&Shape::Glob);
const PATHS: Shape = Shape::List(&Shape::Path);
const SELECTORS: Shape = Shape::List(&Shape::Selector);

/// The keys of the file itself.
pub(super) const ROOT: &[Key] = &[
    key("extend", Shape::Path, "Another configuration file; what this file says comes before what that one says."),
    key("include", GLOBS, "Files to take when a folder is walked; without it, every file that may hold a query."),
    key("fail-on", Shape::Choice(fail_on), "Lowest severity of a finding that makes the exit code 1."),
    key("schema", PATHS, "Files that describe tables of your own: custom logs, watchlists, saved functions."),
    key("require-suppression-reason", Shape::Flag, "Whether a suppression has to say why."),
    key("compat", Shape::List(&Shape::Choice(compat)), "Other programs whose suppression comments are honoured."),
    key("lint", Shape::Table(LINT), "Which lint rules run, where, and how much they matter."),
    key("ignore", Shape::Tables(IGNORE), "Findings to leave out, by the id of the detection rule."),
    key(
        "target",
        Shape::Tables(TARGET),
        "What the rules of some folders are for; the first that matches a file decides.",
    ),
    key("convert", Shape::Table(CONVERT), "What `kqlift convert` does unless its options say otherwise."),
];

const LINT: &[Key] = &[
    key(
        "select",
        SELECTORS,
        "Lint rules to run: codes, prefixes of codes, names, or `ALL`; without it, all that are on by default.",
    ),
    key("extend-select", SELECTORS, "Lint rules to run beside those of `select`."),
    key("ignore", SELECTORS, "Lint rules not to run; a longer prefix in `select` wins."),
    key("unfixable", SELECTORS, "Lint rules whose fixes are neither offered nor applied."),
    key(
        "severity",
        Shape::Map(&Shape::Selector, &Shape::Choice(severity)),
        "How much the findings of some lint rules matter; the longest prefix wins.",
    ),
    key("per-file-ignores", Shape::Map(&Shape::Glob, &SELECTORS), "Lint rules not to run on some files."),
];

const IGNORE: &[Key] = &[
    required("rule-id", Shape::Text, "The id of the detection rule, in any letter case."),
    required("codes", SELECTORS, "The lint rules whose findings are left out."),
    key("reason", Shape::Text, "Why."),
    key("until", Shape::Date, "The last day on which the findings are left out."),
];

const TARGET: &[Key] = &[
    required("paths", GLOBS, "The files that this is about."),
    key("kind", Shape::Choice(kind), "What their rules are for, whatever the files look like."),
    key("time-column", Shape::Text, "The column that holds the time of a row, such as `Timestamp`."),
];

const CONVERT: &[Key] = &[
    key("to", Shape::List(&Shape::Choice(target)), "Languages to convert to."),
    key("mode", Shape::Choice(mode), "What to prefer where the exact form is not what rule authors write."),
    key("unmapped", Shape::Choice(unmapped), "What to do with a column that the target lacks."),
    key("maps", PATHS, "Files with mappings of your own, which come before the built-in ones."),
    key(
        "placeholders",
        Shape::Map(&Shape::Text, &Shape::List(&Shape::Text)),
        "Values that take the places of `%name%` in Sigma rules, by name.",
    ),
];

fn fail_on() -> Vec<&'static str> {
    super::FailOn::ALL.iter().map(|level| level.as_str()).collect()
}

fn compat() -> Vec<&'static str> {
    super::Compat::ALL.iter().map(|program| program.as_str()).collect()
}

fn severity() -> Vec<&'static str> {
    use crate::diagnostic::Severity;
    [Severity::Info, Severity::Warning, Severity::Error].iter().map(|severity| severity.as_str()).collect()
}

fn kind() -> Vec<&'static str> {
    crate::lint::Rule::EVERY_KIND.iter().copied().map(RuleKind::as_str).collect()
}

fn target() -> Vec<&'static str> {
    Target::ALL.iter().copied().map(Target::as_str).collect()
}

fn mode() -> Vec<&'static str> {
    [Mode::Idiomatic, Mode::Exact]
        .iter()
        .map(|mode| match mode {
            Mode::Idiomatic => "idiomatic",
            Mode::Exact => "exact",
        })
        .collect()
}

fn unmapped() -> Vec<&'static str> {
    [Unmapped::Error, Unmapped::Keep, Unmapped::Drop]
        .iter()
        .map(|unmapped| match unmapped {
            Unmapped::Error => "error",
            Unmapped::Keep => "keep",
            Unmapped::Drop => "drop",
        })
        .collect()
}
