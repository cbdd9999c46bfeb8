//! SGM028: exclusions of what is not selected.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Logic, Outline, Uses};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM028",
    name: "idle-exclusion",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("idle_exclusion.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let [logic] = rule.logic().try_into().unwrap_or([Logic::And(Vec::new())]);
    let required = sigma::required(rule, &logic);
    for search in rule.searches.iter().filter(|search| search.uses == (Uses { selects: false, excludes: true })) {
        let Some(items) = search.only_map().map(|range| rule.items_of(range)) else { continue };
        let pair = items.iter().find_map(|item| {
            required.iter().find(|required| sigma::exclude_each_other(required, item)).map(|required| (item, *required))
        });
        if let Some((item, required)) = pair {
            cx.report(item.key.place(), "no event that the rule selects fulfils this")
                .label("excludes nothing")
                .related(required.key.place(), "has to hold")
                .help("correct the filter, or delete it");
        }
    }
}
