//! TRM014: an IPv4 address tested by its first characters.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::predicate::{excludes, hold_together, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM014",
    name: "ip-as-text",
    category: Category::Term,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("ip_as_text.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some(column) = predicate.subject.plain_column().filter(|_| looks_at_a_part(predicate.op)) else { continue };
        if shape_of(cx.schema(), column) != Some(ColumnShape::Ip) {
            continue;
        }
        let found = texts_with_places(predicate)
            .find_map(|(text, place)| Some((text, place, wrong_address(predicate.op, text)?)));
        let Some((text, place, other)) = found else { continue };
        let is_tested_further = cx.predicates().iter().any(|other| {
            other.span != predicate.span
                && cx.slice(other.span).contains(column.name.as_str())
                && !looks_at_a_part(other.op)
                && hold_together(cx, predicate, other)
        });
        if is_tested_further {
            continue;
        }
        let (operator, name) = (cx.slice(predicate.op_span), &column.name);
        let also = if excludes(predicate) { "also excluded" } else { "also matched" };
        cx.report(place, format!("`{operator} \"{text}\"` compares characters, not networks"))
            .label("part of an address")
            .related(predicate.subject.span, "holds an IP address")
            .help("use `ipv4_is_in_range` or `ipv4_is_private`, with `coalesce(…, false)` for what is no IPv4 address")
            .note(format!("{also} today: {name}=\"{other}\""));
    }
}

fn looks_at_a_part(op: PredicateOp) -> bool {
    use BinaryOp as Op;
    matches!(
        op,
        PredicateOp::Binary(
            Op::StartsWith
                | Op::NotStartsWith
                | Op::Contains
                | Op::NotContains
                | Op::Has
                | Op::NotHas
                | Op::HasPrefix
                | Op::NotHasPrefix
        )
    )
}

/// An address that matches although it is surely not meant; `None` if the text is no part of an address, or is precise.
fn wrong_address(op: PredicateOp, text: &str) -> Option<String> {
    let is_address_part = text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let octets: Vec<&str> = text.trim_matches('.').split('.').collect();
    if !is_address_part || octets.iter().any(|octet| octet.parse::<u8>().is_err()) {
        return None;
    }
    let is_start = matches!(op, PredicateOp::Binary(BinaryOp::StartsWith | BinaryOp::NotStartsWith));
    match (is_start, text) {
        // 172.16.0.0/12 is the private part.
        (true, "172.") => Some("172.217.16.142".to_owned()),
        (true, "192.") => Some("192.0.78.9".to_owned()),
        (true, _) if !text.ends_with('.') && octets.len() < 4 && octets.last().is_some_and(|last| last.len() < 3) => {
            Some(rest_of(text, octets.len(), "9"))
        }
        (false, _) if octets.len() <= 2 => Some(format!("203.{}{}.7", "0.".repeat(2 - octets.len()), octets.join("."))),
        (true | false, _) => None,
    }
}

/// A whole address that starts with a text whose last number goes on.
fn rest_of(text: &str, octets: usize, digit: &str) -> String {
    let missing = ".1".repeat(4 - octets);
    format!("{text}{digit}{missing}")
}
