//! SGC016: false positives that say nothing.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC016",
    name: "empty-false-positive",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("empty_false_positive.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for entry in rule.list(&["falsepositives"]) {
        if entry.text.trim().eq_ignore_ascii_case("none") {
            cx.report(entry.place(), "nobody knows that there are no false positives")
                .label("says nothing")
                .help("write `Unknown`, or `Unlikely`")
                .fix("write `Unknown`", Effect::Same, vec![edit(entry.place(), "Unknown")]);
        } else if entry.text.split(' ').any(is_banned) {
            cx.report(entry.place(), "a test attack is what the rule is for")
                .label("no false positive")
                .help("write `Unknown`, or what harmless activity looks the same");
        }
    }
}

fn is_banned(word: &str) -> bool {
    ["none", "pentest", "penetration"].iter().any(|banned| word.eq_ignore_ascii_case(banned))
}
