//! SGS019: fields whose letters have the wrong case.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS019",
    name: "field-in-other-case",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("field_in_other_case.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(known) = rule.known_fields() else { return };
    for item in rule.items.iter().filter(|item| !known.contains(&item.field)) {
        let Some(meant) = known.iter().find(|known| known.eq_ignore_ascii_case(item.field)) else { continue };
        cx.report(item.field_place(), format!("the field is called `{meant}`"))
            .label("other capital letters")
            .help(format!("write `{meant}`"))
            .fix(
                format!("write `{meant}`"),
                effect_on_rule(rule, item, Effect::Wider),
                vec![edit(item.field_place(), *meant)],
            );
    }
}
