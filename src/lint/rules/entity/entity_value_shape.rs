//! ENT007: an entity that is filled from a set of values.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Origin, ScalarType};
use crate::span::Span;
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ENT007",
    name: "entity-value-shape",
    category: Category::Entity,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::SchemaAndMetadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("entity_value_shape.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(output) = cx.facts().result.as_ref() else { return };
    let metadata = cx.metadata();
    for column in metadata.entities.iter().flat_map(|entity| &entity.fields).filter_map(|field| field.column.as_ref()) {
        let Some(found) = output.find(&column.value).filter(|found| found.ty == ScalarType::Dynamic) else { continue };
        let made_by = match &found.origin {
            Origin::Computed { span, .. } => Some(*span),
            Origin::Table { .. } | Origin::Event { .. } | Origin::Made(_) | Origin::Several(_) | Origin::Unknown => {
                None
            }
        };
        if let Some(made_by) = made_by.filter(|span| is_part(cx, *span)) {
            let text = cx.slice(made_by);
            cx.report(column.place, format!("`{}` is a part of a JSON value, of type `dynamic`", column.value))
                .severity(Severity::Info)
                .label("not a text")
                .related(made_by, "taken out here")
                .help(format!("write `tostring({text})`"));
            continue;
        }
        let mut report =
            cx.report(column.place, format!("`{}` is a set or an object, and an entity is one value", column.value));
        report.label("no single value").help("map a column of texts; `mv-expand` makes a row of each value");
        if let Some(made_by) = made_by {
            report.related(made_by, "made here");
        }
    }
}

/// Whether an expression takes one member or element out of a dynamic value: most likely one text.
fn is_part(cx: &Context<'_>, place: Span) -> bool {
    cx.expressions()
        .filter(|expr| expr.span == place)
        .any(|expr| matches!(expr.kind, ExprKind::Path { .. } | ExprKind::Element { .. }))
}
