//! SGC007: texts that were to be filled in.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC007",
    name: "placeholder-text",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("placeholder_text.md"),
    check: |cx| sigma::check(cx, check),
};

const PLACEHOLDERS: &[&str] = &["tbd", "todo", "fixme", "xxx", "n/a", "lorem ipsum", "placeholder", "changeme"];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for key in ["title", "description", "author", "references", "falsepositives"] {
        for word in rule.list(&[key]) {
            if let Some(placeholder) = placeholder(word.text) {
                cx.report(word.part(0, placeholder.len()), format!("`{key}` says `{placeholder}`"))
                    .label("to be filled in")
                    .help("write the text, or leave the key out");
            }
        }
    }
}

/// The placeholder that a text is or begins with.
fn placeholder(text: &str) -> Option<&str> {
    PLACEHOLDERS.iter().find_map(|placeholder| {
        let start = text.get(..placeholder.len())?;
        let is_it = start.eq_ignore_ascii_case(placeholder);
        let ends = text[start.len()..].trim_start_matches([':', '.', ' ']).is_empty();
        let is_note = matches!(*placeholder, "tbd" | "todo" | "fixme") && text[start.len()..].starts_with([' ', ':']);
        (is_it && (ends || is_note)).then_some(start)
    })
}
