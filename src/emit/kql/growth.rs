//! Whether more rows in front of some stages can only give more results behind them.
//!
//! A threshold `count_ > 5` is passed by a larger group as well, `count_ < 5` is not: there, a test that is left out in
//! front would lose results. The same holds for groups that are put together because a key is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::super::needed::names;
use super::super::rows::conjuncts_of;
use crate::ir::{Aggregate, Assignment, Expr, ExprKind, JoinKind, Pipeline, SourceKind, StageKind, TestOp};

/// Aggregates that a larger group only makes larger.
const GROWING: [&str; 8] = ["count", "countif", "dcount", "dcountif", "make_set", "make_list", "make_set_if", "max"];

/// Columns that aggregates made, and whether they only grow.
type Made = BTreeMap<String, bool>;

/// Whether more rows, or rows in larger groups, lose no result of the pipeline.
pub(super) fn keeps_growing(pipeline: &Pipeline) -> bool {
    all_grow(pipeline, &mut Made::new())
}

/// Whether results are groups that pass a threshold: the last `summarize` is followed by a test of what it made.
pub(super) fn has_threshold(pipeline: &Pipeline) -> bool {
    let mut made = BTreeSet::new();
    pipeline.stages.iter().any(|stage| match &stage.kind {
        StageKind::Summarize { aggregates, .. } => {
            made = aggregates.iter().flat_map(|aggregate| aggregate.names.clone()).collect();
            false
        }
        StageKind::Filter(predicate) => {
            let mut used = BTreeSet::new();
            names(predicate, &mut used);
            used.iter().any(|name| made.contains(name))
        }
        _ => false,
    })
}

fn all_grow(pipeline: &Pipeline, made: &mut Made) -> bool {
    let source = match &pipeline.source.kind {
        SourceKind::Pipeline { pipeline, .. } => all_grow(pipeline, made),
        SourceKind::Union(branches) => branches.iter().all(|branch| all_grow(branch, made)),
        SourceKind::Table { .. }
        | SourceKind::Function { .. }
        | SourceKind::LogSource(_)
        | SourceKind::Inline(_)
        | SourceKind::External(_)
        | SourceKind::Opaque(_) => true,
    };
    source && pipeline.stages.iter().all(|stage| grows(&stage.kind, made))
}

fn grows(kind: &StageKind, made: &mut Made) -> bool {
    match kind {
        StageKind::Summarize { aggregates, by } => {
            if by.iter().any(|key| is_of(&key.value, made)) {
                return false;
            }
            let of_all: Vec<_> = aggregates.iter().flat_map(|aggregate| of_aggregate(aggregate, made)).collect();
            made.extend(of_all);
            true
        }
        StageKind::Count(name) => {
            made.insert(name.clone(), true);
            true
        }
        StageKind::Filter(predicate) => conjuncts_of(predicate.clone()).iter().all(|one| is_passed_by_more(one, made)),
        StageKind::Extend(list) | StageKind::Project(list) => {
            for assignment in list.iter().filter(|assignment| !is_same(assignment)) {
                if is_of(&assignment.value, made) {
                    let is_growing = size_of(&assignment.value, made).unwrap_or(false);
                    made.insert(assignment.name.clone(), is_growing);
                }
            }
            true
        }
        StageKind::ProjectRename(renames) => {
            let moved = renames.iter().filter_map(|(new, old)| Some((new.clone(), made.get(old).copied()?)));
            let moved: Vec<_> = moved.collect();
            made.extend(moved);
            true
        }
        // Other rows may take the place of those that were there.
        StageKind::Top { .. } | StageKind::Take(_) | StageKind::Opaque(_) | StageKind::Other { .. } => false,
        StageKind::Join(join) => join.kind != JoinKind::RightAnti && all_grow(&join.right, made),
        StageKind::Union(branches) => branches.iter().all(|branch| all_grow(branch, made)),
        StageKind::Distinct(_)
        | StageKind::ProjectAway(_)
        | StageKind::ProjectKeep(_)
        | StageKind::ProjectReorder
        | StageKind::Sort(_)
        | StageKind::MvExpand(_)
        | StageKind::Parse { .. }
        | StageKind::Annotation(_) => true,
    }
}

/// `project Count` keeps what is there.
fn is_same(assignment: &Assignment) -> bool {
    matches!(&assignment.value.kind, ExprKind::Field(field) if field.name == assignment.name)
}

fn of_aggregate(aggregate: &Aggregate, made: &Made) -> Vec<(String, bool)> {
    let is_growing = match &aggregate.value.kind {
        ExprKind::Call { name, .. } => GROWING.contains(&name.as_str()) && !is_of(&aggregate.value, made),
        _ => false,
    };
    aggregate.names.iter().map(|name| (name.clone(), is_growing)).collect()
}

fn is_of(expr: &Expr, made: &Made) -> bool {
    let mut used = BTreeSet::new();
    names(expr, &mut used);
    used.iter().any(|name| made.contains_key(name))
}

/// Whether the value is an aggregate, or the number of elements of one, and grows; `None` for any other value.
fn size_of(value: &Expr, made: &Made) -> Option<bool> {
    match &value.kind {
        ExprKind::Field(field) => made.get(&field.name).copied(),
        ExprKind::Call { name, arguments } if name == "array_length" => size_of(arguments.first()?, made),
        _ => None,
    }
}

fn is_passed_by_more(conjunct: &Expr, made: &Made) -> bool {
    if !is_of(conjunct, made) {
        return true;
    }
    match &conjunct.kind {
        ExprKind::Test(test) => {
            let is_lower_bound = matches!(test.op, TestOp::Greater | TestOp::GreaterOrEqual);
            is_lower_bound
                && size_of(&test.subject, made) == Some(true)
                && !test.operands.iter().any(|o| is_of(o, made))
        }
        ExprKind::Or(parts) => parts.iter().all(|part| is_passed_by_more(part, made)),
        _ => false,
    }
}
