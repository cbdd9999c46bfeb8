//! SGM006: regular expressions that mind the case of commands.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, COMMAND_LINES, FILE_NAMES, PATHS, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{ItemOutline, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM006",
    name: "case-sensitive-re",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("case_sensitive_re.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is_indifferent = |item: &&ItemOutline<'_>| {
        item.is_about(PATHS)
            || item.is_about(COMMAND_LINES)
            || item.is_about(FILE_NAMES)
            || item.is_about(&["ScriptBlockText", "Payload", "Details", "TargetObject"])
    };
    let is_windows = rule.log_source.is_of("windows");
    for item in rule.items.iter().filter(|item| is_windows && !item.has(Modifier::IgnoreCase) && is_indifferent(item)) {
        let minding = item.regexes().find(|regex| minds_case(regex.text));
        if let (Some(regex), Some(place)) = (minding, item.modifier(Modifier::Regex)) {
            let end = (place.span.end as usize, place.span.end as usize);
            cx.report(place, "this expression minds letter case, Windows does not")
                .label("misses other spellings")
                .related(regex.place(), "has letters of one case")
                .help("add the modifier `i`")
                .fix(
                    "add the modifier `i`",
                    effect_on_rule(rule, item, Effect::Wider),
                    vec![edit(item.key.part(end.0, end.1), "|i")],
                );
        }
    }
}

/// Whether an expression has a word in one case, and nothing that says that case does not count.
fn minds_case(regex: &str) -> bool {
    if regex.starts_with("(?") && regex.split([')', ':']).next().is_some_and(|flags| flags.contains('i')) {
        return false;
    }
    // Letters in classes and behind backslashes are no words.
    let (mut run, mut is_in_class, mut is_escaped) = (0, false, false);
    for c in regex.chars() {
        let is_letter = c.is_ascii_alphabetic() && !is_in_class && !is_escaped;
        run = if is_letter { run + 1 } else { 0 };
        if run >= 3 {
            return true;
        }
        match c {
            '[' if !is_escaped => is_in_class = true,
            ']' if !is_escaped => is_in_class = false,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    false
}
