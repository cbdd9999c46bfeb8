//! SGS016: a tag that stands there twice.

use crate::diagnostic::Severity;
use crate::lint::sigma::{self, Tag, tags};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::Outline;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS016",
    name: "duplicate-tag",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("duplicate_tag.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let tags = tags(rule);
    for (index, tag) in tags.iter().enumerate() {
        let same = |before: &&Tag<'_>| before.word.text.eq_ignore_ascii_case(tag.word.text);
        if let Some(first) = tags.iter().take(index).find(same) {
            cx.report(tag.word.place(), format!("the tag `{}` stands here twice", tag.word.text))
                .label("again")
                .related(first.word.place(), "first here")
                .help("delete one, or write the tag that was meant");
        }
    }
}
