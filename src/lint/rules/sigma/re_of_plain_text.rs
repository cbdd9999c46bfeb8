//! SGM020: regular expressions that are only a text.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM020",
    name: "re-of-plain-text",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("re_of_plain_text.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for item in rule.items.iter().filter(|item| item.has(Modifier::Regex) && !item.field.is_empty()) {
        let [only] = item.values.as_slice() else { continue };
        let Some((modifier, text)) = plain_text(only.text) else { continue };
        let mut report = cx.report(only.place(), format!("this is only a text under `{modifier}`"));
        report.label("no expression").help(format!("write `{}|{modifier}`", item.field));
        let has_others =
            item.modifiers.iter().any(|word| !matches!(word.known, Some(Modifier::Regex | Modifier::IgnoreCase)));
        if !has_others && only.is_on_one_line() {
            let key = edit(item.key.part(item.field.len(), item.key.text.len()), format!("|{modifier}"));
            let effect = effect_on_rule(rule, item, Effect::Wider);
            report.fix(format!("write `{modifier}`"), effect, vec![key, edit(only.place(), text)]);
        }
    }
}

/// The modifier that says what an expression says, and the text; nothing if the expression says more.
fn plain_text(regex: &str) -> Option<(&'static str, &str)> {
    let regex = regex.strip_prefix("(?i)").unwrap_or(regex);
    let (regex, is_start) = regex.strip_prefix('^').map_or((regex, false), |rest| (rest, true));
    let (regex, is_end) = match regex.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => (rest, true),
        _ => (regex, false),
    };
    let (text, any_before) = regex.strip_prefix(".*").map_or((regex, false), |rest| (rest, true));
    let (text, any_behind) = text.strip_suffix(".*").map_or((text, false), |rest| (rest, true));
    // A word of letters, digits and blanks is itself in every engine, and in Sigma.
    let is_plain =
        text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'_'));
    let modifier = match (is_start && !any_before, is_end && !any_behind) {
        (true, true) => return None,
        (true, false) => "startswith",
        (false, true) => "endswith",
        (false, false) => "contains",
    };
    is_plain.then_some((modifier, text))
}
