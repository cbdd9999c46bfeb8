//! At which stage of a pipeline a column got lost, and whether it can be kept.

use super::Context;
use crate::span::Span;
use crate::syntax::{Operator, OperatorKind, Pipeline};

/// Where a column that once was there got lost.
pub(super) struct Dropped<'t> {
    /// The last operator in front of which it still existed.
    pub(super) operator: &'t Operator<'t>,
    /// Where its name can be added so that it reaches the end.
    pub(super) insertion: Option<Span>,
}

impl<'t> Dropped<'t> {
    /// Where a pipeline loses `name`; only what ends before `limit` is looked at.
    pub(super) fn find(cx: &Context<'t>, pipeline: &'t Pipeline<'t>, name: &str, limit: u32) -> Option<Self> {
        let facts = cx.facts();
        let operators = pipeline.operators.iter().take_while(|operator| operator.span.end <= limit);
        let mut was_there = facts.columns_of_source(pipeline).find(name).is_some();
        let mut last = None;
        let mut count = 0;
        for (index, operator) in operators.enumerate() {
            let is_kept = facts.columns_after(operator).find(name).is_some();
            if was_there && !is_kept {
                last = Some(index);
            }
            was_there = is_kept;
            count = index + 1;
        }
        let (operator, later) = pipeline.operators.get(last?..count)?.split_first()?;
        let reaches_end = is_plain(name) && later.iter().all(keeps_columns);
        let insertion = plain_project(operator).filter(|_| reaches_end).map(|end| Span::at(end as usize));
        Some(Self { operator, insertion })
    }
}

/// The end of the last column of a `project`.
fn plain_project(operator: &Operator<'_>) -> Option<u32> {
    let OperatorKind::Project(columns) = &operator.kind else { return None };
    columns.last().map(|column| column.span.end)
}

/// Whether a name needs no brackets.
pub(super) fn is_plain(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether an operator hands on a column that it does not name, whatever it does to the rows.
fn keeps_columns(operator: &Operator<'_>) -> bool {
    matches!(
        operator.kind,
        OperatorKind::As(_)
            | OperatorKind::Extend(_)
            | OperatorKind::Lookup(_)
            | OperatorKind::MvExpand { .. }
            | OperatorKind::Parse { .. }
            | OperatorKind::ProjectRename(_)
            | OperatorKind::ProjectReorder(_)
            | OperatorKind::Render { .. }
            | OperatorKind::Sample(_)
            | OperatorKind::Serialize(_)
            | OperatorKind::Sort(_)
            | OperatorKind::Take(_)
            | OperatorKind::Top { .. }
            | OperatorKind::Where(_)
    )
}
