//! SGM021: programs that are looked for in one place.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Kind, Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM021",
    name: "single-directory",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("single_directory.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if rule.kind != Kind::Detection || !rule.log_source.is("windows", "process_creation") {
        return;
    }
    let is_program =
        |item: &&ItemOutline<'_>| item.is_about(&["Image", "ParentImage"]) && item.shape() == Some(Shape::Whole);
    for item in rule.items.iter().filter(is_program).filter(|item| rule.selects(item)) {
        let [only] = item.values.as_slice() else { continue };
        let has_drive = only.text.as_bytes().get(1) == Some(&b':') && only.text.to_ascii_lowercase().ends_with(".exe");
        if has_drive && item.literals().any(|(_, text)| !text.contains('*')) {
            cx.report(only.place(), "the program is looked for in one folder")
                .label("not seen elsewhere")
                .help("write the end of the path, or a list of folders");
        }
    }
}
