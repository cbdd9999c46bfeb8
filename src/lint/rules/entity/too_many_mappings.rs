//! ENT004: more entities than the platform takes.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ENT004",
    name: "too-many-mappings",
    category: Category::Entity,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("too_many_mappings.md"),
    check,
};

/// What Sentinel takes: entities of a rule, identifiers of an entity.
const MOST_ENTITIES: usize = 10;
const MOST_IDENTIFIERS: usize = 3;

fn check(cx: &mut Context<'_>) {
    let entities = &cx.metadata().entities;
    let first_beyond = entities.get(MOST_ENTITIES).and_then(|entity| entity.entity_type.as_ref());
    if let Some(entity_type) = first_beyond {
        cx.report(
            entity_type.place,
            format!("there are {} entities, and Sentinel takes {MOST_ENTITIES}", entities.len()),
        )
        .label("one too many")
        .help("leave some out");
    }
    for entity in entities {
        let beyond = entity.fields.get(MOST_IDENTIFIERS).and_then(|field| field.identifier.as_ref());
        if let Some(identifier) = beyond {
            let count = entity.fields.len();
            cx.report(
                identifier.place,
                format!("the entity has {count} identifiers, and Sentinel takes {MOST_IDENTIFIERS}"),
            )
            .label("one too many")
            .help("keep those that identify it best");
        }
    }
}
