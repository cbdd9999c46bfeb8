//! SGM017: regular expressions that can't be read.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM017",
    name: "unreadable-re",
    category: Category::Sigma,
    severity: Severity::Error,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("unreadable_re.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in &rule.items {
        for regex in item.regexes() {
            if let Err(error) = sigma::parse_regex(regex.text)
                && !error.is_of_some_engines
            {
                cx.report(
                    regex.part(error.start, error.end),
                    format!("this is no regular expression: {}", error.message),
                )
                .label("can't be read")
                .help("escape the sign, or close the bracket");
            }
        }
    }
}
