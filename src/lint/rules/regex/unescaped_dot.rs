//! RGX003: a dot in front of an extension that stands for any character.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::literal::place_in_literal;
use crate::lint::predicate::effect_on_rule;
use crate::lint::regex::{patterns, string_literals};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::{BinaryOp, StringStyle};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "RGX003",
    name: "unescaped-dot",
    category: Category::Regex,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("unescaped_dot.md"),
    check,
};

/// Extensions that are meant as such.
const EXTENSIONS: &[&str] = &["bat", "cmd", "com", "dll", "exe", "hta", "js", "ps1", "sys", "vbs"];

fn check(cx: &mut Context<'_>) {
    let literals = string_literals(cx);
    for (span, user) in patterns(cx) {
        let Some(literal) = literals.get(&span) else { continue };
        let Some(at) = unescaped_dot(&literal.value) else { continue };
        let Some(place) = place_in_literal(cx.text(), literal, at..at + 1) else { continue };
        let is_plain = literal.parts.first().is_some_and(|part| part.style == StringStyle::Plain);
        let escaped = if is_plain { r"\\." } else { r"\." };
        // Only where the result of a test is the result of the rule does the direction hold.
        let test = cx
            .predicates()
            .iter()
            .find(|test| test.op_span == user && test.op == PredicateOp::Binary(BinaryOp::MatchesRegex));
        let effect = test.map_or(Effect::Unknown, |test| effect_on_rule(test, Effect::Narrower));
        cx.report(place, "this dot stands for any character")
            .label("any character")
            .related(user, "takes a regular expression")
            .help(r"write `\.`")
            .replace(place, escaped, "escape the dot", effect);
    }
}

/// The first dot between a letter and an extension, outside of a class and not escaped.
fn unescaped_dot(pattern: &str) -> Option<usize> {
    let bytes = pattern.as_bytes();
    let mut is_in_class = false;
    for (index, byte) in bytes.iter().enumerate() {
        let is_escaped = index > 0 && bytes[index - 1] == b'\\';
        match byte {
            b'[' if !is_escaped => is_in_class = true,
            b']' if !is_escaped => is_in_class = false,
            b'.' if !is_escaped && !is_in_class => {
                let is_behind_letter = index > 0 && bytes[index - 1].is_ascii_alphanumeric();
                let rest = pattern.get(index + 1..)?.to_ascii_lowercase();
                let is_extension = EXTENSIONS.iter().any(|extension| {
                    rest.strip_prefix(extension)
                        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
                });
                if is_behind_letter && is_extension {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}
