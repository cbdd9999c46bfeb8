//! The normal forms that every backend relies on.

use kqlift::analyze::analyze;
use kqlift::ir::{Detection, Expr, ExprKind, JoinKind, SourceKind, StageKind, TestOp};
use kqlift::lower::lower;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::{Origin, Schema, Value};

fn rule(text: &str) -> Detection {
    let parsed = parse(text);
    assert!(parsed.is_accepted(), "{text}: {:?}", parsed.errors);
    let facts = analyze(&parsed.query, &Schema::builtin());
    lower(text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet)
}

fn last_stage(text: &str) -> StageKind {
    rule(text).pipeline.stages.pop().unwrap_or_else(|| panic!("no stage: {text}")).kind
}

/// A condition on `DeviceNetworkEvents` in a short notation: `not(RemotePort == 443)`.
fn filter(condition: &str) -> String {
    match last_stage(&format!("DeviceNetworkEvents | where {condition}")) {
        StageKind::Filter(expr) => short(&expr),
        other => panic!("{other:?}"),
    }
}

fn short(expr: &Expr) -> String {
    let list = |operands: &[Expr], word: &str| operands.iter().map(short).collect::<Vec<_>>().join(word);
    match &expr.kind {
        ExprKind::Field(field) => field.name.clone(),
        ExprKind::Value(Value::String(text)) => format!("'{text}'"),
        ExprKind::Value(Value::Integer(number)) => number.to_string(),
        ExprKind::Value(Value::Bool(value)) => value.to_string(),
        ExprKind::Value(value) => format!("{value:?}"),
        ExprKind::And(operands) => format!("all[{}]", list(operands, ", ")),
        ExprKind::Or(operands) => format!("any[{}]", list(operands, ", ")),
        ExprKind::Not(inner) => format!("not({})", short(inner)),
        ExprKind::Test(test) => {
            let operands = list(&test.operands, ", ");
            format!("{} {} {operands}", short(&test.subject), test.op.as_str()).trim_end().to_owned()
        }
        ExprKind::Call { name, arguments } => format!("{name}({})", list(arguments, ", ")),
        ExprKind::Member { base, key } => format!("{}{key:?}", short(base)),
        ExprKind::Subquery(pipeline) => format!("rows of {:?}", pipeline.source.kind),
        other => format!("{other:?}"),
    }
}

#[test]
fn chains_are_flat_and_negations_are_nodes() {
    assert_eq!(
        filter("RemotePort == 1 and (RemotePort == 2 and RemoteUrl != 'x') and not(RemoteUrl has 'y')"),
        "all[RemotePort == 1, RemotePort == 2, not(RemoteUrl == 'x'), not(RemoteUrl has 'y')]"
    );
    assert_eq!(
        filter("RemoteUrl !in~ ('a', 'b') or RemoteUrl !has_cs 'c'"),
        "any[not(RemoteUrl in~ 'a', 'b'), not(RemoteUrl has_cs 'c')]"
    );
    assert_eq!(filter("not(not(RemotePort == 1))"), "RemotePort == 1");
    assert_eq!(filter("RemotePort !between (1 .. 5)"), "not(RemotePort between 1, 5)");
}

#[test]
fn constants_stand_on_the_right_and_lists_are_flat() {
    assert_eq!(filter("1024 < RemotePort"), "RemotePort > 1024");
    assert_eq!(filter("'a' =~ RemoteUrl"), "RemoteUrl =~ 'a'");
    assert_eq!(filter("RemoteUrl in ('a', dynamic(['b', ['c']]))"), "RemoteUrl in 'a', 'b', 'c'");
    let text = "let urls = dynamic(['a', 'b']);\nDeviceNetworkEvents | where RemoteUrl has_any (urls)";
    let StageKind::Filter(expr) = last_stage(text) else { panic!("no filter") };
    assert_eq!(short(&expr), "RemoteUrl has_any 'a', 'b'");
    assert_eq!(expr.span.slice(text), "RemoteUrl has_any (urls)");
}

#[test]
fn functions_that_test_are_tests() {
    assert_eq!(filter("isnotempty(RemoteUrl)"), "not(RemoteUrl isempty)");
    assert_eq!(filter("isempty(RemoteUrl) == false"), "not(RemoteUrl isempty)");
    assert_eq!(
        filter("ipv4_is_in_any_range(RemoteIP, '10.0.0.0/8', '192.168.0.0/16')"),
        "RemoteIP ipv4_is_in_range '10.0.0.0/8', '192.168.0.0/16'"
    );
    assert_eq!(filter("not(ipv4_is_private(RemoteIP))"), "not(RemoteIP ipv4_is_private)");
}

/// `b` is null for null, and null drops the row however often it is negated; `==` is false for null.
#[test]
fn bare_booleans_keep_their_nulls_out() {
    let of = |condition: &str| match last_stage(&format!("DeviceLogonEvents | where {condition}")) {
        StageKind::Filter(expr) => short(&expr),
        other => panic!("{other:?}"),
    };
    assert_eq!(of("IsLocalAdmin"), "IsLocalAdmin == true");
    assert_eq!(of("not(IsLocalAdmin)"), "IsLocalAdmin == false");
    assert_eq!(of("IsLocalAdmin == false"), "IsLocalAdmin == false");
    assert_eq!(of("not(IsLocalAdmin == true)"), "not(IsLocalAdmin == true)");
    assert_eq!(of("not(IsLocalAdmin and LogonType == 'x')"), "not(all[not(IsLocalAdmin == false), LogonType == 'x'])");
}

#[test]
fn functions_of_the_query_become_their_bodies() {
    let text = "let known = (url:string, tail:string = '.com') { tolower(url) endswith tail };\n\
                DeviceNetworkEvents | where known(RemoteUrl) or known(RemoteUrl, '.net')";
    let StageKind::Filter(expr) = last_stage(text) else { panic!("no filter") };
    assert_eq!(short(&expr), "any[tolower(RemoteUrl) endswith '.com', tolower(RemoteUrl) endswith '.net']");
    let rows = rule("let pick = (action:string) { DeviceEvents | where ActionType == action };\npick('x') | take 1");
    let SourceKind::Pipeline { name, pipeline } = rows.pipeline.source.kind else { panic!("not inlined") };
    assert_eq!(name.as_deref(), Some("pick"));
    assert!(matches!(&pipeline.stages[0].kind, StageKind::Filter(expr) if short(expr) == "ActionType == 'x'"));
}

#[test]
fn a_definition_never_reaches_itself() {
    let rule = rule("let DeviceEvents = DeviceEvents | where ActionType == 'x'; DeviceEvents");
    let SourceKind::Pipeline { pipeline, .. } = rule.pipeline.source.kind else { panic!("not inlined") };
    assert_eq!(pipeline.source.kind, SourceKind::Table { name: "DeviceEvents".to_owned(), is_known: true });
}

#[test]
fn joins_know_their_kind_and_the_origin_of_their_keys() {
    let join = |text: &str| match last_stage(text) {
        StageKind::Join(join) => *join,
        other => panic!("{other:?}"),
    };
    let implicit = join("DeviceEvents | join DeviceInfo on DeviceId, $right.DeviceName == $left.DeviceName");
    assert_eq!((implicit.kind, implicit.is_kind_written), (JoinKind::InnerUnique, false));
    let keys = implicit.keys.unwrap_or_default();
    assert_eq!(keys[0].left.table_column(), Some(("DeviceEvents", "DeviceId")));
    assert_eq!(keys[0].right.table_column(), Some(("DeviceInfo", "DeviceId")));
    assert_eq!(keys[1].right.table_column(), Some(("DeviceInfo", "DeviceName")));
    assert_eq!(
        join("DeviceEvents | join hint.strategy=shuffle kind=anti (DeviceInfo) on DeviceId").kind,
        JoinKind::LeftAnti
    );
    let lookup = join("DeviceEvents | lookup DeviceInfo on DeviceId");
    assert_eq!((lookup.kind, lookup.is_lookup), (JoinKind::LeftOuter, true));
}

#[test]
fn aggregates_know_their_columns() {
    let text = "DeviceEvents | summarize count(), make_set(FileName), arg_max(Timestamp, *) by DeviceId, bin(TimeGenerated, 1h)";
    let StageKind::Summarize { aggregates, by } = last_stage(text) else { panic!("no summarize") };
    assert_eq!(by.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(), ["DeviceId", "TimeGenerated"]);
    assert_eq!(aggregates[0].names, ["count_"]);
    assert_eq!(aggregates[1].names, ["set_FileName"]);
    assert_eq!(aggregates[2].names.first().map(String::as_str), Some("Timestamp"));
    assert!(aggregates[2].names.len() > 10);
}

#[test]
fn fields_come_from_their_tables_through_renames_and_joins() {
    let text = "DeviceProcessEvents | project Host = DeviceName, DeviceId | join (DeviceNetworkEvents | project Peer = RemoteIP, DeviceId) on DeviceId | where Peer == 'x' and Host == 'y'";
    let StageKind::Filter(Expr { kind: ExprKind::And(tests), .. }) = last_stage(text) else { panic!("no filter") };
    let origin = |expr: &Expr| match &expr.kind {
        ExprKind::Test(equality) if equality.op == TestOp::Equal => match &equality.subject.kind {
            ExprKind::Field(field) => field.origin.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let table = |table: &str, column: &str, through_join| Origin::Table {
        table: table.to_owned(),
        column: column.to_owned(),
        through_join,
    };
    assert_eq!(origin(&tests[0]), table("DeviceNetworkEvents", "RemoteIP", true));
    assert_eq!(origin(&tests[1]), table("DeviceProcessEvents", "DeviceName", false));
}

#[test]
fn what_is_not_modelled_is_named() {
    assert!(
        matches!(last_stage("T | evaluate bag_unpack(d)"), StageKind::Other { operator, .. } if operator == "evaluate")
    );
    assert!(
        matches!(last_stage("T | mv-expand a limit 5"), StageKind::Other { operator, .. } if operator == "mv-expand")
    );
    assert!(
        matches!(last_stage("T | join kind=sideways (U) on a"), StageKind::Opaque(reason) if reason.contains("sideways"))
    );
    assert!(matches!(rule("print x = 1").pipeline.source.kind, SourceKind::Opaque(word) if word == "print"));
    assert!(
        matches!(rule("workspace('w').T").pipeline.source.kind, SourceKind::Opaque(reason) if reason.contains("workspace"))
    );
}
