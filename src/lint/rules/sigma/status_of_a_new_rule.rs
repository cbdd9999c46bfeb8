//! SGC026: a rule that is called tried before it can have been.

use crate::date::Date;
use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC026",
    name: "status-of-a-new-rule",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("status_of_a_new_rule.md"),
    check: |cx| sigma::check(cx, check),
};

/// Days in which a rule counts as new.
const NEW: i64 = 60;

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(status) = rule.scalar(&["status"]).filter(|status| matches!(status.text, "test" | "stable")) else {
        return;
    };
    let Some(date) = rule.scalar(&["date"]) else { return };
    let (Some(made), Some(today)) = (Date::parse(date.text), rule.setting.today) else { return };
    let age = today.days_since_1970() - made.days_since_1970();
    let is_tested = rule.get(&["regression_tests_path"]).is_some() && status.text == "test";
    if (0..=NEW).contains(&age) && !is_tested {
        cx.report(status.place(), format!("the rule is {age} days old and counts as tried"))
            .label("too early")
            .related(date.place(), "made on this day")
            .help("write `experimental`");
    }
}
