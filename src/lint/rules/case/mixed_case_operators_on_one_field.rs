//! CSE009: one column, tested with regard to letter case here and without there.

use crate::analyze::Predicate;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, has_letters, ignores_case, in_any_case, texts};
use crate::lint::rules::case::{
    case_sensitive_account, case_sensitive_azure_operation, case_sensitive_command_line, case_sensitive_filename,
};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ColumnShape, Schema};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE009",
    name: "mixed-case-operators-on-one-field",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("mixed_case_operators_on_one_field.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let tests: Vec<&Predicate> =
        cx.predicates().iter().filter(|predicate| is_text_filter(cx.schema(), predicate)).collect();
    for sensitive in &tests {
        let Some(replacement) = in_any_case(sensitive.op) else { continue };
        if has_rule_of_its_own(cx.schema(), sensitive) {
            continue;
        }
        let insensitive = tests
            .iter()
            .filter(|other| ignores_case(other.op) && is_same_column(sensitive, other))
            .min_by_key(|other| other.span.start.abs_diff(sensitive.span.start));
        let (Some(insensitive), Some(column)) = (insensitive, sensitive.subject.plain_column()) else { continue };
        let consequence = if excludes(sensitive) { "is not excluded" } else { "is missed" };
        cx.report(
            sensitive.op_span,
            format!(
                "`{}` is tested with case-sensitive `{}` here and with `{}` elsewhere",
                column.name,
                cx.slice(sensitive.op_span),
                cx.slice(insensitive.op_span),
            ),
        )
        .label("compares letter case")
        .related(insensitive.op_span, "ignores letter case")
        .help(format!("use `{replacement}`; a value in another letter case {consequence} here"))
        .replace(
            sensitive.op_span,
            replacement,
            format!("write `{replacement}`"),
            effect_on_rule(sensitive, Effect::Wider),
        );
    }
}

/// Whether a rule about the kind of column speaks already.
fn has_rule_of_its_own(schema: &Schema, predicate: &Predicate) -> bool {
    case_sensitive_filename::flagged(schema, predicate).is_some()
        || case_sensitive_command_line::flagged(schema, predicate).is_some()
        || case_sensitive_account::flagged(schema, predicate).is_some()
        || case_sensitive_azure_operation::flagged(predicate).is_some()
}

/// Beginnings of names of columns whose words a service writes, always in one spelling.
const CLOSED: &[&str] = &[
    "Category",
    "CounterName",
    "DataType",
    "ErrorCode",
    "ErrorMessage",
    "EventName",
    "EventSource",
    "InstanceName",
    "LoggedByService",
    "OSType",
    "ObjectName",
    "Operation",
    "Result",
    "Status",
];

/// Whether it decides which rows are kept, by a text for which case can matter. The words of an enumeration have one
/// spelling, so case makes no difference there.
fn is_text_filter(schema: &Schema, predicate: &Predicate) -> bool {
    let Some(column) = predicate.subject.plain_column().filter(|_| predicate.is_filter) else { return false };
    let is_closed = matches!(shape_of(schema, column), Some(ColumnShape::Enumeration | ColumnShape::Hash))
        || CLOSED.iter().any(|name| column.name.starts_with(name));
    !is_closed && texts(predicate).any(has_letters)
}

/// Whether both test the same column: two tables may have one of the same name.
fn is_same_column(left: &Predicate, right: &Predicate) -> bool {
    match (left.subject.plain_column(), right.subject.plain_column()) {
        (Some(left), Some(right)) => left.name == right.name && left.origin == right.origin,
        (Some(_) | None, _) => false,
    }
}
