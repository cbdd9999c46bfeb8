//! SGM004: names without a path in fields that hold paths.

use std::borrow::Cow;

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, PATHS, edit, effect_on_rule};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Outline, Shape, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM004",
    name: "name-in-path-field",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("name_in_path_field.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let is_windows = rule.log_source.is_of("windows");
    let holds_path = |item: &&ItemOutline<'_>| item.is_about(PATHS) && item.shape() == Some(Shape::Whole);
    for item in rule.items.iter().filter(|item| is_windows && holds_path(item)) {
        let names: Vec<(Word<'_>, Cow<'_, str>)> = item.literals().filter(|(_, text)| is_name(text)).collect();
        let Some((first, text)) = names.first() else { continue };
        let mut report = cx.report(first.place(), format!("`{}` holds a path, never just `{text}`", item.field));
        report.label("never equal").help(format!("write `{}|endswith`, with the separator in front", item.field));
        if names.len() == item.values.len() && item.modifiers.is_empty() {
            let end = item.key.text.len();
            let mut edits = vec![edit(item.key.part(end, end), "|endswith")];
            let bare = names.iter().filter(|(_, text)| !text.starts_with('\\'));
            edits.extend(bare.map(|(value, _)| edit(value.part(0, 0), "\\")));
            report.fix("write `endswith`", effect_on_rule(rule, item, Effect::Wider), edits);
        }
    }
}

/// Whether a text is the name of a file, perhaps behind one separator.
fn is_name(text: &str) -> bool {
    let name = text.strip_prefix('\\').unwrap_or(text);
    name.contains('.') && !name.contains(['\\', '/', '%', ':'])
}
