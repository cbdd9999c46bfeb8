//! Whole rules.

use std::fmt::Write as _;

use kqlift::ir::{ExprKind, SourceKind, StageKind, TestOp};
use kqlift::schema::{ScalarType, Value};

use crate::build::{
    ago, and, assign, call, field, filter, function, is, not, number, number_field, opaque, or, process, project, rule,
    stage, table, test, typed,
};
use crate::show::{all, brief, options, snapshot};

#[test]
fn a_whole_rule() {
    let rule = rule(
        table("DeviceProcessEvents"),
        vec![
            filter(test(typed("Timestamp", ScalarType::Datetime), TestOp::Greater, vec![ago(1)])),
            filter(is("ActionType", TestOp::Equal, &["ProcessCreated"])),
            filter(and(vec![
                is("FileName", TestOp::InCi, &["rundll32.exe", "regsvr32.exe"]),
                is("ProcessCommandLine", TestOp::Contains, &["http"]),
                is("ProcessCommandLine", TestOp::Contains, &[".dll"]),
            ])),
            filter(not(is("InitiatingProcessFolderPath", TestOp::StartsWith, &[r"C:\Program Files\"]))),
            filter(not(is("AccountName", TestOp::EqualCi, &["system"]))),
            project(&["Timestamp", "DeviceName", "FileName", "ProcessCommandLine", "AccountSid"]),
            stage(StageKind::Sort(vec![(field("Timestamp"), true)])),
        ],
    );
    snapshot("a_whole_rule", &all(&rule, &options()));
}

#[test]
fn a_normalised_rule() {
    let rule = rule(
        function("imProcessCreate"),
        vec![
            filter(is("Process", TestOp::Has, &["rundll32.exe"])),
            filter(not(is("CommandLine", TestOp::HasAny, &["shell32.dll", "url.dll"]))),
            project(&["TimeGenerated", "Dvc", "User", "Process", "CommandLine"]),
            stage(StageKind::Take(number(100))),
        ],
    );
    snapshot("a_normalised_rule", &all(&rule, &options()));
}

#[test]
fn security_events() {
    let rule = rule(
        table("SecurityEvent"),
        vec![
            filter(test(number_field("EventID"), TestOp::Equal, vec![number(4688)])),
            filter(is("NewProcessName", TestOp::EndsWith, &[r"\mshta.exe"])),
            filter(is("Process", TestOp::EqualCi, &["mshta.exe"])),
            filter(not(is("CommandLine", TestOp::IsEmpty, &[]))),
        ],
    );
    snapshot("security_events", &brief(&rule, &options()));
}

#[test]
fn other_security_events() {
    let rule = rule(
        table("SecurityEvent"),
        vec![
            filter(test(number_field("EventID"), TestOp::In, vec![number(4624), number(4625)])),
            filter(test(number_field("LogonType"), TestOp::Equal, vec![number(10)])),
            filter(is("TargetUserName", TestOp::EndsWith, &["$"])),
        ],
    );
    snapshot("other_security_events", &brief(&rule, &options()));
}

#[test]
fn network_rule() {
    let rule = rule(
        table("DeviceNetworkEvents"),
        vec![
            filter(is("ActionType", TestOp::Equal, &["ConnectionSuccess"])),
            filter(is("RemoteIPType", TestOp::Equal, &["Public"])),
            filter(test(number_field("RemotePort"), TestOp::In, vec![number(445), number(3389)])),
            filter(is("InitiatingProcessFileName", TestOp::EqualCi, &["mshta.exe"])),
        ],
    );
    snapshot("network_rule", &brief(&rule, &options()));
}

#[test]
fn addresses() {
    let network = |op, networks: &[&str]| is("RemoteIP", op, networks);
    let filters = [
        network(TestOp::Ipv4InRange, &["192.0.2.0/24"]),
        not(network(TestOp::Ipv4InRange, &["10.0.0.0/8", "198.51.100.0/24"])),
        network(TestOp::Ipv6InRange, &["2001:db8::/32"]),
        not(network(TestOp::Ipv6InRange, &["2001:db8::/32"])),
        network(TestOp::Ipv4IsPrivate, &[]),
        not(network(TestOp::Ipv4IsPrivate, &[])),
        not(or(vec![
            network(TestOp::Ipv4IsPrivate, &[]),
            is("InitiatingProcessFileName", TestOp::EqualCi, &["a.exe"]),
        ])),
        is("RemoteIPType", TestOp::Equal, &["Private"]),
        not(is("RemoteIPType", TestOp::Equal, &["Public"])),
        is("RemoteIPType", TestOp::Equal, &["Teredo"]),
    ];
    let mut shown = String::new();
    for predicate in filters {
        let _ = writeln!(shown, "##### {}", kqlift::emit::print::expression(&predicate));
        let rule = rule(table("DeviceNetworkEvents"), vec![filter(predicate)]);
        shown.push_str(&brief(&rule, &options()));
        shown.push('\n');
    }
    snapshot("addresses", &shown);
}

#[test]
fn renamed_and_computed_columns() {
    let lower = call("tolower", vec![field("FileName")], ScalarType::String);
    let rule = rule(
        table("DeviceProcessEvents"),
        vec![
            filter(is("ActionType", TestOp::Equal, &["ProcessCreated"])),
            stage(StageKind::Extend(vec![assign("p", lower)])),
            stage(StageKind::Project(vec![assign("X", field("p")), assign("Line", field("ProcessCommandLine"))])),
            stage(StageKind::ProjectRename(vec![("Cmd".to_owned(), "Line".to_owned())])),
            filter(is("X", TestOp::Equal, &["wmic.exe"])),
            filter(is("Cmd", TestOp::StartsWith, &["wmic "])),
            stage(StageKind::Distinct(vec![assign("Cmd", field("Cmd"))])),
        ],
    );
    snapshot("renamed_and_computed_columns", &brief(&rule, &options()));
}

#[test]
fn nested_booleans() {
    let a = || is("ProcessCommandLine", TestOp::Contains, &["alpha"]);
    let b = || is("FileName", TestOp::EqualCi, &["b.exe"]);
    let c = || is("InitiatingProcessFileName", TestOp::EqualCi, &["c.exe"]);
    let mut shown = String::new();
    for predicate in [
        or(vec![a(), b()]),
        or(vec![and(vec![a(), b()]), c()]),
        or(vec![a(), not(b())]),
        and(vec![or(vec![a(), and(vec![b(), not(c())])]), not(and(vec![a(), not(b())]))]),
        not(or(vec![a(), b()])),
        or(vec![is("FileName", TestOp::EqualCi, &["x.exe"]), b()]),
        opaque(ExprKind::Case {
            branches: vec![(a(), b())],
            otherwise: Box::new(opaque(ExprKind::Value(Value::Bool(false)))),
        }),
        or(vec![not(test(number_field("ProcessId"), TestOp::Greater, vec![number(9)])), a()]),
    ] {
        let _ = writeln!(shown, "##### {}", kqlift::emit::print::expression(&predicate));
        shown.push_str(&brief(&process(vec![predicate]), &options()));
        shown.push('\n');
    }
    snapshot("nested_booleans", &shown);
}

#[test]
fn time_filters() {
    let time = || typed("TimeGenerated", ScalarType::Datetime);
    let fixed = opaque(ExprKind::Value(Value::Datetime("2024-01-01".to_owned())));
    let mut shown = String::new();
    for predicate in [
        test(time(), TestOp::Between, vec![ago(7), ago(1)]),
        not(test(time(), TestOp::IsEmpty, vec![])),
        test(time(), TestOp::Greater, vec![fixed]),
        or(vec![test(time(), TestOp::Greater, vec![ago(1)]), is("FileName", TestOp::EqualCi, &["a.exe"])]),
    ] {
        let _ = writeln!(shown, "##### {}", kqlift::emit::print::expression(&predicate));
        shown.push_str(&brief(&process(vec![predicate, is("FileName", TestOp::EqualCi, &["b.exe"])]), &options()));
        shown.push('\n');
    }
    snapshot("time_filters", &shown);
}

#[test]
fn log_sources() {
    let name = || filter(is("InitiatingProcessFileName", TestOp::EqualCi, &["a.exe"]));
    let kind = |op, kinds: &[&str]| filter(is("ActionType", op, kinds));
    let cases: Vec<(SourceKind, Vec<_>)> = vec![
        (table("DeviceProcessEvents"), vec![name()]),
        (table("DeviceFileEvents"), vec![name()]),
        (table("DeviceFileEvents"), vec![kind(TestOp::Equal, &["FileDeleted"]), name()]),
        (table("DeviceRegistryEvents"), vec![name()]),
        (table("DeviceRegistryEvents"), vec![kind(TestOp::In, &["RegistryValueSet", "RegistryKeyCreated"]), name()]),
        (table("DeviceRegistryEvents"), vec![kind(TestOp::Equal, &["RegistryValueSet"]), name()]),
        (table("DeviceRegistryEvents"), vec![kind(TestOp::In, &["RegistryKeyDeleted"]), name()]),
        (table("DeviceImageLoadEvents"), vec![filter(is("FileName", TestOp::EqualCi, &["a.dll"]))]),
        (table("DeviceEvents"), vec![name()]),
        (table("DeviceLogonEvents"), vec![filter(is("AccountName", TestOp::EqualCi, &["x"]))]),
        (table("SigninLogs"), vec![filter(is("ResultType", TestOp::Equal, &["50126"]))]),
        (table("NoSuchTable_CL"), vec![name()]),
        (function("imFileEvent"), vec![filter(is("TargetFilePath", TestOp::EndsWith, &[".ps1"]))]),
        (
            function("imFileEvent"),
            vec![
                filter(is("EventType", TestOp::Equal, &["FileCreated"])),
                filter(is("FilePath", TestOp::EndsWith, &[".ps1"])),
            ],
        ),
        (
            function("imProcess"),
            vec![
                filter(is("EventType", TestOp::Equal, &["ProcessCreated"])),
                filter(is("ActingProcessName", TestOp::EndsWith, &[r"\a.exe"])),
            ],
        ),
        (function("MyFunction"), vec![name()]),
        (table("DeviceProcessEvents"), vec![]),
    ];
    let mut shown = String::new();
    for (source, stages) in cases {
        let _ = writeln!(shown, "##### {source:?}");
        shown.push_str(&brief(&rule(source, stages), &options()));
        shown.push('\n');
    }
    snapshot("log_sources", &shown);
}
