//! ENT005: entities named by column, as before there was a mapping.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::span::Span;
use crate::syntax::{Name, NamedExpr, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ENT005",
    name: "legacy-custom-entity",
    category: Category::Entity,
    severity: Severity::Warning,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt, RuleKind::Hunting, RuleKind::Snippet],
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("legacy_custom_entity.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    // The mapping of a bare query stands elsewhere.
    if cx.metadata().keys.is_empty() {
        return;
    }
    let mut found: Vec<(Span, String)> = Vec::new();
    for name in cx.operators().flat_map(|operator| new_names(&operator.kind)) {
        if is_legacy(&name.text) && !is_mapped(cx, &name.text) {
            found.push((name.span, name.text.clone().into_owned()));
        }
    }
    found.sort();
    // One mapping is missing for all of them: the finding stands at the first.
    let Some(((place, first), others)) = found.split_first() else { return };
    let entity = first.trim_end_matches("CustomEntity");
    // A query that stands alone may belong to a rule whose mapping is elsewhere.
    let is_whole_rule = !cx.metadata().keys.is_empty();
    let message = if is_whole_rule {
        format!("`{first}` does not make an entity: the name of a column has no meaning any more")
    } else {
        format!("`{first}` is an entity only if the rule maps it: the name of a column has no meaning any more")
    };
    let mut report = cx.report(*place, message);
    if !is_whole_rule {
        report.severity(Severity::Info);
    }
    report
        .label("left from the old mapping")
        .help(format!("map the column under `entityMappings` with `entityType: {entity}`, and drop this one"));
    for (other, name) in others {
        report.related(*other, format!("so is `{name}`"));
    }
}

/// Names that an operator gives to columns.
fn new_names<'o, 'q>(kind: &'o OperatorKind<'q>) -> Vec<&'o Name<'q>> {
    let lists: Vec<&'o [NamedExpr<'q>]> = match kind {
        OperatorKind::Extend(columns)
        | OperatorKind::Project(columns)
        | OperatorKind::ProjectRename(columns)
        | OperatorKind::Distinct(columns) => vec![columns],
        OperatorKind::Summarize { aggregates, by, bin: _ } => vec![aggregates, by],
        _ => Vec::new(),
    };
    lists.into_iter().flatten().flat_map(|column| &column.names).collect()
}

fn is_legacy(name: &str) -> bool {
    matches!(
        name,
        "AccountCustomEntity" | "HostCustomEntity" | "IPCustomEntity" | "URLCustomEntity" | "FileHashCustomEntity"
    )
}

/// Whether the new mapping uses the column under its old name.
fn is_mapped(cx: &Context<'_>, name: &str) -> bool {
    let entities = &cx.metadata().entities;
    let mut fields = entities.iter().flat_map(|entity| &entity.fields);
    fields.any(|field| field.column.as_ref().is_some_and(|column| column.value == name))
}
