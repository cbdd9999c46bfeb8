//! SGS006: a rule that was changed before it was made.

use crate::date::Date;
use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Outline, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS006",
    name: "modified-before-date",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("modified_before_date.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let (Some(date), Some(modified)) = (rule.scalar(&["date"]), rule.scalar(&["modified"])) else { return };
    let day = |word: &Word<'_>| Date::parse(&word.text.replace('/', "-"));
    if let (Some(made), Some(changed)) = (day(&date), day(&modified))
        && changed < made
    {
        cx.report(modified.place(), "the rule was modified before it was made")
            .label("earlier than `date`")
            .related(date.place(), "made on this day")
            .help("correct one of the two");
    }
}
