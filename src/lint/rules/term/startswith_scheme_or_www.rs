//! TRM016: the start of a URL that may be written in other ways.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::predicate::{excludes, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM016",
    name: "startswith-scheme-or-www",
    category: Category::Term,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("startswith_scheme_or_www.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let PredicateOp::Binary(
            BinaryOp::StartsWith | BinaryOp::NotStartsWith | BinaryOp::EqualCi | BinaryOp::NotEqualCi,
        ) = predicate.op
        else {
            continue;
        };
        let Some(column) = predicate.subject.plain_column() else { continue };
        if shape_of(cx.schema(), column) != Some(ColumnShape::Url) {
            continue;
        }
        let found = texts_with_places(predicate).find_map(|(text, place)| Some((place, host(text)?)));
        let Some((place, host)) = found else { continue };
        let name = &column.name;
        let missed = if excludes(predicate) { "not excluded" } else { "missed" };
        cx.report(place, format!("`{name}` holds URLs and bare hosts, with and without a scheme or a port"))
            .label("one way of writing it")
            .help(format!("compare the host: `tostring(parse_url({name}).Host)`, or use `has \"{host}\"`"))
            .note(format!("{missed} today: {name}=\"{host}\", {name}=\"{host}:443\""));
    }
}

/// The host behind a scheme or `www.`.
fn host(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let start = ["https://", "http://", "www."].iter().find(|start| lower.starts_with(**start))?;
    let host = text.get(start.len()..)?.split(['/', ':']).next()?;
    host.contains('.').then_some(host)
}
