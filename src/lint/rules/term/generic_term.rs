//! TRM010: a short and common text that decides alone.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::predicate::{selects, texts_with_places};
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM010",
    name: "generic-term",
    category: Category::Term,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("generic_term.md"),
    check,
};

/// Parts of many longer words.
const COMMON: &[&str] = &["at", "cmd", "com", "exe", "http", "net", "reg", "run", "sc"];

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let is_substring = matches!(predicate.op, PredicateOp::Binary(BinaryOp::Contains | BinaryOp::ContainsCs));
        let Some(column) = predicate.subject.column.as_ref().filter(|_| is_substring && selects(predicate)) else {
            continue;
        };
        if shape_of(cx.schema(), column) != Some(ColumnShape::CommandLine) {
            continue;
        }
        let found =
            texts_with_places(predicate).find(|(text, _)| COMMON.iter().any(|word| word.eq_ignore_ascii_case(text)));
        let Some((text, place)) = found else { continue };
        // Another test of the same column narrows it down.
        let is_alone = cx.predicates().iter().filter(|test| test.subject.column.as_ref() == Some(column)).count() == 1;
        let Some(longer) = longer(text).filter(|_| is_alone) else { continue };
        let name = &column.name;
        cx.report(place, format!("`{text}` is part of many words, such as `{longer}`"))
            .label("found almost everywhere")
            .help("look for more: `has_all` with the program and its arguments")
            .note(format!("also matched today: {name}=\"{longer}\""));
    }
}

/// A word that has a text in it and means something else.
fn longer(text: &str) -> Option<&'static str> {
    Some(match text.to_ascii_lowercase().as_str() {
        "at" => "updater -path data",
        "cmd" => "adcmdlets",
        "com" => "winword.exe -common",
        "exe" => "notepad.exe",
        "http" => "winhttp",
        "net" => "dotnet build",
        "reg" => "region.xml",
        "run" => "runtimebroker",
        "sc" => "screen",
        _ => return None,
    })
}
