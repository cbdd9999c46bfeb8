//! CSE002: a case-sensitive test of a command line, URL or registry key.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::Severity;
use crate::lint::case::{CaseSensitive, report};
use crate::lint::predicate::{has_letters, in_any_case, other_case, texts};
use crate::lint::shape::{is_from_linux, shape_of};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ColumnShape, Schema};
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE002",
    name: "case-sensitive-command-line",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("case_sensitive_command_line.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some((column, value)) = flagged(cx.schema(), predicate) else { continue };
        let Some(replacement) = replacement(predicate.op) else { continue };
        let other = other_case(value);
        let (subject, reason) = (format!("`{column}`"), "whoever types or sends it chooses the letter case");
        let note = format!("{column}=\"{value}\" and {column}=\"{other}\" have the same effect");
        report(cx, CaseSensitive { predicate, replacement, subject, other, reason, note });
    }
}

/// The column and a text with letters, if the rule is about this predicate.
pub(in crate::lint) fn flagged<'p>(schema: &Schema, predicate: &'p Predicate) -> Option<(&'p str, &'p str)> {
    let column = predicate.subject.plain_column().filter(|column| !is_from_linux(column))?;
    let is_chosen = matches!(
        shape_of(schema, column),
        Some(ColumnShape::CommandLine | ColumnShape::Url | ColumnShape::RegistryKey)
    );
    replacement(predicate.op).filter(|_| is_chosen)?;
    let value = texts(predicate).find(|text| has_letters(text))?;
    let is_whole = in_any_case(predicate.op).is_some();
    let is_certain = |text: &str| is_encoded(text) || is_written_by_system(text) || (is_whole && is_argument(text));
    texts(predicate).all(|text| !is_certain(text)).then_some((&column.name, value))
}

/// The operator that ignores case. A `_cs` operator counts: no letter case of a command line is certain.
fn replacement(op: PredicateOp) -> Option<&'static str> {
    use BinaryOp as Op;
    let PredicateOp::Binary(binary) = op else { return in_any_case(op) };
    let insensitive = match binary {
        Op::ContainsCs => Op::Contains,
        Op::NotContainsCs => Op::NotContains,
        Op::StartsWithCs => Op::StartsWith,
        Op::NotStartsWithCs => Op::NotStartsWith,
        Op::EndsWithCs => Op::EndsWith,
        Op::NotEndsWithCs => Op::NotEndsWith,
        Op::HasCs => Op::Has,
        Op::NotHasCs => Op::NotHas,
        _ => return in_any_case(op),
    };
    Some(insensitive.as_str())
}

/// Whether it is the command line of a program that the system starts, or a word that a browser writes: they have one
/// spelling.
fn is_written_by_system(text: &str) -> bool {
    const PROGRAMS: &[&str] = &["csrss", "lsass", "services", "smss", "svchost", "wininit", "winlogon"];

    let lower = text.trim_matches('"').to_lowercase();
    let program = lower.split([' ', '.']).next().unwrap_or_default();
    PROGRAMS.contains(&program) || lower.starts_with("about:")
}

/// Whether a whole command line is compared with an argument, which is another mistake than letter case.
fn is_argument(text: &str) -> bool {
    text.starts_with([' ', '-', '/'])
}

/// Whether a text may be Base64 or the like, in which letter case carries meaning: case changes many times in a word.
fn is_encoded(text: &str) -> bool {
    const MANY: usize = 3;
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
        let letters: Vec<bool> =
            word.chars().filter(char::is_ascii_alphabetic).map(|c| c.is_ascii_uppercase()).collect();
        let rises = letters.windows(2).filter(|pair| !pair[0] && pair[1]).count();
        rises >= MANY
    })
}

#[cfg(test)]
mod tests {
    use super::is_encoded;

    #[test]
    fn names_of_functions_are_no_encoded_text() {
        assert!(!is_encoded("MiniDump"));
        assert!(!is_encoded("FromBase64String"));
        assert!(is_encoded("JABzAD0ATgBlAHcA"));
        assert!(is_encoded("-enc aQBlAHgAIAAo"));
    }
}
