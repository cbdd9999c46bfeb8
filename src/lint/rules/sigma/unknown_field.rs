//! SGS018: fields that the events of the log source don't have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::outline::{ItemOutline, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS018",
    name: "unknown-field",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_field.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(known) = rule.known_fields().filter(|known| !known.is_empty()) else { return };
    let is_new = |item: &&ItemOutline<'_>| {
        let field = item.field;
        !field.is_empty() && !known.iter().any(|known| known.eq_ignore_ascii_case(field))
    };
    for item in rule.items.iter().filter(is_new) {
        let mut report =
            cx.report(item.field_place(), format!("events of this log source have no field `{}`", item.field));
        report.label("always empty");
        match nearest(item.field, known.iter().copied()) {
            Some(meant) => {
                let effect = effect_on_rule(rule, item, Effect::Wider);
                report.help(format!("write `{meant}`")).fix(
                    format!("write `{meant}`"),
                    effect,
                    vec![edit(item.field_place(), meant)],
                );
            }
            None => {
                report.help("use a field of the log source, or another log source");
            }
        }
    }
}
