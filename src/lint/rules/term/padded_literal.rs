//! TRM006: a blank at an end of a text that is searched for.

use std::collections::HashMap;

use crate::analyze::PredicateOp;
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::literal::place_in_literal;
use crate::lint::predicate::{effect_on_rule, excludes, texts_with_places};
use crate::lint::regex::string_literals;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp, StringLiteral};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM006",
    name: "padded-literal",
    category: Category::Term,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("padded_literal.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let literals = string_literals(cx);
    for predicate in cx.predicates().iter().filter(|predicate| searches(predicate.op)) {
        let padded: Vec<(&str, Span)> = texts_with_places(predicate).filter(|(text, _)| is_padded(text)).collect();
        let Some((text, place)) = padded.first().copied() else { continue };
        let column = cx.slice(predicate.subject.span);
        let core = text.trim();
        let edits: Vec<Edit> =
            padded.iter().filter_map(|(text, place)| trimmed(cx, &literals, text, *place)).flatten().collect();
        let whole = match (text.starts_with(' '), text.ends_with(' ')) {
            (false, true) => format!("… {core}"),
            (true, false) => format!("{core} …"),
            _ => core.to_owned(),
        };
        let missed = if excludes(predicate) { "not excluded" } else { "missed" };
        let mut report = cx.report(place, "the blank must be there too: not an end of the value, a tab or a quote");
        report
            .label("a blank at the end of the text")
            .help(format!("write `{core}`: borders of terms do what the blank tries to do"))
            .note(format!("{missed} today: {column}=\"{whole}\""));
        if !edits.is_empty() {
            report.fix("drop the blanks", effect_on_rule(predicate, Effect::Wider), edits);
        }
    }
}

/// Whether it looks for a text anywhere in a value.
fn searches(op: PredicateOp) -> bool {
    match op {
        PredicateOp::Binary(op) => {
            matches!(op, BinaryOp::Has | BinaryOp::NotHas | BinaryOp::HasCs | BinaryOp::NotHasCs)
        }
        PredicateOp::In(op) => matches!(op, InOp::HasAny | InOp::HasAll),
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    }
}

/// Whether blanks stand at an end of a word.
fn is_padded(text: &str) -> bool {
    let core = text.trim_matches(' ');
    core.len() < text.len() && core.starts_with(char::is_alphanumeric) && core.ends_with(char::is_alphanumeric)
}

/// The edits that take the blanks off one text.
fn trimmed(
    cx: &Context<'_>,
    literals: &HashMap<Span, &StringLiteral<'_>>,
    text: &str,
    place: Span,
) -> Option<Vec<Edit>> {
    let literal = literals.get(&place)?;
    let start = text.len() - text.trim_start_matches(' ').len();
    let end = text.trim_end_matches(' ').len();
    let ranges = [0..start, end..text.len()].into_iter().filter(|range| !range.is_empty());
    ranges
        .map(|range| {
            let place = place_in_literal(cx.text(), literal, range)?.into();
            Some(Edit { place, replacement: String::new() })
        })
        .collect()
}
