//! ENT006: a rule whose alerts name no entities.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ENT006",
    name: "no-entity-mapping",
    category: Category::Entity,
    severity: Severity::Warning,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("no_entity_mapping.md"),
    check,
};

/// Columns that say who or what an event is about, and the entity and identifier that they fill.
const SUGGESTIONS: &[(&str, &str, &str)] = &[
    ("UserPrincipalName", "Account", "FullName"),
    ("AccountUpn", "Account", "FullName"),
    ("InitiatedByUser", "Account", "FullName"),
    ("AccountName", "Account", "Name"),
    ("TargetUserName", "Account", "Name"),
    ("IPAddress", "IP", "Address"),
    ("RemoteIP", "IP", "Address"),
    ("SrcIpAddr", "IP", "Address"),
    ("CallerIpAddress", "IP", "Address"),
    ("DeviceName", "Host", "FullName"),
    ("Computer", "Host", "FullName"),
    ("RemoteUrl", "URL", "Url"),
    ("ResourceId", "AzureResource", "ResourceId"),
];

fn check(cx: &mut Context<'_>) {
    let metadata = cx.metadata();
    // Fragments without an identity and a version are no rules yet.
    let Some(name) = metadata.name.as_ref().filter(|_| metadata.id.is_some() && metadata.version.is_some()) else {
        return;
    };
    if !metadata.entities.is_empty() {
        return;
    }
    let output = cx.facts().result.as_ref();
    let suggestion = output.and_then(|output| SUGGESTIONS.iter().find(|(column, _, _)| output.find(column).is_some()));
    let help = match suggestion {
        Some((column, entity, identifier)) => format!("map `{column}` to the `{identifier}` of a `{entity}`"),
        None => "return a user, host or address, and map it".to_owned(),
    };
    cx.report(name.place, "alerts of this rule name no user, host or address").label("no `entityMappings`").help(help);
}
