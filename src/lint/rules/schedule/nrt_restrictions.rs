//! SCD007: what a near-real-time rule cannot have.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;
use crate::span::{Place, Span};
use crate::syntax::{ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCD007",
    name: "nrt-restrictions",
    category: Category::Schedule,
    severity: Severity::Error,
    default_on: true,
    kinds: &[RuleKind::Nrt],
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("nrt_restrictions.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for place in schedule_keys(cx) {
        cx.report(place, "a near-real-time rule has no schedule: it runs every minute")
            .label("not allowed with `kind: NRT`")
            .help("delete the key, or make the rule `kind: Scheduled`");
    }
    for (place, what) in other_workspaces(cx) {
        cx.report(place, format!("a near-real-time rule cannot read another workspace, as `{what}()` does"))
            .label("runs within one workspace")
            .help("make the rule `kind: Scheduled`, or deploy it to that workspace");
    }
    // Older services refuse it, newer ones do not; the rule may be deployed to either.
    if let Some((place, what)) = several_tables(cx) {
        cx.report(
            place,
            format!("`{what}` brings in a second table, which not every service lets a near-real-time rule read"),
        )
        .severity(Severity::Info)
        .label("one table is safe everywhere")
        .help("make the rule `kind: Scheduled`, or read one table");
    }
}

/// The values of keys about a schedule or a threshold.
fn schedule_keys(cx: &Context<'_>) -> Vec<Place> {
    let metadata = cx.metadata();
    let durations = [&metadata.query_frequency, &metadata.query_period].into_iter().flatten().map(|value| value.place);
    let triggers =
        [&metadata.trigger_operator, &metadata.trigger_threshold].into_iter().flatten().map(|value| value.place);
    durations.chain(triggers).collect()
}

fn other_workspaces<'a>(cx: &Context<'a>) -> Vec<(Span, &'a str)> {
    cx.expressions()
        .filter_map(|expr| match &expr.kind {
            ExprKind::Call { name, .. } if matches!(&*name.text, "workspace" | "app" | "cluster" | "adx" | "arg") => {
                Some((name.span, cx.slice(name.span)))
            }
            _ => None,
        })
        .collect()
}

/// The first operator that combines two tables. A watchlist is no table in this sense.
fn several_tables<'a>(cx: &Context<'a>) -> Option<(Span, &'a str)> {
    let mut tables: Vec<&str> =
        cx.facts().tables.iter().map(|table| table.name.as_str()).filter(|name| *name != "_GetWatchlist").collect();
    tables.sort_unstable();
    tables.dedup();
    let combines = |kind: &OperatorKind<'_>| {
        matches!(kind, OperatorKind::Join(_) | OperatorKind::Lookup(_) | OperatorKind::Union(_))
    };
    let operator = cx.operators().find(|operator| combines(&operator.kind))?;
    (tables.len() > 1).then(|| (operator.keyword_span(), operator.keyword))
}
