//! SGM014: stars and question marks that are meant as such.

use crate::diagnostic::Severity;
use crate::lint::sigma::{self, PATHS};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Outline, Word};
use crate::sigma::{Pattern, Segment};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM014",
    name: "escaped-wildcard",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("escaped_wildcard.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let of_items = rule.items.iter().filter(|item| !item.is_about(PATHS)).flat_map(ItemOutline::texts);
    let keywords = rule.searches.iter().flat_map(|search| &search.keywords);
    let keywords = keywords.copied().filter(Word::is_text);
    for value in of_items.chain(keywords).filter(|value| value.text.contains("\\*") || value.text.contains("\\?")) {
        let pattern = Pattern::parse(value.text);
        let has_sign = |segment: &Segment| matches!(segment, Segment::Literal(text) if text.contains(['*', '?']));
        if !pattern.segments.iter().any(has_sign) {
            continue;
        }
        if let Some(start) = value.text.find("\\*").or_else(|| value.text.find("\\?")) {
            cx.report(value.part(start, start + 2), "this looks for the character itself")
                .label("no wildcard")
                .help("delete the backslash if any text is meant");
        }
    }
}
