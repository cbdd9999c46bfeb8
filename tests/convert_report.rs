//! `convert --report`: each line is what its schema says, with and without `--verify`.

mod json_schema;
mod run;

use run::{kqlift, root, scratch};
use serde_json::Value;

/// Rules that are converted, refused, unreadable, and of several events.
const RULES: &[(&str, &str)] = &[
    (
        "term.kql",
        "DeviceProcessEvents\n| where ActionType == \"ProcessCreated\" and FileName has \"quill.exe\"\n| where ProcessCommandLine contains \"-seed\"\n",
    ),
    (
        "many.kql",
        "DeviceProcessEvents\n| where ActionType == \"ProcessCreated\" and FileName =~ \"quill.exe\"\n| summarize Starts = count() by DeviceName\n| where Starts >= 3\n",
    ),
    ("none.kql", "print quill = 1\n"),
    ("broken.kql", "DeviceProcessEvents | where (\n"),
];

fn schema() -> Value {
    let text = std::fs::read_to_string(root().join("schemas/convert-report.schema.json")).expect("committed");
    serde_json::from_str(&text).expect("the schema is JSON")
}

fn lines(name: &str, arguments: &[&str]) -> Vec<Value> {
    let folder = scratch(name);
    for (name, text) in RULES {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    let start = ["convert", "--to", "sigma,asim,spl", "--dry-run", "--exit-zero", "--report", "-", "."];
    let run = kqlift(&folder, &[&start, arguments].concat());
    run.stdout.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

#[test]
fn every_line_is_what_the_schema_says() {
    let schema = schema();
    for arguments in [&[][..], &["--verify"]] {
        let lines = lines("report_lines", arguments);
        assert_eq!(lines.len(), 3 * RULES.len(), "{lines:#?}");
        for line in &lines {
            assert_eq!(json_schema::problems(&schema, line), Vec::<String>::new(), "{line}");
        }
        let has = |is_it: &dyn Fn(&Value) -> bool| lines.iter().any(is_it);
        for status in ["converted", "refused", "error"] {
            assert!(has(&|line| line["status"] == status), "{status}");
        }
        // Whatever is claimed comes with the event that shows it.
        let example = |loss: &Value| loss["counter_example"]["source_event"].is_object();
        assert!(has(&|line| line["losses"].as_array().is_some_and(|losses| losses.iter().any(example))));
        let verified = |status: &'static str| has(&|line| line["verification"]["status"] == status);
        assert_eq!(verified("verified") && verified("not-run"), !arguments.is_empty());
        assert_eq!(has(&|line| line["verification"]["sets"].as_u64() > Some(0)), !arguments.is_empty());
    }
}

/// The schema is none if it lets everything pass.
#[test]
fn damaged_lines_are_refused() {
    let (schema, good) = (schema(), lines("report_damages", &["--verify"]));
    let converted = good.iter().find(|line| line["verification"]["status"] == "verified").expect("one is verified");
    let damages: [&dyn Fn(&mut Value); 4] = [
        &|line| line["status"] = "perhaps".into(),
        &|line| line["surprise"] = 1.into(),
        &|line| line["verification"]["events"] = Value::Null,
        &|line| line["losses"][0]["reason"] = 1.into(),
    ];
    for damage in damages {
        let mut line = converted.clone();
        damage(&mut line);
        assert!(!json_schema::problems(&schema, &line).is_empty(), "{line}");
    }
}
