//! Which columns and fields a rule reads.

use std::collections::BTreeSet;

use crate::compare::witness::goals::{Site, field_in, sites};
use crate::ir::{Expr, ExprKind, Field, JoinKey, MemberKey, Pipeline, SourceKind, StageKind};
use crate::schema::{Origin, Value};

/// A column of a table, or a field of a log source, with properties inside of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The table; empty for a field of a log source.
    pub(super) table: String,
    /// The column there.
    pub(super) column: String,
    /// Properties inside of it.
    pub(super) path: Vec<String>,
}

impl Place {
    /// Whether a field of a log source that has the table's own names is in the column.
    pub(super) fn is_around(&self, field: &Self) -> bool {
        let first = field.column.split('.').next().unwrap_or_default();
        self.column.eq_ignore_ascii_case(first) || self.column.eq_ignore_ascii_case(&field.column)
    }
}

/// The places that an expression looks at.
pub(super) fn of_expression(expr: &Expr) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    expression(expr, &mut places);
    places
}

/// The places that a pipeline looks at.
pub(super) fn of_pipeline(pipeline: &Pipeline) -> BTreeSet<Place> {
    let mut places = BTreeSet::new();
    gather(pipeline, &mut places);
    places
}

fn gather(pipeline: &Pipeline, places: &mut BTreeSet<Place>) {
    each_expression(pipeline, &mut |expr| expression(expr, places));
    keys(pipeline, places);
}

/// Looks at every expression of a pipeline and of those that it joins or unites.
pub(super) fn each_expression<'p>(pipeline: &'p Pipeline, each: &mut dyn FnMut(&'p Expr)) {
    for stage in &pipeline.stages {
        stage.kind.expressions().into_iter().for_each(&mut *each);
    }
    for part in parts(pipeline) {
        each_expression(part, each);
    }
}

/// The keys of joins.
fn keys(pipeline: &Pipeline, places: &mut BTreeSet<Place>) {
    for stage in &pipeline.stages {
        let StageKind::Join(join) = &stage.kind else { continue };
        for JoinKey { left, right, .. } in join.keys.iter().flatten() {
            add(left, &[], places);
            add(right, &[], places);
        }
    }
    for part in parts(pipeline) {
        keys(part, places);
    }
}

/// Looks at an expression and everything below it, but not into sub-queries.
pub(super) fn each_part<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e Expr)) {
    each(expr);
    for child in expr.children() {
        each_part(child, each);
    }
}

/// The pipelines that a pipeline is made from.
pub(super) fn parts(pipeline: &Pipeline) -> Vec<&Pipeline> {
    let mut parts = match &pipeline.source.kind {
        SourceKind::Union(branches) => branches.iter().collect(),
        SourceKind::Pipeline { pipeline, .. } => vec![&**pipeline],
        SourceKind::Table { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Function { .. }
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => Vec::new(),
    };
    for stage in &pipeline.stages {
        match &stage.kind {
            StageKind::Join(join) => parts.push(&join.right),
            StageKind::Union(branches) => parts.extend(branches),
            _ => {}
        }
    }
    parts
}

/// The places that a field's value comes from.
pub(super) fn places_of(field: &Field, path: &[String]) -> Vec<Place> {
    // A column that the schema does not know is one of whatever table there is.
    if field.origin == Origin::Unknown {
        return vec![Place { table: String::new(), column: field.name.clone(), path: path.to_vec() }];
    }
    let place = |(site, _): (Site, bool)| Place { table: site.table, column: site.column, path: site.path };
    sites(field, path).into_iter().map(place).collect()
}

fn add(field: &Field, path: &[String], places: &mut BTreeSet<Place>) {
    places.extend(places_of(field, path));
}

/// The column `A` of `column_ifexists("A", "")`.
fn optional_column(expr: &Expr) -> Option<String> {
    let ExprKind::Call { name, arguments } = &expr.kind else { return None };
    match arguments.as_slice() {
        [Expr { kind: ExprKind::Value(Value::String(column)), .. }, _] if name == "column_ifexists" => {
            Some(column.clone())
        }
        _ => None,
    }
}

fn expression(expr: &Expr, places: &mut BTreeSet<Place>) {
    match &expr.kind {
        ExprKind::Field(field) => add(field, &[], places),
        ExprKind::Member { base, key } => {
            match field_in(expr) {
                Some((field, path)) if !path.is_empty() => add(field, &path, places),
                Some(_) | None => expression(base, places),
            }
            if let MemberKey::Computed(key) = key {
                expression(key, places);
            }
        }
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Call { arguments: parts, .. } => {
            if let Some(column) = optional_column(expr) {
                places.insert(Place { table: String::new(), column, path: Vec::new() });
            }
            for part in parts {
                expression(part, places);
            }
        }
        ExprKind::Not(inner) | ExprKind::Negate(inner) => expression(inner, places),
        ExprKind::Test(test) => {
            expression(&test.subject, places);
            test.operands.iter().for_each(|operand| expression(operand, places));
        }
        ExprKind::Case { branches, otherwise } => {
            for (when, then) in branches {
                expression(when, places);
                expression(then, places);
            }
            expression(otherwise, places);
        }
        ExprKind::Arithmetic { left, right, .. } => {
            expression(left, places);
            expression(right, places);
        }
        ExprKind::Subquery(pipeline) => gather(pipeline, places),
        ExprKind::Value(_) | ExprKind::Star | ExprKind::Opaque(_) => {}
    }
}
