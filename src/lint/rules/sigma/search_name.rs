//! SGC027: searches whose name does not say what they are for.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{Kind, Outline, Uses};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGC027",
    name: "search-name",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("search_name.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for search in &rule.searches {
        let name = search.name.text;
        let is_filter = name.starts_with("filter");
        if search.uses == (Uses { selects: false, excludes: true }) && !is_filter && rule.kind == Kind::Detection {
            cx.report(search.name.place(), format!("`{name}` excludes events"))
                .label("not called `filter…`")
                .help(format!("call it `filter_main_{name}`, or `filter_optional_{name}` for single products"));
        } else if search.uses == (Uses { selects: true, excludes: false }) && is_filter && rule.kind == Kind::Detection
        {
            cx.report(search.name.place(), format!("`{name}` selects events"))
                .label("called a filter")
                .help("call it `selection…`");
        }
    }
}
