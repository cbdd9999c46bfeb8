//! A detection rule to its meaning.
//!
//! Sigma knows true and false only, and `not` of a test that the event lacks the field for is true. KQL's order
//! comparisons and network tests are null there: below a negation they are wrapped in `coalesce(…, false)`.
//!
//! Places in the meaning are places in the file where they are asked for; else they are places in the text of the
//! condition, which names the search that a test comes from.

mod correlation;
mod envelope;
mod item;
mod value;

use super::{
    Body, ConditionExpr, Detection, Filter, Item, LogSource, Places, Quantifier, Search, SigmaProblem, SigmaRule,
    SigmaValue,
};
use crate::ir::{self, Expr, ExprKind, Pipeline, Source, SourceKind, Stage, StageKind};
use crate::mapping::Hub;
use crate::schema::{Columns, ScalarType};
use crate::span::Span;
pub use correlation::{Part, correlate};

/// The meaning of a detection rule. A problem does not know the number of the document.
///
/// # Errors
///
/// If the rule is a correlation or a filter, its condition names what is not there, or a value has no meaning by
/// itself: a placeholder, a modifier on a value that it does not take.
pub fn lower(rule: &SigmaRule, hub: &Hub) -> Result<ir::Detection, SigmaProblem> {
    lower_at(rule, hub, Spans::Condition)
}

fn lower_at(rule: &SigmaRule, hub: &Hub, spans: Spans<'_>) -> Lowered<ir::Detection> {
    let (log_source, detection) = match &rule.body {
        Body::Detection { log_source, detection } => (log_source, detection),
        Body::Correlation(_) => return Err(problem("correlation", "a correlation has a meaning only with its rules")),
        Body::Filter { .. } => return Err(problem("filter", "a filter has a meaning only with the rules it narrows")),
    };
    let predicate = Lowering { detection, root: "detection", spans }.predicate()?;
    let mut pipeline = pipeline(log_source, predicate, hub);
    pipeline.span = spans.of("detection", pipeline.span);
    pipeline.source.span = spans.of("logsource", pipeline.source.span);
    Ok(ir::Detection { envelope: envelope::envelope(&rule.head), pipeline, written: None })
}

/// The meaning of a detection rule with the filters that are for it.
///
/// # Errors
///
/// As [`lower`], for the rule and for the filters.
pub fn lower_with_filters<'r>(
    rule: &SigmaRule,
    filters: impl IntoIterator<Item = &'r SigmaRule>,
    hub: &Hub,
) -> Result<ir::Detection, SigmaProblem> {
    filtered(lower(rule, hub)?, rule, filters, Spans::Condition)
}

/// The same with places in the file of the rule. What filters add stands at the rule's `detection`.
///
/// # Errors
///
/// As [`lower_with_filters`].
pub fn lower_placed<'r>(
    rule: &SigmaRule,
    filters: impl IntoIterator<Item = &'r SigmaRule>,
    hub: &Hub,
    places: &Places,
) -> Result<ir::Detection, SigmaProblem> {
    let lowered = lower_at(rule, hub, Spans::File(places))?;
    let place = lowered.pipeline.span;
    filtered(lowered, rule, filters, Spans::All(place))
}

fn filtered<'r>(
    mut lowered: ir::Detection,
    rule: &SigmaRule,
    filters: impl IntoIterator<Item = &'r SigmaRule>,
    spans: Spans<'_>,
) -> Lowered<ir::Detection> {
    for filter in filters {
        let Body::Filter { log_source, filter } = &filter.body else { continue };
        if is_for(log_source, filter, rule) {
            let predicate = Lowering { detection: &filter.detection, root: "filter", spans }.predicate()?;
            let span = predicate.span;
            let stage = Stage { kind: StageKind::Filter(predicate), output: Columns::open(), span };
            lowered.pipeline.stages.push(stage);
        }
    }
    Ok(lowered)
}

/// Whether the filter names the rule and its log source covers the rule's.
fn is_for(log_source: &LogSource, filter: &Filter, rule: &SigmaRule) -> bool {
    let Body::Detection { log_source: of_rule, .. } = &rule.body else { return false };
    let covers = |filter: &Option<String>, rule: &Option<String>| filter.is_none() || filter == rule;
    let names = [rule.head.text("id"), rule.head.text("name")];
    let is_named = filter.rules.as_ref().is_none_or(|rules| rules.items.iter().any(|name| names.contains(&Some(name))));
    is_named
        && covers(&log_source.category, &of_rule.category)
        && covers(&log_source.product, &of_rule.product)
        && covers(&log_source.service, &of_rule.service)
}

fn pipeline(log_source: &LogSource, predicate: Expr, hub: &Hub) -> Pipeline {
    let span = predicate.span;
    let found = ir::LogSource {
        id: hub
            .sigma_source(log_source.category.as_deref(), log_source.product.as_deref(), log_source.service.as_deref())
            .map(|source| source.id.clone()),
        category: log_source.category.clone(),
        product: log_source.product.clone(),
        service: log_source.service.clone(),
    };
    let source = Source { kind: SourceKind::LogSource(found), columns: Columns::open(), span };
    let filter = Stage { kind: StageKind::Filter(predicate), output: Columns::open(), span };
    Pipeline { source, stages: vec![filter], output: Columns::open(), span }
}

fn problem(path: impl Into<String>, message: impl Into<String>) -> SigmaProblem {
    SigmaProblem { document: 0, path: path.into(), message: message.into(), span: None }
}

type Lowered<T> = Result<T, SigmaProblem>;

/// Where a test stands.
#[derive(Debug, Clone, Copy)]
struct At {
    /// The search's place in the condition.
    span: Span,
    /// Whether an odd number of negations stands around it.
    is_negated: bool,
}

/// What places in the meaning are.
#[derive(Clone, Copy)]
enum Spans<'a> {
    /// Places in the text of the condition.
    Condition,
    /// Places in the file.
    File(&'a Places),
    /// All the same.
    All(Span),
}

impl Spans<'_> {
    /// The place of what a path leads to, `in_condition` being what stands for it in the condition.
    fn of(self, path: &str, in_condition: Span) -> Span {
        match self {
            Self::Condition => in_condition,
            Self::File(places) => places.find(path).unwrap_or_default(),
            Self::All(span) => span,
        }
    }
}

struct Lowering<'a> {
    detection: &'a Detection,
    /// The key of the rule that holds the searches.
    root: &'static str,
    spans: Spans<'a>,
}

impl Lowering<'_> {
    /// One of the conditions has to hold.
    fn predicate(&self) -> Lowered<Expr> {
        let conditions = &self.detection.condition;
        let mut operands = Vec::with_capacity(conditions.items.len());
        for (index, condition) in conditions.items.iter().enumerate() {
            let path = if conditions.is_list {
                format!("{}.condition.{index}", self.root)
            } else {
                format!("{}.condition", self.root)
            };
            operands.push(self.condition(&condition.expr, false, &path)?);
        }
        Ok(any(operands, Span::default()))
    }

    fn condition(&self, expr: &ConditionExpr, is_negated: bool, path: &str) -> Lowered<Expr> {
        match expr {
            ConditionExpr::And(operands) => {
                let operands = operands.iter().map(|operand| self.condition(operand, is_negated, path));
                Ok(every(operands.collect::<Lowered<_>>()?, Span::default()))
            }
            ConditionExpr::Or(operands) => {
                let operands = operands.iter().map(|operand| self.condition(operand, is_negated, path));
                Ok(any(operands.collect::<Lowered<_>>()?, Span::default()))
            }
            ConditionExpr::Not(inner) => Ok(not(self.condition(inner, !is_negated, path)?)),
            ConditionExpr::Search { name, span } => {
                match self.detection.searches.iter().find(|(known, _)| known == name) {
                    Some((_, search)) => {
                        self.search(search, &format!("{}.{name}", self.root), At { span: *span, is_negated })
                    }
                    None => Err(SigmaProblem {
                        span: Some(*span),
                        ..problem(path, format!("the rule has no search `{name}`"))
                    }),
                }
            }
            ConditionExpr::Of { quantifier, target, span } => {
                let meant = self.detection.searches.iter().filter(|(name, _)| target.includes(name));
                let at = At { span: self.spans.of(path, *span), is_negated };
                let operands = meant
                    .map(|(name, search)| self.search(search, &format!("{}.{name}", self.root), at))
                    .collect::<Lowered<Vec<_>>>()?;
                if operands.is_empty() {
                    return Err(SigmaProblem {
                        span: Some(*span),
                        ..problem(path, "the rule has no search that is meant here")
                    });
                }
                Ok(match quantifier {
                    Quantifier::One => any(operands, at.span),
                    Quantifier::All => every(operands, at.span),
                })
            }
        }
    }

    fn search(&self, search: &Search, path: &str, at: At) -> Lowered<Expr> {
        let at = At { span: self.spans.of(path, at.span), ..at };
        match search {
            Search::Every(items) if items.is_empty() => Err(problem(path, "the search tests nothing")),
            Search::Any(parts) if parts.is_empty() => Err(problem(path, "the search tests nothing")),
            Search::Every(items) => {
                let test = |item: &Item| {
                    let path = format!("{path}.{}", item.key());
                    item::test(item, &path, At { span: self.spans.of(&path, at.span), ..at })
                };
                Ok(every(items.iter().map(test).collect::<Lowered<_>>()?, at.span))
            }
            Search::Any(parts) => {
                let indexed = parts.iter().enumerate();
                let parts = indexed.map(|(index, part)| self.search(part, &format!("{path}.{index}"), at));
                Ok(any(parts.collect::<Lowered<_>>()?, at.span))
            }
            Search::Keyword(value) => item::test(&keyword(value), path, at),
        }
    }
}

/// A value that is looked for everywhere, as an item.
fn keyword(value: &SigmaValue) -> Item {
    Item { field: None, modifiers: Vec::new(), values: vec![value.clone()], is_list: false }
}

fn condition(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, ty: ScalarType::Bool, span }
}

/// `a and b`, flat.
fn every(operands: Vec<Expr>, span: Span) -> Expr {
    let mut flat = Vec::with_capacity(operands.len());
    for operand in operands {
        match operand.kind {
            ExprKind::And(inner) => flat.extend(inner),
            kind => flat.push(Expr { kind, ..operand }),
        }
    }
    joined(flat, span, ExprKind::And)
}

/// `a or b`, flat.
fn any(operands: Vec<Expr>, span: Span) -> Expr {
    let mut flat = Vec::with_capacity(operands.len());
    for operand in operands {
        match operand.kind {
            ExprKind::Or(inner) => flat.extend(inner),
            kind => flat.push(Expr { kind, ..operand }),
        }
    }
    joined(flat, span, ExprKind::Or)
}

fn joined(mut operands: Vec<Expr>, span: Span, join: fn(Vec<Expr>) -> ExprKind) -> Expr {
    match operands.pop() {
        Some(only) if operands.is_empty() => only,
        last => {
            operands.extend(last);
            let whole = operands
                .iter()
                .fold(operands.first().map_or(span, |first| first.span), |span, operand| span.to(operand.span));
            condition(join(operands), whole)
        }
    }
}

/// `not(a)`; two of them are none.
fn not(expr: Expr) -> Expr {
    let span = expr.span;
    match expr.kind {
        ExprKind::Not(inner) => *inner,
        kind => condition(ExprKind::Not(Box::new(Expr { kind, ..expr })), span),
    }
}
