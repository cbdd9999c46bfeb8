//! SGC004: a title that begins with what every rule does.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC004",
    name: "title-starts-with-detects",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Sometimes,
    document: include_str!("title_starts_with_detects.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(title) = rule.scalar(&["title"]) else { return };
    let Some(word) = ["Detects ", "Detect "].into_iter().find(|word| title.text.starts_with(word)) else { return };
    let place = title.part(0, word.len());
    let begins_anew = title.text[word.len()..].starts_with(char::is_uppercase);
    let mut report = cx.report(title.part(0, word.len() - 1), format!("the title begins with `{}`", word.trim_end()));
    report.label("so does every rule").help("begin with what is found");
    if begins_anew {
        report.fix("delete the word", Effect::Same, vec![edit(place, "")]);
    }
}
