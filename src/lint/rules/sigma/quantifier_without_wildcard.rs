//! SGS041: `1 of` in front of a name without a star.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;
use crate::sigma::{ConditionExpr, Target};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS041",
    name: "quantifier-without-wildcard",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("quantifier_without_wildcard.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for (word, part) in rule.condition_parts() {
        let ConditionExpr::Of { target: Target::Pattern(name), span, .. } = part else { continue };
        if !name.contains('*') && rule.searches.iter().any(|search| search.name.text == name) {
            let place = word.scalar.part(*span);
            cx.report(place, format!("`{name}` is one search"))
                .label("nothing to choose from")
                .help(format!("write `{name}`, or `{name}_*` for several"))
                .fix(format!("write `{name}`"), Effect::Same, vec![edit(place, name.as_str())]);
        }
    }
}
