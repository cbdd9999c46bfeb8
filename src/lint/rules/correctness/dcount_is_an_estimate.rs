//! COR020: an estimated number compared for equality.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Origin, Value};
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR020",
    name: "dcount-is-an-estimate",
    category: Category::Correctness,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("dcount_is_an_estimate.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let is_exact = matches!(predicate.op, PredicateOp::Binary(BinaryOp::Equal | BinaryOp::NotEqual));
        let [item] = predicate.values.as_slice() else { continue };
        // One and none are exact in practice.
        let is_many = matches!(item.value, Value::Integer(number) if number > 1);
        let Some(column) = predicate.subject.plain_column().filter(|_| is_exact && is_many) else { continue };
        let Origin::Computed { span, .. } = &column.origin else { continue };
        let Some(function) = ["dcount(", "dcountif("].iter().find(|call| cx.slice(*span).starts_with(**call)) else {
            continue;
        };
        let function = function.trim_end_matches('(');
        cx.report(predicate.span, format!("`{}` is an estimate, and is compared for equality", column.name))
            .label("may be one off")
            .related(*span, format!("`{function}` estimates"))
            .help("use `count_distinct`, which counts exactly, or compare with `<` or `>`");
    }
}
