//! A rule and its conversion on events made for both: what is silent is found, what is reported is not.

use kqlift::analyze::analyze;
use kqlift::emit::{Conversion, Options, Outcome, Target, convert};
use kqlift::ir::Detection;
use kqlift::lower::lower;
use kqlift::mapping::Hub;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;
use kqlift::sigma::meanings;
use kqlift::verify::{Direction, Disagreement, Effort, Findings, Verification, verify};

const PROCESSES: &str = "DeviceProcessEvents
| where ActionType == \"ProcessCreated\"
| where FileName =~ \"quill.exe\" and ProcessCommandLine contains \" -seed \"
";

fn query(text: &str) -> Detection {
    let parsed = parse(text);
    assert!(parsed.is_accepted(), "{text}");
    let facts = analyze(&parsed.query, &Schema::builtin());
    lower(text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet)
}

fn run(source: &Detection, conversion: &Conversion) -> Verification {
    verify(source, conversion, &Hub::built_in(), &Schema::builtin(), Effort::default())
}

fn found(source: &Detection, conversion: &Conversion) -> Findings {
    match run(source, conversion) {
        Verification::Run(found) => found,
        Verification::NotRun(why) => panic!("not run: {why}"),
    }
}

/// The findings about a conversion whose text is changed behind its back.
fn tampered(text: &str, target: Target, from: &str, to: &str) -> Findings {
    let source = query(text);
    let mut conversion = convert(&source, target, &Hub::built_in(), &Options::default());
    let Outcome::Converted(written) = &mut conversion.outcome else { panic!("{conversion:?}") };
    assert!(written.contains(from), "{written}");
    *written = written.replace(from, to);
    found(&source, &conversion)
}

fn directions(silent: &[Disagreement]) -> Vec<Direction> {
    let mut directions: Vec<Direction> = silent.iter().map(|one| one.direction).collect();
    directions.sort_unstable();
    directions.dedup();
    directions
}

#[test]
fn honest_conversions_are_silent_about_nothing() {
    for target in [Target::Sigma, Target::Asim, Target::Sentinel] {
        let source = query(PROCESSES);
        let conversion = convert(&source, target, &Hub::built_in(), &Options::default());
        let found = found(&source, &conversion);
        assert_eq!(found.silent, [], "{}", target.as_str());
        assert!(found.matched > 0 && found.matched < found.events, "{} {found:?}", target.as_str());
    }
}

#[test]
fn a_changed_value_is_found_with_its_test() {
    let found = tampered(PROCESSES, Target::Sigma, r"\quill.exe", r"\quiller.exe");
    assert_eq!(directions(&found.silent), [Direction::Gained, Direction::Lost]);
    let lost = found.silent.iter().find(|one| one.direction == Direction::Lost).expect("it is lost");
    assert_eq!(lost.span.map(|span| span.slice(PROCESSES)), Some("FileName =~ \"quill.exe\""));
    assert_eq!(lost.source_event["FileName"], "quill.exe");
    let target = lost.target_event.as_ref().expect("the target sees it");
    assert_eq!(target["Image"], r"C:\Windows\Temp\quill.exe");
}

#[test]
fn a_test_that_is_left_out_and_one_too_many_are_found() {
    let found = tampered(PROCESSES, Target::Asim, "| where TargetProcessCommandLine contains \" -seed \"\n", "");
    assert_eq!(directions(&found.silent), [Direction::Gained]);
    let found = tampered(
        PROCESSES,
        Target::Asim,
        "contains \" -seed \"\n",
        "contains \" -seed \"\n| where DvcHostname == \"h\"\n",
    );
    assert_eq!(directions(&found.silent), [Direction::Lost]);
}

#[test]
fn a_loss_without_its_report_is_silent() {
    let text = "DeviceProcessEvents\n| where ActionType == \"ProcessCreated\" and FileName has \"quill.exe\"\n";
    let source = query(text);
    let mut conversion = convert(&source, Target::Sigma, &Hub::built_in(), &Options::default());
    let reported = found(&source, &conversion);
    assert_eq!(reported.silent, []);
    assert!(reported.explained > 0, "{reported:?}");
    let tightened = conversion.losses.iter().position(|loss| loss.counter_example.is_some()).expect("it is tightened");
    let shown = reported.confirmed.iter().find(|known| known.loss == tightened).expect("the example is confirmed");
    assert_eq!(shown.source_event["FileName"], "my-quill.exe");
    conversion.losses.retain(|loss| loss.counter_example.is_none());
    assert_eq!(directions(&found(&source, &conversion).silent), [Direction::Lost]);
}

#[test]
fn an_example_that_shows_nothing_is_not_confirmed() {
    let text = "DeviceProcessEvents\n| where ActionType == \"ProcessCreated\" and FileName has \"quill.exe\"\n";
    let source = query(text);
    let mut conversion = convert(&source, Target::Sigma, &Hub::built_in(), &Options::default());
    for example in conversion.losses.iter_mut().filter_map(|loss| loss.counter_example.as_mut()) {
        "quill.exe".clone_into(&mut example.value);
    }
    assert_eq!(found(&source, &conversion).confirmed, []);
}

#[test]
fn a_wrong_polarity_explains_nothing() {
    let text = "DeviceProcessEvents
| where ActionType == \"ProcessCreated\" and ProcessCommandLine contains \"-seed\"
| where AccountUpn !has \"quill\" and not(FileName has \"quill.exe\")\n";
    let source = query(&text.replace("AccountUpn !has \"quill\" and ", ""));
    let mut conversion = convert(&source, Target::Sigma, &Hub::built_in(), &Options::default());
    assert_eq!(found(&source, &conversion).silent, []);
    let Outcome::Converted(written) = &mut conversion.outcome else { panic!("{conversion:?}") };
    // The name itself instead of the term: fewer are excluded.
    let line = written.lines().find(|line| line.contains("Image|re|i")).expect("a regular expression").to_owned();
    *written = written.replace(&line, "        Image|endswith: '\\quill.exe'");
    assert_eq!(directions(&found(&source, &conversion).silent), [Direction::Gained]);
}

#[test]
fn every_source_of_a_union_is_run() {
    let text = "union
    (DeviceProcessEvents | where ActionType == \"ProcessCreated\" and ProcessCommandLine contains \"quill\"),
    (DeviceNetworkEvents | where ActionType == \"ConnectionSuccess\" and RemoteUrl endswith \".quill.example\")\n";
    let found = tampered(text, Target::Sigma, ".quill.example", ".example");
    assert_eq!(directions(&found.silent), [Direction::Gained]);
    assert!(found.silent.iter().all(|one| one.source == "DeviceNetworkEvents"));
}

#[test]
fn sigma_rules_are_run_too() {
    let text = r"title: Quill
logsource:
    category: registry_set
    product: windows
detection:
    selection:
        TargetObject|contains: '\Quill\Run\'
        Details|contains: 'seed'
    condition: selection
";
    let source = meanings(text, &Hub::built_in()).expect("it has a meaning").remove(0);
    for target in [Target::Xdr, Target::Asim] {
        let conversion = convert(&source, target, &Hub::built_in(), &Options::default());
        let found = found(&source, &conversion);
        assert_eq!(found.silent, [], "{}", target.as_str());
        assert!(found.matched > 0, "{}", target.as_str());
    }
}

#[test]
fn what_cannot_be_run_says_why() {
    let source = query(PROCESSES);
    let conversion = convert(&source, Target::Spl, &Hub::built_in(), &Options::default());
    assert_eq!(run(&source, &conversion), Verification::NotRun("a Splunk search cannot be read again".to_owned()));
}

#[test]
fn a_column_with_other_texts_under_the_name_of_a_field_is_none() {
    let text = "title: Quill
logsource:
    product: azure
    service: signinlogs
detection:
    selection:
        Status: 'Success'
        userAgent: 'quill'
    condition: selection
";
    let source = meanings(text, &Hub::built_in()).expect("it has a meaning").remove(0);
    let conversion = convert(&source, Target::Sentinel, &Hub::built_in(), &Options::default());
    assert!(matches!(conversion.outcome, Outcome::Refused(_)), "{conversion:?}");
}

/// The findings of a rule that looks at several events at once, and of its conversion changed behind its back.
fn on_sets(text: &str, target: Target, change: Option<(&str, &str)>) -> Findings {
    let found = if let Some((from, to)) = change {
        tampered(text, target, from, to)
    } else {
        let source = query(text);
        found(&source, &convert(&source, target, &Hub::built_in(), &Options::default()))
    };
    assert!(found.sets > 0 && found.matched > 0 && found.matched < found.sets, "{found:#?}");
    found
}

const STARTS: &str = "DeviceProcessEvents
| where Timestamp > ago(1h)
| where ActionType == \"ProcessCreated\" and FileName =~ \"quill.exe\"
| summarize Starts = count() by DeviceName, bin(Timestamp, 10m)
| where Starts >= 5
";

#[test]
fn a_threshold_holds_at_its_edge() {
    for target in [Target::Sigma, Target::Sentinel, Target::Asim] {
        assert_eq!(on_sets(STARTS, target, None).silent, [], "{}", target.as_str());
    }
    assert_eq!(directions(&on_sets(STARTS, Target::Sigma, Some(("gte: 5", "gte: 4"))).silent), [Direction::Gained]);
    assert_eq!(directions(&on_sets(STARTS, Target::Sigma, Some(("gte: 5", "gt: 5"))).silent), [Direction::Lost]);
    assert_eq!(
        directions(&on_sets(STARTS, Target::Sentinel, Some(("Starts >= 5", "Starts >= 6"))).silent),
        [Direction::Lost]
    );
}

#[test]
fn groups_are_not_mixed() {
    let mixed = on_sets(STARTS, Target::Sentinel, Some(("by DeviceName, ", "by ")));
    assert_eq!(directions(&mixed.silent), [Direction::Gained]);
    let other = on_sets(STARTS, Target::Sigma, Some(("- Computer", "- CommandLine")));
    assert!(directions(&other.silent).contains(&Direction::Gained), "{other:#?}");
}

#[test]
fn windows_that_slide_are_explained_and_shorter_ones_are_not() {
    let honest = on_sets(STARTS, Target::Sigma, None);
    assert!(honest.explained > 0, "{honest:#?}");
    let short = on_sets(STARTS, Target::Sigma, Some(("timespan: 10m", "timespan: 1m")));
    assert_eq!(directions(&short.silent), [Direction::Lost]);
}

#[test]
fn values_are_counted_once() {
    let text = STARTS.replace("count()", "dcount(AccountName)");
    assert_eq!(on_sets(&text, Target::Sigma, None).silent, []);
    let events = on_sets(&text, Target::Sigma, Some(("value_count", "event_count")));
    assert_eq!(directions(&events.silent), [Direction::Gained]);
}

const PAIRS: &str = "DeviceProcessEvents
| where Timestamp > ago(1h)
| where ActionType == \"ProcessCreated\" and FileName =~ \"quill.exe\"
| join kind=inner (
    DeviceNetworkEvents
    | where Timestamp > ago(2h)
    | where ActionType == \"ConnectionSuccess\" and RemotePort == 4444
) on DeviceName
| where Timestamp1 between (Timestamp .. (Timestamp + 5m))
";

#[test]
fn joins_need_both_sides_with_the_same_key_in_order() {
    assert_eq!(on_sets(PAIRS, Target::Sigma, None).silent, []);
    assert_eq!(on_sets(PAIRS, Target::Sentinel, None).silent, []);
    let any_time = PAIRS.replace("| where Timestamp1 between (Timestamp .. (Timestamp + 5m))\n", "");
    let one_way = on_sets(&any_time, Target::Sentinel, Some(("kind=inner", "kind=leftouter")));
    assert_eq!(directions(&one_way.silent), [Direction::Gained]);
    let sooner = on_sets(PAIRS, Target::Sigma, Some(("timespan: 5m", "timespan: 1m")));
    assert_eq!(directions(&sooner.silent), [Direction::Lost]);
}

#[test]
fn a_join_reaches_as_far_as_its_longer_side() {
    let text = PAIRS.replace("| where Timestamp1 between (Timestamp .. (Timestamp + 5m))\n", "");
    assert_eq!(on_sets(&text, Target::Sigma, None).silent, []);
    assert_eq!(
        directions(&on_sets(&text, Target::Sigma, Some(("timespan: 2h", "timespan: 1h"))).silent),
        [Direction::Lost]
    );
}

#[test]
fn ends_of_connections_that_others_began_are_turned() {
    let text = "DeviceNetworkEvents
| where ActionType == \"InboundConnectionAccepted\" and LocalPort == 4444 and RemoteIP == \"203.0.113.7\"
";
    for target in [Target::Sigma, Target::Asim, Target::Sentinel] {
        let source = query(text);
        let conversion = convert(&source, target, &Hub::built_in(), &Options::default());
        let found = found(&source, &conversion);
        assert_eq!(found.silent, [], "{}", target.as_str());
        assert!(found.matched > 0, "{}", target.as_str());
    }
    let wrong = tampered(text, Target::Sigma, "DestinationPort: 4444", "SourcePort: 4444");
    assert_eq!(directions(&wrong.silent), [Direction::Lost]);
}

#[test]
fn a_time_between_the_ends_of_a_group_is_no_order_of_two_events() {
    let text = "DeviceProcessEvents
| where ActionType == \"ProcessCreated\" and FileName =~ \"quill.exe\"
| project Started = Timestamp, DeviceName
| join kind=inner (
    DeviceNetworkEvents
    | where ActionType == \"ConnectionSuccess\" and RemotePort == 4444
    | summarize First = min(Timestamp), Last = max(Timestamp) by DeviceName
) on DeviceName
| where Started > First and Started < Last
";
    let source = query(text);
    let conversion = convert(&source, Target::Sigma, &Hub::built_in(), &Options::default());
    assert_eq!(found(&source, &conversion).silent, []);
    let Outcome::Converted(written) = &conversion.outcome else { panic!("{conversion:?}") };
    assert!(written.contains("type: temporal\n"), "{written}");
}

#[test]
fn tests_of_constants_are_decided() {
    let text = "DeviceProcessEvents
| where ActionType == \"ProcessCreated\" and ProcessCommandLine contains \"-seed\"
| extend Level = case(FileName =~ \"quill.exe\", \"High\", FileName =~ \"ink.exe\", \"Low\", \"None\")
| summarize Starts = count() by DeviceName, Level
| where Level has_any (\"High\", \"Medium\")
";
    let source = query(text);
    let conversion = convert(&source, Target::Sigma, &Hub::built_in(), &Options::default());
    assert_eq!(found(&source, &conversion).silent, []);
    let Outcome::Converted(written) = &conversion.outcome else { panic!("{conversion:?}") };
    assert!(written.contains("quill.exe"), "{written}");
}

#[test]
fn the_type_of_expanded_elements_is_kept() {
    let text = "SecurityIncident
| mv-expand AlertIds to typeof(string)
| join kind=inner (SecurityAlert | where AlertName == \"Quill\") on $left.AlertIds == $right.SystemAlertId
";
    let source = query(text);
    let conversion = convert(&source, Target::Sentinel, &Hub::built_in(), &Options::default());
    let Outcome::Converted(written) = &conversion.outcome else { panic!("{conversion:?}") };
    assert!(written.contains("mv-expand AlertIds to typeof(string)"), "{written}");
}
