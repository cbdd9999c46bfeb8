//! SGS017: a log source that Sigma does not have.

use crate::diagnostic::{Effect, Severity};
use crate::lint::sigma::{self, edit};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::nearest;
use crate::sigma::outline::{Kind, Outline, Word};
use crate::sigma::taxonomy;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGS017",
    name: "unknown-log-source",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("unknown_log_source.md"),
    check: |cx| sigma::check(cx, check),
};

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    let source = &rule.log_source;
    if rule.kind != Kind::Detection || rule.known_fields().is_some() {
        return;
    }
    if let Some(product) = source.product.filter(|product| !taxonomy::is_product(product.text)) {
        if let Some(meant) = nearest(product.text, taxonomy::products().into_iter()) {
            report(cx, &product, "product", Some(meant));
        }
        return;
    }
    let known = taxonomy::sources(source.product.map(|word| word.text));
    if let Some(category) = source.category
        && !known.iter().any(|(known, _)| *known == category.text)
    {
        report(cx, &category, "category", nearest(category.text, known.iter().map(|(category, _)| *category)));
    } else if let Some(service) = source.service
        && !known.iter().any(|(_, known)| *known == service.text)
    {
        report(cx, &service, "service", nearest(service.text, known.iter().map(|(_, service)| *service)));
    } else if let Some(word) = source.service.or(source.category).or(source.product) {
        cx.report(word.place(), "Sigma has no log source of just these words")
            .severity(Severity::Info)
            .label("not together")
            .help("name a product with a category, or a product with a service");
    }
}

fn report(cx: &mut Context<'_>, word: &Word<'_>, key: &str, meant: Option<&str>) {
    let mut report = cx.report(word.place(), format!("Sigma has no log source with the {key} `{}`", word.text));
    report.label("not in the taxonomy");
    match meant.filter(|meant| *meant != "-") {
        Some(meant) => {
            report.help(format!("write `{meant}`")).fix(
                format!("write `{meant}`"),
                Effect::Unknown,
                vec![edit(word.place(), meant)],
            );
        }
        None => {
            report.help("name one that the taxonomy has, or say in `definition` what yours is");
        }
    }
}
