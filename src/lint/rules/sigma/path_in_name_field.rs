//! SGM005: paths in fields that hold names.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, FILE_NAMES, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM005",
    name: "path-in-name-field",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("path_in_name_field.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.is_about(FILE_NAMES)) {
        for (value, text) in item.literals().filter(|(_, text)| text.contains('\\')) {
            let mut report = cx.report(value.place(), format!("`{}` never holds a path", item.field));
            report.label("never matches").help("write the name alone");
            let is_plain =
                text.matches('\\').count() == 1 && value.text.starts_with('\\') && !value.text.starts_with("\\\\");
            if is_plain {
                report.fix(
                    "delete the separator",
                    effect_on_rule(rule, item, Effect::Wider),
                    vec![edit(value.part(0, 1), "")],
                );
            }
        }
    }
}
