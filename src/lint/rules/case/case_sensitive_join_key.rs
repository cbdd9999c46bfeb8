//! CSE013: tables of different products are joined on a name, whose letter case differs between them.

use crate::diagnostic::Severity;
use crate::lint::join::keyed_joins;
use crate::lint::shape::{shape_of, table_column};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Column, ColumnShape, Origin};

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
            if let Some((folded, raw, to)) = one_side_folded(cx, left, right) {
                let (folded, raw, place) = (&folded.name, &raw.name, key.span);
                cx.report(place, format!("`{folded}` is in {to} case and `{raw}` is not: other spellings never match"))
                    .label("one side was brought to one case")
                    .related(keyword, "keys are always compared with regard to case")
                    .help(format!("bring `{raw}` to {to} case too, in an `extend` before the join"));
                continue;
            }
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

/// The sides of a key of which one was brought to one letter case and the other is as it was logged, and which case.
fn one_side_folded<'k>(
    cx: &Context<'_>,
    left: &'k Column,
    right: &'k Column,
) -> Option<(&'k Column, &'k Column, &'static str)> {
    match (folded(cx, left), folded(cx, right)) {
        (Some(to), None) if is_spelled_freely(cx, right) => Some((left, right, to)),
        (None, Some(to)) if is_spelled_freely(cx, left) => Some((right, left, to)),
        _ => None,
    }
}

/// The letter case that a name was brought to.
fn folded(cx: &Context<'_>, column: &Column) -> Option<&'static str> {
    let Origin::Computed { span, inputs } = &column.origin else { return None };
    let [(table, name)] = inputs.as_slice() else { return None };
    let is_name = matches!(
        cx.schema().shape(table, name),
        Some(
            ColumnShape::Upn | ColumnShape::Account | ColumnShape::AccountName | ColumnShape::Host | ColumnShape::Name
        )
    );
    let written = cx.slice(*span);
    match (is_name, written.starts_with("tolower("), written.starts_with("toupper(")) {
        (true, true, _) => Some("lower"),
        (true, _, true) => Some("upper"),
        _ => None,
    }
}

/// Whether a column holds names as somebody spelled them. Some services write them in lower case themselves.
fn is_spelled_freely(cx: &Context<'_>, column: &Column) -> bool {
    let is_lower =
        matches!(table_column(column), Some(("SigninLogs" | "AADNonInteractiveUserSignInLogs", "UserPrincipalName")))
            || matches!(table_column(column), Some((table, "DeviceName")) if table.starts_with("Device"));
    !is_lower && name_of(cx, column).is_some()
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
        // The first is a directory that keeps the spelling of each user, the others are sensors.
        ("people", &["IdentityInfo"]),
        ("identity", &["Identity"]),
        ("agent", &["SecurityEvent", "Event", "WindowsEvent", "Heartbeat", "Perf", "Syslog", "Update", "VM"]),
    ];
    families
        .iter()
        .find(|(_, prefixes)| prefixes.iter().any(|prefix| table.starts_with(prefix)))
        .map_or(table, |(family, _)| family)
}
