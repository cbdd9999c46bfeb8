//! What holds events together, and what is measured of them: keys of groups and joins, counted and added up columns,
//! the numbers of thresholds and the lengths of windows.

use std::collections::BTreeSet;

use super::super::place::{Place, each_expression, each_part, of_expression, parts, places_of};
use crate::ir::{Expr, ExprKind, JoinKey, Pipeline, StageKind};
use crate::mapping::Hub;
use crate::schema::{ScalarType, Value};
use crate::span::Span;

/// Ticks of a second.
const TICKS: i64 = 10_000_000;

/// Places that hold one value for events that belong together, or that is measured.
#[derive(Debug, Clone)]
pub(super) struct Link {
    /// Where it is.
    pub(super) places: BTreeSet<Place>,
    /// Of which type.
    pub(super) ty: ScalarType,
    /// Where the rule names it.
    pub(super) spans: Vec<Span>,
    /// Whether it is added up rather than told apart.
    pub(super) is_number: bool,
}

impl Link {
    /// Whether a part of the rule names it.
    pub(super) fn is_named_at(&self, span: Span) -> bool {
        self.spans.iter().any(|own| own.contains(span) || span.contains(*own))
    }
}

/// What a rule asks of several events together.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    /// Keys of groups and joins.
    pub(super) keys: Vec<Link>,
    /// What aggregates look at.
    pub(super) measures: Vec<Link>,
    /// Numbers that what is made of groups is compared with.
    pub(super) numbers: Vec<i64>,
    /// Lengths of time in seconds.
    pub(super) lengths: Vec<i64>,
}

impl Links {
    /// What a pipeline asks.
    pub(super) fn of(hub: &Hub, pipeline: &Pipeline) -> Self {
        let mut links = Self::default();
        links.add(hub, pipeline);
        each_expression(pipeline, &mut |expr| {
            each_part(expr, &mut |part| {
                if let ExprKind::Value(Value::Timespan(ticks)) = part.kind {
                    links.lengths.push((ticks / TICKS).abs());
                }
            });
        });
        links.lengths.retain(|seconds| *seconds > 0);
        links.lengths.sort_unstable();
        links.lengths.dedup();
        links.numbers.sort_unstable();
        links.numbers.dedup();
        let keys = std::mem::take(&mut links.keys);
        keys.into_iter().for_each(|key| merge(&mut links.keys, key));
        links
    }

    fn add(&mut self, hub: &Hub, pipeline: &Pipeline) {
        for part in parts(pipeline) {
            self.add(hub, part);
        }
        let mut is_grouped = false;
        for stage in &pipeline.stages {
            match &stage.kind {
                StageKind::Summarize { aggregates, by } => {
                    is_grouped = true;
                    for key in by {
                        self.keys.extend(link(hub, &key.value, vec![key.span, key.value.span]));
                    }
                    for aggregate in aggregates {
                        self.measure(hub, &aggregate.value);
                    }
                }
                StageKind::Distinct(items) => {
                    is_grouped = true;
                    for item in items {
                        self.measures.extend(link(hub, &item.value, vec![item.span]));
                    }
                }
                StageKind::Count(_) => is_grouped = true,
                StageKind::Join(join) => {
                    for key in join.keys.iter().flatten() {
                        self.keys.extend(of_join(hub, key));
                    }
                }
                StageKind::Filter(predicate) if is_grouped => each_part(predicate, &mut |part| self.number(part)),
                _ => {}
            }
        }
    }

    fn measure(&mut self, hub: &Hub, value: &Expr) {
        let ExprKind::Call { name, arguments } = &value.kind else { return };
        let is_number = matches!(name.as_str(), "sum" | "sumif" | "avg" | "min" | "max" | "percentile");
        for argument in arguments.iter().take(1) {
            let found = link(hub, argument, vec![value.span, argument.span]);
            self.measures.extend(found.map(|link| Link { is_number, ..link }));
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a threshold is tried at whole numbers")]
    fn number(&mut self, part: &Expr) {
        match part.kind {
            ExprKind::Value(Value::Integer(number)) => self.numbers.push(number),
            ExprKind::Value(Value::Real(number)) if number.abs() < 9e15 => self.numbers.push(number as i64),
            _ => {}
        }
    }
}

/// The places of a value that is not the time of the event.
fn link(hub: &Hub, value: &Expr, spans: Vec<Span>) -> Option<Link> {
    let mut places = of_expression(value);
    places.retain(|place| !hub.is_time_column(&place.column));
    let ty =
        if matches!(value.kind, ExprKind::Field(_) | ExprKind::Member { .. }) { value.ty } else { ScalarType::Unknown };
    (!places.is_empty()).then_some(Link { places, ty, spans, is_number: false })
}

fn of_join(hub: &Hub, key: &JoinKey) -> Option<Link> {
    let places = [&key.left, &key.right].into_iter().flat_map(|field| places_of(field, &[]));
    let places: BTreeSet<Place> = places.filter(|place| !hub.is_time_column(&place.column)).collect();
    let spans = vec![key.span, key.left.span, key.right.span];
    (!places.is_empty()).then_some(Link { places, ty: ScalarType::Unknown, spans, is_number: false })
}

/// Adds a link; those with a place in common are one.
fn merge(links: &mut Vec<Link>, mut new: Link) {
    while let Some(at) = links.iter().position(|known| !known.places.is_disjoint(&new.places)) {
        let known = links.remove(at);
        new.places.extend(known.places);
        new.spans.extend(known.spans);
        new.ty = if known.ty == ScalarType::Unknown { new.ty } else { known.ty };
    }
    links.push(new);
}
