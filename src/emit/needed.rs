//! Which columns of its input a sequence of stages looks at.

use std::collections::BTreeSet;

use super::flatten::map_children;
use crate::ir::{Assignment, Expr, ExprKind, JoinKind, Stage, StageKind};

/// The columns in front of the stages that they, or whoever wants `wanted` behind them, look at.
pub(super) fn needed(stages: &[&Stage], wanted: BTreeSet<String>) -> BTreeSet<String> {
    stages.iter().rev().fold(wanted, |wanted, stage| before(&stage.kind, wanted))
}

fn before(kind: &StageKind, mut wanted: BTreeSet<String>) -> BTreeSet<String> {
    match kind {
        StageKind::Filter(expr) => names(expr, &mut wanted),
        StageKind::Extend(list) => made(list, &mut wanted),
        StageKind::Project(list) => {
            wanted.retain(|name| list.iter().any(|assignment| assignment.name == *name));
            made(list, &mut wanted);
        }
        // Which rows there are depends on the values, wanted or not.
        StageKind::MvExpand(list) | StageKind::Distinct(list) => {
            wanted.retain(|name| !list.iter().any(|assignment| assignment.name == *name));
            values(list, &mut wanted);
        }
        StageKind::Summarize { aggregates, by } => {
            let kept: BTreeSet<String> =
                aggregates.iter().filter(|aggregate| aggregate.names.len() > 2).flat_map(|a| a.names.clone()).collect();
            let of_later = wanted.clone();
            // `arg_max(x, *)` keeps what comes later; everything else is made here.
            wanted.retain(|name| kept.contains(name));
            for aggregate in aggregates {
                if of_later.is_empty() || aggregate.names.iter().any(|name| of_later.contains(name)) {
                    names(&aggregate.value, &mut wanted);
                }
            }
            values(by, &mut wanted);
        }
        StageKind::ProjectRename(renames) => {
            for (new, old) in renames {
                if wanted.remove(new) {
                    wanted.insert(old.clone());
                }
            }
        }
        StageKind::Top { by, .. } => names(by, &mut wanted),
        StageKind::Parse { source, columns, .. } => {
            wanted.retain(|name| !columns.contains(name));
            names(source, &mut wanted);
        }
        StageKind::Join(join) => {
            let right: BTreeSet<&String> = join.right.output.columns.iter().map(|column| &column.name).collect();
            let gives_right_only = matches!(join.kind, JoinKind::RightSemi | JoinKind::RightAnti);
            if gives_right_only {
                wanted.clear();
            }
            let is_left = |name: &String| {
                let is_renamed = name.strip_suffix('1').is_some_and(|name| right.iter().any(|other| *other == name));
                !is_renamed
            };
            wanted.retain(is_left);
            for key in join.keys.iter().flatten() {
                wanted.insert(key.left.name.clone());
            }
        }
        StageKind::ProjectKeep(kept) => wanted.retain(|name| kept.contains(name)),
        StageKind::Other { expressions, .. } => expressions.iter().for_each(|expr| names(expr, &mut wanted)),
        StageKind::Count(_) => wanted.clear(),
        // The order of results changes no row.
        StageKind::Sort(_)
        | StageKind::ProjectAway(_)
        | StageKind::ProjectReorder
        | StageKind::Union(_)
        | StageKind::Take(_)
        | StageKind::Annotation(_)
        | StageKind::Opaque(_) => {}
    }
    wanted
}

/// Assignments whose column is wanted are replaced by what they are made from.
fn made(list: &[Assignment], wanted: &mut BTreeSet<String>) {
    let used: Vec<&Assignment> = list.iter().filter(|assignment| wanted.contains(&assignment.name)).collect();
    for assignment in &used {
        wanted.remove(&assignment.name);
    }
    for assignment in used {
        names(&assignment.value, wanted);
    }
}

fn values(list: &[Assignment], wanted: &mut BTreeSet<String>) {
    for assignment in list {
        names(&assignment.value, wanted);
    }
}

/// The columns that an expression names.
pub(super) fn names(expr: &Expr, found: &mut BTreeSet<String>) {
    if let ExprKind::Field(field) = &expr.kind {
        found.insert(field.name.clone());
    }
    map_children(expr, &mut |child| {
        names(child, found);
        Expr { kind: ExprKind::Star, ty: child.ty, span: child.span }
    });
}
