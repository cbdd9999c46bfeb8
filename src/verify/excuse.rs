//! Whether reported losses explain that a rule and its conversion disagree about an event.
//!
//! A loss explains a disagreement if the rule would have said what its conversion says, had the tests at the places of
//! the losses come out the other way; if the loss says that they may come out that way; and, where all that it reports is
//! an assumption, if the event breaks it.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::leaf::Leaf;
use super::place::{Place, each_expression, of_expression};
use super::side::{Side, Things};
use crate::emit::{Loss, LossClass};
use crate::ir::{Assignment, Expr, ExprKind, JoinKind, Pipeline, SourceKind, Stage, StageKind};
use crate::mapping::Assumption;
use crate::schema::{ScalarType, Value};
use crate::span::Span;

/// Which way source and target disagree about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// The target matches, the source does not.
    Gained,
    /// The source matches, the target does not.
    Lost,
}

impl Direction {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gained => "gained",
            Self::Lost => "lost",
        }
    }
}

/// Whether a loss permits that source and target disagree this way, by its class for the whole rule.
pub(super) fn permits(loss: &Loss, direction: Direction) -> bool {
    match loss.rule_class {
        LossClass::Exact | LossClass::Informational => false,
        LossClass::Over => direction == Direction::Gained,
        LossClass::Under => direction == Direction::Lost,
        LossClass::Assumption | LossClass::Changed | LossClass::NotExpressible => true,
    }
}

/// Whether the event breaks what the loss assumes; of a loss that does more than assume nothing has to be broken.
pub(super) fn is_broken(loss: &Loss, leaves: &[Leaf], side: &Side<'_>, things: &Things) -> bool {
    if loss.rule_class != LossClass::Assumption {
        return true;
    }
    let Some(assumption) = loss.assumption else { return true };
    let places = places_at(leaves, loss.span);
    places.iter().any(|place| {
        if assumption == Assumption::Listed {
            return !side.lists(&place.column, things);
        }
        let reading = side.reading(place);
        breaks(assumption, things.get(&reading.thing))
    })
}

/// Whether the tests at the place of a loss look at a thing.
pub(super) fn is_of_thing(loss: &Loss, leaves: &[Leaf], side: &Side<'_>, thing: &str) -> bool {
    places_at(leaves, loss.span).iter().any(|place| side.reading(place).thing == thing)
}

/// Leaves the sources at these places without a row.
pub(super) fn without_sources(pipeline: &mut Pipeline, spans: &[Span]) {
    match &mut pipeline.source.kind {
        SourceKind::Union(branches) => branches.iter_mut().for_each(|branch| without_sources(branch, spans)),
        SourceKind::Pipeline { pipeline, .. } => without_sources(pipeline, spans),
        _ if spans.contains(&pipeline.source.span) => {
            let span = pipeline.source.span;
            let never = Expr { kind: ExprKind::Value(Value::Bool(false)), ty: ScalarType::Bool, span };
            let output = pipeline.source.columns.clone();
            pipeline.stages.insert(0, Stage { kind: StageKind::Filter(never), output, span });
        }
        _ => {}
    }
    for stage in &mut pipeline.stages {
        match &mut stage.kind {
            StageKind::Join(join) => without_sources(&mut join.right, spans),
            StageKind::Union(branches) => branches.iter_mut().for_each(|branch| without_sources(branch, spans)),
            _ => {}
        }
    }
}

fn breaks(assumption: Assumption, thing: Option<&Json>) -> bool {
    let text = thing.map(|thing| thing.as_str().map_or_else(|| thing.to_string(), str::to_owned));
    let is_empty = text.as_deref().is_none_or(str::is_empty);
    let text = text.unwrap_or_default();
    match assumption {
        Assumption::FullPath => {
            let folder = text.rfind(['\\', '/']);
            is_empty || folder.is_none_or(|at| at == 0 || at + 1 == text.len())
        }
        Assumption::Ascii => !text.is_ascii(),
        Assumption::Present => is_empty || text == "{}" || text.contains(":\"\"") || text.contains(":null"),
        Assumption::DomainUser => {
            !matches!(text.split('\\').collect::<Vec<_>>().as_slice(), [domain, user] if !domain.is_empty() && !user.is_empty())
        }
        Assumption::ParseJson | Assumption::Direction => is_empty,
        Assumption::Case => true,
        // Events have the documented shape; of users' hives and of classes there are several, and where the key ends
        // and a name with a separator begins the whole path does not say.
        Assumption::RegistryForm => {
            let key = text.to_ascii_uppercase();
            let value = thing.and_then(|thing| thing.get("value")).and_then(Json::as_str).unwrap_or_default();
            !key.contains("HKEY_LOCAL_MACHINE\\") || key.contains("\\CLASSES") || value.contains('\\')
        }
        Assumption::ControlSet => text.to_ascii_uppercase().contains("CONTROLSET"),
        Assumption::RegistryData => {
            // The type of a number is not always there to see.
            is_empty || text.contains("WORD") || text.contains("Binary") || text.chars().all(|c| c.is_ascii_digit())
        }
        Assumption::Radix => !is_empty && text.trim_start_matches("0x").chars().all(|c| c.is_ascii_hexdigit()),
        // What is listed the column says, not the thing.
        Assumption::Listed
        | Assumption::Term
        | Assumption::Sensor
        | Assumption::Scope
        | Assumption::Host
        | Assumption::Window
        | Assumption::Schedule
        | Assumption::Unique
        | Assumption::Subsearch
        | Assumption::AddOn
        | Assumption::Watchlist
        | Assumption::DistinctCount
        | Assumption::IpClass
        | Assumption::Native
        | Assumption::Passed
        | Assumption::EventField
        | Assumption::Utc
        | Assumption::Places => false,
    }
}

/// What the tests at a place look at.
fn places_at(leaves: &[Leaf], span: Span) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    leaves.iter().flat_map(|leaf| &leaf.predicates).for_each(|expr| collect(expr, span, &mut places));
    places
}

fn collect(expr: &Expr, span: Span, places: &mut BTreeSet<Place>) {
    if span.contains(expr.span) || (expr.span.contains(span) && !is_compound(expr)) {
        places.extend(of_expression(expr));
        return;
    }
    match &expr.kind {
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Call { arguments: parts, .. } => {
            for part in parts {
                collect(part, span, places);
            }
        }
        ExprKind::Not(inner) => collect(inner, span, places),
        ExprKind::Test(test) => {
            collect(&test.subject, span, places);
            test.operands.iter().for_each(|operand| collect(operand, span, places));
        }
        ExprKind::Case { branches, otherwise } => {
            for (when, then) in branches {
                collect(when, span, places);
                collect(then, span, places);
            }
            collect(otherwise, span, places);
        }
        _ => {}
    }
}

fn is_compound(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) | ExprKind::Case { .. })
        || matches!(&expr.kind, ExprKind::Call { arguments, .. } if arguments.iter().any(|argument| argument.ty == ScalarType::Bool))
}

/// The places of all tests, in order.
pub(super) fn tests(pipeline: &Pipeline) -> BTreeSet<Span> {
    let mut spans = BTreeSet::new();
    each_expression(pipeline, &mut |expr| leaves(expr, &mut spans));
    spans
}

fn leaves(expr: &Expr, spans: &mut BTreeSet<Span>) {
    match &expr.kind {
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().for_each(|part| leaves(part, spans)),
        ExprKind::Not(inner) => leaves(inner, spans),
        _ if expr.ty == ScalarType::Bool => {
            spans.insert(expr.span);
        }
        _ => {}
    }
}

/// The pipeline with the tests at these places as the direction needs them: for what is gained they hold, for what is
/// lost they do not.
pub(super) fn excused(pipeline: &Pipeline, spans: &[Span], direction: Direction) -> Pipeline {
    let mut changed = pipeline.clone();
    rewrite(&mut changed, &Excuse { spans, holds: direction == Direction::Gained });
    changed
}

#[derive(Clone, Copy)]
struct Excuse<'s> {
    spans: &'s [Span],
    holds: bool,
}

fn rewrite(pipeline: &mut Pipeline, excuse: &Excuse<'_>) {
    match &mut pipeline.source.kind {
        SourceKind::Union(branches) => branches.iter_mut().for_each(|branch| rewrite(branch, excuse)),
        SourceKind::Pipeline { pipeline, .. } => rewrite(pipeline, excuse),
        SourceKind::Table { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Function { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => {}
    }
    pipeline.stages.iter_mut().for_each(|stage| rewrite_stage(stage, excuse));
}

fn rewrite_stage(stage: &mut Stage, excuse: &Excuse<'_>) {
    let assignments = |items: &mut Vec<Assignment>| {
        for item in items.iter_mut() {
            item.value = if item.value.ty == ScalarType::Bool {
                excuse.test(&item.value, false)
            } else {
                excuse.value(&item.value)
            };
        }
    };
    match &mut stage.kind {
        StageKind::Filter(predicate) => *predicate = excuse.test(predicate, false),
        StageKind::Extend(items) | StageKind::Project(items) => assignments(items),
        // More rows on the right side of an anti join are fewer results.
        StageKind::Join(join) => {
            let holds = excuse.holds != (join.kind == JoinKind::LeftAnti);
            rewrite(&mut join.right, &Excuse { holds, ..*excuse });
        }
        StageKind::Union(branches) => branches.iter_mut().for_each(|branch| rewrite(branch, excuse)),
        // What only some of the events of a group are counted for.
        StageKind::Summarize { aggregates, .. } => {
            for aggregate in aggregates {
                let ExprKind::Call { arguments, .. } = &mut aggregate.value.kind else { continue };
                for argument in arguments.iter_mut().filter(|argument| argument.ty == ScalarType::Bool) {
                    *argument = excuse.test(argument, false);
                }
            }
        }
        _ => {}
    }
}

impl Excuse<'_> {
    /// A value with the tests that choose it as they are needed.
    fn value(&self, expr: &Expr) -> Expr {
        let ExprKind::Case { branches, otherwise } = &expr.kind else { return expr.clone() };
        let branches = branches.iter().map(|(when, then)| (self.test(when, false), self.value(then))).collect();
        let kind = ExprKind::Case { branches, otherwise: Box::new(self.value(otherwise)) };
        Expr { kind, ..expr.clone() }
    }

    fn test(&self, expr: &Expr, is_negated: bool) -> Expr {
        let constant =
            |value: bool| Expr { kind: ExprKind::Value(Value::Bool(value)), ty: ScalarType::Bool, span: expr.span };
        if self.spans.iter().any(|span| span.contains(expr.span)) {
            return constant(self.holds != is_negated);
        }
        let each = |parts: &[Expr]| parts.iter().map(|part| self.test(part, is_negated)).collect();
        let kind = match &expr.kind {
            ExprKind::And(parts) => ExprKind::And(each(parts)),
            ExprKind::Or(parts) => ExprKind::Or(each(parts)),
            ExprKind::Not(inner) => ExprKind::Not(Box::new(self.test(inner, !is_negated))),
            ExprKind::Call { name, arguments } if is_compound(expr) => {
                let arguments = arguments.iter().map(|argument| {
                    if argument.ty == ScalarType::Bool { self.test(argument, is_negated) } else { argument.clone() }
                });
                ExprKind::Call { name: name.clone(), arguments: arguments.collect() }
            }
            ExprKind::Case { branches, otherwise } => {
                if self.spans.iter().any(|span| expr.span.contains(*span)) {
                    return constant(self.holds != is_negated);
                }
                ExprKind::Case { branches: branches.clone(), otherwise: otherwise.clone() }
            }
            _ if self.spans.iter().any(|span| expr.span.contains(*span)) => {
                return constant(self.holds != is_negated);
            }
            _ => return expr.clone(),
        };
        Expr { kind, ..expr.clone() }
    }
}
