//! COR003: `and` and `or` side by side, grouped only by precedence.

use std::collections::HashSet;

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprId, ExprKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR003",
    name: "mixed-and-or-without-parentheses",
    category: Category::Correctness,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("mixed_and_or_without_parentheses.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let mut seen: HashSet<ExprId> = HashSet::new();
    for expr in cx.expressions() {
        // A parent comes before its children, so the first `or` of a chain is the top one.
        let Some(chain) = Chain::of(expr).filter(|_| !seen.contains(&expr.id)) else { continue };
        seen.extend(&chain.ors);
        let Some((or, group)) = chain.first_mixed() else { continue };
        let edits = chain.groups().flat_map(|group| {
            [(group.start, "("), (group.end, ")")].map(|(offset, bracket)| Edit {
                place: Span::at(offset as usize).into(),
                replacement: bracket.to_owned(),
            })
        });
        // A list of groups, each of several tests, is read right; a single test among them is where it goes wrong.
        let severity = if chain.has_groups_alone() { Severity::Info } else { Severity::Warning };
        cx.report(or, "`or` is mixed with `and` without parentheses")
            .severity(severity)
            .label("joins the groups last")
            .related(group, "`and` binds tighter: this is one group")
            .help("put parentheses around each `and` group, or around the `or` if that is what is meant")
            .fix("add the parentheses that precedence implies", Effect::Same, edits.collect());
    }
}

/// Operands of `or`s at one level.
struct Chain<'t> {
    /// The `or` expressions.
    ors: Vec<ExprId>,
    /// Places of the word, in order.
    words: Vec<Span>,
    /// What stands between the words, in order.
    operands: Vec<&'t Expr<'t>>,
}

impl<'t> Chain<'t> {
    /// Whether every operand is a group of its own.
    fn has_groups_alone(&self) -> bool {
        self.operands.iter().all(|operand| {
            matches!(operand.kind, ExprKind::Binary { op: BinaryOp::And, .. } | ExprKind::Parenthesized(_))
        })
    }

    /// Flattens an `or`, which leans left, without recursion.
    fn of(expr: &'t Expr<'t>) -> Option<Self> {
        let mut chain = Self { ors: Vec::new(), words: Vec::new(), operands: Vec::new() };
        let mut stack = vec![expr];
        while let Some(expr) = stack.pop() {
            if let ExprKind::Binary { op: BinaryOp::Or, op_span, left, right } = &expr.kind {
                chain.ors.push(expr.id);
                chain.words.push(*op_span);
                stack.extend([&**right, left]);
            } else {
                chain.operands.push(expr);
            }
        }
        chain.words.sort_unstable();
        (!chain.ors.is_empty()).then_some(chain)
    }

    /// The operands that are joined by `and`.
    fn groups(&self) -> impl Iterator<Item = Span> {
        self.operands.iter().filter(|operand| is_and(operand)).map(|operand| operand.span)
    }

    /// The first `and` group and the `or` next to it: behind it, or in front of the last operand.
    fn first_mixed(&self) -> Option<(Span, Span)> {
        let index = self.operands.iter().position(|operand| is_and(operand))?;
        let or = self.words.get(index.min(self.words.len().saturating_sub(1)))?;
        Some((*or, self.operands[index].span))
    }
}

fn is_and(expr: &Expr<'_>) -> bool {
    matches!(expr.kind, ExprKind::Binary { op: BinaryOp::And, .. })
}
