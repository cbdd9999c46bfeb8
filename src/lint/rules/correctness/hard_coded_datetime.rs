//! COR027: something that runs again and again compares the time with a fixed date.

use crate::analyze::Predicate;
use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::Value;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "COR027",
    name: "hard-coded-datetime",
    category: Category::Correctness,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::KINDS_THAT_ALERT,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("hard_coded_datetime.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates() {
        if !is_about_log_time(cx, predicate) {
            continue;
        }
        let Some((date, place)) = predicate.values.iter().find_map(|item| match &item.value {
            Value::Datetime(date) => Some((date, item.span)),
            _ => None,
        }) else {
            continue;
        };
        cx.report(place, format!("the rule runs for years, and `{date}` stays where it is"))
            .label("a fixed date")
            .related(predicate.subject.span, "moves with every run")
            .help("use a bound that moves, such as `ago(1d)`");
    }
}

fn is_about_log_time(cx: &Context<'_>, predicate: &Predicate) -> bool {
    let column = predicate.subject.column.as_ref();
    predicate.is_filter && column.is_some_and(|column| cx.schema().is_time_column(&column.name))
}
