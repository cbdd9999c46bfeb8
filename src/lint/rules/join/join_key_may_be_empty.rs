//! JON003: rows are joined on a column that is empty in many of them.

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::Severity;
use crate::lint::join::{Key, keyed_joins};
use crate::lint::predicate::{selects, texts};
use crate::lint::shape::{shape_of, table_column};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{Column, ColumnShape};
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "JON003",
    name: "join-key-may-be-empty",
    category: Category::Join,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("join_key_may_be_empty.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    for join in keyed_joins(cx) {
        // Rows without a partner are what an anti join is for; one key that is never empty keeps the pairs apart.
        let may_all_be_empty = join.keys.iter().all(|key| empty_side(cx, key).is_some());
        let Some(key) = join.keys.first().filter(|_| may_all_be_empty && join.is_complete && !join.is_anti()) else {
            continue;
        };
        let Some(column) = empty_side(cx, key) else { continue };
        let name = &column.name;
        let other = key.right.as_ref().map_or(name, |right| &right.name);
        let keyword = join.operator.keyword;
        cx.report(
            key.span,
            format!("an empty `{name}` equals an empty `{other}`: all such rows of the two sides are paired"),
        )
        .label("may be empty on both sides")
        .related(join.operator.keyword_span(), format!("this `{keyword}`"))
        .help(format!("filter one side with `isnotempty({name})` first"))
        .note(format!("paired today: {name}=\"\" on the left and \"\" on the right"));
    }
}

/// The column of a key that is often empty, if no side makes sure that it is not.
fn empty_side<'k>(cx: &Context<'_>, key: &'k Key) -> Option<&'k Column> {
    let sides = [key.left.as_ref(), key.right.as_ref()];
    let is_certain =
        |column: &Column| cx.predicates().iter().any(|test| makes_sure(test, column)) || is_of_connection(cx, column);
    if sides.iter().flatten().any(|column| is_certain(column)) {
        return None;
    }
    // Both sides must be able to be empty for a wrong pair.
    let [Some(left), Some(right)] = sides else { return None };
    (is_often_empty(cx, left) && is_often_empty(cx, right)).then_some(left)
}

/// Whether the query asks for connections, which have a remote address.
fn is_of_connection(cx: &Context<'_>, column: &Column) -> bool {
    let is_address = matches!(table_column(column), Some(("DeviceNetworkEvents", "RemoteIP")));
    let is_asked_for = |test: &Predicate| {
        let column = test.subject.column.as_ref().and_then(table_column);
        match column {
            Some(("DeviceNetworkEvents", "RemoteIPType")) => selects(test),
            Some(("DeviceNetworkEvents", "ActionType")) => {
                selects(test) && texts(test).all(|text| text.contains("Connection"))
            }
            _ => false,
        }
    };
    is_address && cx.predicates().iter().any(is_asked_for)
}

fn is_often_empty(cx: &Context<'_>, column: &Column) -> bool {
    let is_optional = matches!(
        shape_of(cx.schema(), column),
        Some(ColumnShape::Hash | ColumnShape::Ip | ColumnShape::Url | ColumnShape::CommandLine)
    );
    let is_indicator = matches!(
        table_column(column),
        Some(("ThreatIntelligenceIndicator", name)) if name.starts_with("Network")
            || matches!(name, "DomainName" | "Url" | "FileHashValue" | "EmailSenderAddress" | "EmailSourceIpAddress")
    );
    let is_account = table_column(column).is_some_and(|(_, name)| name.ends_with("AccountUpn"));
    is_optional || is_indicator || is_account
}

/// Whether a test lets no row with an empty value pass.
fn makes_sure(test: &Predicate, column: &Column) -> bool {
    let is_same =
        test.subject.column.as_ref().is_some_and(|tested| tested.name == column.name || tested.origin == column.origin);
    // `isnotempty(x)`, `coalesce(ipv4_is_private(x), false)`: whoever writes that has thought of it.
    if test.op == PredicateOp::Function {
        return is_same;
    }
    if !is_same || !test.is_filter {
        return false;
    }
    let is_empty_text = texts(test).any(str::is_empty);
    match test.op {
        PredicateOp::Binary(BinaryOp::NotEqual | BinaryOp::NotEqualCi) if is_empty_text => true,
        PredicateOp::Binary(_)
        | PredicateOp::In(_)
        | PredicateOp::Between
        | PredicateOp::NotBetween
        | PredicateOp::Function => selects(test) && !test.is_negated && !is_empty_text,
    }
}
