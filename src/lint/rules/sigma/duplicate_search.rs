//! SGS035: two searches that look for the same.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Outline, SearchOutline, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS035",
    name: "duplicate-search",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("duplicate_search.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for (index, search) in rule.searches.iter().enumerate().filter(|(_, search)| search.is_whole) {
        let same = |before: &&SearchOutline<'_>| before.is_whole && says_the_same(rule, before, search);
        if let Some(first) = rule.searches.iter().take(index).find(same) {
            cx.report(search.name.place(), format!("`{}` is the same as `{}`", search.name.text, first.name.text))
                .label("without effect")
                .related(first.name.place(), "the other one")
                .help("delete one, or write what was meant");
        }
    }
}

fn says_the_same(rule: &Outline<'_>, left: &SearchOutline<'_>, right: &SearchOutline<'_>) -> bool {
    let texts = |words: &[Word<'_>], others: &[Word<'_>]| {
        words.len() == others.len() && words.iter().zip(others).all(|(word, other)| word.text == other.text)
    };
    let is_same_item = |left: &ItemOutline<'_>, right: &ItemOutline<'_>| {
        left.key.text == right.key.text && texts(&left.values, &right.values)
    };
    texts(&left.keywords, &right.keywords)
        && left.alternatives.len() == right.alternatives.len()
        && left.alternatives.iter().zip(&right.alternatives).all(|(left, right)| {
            let (left, right) = (rule.items_of(left), rule.items_of(right));
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same_item(left, right))
        })
}
