//! CSE013: tables of different products are joined on a name, whose letter case differs between them.

use crate::diagnostic::Severity;
use crate::lint::join::keyed_joins;
use crate::lint::shape::{shape_of, table_column};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Column, ColumnShape};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE013",
    name: "case-sensitive-join-key",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("case_sensitive_join_key.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for join in keyed_joins(cx) {
        let keyword = join.operator.keyword_span();
        for key in &join.keys {
            let (Some(left), Some(right)) = (&key.left, &key.right) else { continue };
            let Some(what) = name_of(cx, left).filter(|_| name_of(cx, right).is_some()) else { continue };
            let (Some((left_table, _)), Some((right_table, _))) = (table_column(left), table_column(right)) else {
                continue;
            };
            if product(left_table) == product(right_table) {
                continue;
            }
            cx.report(key.span, format!("the join compares letter case, and {what} differ in it between tables"))
                .label(format!("`{left_table}` on the left, `{right_table}` on the right"))
                .related(keyword, "keys are always compared with regard to case")
                .help("bring both sides to one case with `tolower()` in an `extend` before the join")
                .note(format!("no pair today: {}=\"Ada\" and {}=\"ada\"", left.name, right.name));
        }
    }
}

/// What a column holds, if it is a name that people or connectors spell.
fn name_of(cx: &Context<'_>, column: &Column) -> Option<&'static str> {
    match shape_of(cx.schema(), column)? {
        ColumnShape::Upn | ColumnShape::Account | ColumnShape::AccountName => Some("account names"),
        ColumnShape::Host => Some("host names"),
        ColumnShape::Name | ColumnShape::Path | ColumnShape::Folder => Some("file names"),
        ColumnShape::CommandLine
        | ColumnShape::Hash
        | ColumnShape::Sid
        | ColumnShape::Ip
        | ColumnShape::Url
        | ColumnShape::RegistryKey
        | ColumnShape::Enumeration
        | ColumnShape::Text => None,
    }
}

/// What fills a table: tables that one product fills spell a name in the same way.
fn product(table: &str) -> &str {
    let families: &[(&str, &[&str])] = &[
        ("endpoint", &["Device", "Alert"]),
        ("mail", &["Email", "Url"]),
        ("directory", &["AAD", "SigninLogs", "AuditLogs", "MicrosoftGraph", "Entra"]),
        ("identity", &["Identity"]),
        ("agent", &["SecurityEvent", "Event", "WindowsEvent", "Heartbeat", "Perf", "Syslog", "Update", "VM"]),
    ];
    families
        .iter()
        .find(|(_, prefixes)| prefixes.iter().any(|prefix| table.starts_with(prefix)))
        .map_or(table, |(family, _)| family)
}
