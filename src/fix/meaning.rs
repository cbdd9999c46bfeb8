//! What must not change when a query is edited by a fix that promises the same rows: its columns, and its tests in a
//! form in which `x in ("a")` and `x == "a"` are one.

use std::collections::BTreeSet;

use crate::analyze::{Facts, Predicate, PredicateOp, analyze};
use crate::parse::{Token, TokenKind, parse, tokens};
use crate::schema::{Schema, Value};
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp, Query, StatementKind};

/// Whether two queries return the same columns and ask the same, as far as their facts tell, or the old one did not run
/// for a name that did not resolve and does so now.
pub fn is_same(old: &str, new: &str) -> bool {
    let (old, new) = (Meaning::of(old), Meaning::of(new));
    new.unresolved < old.unresolved || (old.columns == new.columns && old.questions == new.questions)
}

struct Meaning {
    unresolved: usize,
    columns: Option<Vec<String>>,
    questions: BTreeSet<Question>,
}

/// A test for one value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    subject: String,
    test: String,
    value: String,
    is_negated: bool,
    is_in_exclusion: bool,
}

impl Meaning {
    fn of(text: &str) -> Self {
        let parsed = parse(text);
        let facts = analyze(&parsed.query, &Schema::builtin());
        let unused = unused_definitions(text, &parsed.query);
        let is_used = |predicate: &&Predicate| !unused.iter().any(|span| span.contains(predicate.span));
        let tests = facts.predicates.iter().filter(is_used);
        Self {
            unresolved: facts.unresolved.len(),
            columns: columns(&facts),
            questions: tests.flat_map(|test| questions(text, test)).collect(),
        }
    }
}

fn columns(facts: &Facts) -> Option<Vec<String>> {
    let result = facts.result.as_ref()?;
    Some(result.columns.iter().map(|column| column.name.clone()).collect())
}

/// The definitions whose name stands nowhere else, those aside that are not used themselves.
fn unused_definitions(text: &str, query: &Query<'_>) -> Vec<Span> {
    let mut tokens: Vec<Token> = tokens(text).into_iter().filter(|token| token.kind != TokenKind::Comment).collect();
    let mut unused: Vec<Span> = Vec::new();
    // A definition is used behind it, so the last ones come first.
    for statement in query.statements.iter().rev() {
        let StatementKind::Let { name, .. } = &statement.kind else { continue };
        let uses = tokens.iter().filter(|token| token.span.slice(text).contains(&*name.text)).count();
        if uses <= 1 {
            tokens.retain(|token| !statement.span.contains(token.span));
            unused.push(statement.span);
        }
    }
    unused
}

/// How a test compares, with its own negation left to the predicate.
struct Way {
    word: String,
    ignores_case: bool,
}

fn questions(query: &str, test: &Predicate) -> Vec<Question> {
    let mut functions = test.subject.functions.as_slice();
    let mut way = way(query, test);
    let folds = functions.first().is_some_and(|name| matches!(name.as_str(), "tolower" | "toupper"));
    if folds && test.values.iter().all(|item| matches!(&item.value, Value::String(value) if value.is_ascii())) {
        functions = functions.get(1..).unwrap_or_default();
        way.ignores_case = true;
    }
    // What is compared with a text is made text anyway.
    let functions: Vec<&str> = functions.iter().map(String::as_str).filter(|name| *name != "tostring").collect();
    let subject = if let Some(column) = &test.subject.column {
        format!("{} of {}", functions.join(" of "), column.name)
    } else {
        let written: String = test.subject.span.slice(query).split_whitespace().collect();
        written.strip_prefix("tostring(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(&written).to_owned()
    };
    let question = |value: String, word: &str, is_negated: bool| Question {
        subject: subject.clone(),
        test: format!("{word} {}", if way.ignores_case { "~" } else { "" }),
        value,
        is_negated,
        is_in_exclusion: test.is_in_exclusion,
    };
    if let Some((word, is_negative)) = existence(query, test) {
        return vec![question(String::new(), word, test.is_negated != is_negative)];
    }
    if test.values.is_empty() {
        return vec![question(String::new(), &way.word, test.is_negated)];
    }
    let value = |value: &Value| {
        let value = text_of(value);
        if way.ignores_case { value.to_ascii_lowercase() } else { value }
    };
    test.values
        .iter()
        .map(|item| match (&item.value, literal(test.op, &item.value)) {
            (_, Some((literal, ignores_case))) => Question {
                test: format!("contains {}", if ignores_case { "~" } else { "" }),
                ..question(literal, "contains", test.is_negated)
            },
            (value_of, None) => question(value(value_of), &way.word, test.is_negated),
        })
        .collect()
}

/// `isempty`, `isnull` and their opposites, comparisons with the empty text among them.
fn existence(query: &str, test: &Predicate) -> Option<(&'static str, bool)> {
    match test.op {
        PredicateOp::Function => Some(match test.op_span.slice(query) {
            "isempty" => ("isempty", false),
            "isnotempty" | "notempty" => ("isempty", true),
            "isnull" => ("isnull", false),
            "isnotnull" | "notnull" => ("isnull", true),
            _ => return None,
        }),
        PredicateOp::Binary(BinaryOp::Equal | BinaryOp::EqualCi | BinaryOp::NotEqual | BinaryOp::NotEqualCi) => {
            let is_empty =
                test.values.iter().any(|item| matches!(&item.value, Value::String(value) if value.is_empty()));
            is_empty.then_some(("isempty", false))
        }
        PredicateOp::Binary(_) | PredicateOp::In(_) | PredicateOp::Between | PredicateOp::NotBetween => None,
    }
}

fn way(query: &str, test: &Predicate) -> Way {
    let (word, ignores_case) = match test.op {
        PredicateOp::In(InOp::In | InOp::NotIn) | PredicateOp::Binary(BinaryOp::Equal | BinaryOp::NotEqual) => {
            ("==", false)
        }
        PredicateOp::In(InOp::InCi | InOp::NotInCi) | PredicateOp::Binary(BinaryOp::EqualCi | BinaryOp::NotEqualCi) => {
            ("==", true)
        }
        PredicateOp::In(InOp::HasAll) if test.values.len() > 1 => ("has_all", true),
        PredicateOp::In(InOp::HasAny | InOp::HasAll) | PredicateOp::Binary(BinaryOp::Has | BinaryOp::NotHas) => {
            ("has", true)
        }
        PredicateOp::Binary(BinaryOp::Contains | BinaryOp::NotContains) => ("contains", true),
        PredicateOp::Binary(BinaryOp::ContainsCs | BinaryOp::NotContainsCs) => ("contains", false),
        PredicateOp::Binary(op) => (op.as_str().trim_start_matches('!'), false),
        PredicateOp::Between | PredicateOp::NotBetween => ("between", false),
        PredicateOp::Function => (test.op_span.slice(query), false),
    };
    Way { word: word.to_owned(), ignores_case }
}

/// The text that a pattern without any pattern in it looks for, and whether its letter case is left aside.
fn literal(op: PredicateOp, value: &Value) -> Option<(String, bool)> {
    let Value::String(pattern) = value else { return None };
    if op != PredicateOp::Binary(BinaryOp::MatchesRegex) {
        return None;
    }
    let (pattern, ignores_case) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (rest, true),
        None => (pattern.as_str(), false),
    };
    let inner = pattern.trim_start_matches(".*").trim_end_matches(".*");
    let is_plain = !inner.contains(|c: char| regex_syntax::is_meta_character(c));
    is_plain.then(|| if ignores_case { (inner.to_ascii_lowercase(), true) } else { (inner.to_owned(), false) })
}

/// `0` and `"0"` are the same to a test that converts one of them.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => {
            text.to_lowercase()
        }
        Value::String(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Real(_) | Value::Timespan(_) | Value::Datetime(_) | Value::Guid(_) | Value::Dynamic(_) | Value::Null => {
            format!("{value:?}")
        }
    }
}
