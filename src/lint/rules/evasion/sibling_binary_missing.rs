//! EVD004: a program is looked for, and the one that does the same is not.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::{effect_on_rule, selects, texts, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "EVD004",
    name: "sibling-binary-missing",
    category: Category::Evasion,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("sibling_binary_missing.md"),
    check,
};

const SIBLINGS: &str = include_str!("../../../../schemas/sibling_binaries.tsv");

fn check(cx: &mut Context<'_>) {
    let tests: Vec<&Predicate> = cx.predicates().iter().filter(|predicate| is_about_name(cx, predicate)).collect();
    for predicate in &tests {
        if !selects(predicate) || !predicate.is_complete {
            continue;
        }
        let column = &predicate.subject.column;
        let named = |sibling: &str| {
            tests
                .iter()
                .filter(|other| {
                    other.subject.column.as_ref().map(|other| &other.name) == column.as_ref().map(|c| &c.name)
                })
                .flat_map(|other| texts(other))
                .any(|text| mentions(text, sibling) || text.eq_ignore_ascii_case(".exe"))
        };
        let missing: Vec<(&str, Span, &str)> = texts_with_places(predicate)
            .filter(|(program, _)| !is_known_by_original_name(cx, program))
            .flat_map(|(program, place)| siblings(program).map(move |sibling| (program, place, sibling)))
            .filter(|(_, _, sibling)| !named(sibling))
            .collect();
        let Some((program, place, _)) = missing.first() else { continue };
        let absent: Vec<&str> = missing.iter().map(|(_, _, sibling)| *sibling).collect();
        let list = absent.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let fix = fix(predicate, &absent);
        let effect = effect_on_rule(predicate, Effect::Wider);
        let mut report = cx.report(*place, format!("`{program}` is looked for, but not {list}, which can do the same"));
        report
            .label(format!("add {list}"))
            .help(format!("add {list}, or say why not: `// kqlift: ignore[EVD004] reason`"));
        if let Some(edits) = fix {
            report.fix(format!("add {list}"), effect, edits);
        }
    }
}

/// Whether it looks for texts in a column that holds file names.
fn is_about_name(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let is_text_test = match predicate.op {
        PredicateOp::Binary(op) => op != BinaryOp::MatchesRegex,
        PredicateOp::In(_) => true,
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    };
    let column = predicate.subject.column.as_ref();
    is_text_test && column.is_some_and(|column| shape_of(cx.schema(), column) == Some(ColumnShape::Name))
}

/// Whether the query also recognises the program by the name that is built into the file: siblings often share it.
fn is_known_by_original_name(cx: &Context<'_>, program: &str) -> bool {
    let stem = program.rsplit_once('.').map_or(program, |(stem, _)| stem).to_ascii_lowercase();
    let original_names = cx.predicates().iter().filter(|predicate| {
        predicate.subject.column.as_ref().is_some_and(|column| column.name.ends_with("OriginalFileName"))
    });
    original_names.flat_map(texts).any(|text| text.to_ascii_lowercase().starts_with(&stem))
}

/// Whether a test for a text, or for a part of the name, finds the sibling too.
fn mentions(text: &str, sibling: &str) -> bool {
    let stem = sibling.rsplit_once('.').map_or(sibling, |(stem, _)| stem);
    let is_extension = text.starts_with('.') && sibling.to_ascii_lowercase().ends_with(&text.to_ascii_lowercase());
    is_extension || text.eq_ignore_ascii_case(sibling) || text.eq_ignore_ascii_case(stem)
}

/// The programs that can do what a program does.
fn siblings(program: &str) -> impl Iterator<Item = &'static str> {
    let program = program.to_ascii_lowercase();
    SIBLINGS
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter(move |(name, _)| *name == program)
        .flat_map(|(_, siblings)| siblings.split(','))
}

/// Adds the names to the list, or makes a list of a single name.
fn fix(predicate: &Predicate, names: &[&str]) -> Option<Vec<Edit>> {
    let last = predicate.values.last().filter(|value| predicate.span.contains(value.span))?;
    let added: String = names.iter().flat_map(|name| [", \"", name, "\""]).collect();
    let insert = |offset: u32, text: String| Edit { place: Span::at(offset as usize).into(), replacement: text };
    match predicate.op {
        PredicateOp::In(_) => Some(vec![insert(last.span.end, added)]),
        // `==` has another finding, whose fix would write over the same operator.
        PredicateOp::Binary(BinaryOp::EqualCi) => {
            let operator = Edit { place: predicate.op_span.into(), replacement: InOp::InCi.as_str().to_owned() };
            Some(vec![operator, insert(last.span.start, "(".to_owned()), insert(last.span.end, format!("{added})"))])
        }
        PredicateOp::Binary(_) | PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => None,
    }
}
