//! SARIF: held against the schema of the standard, and what a schema can't say: indices, fingerprints, pages.

mod json_schema;
mod run;

use run::{kqlift, root};
use serde_json::Value;

fn problems(log: &Value) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("tests/cases/sarif/sarif-schema-2.1.0.json")).expect("committed");
    json_schema::problems(&serde_json::from_str(&text).expect("the schema is JSON"), log)
}

fn examples() -> Value {
    let run = kqlift(root(), &["lint", "--format", "sarif", "examples"]);
    assert_eq!(run.code, Some(1));
    serde_json::from_str(&run.stdout).expect("SARIF is JSON")
}

#[test]
fn the_examples_are_what_the_schema_of_the_standard_wants() {
    assert_eq!(problems(&examples()), Vec::<String>::new());
}

/// The validator is none if it lets everything pass.
#[test]
fn damaged_logs_are_refused() {
    let good = examples();
    let damaged = |damage: &dyn Fn(&mut Value)| {
        let mut log = good.clone();
        damage(&mut log);
        problems(&log)
    };
    let region = "/runs/0/results/0/locations/0/physicalLocation/region";
    assert_eq!(damaged(&|log| log["version"] = "2.0.0".into()), ["$.version: \"2.0.0\" is none of [\"2.1.0\"]"]);
    assert_eq!(damaged(&|log| log["surprise"] = 1.into()), ["$.surprise: nothing is allowed here"]);
    let others: [&dyn Fn(&mut Value); 5] = [
        &|log| log["runs"][0]["results"][0]["level"] = "fatal".into(),
        &|log| log["runs"][0]["results"][0]["message"] = Value::Object(serde_json::Map::new()),
        &|log| log.pointer_mut(region).expect("it is there")["startLine"] = 0.into(),
        &|log| log["runs"][0]["tool"]["driver"]["informationUri"] = "no address".into(),
        &|log| {
            let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("a list");
            rules.push(rules[0].clone());
        },
    ];
    for (index, damage) in others.into_iter().enumerate() {
        assert_eq!(damaged(damage).len(), 1, "{index}");
    }
}

/// Findings of every sort: in metadata, in files that can't be read, silenced in both ways, with related places and
/// with paths that have to be escaped.
#[test]
fn everything_that_can_be_in_a_log_is_what_the_schema_wants() {
    let folder = run::scratch("sarif-everything");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("writable");
    write("broken.yaml", "name: x\nname: y\nquery: T\n");
    write("a path with % and ä.kql", "DeviceProcessEvents\n| where FileName == \"cmd.exe\" and (a == 1\n");
    let query = "DeviceProcessEvents\n  | where FileName == \"cmd.exe\" // kqlift: ignore[CSE001] why\n  | join (DeviceInfo) on DeviceId\n";
    let id = "6f9619ff-8b86-d011-b42d-00c04fc964ff";
    write("rule.yaml", &format!("id: {id}\nname: x\nseverity: High\nkind: Scheduled\nquery: |\n  {query}"));
    write("kqlift.toml", &format!("[[ignore]]\nrule-id = \"{id}\"\ncodes = [\"JON001\"]\nreason = \"one row\"\n"));
    let run = kqlift(&folder, &["lint", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.stdout).expect("SARIF is JSON");
    assert_eq!(problems(&log), Vec::<String>::new());
    let kinds: Vec<&str> = log["runs"][0]["results"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|result| result["suppressions"][0]["kind"].as_str())
        .collect();
    assert_eq!(kinds, ["inSource", "external"]);
    assert!(run.stdout.contains("a%20path%20with%20%25%20and%20%C3%A4.kql"));
    let empty = run::scratch("sarif-empty");
    let run = kqlift(&empty, &["lint", "--format", "sarif", "--allow-empty"]);
    assert_eq!(problems(&serde_json::from_str(&run.stdout).expect("SARIF is JSON")), Vec::<String>::new());
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
