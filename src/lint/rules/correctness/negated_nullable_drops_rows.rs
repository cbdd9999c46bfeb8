//! COR007: the negation of a test that is null for some addresses drops those rows.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::effect_on_rule;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::Origin;
use crate::span::Span;
use crate::syntax::{Expr, ExprKind, Node};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR007",
    name: "negated-nullable-drops-rows",
    category: Category::Correctness,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("negated_nullable_drops_rows.md"),
    check,
};

/// Functions that give null, not false, for a text that is no IPv4 address.
const NULLABLE: &[&str] = &["ipv4_is_private", "ipv4_is_in_range", "ipv4_is_in_any_range", "ipv4_is_match"];

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !is_negated_test(cx, predicate) {
            continue;
        }
        let function = cx.slice(predicate.op_span);
        let subject = cx.slice(predicate.subject.span);
        let insert =
            |offset: u32, text: &str| Edit { place: Span::at(offset as usize).into(), replacement: text.to_owned() };
        let edits = vec![
            insert(predicate.span.start, "coalesce("),
            insert(predicate.span.end, &format!(", isempty({subject}))")),
        ];
        // It is negated: what it takes for false passes.
        let effect = effect_on_rule(predicate, Effect::Narrower);
        let message = format!(
            "`{function}` is null for IPv6 and for an empty address, and so is its negation: the row is dropped"
        );
        cx.report(predicate.span, message)
            .label("null unless the text is an IPv4 address")
            .help(format!(
                "give null a meaning: `coalesce(…, isempty({subject}))` lets IPv6 pass, and no empty address"
            ))
            .note(format!("dropped today: {subject}=\"2001:db8::7\", {subject}=\"::ffff:203.0.113.7\""))
            .fix("take null for false", effect, edits);
    }
}

fn is_negated_test(cx: &Context<'_>, predicate: &Predicate) -> bool {
    predicate.op == PredicateOp::Function
        && predicate.is_filter
        && predicate.is_negated
        && NULLABLE.contains(&cx.slice(predicate.op_span))
        && !is_guarded(cx, predicate)
        && !is_extracted(cx, predicate)
}

/// Whether the address was cut out of a text by a pattern, which finds IPv4 addresses or nothing.
fn is_extracted(cx: &Context<'_>, predicate: &Predicate) -> bool {
    predicate.subject.column.as_ref().is_some_and(|column| match &column.origin {
        Origin::Computed { span, .. } => cx.slice(*span).starts_with("extract"),
        Origin::Table { .. } | Origin::Event { .. } | Origin::Made(_) | Origin::Several(_) | Origin::Unknown => false,
    })
}

/// Whether the same condition asks with `parse_ipv4` whether it is an IPv4 address at all.
fn is_guarded(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let Some((pipeline, index)) = cx.operator_around(predicate.span) else { return false };
    let Some(operator) = pipeline.operators.get(index) else { return false };
    let subject = cx.slice(predicate.subject.span);
    Node::Operator(operator).walk().any(|node| match node {
        Node::Expr(Expr { kind: ExprKind::Call { name, arguments }, .. }) => {
            let is_same = arguments.first().is_some_and(|argument| cx.slice(argument.span) == subject);
            name.text == "parse_ipv4" && is_same
        }
        Node::Expr(_) | Node::Statement(_) | Node::Pipeline(_) | Node::Operator(_) => false,
    })
}
