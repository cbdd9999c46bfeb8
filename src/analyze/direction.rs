//! Tests of which it cannot be said what more or fewer rows that pass do to the rows of the rule.
//!
//! Most stages pass on what they get: one row more in front of a `where` or a `distinct` is at most one row more behind
//! it. Others look at all rows at once: `top`, a threshold on an average, the rows without a partner of an outer join.

use super::{Analyzer, Binding, Facts, Predicate, PredicateOp};
use crate::schema::{Column, Columns, Value};
use crate::span::Span;
use crate::syntax::{
    BinaryOp, Expr, ExprKind, Join, JoinCondition, LetValue, NamedExpr, Node, Operator, OperatorKind, Pipeline, Query,
    StatementKind,
};

impl Analyzer<'_, '_> {
    /// Marks the tests from which no direct way leads to the result.
    pub(super) fn mark_unclear(&mut self, query: &Query<'_>) {
        let mut unclear = Vec::new();
        for node in query.walk() {
            match node {
                Node::Pipeline(pipeline) => {
                    let is_result = query.results().any(|result| result.span == pipeline.span);
                    look_at_pipeline(&self.facts, pipeline, is_result, &mut unclear);
                }
                // A number or a list that is made of all rows.
                Node::Expr(expr) if matches!(expr.kind, ExprKind::ToScalar(_)) => unclear.push(expr.span),
                Node::Statement(_) | Node::Operator(_) | Node::Expr(_) => {}
            }
        }
        self.spread_to_definitions(query, &mut unclear);
        for predicate in &mut self.facts.predicates {
            predicate.is_unclear = unclear.iter().any(|span| span.contains(predicate.span));
        }
        for join in &mut self.facts.joins {
            join.is_unclear = unclear.iter().any(|span| span.contains(join.span));
        }
        self.facts.unclear = unclear;
    }

    /// A definition is as unclear as one of its uses. Uses stand behind it, hence the order from last to first.
    fn spread_to_definitions(&self, query: &Query<'_>, unclear: &mut Vec<Span>) {
        let excludes = self.facts.predicates.iter().any(|predicate| predicate.is_in_exclusion);
        for statement in query.statements.iter().rev() {
            let StatementKind::Let { name, value } = &statement.kind else { continue };
            let is_function = matches!(value, LetValue::Function(_));
            let is_unclear = |used: Span| unclear.iter().any(|span| span.contains(used));
            let is_used_so = self.uses.of(name.span).any(is_unclear);
            // Where a function is called for rows to be taken away is not followed.
            if is_used_so || self.uses.is_mixed(name.span) || (is_function && excludes) {
                unclear.push(statement.span);
            }
        }
    }
}

/// Adds the parts of a pipeline, and of the pipelines inside it, from which no direct way leads on.
fn look_at_pipeline(facts: &Facts, pipeline: &Pipeline<'_>, is_result: bool, unclear: &mut Vec<Span>) {
    for (index, operator) in pipeline.operators.iter().enumerate() {
        let before = Span { start: pipeline.span.start, end: operator.span.start };
        let later = pipeline.operators.get(index + 1..).unwrap_or_default();
        match &operator.kind {
            OperatorKind::Join(join) | OperatorKind::Lookup(join) => {
                unclear.extend(sides_of(operator, join, later).into_iter().map(|side| match side {
                    Side::Left => before,
                    Side::Right => join.right.span,
                }));
            }
            OperatorKind::Summarize { aggregates, by, .. } => {
                let keeps_groups = !by.is_empty()
                    && (aggregates.is_empty() || (is_result && are_clear(facts, operator, aggregates, by, later)));
                if !keeps_groups {
                    unclear.push(before);
                }
            }
            kind if looks_at_all_rows(kind) || calls_window_function(operator) => unclear.push(before),
            _ => {}
        }
    }
}

/// A side of a join.
enum Side {
    Left,
    Right,
}

/// The sides whose rows do more than add rows to the result.
fn sides_of(operator: &Operator<'_>, join: &Join<'_>, later: &[Operator<'_>]) -> Vec<Side> {
    let kind = operator.parameter("kind").and_then(|parameter| match &parameter.value.kind {
        ExprKind::Name(name) => Some(&*name.text),
        _ => None,
    });
    if matches!(join.condition, JoinCondition::Where(_)) {
        return vec![Side::Left, Side::Right];
    }
    let is_filtered = later.iter().any(|operator| !matches!(operator.kind, OperatorKind::ProjectReorder(_)));
    match (kind, &operator.kind) {
        (Some("leftouter"), _) | (None, OperatorKind::Lookup(_)) => vec![Side::Right],
        (Some("rightouter"), _) => vec![Side::Left],
        (Some("fullouter"), _) => vec![Side::Left, Side::Right],
        // Which row of a key is kept may change, and with it what a later stage does.
        (None | Some("innerunique"), _) if is_filtered => vec![Side::Left],
        _ => Vec::new(),
    }
}

/// Whether an operator's result is more than its rows one by one.
fn looks_at_all_rows(kind: &OperatorKind<'_>) -> bool {
    match kind {
        OperatorKind::Where(_)
        | OperatorKind::Extend(_)
        | OperatorKind::Project(_)
        | OperatorKind::ProjectAway(_)
        | OperatorKind::ProjectKeep(_)
        | OperatorKind::ProjectByNames(_)
        | OperatorKind::ProjectRename(_)
        | OperatorKind::ProjectReorder(_)
        | OperatorKind::As(_)
        | OperatorKind::AssertSchema(_)
        | OperatorKind::Consume
        | OperatorKind::Distinct(_)
        | OperatorKind::MvExpand { .. }
        | OperatorKind::Parse { .. }
        | OperatorKind::ParseKv { .. }
        | OperatorKind::Sort(_)
        | OperatorKind::Union(_)
        | OperatorKind::Render { .. }
        | OperatorKind::Search { .. }
        | OperatorKind::Find { .. }
        | OperatorKind::Print(_)
        | OperatorKind::Range { .. }
        | OperatorKind::Invoke(_)
        | OperatorKind::Join(_)
        | OperatorKind::Lookup(_)
        | OperatorKind::Summarize { .. } => false,
        OperatorKind::Count(_)
        | OperatorKind::Evaluate { .. }
        | OperatorKind::Facet { .. }
        | OperatorKind::Fork(_)
        | OperatorKind::Getschema
        | OperatorKind::GraphMarkComponents
        | OperatorKind::GraphMatch { .. }
        | OperatorKind::GraphToTable(_)
        | OperatorKind::GraphWhere { .. }
        | OperatorKind::MacroExpand { .. }
        | OperatorKind::MakeGraph { .. }
        | OperatorKind::MakeSeries(_)
        | OperatorKind::MvApply { .. }
        | OperatorKind::Partition { .. }
        | OperatorKind::Reduce { .. }
        | OperatorKind::Sample(_)
        | OperatorKind::SampleDistinct { .. }
        | OperatorKind::Scan { .. }
        | OperatorKind::Serialize(_)
        | OperatorKind::Take(_)
        | OperatorKind::Top { .. }
        | OperatorKind::TopHitters { .. }
        | OperatorKind::TopNested(_)
        | OperatorKind::Unknown
        | OperatorKind::Invalid => true,
    }
}

/// Whether it reads rows around, or a series.
fn calls_window_function(operator: &Operator<'_>) -> bool {
    let is_one =
        |name: &str| matches!(name, "prev" | "next") || name.starts_with("row_") || name.starts_with("series_");
    Node::Operator(operator).walk().any(|node| match node {
        Node::Expr(expr) => matches!(&expr.kind, ExprKind::Call { name, .. } if is_one(&name.text)),
        Node::Statement(_) | Node::Pipeline(_) | Node::Operator(_) => false,
    })
}

/// Whether the stages behind a `summarize` look at its groups, and at amounts only to ask for more.
fn are_clear(
    facts: &Facts,
    summarize: &Operator<'_>,
    aggregates: &[NamedExpr<'_>],
    by: &[NamedExpr<'_>],
    later: &[Operator<'_>],
) -> bool {
    let after = facts.columns_after(summarize);
    let keys: Vec<&Column> = after.columns.iter().take(by.len()).collect();
    later.iter().all(|operator| match &operator.kind {
        OperatorKind::Where(condition) => facts
            .predicates
            .iter()
            .filter(|test| condition.span.contains(test.span))
            .all(|test| is_clear(facts, test, &keys, &after, aggregates)),
        // What is made of an amount may be tested further down, and a key may be looked up in another table.
        OperatorKind::Extend(_) | OperatorKind::Join(_) | OperatorKind::Lookup(_) | OperatorKind::MvExpand { .. } => {
            later.iter().all(|other| other.span == operator.span || !filters(&other.kind))
        }
        OperatorKind::Distinct(_) | OperatorKind::Summarize { .. } => false,
        _ => true,
    })
}

fn filters(kind: &OperatorKind<'_>) -> bool {
    matches!(
        kind,
        OperatorKind::Where(_) | OperatorKind::Join(_) | OperatorKind::Lookup(_) | OperatorKind::Summarize { .. }
    )
}

/// Whether a test is about the key of a group, or about an amount that can only grow, and asks for more of it.
fn is_clear(facts: &Facts, test: &Predicate, keys: &[&Column], after: &Columns, aggregates: &[NamedExpr<'_>]) -> bool {
    let Some(column) = test.subject.column.as_ref() else { return false };
    if keys.contains(&column) {
        return true;
    }
    let position = after.columns.iter().skip(keys.len()).position(|amount| amount == column);
    let has_one_column_each = after.columns.len() == keys.len() + aggregates.len();
    let aggregate = position.and_then(|position| aggregates.get(position)).filter(|_| has_one_column_each);
    let asks_for_more = matches!(test.op, PredicateOp::Binary(BinaryOp::Greater | BinaryOp::GreaterOrEqual))
        && !test.is_negated
        && test.subject.functions.is_empty()
        && test.values.iter().all(|item| matches!(item.value, Value::Integer(_)));
    asks_for_more && aggregate.is_some_and(|aggregate| only_grows(facts, &aggregate.value))
}

fn only_grows(facts: &Facts, expr: &Expr<'_>) -> bool {
    let is_built_in = matches!(facts.binding(expr), Some(Binding::BuiltIn(_)));
    let ExprKind::Call { name, arguments } = &expr.kind else { return false };
    let counts = matches!(&*name.text, "count" | "dcount" | "count_distinct");
    is_built_in && counts && arguments.len() <= 1
}
