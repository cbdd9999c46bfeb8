//! SGS027: `all` with a single value.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS027",
    name: "all-of-one-value",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("all_of_one_value.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.values.len() == 1 && item.node.items().len() == 1) {
        let all = (item.modifier(Modifier::All), item.modifier_with_bar(Modifier::All));
        if let (Some(place), Some(with_bar)) = all
            && !item.field.is_empty()
        {
            cx.report(place, "`all` has one value")
                .label("without effect")
                .help("delete `all`, or add the values that are missing")
                .fix("delete `all`", Effect::Same, vec![edit(with_bar, "")]);
        }
    }
}
