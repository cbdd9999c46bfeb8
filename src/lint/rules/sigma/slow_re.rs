//! SGM019: regular expressions that can take for ever.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM019",
    name: "slow-re",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("slow_re.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        for regex in item.regexes() {
            if let Some((start, end)) = sigma::nested_repetition(regex.text) {
                cx.report(regex.part(start, end), "a repetition stands in a repetition")
                    .label("tried in every way")
                    .help("repeat once, or bound the inner repetition");
            }
        }
    }
}
