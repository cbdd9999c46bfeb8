//! What the second of two queries does, compared with the first.

use kqlift::analyze::analyze;
use kqlift::compare::{Comparison, Relation, Side, Version, Witness, compare, witnesses};
use kqlift::ir::Detection;
use kqlift::lower::lower;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;

fn meaning(query: &str) -> Detection {
    let parsed = parse(query);
    assert!(parsed.is_accepted(), "{query}: {:?}", parsed.errors);
    let facts = analyze(&parsed.query, &Schema::builtin());
    lower(query, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet)
}

fn compared(first: &str, second: &str) -> Comparison {
    let (one, other) = (meaning(first), meaning(second));
    compare(Side { rule: &one, query: first }, Side { rule: &other, query: second })
}

/// Both ways round, so that a wrong `wider` shows as a wrong `narrower` too.
#[track_caller]
fn assert_relation(first: &str, second: &str, relation: Relation) {
    assert_eq!(compared(first, second).rows, relation, "{first}\n{second}");
    assert_eq!(compared(second, first).rows, relation.negated(), "{second}\n{first}");
    assert_eq!(compared(first, first).rows, Relation::Same, "{first}");
}

/// Conditions on one table.
#[track_caller]
fn assert_conditions(first: &str, second: &str, relation: Relation) {
    let query = |condition: &str| format!("DeviceProcessEvents | where {condition}");
    assert_relation(&query(first), &query(second), relation);
}

#[test]
fn spelling_is_no_difference() {
    use Relation::Same;
    assert_conditions("FileName == 'a' and ProcessId > 4", "ProcessId > 4 and FileName == \"a\"", Same);
    assert_conditions("FileName in ('a', 'b')", "FileName == 'b' or FileName == 'a'", Same);
    assert_conditions("FileName !in ('a', 'b')", "not(FileName in ('b', 'a'))", Same);
    assert_conditions("FileName has_any ('a', 'b')", "FileName has 'a' or FileName has 'b'", Same);
    assert_conditions("FileName has_all ('a', 'b')", "FileName has 'a' and FileName has 'b'", Same);
    assert_conditions("not(FileName has 'a' and ProcessId > 4)", "FileName !has 'a' or not(ProcessId > 4)", Same);
    assert_conditions("tolower(FileName) == 'cmd.exe'", "FileName =~ 'cmd.exe'", Same);
    assert_conditions("ProcessId between (3 .. 5)", "ProcessId >= 3 and ProcessId <= 5", Same);
    let (one, other) =
        ("DeviceProcessEvents | where FileName == 'a'", "let x = 'a'; DeviceProcessEvents | where FileName == x");
    assert_relation(one, other, Same);
    let two = "DeviceProcessEvents | where ProcessId > 4 | where FileName == 'a' // why";
    assert_relation("DeviceProcessEvents | where FileName == 'a' and ProcessId > 4", two, Same);
}

#[test]
fn looser_operators_are_wider() {
    use Relation::{Different, Wider};
    assert_conditions("FileName == 'cmd.exe'", "FileName =~ 'CMD.exe'", Wider);
    assert_conditions("FileName =~ 'cmd.exe'", "FileName has 'cmd.exe'", Wider);
    assert_conditions("FileName has 'cmd.exe'", "FileName contains 'cmd.exe'", Wider);
    assert_conditions("FileName startswith 'powers'", "FileName contains 'power'", Wider);
    assert_conditions("ProcessId > 10", "ProcessId > 4", Wider);
    assert_conditions("ProcessId == 10", "ProcessId >= 10", Wider);
    assert_conditions("Timestamp > ago(1d)", "Timestamp > ago(7d)", Wider);
    assert_conditions("FileName in ('a', 'b')", "FileName in~ ('a', 'b', 'c')", Wider);
    assert_conditions("FileName == 'a'", "isnotempty(FileName)", Wider);
    assert_conditions("FileName contains 'a'", "FileName has 'a'", Relation::Narrower);
    assert_conditions("FileName =~ 'ab'", "FileName == 'ac'", Different);
    assert_conditions("FileName has 'cmd'", "FileName startswith 'cmd'", Different);
    assert_conditions("FileName matches regex 'a.c'", "FileName matches regex 'a..c'", Different);
}

#[test]
fn negation_turns_the_direction() {
    use Relation::{Narrower, Wider};
    assert_conditions("FileName !in ('a', 'b')", "FileName !in ('a', 'b', 'c')", Narrower);
    assert_conditions("not(FileName == 'a')", "not(FileName contains 'a')", Narrower);
    assert_conditions("FileName !has 'a' and ProcessId > 4", "FileName !has 'a'", Wider);
    assert_conditions("FileName has 'a'", "FileName has 'a' and ProcessCommandLine !contains 'b'", Narrower);
    assert_conditions("FileName == 'a'", "FileName == 'a' and FileName != 'b'", Relation::Same);
}

#[test]
fn columns_are_looked_through() {
    let one = "DeviceProcessEvents | where tolower(FileName) has 'x' | project FileName";
    let other = "DeviceProcessEvents | extend Name = tolower(FileName) | where Name has 'x' | project FileName";
    assert_relation(one, other, Relation::Same);
    let renamed = "DeviceProcessEvents | project-rename N = FileName | where N == 'a'";
    assert_relation("DeviceProcessEvents | where FileName == 'a'", renamed, Relation::Same);
    let changes =
        compared("DeviceProcessEvents | project FileName", "DeviceProcessEvents | project FileName, ProcessId").columns;
    assert_eq!(changes.added, ["ProcessId"]);
    let swapped = "DeviceProcessEvents | extend FileName = ProcessCommandLine | where FileName == 'a'";
    assert_relation("DeviceProcessEvents | where FileName == 'a'", swapped, Relation::Different);
}

#[test]
fn groups_only_grow_with_what_can_only_grow() {
    let count = |condition: &str, bar: &str| {
        format!(
            "DeviceProcessEvents | where {condition} | summarize N = count(), M = max(ProcessId) by DeviceId | where {bar}"
        )
    };
    let (narrow, wide) = ("FileName == 'a'", "FileName =~ 'a'");
    assert_relation(&count(narrow, "N > 5"), &count(wide, "N > 5"), Relation::Wider);
    assert_relation(&count(narrow, "N > 5"), &count(narrow, "N > 3"), Relation::Wider);
    assert_relation(&count(narrow, "N < 5"), &count(wide, "N < 5"), Relation::Different);
    assert_relation(&count(narrow, "M > 5"), &count(wide, "M > 5"), Relation::Different);
    let keys = "DeviceProcessEvents | where FileName == 'a' | summarize N = count() by DeviceName | where N > 5";
    assert_relation(&count(narrow, "N > 5"), keys, Relation::Different);
    let limited = |condition: &str| format!("DeviceProcessEvents | where {condition} | take 5");
    assert_relation(&limited(narrow), &limited(wide), Relation::Different);
}

#[test]
fn joins_carry_the_direction_of_their_sides() {
    let join = |kind: &str, left: &str, right: &str| {
        format!(
            "DeviceProcessEvents | where {left} | join kind={kind} (DeviceNetworkEvents | where {right}) on DeviceId"
        )
    };
    let (narrow, wide) = ("DeviceName == 'a'", "DeviceName =~ 'a'");
    assert_relation(&join("inner", narrow, narrow), &join("inner", wide, wide), Relation::Wider);
    assert_relation(&join("leftsemi", narrow, narrow), &join("leftsemi", narrow, wide), Relation::Wider);
    assert_relation(&join("leftanti", narrow, narrow), &join("leftanti", narrow, wide), Relation::Narrower);
    assert_relation(&join("leftanti", narrow, wide), &join("leftanti", wide, narrow), Relation::Wider);
    assert_relation(&join("innerunique", narrow, narrow), &join("innerunique", wide, narrow), Relation::Different);
    assert_relation(&join("innerunique", narrow, narrow), &join("innerunique", narrow, wide), Relation::Wider);
    assert_relation(&join("leftouter", narrow, narrow), &join("leftouter", narrow, wide), Relation::Different);
    assert_relation(&join("inner", narrow, narrow), &join("leftouter", narrow, narrow), Relation::Different);
    let list = |right: &str| {
        format!("DeviceProcessEvents | where DeviceId !in ((DeviceNetworkEvents | where {right} | project DeviceId))")
    };
    assert_relation(&list(narrow), &list(wide), Relation::Narrower);
}

#[test]
fn what_is_not_understood_is_different() {
    let other = |text: &str| format!("DeviceProcessEvents | where FileName == 'a' | {text}");
    let evaluate = "evaluate bag_unpack(AdditionalFields)";
    assert_relation(&other(evaluate), &other(evaluate), Relation::Same);
    assert_relation(&other(evaluate), &other("evaluate bag_unpack(AdditionalFields, 'p')"), Relation::Different);
    let list = |value: &str| format!("let x = {value}; DeviceProcessEvents | evaluate something(x)");
    assert_relation(&list("'a'"), &list("'b'"), Relation::Different);
    assert_relation(
        "DeviceProcessEvents | where FileName == 'a'",
        "DeviceFileEvents | where FileName == 'a'",
        Relation::Different,
    );
    assert_relation("DeviceProcessEvents", "union DeviceProcessEvents, DeviceFileEvents", Relation::Wider);
}

#[test]
fn a_difference_names_its_pieces() {
    let comparison = compared(
        "DeviceProcessEvents | where FileName == 'a' and ProcessId > 4",
        "DeviceProcessEvents | where FileName =~ 'a' and ProcessId > 4",
    );
    let difference = &comparison.differences[0];
    assert_eq!((difference.first[0].stage.as_str(), difference.first[0].text.as_str()), ("2", "FileName == 'a'"));
    assert_eq!(difference.second[0].text, "FileName =~ 'a'");
    assert_eq!(comparison.differences.len(), 1);
}

/// What shows the difference, each as the rule that returns it and its events.
fn shown(first: &str, second: &str) -> Vec<(Version, String)> {
    let (one, other) = (meaning(first), meaning(second));
    let (one, other) = (Side { rule: &one, query: first }, Side { rule: &other, query: second });
    let rows = compare(one, other).rows;
    let found = witnesses(one, other, rows);
    assert_eq!(found.missing.is_some(), rows != Relation::Same && found.found.is_empty());
    let events = |witness: &Witness| {
        let events = witness.events.iter().map(|event| format!("{} {}", event.source, serde_json::json!(event.event)));
        events.collect::<Vec<_>>().join("; ")
    };
    found.found.iter().map(|witness| (witness.returned_by, events(witness))).collect()
}

#[test]
fn an_event_shows_the_difference() {
    use Version::{First, Second};
    let event = |columns: &str| format!("DeviceProcessEvents {{{columns}}}");
    let shown_on = |first: &str, second: &str| {
        shown(&format!("DeviceProcessEvents | where {first}"), &format!("DeviceProcessEvents | where {second}"))
    };
    assert_eq!(shown_on("FileName =~ 'a.exe'", "FileName has 'a.exe'"), [(Second, event("\"FileName\":\"my-a.exe\""))]);
    assert_eq!(
        shown_on("FileName == 'a.exe' and ProcessId > 4", "FileName =~ 'a.exe' and ProcessId > 10"),
        [
            (Second, event("\"FileName\":\"A.EXE\",\"ProcessId\":11")),
            (First, event("\"FileName\":\"a.exe\",\"ProcessId\":5")),
        ]
    );
    assert_eq!(
        shown_on("FileName =~ 'a.exe' and not(ProcessCommandLine has 'ok')", "FileName =~ 'a.exe'"),
        [(Second, event("\"FileName\":\"a.exe\",\"ProcessCommandLine\":\"ok\""))]
    );
    assert_eq!(
        shown_on(
            "tostring(parse_json(AdditionalFields).Kind) == 'x'",
            "tostring(parse_json(AdditionalFields).Kind) in ('x', 'y')"
        ),
        [(Second, event("\"AdditionalFields\":{\"Kind\":\"y\"}"))]
    );
    assert_eq!(shown_on("FileName == 'a'", "FileName in ('a')"), [], "nothing differs");
}

#[test]
fn several_events_show_what_one_cannot() {
    use Version::{First, Second};
    let join = |condition: &str| {
        format!(
            "DeviceProcessEvents | where FileName =~ 'a.exe' | join kind=inner (DeviceNetworkEvents | where {condition}) on DeviceId"
        )
    };
    assert_eq!(
        shown(&join("RemotePort == 443"), &join("RemotePort in (443, 80)")),
        [(
            Second,
            "DeviceProcessEvents {\"DeviceId\":\"x0\",\"FileName\":\"a.exe\"}; \
             DeviceNetworkEvents {\"DeviceId\":\"x0\",\"RemotePort\":80}"
                .to_owned()
        )]
    );
    let count = |least: usize| {
        format!(
            "SigninLogs | where ResultType == '50126' | summarize n = dcount(IPAddress) by UserPrincipalName | where n > {least}"
        )
    };
    let found = shown(&count(2), &count(4));
    assert!(matches!(found.as_slice(), [(First, events)] if events.matches("SigninLogs").count() == 3), "{found:?}");
    let without = |condition: &str| {
        format!("DeviceProcessEvents | join kind=leftanti (DeviceInfo | where {condition}) on DeviceId")
    };
    let found = shown(&without("OSPlatform == 'Linux'"), &without("OSPlatform startswith 'Linux'"));
    assert!(matches!(found.as_slice(), [(First, events)] if events.contains("DeviceInfo")), "{found:?}");
}

#[test]
fn a_missing_event_is_said() {
    let (first, second) = ("T | evaluate bag_unpack(d)", "T | where a == 1 | evaluate bag_unpack(d)");
    let (one, other) = (meaning(first), meaning(second));
    let found = witnesses(Side { rule: &one, query: first }, Side { rule: &other, query: second }, Relation::Different);
    assert_eq!(
        found.missing.as_deref(),
        Some("the first rule can't be run on events: the operator `evaluate` is not modelled")
    );
}
