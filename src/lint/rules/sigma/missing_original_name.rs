//! SGM022: programs that are recognised by a name that can be changed.

use crate::diagnostic::Severity;
use crate::lint::sigma::{self, FILE_NAMES};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Kind, Outline, Shape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM022",
    name: "missing-original-name",
    category: Category::Sigma,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Low,
    fixable: Fixable::Never,
    document: include_str!("missing_original_name.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if rule.kind != Kind::Detection || !rule.log_source.is("windows", "process_creation") {
        return;
    }
    let tells = |item: &ItemOutline<'_>| {
        item.is_about(FILE_NAMES) || item.is_about(&["Hashes", "Description", "Product", "Company"])
    };
    let selecting = rule.items.iter().filter(|item| rule.selects(item));
    let is_image = |item: &&ItemOutline<'_>| item.field == "Image" && item.shape() == Some(Shape::End);
    let Some(image) = selecting.clone().find(is_image) else { return };
    if !rule.items.iter().any(tells) && selecting.count() > 1 {
        cx.report(image.key.place(), "the program is known by a name that can be changed")
            .label("no `OriginalFileName`")
            .help("add an alternative `OriginalFileName`");
    }
}
