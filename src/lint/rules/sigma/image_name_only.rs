//! SGM001: a process that is recognised by its file name and nothing else.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Kind, Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM001",
    name: "image-name-only",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("image_name_only.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if rule.kind != Kind::Detection || !rule.log_source.is("windows", "process_creation") {
        return;
    }
    let selecting: Vec<&ItemOutline<'_>> = rule.items.iter().filter(|item| rule.selects(item)).collect();
    if let [only] = selecting.as_slice()
        && only.field == "Image"
        && only.shape() == Some(Shape::End)
        && only.values.iter().all(|value| value.text.starts_with('\\') && value.text.matches('\\').count() == 1)
    {
        cx.report(only.key.place(), "the file name is all that the rule tests")
            .label("not seen under another name")
            .help("add an alternative `OriginalFileName`");
    }
}
