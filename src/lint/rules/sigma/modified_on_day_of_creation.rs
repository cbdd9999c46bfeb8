//! SGC010: a `modified` that says what `date` says.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC010",
    name: "modified-on-day-of-creation",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("modified_on_day_of_creation.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let (Some(date), Some(modified)) = (rule.scalar(&["date"]), rule.scalar(&["modified"])) else { return };
    if date.text == modified.text {
        cx.report(modified.place(), "the rule was modified on the day that it was made")
            .label("says nothing new")
            .related(date.place(), "the same day")
            .help("leave `modified` out until the rule is changed");
    }
}
