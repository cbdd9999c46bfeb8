//! CSE010: one word in several letter cases in a list that minds case.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::predicate::{effect_on_rule, in_any_case, texts_with_places};
use crate::lint::rules::case::{case_sensitive_account, case_sensitive_command_line, case_sensitive_filename};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::Span;
use crate::syntax::InOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE010",
    name: "case-variants-in-case-sensitive-list",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("case_variants_in_case_sensitive_list.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let PredicateOp::In(InOp::In | InOp::NotIn) = predicate.op else { continue };
        let Some(replacement) = in_any_case(predicate.op) else { continue };
        let schema = cx.schema();
        let has_rule_of_its_own = case_sensitive_filename::flagged(schema, predicate).is_some()
            || case_sensitive_command_line::flagged(schema, predicate).is_some()
            || case_sensitive_account::flagged(schema, predicate).is_some();
        let Some((first, second)) = variants(predicate).filter(|_| !has_rule_of_its_own) else { continue };
        let written = cx.slice(predicate.op_span);
        let column = cx.slice(predicate.subject.span);
        let third = third_variant(predicate, first.0);
        let mut report = cx.report(
            predicate.op_span,
            format!(
                "the list has `{}` and `{}`, and `{written}` hears no other spelling of the word",
                first.0, second.0
            ),
        );
        report
            .label("compares letter case")
            .related(second.1, "the same word again")
            .help(format!("use `{replacement}`"));
        if let Some(third) = third {
            report.note(format!("not heard today: {column}=\"{third}\""));
        }
        let mut edits = vec![Edit { place: predicate.op_span.into(), replacement: replacement.to_owned() }];
        edits.extend(repeated(predicate).map(|place| Edit { place: place.into(), replacement: String::new() }));
        report.fix(format!("write `{replacement}`"), effect_on_rule(predicate, Effect::Wider), edits);
    }
}

/// A text with its place.
type Located<'p> = (&'p str, Span);

/// Two texts of the list that differ in letter case alone.
fn variants(predicate: &Predicate) -> Option<(Located<'_>, Located<'_>)> {
    let texts: Vec<Located<'_>> = texts_with_places(predicate).collect();
    texts.iter().enumerate().find_map(|(index, first)| {
        let is_variant = |second: &&Located<'_>| first.0 != second.0 && first.0.eq_ignore_ascii_case(second.0);
        Some((*first, *texts.get(index + 1..)?.iter().find(is_variant)?))
    })
}

/// The values of a list in parentheses that repeat one before them, each with the comma in front.
fn repeated(predicate: &Predicate) -> impl Iterator<Item = Span> {
    let texts: Vec<Located<'_>> =
        texts_with_places(predicate).filter(|(_, place)| predicate.span.contains(*place)).collect();
    let repeats = |index: usize| {
        let (text, place) = texts.get(index)?;
        let before = texts.get(..index)?;
        let is_there = before.iter().any(|(other, _)| other.eq_ignore_ascii_case(text));
        is_there.then(|| before.last().map(|(_, last)| Span { start: last.end, end: place.end })).flatten()
    };
    (0..texts.len()).filter_map(repeats).collect::<Vec<_>>().into_iter()
}

/// A spelling of the word that the list does not have.
fn third_variant(predicate: &Predicate, word: &str) -> Option<String> {
    let mut capitalised = word.to_ascii_lowercase();
    capitalised.get_mut(..1)?.make_ascii_uppercase();
    [word.to_ascii_lowercase(), word.to_ascii_uppercase(), capitalised]
        .into_iter()
        .find(|variant| !texts_with_places(predicate).any(|(text, _)| text == variant))
}
