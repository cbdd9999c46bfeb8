//! SGM009: items that every value fulfils.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Outline, Shape, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM009",
    name: "matches-any-value",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("matches_any_value.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| !item.field.is_empty()) {
        let takes_any = matches!(item.shape(), Some(Shape::Inside | Shape::Start | Shape::End));
        let is_alone = item.values.len() == 1 && item.modifiers.is_empty();
        for value in item.texts() {
            let is_any = value.text.bytes().all(|byte| byte == b'*');
            if is_any && (takes_any || (!value.text.is_empty() && !is_alone)) {
                report(cx, item, value);
            }
        }
        for regex in item.regexes() {
            if matches!(
                regex.text.trim_start_matches("(?i)").trim_matches(['^', '$']),
                ".*" | ".+" | "" | ".*?" | "(.*)"
            ) {
                report(cx, item, regex);
            }
        }
    }
}

fn report(cx: &mut Context<'_>, item: &ItemOutline<'_>, value: Word<'_>) {
    cx.report(value.place(), format!("every value of `{}` fulfils this", item.field))
        .label("says nothing")
        .help(format!("delete it, or write `{}|exists: true`", item.field));
}
