//! ASM001: an ASIM parser that has to be deployed, where the same is built in.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::rule::RuleKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ASM001",
    name: "legacy-parser-name",
    category: Category::Asim,
    severity: Severity::Warning,
    default_on: true,
    kinds: &[RuleKind::Scheduled, RuleKind::Nrt, RuleKind::Hunting, RuleKind::Snippet],
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("legacy_parser_name.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for table in &cx.facts().tables {
        let Some(built_in) = built_in(cx, &table.name) else { continue };
        cx.report(table.span, format!("`{}` must be deployed to the workspace; `{built_in}` is built in", table.name))
            .label("reads only the sources of the day it was deployed")
            .help(format!("use `{built_in}`"))
            .replace(table.span, built_in.clone(), format!("write `{built_in}`"), Effect::Unknown);
    }
}

/// The built-in parser for a name that is deployed. Parsers of one source (`vimDnsZscaler`) have no counterpart that is
/// sure to be meant.
fn built_in(cx: &Context<'_>, name: &str) -> Option<String> {
    let candidate = match name.strip_prefix("im") {
        Some("Registry") => "_Im_RegistryEvent".to_owned(),
        Some(schema) => format!("_Im_{schema}"),
        None => format!("_ASim_{}", name.strip_prefix("ASim")?),
    };
    let is_same_schema = |found: crate::schema::TableFunction<'_>| {
        cx.schema().table_function(name).is_none_or(|old| old.result == found.result)
    };
    cx.schema().table_function(&candidate).filter(|found| is_same_schema(*found)).map(|_| candidate)
}
