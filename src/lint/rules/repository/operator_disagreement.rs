//! XRL004: a value that nearly all other rules compare in another way.

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::across::Opinion;
use crate::lint::{Category, Confidence, Fixable, Needs, Rule};
use crate::span::Place;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "XRL004",
    name: "operator-disagreement",
    category: Category::Repository,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::OtherRules,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("operator_disagreement.md"),
    // Raised where the rules of a folder are held against each other: see the module `across`.
    check: |_| {},
};

/// The finding at an operator; `rules` other rules compare in the `common` way.
pub(in crate::lint) fn finding(place: Place, opinion: &Opinion, common: &str, rules: usize) -> Diagnostic {
    let Opinion { column, value, way, .. } = opinion;
    let message = format!("`{column}` is compared with `{value}` {way}, and {common} in {rules} other rules");
    let mut finding = RULE.finding(place, message, "unlike the others");
    finding.help = Some("compare as the others do, or say why not".to_owned());
    finding
}
