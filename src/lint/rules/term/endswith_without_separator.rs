//! TRM012: the end of a path that may be the end of a longer name.

use crate::analyze::PredicateOp;
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, texts_with_places};
use crate::lint::regex::string_literals;
use crate::lint::shape::shape_of;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;
use crate::span::Span;
use crate::syntax::{BinaryOp, StringLiteral, StringStyle};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "TRM012",
    name: "endswith-without-separator",
    category: Category::Term,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("endswith_without_separator.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let literals = string_literals(cx);
    for predicate in cx.predicates() {
        let PredicateOp::Binary(BinaryOp::EndsWith | BinaryOp::NotEndsWith) = predicate.op else { continue };
        let Some(column) = predicate.subject.plain_column() else { continue };
        if shape_of(cx.schema(), column) != Some(ColumnShape::Path) {
            continue;
        }
        let Some((text, place)) = texts_with_places(predicate).find(|(text, _)| is_program(text)) else { continue };
        let (name, longer) = (&column.name, format!(r"C:\Temp\evil{text}"));
        let (also, after) = if excludes(predicate) { ("also excluded", "kept") } else { ("also matched", "lost") };
        let separator = literals.get(&place).and_then(|literal| separator(literal));
        let mut report = cx.report(place, format!("names that end in `{text}` match too, such as `evil{text}`"));
        report
            .label("no backslash in front")
            .related(predicate.subject.span, "holds the whole path")
            .help(format!(r"write `\{text}`"))
            .note(format!("{also} today, {after} after the fix: {name}=\"{longer}\""));
        if let Some((at, backslash)) = separator {
            report.replace(at, backslash, "put a backslash in front", effect_on_rule(predicate, Effect::Narrower));
        }
    }
}

/// Whether it is the whole name of a program or library.
fn is_program(text: &str) -> bool {
    let Some((stem, extension)) = text.rsplit_once('.') else { return false };
    let is_name = stem.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    is_name
        && stem.starts_with(|c: char| c.is_ascii_alphanumeric())
        && matches!(extension.to_ascii_lowercase().as_str(), "exe" | "dll" | "sys" | "com" | "cpl")
}

/// Where a backslash goes, and how it is written there.
fn separator(literal: &StringLiteral<'_>) -> Option<(Span, &'static str)> {
    let [part] = literal.parts.as_slice() else { return None };
    let backslash = match part.style {
        StringStyle::Plain => r"\\",
        StringStyle::Verbatim | StringStyle::MultiLine => r"\",
    };
    Some((Span::at(part.content.start as usize), backslash))
}
