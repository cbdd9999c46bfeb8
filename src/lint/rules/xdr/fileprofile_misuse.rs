//! XDR006: `FileProfile` knows a limited number of files, and the others are treated as if it did.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::selects;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
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
    let calls = calls_without_limit(cx);
    for (name, end) in calls {
        let edit = Edit { place: Span::at(end as usize).into(), replacement: ", 1000".to_owned() };
        cx.report(name, "`FileProfile` enriches 100 files unless it is told more; the others stay without a profile")
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
            .fix("keep files without a profile", Effect::Wider, edits);
    }
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
