//! CSE008: a value is brought to one case for an operator that ignores case.

use crate::analyze::Predicate;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{ignores_case, texts};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE008",
    name: "redundant-case-fold",
    category: Category::Case,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("redundant_case_fold.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        // Operators ignore the case of ASCII letters only; beyond those the function has a purpose.
        let is_ascii = predicate.is_complete && texts(predicate).all(str::is_ascii);
        if !ignores_case(predicate.op) || !is_ascii {
            continue;
        }
        let Some((function, argument)) = folded(cx, predicate) else { continue };
        let (operator, function) = (cx.slice(predicate.op_span), cx.slice(function));
        let inner = cx.slice(argument).to_owned();
        cx.report(predicate.subject.span, format!("`{operator}` ignores letter case anyway"))
            .label(format!("`{function}` changes nothing"))
            .help(format!("test `{inner}` itself; the function also keeps the term index from being used"))
            .replace(predicate.subject.span, inner, "drop the function", Effect::Same);
    }
}

/// The name and the argument of the function around the subject, if it changes nothing but case.
fn folded(cx: &Context<'_>, predicate: &Predicate) -> Option<(Span, Span)> {
    cx.expressions().filter(|expr| expr.span == predicate.subject.span).find_map(|expr| match &expr.kind {
        ExprKind::Call { name, arguments } if matches!(&*name.text, "tolower" | "toupper") => {
            arguments.first().map(|argument| (name.span, argument.span))
        }
        _ => None,
    })
}
