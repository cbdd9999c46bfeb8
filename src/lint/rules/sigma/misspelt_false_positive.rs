//! SGC017: false positives with a well-known slip of the pen.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC017",
    name: "misspelt-false-positive",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("misspelt_false_positive.md"),
    check: |cx| sigma::check(cx, check),
};

/// What is written, and what is meant.
const SLIPS: &[(&str, &str)] = &[
    ("unkown", "Unknown"),
    ("unknow", "Unknown"),
    ("unkonwn", "Unknown"),
    ("ligitimate", "Legitimate"),
    ("legitimeate", "Legitimate"),
    ("legitim", "Legitimate"),
    ("legimate", "Legitimate"),
    ("unlikly", "Unlikely"),
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for entry in rule.list(&["falsepositives"]) {
        let mut start = 0;
        for word in entry.text.split(' ') {
            let slip = SLIPS.iter().find(|(slip, _)| word.eq_ignore_ascii_case(slip));
            if let Some((_, meant)) = slip {
                let meant =
                    if word.starts_with(char::is_lowercase) { meant.to_lowercase() } else { (*meant).to_owned() };
                let place = entry.part(start, start + word.len());
                cx.report(place, format!("`{word}` is misspelt"))
                    .label("a slip of the pen")
                    .help(format!("write `{meant}`"))
                    .fix(format!("write `{meant}`"), Effect::Same, vec![edit(place, meant)]);
            }
            start += word.len() + 1;
        }
    }
}
