//! ASM002: a normalising parser that reads every source in full.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::ExprKind;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "ASM002",
    name: "parser-without-filter-parameters",
    category: Category::Asim,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("parser_without_filter_parameters.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for table in cx.facts().tables.iter().filter(|table| table.name.starts_with("_Im_")) {
        let Some(function) = cx.schema().table_function(&table.name) else { continue };
        let takes_time = function.parameters().any(|parameter| parameter.name == "starttime");
        let is_bare = !cx.expressions().any(|expr| match &expr.kind {
            ExprKind::Call { name, arguments } => name.span == table.span && !arguments.is_empty(),
            _ => false,
        });
        if !takes_time || !is_bare {
            continue;
        }
        let name = &table.name;
        cx.report(table.span, format!("`{name}` brings every source into the common form before anything is filtered"))
            .label("no parameter")
            .help(format!("filter by parameters: `{name}(starttime=ago(1h), …)`"));
    }
}
