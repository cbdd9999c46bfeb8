//! SGS052: keys that are nearly those of Sigma.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS052",
    name: "misspelt-key",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("misspelt_key.md"),
    check: |cx| sigma::check(cx, check),
};

const KEYS: &[&str] = &[
    "title",
    "id",
    "name",
    "related",
    "taxonomy",
    "status",
    "description",
    "license",
    "references",
    "author",
    "date",
    "modified",
    "tags",
    "scope",
    "logsource",
    "detection",
    "correlation",
    "filter",
    "fields",
    "falsepositives",
    "level",
    "action",
];

/// Keys that people write, and Sigma's.
const OTHER_NAMES: &[(&str, &str)] =
    &[("reference", "references"), ("tag", "tags"), ("false_positives", "falsepositives"), ("severity", "level")];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for (key, _) in rule.root.entries() {
        let key = rule.word(key);
        if KEYS.contains(&key.text) {
            continue;
        }
        let other = OTHER_NAMES.iter().find(|(other, _)| *other == key.text).map(|(_, name)| *name);
        let Some(meant) = other.or_else(|| nearest(key.text, KEYS.iter().copied())) else { continue };
        let mut report = cx.report(key.place(), format!("Sigma has no key `{}`", key.text));
        report.label("read by no tool").help(format!("write `{meant}`"));
        let is_logic = matches!(meant, "logsource" | "detection" | "correlation" | "filter");
        if rule.get(&[meant]).is_none() && !is_logic {
            report.fix(format!("write `{meant}`"), Effect::Same, vec![edit(key.place(), meant)]);
        }
    }
}
