//! ENT001: an entity is filled from a column that the query does not return.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::dropped::Dropped;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::Located;
use crate::schema::{Columns, nearest};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ENT001",
    name: "entity-column-not-in-output",
    category: Category::Entity,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::SchemaAndMetadata,
    confidence: Confidence::High,
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
    let dropped = cx.query().results().last().and_then(|pipeline| Dropped::find(cx, pipeline, name, u32::MAX));
    let advice =
        if dropped.is_some() { format!("keep `{name}` in the result") } else { format!("add a column `{name}`") };
    let near = nearest(name, output.columns.iter().map(|column| column.name.as_str()));
    let variant = near.filter(|near| near.eq_ignore_ascii_case(name));
    let mut report = cx.report(column.place, format!("the query does not return a column `{name}`"));
    if let Some(variant) = variant {
        let edit = Edit { place: column.place, replacement: variant.to_owned() };
        report.fix(format!("map `{variant}`"), Effect::Same, vec![edit]);
    }
    report.label("no such column").help(match near {
        Some(near) if near.eq_ignore_ascii_case(name) => format!("write `{near}`: KQL's names are case-sensitive"),
        Some(near) => format!("{advice}, or map `{near}`"),
        None => format!("{advice}, or map a column that is returned"),
    });
    let Some(Dropped { operator, insertion }) = dropped.filter(|_| variant.is_none()) else { return };
    report.related(operator.keyword_span(), format!("removed by this `{}`", operator.keyword));
    if let Some(end) = insertion {
        report.replace(end, format!(", {name}"), format!("add `{name}` to this `project`"), Effect::Unknown);
    }
}
