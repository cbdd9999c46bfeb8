//! CSE007: a value is brought to one case to compare it with a text.

use crate::analyze::Predicate;
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::{in_any_case, texts};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ScalarType;
use crate::span::Span;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE007",
    name: "tolower-equality",
    category: Category::Case,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("tolower_equality.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some(replacement) = in_any_case(predicate.op) else { continue };
        let [function] = predicate.subject.functions.as_slice() else { continue };
        let fits: fn(&str) -> bool = match function.as_str() {
            "tolower" => |text| text.is_ascii() && !text.contains(|c: char| c.is_ascii_uppercase()),
            "toupper" => |text| text.is_ascii() && !text.contains(|c: char| c.is_ascii_lowercase()),
            _ => continue,
        };
        let is_certain = predicate.subject.column.is_some()
            && predicate.is_complete
            && texts(predicate).count() == predicate.values.len();
        if !is_certain || !texts(predicate).all(fits) || texts(predicate).next().is_none() {
            continue;
        }
        let Some(argument) = argument(cx, predicate) else { continue };
        let (operator, inner) = (cx.slice(predicate.op_span), cx.slice(argument).to_owned());
        let edits = [(predicate.subject.span, inner.as_str()), (predicate.op_span, replacement)]
            .map(|(span, text)| Edit { place: span.into(), replacement: text.to_owned() });
        cx.report(predicate.subject.span, format!("`{function}` with `{operator}` is what `{replacement}` does"))
            .label("computed for every row")
            .help(format!("write `{inner} {replacement} …`, which can use the index"))
            .fix(format!("write `{replacement}`"), Effect::Same, edits.to_vec());
    }
}

/// What the function is applied to.
fn argument(cx: &Context<'_>, predicate: &Predicate) -> Option<Span> {
    cx.expressions().filter(|expr| expr.span == predicate.subject.span).find_map(|expr| match &expr.kind {
        ExprKind::Call { arguments, .. } => match arguments.as_slice() {
            // A number has no letter case, but its text is compared.
            [argument] if cx.facts().type_of(&argument.value) == ScalarType::String => Some(argument.span),
            _ => None,
        },
        _ => None,
    })
}
