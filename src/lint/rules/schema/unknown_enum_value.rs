//! SCH007: a value that an enumerated column never has.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{in_any_case, texts_with_places};
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnValues;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH007",
    name: "unknown-enum-value",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_enum_value.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates().iter().filter(|predicate| compares_whole_values(predicate)) {
        let Some((table, column)) = predicate.subject.plain_column().and_then(table_column) else { continue };
        let Some(known) = cx.schema().column_values(table, column) else { continue };
        let minds_case = in_any_case(predicate.op).is_some();
        let written = texts_with_places(predicate).filter(|(text, _)| !text.is_empty());
        for (text, span) in written {
            let Some(meant) = Unknown::of(text, known, minds_case) else { continue };
            let certainty = if known.is_complete { "never has" } else { "is not known to have" };
            let mut report = cx.report(span, format!("`{column}` of `{table}` {certainty} the value `{text}`"));
            report.label(if predicate.is_negated { "always differs" } else { "never equal" });
            match meant {
                Unknown::Slip(meant) => {
                    report.help(format!("did you mean `{meant}`?")).replace(
                        span,
                        quoted(meant),
                        format!("write `{meant}`"),
                        Effect::Unknown,
                    );
                }
                Unknown::Foreign => {
                    let values: Vec<String> = known.iter().map(|value| format!("`{value}`")).collect();
                    report.help(format!("its values are {}", values.join(", ")));
                }
            }
        }
    }
}

/// `==`, `in` and what is like them. `has`, `startswith` and such may mean a part of a value.
fn compares_whole_values(predicate: &Predicate) -> bool {
    match predicate.op {
        PredicateOp::Binary(op) => {
            matches!(op, BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::EqualCi | BinaryOp::NotEqualCi)
        }
        PredicateOp::In(op) => matches!(op, InOp::In | InOp::NotIn | InOp::InCi | InOp::NotInCi),
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    }
}

/// A value that a column is not known to have.
enum Unknown<'s> {
    /// It was meant to be this one.
    Slip(&'s str),
    /// It is none of the column's values, of which all are known.
    Foreign,
}

impl<'s> Unknown<'s> {
    fn of(text: &str, known: ColumnValues<'s>, minds_case: bool) -> Option<Self> {
        let is_known = |value: &str| value == text || (!minds_case && value.eq_ignore_ascii_case(text));
        if known.iter().any(is_known) {
            return None;
        }
        match known.meant_by(text) {
            Some(meant) => Some(Self::Slip(meant)),
            None => known.is_complete.then_some(Self::Foreign),
        }
    }
}

/// The values hold no character that needs an escape.
fn quoted(value: &str) -> String {
    format!("\"{value}\"")
}
