//! COR026: a negative test of a column that `parse` may have left empty.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::Severity;
use crate::lint::predicate::texts;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{OperatorKind, ParsePart};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR026",
    name: "predicate-after-lossy-parse",
    category: Category::Correctness,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("predicate_after_lossy_parse.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for pipeline in cx.pipelines() {
        for (index, operator) in pipeline.operators.iter().enumerate() {
            let OperatorKind::Parse { is_where: false, pattern, .. } = &operator.kind else { continue };
            let columns: Vec<&str> = pattern.iter().filter_map(column).collect();
            let later = pipeline.operators.get(index + 1..).unwrap_or_default();
            let Some(end) = later.last().map(|last| last.span.end) else { continue };
            let behind = Span { start: operator.span.end, end };
            let tests = || {
                cx.predicates().iter().filter(|test| {
                    behind.contains(test.span)
                        && test.subject.column.as_ref().is_some_and(|column| columns.contains(&column.name.as_str()))
                })
            };
            let asks_for_value = |test: &Predicate| {
                let excludes_empty = || texts(test).any(str::is_empty);
                test.is_filter && (!test.is_negated || test.op == PredicateOp::Function || excludes_empty())
            };
            if tests().any(asks_for_value) {
                continue;
            }
            let Some(test) = tests().find(|test| test.is_filter && test.is_negated) else { continue };
            let name = cx.slice(test.subject.span);
            cx.report(test.span, format!("rows that `parse` could not read pass this test with an empty `{name}`"))
                .label("true for an empty text")
                .related(operator.keyword_span(), "keeps rows that do not fit the pattern")
                .help("use `parse-where`, or test the column with `isnotempty` too");
        }
    }
}

fn column<'t>(part: &'t ParsePart<'_>) -> Option<&'t str> {
    match part {
        ParsePart::Column { name, .. } => Some(&name.text),
        ParsePart::Star(_) | ParsePart::Text(_) => None,
    }
}
