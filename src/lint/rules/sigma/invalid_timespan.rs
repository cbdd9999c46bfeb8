//! SGS049: lengths of time that can't be read.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Timespan;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS049",
    name: "invalid-timespan",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("invalid_timespan.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let timespan = rule.scalar(&["correlation", "timespan"]);
    for word in timespan.into_iter().chain(rule.scalar(&["detection", "timeframe"])) {
        if Timespan::parse(word.text).is_none_or(|timespan| timespan.count == 0) {
            cx.report(word.place(), format!("`{}` is no length of time", word.text))
                .label("can't be read")
                .help("write a number and a unit, such as `15m`");
        }
    }
}
