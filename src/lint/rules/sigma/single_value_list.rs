//! SGC034: a list of one value.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC034",
    name: "single-value-list",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("single_value_list.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        if item.is_list()
            && let [only] = item.values.as_slice()
            && item.node.items().len() == 1
        {
            cx.report(only.place(), format!("the list behind `{}` has one value", item.key.text))
                .label("no alternatives")
                .help("write the value behind the key");
        }
    }
}
