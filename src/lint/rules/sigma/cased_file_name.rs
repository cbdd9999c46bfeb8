//! SGM007: names on Windows that are compared letter by letter.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, COMMAND_LINES, FILE_NAMES, PATHS, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::Modifier;
use crate::sigma::outline::{ItemOutline, Outline};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM007",
    name: "cased-file-name",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Always,
    document: include_str!("cased_file_name.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if !rule.log_source.is_of("windows") {
        return;
    }
    let is_indifferent =
        |item: &&ItemOutline<'_>| item.is_about(PATHS) || item.is_about(COMMAND_LINES) || item.is_about(FILE_NAMES);
    for item in rule.items.iter().filter(is_indifferent) {
        if let (Some(place), Some(with_bar)) = (item.modifier(Modifier::Cased), item.modifier_with_bar(Modifier::Cased))
        {
            cx.report(place, format!("the case of `{}` is up to whoever typed it", item.field))
                .label("misses other spellings")
                .help("delete `cased`")
                .fix("delete `cased`", effect_on_rule(rule, item, Effect::Wider), vec![edit(with_bar, "")]);
        }
    }
}
