//! EVD005: addresses on the internet are taken for those of type `Public` alone.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, selects, texts};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "EVD005",
    name: "remote-ip-type-public-only",
    category: Category::Evasion,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("remote_ip_type_public_only.md"),
    check,
};

const COLUMN: &str = "RemoteIPType";
/// The type of an IPv4 address that was logged in IPv6 form (`::ffff:203.0.113.7`).
const MAPPED: &str = "FourToSixMapping";

fn check(cx: &mut Context<'_>) {
    let tests: Vec<&Predicate> = cx.predicates().iter().filter(|predicate| is_about_type(predicate)).collect();
    if tests.iter().any(|predicate| texts(predicate).any(|text| text.eq_ignore_ascii_case(MAPPED))) {
        return;
    }
    for predicate in tests {
        let is_public = texts(predicate).any(|text| text.eq_ignore_ascii_case("Public"));
        if !(is_public && selects(predicate)) {
            continue;
        }
        // Both ends of an IPv6 socket are mapped: a test of the local one would drop the row all the same.
        if tests_local_type(cx) {
            continue;
        }
        let fix = fix(predicate);
        let mut report =
            cx.report(predicate.span, format!("`{COLUMN}` is not `Public` for an IPv4 address in IPv6 form"));
        report
            .label(format!("leaves out `{MAPPED}`"))
            .help(format!("use `{COLUMN} in (\"Public\", \"{MAPPED}\")`"))
            .note(format!("missed today: RemoteIP=\"::ffff:203.0.113.7\", {COLUMN}=\"{MAPPED}\""));
        if let Some((place, replacement)) = fix {
            report.replace(place, replacement, format!("add `{MAPPED}`"), effect_on_rule(predicate, Effect::Wider));
        }
    }
}

fn tests_local_type(cx: &Context<'_>) -> bool {
    let mut columns = cx.predicates().iter().filter_map(|predicate| predicate.subject.column.as_ref());
    columns.any(|column| column.name == "LocalIPType")
}

fn is_about_type(predicate: &Predicate) -> bool {
    predicate.subject.column.as_ref().is_some_and(|column| column.name == COLUMN)
}

/// Where to write what so that mapped addresses are in, for tests that name whole values.
fn fix(predicate: &Predicate) -> Option<(Span, String)> {
    predicate.subject.plain_column()?;
    match (predicate.op, predicate.list_span) {
        (PredicateOp::Binary(BinaryOp::Equal), _) => {
            Some((predicate.span, format!("{COLUMN} in (\"Public\", \"{MAPPED}\")")))
        }
        (PredicateOp::Binary(BinaryOp::EqualCi), _) => {
            Some((predicate.span, format!("{COLUMN} in~ (\"Public\", \"{MAPPED}\")")))
        }
        (PredicateOp::In(InOp::In | InOp::InCi), Some(parentheses)) => {
            let last = predicate.values.last().filter(|value| parentheses.contains(value.span))?;
            Some((Span::at(last.span.end as usize), format!(", \"{MAPPED}\"")))
        }
        (
            PredicateOp::Binary(_)
            | PredicateOp::In(_)
            | PredicateOp::Between
            | PredicateOp::NotBetween
            | PredicateOp::Function,
            _,
        ) => None,
    }
}
