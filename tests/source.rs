//! What is read from each format, and what is said about files that cannot be read.

use std::path::Path;

use kqlift::diagnostic::Edit;
use kqlift::rule::{Located, RuleKind, Seconds};
use kqlift::source::{EditRefused, FileProblem, Format, Loaded, ProblemKind, RuleFile, apply, line_column, read};
use kqlift::span::{Place, Span, TextId};

fn load(path: &str, text: &str) -> Loaded {
    read(Path::new(path), text.as_bytes().to_vec(), None)
}

fn rules(path: &str, text: &str) -> RuleFile {
    match load(path, text) {
        Loaded::Rules(file) => file,
        other => panic!("{other:?}"),
    }
}

fn reason(path: &str, text: &str) -> String {
    match load(path, text) {
        Loaded::NotARule { reason } => reason,
        other => panic!("{other:?}"),
    }
}

fn problem(path: &str, bytes: &[u8]) -> FileProblem {
    match read(Path::new(path), bytes.to_vec(), None) {
        Loaded::Broken(problem) => problem,
        other => panic!("{other:?}"),
    }
}

fn values(items: &[Located<String>]) -> Vec<&str> {
    items.iter().map(|item| item.value.as_str()).collect()
}

fn value(item: Option<&Located<String>>) -> &str {
    item.map_or("", |item| item.value.as_str())
}

/// What the file says at the place of a metadata value.
fn spelled<'a, T>(file: &'a RuleFile, item: &Located<T>) -> &'a str {
    &file.text[file.rules[0].file_span(item.place).range()]
}

const SCHEDULED: &str = "\
id: 0f6e2f5e-4a53-4d0c-8f57-2f4d0c0b9a11
name: 'Archive tool started by a mail client'
description: |
  'Mail clients seldom start archive tools.'
severity: medium
status: Available
requiredDataConnectors:
  - connectorId: MicrosoftThreatProtection
    dataTypes: [DeviceProcessEvents]
queryFrequency: 1h
queryPeriod: PT2H
triggerOperator: gt
triggerThreshold: 0
tactics: Execution
relevantTechniques: [T1204.002]
tags:
  - mail
  - Schema: ProcessEvent
  - {name: team, value: blue}
query: |
  DeviceProcessEvents
  | where FileName == \"7z.exe\"
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: FullName
        columnName: DeviceName
customDetails:
  Tool: FileName
metadata:
  author:
    name: Ö. Beispiel
version: 1.0
kind: scheduled
";

#[test]
fn a_scheduled_rule_with_all_its_metadata() {
    let file = rules("rule.yaml", SCHEDULED);
    assert_eq!(file.format, Format::SentinelYaml);
    let rule = &file.rules[0];
    assert_eq!(rule.kind, RuleKind::Scheduled);
    assert_eq!(rule.query(), "DeviceProcessEvents\n| where FileName == \"7z.exe\"\n");
    let metadata = &rule.metadata;
    assert_eq!(value(metadata.name.as_ref()), "Archive tool started by a mail client");
    assert_eq!(value(metadata.version.as_ref()), "1.0");
    assert_eq!(value(metadata.author.as_ref()), "Ö. Beispiel");
    assert_eq!(value(metadata.trigger_threshold.as_ref()), "0");
    assert_eq!(metadata.period(), Some(Seconds(7_200)));
    assert_eq!(metadata.frequency(), Some(Seconds(3_600)));
    assert_eq!(values(&metadata.tactics), ["Execution"]);
    assert_eq!(values(&metadata.techniques), ["T1204.002"]);
    assert_eq!(values(&metadata.tags), ["mail", "Schema: ProcessEvent", "team: blue"]);
    assert_eq!(values(&metadata.connectors[0].data_types), ["DeviceProcessEvents"]);
    assert_eq!(value(metadata.entities[0].entity_type.as_ref()), "Host");
    assert_eq!(value(metadata.entities[0].fields[0].column.as_ref()), "DeviceName");
    assert_eq!(metadata.custom_details[0].0.value, "Tool");
    assert_eq!(metadata.custom_details[0].1.value, "FileName");
}

#[test]
fn metadata_values_and_keys_stand_where_the_file_has_them() {
    let file = rules("rule.yaml", SCHEDULED);
    let rule = &file.rules[0];
    let metadata = &rule.metadata;
    assert_eq!(metadata.severity.as_ref().map(|item| spelled(&file, item)), Some("medium"));
    assert_eq!(metadata.query_period.as_ref().map(|item| spelled(&file, item)), Some("PT2H"));
    assert_eq!(metadata.author.as_ref().map(|item| spelled(&file, item)), Some("Ö. Beispiel"));
    assert_eq!(spelled(&file, &metadata.tags[2]), "blue");
    let (_, key) =
        metadata.keys.iter().find(|(path, _)| path == "entityMappings.0.fieldMappings.0.columnName").expect("a value");
    let span = rule.file_span(Place { text: *key, span: Span::new(0, 10) });
    assert_eq!(&file.text[span.range()], "columnName");
    assert_eq!(line_column(&file.text, span.range().start), (27, 9));
}

#[test]
fn the_value_of_a_key() {
    let file = rules("rule.yaml", "name: a\nquery: T\nx: {y: z, l: [1]}\nb: &b c\nd: *b\n");
    let rule = &file.rules[0];
    let values: Vec<_> = rule
        .metadata
        .keys
        .iter()
        .map(|(path, key)| (path.as_str(), rule.value_of(*key).map_or("-", |id| rule.text(id))))
        .collect();
    assert_eq!(values, [("name", "a"), ("query", "-"), ("x", "-"), ("x.y", "z"), ("x.l", "-"), ("b", "c"), ("d", "-")]);
    assert_eq!(rule.value_of(TextId(u32::MAX)), None);
}

#[test]
fn the_kind_of_a_rule() {
    let kind = |text: &str| rules("rule.yml", text).rules[0].kind;
    assert_eq!(kind("kind: NRT\nseverity: Low\nquery: T\n"), RuleKind::Nrt);
    assert_eq!(kind("kind: nrt\nqueryFrequency: 1h\nquery: T\n"), RuleKind::Nrt);
    assert_eq!(kind("name: a\nqueryFrequency: 1h\nquery: T\n"), RuleKind::Scheduled);
    assert_eq!(kind("name: a\nseverity: Low\ntactics: []\nquery: T\n"), RuleKind::Scheduled);
    assert_eq!(kind("name: a\ntactics: [Execution]\nquery: T\n"), RuleKind::Hunting);
    assert_eq!(kind("name: a\nquery: T\n"), RuleKind::Hunting);
    assert_eq!(kind("displayName: a\nfunctionAlias: F\nquery: T\n"), RuleKind::Function);
    let overridden = read(Path::new("a.kql"), b"T".to_vec(), Some(RuleKind::Nrt));
    assert!(matches!(overridden, Loaded::Rules(file) if file.rules[0].kind == RuleKind::Nrt));
}

#[test]
fn an_asim_parser() {
    let text = "\
Parser:
  Title: Process creation of the example product
  Version: '0.1.0'
References:
  - Title: Schema
    Link: https://example.org/schema
Description: |
  Reads example logs.
ParserName: vimProcessCreateExample
ParserQuery: |
  let parser = () { Example_CL };
  parser()
";
    let file = rules("parser.yaml", text);
    let rule = &file.rules[0];
    assert_eq!(rule.kind, RuleKind::Function);
    assert_eq!(rule.query(), "let parser = () { Example_CL };\nparser()\n");
    assert_eq!(value(rule.metadata.name.as_ref()), "vimProcessCreateExample");
    assert_eq!(value(rule.metadata.version.as_ref()), "0.1.0");
    assert_eq!(values(&rule.metadata.references), ["https://example.org/schema"]);
}

#[test]
fn a_defender_custom_detection() {
    let text = "\
displayName: Shell from an office program
schedule:
  period: \"1H\"
queryCondition:
  queryText: |-
    DeviceProcessEvents
    | where Timestamp > ago(1h)
detectionAction:
  alertTemplate:
    title: Office started a shell
    description: Text
    severity: high
    category: Execution
    mitreTechniques: [T1059.001, T1204]
";
    let file = rules("detection.yaml", text);
    assert_eq!(file.format, Format::DefenderYaml);
    let rule = &file.rules[0];
    assert_eq!(rule.kind, RuleKind::CustomDetection);
    assert_eq!(rule.query(), "DeviceProcessEvents\n| where Timestamp > ago(1h)");
    assert_eq!(value(rule.metadata.name.as_ref()), "Shell from an office program");
    assert_eq!(rule.metadata.frequency(), Some(Seconds(3_600)));
    assert_eq!(value(rule.metadata.severity.as_ref()), "high");
    assert_eq!(values(&rule.metadata.tactics), ["Execution"]);
    assert_eq!(values(&rule.metadata.techniques), ["T1059.001", "T1204"]);
}

#[test]
fn a_sigma_rule_is_recognised() {
    let text = "title: A\nid: b\nlogsource: {product: windows}\ndetection:\n  s: {Image: x}\n  condition: s\n";
    let Loaded::Sigma(file) = load("rule.yml", text) else { panic!("not read as Sigma") };
    assert_eq!(file.format, Format::SigmaYaml);
    assert_eq!(value(file.rules[0].metadata.name.as_ref()), "A");
    assert_eq!(value(file.rules[0].metadata.id.as_ref()), "b");
    assert_eq!(file.rules[0].query(), "");
}

#[test]
fn a_bare_query_is_the_file() {
    for path in ["a.kql", "a.KUSTO", "a.csl", "a.txt", "-"] {
        let file = rules(path, "\u{FEFF}T\r\n| take 1\r\n");
        assert_eq!(file.format, Format::Kql);
        assert_eq!(file.rules[0].kind, RuleKind::Snippet);
        assert_eq!(file.rules[0].query(), "T\r\n| take 1\r\n");
        assert_eq!(file.rules[0].file_span(Place::query(Span::new(0, 1))).range(), 3..4);
    }
}

#[test]
fn a_file_without_extension_is_judged_by_its_content() {
    assert_eq!(rules("-", SCHEDULED).format, Format::SentinelYaml);
    assert_eq!(rules("-", "# A\n```kql\nT\n```\n").format, Format::Markdown);
}

#[test]
fn several_documents_are_several_rules() {
    let file = rules("rules.yaml", "name: a\nquery: A\n---\nother: 1\n---\nname: b\nquery: |\n  B\n");
    let queries: Vec<&str> = file.rules.iter().map(kqlift::source::RuleText::query).collect();
    assert_eq!(queries, ["A", "B\n"]);
    let place = file.rules[1].file_span(Place::query(Span::new(0, 1)));
    assert_eq!(Some(place.range().start), file.text.rfind('B'));
}

#[test]
fn aliases_are_followed_and_the_values_they_repeat_are_not_edited() {
    let text = "name: &n Word\ndescription: *n\ntactics: &t [Execution]\nextra: *t\nquery: T\n";
    let file = rules("rule.yaml", text);
    let metadata = &file.rules[0].metadata;
    assert_eq!(value(metadata.description.as_ref()), "Word");
    assert_eq!(values(&metadata.tactics), ["Execution"]);
    for item in [metadata.name.as_ref().expect("a value"), &metadata.tactics[0]] {
        let edit = Edit { place: item.place, replacement: "Other".to_owned() };
        assert_eq!(apply(&file, &[(0, edit)]), Err(EditRefused::Shared));
    }
}

#[test]
fn aliases_do_not_multiply() {
    let level = |name: &str, of: &str| format!("{name}: &{name} [{}]\n", vec![of; 200].join(", "));
    let text = format!("a: &a [x]\n{}{}tactics: *c\nname: n\nquery: T\n", level("b", "*a"), level("c", "*b"));
    assert!(rules("rule.yaml", &text).rules[0].metadata.tactics.len() < 2_000);
}

#[test]
fn null_is_no_value() {
    let metadata =
        &rules("rule.yaml", "name: n\nseverity:\nstatus: ~\nid: 'null'\nquery: T\n").rules[0].metadata.clone();
    assert_eq!((metadata.severity.as_ref(), metadata.status.as_ref()), (None, None));
    assert_eq!(value(metadata.id.as_ref()), "null");
}

#[test]
fn other_files_are_no_error() {
    assert_eq!(reason("a.yaml", "services:\n  web: {image: x}\n"), "YAML without a query");
    assert_eq!(reason("a.yaml", ""), "YAML without a query");
    assert_eq!(reason("a.yaml", "- a\n- b\n"), "YAML without a query");
    assert_eq!(reason("a.yaml", "query: SELECT 1\n"), "YAML with a `query`, but with no other key of a rule");
    assert_eq!(reason("a.yaml", "name: a\nquery: [x]\n"), "YAML with a `query` that is not text");
    assert_eq!(reason("a.yaml", "search: x\nhow_to_implement: y\n"), "a Splunk detection, not a KQL rule");
    assert_eq!(reason("a.yaml", "a: {{ x }}: {\n"), "not valid YAML, and without the keys of a rule");
    assert_eq!(reason("a.md", "```\nT\n```\n"), "Markdown without a block labelled `kql`, `kusto` or `csl`");
    assert_eq!(reason("a.kql", "\u{FEFF} \r\n"), "the file is empty");
    assert_eq!(reason("a.json", "{}"), "JSON without a rule");
    assert_eq!(reason("a.toml", "a = 1"), "`.toml` files are not read");
}

#[test]
fn a_key_that_stands_twice_is_shown_at_both_places() {
    let text = "name: ä\nquery: A\nseverity: Low\n\"query\": B\n";
    let problem = problem("a.yaml", text.as_bytes());
    assert_eq!(problem.kind, ProblemKind::DuplicateKey);
    assert_eq!(problem.message, "the key `query` stands twice in one mapping");
    assert_eq!(&text[problem.place.range()], "\"query\"");
    assert_eq!(&text[problem.related[0].0.range()], "query");
    assert_eq!(problem.text, text);
}

#[test]
fn broken_yaml_is_shown_where_it_breaks() {
    let text = "name: ö\nquery: T\nseverity: [Low\nkind: x\n";
    let problem = problem("a.yaml", text.as_bytes());
    assert_eq!(problem.kind, ProblemKind::Syntax);
    assert!(problem.message.starts_with("not valid YAML: "), "{}", problem.message);
    assert!(problem.place.range().start > text.find('[').expect("a value"));
}

#[test]
fn lost_indentation_is_broken_and_the_help_says_so() {
    let problem = problem("a.yaml", b"id: x\nquery: |\nimExample\n| where A == 1\nentityMappings:\n- a\n");
    assert_eq!(problem.kind, ProblemKind::Syntax);
    assert_eq!(problem.help.as_deref(), Some("indent the lines under `query: |`, two blanks each"));
}

#[test]
fn bytes_that_are_no_text() {
    let utf8 = problem("a.kql", b"T | where a == \"\xE4\"");
    assert_eq!((utf8.kind, utf8.place.range()), (ProblemKind::Encoding, 16..17));
    assert_eq!(utf8.message, "the file is not UTF-8: byte 16 does not begin a character");
    assert_eq!(problem("a.kql", b"T\0").kind, ProblemKind::Binary);
    assert_eq!(problem("a.yaml", b"\xFF\xFEq\0").kind, ProblemKind::Encoding);
}

#[test]
fn files_beyond_the_limit_are_refused() {
    let large = vec![b' '; kqlift::source::MAX_STRUCTURED_FILE + 1];
    assert_eq!(problem("a.yaml", &large).kind, ProblemKind::TooLarge);
    assert_eq!(problem("a.md", &large).kind, ProblemKind::TooLarge);
    let huge = vec![b' '; kqlift::source::MAX_QUERY_FILE + 1];
    assert_eq!(problem("a.kql", &huge).kind, ProblemKind::TooLarge);
}

#[test]
fn nesting_has_a_limit() {
    let text = format!("query: T\nname: {}", "[".repeat(200_000));
    assert_eq!(problem("a.yaml", text.as_bytes()).kind, ProblemKind::TooDeep);
}

fn edit(file: &RuleFile, text: TextId, old: &str, new: &str) -> Result<String, EditRefused> {
    let start = file.rules[0].text(text).find(old).expect("the old text");
    let place = Place { text, span: Span::new(start, start + old.len()) };
    apply(file, &[(0, Edit { place, replacement: new.to_owned() })])
}

#[test]
fn an_edit_changes_its_bytes_only() {
    let windows = SCHEDULED.replace('\n', "\r\n");
    for text in [SCHEDULED, &windows] {
        let file = rules("rule.yaml", text);
        let edited = edit(&file, TextId::QUERY, "==", "=~").expect("a value");
        assert_eq!(edited, text.replace("==", "=~"));
        let line_end = if text.contains('\r') { "\r\n" } else { "\n" };
        let edited = edit(&file, TextId::QUERY, "\n| where", "\n| where true\n| where").expect("a value");
        assert_eq!(edited, text.replace("  | where", &format!("  | where true{line_end}  | where")));
    }
}

#[test]
fn a_scalar_is_quoted_where_the_edit_needs_it() {
    let file = rules("rule.yaml", "name: Word # why\nseverity: Low\nquery: T | take 1\n");
    let name = file.rules[0].metadata.name.as_ref().expect("a value").place.text;
    assert_eq!(edit(&file, name, "Word", "A: b").expect("a value"), file.text.replace("Word", "'A: b'"));
    assert_eq!(edit(&file, name, "Word", "1.5").expect("a value"), file.text.replace("Word", "'1.5'"));
    assert_eq!(edit(&file, name, "Word", "a\nb").expect("a value"), file.text.replace("Word", "\"a\\nb\""));
    assert_eq!(
        edit(&file, TextId::QUERY, "T ", "T\n").expect("a value"),
        file.text.replace("T | take 1", "\"T\\n| take 1\"")
    );
}

#[test]
fn a_block_gets_the_header_that_the_edit_needs() {
    let file = rules("rule.yaml", "name: a\nquery: |\n    T\n    | take 1\n\nid: b\n");
    let edited = edit(&file, TextId::QUERY, "T", " T").expect("a value");
    assert_eq!(edited, "name: a\nquery: |4\n     T\n    | take 1\n\nid: b\n");
    let edited = edit(&file, TextId::QUERY, "1\n", "1").expect("a value");
    assert_eq!(edited, "name: a\nquery: |-\n    T\n    | take 1\n\nid: b\n");
    let edited = edit(&file, TextId::QUERY, "| take 1\n", "| take 1\n| count\n").expect("a value");
    assert_eq!(edited, "name: a\nquery: |\n    T\n    | take 1\n    | count\n\nid: b\n");
}

#[test]
fn a_key_can_be_renamed_but_not_to_one_that_is_there() {
    let file = rules("rule.yaml", "name: a\nqueryfrequency: 1h\nquery: T\n");
    let key = file.rules[0].metadata.keys[1].1;
    assert_eq!(edit(&file, key, "queryf", "queryF").expect("a value"), file.text.replace("queryf", "queryF"));
    assert_eq!(edit(&file, key, "queryfrequency", "name"), Err(EditRefused::Unprovable));
}

#[test]
fn edits_outside_the_text_or_upon_each_other_are_refused() {
    let file = rules("a.kql", "ä | take 1");
    let edit = |start, end| (0, Edit { place: Place::query(Span::new(start, end)), replacement: "x".to_owned() });
    assert_eq!(apply(&file, &[edit(1, 2)]), Err(EditRefused::NoSuchPlace));
    assert_eq!(apply(&file, &[edit(5, 99)]), Err(EditRefused::NoSuchPlace));
    assert_eq!(apply(&file, &[(1, edit(0, 0).1)]), Err(EditRefused::NoSuchPlace));
    assert_eq!(apply(&file, &[edit(2, 4), edit(3, 5)]), Err(EditRefused::Overlap));
    assert_eq!(apply(&file, &[edit(3, 4), edit(0, 2)]).expect("a value"), "x x take 1");
}

#[test]
fn a_fence_cannot_be_edited_to_end_early() {
    let file = rules("a.md", "# Title\n\n- text\n\n  ```kql\n  T\n  | take 1\n  ```\n");
    assert_eq!(file.rules[0].title_hint.as_deref(), Some("Title"));
    assert_eq!(edit(&file, TextId::QUERY, "T\n", "T\n```\n"), Err(EditRefused::Unprovable));
    let edited = edit(&file, TextId::QUERY, "1", "1\n| count").expect("a value");
    assert_eq!(edited, file.text.replace("take 1\n", "take 1\n  | count\n"));
}
