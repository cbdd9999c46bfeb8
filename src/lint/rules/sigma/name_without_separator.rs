//! SGM003: names at the end of a path that other names end with too.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, PATHS, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM003",
    name: "name-without-separator",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("name_without_separator.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is_windows = rule.log_source.is_of("windows");
    for item in rule.items.iter().filter(|item| item.is_about(PATHS) && item.shape() == Some(Shape::End)) {
        for (value, text) in item.literals() {
            if !is_program(&text.to_ascii_lowercase()) {
                continue;
            }
            let mut report = cx.report(value.place(), format!("this is also the end of `my{text}`"));
            report.label("no separator in front").help("begin with the separator");
            if is_windows {
                report.fix(
                    "add a backslash",
                    effect_on_rule(rule, item, Effect::Narrower),
                    vec![edit(value.part(0, 0), "\\")],
                );
            }
        }
    }
}

/// Whether a text is the whole name of a program; installers have numbers in front of theirs.
fn is_program(text: &str) -> bool {
    let Some(name) = text.strip_suffix(".exe") else { return false };
    let is_installer = ["install", "setup", "update"].iter().any(|word| name.contains(word));
    !name.is_empty() && !is_installer && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
