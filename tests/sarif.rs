//! SARIF: what the standard requires of the objects that kqlift writes, on the examples.
//!
//! The checks are those of the official schema for the object types in use: required properties, closed sets of
//! words, numbers from 1, indices that point somewhere. No property may be outside the lists here.

mod run;

use run::{kqlift, root};
use serde_json::Value;

/// Type of object, its required properties, and those that it may have beside them.
const OBJECTS: &[(&str, &[&str], &[&str])] = &[
    ("log", &["version", "runs"], &["$schema"]),
    ("run", &["tool"], &["results", "columnKind"]),
    ("tool", &["driver"], &[]),
    ("driver", &["name"], &["semanticVersion", "informationUri", "rules"]),
    (
        "rule",
        &["id"],
        &["name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration", "properties"],
    ),
    ("configuration", &[], &["level"]),
    ("properties", &[], &["tags"]),
    ("message", &["text"], &["markdown"]),
    (
        "result",
        &["message"],
        &[
            "ruleId",
            "ruleIndex",
            "level",
            "locations",
            "relatedLocations",
            "partialFingerprints",
            "fixes",
            "suppressions",
        ],
    ),
    ("location", &[], &["id", "physicalLocation", "message"]),
    ("physicalLocation", &["artifactLocation", "region"], &[]),
    ("artifactLocation", &["uri"], &[]),
    ("region", &["startLine", "startColumn", "endLine", "endColumn"], &[]),
    ("fix", &["artifactChanges"], &["description"]),
    ("artifactChange", &["artifactLocation", "replacements"], &[]),
    ("replacement", &["deletedRegion"], &["insertedContent"]),
    ("content", &["text"], &[]),
];

/// The type of a property's value.
fn kind_of(property: &str) -> Option<&'static str> {
    Some(match property {
        "runs" => "run",
        "tool" => "tool",
        "driver" => "driver",
        "rules" => "rule",
        "defaultConfiguration" => "configuration",
        "properties" => "properties",
        "message" | "shortDescription" | "fullDescription" | "help" | "description" => "message",
        "results" => "result",
        "locations" | "relatedLocations" => "location",
        "physicalLocation" => "physicalLocation",
        "artifactLocation" => "artifactLocation",
        "region" | "deletedRegion" => "region",
        "fixes" => "fix",
        "artifactChanges" => "artifactChange",
        "replacements" => "replacement",
        "insertedContent" => "content",
        _ => return None,
    })
}

fn check(kind: &str, value: &Value) {
    if let Value::Array(items) = value {
        for item in items {
            check(kind, item);
        }
        return;
    }
    let object = value.as_object().unwrap_or_else(|| panic!("a {kind} is an object, not {value}"));
    let (_, required, optional) = OBJECTS.iter().find(|(name, ..)| *name == kind).expect("every kind has a line");
    for property in *required {
        assert!(object.contains_key(*property), "a {kind} without {property}");
    }
    for (property, value) in object {
        assert!(required.contains(&property.as_str()) || optional.contains(&property.as_str()), "{kind}.{property}");
        match kind_of(property) {
            Some(kind) => check(kind, value),
            None => check_value(property, value),
        }
    }
}

fn check_value(property: &str, value: &Value) {
    match property {
        "level" => assert!(["none", "note", "warning", "error"].contains(&value.as_str().unwrap_or_default())),
        "columnKind" => assert_eq!(value, "unicodeCodePoints"),
        "version" => assert_eq!(value, "2.1.0"),
        "startLine" | "startColumn" | "endLine" | "endColumn" => assert!(value.as_u64().is_some_and(|n| n >= 1)),
        "id" => assert!(value.is_string() || value.is_u64()),
        "helpUri" => assert!(value.as_str().is_some_and(|uri| uri.starts_with("https://"))),
        _ => {}
    }
}

fn examples() -> Value {
    let run = kqlift(root(), &["lint", "--format", "sarif", "examples"]);
    assert_eq!(run.code, Some(1));
    serde_json::from_str(&run.stdout).expect("SARIF is JSON")
}

#[test]
fn every_object_is_what_the_standard_wants() {
    check("log", &examples());
}

#[test]
fn indices_fingerprints_and_pages_are_right() {
    let log = examples();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list");
    let results = log["runs"][0]["results"].as_array().expect("a list");
    assert!(!results.is_empty());
    let mut fingerprints = std::collections::BTreeSet::new();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("a small one");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(fingerprints.insert(result["partialFingerprints"]["kqliftFinding/v1"].to_string()));
    }
    for rule in rules {
        let uri = rule["helpUri"].as_str().expect("lint rules have a page");
        let page = uri.split_once("/blob/main/").expect("it is in the repository").1;
        assert!(root().join(page).is_file(), "{page}");
    }
}

#[test]
fn the_examples_are_written_in_full() {
    let mut log = examples();
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("a list") {
        // The pages have tests of their own.
        rule["help"] = serde_json::json!({ "text": "…", "markdown": "…" });
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/cli");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let text = serde_json::to_string_pretty(&log).expect("it was JSON");
    settings.bind(|| insta::assert_snapshot!("lint-sarif", text));
}

#[test]
fn a_fix_is_written_as_the_file_spells_it() {
    let folder = run::scratch("sarif-fix");
    let rule = "name: x\ntactics: [Execution]\nquery: \"DeviceProcessEvents | where FileName == \\\"cmd.exe\\\"\"\n";
    std::fs::write(folder.join("rule.yaml"), rule).expect("writable");
    let run = kqlift(&folder, &["lint", "--select", "CSE001", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.stdout).expect("SARIF is JSON");
    let replacement = &log["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "=~");
    let region = serde_json::json!({ "startLine": 3, "startColumn": 46, "endLine": 3, "endColumn": 48 });
    assert_eq!(replacement["deletedRegion"], region);
}
