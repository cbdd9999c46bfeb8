//! CSE005: a case-sensitive comparison of a hash.

use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, has_letters, in_any_case, other_case, texts_with_places};
use crate::lint::shape::{shape_of, table_column};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::ColumnShape;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE005",
    name: "case-sensitive-hash",
    category: Category::Case,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("case_sensitive_hash.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        let Some(column) = predicate.subject.plain_column() else { continue };
        if shape_of(cx.schema(), column) != Some(ColumnShape::Hash) {
            continue;
        }
        let Some(replacement) = in_any_case(predicate.op) else { continue };
        let Some((value, place)) = texts_with_places(predicate).find(|(text, _)| has_letters(text)) else { continue };
        let is_upper = value.chars().any(|c| c.is_ascii_uppercase());
        let (name, other) = (&column.name, shortened(&other_case(value)));
        let written = cx.slice(predicate.op_span);
        let never = if excludes(predicate) { "excludes nothing" } else { "matches nothing" };
        let message = match (is_upper, table_column(column)) {
            (true, Some((table, _))) if table.starts_with("Device") => {
                format!("`{written}` minds letter case, and `{name}` is in lower case: this {never}")
            }
            _ => format!("`{written}` minds letter case, and feeds write hashes in either"),
        };
        cx.report(predicate.op_span, message)
            .label("compares letter case")
            .related(place, if is_upper { "in upper case" } else { "in lower case" })
            .help(format!("use `{replacement}`"))
            .note(format!("the same hash, not heard today: {name}=\"{other}\""))
            .replace(
                predicate.op_span,
                replacement,
                format!("write `{replacement}`"),
                effect_on_rule(predicate, Effect::Wider),
            );
    }
}

/// The start of a long text.
fn shortened(text: &str) -> String {
    const ENOUGH: usize = 12;
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
