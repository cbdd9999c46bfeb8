//! SGS045: correlations of rules that don't exist.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS045",
    name: "unknown-correlated-rule",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("unknown_correlated_rule.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let neighbours = rule.setting.neighbours;
    if rule.kind != Kind::Correlation || !neighbours.is_complete() {
        return;
    }
    for name in rule.list(&["correlation", "rules"]) {
        // An id is as good as any: its rule may be part of another collection.
        let is_id = name.text.len() == 36 && name.text.matches('-').count() == 4;
        if !is_id && !neighbours.has_rule(name.text) {
            cx.report(name.place(), format!("there is no rule with the name `{}`", name.text))
                .label("nothing to correlate")
                .help("give that rule this `name`, or write its name or id here");
        }
    }
}
