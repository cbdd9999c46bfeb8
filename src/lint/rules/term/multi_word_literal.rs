//! TRM009: several arguments of a command line in one literal.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, selects, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::span::Span;
use crate::syntax::{BinaryOp, InOp};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM009",
    name: "multi-word-literal",
    category: Category::Term,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("multi_word_literal.md"),
    check,
};

/// Programs whose arguments come in words.
const PROGRAMS: &[&str] = &[
    "bcdedit",
    "bitsadmin",
    "certutil",
    "cmd",
    "cmdkey",
    "curl",
    "dsquery",
    "fsutil",
    "icacls",
    "ipconfig",
    "klist",
    "net",
    "net1",
    "netsh",
    "nltest",
    "ntdsutil",
    "powershell",
    "pwsh",
    "qwinsta",
    "reg",
    "regsvr32",
    "rundll32",
    "sc",
    "schtasks",
    "setspn",
    "takeown",
    "taskkill",
    "tasklist",
    "vssadmin",
    "wbadmin",
    "wevtutil",
    "wget",
    "whoami",
    "wmic",
];

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !is_search_in_command_line(cx, predicate) {
            continue;
        }
        let sequences: Vec<(&str, Span)> =
            texts_with_places(predicate).filter(|(text, _)| is_sequence_of_arguments(text)).collect();
        let Some(((first, place), others)) = sequences.split_first() else { continue };
        let all = all_terms(first);
        let fix = fix(cx, predicate, &all);
        let effect = effect_on_rule(predicate, Effect::Wider);
        let column = predicate.subject.column.as_ref().map_or("value", |column| column.name.as_str());
        let spread = first.split_whitespace().collect::<Vec<_>>().join("  ");
        let mut report =
            cx.report(*place, "one more blank, a quote or another order of the arguments escapes this text");
        report
            .label("several arguments in one text")
            .help(format!("look for the words: `has_all {all}`"))
            .note(format!("missed today: {column}=\"{spread}\""));
        for (_, other) in others {
            report.related(*other, "here too");
        }
        if let Some(edit) = fix {
            report.replace(edit, format!("has_all {all}"), "look for the words", effect);
        }
    }
}

/// Whether it keeps rows whose command line holds a text.
fn is_search_in_command_line(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let is_search = matches!(
        predicate.op,
        PredicateOp::Binary(BinaryOp::Has | BinaryOp::Contains | BinaryOp::HasCs | BinaryOp::ContainsCs)
            | PredicateOp::In(InOp::HasAny)
    );
    let column = predicate.subject.column.as_ref();
    is_search
        && selects(predicate)
        && column.is_some_and(|column| shape_of(cx.schema(), column) == Some(ColumnShape::CommandLine))
}

/// Whether a text is several arguments, rather than one that has a blank in it, such as a group or a folder.
fn is_sequence_of_arguments(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [first, .., _] = words.as_slice() else { return false };
    let program = first.rsplit('\\').next().unwrap_or(first).to_ascii_lowercase();
    let program = program.strip_suffix(".exe").unwrap_or(&program);
    let is_switch = |word: &&str| {
        word.strip_prefix(['-', '/'])
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-'))
    };
    let has_words = words.iter().all(|word| word.contains(char::is_alphanumeric));
    // The service manager writes these, always in the same way.
    let is_service = program == "svchost" || words.iter().step_by(2).all(|word| matches!(*word, "-k" | "-p" | "-s"));
    has_words && !is_service && (PROGRAMS.contains(&program) || words.iter().any(is_switch))
}

/// The words as a list: `("net", "localgroup")`. The order of first use is kept.
fn all_terms(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace().map(|word| word.trim_matches(['"', '\''])) {
        let quoted = format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""));
        if !words.contains(&quoted) {
            words.push(quoted);
        }
    }
    format!("({})", words.join(", "))
}

/// The operator and the text, if `has_all` certainly matches at least as much: `has` asks for borders of terms too.
fn fix(cx: &Context<'_>, predicate: &Predicate, all: &str) -> Option<Span> {
    let value = predicate.values.first().filter(|value| predicate.span.contains(value.span))?;
    // In parentheses the replacement would leave one behind.
    let between = cx.slice(Span { start: predicate.op_span.end, end: value.span.start });
    let is_plain = !all.contains('\\') && between.trim().is_empty();
    (predicate.op == PredicateOp::Binary(BinaryOp::Has) && is_plain).then(|| predicate.op_span.to(value.span))
}

#[cfg(test)]
mod tests {
    use super::{all_terms, is_sequence_of_arguments};

    #[test]
    fn sequences_of_arguments() {
        assert!(is_sequence_of_arguments("net localgroup administrators"));
        assert!(is_sequence_of_arguments("user /add"));
        assert!(is_sequence_of_arguments(r"C:\Windows\reg.exe add"));
        assert!(!is_sequence_of_arguments("Domain Admins"));
        assert!(!is_sequence_of_arguments("whoami "));
        assert!(!is_sequence_of_arguments(" - "));
    }

    #[test]
    fn the_words_of_a_text() {
        assert_eq!(all_terms("net  user \"net\""), r#"("net", "user")"#);
    }
}
