//! SGS022: conditions that can't be read.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS022",
    name: "invalid-condition",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("invalid_condition.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for condition in &rule.conditions {
        if let Err(error) = &condition.parsed
            && !sigma::is_aggregation(condition)
        {
            let is_empty = error.span.is_empty();
            let place = if is_empty { condition.word.place() } else { condition.word.scalar.part(error.span) };
            cx.report(place, error.message.clone())
                .label("can't be read")
                .help("combine searches by `and`, `or`, `not`, `1 of name_*` and `all of name_*`");
        }
    }
}
