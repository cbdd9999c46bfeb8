//! XDR001: a custom detection without the columns that Defender XDR asks for.

use crate::diagnostic::{Effect, Severity};
use crate::lint::dropped::Dropped;
use crate::lint::{Category, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::syntax::OperatorKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "XDR001",
    name: "required-columns-missing",
    category: Category::Xdr,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::CustomDetection],
    needs: Needs::SchemaAndMetadata,
    fixable: Fixable::Sometimes,
    document: include_str!("required_columns_missing.md"),
    check,
};

/// Columns of which one must say whom or what the alert is about.
const IDENTITIES: &[&str] = &[
    "AccountObjectId",
    "AccountSid",
    "AccountUpn",
    "DeviceId",
    "DeviceName",
    "InitiatingProcessAccountObjectId",
    "InitiatingProcessAccountSid",
    "InitiatingProcessAccountUpn",
    "RecipientEmailAddress",
    "RecipientObjectId",
    "RemoteDeviceName",
    "SenderFromAddress",
    "SenderMailFromAddress",
    "SenderObjectId",
];

fn check(cx: &mut Context<'_>) {
    let Some(output) = cx.facts().result.as_ref().filter(|columns| !columns.is_open) else { return };
    let Some(pipeline) = cx.query().results().last() else { return };
    let mut missing: Vec<&str> =
        ["Timestamp", "ReportId"].into_iter().filter(|name| output.find(name).is_none()).collect();
    if !IDENTITIES.iter().any(|name| output.find(name).is_some()) {
        // The device is what most tables have.
        let was_there = |name: &&&str| Dropped::find(cx, pipeline, name, u32::MAX).is_some();
        missing.push(["DeviceId"].iter().chain(IDENTITIES).find(was_there).copied().unwrap_or("DeviceId"));
    }
    let dropped: Vec<(&str, Option<Dropped<'_>>)> =
        missing.into_iter().map(|name| (name, Dropped::find(cx, pipeline, name, u32::MAX))).collect();
    // What a `summarize` loses is another rule's business.
    let dropped: Vec<_> = dropped.into_iter().filter(|(_, dropped)| !is_summarized(dropped.as_ref())).collect();
    let Some((first, stage)) = dropped.first() else { return };
    let place = stage.as_ref().map_or(pipeline.span, |dropped| dropped.operator.keyword_span());
    let names: Vec<String> = dropped.iter().map(|(name, _)| format!("`{name}`")).collect();
    let insertion = stage.as_ref().and_then(|stage| stage.insertion);
    let can_be_added = dropped.iter().all(|(_, stage)| {
        stage.as_ref().is_some_and(|stage| stage.insertion.is_some() && stage.insertion == insertion)
    });
    let added: String = dropped.iter().flat_map(|(name, _)| [", ", *name]).collect();
    let mut report = cx.report(place, format!("a custom detection has to return {}", names.join(" and ")));
    report
        .label(if stage.is_some() { format!("removes `{first}`") } else { "never there".to_owned() })
        .help(format!("keep {} in the result", names.join(" and ")));
    if let (Some(end), true) = (insertion, can_be_added) {
        report.replace(end, added, "add the columns to this `project`", Effect::Unknown);
    }
}

fn is_summarized(dropped: Option<&Dropped<'_>>) -> bool {
    dropped.is_some_and(|dropped| matches!(dropped.operator.kind, OperatorKind::Summarize { .. }))
}
