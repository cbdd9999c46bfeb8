//! SGC024: keys in an order of their own.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC024",
    name: "key-order",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("key_order.md"),
    check: |cx| sigma::check(cx, check),
};

/// Keys in order.
const ORDER: &[&str] = &[
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "references",
    "author",
    "date",
    "modified",
    "tags",
    "scope",
    "logsource",
    "detection",
    "correlation",
    "filter",
    "fields",
    "falsepositives",
    "level",
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let mut furthest: Option<(usize, Word<'_>)> = None;
    for (key, _) in rule.root.entries() {
        let key = rule.word(key);
        let Some(position) = ORDER.iter().position(|known| *known == key.text) else { continue };
        match furthest {
            Some((before, later)) if before > position => {
                cx.report(key.place(), format!("`{}` stands below `{}`", key.text, later.text))
                    .label("usually further up")
                    .related(later.place(), "usually further down")
                    .help(format!("move `{}` above `{}`", key.text, later.text));
                return;
            }
            Some(_) | None => furthest = Some((position, key)),
        }
    }
}
