//! ASM005: a field that stands for another one.

use crate::diagnostic::Severity;
use crate::lint::shape::table_column;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::FunctionResult;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ASM005",
    name: "alias-field",
    category: Category::Asim,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("alias_field.md"),
    check,
};

/// Aliases that do not say whose they are.
const AMBIGUOUS: &[&str] = &["Dvc", "Hostname", "IpAddr", "Process", "User"];

fn check(cx: &mut Context<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for predicate in cx.predicates() {
        let Some((table, name)) = predicate.subject.column.as_ref().and_then(table_column) else { continue };
        let schema = match cx.schema().table_function(table).map(|function| function.result) {
            Some(FunctionResult::Asim(schema)) => schema,
            Some(FunctionResult::Closed | FunctionResult::Open | FunctionResult::Extends) | None => continue,
        };
        let Some(field) = cx.schema().asim_field(schema, name).filter(|field| field.class == "Alias") else { continue };
        let targets: Vec<String> = field.alias_of().map(|target| format!("`{target}`")).collect();
        if targets.is_empty() || seen.contains(&name) || !AMBIGUOUS.contains(&name) {
            continue;
        }
        seen.push(name);
        let targets = targets.join(" or ");
        cx.report(predicate.subject.span, format!("`{name}` stands for {targets}"))
            .label("an alias")
            .help(format!("write {targets}, so that a reader knows whose it is"));
    }
}
