//! SGS063: correlations by fields that the events of a rule don't have.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::outline::{Kind, Outline, Word};
use crate::sigma::taxonomy::fields_of;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS063",
    name: "correlation-by-unknown-field",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("correlation_by_unknown_field.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    if rule.kind != Kind::Correlation {
        return;
    }
    let mut used = rule.list(&["correlation", "group-by"]);
    used.extend(rule.list(&["correlation", "condition", "field"]));
    for correlated in rule.list(&["correlation", "rules"]) {
        let source = rule.setting.neighbours.source_of(correlated.text);
        let Some(known) = source.and_then(fields_of).filter(|known| !known.is_empty()) else { continue };
        for field in used.iter().map(|name| field_in(rule, *name, correlated.text)) {
            if known.iter().any(|known| known.eq_ignore_ascii_case(field.text)) {
                continue;
            }
            let message = format!("the events of `{}` have no field `{}`", correlated.text, field.text);
            let help = match nearest(field.text, known.iter().copied()) {
                Some(meant) => format!("write `{meant}`, under `aliases` if only this rule calls it so"),
                None => "use a field that the events of every rule have".to_owned(),
            };
            cx.report(field.place(), message).label("always empty").help(help);
        }
    }
}

/// What a rule calls a field of the correlation.
fn field_in<'a>(rule: &Outline<'a>, name: Word<'a>, correlated: &str) -> Word<'a> {
    rule.scalar(&["correlation", "aliases", name.text, correlated]).unwrap_or(name)
}
