//! JSON rule files: the reader against `serde_json`, places to the byte, edits that change nothing else.

use std::fmt::Write as _;
use std::path::Path;

use kqlift::diagnostic::Edit;
use kqlift::rule::{Located, RuleKind};
use kqlift::source::{Format, Loaded, ProblemKind, RuleFile, apply, read};
use kqlift::span::{Place, Span, TextId};
use proptest::prelude::*;

fn load(text: &str) -> Loaded {
    read(Path::new("rules.json"), text.as_bytes().to_vec(), None)
}

fn rules(text: &str) -> RuleFile {
    match load(text) {
        Loaded::Rules(file) => file,
        other => panic!("{other:?}"),
    }
}

fn spelled<'a, T>(file: &'a RuleFile, rule: usize, item: &Located<T>) -> &'a str {
    &file.text[file.rules[rule].file_span(item.place).range()]
}

const TEMPLATE: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "contentVersion": "1.0.0.0",
  "parameters": {"workspace": {"type": "string"}},
  "resources": [
    {
      "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
      "name": "[concat(parameters('workspace'),'/Microsoft.SecurityInsights/5b1d2c3e-0f6a-4c58-9d7e-2a4b6c8d0e1f')]",
      "kind": "Scheduled",
      "properties": {
        "displayName": "Archive tool started by Outlook",
        "severity": "Medium",
        "enabled": true,
        "description": null,
        "query": "DeviceProcessEvents\n| where FileName == \"7z.exe\"\r\n| where AccountName != \"\u00e4\ud83d\ude00\"",
        "queryFrequency": "PT1H",
        "queryPeriod": "PT1H",
        "triggerOperator": "GreaterThan",
        "triggerThreshold": 0,
        "tactics": ["Execution"],
        "techniques": ["T1204", "T1059"],
        "subTechniques": ["T1204.002"],
        "entityMappings": [
          {"entityType": "Host", "fieldMappings": [{"identifier": "FullName", "columnName": "DeviceName"}]}
        ],
        "customDetails": {"Tool": "FileName"}
      }
    },
    {
      "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
      "kind": "NRT",
      "name": "second",
      "properties": {"displayName": "Second", "query": "T | take 1"}
    },
    {
      "type": "Microsoft.OperationalInsights/workspaces/providers/alertRules",
      "kind": "Fusion",
      "properties": {"alertRuleTemplateName": "x"}
    },
    {
      "type": "Microsoft.OperationalInsights/workspaces/savedSearches",
      "name": "hunt",
      "properties": {
        "category": "Hunting Queries",
        "displayName": "Hunt",
        "query": "U | take 2",
        "tags": [{"name": "description", "value": "d"}, {"name": "tactics", "value": "Execution, Impact"}]
      }
    },
    {
      "type": "Microsoft.OperationalInsights/workspaces/savedSearches",
      "properties": {"category": "Dashboards", "displayName": "Other", "query": "V"}
    },
    {
      "type": "Microsoft.OperationalInsights/workspaces/providers/contentTemplates",
      "properties": {
        "mainTemplate": {
          "resources": [
            {
              "type": "Microsoft.SecurityInsights/AlertRuleTemplates",
              "kind": "Scheduled",
              "name": "nested",
              "properties": {"displayName": "Nested", "query": "W | count"}
            },
            {
              "type": "Microsoft.SecurityInsights/AlertRuleTemplates",
              "properties": {"query": "[variables('query')]"}
            }
          ]
        }
      }
    }
  ]
}
"#;

#[test]
fn a_template_holds_many_rules() {
    let file = rules(TEMPLATE);
    assert_eq!(file.format, Format::ArmJson);
    let kinds: Vec<RuleKind> = file.rules.iter().map(|rule| rule.kind).collect();
    assert_eq!(kinds, [RuleKind::Scheduled, RuleKind::Nrt, RuleKind::Hunting, RuleKind::Scheduled]);
    assert_eq!(file.notes.len(), 3, "{:?}", file.notes);
    let metadata = &file.rules[0].metadata;
    let id = metadata.id.as_ref().expect("it is in the name");
    assert_eq!(id.value, "5b1d2c3e-0f6a-4c58-9d7e-2a4b6c8d0e1f");
    assert_eq!(spelled(&file, 0, id), id.value);
    let techniques: Vec<&str> = metadata.techniques.iter().map(|item| item.value.as_str()).collect();
    assert_eq!(techniques, ["T1204.002", "T1059"]);
    assert_eq!(metadata.period().map(|seconds| seconds.0), Some(3_600));
    assert!(metadata.description.is_none());
    assert_eq!(metadata.entities[0].fields[0].column.as_ref().map(|item| item.value.as_str()), Some("DeviceName"));
    assert!(metadata.keys.iter().any(|(path, _)| path == "properties.entityMappings.0.entityType"));
    let hunt = &file.rules[2].metadata;
    let tactics: Vec<&str> = hunt.tactics.iter().map(|item| spelled(&file, 2, item)).collect();
    assert_eq!(tactics, ["Execution", "Impact"]);
}

#[test]
fn places_are_mapped_through_escapes() {
    let file = rules(TEMPLATE);
    let rule = &file.rules[0];
    let at = |needle: &str| {
        let start = rule.query().find(needle).expect("it is in the query");
        &file.text[rule.file_span(Place::query(Span::new(start, start + needle.len()))).range()]
    };
    assert_eq!(at("FileName == \"7z.exe\""), r#"FileName == \"7z.exe\""#);
    assert_eq!(at("\r\n|"), r"\r\n|");
    assert_eq!(at("ä😀"), r"\u00e4\ud83d\ude00");
    for (path, id) in &rule.metadata.keys {
        let text = rule.text(*id);
        let span = rule.file_span(Place { text: *id, span: Span::new(0, text.len()) });
        assert_eq!(&file.text[span.range()], path.rsplit('.').next().expect("a path has a last part"));
    }
}

#[test]
fn edits_are_written_as_json_and_touch_nothing_else() {
    let file = rules(TEMPLATE);
    let start = file.rules[0].query().find("== \"7z.exe\"").expect("it is there");
    let edit = |start: usize, end: usize, text: &str| Edit {
        place: Place::query(Span::new(start, end)),
        replacement: text.to_owned(),
    };
    let new = apply(&file, &[(0, edit(start, start + 2, "=~")), (2, edit(1, 1, "\n// \"x\"\\"))]).expect("provable");
    let expected = TEMPLATE.replace(r#"FileName == \"7z"#, r#"FileName =~ \"7z"#);
    let expected = expected.replace("U | take 2", r#"U\n// \"x\"\\ | take 2"#);
    assert_eq!(new, expected);
    let windows = apply(&file, &[(0, edit(start, start + 2, "\n=~"))]).expect("provable");
    assert!(windows.contains(r#"FileName \r\n=~ \"7z"#), "the query has Windows line ends: {windows}");
}

#[test]
fn custom_detections_alone_in_a_list_and_in_an_answer() {
    let rule = r#"{"displayName": "D", "queryCondition": {"queryText": "T | take 1"}, "schedule": {"period": "1H"},
        "detectionAction": {"alertTemplate": {"title": "t", "severity": "high", "mitreTechniques": ["T1059"]}}}"#;
    for text in [rule.to_owned(), format!("[{rule},{rule}]"), format!("{{\"value\": [{rule}]}}")] {
        let file = rules(&text);
        assert_eq!((file.format, file.rules[0].kind), (Format::DefenderJson, RuleKind::CustomDetection));
        assert_eq!(file.rules[0].query(), "T | take 1");
        let severity = file.rules[0].metadata.severity.as_ref().expect("it is there");
        assert_eq!(spelled(&file, 0, severity), "high");
    }
    let Loaded::Rules(file) = read(Path::new("-"), rule.as_bytes().to_vec(), None) else { panic!("not sniffed") };
    assert_eq!(file.format, Format::DefenderJson);
}

#[test]
fn a_template_in_yaml() {
    let text = "contentVersion: 1.0.0.0\nresources:\n- type: Microsoft.OperationalInsights/workspaces/providers/alertRules\n  name: a\n  kind: Scheduled\n  properties:\n    displayName: A\n    query: |\n      T\n      | take 1\n- type: Microsoft.Logic/workflows\n  name: b\n";
    let Loaded::Rules(file) = read(Path::new("rules.yaml"), text.as_bytes().to_vec(), None) else { panic!("a rule") };
    assert_eq!((file.format, file.rules.len()), (Format::ArmYaml, 1));
    let edit = Edit { place: Place::query(Span::new(9, 10)), replacement: "2".to_owned() };
    assert_eq!(apply(&file, &[(0, edit)]), Ok(text.replace("take 1", "take 2")));
}

#[test]
fn other_json_is_passed_over_and_broken_rules_are_said() {
    for text in ["{}", "[1, 2]", "{\"name\": \"x\", \"query\": \"T\"}", "{broken", "\"T\"", "null"] {
        assert!(matches!(load(text), Loaded::NotARule { .. }), "{text}");
    }
    let Loaded::Broken(problem) = load("{\"queryCondition\": {\"queryText\": \"T\" \"x\"}}") else { panic!("broken") };
    assert_eq!((problem.kind, problem.place.start), (ProblemKind::JsonSyntax, 37));
    assert!(matches!(load("{\"queryCondition\": 1, \"queryCondition\": 2}"), Loaded::Broken(_)));
}

/// The query, if the text wrapped around a value is read; `serde_json`'s view of the same.
fn ours_and_theirs(literal: &str) -> (Option<String>, Option<String>) {
    let text = format!("{{\"queryCondition\":{{\"queryText\":{literal}}}}}");
    let ours = match load(&text) {
        Loaded::Rules(file) => Some(file.rules[0].query().to_owned()),
        Loaded::Sigma(_) | Loaded::NotARule { .. } | Loaded::Broken(_) => None,
    };
    let theirs = serde_json::from_str::<serde_json::Value>(&text).ok();
    (ours, theirs.and_then(|value| Some(value["queryCondition"]["queryText"].as_str()?.to_owned())))
}

/// Whether a text is JSON for us: as a value beside a query, it must not get in the way of the rule.
fn is_json(literal: &str) -> bool {
    let text = format!("{{\"queryCondition\":{{\"queryText\":\"T\"}},\"x\":{literal}}}");
    matches!(load(&text), Loaded::Rules(_))
}

#[test]
fn what_is_json_is_what_serde_json_takes_for_it() {
    let literals = [
        "0",
        "-0",
        "01",
        "-",
        "1.",
        "1.5",
        ".5",
        "1e5",
        "1E+5",
        "1e",
        "1e-",
        "-1.0e-10",
        "+1",
        "1 2",
        "true",
        "tru",
        "null",
        "nul",
        "[]",
        "[,]",
        "[1,]",
        "[1 2]",
        "{}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\\ud83d\\ude00\"",
        "\"\t\"",
        "\"\n\"",
        "\"\u{7f}\"",
        "\"\\/\\b\\f\"",
        "'a'",
        "// x\n1",
        "[[[[1]]]]",
        "\u{a0}1",
        "\"a",
        "",
        "NaN",
        "{\"a\":[{\"b\":null}]}",
    ];
    for literal in literals {
        let theirs = serde_json::from_str::<serde_json::Value>(literal).is_ok();
        assert_eq!(is_json(literal), theirs, "{literal:?}");
    }
    for depth in [1, 64, 124, 125, 126, 127, 128, 200, 100_000] {
        let literal = "[".repeat(depth) + &"]".repeat(depth);
        let text = format!("{{\"x\":{literal}}}");
        assert_eq!(is_json(&literal), serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{depth}");
    }
}

/// A JSON string for a text, each character in one of the ways that JSON has.
fn written(text: &str, ways: &[u8]) -> String {
    let mut written = "\"".to_owned();
    for (index, character) in text.chars().enumerate() {
        let way = ways.get(index % ways.len().max(1)).copied().unwrap_or(0);
        let short = match character {
            '"' => Some("\\\""),
            '\\' => Some("\\\\"),
            '\n' => Some("\\n"),
            '\r' => Some("\\r"),
            '\t' => Some("\\t"),
            '/' if way == 1 => Some("\\/"),
            _ => None,
        };
        match short {
            Some(short) if way != 2 => written.push_str(short),
            _ if way == 2 || character < ' ' => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    write!(written, "\\u{unit:04x}").expect("a string takes all");
                }
            }
            _ => written.push(character),
        }
    }
    written + "\""
}

proptest! {
    #[test]
    fn strings_are_read_as_serde_json_reads_them(literal in "\"(\\\\[\"\\\\/bfnrtux]|\\\\u[0-9a-fA-Fd-d]{4}|[a-z\"\\\\äü😀\n ]){0,12}\"") {
        let (ours, theirs) = ours_and_theirs(&literal);
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn every_character_has_its_place(text in "[a-z|\"'\\\\/\n\r\tä€😀\u{2028} ]{1,30}", ways in prop::collection::vec(0_u8..3, 1..8)) {
        let file = rules(&format!("{{\"queryCondition\":{{\"queryText\":{}}}}}", written(&text, &ways)));
        let rule = &file.rules[0];
        prop_assert_eq!(rule.query(), &text);
        for (start, character) in text.char_indices() {
            let place = Place::query(Span::new(start, start + character.len_utf8()));
            let literal = format!("\"{}\"", &file.text[rule.file_span(place).range()]);
            let read: String = serde_json::from_str(&literal).expect("a whole escape");
            prop_assert_eq!(read, character.to_string());
        }
    }

    #[test]
    fn an_edit_gives_the_edited_text_and_nothing_else(
        text in "[a-z|\"\\\\\n\tä😀 ]{1,30}",
        ways in prop::collection::vec(0_u8..3, 1..8),
        (from, length) in (0_usize..30, 0_usize..8),
        new in "[A-Z\"'\\\\\n\täü]{0,10}",
    ) {
        let source = format!(
            "{{ \"displayName\":\"\\u0041\",\n \"queryCondition\":{{\"queryText\":{}}},\"x\":[1.50,null]}}",
            written(&text, &ways)
        );
        let file = rules(&source);
        let offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).chain([text.len()]).collect();
        let start = offsets[from.min(offsets.len() - 1)];
        let end = offsets[(from + length).min(offsets.len() - 1)].max(start);
        let mut expected = text.clone();
        expected.replace_range(start..end, &new);
        let edit = Edit { place: Place { text: TextId::QUERY, span: Span::new(start, end) }, replacement: new };
        let edited = apply(&file, &[(0, edit)]).expect("JSON can spell any text");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("it is JSON");
        let mut wanted = value(&source);
        wanted["queryCondition"]["queryText"] = expected.into();
        prop_assert_eq!(value(&edited), wanted);
        // Outside of the string not a byte changes.
        let (before, after) = ("{ \"displayName\":\"\\u0041\",\n \"queryCondition\":{\"queryText\":\"", "},\"x\":[1.50,null]}");
        let is_kept = edited.starts_with(before) && edited.ends_with(after);
        prop_assert!(is_kept, "{}", edited);
    }
}
