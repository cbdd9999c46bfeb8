//! What holds events together, and what is measured of them: keys of groups and joins, counted and added up columns,
//! the numbers of thresholds and the lengths of windows.

use std::collections::BTreeSet;

use super::super::leaf::Leaf;
use super::super::place::{Place, each_expression, each_part, of_expression, parts, places_of};
use crate::ir::{Expr, ExprKind, Field, JoinKey, Pipeline, StageKind};
use crate::mapping::Hub;
use crate::schema::{Origin, ScalarType, Value};
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
    pub(super) fn of(hub: &Hub, pipeline: &Pipeline, leaves: &[Leaf]) -> Self {
        let mut links = Self::default();
        links.add(&Names { hub, leaves }, pipeline);
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
        for key in keys {
            merge(&mut links.keys, key);
        }
        links
    }

    fn add(&mut self, names: &Names<'_>, pipeline: &Pipeline) {
        for part in parts(pipeline) {
            self.add(names, part);
        }
        let mut is_grouped = false;
        for stage in &pipeline.stages {
            match &stage.kind {
                StageKind::Summarize { aggregates, by } => {
                    is_grouped = true;
                    for key in by {
                        self.keys.extend(names.link(&key.value, vec![key.span, key.value.span]));
                    }
                    for aggregate in aggregates {
                        self.measure(names, &aggregate.value);
                    }
                }
                StageKind::Distinct(items) => {
                    is_grouped = true;
                    for item in items {
                        self.measures.extend(names.link(&item.value, vec![item.span]));
                    }
                }
                StageKind::Count(_) => is_grouped = true,
                StageKind::Join(join) => {
                    for key in join.keys.iter().flatten() {
                        self.keys.extend(names.of_join(key));
                    }
                }
                StageKind::Filter(predicate) if is_grouped => each_part(predicate, &mut |part| self.number(part)),
                _ => {}
            }
        }
    }

    fn measure(&mut self, names: &Names<'_>, value: &Expr) {
        let ExprKind::Call { name, arguments } = &value.kind else { return };
        let is_number = matches!(name.as_str(), "sum" | "sumif" | "avg" | "min" | "max" | "percentile");
        for argument in arguments.iter().take(1) {
            let found = names.link(argument, vec![value.span, argument.span]);
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

/// What the columns of a rule stand for.
struct Names<'l> {
    hub: &'l Hub,
    leaves: &'l [Leaf],
}

impl Names<'_> {
    /// The places of a value that is not the time of the event.
    fn link(&self, value: &Expr, spans: Vec<Span>) -> Option<Link> {
        let places = match &value.kind {
            ExprKind::Field(field) => self.places(field),
            _ => of_expression(value),
        };
        let is_plain = matches!(value.kind, ExprKind::Field(_) | ExprKind::Member { .. });
        let ty = if is_plain { value.ty } else { ScalarType::Unknown };
        self.of_places(places, ty, spans)
    }

    fn of_join(&self, key: &JoinKey) -> Option<Link> {
        let places = [&key.left, &key.right].into_iter().flat_map(|field| self.places(field)).collect();
        self.of_places(places, ScalarType::Unknown, vec![key.span, key.left.span, key.right.span])
    }

    fn of_places(&self, mut places: BTreeSet<Place>, ty: ScalarType, spans: Vec<Span>) -> Option<Link> {
        places.retain(|place| !self.hub.is_time_column(&place.column));
        (!places.is_empty()).then_some(Link { places, ty, spans, is_number: false })
    }

    /// The places of a field; where it is computed, those of what it is computed from.
    fn places(&self, field: &Field) -> BTreeSet<Place> {
        if let Origin::Computed { .. } = field.origin {
            let values = self.leaves.iter().filter_map(|leaf| leaf.value(&field.name));
            let places: BTreeSet<Place> = values.flat_map(of_expression).collect();
            if !places.is_empty() {
                return places;
            }
        }
        places_of(field, &[]).into_iter().collect()
    }
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
