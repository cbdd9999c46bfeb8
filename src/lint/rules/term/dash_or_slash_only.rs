//! TRM008: a switch is looked for with `-` or with `/`, and the program takes both.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::{effect_on_rule, hold_together, selects, texts, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM008",
    name: "dash-or-slash-only",
    category: Category::Term,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Low,
    fixable: Fixable::Sometimes,
    document: include_str!("dash_or_slash_only.md"),
    check,
};

/// Programs that take `-x` and `/x` for the same.
const PROGRAMS: &[&str] = &[
    "certutil",
    "cmstp",
    "findstr",
    "installutil",
    "msiexec",
    "nltest",
    "ping",
    "procdump",
    "procdump64",
    "reg",
    "regasm",
    "regsvcs",
    "regsvr32",
    "schtasks",
    "shutdown",
    "taskkill",
    "wevtutil",
    "whoami",
];

fn check(cx: &mut Context<'_>) {
    let tests: Vec<&Predicate> = cx.predicates().iter().filter(|predicate| is_search(cx, predicate)).collect();
    for predicate in &tests {
        let is_missing = |other: &str| {
            !tests.iter().flat_map(|test| texts(test)).any(|text| text.trim().eq_ignore_ascii_case(other))
        };
        let switches: Vec<(&str, Span, String)> = texts_with_places(predicate)
            .filter_map(|(text, place)| Some((text, place, other_form(text)?)))
            .filter(|(_, _, other)| is_missing(other))
            .collect();
        let Some((written, place, other)) = switches.first() else { continue };
        let Some(program) = program_of(cx, predicate) else { continue };
        let others: Vec<&str> = switches.iter().map(|(_, _, other)| other.as_str()).collect();
        let fix = fix(predicate, &others);
        let effect = effect_on_rule(predicate, Effect::Wider);
        let written = written.trim();
        let mut report =
            cx.report(*place, format!("`{program}` takes `{other}` for `{written}`, which is not looked for"));
        report.label("one of two prefixes").help(format!("look for `{other}` too"));
        if let Some(edits) = fix {
            report.fix("look for both forms", effect, edits);
        }
    }
}

/// The program that the test of a switch is about, if it takes both forms: a test that must hold as well names it.
fn program_of<'a>(cx: &Context<'a>, switch: &Predicate) -> Option<&'a str> {
    let names_programs = |predicate: &&Predicate| {
        let column = predicate.subject.column.as_ref().filter(|_| selects(predicate));
        let shape = column.and_then(|column| shape_of(cx.schema(), column));
        matches!(shape, Some(ColumnShape::Name | ColumnShape::Path | ColumnShape::CommandLine))
            && predicate.is_complete
            && texts(predicate).all(|text| program(text).is_some())
            && is_of_same_process(switch, predicate)
            && hold_together(cx, switch, predicate)
    };
    cx.predicates().iter().filter(names_programs).flat_map(texts).find_map(program)
}

/// Whether both columns are about one process: the file of a file event is not the program whose command line it has.
fn is_of_same_process(switch: &Predicate, name: &Predicate) -> bool {
    let of_initiator = |predicate: &Predicate| {
        predicate.subject.column.as_ref().is_some_and(|column| column.name.starts_with("InitiatingProcess"))
    };
    of_initiator(switch) == of_initiator(name)
}

/// The name of a program of the list, from a name or path.
fn program(text: &str) -> Option<&str> {
    text.rsplit('\\').next().filter(|name| PROGRAMS.contains(&stem(name).as_str()))
}

fn stem(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    lower.strip_suffix(".exe").map(str::to_owned).unwrap_or(lower)
}

/// Whether it keeps rows whose command line has one of some texts.
fn is_search(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let is_search =
        matches!(predicate.op, PredicateOp::Binary(BinaryOp::Has | BinaryOp::Contains) | PredicateOp::In(InOp::HasAny));
    let column = predicate.subject.column.as_ref();
    is_search
        && selects(predicate)
        && column.is_some_and(|column| shape_of(cx.schema(), column) == Some(ColumnShape::CommandLine))
}

/// The switch with the other prefix.
fn other_form(text: &str) -> Option<String> {
    let text = text.trim();
    let (prefix, name) = text.split_at_checked(1)?;
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric());
    let other = match prefix {
        "-" => "/",
        "/" => "-",
        _ => return None,
    };
    is_word.then(|| format!("{other}{name}"))
}

/// Adds the other forms to the list, or makes a list of a single text.
fn fix(predicate: &Predicate, others: &[&str]) -> Option<Vec<Edit>> {
    let last = predicate.values.last().filter(|value| predicate.span.contains(value.span))?;
    let added: String = others.iter().flat_map(|other| [", \"", other, "\""]).collect();
    let insert = |offset: u32, text: String| Edit { place: Span::at(offset as usize).into(), replacement: text };
    match predicate.op {
        PredicateOp::In(_) => Some(vec![insert(last.span.end, added)]),
        PredicateOp::Binary(BinaryOp::Has) => Some(vec![
            Edit { place: predicate.op_span.into(), replacement: InOp::HasAny.as_str().to_owned() },
            insert(last.span.start, "(".to_owned()),
            insert(last.span.end, format!("{added})")),
        ]),
        PredicateOp::Binary(_) | PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => None,
    }
}
