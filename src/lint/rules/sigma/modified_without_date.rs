//! SGS007: a rule that was changed, but never made.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS007",
    name: "modified-without-date",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("modified_without_date.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if let Some(key) = rule.key("modified")
        && rule.get(&["date"]).is_none()
        && !rule.is_part_of_collection()
    {
        cx.report(key.place(), "the rule has `modified`, but no `date`")
            .label("since when?")
            .help("add `date`, the day on which the rule was made");
    }
}
