//! PRF013: a time that is turned into text to be compared.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ScalarType;
use crate::syntax::{ExprKind, Node, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRF013",
    name: "format-datetime-in-filter",
    category: Category::Performance,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("format_datetime_in_filter.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for operator in cx.operators() {
        let OperatorKind::Where(condition) = &operator.kind else { continue };
        for node in Node::Expr(condition).walk() {
            let Node::Expr(expr) = node else { continue };
            let ExprKind::Call { name, arguments } = &expr.kind else { continue };
            let [time, _] = arguments.as_slice() else { continue };
            if name.text != "format_datetime" || cx.facts().type_of(&time.value) != ScalarType::Datetime {
                continue;
            }
            let time = cx.slice(time.span);
            cx.report(expr.span, "the time of every row is turned into text to be compared")
                .label("cannot use the index")
                .help(format!(
                    "compare the time: `hourofday({time})`, `datetime_part(…, {time})`, `startofday({time})`"
                ));
        }
    }
}
