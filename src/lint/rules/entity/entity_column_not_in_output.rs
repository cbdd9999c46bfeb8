//! ENT001: an entity is filled from a column that the query does not return.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Context, Fixable, Needs, Rule};
use crate::rule::Located;
use crate::schema::{Columns, nearest};
use crate::span::Span;
use crate::syntax::{Operator, OperatorKind, Pipeline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ENT001",
    name: "entity-column-not-in-output",
    category: Category::Entity,
    severity: Severity::Error,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::SchemaAndMetadata,
    fixable: Fixable::Sometimes,
    document: include_str!("entity_column_not_in_output.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(output) = cx.facts().result.as_ref().filter(|columns| !columns.is_open) else { return };
    let entities = &cx.metadata().entities;
    for column in entities.iter().flat_map(|entity| &entity.fields).filter_map(|field| field.column.as_ref()) {
        if output.find(&column.value).is_none() {
            report(cx, column, output);
        }
    }
}

fn report(cx: &mut Context<'_>, column: &Located<String>, output: &Columns) {
    let name = &column.value;
    let dropped = cx.query().results().last().and_then(|pipeline| Dropped::find(cx, pipeline, name));
    let advice = if dropped.is_some() { format!("keep `{name}` in the result") } else { format!("return a `{name}`") };
    let mut report = cx.report(column.place, format!("the query does not return a column `{name}`"));
    report.label("no such column").help(
        match nearest(name, output.columns.iter().map(|column| column.name.as_str())) {
            Some(near) if near.eq_ignore_ascii_case(name) => format!("write `{near}`: KQL's names are case-sensitive"),
            Some(near) => format!("{advice}, or map `{near}`"),
            None => format!("{advice}, or map a column that is returned"),
        },
    );
    let Some(Dropped { operator, insertion }) = dropped else { return };
    report.related(operator.keyword_span(), format!("removed by this `{}`", operator.keyword));
    if let Some(end) = insertion {
        report.replace(end, format!(", {name}"), format!("add `{name}` to this `project`"), Effect::Unknown);
    }
}

/// Where a column that once was there got lost.
struct Dropped<'t> {
    /// The last operator in front of which it still existed.
    operator: &'t Operator<'t>,
    /// Where its name can be added so that it reaches the result.
    insertion: Option<Span>,
}

impl<'t> Dropped<'t> {
    fn find(cx: &Context<'t>, pipeline: &'t Pipeline<'t>, name: &str) -> Option<Self> {
        let facts = cx.facts();
        let mut was_there = facts.columns_of_source(pipeline).find(name).is_some();
        let mut last = None;
        for (index, operator) in pipeline.operators.iter().enumerate() {
            let is_kept = facts.columns_after(operator).find(name).is_some();
            if was_there && !is_kept {
                last = Some(index);
            }
            was_there = is_kept;
        }
        let (operator, later) = pipeline.operators.get(last?..)?.split_first()?;
        let reaches_result = is_plain(name) && later.iter().all(keeps_columns);
        let insertion = plain_project(operator).filter(|_| reaches_result).map(|end| Span::at(end as usize));
        Some(Self { operator, insertion })
    }
}

/// The end of the last column of a `project`.
fn plain_project(operator: &Operator<'_>) -> Option<u32> {
    let OperatorKind::Project(columns) = &operator.kind else { return None };
    columns.last().map(|column| column.span.end)
}

/// Whether a name needs no brackets.
fn is_plain(name: &str) -> bool {
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
