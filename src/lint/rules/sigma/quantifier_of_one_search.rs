//! SGS039: `1 of` and `all of` that mean one search.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;
use crate::sigma::{ConditionExpr, Target};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS039",
    name: "quantifier-of-one-search",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("quantifier_of_one_search.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for (word, part) in rule.condition_parts() {
        let ConditionExpr::Of { target, span, .. } = part else { continue };
        let keeps_room = |pattern: &str| {
            pattern.ends_with("_*") && (pattern.starts_with("selection_") || pattern.starts_with("filter_"))
        };
        if matches!(target, Target::Pattern(pattern) if keeps_room(pattern) || !pattern.contains('*')) {
            continue;
        }
        let mut meant = rule.targets(target).map(|(_, search)| search.name);
        if let (Some(only), None) = (meant.next(), meant.next()) {
            let place = word.scalar.part(*span);
            cx.report(place, format!("only `{}` is meant", only.text))
                .label("says that there are several")
                .related(only.place(), "the only one")
                .help("write its name")
                .fix("write its name", Effect::Same, vec![edit(place, only.text)]);
        }
    }
}
