//! TRM002: a whole-term test with a word that mostly occurs inside a longer term.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, texts, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM002",
    name: "has-inside-a-longer-term",
    category: Category::Term,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("has_inside_a_longer_term.md"),
    check,
};

/// A word, and the terms of command lines in which it stands.
const WORDS: &[(&str, &[&str])] = &[
    ("base64", &["FromBase64String", "ToBase64String"]),
    ("deflate", &["DeflateStream"]),
    ("download", &["DownloadString", "DownloadFile", "DownloadData"]),
    ("encoded", &["EncodedCommand"]),
    ("gzip", &["GZipStream"]),
    ("memory", &["MemoryStream"]),
    ("shadow", &["shadows", "shadowcopy"]),
    ("upload", &["UploadString", "UploadFile", "UploadData"]),
    ("wmi", &["Get-WmiObject", "Win32_Process"]),
];

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !is_term_test_of_command_line(cx, predicate) {
            continue;
        }
        let found = texts_with_places(predicate).find_map(|(text, place)| Some((text, place, terms_around(text)?)));
        let Some((word, place, terms)) = found else { continue };
        if terms.iter().any(|term| is_named_elsewhere(cx, predicate, term)) {
            continue;
        }
        let Some(term) = terms.first() else { continue };
        let written = cx.slice(predicate.op_span);
        let misses = if excludes(predicate) { "does not exclude" } else { "misses" };
        let column = predicate.subject.column.as_ref().map_or("value", |column| column.name.as_str());
        let replacement = substring_operator(predicate.op);
        let effect = effect_on_rule(predicate, Effect::Wider);
        let mut report =
            cx.report(place, format!("`{written}` finds `{word}` only as a whole term and {misses} `{term}`"));
        report
            .label("part of a longer term in practice")
            .help(format!("use `contains \"{word}\"`, or name the whole terms: {}", quoted(terms)))
            .note(format!("{misses}: {column}=\"… {term} …\""));
        if let Some(replacement) = replacement {
            report.replace(predicate.op_span, replacement, format!("write `{replacement}`"), effect);
        }
    }
}

fn is_term_test_of_command_line(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let is_term_test = matches!(
        predicate.op,
        PredicateOp::Binary(BinaryOp::Has | BinaryOp::NotHas) | PredicateOp::In(InOp::HasAny | InOp::HasAll)
    );
    let column = predicate.subject.plain_column();
    is_term_test && column.is_some_and(|column| shape_of(cx.schema(), column) == Some(ColumnShape::CommandLine))
}

fn terms_around(text: &str) -> Option<&'static [&'static str]> {
    WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, terms)| *terms)
}

/// Whether a test of the same column looks for the longer term, or for a part of it with a substring operator.
fn is_named_elsewhere(cx: &Context<'_>, predicate: &Predicate, term: &str) -> bool {
    let name = predicate.subject.column.as_ref().map(|column| &column.name);
    let term = term.to_lowercase();
    cx.predicates().iter().filter(|other| other.subject.column.as_ref().map(|column| &column.name) == name).any(
        |other| {
            let is_substring = matches!(other.op, PredicateOp::Binary(BinaryOp::Contains | BinaryOp::MatchesRegex));
            texts(other).any(|text| {
                let text = text.to_lowercase();
                text.contains(&term) || (is_substring && term.contains(&text))
            })
        },
    )
}

fn substring_operator(op: PredicateOp) -> Option<&'static str> {
    match op {
        PredicateOp::Binary(BinaryOp::Has) => Some(BinaryOp::Contains.as_str()),
        PredicateOp::Binary(BinaryOp::NotHas) => Some(BinaryOp::NotContains.as_str()),
        PredicateOp::Binary(_)
        | PredicateOp::In(_)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => None,
    }
}

fn quoted(terms: &[&str]) -> String {
    terms.iter().map(|term| format!("`{term}`")).collect::<Vec<_>>().join(", ")
}
