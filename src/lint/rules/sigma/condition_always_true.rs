//! SGS043: conditions that every event fulfils.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS043",
    name: "condition-always-true",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("condition_always_true.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for (condition, logic) in rule.conditions.iter().zip(rule.logic()).filter(|_| rule.kind == Kind::Detection) {
        if rule.logic().len() == rule.conditions.len() && logic.holds(&|_| false) {
            cx.report(condition.word.place(), "an event that no search matches fulfils this condition")
                .label("selects nothing")
                .help("name a search that has to match");
        }
    }
}
