//! XDR001: a custom detection without the columns that Defender XDR asks for.

use crate::analyze::Binding;
use crate::diagnostic::{Effect, Severity};
use crate::lint::dropped::Dropped;
use crate::lint::wording::listed;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::syntax::{Head, OperatorKind, Pipeline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "XDR001",
    name: "required-columns-missing",
    category: Category::Xdr,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::CustomDetection],
    needs: Needs::SchemaAndMetadata,
    confidence: Confidence::High,
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
    let product = first_table(cx, pipeline).map_or(Product::Unknown, |table| Product::of(cx, table));
    let mut missing: Vec<&str> = product.event().iter().copied().filter(|name| output.find(name).is_none()).collect();
    if product.names_assets() && !IDENTITIES.iter().any(|name| output.find(name).is_some()) {
        // The device is what most tables have.
        let was_there = |name: &&&str| Dropped::find(cx, pipeline, name, u32::MAX).is_some();
        let identity = ["DeviceId"].iter().chain(IDENTITIES).find(was_there).copied().unwrap_or("DeviceId");
        missing.extend((!missing.contains(&identity)).then_some(identity));
    }
    let dropped: Vec<(&str, Option<Dropped<'_>>)> =
        missing.into_iter().map(|name| (name, Dropped::find(cx, pipeline, name, u32::MAX))).collect();
    // What a `summarize` loses is another rule's business.
    let dropped: Vec<_> = dropped.into_iter().filter(|(_, dropped)| !is_summarized(dropped.as_ref())).collect();
    let Some((first, stage)) = dropped.first() else { return };
    let place = stage.as_ref().map_or(pipeline.span, |dropped| dropped.operator.keyword_span());
    let names = listed(&dropped.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let insertion = stage.as_ref().and_then(|stage| stage.insertion);
    let can_be_added = dropped.iter().all(|(_, stage)| {
        stage.as_ref().is_some_and(|stage| stage.insertion.is_some() && stage.insertion == insertion)
    });
    let added: String = dropped.iter().flat_map(|(name, _)| [", ", *name]).collect();
    let mut report = cx.report(place, format!("a custom detection has to return {names}"));
    report
        .label(if stage.is_some() { format!("removes `{first}`") } else { "never there".to_owned() })
        .help(format!("keep {names} in the result"));
    if let (Some(end), true) = (insertion, can_be_added) {
        report.replace(end, added, "add the columns to this `project`", Effect::Unknown);
    }
}

/// What a rule is about, which decides how an event of it is identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Product {
    /// The `Device…` tables of Defender for Endpoint.
    Endpoint,
    /// `AlertInfo` and `AlertEvidence`.
    Alerts,
    /// Other tables of Defender XDR.
    Defender,
    /// Tables of a connected workspace.
    LogAnalytics,
    /// The schema does not have the table.
    Unknown,
}

impl Product {
    fn of(cx: &Context<'_>, table: &str) -> Self {
        match cx.schema().table(table) {
            None => Self::Unknown,
            Some(found) if !found.is_in_defender() => Self::LogAnalytics,
            Some(_) if table.starts_with("Alert") => Self::Alerts,
            Some(_) if table.starts_with("Device") => Self::Endpoint,
            Some(_) => Self::Defender,
        }
    }

    /// The columns that identify an event.
    fn event(self) -> &'static [&'static str] {
        match self {
            Self::Endpoint => &["Timestamp", "ReportId", "DeviceId"],
            Self::Alerts => &["Timestamp"],
            Self::Defender => &["Timestamp", "ReportId"],
            Self::LogAnalytics => &["TimeGenerated"],
            Self::Unknown => &[],
        }
    }

    /// Whether the columns that name a device, a user or a mailbox are known by name.
    fn names_assets(self) -> bool {
        match self {
            Self::Endpoint | Self::Alerts | Self::Defender => true,
            Self::LogAnalytics | Self::Unknown => false,
        }
    }
}

/// The table that the rows of a pipeline begin with, through `let`.
fn first_table<'a>(cx: &Context<'a>, pipeline: &'a Pipeline<'a>) -> Option<&'a str> {
    let Head::Expr(head) = &pipeline.head else {
        return cx.facts().tables.iter().find(|used| pipeline.span.contains(used.span)).map(|used| used.name.as_str());
    };
    match cx.facts().binding(head) {
        Some(Binding::LetTable(declared)) => first_table(cx, cx.query().let_pipeline(*declared)?),
        _ => cx.facts().tables.iter().find(|used| head.span.contains(used.span)).map(|used| used.name.as_str()),
    }
}

fn is_summarized(dropped: Option<&Dropped<'_>>) -> bool {
    dropped.is_some_and(|dropped| matches!(dropped.operator.kind, OperatorKind::Summarize { .. }))
}
