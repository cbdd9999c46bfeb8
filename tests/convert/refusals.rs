//! What is not modelled is refused by name, never approximated.

use std::fmt::Write as _;

use kqlift::emit::{Outcome, Target, convert};
use kqlift::ir::{Aggregate, ExprKind, Join, JoinKind, MemberKey, SourceKind, Stage, StageKind, TestOp};
use kqlift::schema::ScalarType;

use crate::build::{
    assign, call, field, filter, is, number, opaque, pipeline, process, rule, stage, table, test, text,
};
use crate::show::{brief, hub, options, snapshot};

fn stages() -> Vec<Stage> {
    let other = || pipeline(table("DeviceNetworkEvents"), vec![]);
    let count = call("count", vec![], ScalarType::Long);
    let aggregate = Aggregate { names: vec!["count_".to_owned()], value: count, span: field("x").span };
    let join =
        Join { kind: JoinKind::Inner, is_kind_written: true, is_lookup: false, right: other(), keys: Some(vec![]) };
    vec![
        stage(StageKind::Summarize {
            aggregates: vec![aggregate],
            by: vec![assign("DeviceName", field("DeviceName"))],
        }),
        stage(StageKind::Join(Box::new(join.clone()))),
        stage(StageKind::Join(Box::new(Join { is_lookup: true, ..join }))),
        stage(StageKind::Union(vec![other()])),
        stage(StageKind::Count("Count".to_owned())),
        stage(StageKind::MvExpand(vec![assign("x", field("x"))])),
        stage(StageKind::Parse { source: field("x"), drops_rows: false, columns: vec![] }),
        stage(StageKind::Other { operator: "evaluate".to_owned(), expressions: vec![], pipelines: vec![] }),
        stage(StageKind::Opaque("whre FileName".to_owned())),
    ]
}

#[test]
fn stages_that_are_not_modelled() {
    let mut shown = String::new();
    for stage in stages() {
        let mut rule = process(vec![is("FileName", TestOp::EqualCi, &["a.exe"])]);
        rule.pipeline.stages.push(stage);
        shown.push_str(&brief(&rule, &options()));
    }
    snapshot("stages_that_are_not_modelled", &shown);
}

#[test]
fn sources_that_are_not_modelled() {
    let other = pipeline(table("DeviceNetworkEvents"), vec![]);
    let mut shown = String::new();
    for source in [
        SourceKind::Union(vec![other.clone(), other]),
        SourceKind::Inline(vec![]),
        SourceKind::External(vec![]),
        SourceKind::Opaque("search".to_owned()),
        SourceKind::Function { name: "_GetWatchlist".to_owned(), arguments: vec![] },
        SourceKind::Function {
            name: "imProcessCreate".to_owned(),
            arguments: vec![("targetprocess_has_any".to_owned(), text("x"))],
        },
    ] {
        shown.push_str(&brief(&rule(source, vec![filter(is("Process", TestOp::Has, &["a"]))]), &options()));
    }
    snapshot("sources_that_are_not_modelled", &shown);
}

#[test]
fn values_that_are_not_modelled() {
    let member = opaque(ExprKind::Member {
        base: Box::new(field("AdditionalFields")),
        key: MemberKey::Property("Command".to_owned()),
    });
    let concatenated = call("strcat", vec![field("AccountDomain"), field("AccountName")], ScalarType::String);
    let subquery = opaque(ExprKind::Subquery(Box::new(pipeline(table("DeviceInfo"), vec![]))));
    let mut shown = String::new();
    for predicate in [
        test(member, TestOp::EqualCi, vec![text("x")]),
        test(concatenated, TestOp::EqualCi, vec![text("x")]),
        test(field("FileName"), TestOp::In, vec![subquery]),
        test(opaque(ExprKind::Star), TestOp::Has, vec![text("x")]),
        opaque(ExprKind::Opaque("a construct that is not known".to_owned())),
        call("has_ipv4", vec![field("ProcessCommandLine"), text("192.0.2.1")], ScalarType::Bool),
        is("AccountSid", TestOp::EqualCi, &["S-1-5-18"]),
        is("FileName", TestOp::EndsWith, &[r"\a.exe"]),
        is("AccountName", TestOp::Contains, &["adm"]),
        is("SHA256", TestOp::StartsWith, &["00"]),
        test(crate::build::number_field("ProcessId"), TestOp::Equal, vec![text("x")]),
        test(field("FileName"), TestOp::Equal, vec![call("toupper", vec![text("x")], ScalarType::String)]),
        test(call("tolower", vec![field("FileName")], ScalarType::String), TestOp::Equal, vec![text("CMD.exe")]),
    ] {
        let _ = writeln!(shown, "##### {}", kqlift::emit::print::expression(&predicate));
        shown.push_str(&brief(&process(vec![predicate]), &options()));
    }
    snapshot("values_that_are_not_modelled", &shown);
}

#[test]
fn doubling_values_are_refused_not_inlined() {
    let mut stages = vec![filter(is("ActionType", TestOp::Equal, &["ProcessCreated"]))];
    for _ in 0..64 {
        let doubled = call("strcat", vec![field("FileName"), field("FileName")], ScalarType::String);
        stages.push(stage(StageKind::Extend(vec![assign("FileName", doubled)])));
    }
    stages.push(filter(is("FileName", TestOp::EqualCi, &["a"])));
    stages.push(stage(StageKind::Take(number(1))));
    let conversion = convert(&rule(table("DeviceProcessEvents"), stages), Target::Sigma, hub(), &options());
    assert!(matches!(conversion.outcome, Outcome::Refused(_)));
}

#[test]
fn nested_conditional_values_do_not_double() {
    let mut predicate = is("FileName", TestOp::EqualCi, &["a.exe"]);
    for _ in 0..60 {
        let value = is("ProcessCommandLine", TestOp::Contains, &["b"]);
        predicate = opaque(ExprKind::Case {
            branches: vec![(predicate, value)],
            otherwise: Box::new(is("FileName", TestOp::EqualCi, &["c.exe"])),
        });
    }
    let conversion = convert(&process(vec![predicate]), Target::Sigma, hub(), &options());
    assert!(matches!(conversion.outcome, Outcome::Refused(_)));
}

#[test]
fn normalised_rules_are_not_printed_with_holes() {
    let hole = || opaque(ExprKind::Opaque("a construct that is not known".to_owned()));
    for predicate in [hole(), test(call("f", vec![hole()], ScalarType::String), TestOp::EqualCi, vec![text("x")])] {
        let rule = rule(SourceKind::Function { name: "imDns".to_owned(), arguments: vec![] }, vec![filter(predicate)]);
        let conversion = convert(&rule, Target::Asim, hub(), &options());
        assert!(matches!(conversion.outcome, Outcome::Refused(_)), "{conversion:?}");
    }
}

/// Moved behind the test, the limit would pick other rows.
#[test]
fn a_test_behind_a_row_limit() {
    let mut rule = process(vec![is("FileName", TestOp::EqualCi, &["a.exe"])]);
    rule.pipeline.stages.push(stage(StageKind::Take(number(5))));
    rule.pipeline.stages.push(filter(is("ProcessCommandLine", TestOp::Contains, &["x"])));
    for (target, limit, test) in [
        (Target::Spl, "| head 5", "| where match(CommandLine"),
        (Target::Xdr, "| take 5", "ProcessCommandLine contains"),
    ] {
        let conversion = convert(&rule, target, hub(), &options());
        let Outcome::Converted(text) = conversion.outcome else { panic!("{} refuses it", target.as_str()) };
        let (limit, test_at) = (text.find(limit), text.find(test).or_else(|| text.find("| where match")));
        assert!(limit.is_some() && limit < test_at, "the test must stay behind the limit: {text}");
    }
    let conversion = convert(&rule, Target::Sigma, hub(), &options());
    assert!(conversion.losses.iter().any(|loss| loss.reason.as_str() == "rows-unlimited"), "Sigma has no limits");
}
