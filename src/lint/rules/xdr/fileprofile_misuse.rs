//! XDR006: `FileProfile` knows a limited number of files, and the others are treated as if it did.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::{effect_on_rule, selects};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::Value;
use crate::span::Span;
use crate::syntax::{BinaryOp, ExprKind, OperatorKind};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "XDR006",
    name: "fileprofile-misuse",
    category: Category::Xdr,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("fileprofile_misuse.md"),
    check,
};

const PREVALENCE: &str = "GlobalPrevalence";

fn check(cx: &mut Context<'_>) {
    let is_used = uses_the_profile(cx);
    for (name, limit) in limits_too_high(cx) {
        cx.report(limit, "`FileProfile` takes a limit of 1000 at most")
            .label("too high")
            .related(name, "of this call")
            .replace(limit, "1000", "pass 1000", Effect::Unknown);
    }
    for (name, end) in calls_without_limit(cx) {
        let edit = Edit { place: Span::at(end as usize).into(), replacement: ", 1000".to_owned() };
        cx.report(name, "`FileProfile` enriches 100 files unless it is told more; the others stay without a profile")
            .severity(if is_used { Severity::Warning } else { Severity::Info })
            .label("no limit given")
            .help("pass 1000, the highest limit, as second argument")
            .fix("pass 1000 as limit", Effect::Unknown, vec![edit]);
    }
    let is_handled =
        cx.predicates().iter().any(|predicate| predicate.op == PredicateOp::Function && is_prevalence(predicate));
    if is_handled || !invokes_file_profile(cx) {
        return;
    }
    for predicate in cx.predicates() {
        let is_upper_bound = matches!(predicate.op, PredicateOp::Binary(BinaryOp::Less | BinaryOp::LessOrEqual));
        if !(is_upper_bound && is_prevalence(predicate) && selects(predicate)) {
            continue;
        }
        let insert = |offset: u32, text: String| Edit { place: Span::at(offset as usize).into(), replacement: text };
        let edits = vec![
            insert(predicate.span.start, format!("(isnull({PREVALENCE}) or ")),
            insert(predicate.span.end, ")".to_owned()),
        ];
        cx.report(predicate.span, "a file without a profile has no prevalence, so this filter drops the rarest files")
            .label("null is less than nothing")
            .help(format!("keep files without a profile: `isnull({PREVALENCE}) or …`"))
            .fix("keep files without a profile", effect_on_rule(predicate, Effect::Wider), edits);
    }
}

/// Whether rows are tested by what the profile says, so that a missing one matters.
fn uses_the_profile(cx: &Context<'_>) -> bool {
    const OWN: &[&str] = &[
        "GlobalFirstSeen",
        "GlobalLastSeen",
        "GlobalPrevalence",
        "IsCertificateValid",
        "IsExecutable",
        "IsRootSignerMicrosoft",
        "Issuer",
        "ProfileAvailability",
        "Publisher",
        "SignatureState",
        "Signer",
        "SignerHash",
        "SoftwareName",
        "ThreatName",
    ];
    let mut columns = cx.predicates().iter().filter_map(|predicate| predicate.subject.column.as_ref());
    columns.any(|column| OWN.contains(&column.name.as_str()))
}

/// Calls with a limit above the highest: the name and the limit.
fn limits_too_high(cx: &Context<'_>) -> Vec<(Span, Span)> {
    let call = |kind: &OperatorKind<'_>| {
        let OperatorKind::Invoke(call) = kind else { return None };
        let ExprKind::Call { name, arguments } = &call.kind else { return None };
        let [_, limit] = arguments.as_slice() else { return None };
        let is_too_high = matches!(cx.facts().constant(&limit.value)?.value, Value::Integer(number) if number > 1000);
        (name.text == "FileProfile" && is_too_high).then_some((name.span, limit.span))
    };
    cx.operators().filter_map(|operator| call(&operator.kind)).collect()
}

/// Names of calls with a column only, each with the end of that argument.
fn calls_without_limit(cx: &Context<'_>) -> Vec<(Span, u32)> {
    let call = |kind: &OperatorKind<'_>| {
        let OperatorKind::Invoke(call) = kind else { return None };
        let ExprKind::Call { name, arguments } = &call.kind else { return None };
        let [column] = arguments.as_slice() else { return None };
        (name.text == "FileProfile").then_some((name.span, column.span.end))
    };
    cx.operators().filter_map(|operator| call(&operator.kind)).collect()
}

fn invokes_file_profile(cx: &Context<'_>) -> bool {
    cx.operators().any(|operator| match &operator.kind {
        OperatorKind::Invoke(call) => matches!(&call.kind, ExprKind::Call { name, .. } if name.text == "FileProfile"),
        _ => false,
    })
}

fn is_prevalence(predicate: &Predicate) -> bool {
    predicate.subject.column.as_ref().is_some_and(|column| column.name == PREVALENCE)
}
