//! SGM016: a path of the network that begins with one backslash.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, FILE_NAMES, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM016",
    name: "unc-path-with-one-backslash",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("unc_path_with_one_backslash.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| !item.is_about(FILE_NAMES)) {
        if !matches!(item.shape(), Some(Shape::Start | Shape::Whole)) {
            continue;
        }
        for value in item.texts() {
            let is_host = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && rest.contains('\\');
            if value.text.strip_prefix("\\\\").is_some_and(is_host) {
                cx.report(value.part(0, 2), "Sigma reads these two backslashes as one")
                    .label("no path of the network")
                    .help("write four")
                    .fix("write four", Effect::Unknown, vec![edit(value.part(0, 0), "\\\\")]);
            }
        }
    }
}
