//! SGC015: false positives that begin with a small letter.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC015",
    name: "lower-case-false-positive",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("lower_case_false_positive.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for entry in rule.list(&["falsepositives"]) {
        let Some(first) = entry.text.chars().next().filter(|first| first.is_lowercase()) else { continue };
        let upper: String = first.to_uppercase().collect();
        let word = entry.text.split(' ').next().unwrap_or("");
        let place = entry.part(0, first.len_utf8());
        cx.report(entry.part(0, word.len()), "this entry begins with a small letter")
            .label("shown as a sentence")
            .help("begin with a capital letter")
            .fix("begin with a capital letter", Effect::Same, vec![edit(place, upper)]);
    }
}
