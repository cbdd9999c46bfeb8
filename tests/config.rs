//! `kqlift.toml`: what it decides, and what is said about mistakes in it.

mod json_schema;
mod run;

use std::path::Path;

use run::{Run, kqlift, kqlift_with_environment, kqlift_with_input, root, scratch};

/// One finding each of CSE001 (warning) and JON001 (warning).
const QUERY: &str = r#"DeviceProcessEvents
| where FileName == "cmd.exe"
| join (DeviceNetworkEvents | where RemotePort == 445 | project DeviceId, Connected = Timestamp) on DeviceId
| where Connected between (Timestamp .. 5m)
"#;

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/config");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        std::fs::write(path, text).expect("writable");
    }
}

fn folder(name: &str, files: &[(&str, &str)]) -> std::path::PathBuf {
    let folder = scratch(&format!("config-{name}"));
    write(&folder, files);
    folder
}

/// `path:line code severity` of each finding.
fn found(run: &Run) -> Vec<String> {
    let words = |line: &str| {
        let mut words = line.split(' ');
        let (place, severity, code) = (words.next()?, words.next()?, words.next()?);
        let mut place = place.split(':');
        Some(format!("{}:{} {code} {severity}", place.next()?, place.next()?))
    };
    // That files of a folder repeat each other is a finding of its own, and not what is asked here.
    run.stdout.lines().filter_map(words).filter(|line| !line.contains(" XRL")).collect()
}

fn lint(folder: &Path, arguments: &[&str]) -> Run {
    kqlift(folder, &[&["lint", "-q", "--format", "concise"], arguments].concat())
}

#[test]
fn every_mistake_is_drawn_with_its_place() {
    let text = r#"extend = 3
include = ["a/{b", 4]
fail_on = "warn"
selct = ["CSE"]
select = ["CSE"]
something-else = 1
schema = "tables.toml"
compat = ["kql-gaurd"]
require-suppression-reason = "yes"
fail-on = "warn"

[lint]
ignore = ["RGX01", "defualt-join-kind", "XYZ"]
extend-selct = []
severity = ["CSE"]

[lint.per-file-ignores]
"Hunting/**" = "CSE"

[[ignore]]
codes = ["JON001"]
until = "2027-02-30"

[[target]]
paths = ["Hunting/**"]
kind = "hunt"

[convert]
to = ["sigma", "qradar"]
"#;
    let folder = folder("mistakes", &[("kqlift.toml", text), ("rule.kql", QUERY)]);
    let run = lint(&folder, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    snapshot("mistakes", &run.stderr);
}

#[test]
fn broken_toml_is_drawn_too() {
    let mut shown = String::new();
    for (index, text) in ["[lint\n", "[lint]\nselect = [\n", "[lint]\nselect = []\nselect = []\n"].iter().enumerate() {
        let folder = folder(&format!("toml-{index}"), &[(".kqlift.toml", text), ("rule.kql", QUERY)]);
        let run = lint(&folder, &[]);
        assert_eq!(run.code, Some(2), "{text}");
        shown += &run.stderr;
    }
    snapshot("broken-toml", &shown);
}

#[test]
fn a_circle_of_extends_is_an_error_where_it_closes() {
    let files = [
        ("kqlift.toml", "extend = \"shared/base.toml\"\n"),
        ("shared/base.toml", "# Back to where we came from.\nextend = \"../kqlift.toml\"\n"),
        ("rule.kql", QUERY),
    ];
    let folder = folder("circle", &files);
    let run = lint(&folder, &[]);
    assert_eq!(run.code, Some(2));
    snapshot("circle", &run.stderr);
    write(&folder, &[("kqlift.toml", "extend = \"nowhere.toml\"\n")]);
    let run = lint(&folder, &[]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("there is no file") && run.stderr.contains("kqlift.toml:1:10"), "{}", run.stderr);
}

#[test]
fn the_nearest_file_above_a_rule_counts_alone() {
    let files = [
        ("kqlift.toml", "[lint]\nignore = [\"CSE\"]\n"),
        ("rule.kql", QUERY),
        ("deep/er/rule.kql", QUERY),
        ("own/.kqlift.toml", "[lint]\nignore = [\"JON\"]\n"),
        ("own/sub/rule.kql", QUERY),
    ];
    let folder = folder("nearest", &files);
    let wanted =
        ["deep/er/rule.kql:3 JON001 warning", "own/sub/rule.kql:2 CSE001 warning", "rule.kql:3 JON001 warning"];
    assert_eq!(found(&lint(&folder, &[])), wanted);
    let wanted = ["own/sub/rule.kql:2 CSE001 warning"];
    assert_eq!(found(&lint(&folder, &["own/sub/../sub/rule.kql"])).len(), 1);
    assert_eq!(found(&lint(&folder, &["own"])), wanted);
    assert_eq!(found(&lint(&folder, &["--isolated", "own"])).len(), 2);
    assert_eq!(found(&lint(&folder, &["--config", "kqlift.toml", "own"])), ["own/sub/rule.kql:3 JON001 warning"]);
    let arguments = ["lint", "-q", "--format", "concise", "--stdin-filename", "own/new.kql", "-"];
    assert_eq!(found(&kqlift_with_input(&folder, &arguments, QUERY)), ["own/new.kql:2 CSE001 warning"]);
}

#[test]
fn the_environment_names_a_configuration_and_a_format() {
    let folder = folder("environment", &[("other.toml", "[lint]\nignore = [\"CSE\"]\n"), ("rule.kql", QUERY)]);
    let variables = [("KQLIFT_CONFIG", "other.toml"), ("KQLIFT_FORMAT", "concise")];
    let run = kqlift_with_environment(&folder, &["lint", "-q"], &variables);
    assert_eq!(found(&run), ["rule.kql:3 JON001 warning"]);
    let run = kqlift_with_environment(&folder, &["lint", "-q", "--isolated"], &variables);
    assert_eq!(found(&run).len(), 2);
    let run = kqlift_with_environment(&folder, &["lint"], &[("KQLIFT_CONFIG", "nowhere.toml")]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("nowhere.toml"), "{}", run.stderr);
}

#[test]
fn severities_are_replaced_and_decide_the_exit_code() {
    let text =
        "fail-on = \"error\"\n[lint.severity]\nALL = \"info\"\nCSE = \"info\"\ncase-sensitive-filename = \"error\"\n";
    let folder = folder("severity", &[("kqlift.toml", text), ("rule.kql", QUERY)]);
    let run = lint(&folder, &[]);
    assert_eq!(
        (run.code, found(&run)),
        (Some(1), vec!["rule.kql:2 CSE001 error".to_owned(), "rule.kql:3 JON001 info".to_owned()])
    );
    assert_eq!(lint(&folder, &["--ignore", "CSE001"]).code, Some(0));
    assert_eq!(lint(&folder, &["--ignore", "CSE001", "--fail-on", "info"]).code, Some(1));
    assert_eq!(lint(&folder, &["--isolated"]).code, Some(1));
}

#[test]
fn some_rules_do_not_run_on_some_files() {
    let text = "[lint.per-file-ignores]\n\"Hunting/**\" = [\"CSE\"]\n\"*.draft.kql\" = [\"ALL\"]\n";
    let files =
        [("kqlift.toml", text), ("Hunting/deep/a.kql", QUERY), ("b.kql", QUERY), ("Hunting/c.draft.kql", QUERY)];
    let folder = folder("per-file", &files);
    let wanted = ["Hunting/deep/a.kql:3 JON001 warning", "b.kql:2 CSE001 warning", "b.kql:3 JON001 warning"];
    assert_eq!(found(&lint(&folder, &[])), wanted);
    assert_eq!(found(&lint(&folder.join("Hunting"), &[])), ["deep/a.kql:3 JON001 warning"]);
}

#[test]
fn a_file_is_laid_over_the_one_that_it_extends() {
    let base = "fail-on = \"never\"\n[lint]\nselect = [\"CSE\"]\n[lint.severity]\nCSE = \"error\"\nJON = \"info\"\n\
                [lint.per-file-ignores]\n\"*.base.kql\" = [\"ALL\"]\n";
    let own =
        "extend = \"base/house.toml\"\n[lint]\nextend-select = [\"JON\"]\n[lint.severity]\nJON001 = \"warning\"\n";
    let files = [
        ("base/house.toml", base),
        ("kqlift.toml", own),
        ("rule.kql", QUERY),
        ("base/x.base.kql", QUERY),
        ("x.base.kql", QUERY),
    ];
    let folder = folder("extend", &files);
    let run = lint(&folder, &[]);
    let wanted = [
        "rule.kql:2 CSE001 error",
        "rule.kql:3 JON001 warning",
        // A pattern counts from the folder of the file that it stands in.
        "x.base.kql:2 CSE001 error",
        "x.base.kql:3 JON001 warning",
    ];
    assert_eq!((run.code, found(&run)), (Some(0), wanted.map(str::to_owned).to_vec()));
}

#[test]
fn the_command_line_comes_before_the_configuration() {
    let text = "[lint]\nselect = [\"CSE\"]\n";
    let folder = folder("precedence", &[("kqlift.toml", text), ("rule.kql", QUERY)]);
    let codes = |arguments: &[&str]| found(&lint(&folder, arguments));
    assert_eq!(codes(&[]), ["rule.kql:2 CSE001 warning"]);
    assert_eq!(codes(&["--select", "JON"]), ["rule.kql:3 JON001 warning"]);
    assert_eq!(codes(&["--extend-select", "JON"]).len(), 2);
    assert_eq!(codes(&["--extend-select", "JON", "--ignore", "CSE"]), ["rule.kql:3 JON001 warning"]);
}

#[test]
fn folders_are_walked_for_what_is_included() {
    let text = "include = [\"Detections/**/*.{kql,yaml}\"]\n";
    let files =
        [("kqlift.toml", text), ("Detections/a/b.kql", QUERY), ("drafts/c.kql", QUERY), ("Detections/d.md", "")];
    let folder = folder("include", &files);
    assert_eq!(kqlift(&folder, &["lint", "--show-files"]).stdout, "Detections/a/b.kql\n");
    let run = kqlift(&folder, &["lint", "--show-files", "drafts/c.kql"]);
    assert_eq!(run.stdout, "drafts/c.kql\n", "a file that is named is taken");
    assert_eq!(kqlift(&folder, &["lint", "drafts"]).code, Some(3));
}

#[test]
fn the_kind_and_the_targets_of_a_conversion_are_configured() {
    let text = "[[target]]\npaths = [\"Hunting/**\"]\nkind = \"hunting\"\n[convert]\nto = [\"spl\"]\n";
    let query = "DeviceProcessEvents\n| where FileName =~ \"cmd.exe\"\n";
    let folder = folder("target", &[("kqlift.toml", text), ("Hunting/a.kql", query), ("b.kql", query)]);
    let kind = |file| {
        let run = kqlift(&folder, &["parse", "--emit", "ir", file]);
        run.stdout.contains("\"hunting\"")
    };
    assert!(kind("Hunting/a.kql") && !kind("b.kql"));
    let run = kqlift(&folder, &["convert", "b.kql", "-o", "out"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(folder.join("out/b.spl").is_file());
    let run = kqlift(&folder, &["convert", "--isolated", "b.kql"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.starts_with("kqlift: no target for b.kql"), "{}", run.stderr);
}

#[test]
fn findings_of_a_rule_are_left_out_until_a_day() {
    let rule = format!(
        "id: 6F9619FF-8B86-D011-B42D-00C04FC964FF\nname: x\ntactics: [Execution]\nquery: |\n  {}",
        QUERY.replace('\n', "\n  ")
    );
    let text = "[[ignore]]\nrule-id = \"6f9619ff-8b86-d011-b42d-00c04fc964ff\"\ncodes = [\"JON\"]\n\
                reason = \"one row is enough\"\nuntil = 2027-01-31\n";
    let folder = folder("ignore", &[("kqlift.toml", text), ("rule.yaml", rule.trim_end())]);
    let run = |format: &str, epoch: &str| {
        let arguments = ["lint", "-q", "--select", "CSE,JON", "--format", format];
        kqlift_with_environment(&folder, &arguments, &[("SOURCE_DATE_EPOCH", epoch)])
    };
    // The last day, and the one after it.
    let (last, after) = ("1801439999", "1801440000");
    assert_eq!(found(&run("concise", last)), ["rule.yaml:6 CSE001 warning"]);
    let late = run("full", after);
    assert!(late.stdout.contains("the `[[ignore]]` entry for this rule ended on 2027-01-31"), "{}", late.stdout);
    let sarif: serde_json::Value = serde_json::from_str(&run("sarif", last).stdout).expect("SARIF is JSON");
    let suppressed = &sarif["runs"][0]["results"][1];
    assert_eq!(suppressed["ruleId"], "JON001");
    let wanted = serde_json::json!([{ "kind": "external", "justification": "one row is enough" }]);
    assert_eq!(suppressed["suppressions"], wanted);
    assert!(sarif["runs"][0]["results"][0].get("suppressions").is_none());
}

#[test]
fn fixes_are_withheld_where_that_is_wanted() {
    let folder = folder("unfixable", &[("kqlift.toml", "[lint]\nunfixable = [\"JON\"]\n"), ("rule.kql", QUERY)]);
    let run = kqlift(&folder, &["lint", "--format", "jsonl"]);
    let fixes: Vec<bool> = run.stdout.lines().map(|line| !line.contains("\"fix\":null")).collect();
    assert_eq!(fixes, [true, false]);
}

#[test]
fn settings_are_shown_as_a_file_that_means_the_same() {
    let text = "extend = \"base.toml\"\n[lint]\nignore = [\"JON\"]\n[lint.per-file-ignores]\n\"a/*.kql\" = [\"CSE\"]\n\
                [[ignore]]\nrule-id = \"x\"\ncodes = [\"ALL\"]\nuntil = 2027-01-31\n";
    let folder = folder("show", &[("kqlift.toml", text), ("base.toml", "schema = [\"t.toml\"]\n"), ("a/b.kql", QUERY)]);
    let run = kqlift(&folder, &["config", "show", "a/b.kql"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let here = folder.canonicalize().expect("it exists").display().to_string();
    snapshot("show", &run.stdout.replace(&here, "[folder]"));
    assert_eq!(kqlift(&folder, &["lint", "--show-settings"]).stdout, run.stdout);
    let again = kqlift_with_environment(&folder, &["config", "show"], &[]).stdout;
    write(&folder, &[("shown/kqlift.toml", &again.replace("extend = ", "# extend = "))]);
    let shown = kqlift(&folder, &["config", "show", "shown"]).stdout;
    let rest =
        |text: &str| text.lines().skip(1).filter(|line| !line.contains("extend = ")).collect::<Vec<_>>().join("\n");
    assert_eq!(rest(&shown), rest(&run.stdout));
}

#[test]
fn the_template_can_be_used_as_it_is_and_with_every_comment_opened() {
    let folder = folder("template", &[("rule.kql", QUERY)]);
    assert_eq!(kqlift(&folder, &["config", "init"]).code, Some(0));
    assert_eq!(found(&lint(&folder, &[])).len(), 2);
    let run = kqlift(&folder, &["config", "init"]);
    assert_eq!(run.code, Some(2));
    assert_eq!(run.stderr, "kqlift: kqlift.toml exists already; it is left as it is\n");
    let text = std::fs::read_to_string(folder.join("kqlift.toml")).expect("just written");
    let is_key = |line: &str| line.starts_with('[') || line.contains(" = ");
    let opened: Vec<&str> = text
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| is_key(rest)).unwrap_or(line))
        .filter(|line| !line.starts_with("extend"))
        .collect();
    write(&folder, &[("kqlift.toml", &opened.join("\n"))]);
    let run = kqlift(&folder, &["config", "show"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("time-column = \"TimeGenerated\""), "{}", run.stdout);
}

#[test]
fn the_schema_for_editors_is_up_to_date() {
    let path = root().join("schemas/kqlift.schema.json");
    let schema = kqlift(root(), &["config", "schema"]).stdout;
    if std::env::var_os("KQLIFT_UPDATE").is_some() {
        std::fs::write(&path, &schema).expect("writable");
    }
    let committed = std::fs::read_to_string(&path).expect("it is committed");
    assert_eq!(committed, schema, "run `KQLIFT_UPDATE=1 cargo test --test config`");
}

/// What an editor says is what kqlift says.
#[test]
fn the_schema_takes_what_is_written_and_refuses_mistakes() {
    let schema: serde_json::Value =
        serde_json::from_str(&kqlift(root(), &["config", "schema"]).stdout).expect("the schema is JSON");
    let problems = |text: &str| {
        let value: toml::Value = toml::from_str(text).expect("TOML");
        json_schema::problems(&schema, &serde_json::to_value(value).expect("a table is an object"))
    };
    assert_eq!(problems(kqlift::config::TEMPLATE), Vec::<String>::new());
    let readme = std::fs::read_to_string(root().join("README.md")).expect("it is committed");
    let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it has one");
    assert_eq!(problems(example), Vec::<String>::new());
    assert_eq!(problems("[lint]\nselect = [\"CSE\", \"default-join-kind\", \"ALL\"]"), Vec::<String>::new());
    for wrong in [
        "fail-on = \"warn\"",
        "selct = []",
        "include = \"*\"",
        "[lint]\nignore = [\"not a code\"]",
        "[lint.severity]\nCSE = \"high\"",
        "[[ignore]]\ncodes = [\"CSE\"]",
        "[[target]]\npaths = [\"*\"]\nkind = \"hunt\"",
    ] {
        assert_eq!(problems(wrong).len(), 1, "{wrong}: {:?}", problems(wrong));
    }
}

/// A value for a key, as its schema wants it.
fn example(schema: &serde_json::Value) -> String {
    if let Some(word) = schema["enum"][0].as_str().or_else(|| schema["examples"][0].as_str()) {
        return format!("\"{word}\"");
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("boolean"), _) => "true".to_owned(),
        (_, Some("date")) => "2027-01-31".to_owned(),
        (Some("array"), _) => format!("[{}]", example(&schema["items"])),
        (Some("object"), _) if schema["properties"].is_object() => {
            let properties = schema["properties"].as_object().expect("just asked");
            let pairs: Vec<String> =
                properties.iter().map(|(key, value)| format!("{key} = {}", example(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        (Some("object"), _) => format!("{{ ALL = {} }}", example(&schema["additionalProperties"])),
        _ => "\"text\"".to_owned(),
    }
}

#[test]
fn every_key_of_the_schema_is_read_and_shown() {
    let folder = folder("every-key", &[]);
    let schema: serde_json::Value =
        serde_json::from_str(&kqlift(&folder, &["config", "schema"]).stdout).expect("the schema is JSON");
    let properties = schema["properties"].as_object().expect("a schema of a table").iter();
    let lines: Vec<String> = properties
        .filter(|(key, _)| *key != "extend")
        .map(|(key, value)| format!("{key} = {}", example(value)))
        .collect();
    let text = lines.join("\n");
    write(&folder, &[("kqlift.toml", &text)]);
    let run = kqlift(&folder, &["config", "show"]);
    assert_eq!(run.code, Some(0), "{text}\n{}", run.stderr);
    // What is shown comes from the types, and is read by the table of keys again: neither knows more than the other.
    let keys = |text: &str| -> std::collections::BTreeSet<String> {
        let of_line =
            |line: &str| line.split(['=', ' ']).next().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        text.lines().map(of_line).filter(|key| !key.is_empty() && key != "#").collect()
    };
    let shown = keys(&run.stdout);
    for key in ["include", "fail-on", "compat", "rule-id", "until", "time-column", "unmapped", "lint.per-file-ignores"]
    {
        assert!(shown.contains(key), "{key} is missing in {shown:?}");
    }
    write(&folder, &[("kqlift.toml", &run.stdout)]);
    assert_eq!(keys(&kqlift(&folder, &["config", "show"]).stdout), shown);
}
