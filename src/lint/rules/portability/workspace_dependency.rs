//! PRT005: something that the workspace must have.

use crate::diagnostic::Severity;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "PRT005",
    name: "workspace-dependency",
    category: Category::Portability,
    severity: Severity::Info,
    default_on: false,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::High,
    fixable: Fixable::Never,
    document: include_str!("workspace_dependency.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    for table in &cx.facts().tables {
        let name = table.name.as_str();
        let what = if name == "_GetWatchlist" {
            "a watchlist"
        } else if name.ends_with("_CL") {
            "a custom table"
        } else if table.is_function && !table.is_known {
            "a saved function"
        } else {
            continue;
        };
        if seen.contains(&name) {
            continue;
        }
        seen.push(name);
        cx.report(table.span, format!("`{name}` is {what}, which not every workspace has"))
            .label("comes with the workspace")
            .help("say in the description what must be there first");
    }
}
