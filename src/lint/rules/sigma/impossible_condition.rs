//! SGS042: rules that can't match.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Kind, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS042",
    name: "impossible-condition",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("impossible_condition.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for (condition, logic) in rule.conditions.iter().zip(rule.logic()).filter(|_| rule.kind == Kind::Detection) {
        if let Some(searches) = sigma::variables(&logic)
            && !sigma::assignments(&searches).any(|matches| logic.holds(&|index| matches.contains(&index)))
        {
            cx.report(condition.word.place(), "no event fulfils this condition")
                .label("contradicts itself")
                .help("leave out one of the parts that exclude each other");
            continue;
        }
        let (required, excluded) = (sigma::required(rule, &logic), sigma::excluded(rule, &logic));
        for (index, second) in required.iter().enumerate() {
            if let Some(first) = required.iter().take(index).find(|first| sigma::exclude_each_other(first, second)) {
                cx.report(second.key.place(), format!("`{}` can't have both values", second.field))
                    .label("has to hold too")
                    .related(first.key.place(), "excludes it")
                    .help("make alternatives of the two, or delete one");
            }
        }
        for filter in excluded {
            if let Some(first) = required.iter().find(|item| sigma::implies(item, filter)) {
                cx.report(filter.key.place(), "this excludes whatever the rule selects")
                    .label("nothing is left")
                    .related(first.key.place(), "has to hold")
                    .help("exclude less");
            }
        }
    }
}
