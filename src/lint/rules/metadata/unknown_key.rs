//! MET011: a key that is a slip of a known one.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::schema::nearest;
use crate::span::{Place, Span};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET011",
    name: "unknown-key",
    category: Category::Metadata,
    severity: Severity::Warning,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("unknown_key.md"),
    check,
};

/// The keys of Sentinel's rule template.
const KNOWN: &[&str] = &[
    "id",
    "name",
    "version",
    "kind",
    "description",
    "severity",
    "status",
    "enabled",
    "requiredDataConnectors",
    "queryFrequency",
    "queryPeriod",
    "triggerOperator",
    "triggerThreshold",
    "tactics",
    "relevantTechniques",
    "subTechniques",
    "tags",
    "query",
    "entityMappings",
    "customDetails",
    "alertDetailsOverride",
    "incidentConfiguration",
    "eventGroupingSettings",
    "suppressionDuration",
    "suppressionEnabled",
    "sentinelEntitiesMappings",
    "metadata",
    "author",
    "references",
];

fn check(cx: &mut Context<'_>) {
    let keys = &cx.metadata().keys;
    let is_template = keys.iter().any(|(path, _)| path == "query") && keys.iter().any(|(path, _)| path == "kind");
    if !is_template {
        return;
    }
    for (path, text) in keys.iter().filter(|(path, _)| !path.contains('.') && !KNOWN.contains(&path.as_str())) {
        let is_there = |known: &&str| keys.iter().any(|(path, _)| path == known);
        let Some(near) = nearest(path, KNOWN.iter().copied().filter(|known| !is_there(known))) else { continue };
        let place = Place { text: *text, span: Span::new(0, cx.metadata_text(*text).len()) };
        let edit = Edit { place, replacement: near.to_owned() };
        cx.report(place, format!("nothing reads the key `{path}`"))
            .label(format!("`{near}` is meant"))
            .help(format!("write `{near}`"))
            .fix(format!("write `{near}`"), Effect::Unknown, vec![edit]);
    }
}
