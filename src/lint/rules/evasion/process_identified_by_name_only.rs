//! EVD001: a process is recognised by the name of its file alone.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::{effect_on_rule, selects, texts};
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "EVD001",
    name: "process-identified-by-name-only",
    category: Category::Evasion,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::KINDS_THAT_ALERT,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("process_identified_by_name_only.md"),
    check,
};

const ORIGINAL_NAME: &str = "ProcessVersionInfoOriginalFileName";

fn check(cx: &mut Context<'_>) {
    if cx.predicates().iter().any(is_independent_of_name) {
        return;
    }
    let tests: Vec<&Predicate> = cx.predicates().iter().filter(|predicate| names_program(predicate)).collect();
    // The query has one way to recognise the process: one finding.
    let Some((first, others)) = tests.split_first() else { return };
    let program = texts(first).next().unwrap_or_default();
    let fix = fix(cx, first);
    let mut report = cx.report(first.span, format!("a copy of `{program}` under another name is not seen"));
    report
        .label("the name of the file can be chosen")
        .help(format!("test `{ORIGINAL_NAME}` too: it is part of the file and survives a rename"))
        .note(format!("missed today: FileName=\"a.exe\", {ORIGINAL_NAME}=\"{program}\""));
    for other in others {
        report.related(other.span, "here too");
    }
    if let Some(edits) = fix {
        report.fix(format!("test `{ORIGINAL_NAME}` too"), effect_on_rule(first, Effect::Wider), edits);
    }
}

/// Whether it compares the file name of a process with that of a program.
fn names_program(predicate: &Predicate) -> bool {
    let is_file_name =
        predicate.subject.column.as_ref().and_then(table_column) == Some(("DeviceProcessEvents", "FileName"));
    let is_program = |text: &str| text.to_ascii_lowercase().ends_with(".exe");
    is_file_name && selects(predicate) && texts(predicate).next().is_some() && texts(predicate).all(is_program)
}

/// Whether it recognises a file by what a rename does not change.
fn is_independent_of_name(predicate: &Predicate) -> bool {
    let Some(column) = predicate.subject.column.as_ref() else { return false };
    matches!(
        column.name.as_str(),
        "ProcessVersionInfoOriginalFileName"
            | "ProcessVersionInfoInternalFileName"
            | "ProcessVersionInfoFileDescription"
            | "SHA1"
            | "SHA256"
            | "MD5"
    )
}

/// `(FileName =~ "a.exe" or ProcessVersionInfoOriginalFileName =~ "a.exe")`, where that column is at hand.
fn fix(cx: &Context<'_>, predicate: &Predicate) -> Option<Vec<Edit>> {
    let is_whole = matches!(predicate.op, PredicateOp::Binary(BinaryOp::EqualCi) | PredicateOp::In(InOp::InCi));
    predicate.subject.plain_column().filter(|_| is_whole)?;
    let (pipeline, index) = cx.operator_around(predicate.span)?;
    cx.columns_before(pipeline, index).find(ORIGINAL_NAME)?;
    let whole = cx.slice(predicate.span);
    let test = cx.slice(Span { start: predicate.subject.span.end, ..predicate.span });
    // One replacement of the whole: insertions at its ends could meet those of another fix.
    let replacement = format!("({whole} or {ORIGINAL_NAME}{test})");
    Some(vec![Edit { place: predicate.span.into(), replacement }])
}
