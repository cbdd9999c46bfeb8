//! Sigma rules: every real rule reads, writes and reads again; each modifier means what the specification says.

#![expect(clippy::print_stdout, reason = "figures for whoever reads the log")]

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use kqlift::eval::{Datum, Events, Row, evaluate};
use kqlift::mapping::Hub;
use kqlift::sigma::{Body, LogSource, Modifier, SigmaRule, lower, lower_with_filters, read, write};
use serde_json::{Map, Value, json};

/// The only rule of a text.
fn rule(text: &str) -> SigmaRule {
    let (mut rules, problems) = read(text);
    assert!(problems.is_empty(), "{text}\n{problems:?}");
    assert_eq!(rules.len(), 1, "{text}");
    rules.remove(0)
}

/// The problems of a text, one a line.
fn problems(text: &str) -> String {
    read(text).1.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A rule with this detection, indented by four.
fn with_detection(detection: &str) -> String {
    format!("title: t\nlogsource:\n    category: process_creation\ndetection:\n{detection}")
}

fn assert_round_trip(text: &str, name: &str) {
    let (rules, problems) = read(text);
    assert!(problems.is_empty(), "{name}: {problems:?}");
    assert!(!rules.is_empty(), "{name}");
    let written = write(&rules).expect("rules are YAML");
    let (again, problems) = read(&written);
    assert!(problems.is_empty(), "{name}: {problems:?}\n{written}");
    assert_eq!(again, rules, "{name}\n{written}");
}

#[test]
fn real_rules_come_back() {
    let Some(corpus) = shared::sigma_rules() else { return };
    let hub = Hub::built_in();
    let mut not_lowered = Vec::new();
    for (name, text) in &corpus {
        assert_round_trip(text, name);
        for rule in read(text).0 {
            if let Err(problem) = lower(&rule, &hub) {
                not_lowered.push(format!("{name}: {problem}"));
            }
        }
    }
    println!("{} rules come back; {} have no meaning:\n{}", corpus.len(), not_lowered.len(), not_lowered.join("\n"));
    assert!(not_lowered.iter().all(|line| line.contains("placeholder")), "only placeholders stand in the way");
}

// ---- evaluation ----

/// Files of events whose rows are events of the log source.
fn event_files(source: &LogSource) -> Vec<&str> {
    if source.product.as_deref().is_some_and(|product| product != "windows") {
        return Vec::new();
    }
    match (source.category.as_deref(), source.service.as_deref()) {
        (Some("registry_event"), None) => vec!["registry_add", "registry_delete", "registry_event", "registry_set"],
        (Some(category), None) => vec![category],
        (None, Some("security")) => vec!["security"],
        (None, Some("system")) => vec!["system"],
        (None, Some("taskscheduler")) => vec!["other"],
        _ => Vec::new(),
    }
}

/// Rows of each file, without the keys that are about the corpus.
fn event_rows(folder: &Path) -> BTreeMap<String, Vec<Row>> {
    let mut rows = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let of_file = shared::json_lines(&path).into_iter().filter_map(|event| match event {
            Value::Object(mut event) => {
                event.remove("_source");
                event.remove("_time");
                Some(Row::of_event(&event))
            }
            _ => None,
        });
        rows.insert(name, of_file.collect());
    }
    rows
}

fn id(row: &Row) -> String {
    match row.id() {
        Some(Datum::Text(id)) => id.to_string(),
        other => panic!("an event without an id: {other:?}"),
    }
}

#[test]
fn real_rules_on_real_events() {
    let (Some(corpus), Some(folder)) = (shared::sigma_rules(), shared::folder("events")) else { return };
    let events = event_rows(&folder.join("sigma"));
    let hub = Hub::built_in();
    let mut found = BTreeSet::new();
    let (mut evaluated, mut refused) = (0, BTreeSet::new());
    for (name, text) in &corpus {
        for rule in read(text).0 {
            let Body::Detection { log_source, .. } = &rule.body else { continue };
            let rows: Vec<Row> =
                event_files(log_source).iter().filter_map(|file| events.get(*file)).flatten().cloned().collect();
            if rows.is_empty() {
                continue;
            }
            evaluated += 1;
            let Ok(detection) = lower(&rule, &hub) else { continue };
            match evaluate(&detection, &Events::of_every_table(rows), None) {
                Ok(rows) => found.extend(rows.iter().map(|row| (name.clone(), id(row)))),
                Err(error) => {
                    refused.insert(format!("{name}: {error}"));
                }
            }
        }
    }
    let expected: BTreeSet<(String, String)> = shared::json_lines(&folder.join("../corpus/sigma/matches.jsonl"))
        .iter()
        .map(|line| (text(line, "rule"), text(line, "id")))
        .collect();
    println!("{evaluated} rules evaluated, {} refused", refused.len());
    assert!(refused.is_empty(), "{refused:#?}");
    println!("{} matches, {} expected, {} in both", found.len(), expected.len(), found.intersection(&expected).count());
    let ours = found.difference(&expected).map(|(rule, id)| (rule.clone(), id.clone(), "ours".to_owned()));
    let theirs = expected.difference(&found).map(|(rule, id)| (rule.clone(), id.clone(), "theirs".to_owned()));
    let labels: Vec<(String, String)> = shared::json_lines(&folder.join("labels.jsonl"))
        .iter()
        .map(|line| (text(line, "rule_path") + ".yml", text(line, "_id")))
        .filter(|(rule, _)| corpus.iter().any(|(name, _)| name == rule))
        .collect();
    let silent: Vec<_> = labels.iter().filter(|label| !found.contains(label)).cloned().collect();
    println!("{} labelled events, {} not matched by their rule", labels.len(), silent.len());
    let neither = silent.into_iter().map(|(rule, id)| (rule, id, "neither".to_owned()));
    let differences: BTreeSet<_> = ours.chain(theirs).chain(neither).collect();
    assert_eq!(differences, explained_differences(), "each difference has a line in tests/cases/sigma/differences.tsv");
    let (rules, matched) = (rules_of(labels.iter()), rules_of(labels.iter().filter(|label| found.contains(label))));
    assert_eq!(rules, matched, "each rule matches at least one of its labelled events");
}

fn rules_of<'l>(labels: impl Iterator<Item = &'l (String, String)>) -> BTreeSet<&'l String> {
    labels.map(|(rule, _)| rule).collect()
}

/// Rule, event and side of each difference that is explained.
fn explained_differences() -> BTreeSet<(String, String, String)> {
    let lines = include_str!("cases/sigma/differences.tsv").lines().filter(|line| !line.starts_with('#'));
    let columns = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    columns
        .map(|columns| match columns.as_slice() {
            [rule, id, side, why] if !why.is_empty() => ((*rule).to_owned(), (*id).to_owned(), (*side).to_owned()),
            other => panic!("not four columns: {other:?}"),
        })
        .collect()
}

fn text(line: &Value, key: &str) -> String {
    line[key].as_str().unwrap_or_default().to_owned()
}

// ---- own cases ----

/// Whether the rule with this search matches the event.
fn matches(item: &str, event: Value) -> bool {
    let text = with_detection(&format!("    selection:\n        {item}\n    condition: selection\n"));
    matches_rule(&text, event)
}

fn matches_rule(text: &str, event: Value) -> bool {
    assert_round_trip(text, text);
    let detection = lower(&rule(text), &Hub::built_in()).unwrap_or_else(|problem| panic!("{text}\n{problem}"));
    let event: Map<String, Value> = serde_json::from_value(event).expect("an object");
    let rows = evaluate(&detection, &Events::of_every_table([Row::of_event(&event)]), None);
    !rows.unwrap_or_else(|error| panic!("{text}\n{error}")).is_empty()
}

/// Why the rule with this search has no meaning.
fn refusal(item: &str) -> String {
    let text = with_detection(&format!("    selection:\n        {item}\n    condition: selection\n"));
    assert_round_trip(&text, &text);
    lower(&rule(&text), &Hub::built_in()).expect_err("it has no meaning").to_string()
}

#[test]
fn values_and_wildcards() {
    let image = || json!({ "Image": r"C:\Windows\CMD.exe", "Port": "443", "Id": 7, "Empty": "", "Nil": null });
    for (item, expected) in [
        (r"Image: 'c:\windows\cmd.EXE'", true),
        (r"Image: '*\cmd.exe'", true),
        (r"Image: '*\\c?d.exe'", true),
        (r"Image: 'C:*\c?d.exe'", true),
        (r"Image: '?:\\*'", true),
        (r"Image: '?:\*'", false),
        (r"Image: '\*cmd.exe'", false),
        (r"Image: cmd.exe", false),
        (r"Image: '*'", true),
        (r"Missing: '*'", false),
        (r"Empty: ''", true),
        (r"Missing: ''", false),
        (r"Missing: null", true),
        (r"Nil: null", true),
        (r"Image: null", false),
        (r"Port: 443", true),
        (r"Id: '7'", true),
        (r"Id: [6, 7]", true),
        (r"Id: [6, 8]", false),
        (r"Image: ['x', '*cmd*']", true),
    ] {
        assert_eq!(matches(item, image()), expected, "{item}");
    }
}

#[test]
fn each_modifier() {
    let event = || {
        json!({
            "Cmd": "PowerShell.exe –enc SQBFAFgA /c whoami",
            "Encoded": "xxZm9vIGJhcgxx",
            "Ip": "10.1.2.3", "Ip6": "2001:db8::1",
            "Port": "8080", "Size": 12,
            "Time": "2024-03-10T23:05:00Z",
            "User": "ADMIN", "Owner": "admin", "Path": "admin-share", "List": ["a", "b"],
        })
    };
    let cases: &[(&[Modifier], &str, bool)] = &[
        (&[Modifier::Contains], "Cmd|contains: shell", true),
        (&[Modifier::StartsWith], "Cmd|startswith: powershell", true),
        (&[Modifier::EndsWith], "Cmd|endswith: WHOAMI", true),
        (&[Modifier::All], "Cmd|contains|all: [power, whoami]", true),
        (&[Modifier::All], "Cmd|contains|all: [power, nothing]", false),
        (&[Modifier::Cased], "Cmd|contains|cased: powershell", false),
        (&[Modifier::Cased], "Cmd|contains|cased: PowerShell", true),
        (&[Modifier::Cased], "User|cased: [x, ADMIN]", true),
        (&[Modifier::Cased], "Cmd|cased: 'Power*who?mi'", true),
        (&[Modifier::Cased], "Cmd|cased: 'power*who?mi'", false),
        (&[Modifier::Regex], "Cmd|re: 'Power[A-Z]hell'", true),
        (&[Modifier::Regex], "Cmd|re: 'power'", false),
        (&[Modifier::IgnoreCase], "Cmd|re|i: '^power.*whoami$'", true),
        (&[Modifier::MultiLine, Modifier::DotAll], "Cmd|re|i|m|s: '^power'", true),
        (&[Modifier::Cidr], "Ip|cidr: ['192.168.0.0/16', '10.0.0.0/8']", true),
        (&[Modifier::Cidr], "Ip6|cidr: '2001:db8::/32'", true),
        (&[Modifier::Cidr], "User|cidr: '10.0.0.0/8'", false),
        (&[Modifier::WindowsDash], "Cmd|windash|contains: ' -enc '", true),
        (&[Modifier::WindowsDash], "Cmd|contains|windash: ' -c who'", true),
        (&[Modifier::Base64], "Encoded|base64|contains: 'foo bar'", false),
        (&[Modifier::Base64Offset], "Encoded|base64offset|contains: 'foo bar'", true),
        (&[Modifier::Wide], "Cmd|wide|base64offset|contains: 'IEX'", true),
        (&[Modifier::Utf16Le], "Cmd|utf16le|base64offset|contains: 'IEX'", true),
        (&[Modifier::Utf16Be], "Cmd|utf16be|base64offset|contains: 'IEX'", false),
        (&[Modifier::Utf16], "Cmd|utf16|base64offset|contains: 'IEX'", false),
        (&[Modifier::Exists], "Port|exists: true", true),
        (&[Modifier::Exists], "Nothing|exists: false", true),
        (&[Modifier::Exists], "Port|exists: false", false),
        (&[Modifier::FieldRef], "User|fieldref: Owner", true),
        (&[Modifier::FieldRef], "User|fieldref|cased: Owner", false),
        (&[Modifier::FieldRef], "Path|fieldref|startswith: User", true),
        (&[Modifier::Less], "Port|lt: 8081", true),
        (&[Modifier::LessOrEqual], "Size|lte: 12", true),
        (&[Modifier::Greater], "Size|gt: 12", false),
        (&[Modifier::GreaterOrEqual], "Size|gte: 11.5", true),
        (&[Modifier::NotEqual], "User|neq: admin", false),
        (&[Modifier::NotEqual], "User|neq: [root, guest]", true),
        (&[Modifier::Minute], "Time|minute: 5", true),
        (&[Modifier::Hour], "Time|hour|gte: 22", true),
        (&[Modifier::Day], "Time|day: 10", true),
        (&[Modifier::Week], "Time|week: 10", true),
        (&[Modifier::Month], "Time|month: 3", true),
        (&[Modifier::Year], "Time|year: [2023, 2024]", true),
        (&[], "List: b", true),
        (&[], "List: c", false),
    ];
    let mut covered: BTreeSet<Modifier> = BTreeSet::from([Modifier::Expand]);
    for (modifiers, item, expected) in cases {
        covered.extend(*modifiers);
        assert_eq!(matches(item, event()), *expected, "{item}");
    }
    assert!(refusal("User|expand: '%admins%'").ends_with("the placeholder `%admins%` has to be filled in first"));
    let missing: Vec<_> = Modifier::ALL.into_iter().filter(|modifier| !covered.contains(modifier)).collect();
    assert!(missing.is_empty(), "modifiers without a case: {missing:?}");
}

#[test]
fn what_has_no_meaning_is_named() {
    assert!(refusal("Cmd|base64: 'a*b'").contains("cannot encode a value with wildcards"));
    assert!(refusal("Ip|cidr: nowhere").contains("this is no network"));
    assert!(refusal("Ip|gt: many").contains("only numbers"));
    assert!(refusal("Ip|exists: 1").contains("`true` or `false`"));
    assert!(refusal("Ip: []").contains("the list of values is empty"));
    assert!(refusal("Ip|contains|windash: ' -a -b -c -d -e'").contains("too many values"));
    assert!(refusal("Ip|utf16be: 'ÿ'").contains("has to follow") || refusal("Ip|utf16be: 'ÿ'").contains("no text"));
}

#[test]
fn conditions() {
    let text = |condition: &str| {
        with_detection(&format!(
            "    selection_a:\n        A: 1\n    selection_b:\n        B: 2\n    _hidden:\n        C: 3\n    \
             words:\n        - alpha\n        - 'be*ta'\n    maps:\n        - A: 9\n        - B|contains: '2'\n          \
             C: 3\n    condition: {condition}\n"
        ))
    };
    let event = || json!({ "A": 1, "B": "2", "C": 3, "Text": "an ALPHA word" });
    for (condition, expected) in [
        ("selection_a and selection_b", true),
        ("1 of selection_*", true),
        ("all of selection_*", true),
        ("all of them", true),
        ("not 1 of them", false),
        ("maps and not (selection_a and not words)", true),
        ("not selection_a or words", true),
        ("['not words', '_hidden']", true),
    ] {
        assert_eq!(matches_rule(&text(condition), event()), expected, "{condition}");
    }
    assert!(!matches_rule(&text("words"), json!({ "A": "alp ha" })));
    assert!(matches_rule(&text("words"), json!({ "A": "x BE-TA x" })));
    let unknown = lower(&rule(&text("selection_c")), &Hub::built_in()).expect_err("there is none");
    assert_eq!(unknown.to_string(), "detection.condition: the rule has no search `selection_c`");
    assert_eq!(unknown.span.map(|span| (span.start, span.end)), Some((0, 11)));
}

#[test]
fn below_a_negation_a_missing_field_is_false() {
    let text = |item: &str| with_detection(&format!("    selection:\n        {item}\n    condition: not selection\n"));
    for item in ["Port|gt: 5", "Ip|cidr: 10.0.0.0/8", "A|fieldref|cased: B", "Name: x", "Name|re: x"] {
        assert!(matches_rule(&text(item), json!({ "Other": 1 })), "{item}");
    }
    assert!(matches("Port|neq: 5", json!({ "Other": 1 })));
    assert!(!matches_rule(&text("Port|gt: 5"), json!({ "Port": 6 })));
}

#[test]
fn keywords_with_modifiers() {
    let text =
        with_detection("    keywords:\n        '|all':\n            - one\n            - 2\n    condition: keywords\n");
    assert!(matches_rule(&text, json!({ "A": "ONE", "B": 42 })));
    assert!(!matches_rule(&text, json!({ "A": "one" })));
    let text = with_detection("    keywords:\n        '|re':\n            - 'o.e'\n    condition: keywords\n");
    assert!(matches_rule(&text, json!({ "A": "one" })));
}

#[test]
fn other_kinds_of_rules_come_back() {
    let correlation = |body: &str| format!("title: c\ncorrelation:\n{body}");
    for body in [
        "    type: event_count\n    rules: [a, b]\n    group-by: [User]\n    timespan: 5m\n    condition:\n        gte: 10\n        lt: 100\n",
        "    type: value_count\n    rules: a\n    group-by: User\n    timespan: 1h\n    condition:\n        field: Host\n        gt: 3\n    generate: true\n",
        "    type: temporal\n    rules: [a, b]\n    group-by: [User]\n    timespan: 1d\n    aliases:\n        User:\n            a: SubjectUser\n            b: TargetUser\n",
        "    type: temporal_ordered\n    rules: [a, b]\n    group-by: [User]\n    timespan: 30s\n",
        "    type: temporal\n    rules: [a, b]\n    timespan: 2w\n    condition: a and not b\n",
        "    type: value_sum\n    rules: [a]\n    timespan: 1M\n    condition:\n        field: [Bytes, Size]\n        eq: 1.5\n",
        "    type: value_avg\n    rules: [a]\n    timespan: 1y\n    condition:\n        field: Bytes\n        neq: 0\n",
        "    type: value_median\n    rules: [a]\n    timespan: 1h\n    condition:\n        field: Bytes\n        lte: 7\n",
        "    type: value_percentile\n    rules: [a]\n    timespan: 1h\n    condition:\n        field: Bytes\n        percentile: 95\n        gt: 7\n",
    ] {
        assert_round_trip(&correlation(body), body);
    }
    for rules in ["any", "[a, b]", "a"] {
        let text = format!(
            "title: f\nlogsource:\n    product: windows\n    definition: x\nfilter:\n    rules: {rules}\n    selection:\n        User|startswith: svc_\n    condition: not selection\n"
        );
        assert_round_trip(&text, rules);
        let (rules, _) = read(&text);
        assert!(matches!(rules[0].body, Body::Filter { .. }));
    }
    assert_round_trip(
        "title: t\nid: x\nrelated:\n    - {id: y, type: derived}\nreferences: [https://example.org]\nlogsource: {service: x}\ndetection:\n    a: text\n    timeframe: 5m\n    condition: a\nfields: [A]\nlevel: high\ncustom: {deep: [1, 2.5, null, yes]}\n",
        "metadata",
    );
    let problem = problems(&correlation("    type: event_count\n    rules: a\n    timespan: soon\n"));
    assert_eq!(problem, "correlation.timespan: `soon` is no length of time such as `15m`");
    let problem =
        problems(&correlation("    type: value_count\n    rules: a\n    timespan: 5m\n    condition: {gt: 5}\n"));
    assert_eq!(problem, "correlation.condition: `value_count` needs a `field`");
    let problem = problems(&correlation("    type: counts\n    rules: a\n    timespan: 5m\n"));
    assert!(problem.starts_with("correlation.type: `counts` is none of event_count, "), "{problem}");
}

#[test]
fn collections_are_expanded() {
    let text = "action: global\ntitle: shared\nlogsource:\n    product: windows\ndetection:\n    condition: selection\n\
                ---\nlogsource:\n    service: security\ndetection:\n    selection:\n        A: 1\n\
                ---\naction: repeat\ndetection:\n    selection:\n        A: 2\n\
                ---\naction: reset\n---\ntitle: own\nlogsource: {product: linux}\ndetection:\n    a: b\n    condition: a\n";
    let (rules, problems) = read(text);
    assert!(problems.is_empty(), "{problems:?}");
    let titles: Vec<_> = rules.iter().map(|rule| rule.head.text("title").unwrap_or_default()).collect();
    assert_eq!(titles, ["shared", "shared", "own"]);
    let Body::Detection { log_source, detection } = &rules[1].body else { panic!("a detection") };
    assert_eq!(log_source.product.as_deref(), Some("windows"));
    assert_eq!(log_source.service.as_deref(), Some("security"));
    assert_eq!(detection.searches.len(), 1);
    assert_round_trip(text, "collection");
}

#[test]
fn what_is_wrong_is_said_at_its_key() {
    let detection = |text: &str| problems(&with_detection(text));
    assert_eq!(
        detection("    sel:\n        A|contians: x\n    condition: sel\n"),
        "detection.sel.A|contians: there is no modifier `contians`; did you mean `contains`?"
    );
    assert_eq!(detection("    sel: x\n"), "detection: the key `condition` is missing");
    assert!(detection("    sel: x\n    condition: sel | count() by A > 5\n").contains("write a correlation rule"));
    assert!(detection("    sel:\n        A: {b: c}\n    condition: sel\n").starts_with("detection.sel.A: a value is"));
    assert_eq!(problems("title: x\n"), "a rule has a `detection`, a `correlation` or a `filter`");
    assert_eq!(problems("title: x\ndetection:\n    a: b\n    condition: a\n"), "the key `logsource` is missing");
    assert_eq!(problems("- a\n"), "a rule is a map of keys and values");
    assert!(problems("a: [\n").starts_with("not valid YAML"));
    assert!(problems(&"[".repeat(100_000)).starts_with("not valid YAML"));
    assert!(
        problems(&format!(
            "logsource: {{service: x}}\ndetection:\n  a: {}{}\n  condition: a\n",
            "[".repeat(60),
            "]".repeat(60)
        ))
        .contains("nest")
    );
}

#[test]
fn filters_narrow_the_rules_that_they_name() {
    let text = "title: r\nname: wanted\nlogsource: {product: windows, category: process_creation}\n\
                detection:\n    a:\n        Image|endswith: x.exe\n    condition: a\n\
                ---\ntitle: f\nlogsource: {product: windows}\nfilter:\n    rules: [wanted]\n    ours:\n        User: svc\n    \
                condition: not ours\n\
                ---\ntitle: g\nlogsource: {product: linux}\nfilter:\n    rules: any\n    none:\n        A: null\n    \
                condition: not none\n";
    let (rules, _) = read(text);
    let detection = lower_with_filters(&rules[0], &rules, &Hub::built_in()).expect("it has a meaning");
    let event = |user: &str| {
        let event: Map<String, Value> =
            serde_json::from_value(json!({ "Image": "x.exe", "User": user })).expect("an object");
        Events::of_every_table([Row::of_event(&event)])
    };
    let found = |user: &str| evaluate(&detection, &event(user), None).expect("it can be evaluated").len();
    assert_eq!((found("svc"), found("me")), (0, 1));
}
