//! TRM007: one spelling of a PowerShell parameter that may be cut off anywhere.

use std::collections::BTreeSet;

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::Severity;
use crate::lint::predicate::{selects, texts, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM007",
    name: "abbreviated-switch",
    category: Category::Term,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("abbreviated_switch.md"),
    check,
};

const PARAMETER: &str = "encodedcommand";
/// So many spellings that the author has thought of it.
const ENOUGH_SPELLINGS: usize = 6;

fn check(cx: &mut Context<'_>) {
    let tests: Vec<&Predicate> = cx.predicates().iter().filter(|predicate| is_search(cx, predicate)).collect();
    let has_regex = tests.iter().any(|test| test.op == PredicateOp::Binary(BinaryOp::MatchesRegex));
    let spellings: BTreeSet<String> =
        tests.iter().flat_map(|test| texts(test)).filter_map(spelling).map(str::to_lowercase).collect();
    if has_regex || spellings.len() >= ENOUGH_SPELLINGS {
        return;
    }
    // All spellings in the query are one decision: the finding stands at the first.
    let found = tests
        .iter()
        .flat_map(|test| texts_with_places(test).map(move |(text, place)| (test.op, text, place)))
        .find_map(|(op, text, place)| Some((op, spelling(text)?, place)));
    let Some((op, written, place)) = found else { return };
    let column = tests.iter().find_map(|test| test.subject.column.as_ref()).map_or("", |column| &column.name);
    let is_missed = |other: &&str| match op {
        PredicateOp::Binary(BinaryOp::Contains) => !spellings.iter().any(|known| other.contains(known.as_str())),
        _ => !spellings.contains(*other),
    };
    let Some(missed) = ["enc", "enco", "ec", "en", "e"].into_iter().find(is_missed) else { return };
    cx.report(
        place,
        format!("PowerShell takes any beginning of `-EncodedCommand`, so `-{written}` misses `-{missed}`"),
    )
    .label("one spelling of many")
    .help(r#"use `matches regex @"(?i)\s[-/–]e(c|n(c(o(d(e(d(c\w*)?)?)?)?)?)?)?\s"`"#)
    .note(format!("missed today: {column}=\"powershell -{missed} aQBlAHgA…\""));
}

/// Whether it keeps rows whose command line holds a text.
fn is_search(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let is_search = matches!(
        predicate.op,
        PredicateOp::Binary(BinaryOp::Has | BinaryOp::Contains | BinaryOp::MatchesRegex)
            | PredicateOp::In(InOp::HasAny)
    );
    let column = predicate.subject.column.as_ref();
    is_search
        && selects(predicate)
        && column.is_some_and(|column| shape_of(cx.schema(), column) == Some(ColumnShape::CommandLine))
}

/// The parameter as a text spells it, without the dash. One or two letters may belong to another program.
fn spelling(text: &str) -> Option<&str> {
    let word = text.trim().strip_prefix(['-', '/'])?;
    let lower = word.to_lowercase();
    (lower.len() >= 3 && PARAMETER.starts_with(&lower)).then_some(word)
}
