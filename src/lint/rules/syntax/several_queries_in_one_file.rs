//! SYN008: another query follows behind an empty line. A bare file is divided there; a rule is broken.

use crate::diagnostic::Severity;
use crate::lint::mistake::{Mistake, Tokens};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Part;
use crate::span::Span;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SYN008",
    name: "several-queries-in-one-file",
    category: Category::Syntax,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("several_queries_in_one_file.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    if let Some(part) = cx.metadata().part {
        return note_division(cx, part);
    }
    if cx.errors().is_empty() {
        return;
    }
    let tokens = Tokens::of(cx);
    let is_second = |error: &&crate::parse::SyntaxError| tokens.mistake(error) == Some(Mistake::SecondQuery);
    let places: Vec<_> = cx.errors().iter().filter(is_second).map(|error| error.span).collect();
    // They were put into one file together: one finding, at the second query.
    let Some((second, others)) = places.split_first() else { return };
    let mut report = cx.report(*second, "another query begins here: an empty line does not end the one above");
    report
        .severity(Severity::Error)
        .label("read as a part of the query above")
        .help("put each query into a file of its own, or end the one above with `;`");
    for other in others {
        report.related(*other, "and another here");
    }
}

/// Says once, at the second query, that a file was divided.
fn note_division(cx: &mut Context<'_>, part: Part) {
    if part.number != 2 {
        return;
    }
    let start = Tokens::of(cx).get(0).map_or(Span::at(0), |token| token.span);
    cx.report(start, format!("this file holds {} queries: each is read as a rule of its own", part.count))
        .severity(Severity::Info)
        .label("the second begins here")
        .help("a rule takes one query: put each into a file of its own to deploy it");
}
