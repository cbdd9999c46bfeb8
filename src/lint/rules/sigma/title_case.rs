//! SGC002: words of a title that begin with a small letter.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC002",
    name: "title-case",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("title_case.md"),
    check: |cx| sigma::check(cx, check),
};

/// Words that titles keep small.
const SMALL: &[&str] = &[
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "new", "of", "on", "or", "over", "the", "through", "to",
    "via", "with", "without",
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let Some(title) = rule.scalar(&["title"]).filter(Word::is_on_one_line) else { return };
    let mut start = 0;
    for word in title.text.split(' ') {
        let end = start + word.len();
        if let Some(first) = word.chars().next().filter(|_| is_small(word)) {
            let upper: String = first.to_uppercase().collect();
            cx.report(title.part(start, end), format!("`{word}` begins with a small letter"))
                .label("a word of the title")
                .help(format!("write `{upper}{}`", &word[first.len_utf8()..]))
                .fix(
                    "begin with a capital letter",
                    Effect::Same,
                    vec![edit(title.part(start, start + first.len_utf8()), upper)],
                );
        }
        start = end + 1;
    }
}

fn is_small(word: &str) -> bool {
    let is_lower = word.chars().any(char::is_lowercase) && !word.chars().any(char::is_uppercase);
    let begins_as_word = word.starts_with(char::is_lowercase);
    is_lower && begins_as_word && !word.contains(['.', '/', '_', '\\', '-']) && !SMALL.contains(&word)
}
