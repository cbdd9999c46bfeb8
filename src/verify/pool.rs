//! Values around the edges of every test of both rules, as things.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::form::{Kind, crossed, is_possible, things, usual};
use super::home::Kept;
use super::place::places_of;
use super::side::{Reading, TIME};
use crate::compare::witness::goals::field_in;
use crate::compare::witness::values;
use crate::ir::{Expr, ExprKind, Test};
use crate::mapping::Hub;

/// Most operands of one test whose edges are looked at; of the others only the values themselves.
const EDGED: usize = 4;

/// Most operands of one test that are looked at.
const OPERANDS: usize = 24;

/// Most values of one thing.
const MOST: usize = 160;

/// Values to try, by thing.
#[derive(Debug, Default)]
pub(super) struct Pool {
    values: BTreeMap<String, (Kind, Vec<Json>)>,
}

impl Pool {
    /// The values of a thing, likely ones first.
    pub(super) fn of(&self, thing: &str) -> &[Json] {
        self.values.get(thing).map_or(&[], |(_, values)| values)
    }

    /// All things that something is asked of.
    pub(super) fn things(&self) -> impl Iterator<Item = (&String, Kind)> {
        self.values.iter().map(|(thing, (kind, _))| (thing, *kind))
    }

    /// Adds values around the edges of the tests below an expression.
    pub(super) fn add(&mut self, hub: &Hub, kept: &Kept<'_>, expr: &Expr) {
        for test in tests(expr) {
            let subject = match &test.kind {
                ExprKind::Test(test) => &test.subject,
                _ => test,
            };
            let Some((field, path)) = field_in(subject) else { continue };
            for place in places_of(field, &path) {
                if !place.table.is_empty() && place.table != kept.table {
                    continue;
                }
                let reading = kept.side.reading(&place);
                for value in around(test) {
                    self.insert(hub, &reading, &value, kept.side.slash);
                }
            }
        }
    }

    /// Adds one value as a column shows it.
    pub(super) fn insert(&mut self, hub: &Hub, reading: &Reading, value: &Json, slash: char) {
        let (_, known) = self.values.entry(reading.thing.clone()).or_insert_with(|| (reading.kind, Vec::new()));
        for thing in things(hub, reading.kind, reading.form, reading.prefix.as_deref(), value, slash) {
            if !is_possible(reading.kind, &thing) {
                continue;
            }
            let thing = reading.below.iter().rev().fold(thing, |inner, key| json!({ key: inner }));
            if known.len() < MOST && !known.contains(&thing) {
                known.push(thing);
            }
        }
    }

    /// Adds what two values make together: this folder and that name.
    pub(super) fn cross(&mut self) {
        for (kind, values) in self.values.values_mut() {
            let few: Vec<Json> = values.iter().take(16).cloned().collect();
            for (first, second) in few.iter().flat_map(|first| few.iter().map(move |second| (first, second))) {
                let both = merged(first, second).or_else(|| crossed(*kind, first, second));
                if let Some(both) =
                    both.filter(|both| is_possible(*kind, both) && values.len() < 2 * MOST && !values.contains(both))
                {
                    values.push(both);
                }
            }
        }
    }

    /// Values of a thing that no test asks for, where events usually have one.
    pub(super) fn add_usual(&mut self, slash: char) {
        for (thing, (kind, values)) in &mut self.values {
            if *thing != TIME {
                values.extend(usual(*kind, slash).filter(|usual| !values.contains(usual)));
            }
        }
    }
}

/// Two bags as one, where they do not contradict each other.
pub(super) fn merged(first: &Json, second: &Json) -> Option<Json> {
    let (Json::Object(first), Json::Object(second)) = (first, second) else { return None };
    let mut both = first.clone();
    for (key, value) in second {
        let known = both.get(key).and_then(|known| merged(known, value)).unwrap_or_else(|| value.clone());
        both.insert(key.clone(), known);
    }
    Some(Json::Object(both))
}

/// The tests below an expression.
pub(super) fn tests(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().flat_map(tests).collect(),
        ExprKind::Not(inner) => tests(inner),
        ExprKind::Case { branches, otherwise } => {
            let branches = branches.iter().flat_map(|(when, then)| tests(when).into_iter().chain(tests(then)));
            branches.chain(tests(otherwise)).collect()
        }
        ExprKind::Call { arguments, .. } if matches!(field_in(expr), Some((_, path)) if path.is_empty()) => {
            let inner: Vec<&Expr> = arguments.iter().flat_map(tests).collect();
            if inner.is_empty() { vec![expr] } else { inner }
        }
        ExprKind::Test(_) | ExprKind::Field(_) | ExprKind::Member { .. } | ExprKind::Call { .. } => vec![expr],
        ExprKind::Value(_)
        | ExprKind::Arithmetic { .. }
        | ExprKind::Negate(_)
        | ExprKind::Star
        | ExprKind::Subquery(_)
        | ExprKind::Opaque(_) => Vec::new(),
    }
}

/// Values on both sides of a test's edge.
fn around(expr: &Expr) -> Vec<Json> {
    let ExprKind::Test(test) = &expr.kind else { return values::of_expression(expr) };
    let with = |operands: &[Expr]| {
        let test = Test { operands: operands.to_vec(), ..(**test).clone() };
        Expr { kind: ExprKind::Test(Box::new(test)), ty: expr.ty, span: expr.span }
    };
    let (edged, plain) = test.operands.split_at(test.operands.len().min(EDGED));
    let mut found: Vec<Json> = values::of_expression(&with(edged));
    let near: Vec<Json> =
        edged.iter().flat_map(|operand| near(&values::of_expression(&with(std::slice::from_ref(operand))))).collect();
    found.extend(near);
    // The first value that is made for an operand is one that passes.
    let each = plain
        .iter()
        .take(OPERANDS)
        .filter_map(|operand| values::of_expression(&with(std::slice::from_ref(operand))).into_iter().next());
    found.extend(each);
    if test.op == crate::ir::TestOp::HasAll {
        found.extend(values::together(std::iter::once(expr)));
    }
    found
}

/// One character more or less, and letters beyond ASCII beside the first of these values.
fn near(values: &[Json]) -> Vec<Json> {
    let Some(text) = values.first().and_then(Json::as_str) else { return Vec::new() };
    let (mut shorter, mut headless) = (text.to_owned(), text.chars());
    shorter.pop();
    headless.next();
    let near = [
        shorter,
        headless.as_str().to_owned(),
        format!("é{text}"),
        format!("{text}é"),
        format!("a {text} b"),
        format!("{text}.mui"),
        text.replace('.', "x"),
        text.trim_start_matches('\\').to_owned(),
    ];
    near.into_iter().map(Json::from).collect()
}
