//! SGS050: filters that narrow nothing.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS050",
    name: "filter-of-unknown-rule",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("filter_of_unknown_rule.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let neighbours = rule.setting.neighbours;
    if rule.kind != Kind::Filter || !neighbours.is_complete() {
        return;
    }
    for name in rule.list(&["filter", "rules"]) {
        if name.text != "any" && !neighbours.has_rule(name.text) {
            cx.report(name.place(), format!("there is no rule `{}`", name.text))
                .label("nothing to narrow")
                .help("write the name or the id of a rule, or `any`");
        }
    }
}
