//! FPX002: an exclusion that is written down but switched off by `//`.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::parse::parse;
use crate::span::Span;
use crate::syntax::{BinaryOp, Expr, ExprKind, InOp, Literal, Operator, OperatorKind, Query};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX002",
    name: "commented-out-exclusion",
    category: Category::Exclusion,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("commented_out_exclusion.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for block in blocks(cx.text(), &cx.query().comments) {
        let Some(line) = stages(cx.text(), block).into_iter().find(Stage::excludes) else { continue };
        cx.report(line.place, "this exclusion is commented out, so it does not filter anything")
            .label("switched off")
            .help("delete the line, or exclude what is known to be benign by a list or a watchlist");
    }
}

/// Comments on lines of their own that follow each other. A comment behind code stands for itself.
fn blocks<'c>(text: &str, comments: &'c [Span]) -> impl Iterator<Item = &'c [Span]> {
    let is_alone = move |comment: &Span| {
        let before = text.get(..comment.start as usize).unwrap_or("");
        before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
    };
    let is_adjacent = move |above: &Span, below: &Span| {
        let between = text.get(above.end as usize..below.start as usize).unwrap_or("?");
        is_alone(above) && between.trim().is_empty() && between.matches('\n').count() <= 1
    };
    comments.chunk_by(is_adjacent)
}

/// A commented-out stage: the lines from one that starts with a pipe to the one before the next pipe.
struct Stage {
    /// Its first line, the slashes included.
    place: Span,
    /// The text of its first line.
    first: String,
    /// The text of all its lines; what follows the stage may be prose.
    all: String,
}

impl Stage {
    /// Whether it is a pipeline stage for KQL's parser that takes rows away by what they hold.
    fn excludes(&self) -> bool {
        [&self.all, &self.first].into_iter().any(|stage| {
            let source = format!("T {stage}");
            let parsed = parse(&source);
            parsed.errors.is_empty() && is_exclusion(&parsed.query)
        })
    }
}

fn stages(text: &str, block: &[Span]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for comment in block {
        let line = comment.slice(text).trim_start_matches('/').trim();
        if line.starts_with('|') {
            stages.push(Stage { place: *comment, first: line.to_owned(), all: line.to_owned() });
        } else if let Some(stage) = stages.last_mut() {
            stage.all.push('\n');
            stage.all.push_str(line);
        }
    }
    stages
}

fn is_exclusion(query: &Query<'_>) -> bool {
    let first = query.results().next().and_then(|pipeline| pipeline.operators.first());
    first.is_some_and(|operator| match &operator.kind {
        OperatorKind::Where(condition) => keeps_by_absence(condition, false) == Some(true),
        OperatorKind::Join(_) => is_anti(operator),
        _ => false,
    })
}

fn is_anti(operator: &Operator<'_>) -> bool {
    let kind = operator.parameter("kind").map(|parameter| &parameter.value.kind);
    matches!(kind, Some(ExprKind::Name(name)) if matches!(name.text.as_ref(), "anti" | "leftanti" | "leftantisemi"))
}

/// Whether a condition asks only for what a row does not hold, negations pushed inwards: `not(a and not(b))` lets rows
/// with `b` pass, and is no exclusion. `None` if it asks for no value at all, as `x != ""` does.
fn keeps_by_absence(expr: &Expr<'_>, is_negated: bool) -> Option<bool> {
    let is_negative = match &expr.kind {
        ExprKind::Parenthesized(inner) => return keeps_by_absence(inner, is_negated),
        ExprKind::Call { name, arguments } if name.text == "not" => {
            return arguments.iter().find_map(|argument| keeps_by_absence(&argument.value, !is_negated));
        }
        ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, left, right, .. } => {
            return match (keeps_by_absence(left, is_negated), keeps_by_absence(right, is_negated)) {
                (Some(left), Some(right)) => Some(left && right),
                (one, other) => one.or(other),
            };
        }
        ExprKind::Binary { op: BinaryOp::Equal | BinaryOp::NotEqual, right, .. } if is_truth(right) => false,
        ExprKind::Binary { op: BinaryOp::NotEqual | BinaryOp::NotEqualCi, right, .. } if is_empty_text(right) => {
            return None;
        }
        ExprKind::Binary { op: BinaryOp::NotEqual | BinaryOp::NotEqualCi, .. } => true,
        ExprKind::Binary { op, .. } => {
            op.as_str().starts_with('!') || matches!(op, BinaryOp::NotLike | BinaryOp::NotLikeCs)
        }
        ExprKind::In { op, .. } => matches!(op, InOp::NotIn | InOp::NotInCi),
        ExprKind::Between { is_negated, .. } => *is_negated,
        _ => false,
    };
    Some(is_negative != is_negated)
}

fn is_truth(expr: &Expr<'_>) -> bool {
    matches!(&expr.kind, ExprKind::Literal(Literal::Bool(_)))
}

fn is_empty_text(expr: &Expr<'_>) -> bool {
    matches!(&expr.kind, ExprKind::Literal(Literal::String(literal)) if literal.value.is_empty())
}
