//! STY005: a negation of what has a negative form.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ScalarType;
use crate::syntax::{BinaryOp, Expr, ExprKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "STY005",
    name: "double-negation",
    category: Category::Style,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("double_negation.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for expr in cx.expressions() {
        let ExprKind::Call { name, arguments } = &expr.kind else { continue };
        let [inner] = arguments.as_slice() else { continue };
        if name.text != "not" {
            continue;
        }
        let Some(positive) = without_negation(cx, &inner.value) else { continue };
        cx.report(expr.span, format!("`{}` says it without a negation of a negation", positive.trim()))
            .label("two negations")
            .help(format!("write `{positive}`"))
            .replace(expr.span, positive.clone(), "write it without `not`", Effect::Same);
    }
}

/// The opposite of a test, if it is shorter. Texts are never null, so that the opposite is exact.
fn without_negation(cx: &Context<'_>, expr: &Expr<'_>) -> Option<String> {
    match &expr.kind {
        ExprKind::Call { name, arguments } => {
            let [argument] = arguments.as_slice() else { return None };
            let other = match &*name.text {
                "isempty" => "isnotempty",
                "isnotempty" => "isempty",
                "isnull" => "isnotnull",
                "isnotnull" => "isnull",
                _ => return None,
            };
            Some(format!("{other}({})", cx.slice(argument.span)))
        }
        ExprKind::Binary { op, left, right, op_span: _ } => {
            let positive = positive(*op)?;
            let is_text = cx.facts().type_of(left) == ScalarType::String;
            is_text.then(|| format!("{} {} {}", cx.slice(left.span), positive.as_str(), cx.slice(right.span)))
        }
        _ => None,
    }
}

fn positive(op: BinaryOp) -> Option<BinaryOp> {
    use BinaryOp as Op;
    Some(match op {
        Op::NotEqual => Op::Equal,
        Op::NotEqualCi => Op::EqualCi,
        Op::NotHas => Op::Has,
        Op::NotContains => Op::Contains,
        Op::NotStartsWith => Op::StartsWith,
        Op::NotEndsWith => Op::EndsWith,
        _ => return None,
    })
}
