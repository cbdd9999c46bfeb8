//! TRM015: two backslashes where one is meant.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{excludes, texts_with_places};
use crate::lint::regex::string_literals;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{BinaryOp, StringLiteral, StringPart, StringStyle};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM015",
    name: "doubled-backslash-in-verbatim",
    category: Category::Term,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("doubled_backslash_in_verbatim.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let literals = string_literals(cx);
    for predicate in cx.predicates().iter().filter(|predicate| compares_text(predicate.op)) {
        let found = texts_with_places(predicate).find_map(|(_, place)| {
            let literal = literals.get(&place)?;
            Some((place, part_with_doubled(cx.text(), literal)?))
        });
        let Some((place, part)) = found else { continue };
        let content = part.content.slice(cx.text());
        let single = content.replace(r"\\", r"\");
        let consequence = if excludes(predicate) { "excluded" } else { "found" };
        cx.report(place, format!("`@` takes backslashes as they are: with two of them, no path is {consequence}"))
            .label("each backslash counts")
            .help(format!("write `{single}`"))
            .replace(part.content, single, "write one backslash", Effect::Unknown);
    }
}

fn compares_text(op: PredicateOp) -> bool {
    match op {
        PredicateOp::Binary(op) => op != BinaryOp::MatchesRegex,
        PredicateOp::In(_) => true,
        PredicateOp::Between | PredicateOp::NotBetween | PredicateOp::Function => false,
    }
}

/// The part of a verbatim literal that looks like a Windows path with every backslash doubled. At the start, two
/// backslashes are the name of a host.
fn part_with_doubled(text: &str, literal: &StringLiteral<'_>) -> Option<StringPart> {
    let [part] = literal.parts.as_slice() else { return None };
    let content = part.content.slice(text);
    let inner = content.trim_start_matches('\\');
    let has_doubled = inner.contains(r"\\") && !inner.replace(r"\\", "").contains('\\');
    (part.style == StringStyle::Verbatim && has_doubled).then_some(*part)
}
