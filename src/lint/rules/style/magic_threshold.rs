//! STY007: a threshold without a name.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Origin, Value};
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "STY007",
    name: "magic-threshold",
    category: Category::Style,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("magic_threshold.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let is_bound = matches!(predicate.op, PredicateOp::Binary(BinaryOp::Greater | BinaryOp::GreaterOrEqual));
        let [item] = predicate.values.as_slice() else { continue };
        let is_number = matches!(item.value, Value::Integer(number) if number > 1);
        let Some(column) = predicate.subject.plain_column().filter(|_| is_bound && is_number) else { continue };
        let is_amount = matches!(column.origin, Origin::Computed { .. } | Origin::Made(_));
        if !is_amount || !predicate.is_filter || !predicate.span.contains(item.span) {
            continue;
        }
        let (name, number) = (&column.name, cx.slice(item.span));
        cx.report(item.span, format!("nothing says what the {number} for `{name}` is"))
            .label("to be tuned")
            .help(format!("name it: `let threshold = {number};`"));
    }
}
