//! SGM018: regular expressions that only some engines read.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM018",
    name: "re-of-some-engines",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("re_of_some_engines.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        for regex in item.regexes() {
            if let Err(error) = sigma::parse_regex(regex.text)
                && error.is_of_some_engines
            {
                cx.report(
                    regex.part(error.start, error.end),
                    format!("many engines don't have this: {}", error.message),
                )
                .label("not in Kusto, Go or Rust")
                .help("say it with several searches and a condition");
            }
        }
    }
}
