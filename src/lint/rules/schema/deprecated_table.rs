//! SCH008: a table that has been replaced.

use crate::diagnostic::{Effect, Severity};
use crate::lint::{Category, Context, Fixable, Needs, Rule};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SCH008",
    name: "deprecated-table",
    category: Category::Schema,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    fixable: Fixable::Sometimes,
    document: include_str!("deprecated_table.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for used in cx.facts().tables.iter().filter(|used| !used.is_function) {
        let Some(replacement) = cx.schema().replacement(&used.name) else { continue };
        let by = replacement.table;
        let mut report = cx.report(used.span, format!("the table `{}` is replaced by `{by}`", used.name));
        report.label("no longer filled");
        if replacement.has_same_columns {
            report.help(format!("read `{by}`")).replace(used.span, by, format!("read `{by}`"), Effect::Unknown);
        } else {
            report.help(format!("read `{by}`, whose columns have other names"));
        }
    }
}
