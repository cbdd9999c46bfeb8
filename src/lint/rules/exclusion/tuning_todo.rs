//! FPX011: a comment that says what is left to do.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "FPX011",
    name: "tuning-todo",
    category: Category::Exclusion,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("tuning_todo.md"),
    check,
};

/// Words that start such a comment.
const WORDS: &[&str] = &["TODO", "FIXME", "XXX", "TBD"];

fn check(cx: &mut Context<'_>) {
    for comment in &cx.query().comments {
        let text = comment.slice(cx.text()).trim_start_matches('/').trim();
        let word = WORDS.iter().find(|word| {
            text.strip_prefix(**word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        let Some(word) = word else { continue };
        cx.report(*comment, format!("a comment says `{word}`, so the rule is not finished"))
            .label("left to do")
            .help("do it, or keep it where work is kept");
    }
}
