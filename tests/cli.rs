//! What a user of the command line sees: exit codes, shapes, messages.

mod run;

use run::{kqlift, kqlift_with_input, root, scratch};

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/cli");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_examples_are_linted_in_every_shape() {
    for format in ["full", "concise", "json", "jsonl", "github", "gitlab", "azure", "junit", "rdjson"] {
        let run = kqlift(root(), &["lint", "--format", format, "examples"]);
        assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""));
        snapshot(&format!("lint-{format}"), &run.stdout);
    }
    let run = kqlift(root(), &["lint", "--statistics", "examples"]);
    snapshot("lint-statistics", &run.stdout);
}

#[test]
fn the_examples_are_converted_to_every_target() {
    let folder = scratch("cli-convert");
    let examples = root().join("examples");
    let run = kqlift(
        &folder,
        &[
            "convert",
            "--to",
            "sigma,spl,asim",
            "-o",
            "out",
            "--report",
            "report.jsonl",
            &examples.display().to_string(),
        ],
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut names: Vec<String> = std::fs::read_dir(folder.join("out"))
        .expect("the folder was made")
        .map(|entry| entry.expect("it can be listed").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut text = run.stderr;
    for name in names {
        let converted = std::fs::read_to_string(folder.join("out").join(&name)).expect("just listed");
        text += "\n──── ";
        text += &name;
        text += "\n";
        text += &converted;
    }
    snapshot("convert", &text);
    let report = std::fs::read_to_string(folder.join("report.jsonl")).expect("the report is written");
    assert_eq!(report.lines().count(), 6 * 3);
}

#[test]
fn the_examples_are_explained() {
    let run = kqlift(root(), &["explain", "examples/risky-sign-in-without-mfa.yaml"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    snapshot("explain", &run.stdout);
}

#[test]
fn a_clean_rule_ends_in_0() {
    let folder = scratch("cli-clean");
    std::fs::write(folder.join("clean.kql"), "DeviceInfo\n| where OSPlatform == \"Linux\"\n").expect("writable");
    let run = kqlift(&folder, &["lint", "clean.kql"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "No findings in 1 rule (1 file)\n"));
}

#[test]
fn fail_on_and_exit_zero_decide_the_exit_code() {
    let folder = scratch("cli-fail-on");
    let query = "DeviceProcessEvents\n| where FileName == \"cmd.exe\"\n";
    std::fs::write(folder.join("rule.kql"), query).expect("writable");
    let code = |arguments: &[&str]| kqlift(&folder, &[&["lint"], arguments, &["rule.kql"]].concat()).code;
    assert_eq!(code(&[]), Some(1));
    assert_eq!(code(&["--fail-on", "error"]), Some(0));
    assert_eq!(code(&["--fail-on", "never"]), Some(0));
    assert_eq!(code(&["--exit-zero"]), Some(0));
    assert_eq!(code(&["--ignore", "CSE"]), Some(0));
    assert_eq!(code(&["--select", "case-sensitive-filename"]), Some(1));
    assert_eq!(code(&["--select", "JON001,TRM"]), Some(0));
}

#[test]
fn a_folder_without_rules_ends_in_3() {
    let folder = scratch("cli-empty");
    for command in [&["lint"][..], &["explain"], &["parse"], &["convert", "--to", "sigma"]] {
        assert_eq!(kqlift(&folder, command).code, Some(3), "{command:?}");
        assert_eq!(kqlift(&folder, &[command, &["--allow-empty"]].concat()).code, Some(0), "{command:?}");
    }
}

#[test]
fn wrong_usage_ends_in_2_and_says_what_to_do() {
    let folder = scratch("cli-usage");
    let run = kqlift(&folder, &["lint", "nowhere.kql"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(2), "kqlift: there is no file or folder nowhere.kql\n"));
    let run = kqlift(&folder, &["rule", "TRM01"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (Some(2), "kqlift: there is no lint rule TRM01; did you mean TRM001?\n")
    );
    let run = kqlift(&folder, &["lint", "--select", "defualt-join-kind"]);
    let wanted = "kqlift: there is no lint rule defualt-join-kind; did you mean default-join-kind?\n";
    assert_eq!((run.code, run.stderr.as_str()), (Some(2), wanted));
    assert_eq!(kqlift(&folder, &["convert", "--to", "qradar"]).code, Some(2));
}

#[test]
fn standard_input_is_read_by_the_name_that_it_is_given() {
    let folder = scratch("cli-stdin");
    let query = "SigninLogs | join (AuditLogs) on CorrelationId";
    let run = kqlift_with_input(&folder, &["lint", "--format", "concise", "-"], query);
    assert!(run.stdout.starts_with("-:1:14: warning JON001"), "{}", run.stdout);
    let rule = format!("name: x\ntactics: [Execution]\nquery: |\n  {query}\n");
    let run = kqlift_with_input(&folder, &["lint", "--format", "concise", "--stdin-filename", "rule.yaml", "-"], &rule);
    assert!(run.stdout.starts_with("rule.yaml:4:16: warning JON001"), "{}", run.stdout);
}

#[test]
fn broken_files_are_findings_and_the_others_go_on() {
    let folder = scratch("cli-broken");
    std::fs::write(folder.join("a.yaml"), "name: x\nquery: |\n  T | take 1\nname: y\n").expect("writable");
    std::fs::write(folder.join("b.kql"), [b'T', 0, 0xFF]).expect("writable");
    std::fs::write(folder.join("c.kql"), "T | where (a == 1 | take 5\n").expect("writable");
    std::fs::write(folder.join("d.kql"), "T | join (U) on a\n").expect("writable");
    std::fs::write(folder.join("not-a-rule.yaml"), "services: [web]\n").expect("writable");
    let run = kqlift(&folder, &["lint", "--verbose"]);
    assert_eq!(run.code, Some(1));
    snapshot("broken", &format!("{}\n{}", run.stdout, run.stderr));
}

#[test]
fn verdicts_are_stable_json_lines() {
    let folder = scratch("cli-verdict");
    std::fs::write(folder.join("good.kql"), "T | take 1").expect("writable");
    std::fs::write(folder.join("bad.kql"), "T | wher a == 1\n| take").expect("writable");
    let run = kqlift(&folder, &["parse", "--emit", "verdict", "--format", "jsonl", "bad.kql", "good.kql"]);
    assert_eq!(run.code, Some(1));
    snapshot("verdict", &run.stdout);
    let run = kqlift(&folder, &["parse", "--emit", "columns", "good.kql"]);
    snapshot("columns", &run.stdout);
    let run = kqlift(&folder, &["parse", "--emit", "tokens", "good.kql"]);
    snapshot("tokens", &run.stdout);
}

#[test]
fn the_documentation_of_a_rule_is_printed() {
    let run = kqlift(root(), &["rule", "JON001"]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.stdout.starts_with(
            "# JON001 default-join-kind\n\nJoins and aggregation · warning · confidence high · fix always · every kind of file · needs query\n"
        )
    );
    let run = kqlift(root(), &["rule", "--all"]);
    snapshot("rules", &run.stdout);
}

#[test]
fn quiet_runs_print_findings_alone() {
    let folder = scratch("cli-quiet");
    std::fs::write(folder.join("rule.kql"), "T | join (U) on a\n").expect("writable");
    let run = kqlift(&folder, &["-q", "lint", "--select", "JON", "--format", "concise"]);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(1), 1));
    let run = kqlift(&folder, &["lint", "-q", "--ignore", "ALL"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn reports_are_written_to_a_file_as_a_whole() {
    let folder = scratch("cli-output");
    std::fs::write(folder.join("rule.kql"), "T | join (U) on a\n").expect("writable");
    let run = kqlift(&folder, &["lint", "--format", "sarif", "-o", "report.sarif", "--exit-zero"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    let report = std::fs::read_to_string(folder.join("report.sarif")).expect("it is written");
    assert!(serde_json::from_str::<serde_json::Value>(&report).is_ok());
    let run = kqlift(&folder, &["lint", "-o", "no/such/folder/report.txt"]);
    assert_eq!(run.code, Some(2));
}

#[test]
fn colours_follow_the_option_before_the_environment() {
    let folder = scratch("cli-colour");
    std::fs::write(folder.join("rule.kql"), "T | join (U) on a\n").expect("writable");
    let is_coloured = |arguments: &[&str]| kqlift(&folder, arguments).stdout.contains('\u{1B}');
    assert!(!is_coloured(&["lint"]), "NO_COLOR is set, and it is no terminal");
    assert!(is_coloured(&["lint", "--color", "always"]));
    assert!(!is_coloured(&["lint", "--color", "never"]));
}

#[test]
fn statistics_have_two_shapes() {
    let run = kqlift(root(), &["lint", "--statistics", "--format", "json", "examples"]);
    let counts: serde_json::Value = serde_json::from_str(&run.stdout).expect("a list");
    assert!(counts.as_array().is_some_and(|counts| counts.iter().all(|count| count["count"].as_u64() > Some(0))));
    let run = kqlift(root(), &["lint", "--statistics", "--format", "sarif", "examples"]);
    assert_eq!(run.code, Some(2));
}

#[test]
fn completions_are_written_for_five_shells() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = kqlift(root(), &["completions", shell]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stdout.contains("kqlift") && run.stdout.contains("fail-on"), "{shell}");
    }
    assert_eq!(kqlift(root(), &["completions", "tcsh"]).code, Some(2));
}

#[test]
fn manual_pages_are_written_for_every_command() {
    let folder = scratch("cli-man");
    let run = kqlift(&folder, &["man", "-o", "pages"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for name in ["kqlift", "kqlift-lint", "kqlift-convert", "kqlift-config-show"] {
        let page = std::fs::read_to_string(folder.join(format!("pages/{name}.1"))).expect("there is a page");
        assert!(page.contains(".SH SYNOPSIS"), "{name}");
    }
    assert!(kqlift(&folder, &["man"]).stdout.contains(".TH kqlift 1"));
}

#[test]
fn the_version_is_for_people_and_for_scripts() {
    let version = env!("CARGO_PKG_VERSION");
    let run = kqlift(root(), &["version"]);
    assert_eq!((run.code, run.stdout), (Some(0), format!("kqlift {version}\n")));
    assert_eq!(kqlift(root(), &["--version"]).stdout, format!("kqlift {version}\n"));
    let json: serde_json::Value =
        serde_json::from_str(&kqlift(root(), &["version", "--format", "json"]).stdout).expect("an object");
    assert_eq!(json["version"], version);
}

#[test]
fn rules_are_run_on_events() {
    let folder = scratch("cli-eval");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("the folder is writable");
    write("rule.kql", "DeviceProcessEvents\n| where FileName =~ 'a.exe' and Timestamp > ago(1d)\n| project FileName\n");
    write(
        "rule.yml",
        "title: t\nlogsource: {category: process_creation}\ndetection:\n    s:\n        FileName: 'A*'\n    condition: s\n",
    );
    write("bad.kql", "T\n| where x\n| evaluate bag_unpack(y)\n");
    write(
        "events.jsonl",
        "{\"_id\": \"1\", \"FileName\": \"A.exe\", \"Timestamp\": \"2024-01-02T00:00:00Z\"}\n\
         {\"_id\": \"2\", \"FileName\": \"b.exe\"}\n\
         {\"_id\": \"3\", \"FileName\": \"a.exe\", \"Timestamp\": \"2023-01-02T00:00:00Z\"}\n",
    );
    let eval = |rule: &str, more: &[&str]| {
        let mut arguments = vec!["eval", rule, "--events", "events.jsonl"];
        arguments.extend(more);
        kqlift(&folder, &arguments)
    };
    let run = eval("rule.kql", &[]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), "{\"FileName\":\"A.exe\",\"_id\":\"1\"}\n"),
        "{}",
        run.stderr
    );
    let run = eval("rule.kql", &["--now", "2023-01-02T12:00:00Z", "--format", "jsonl"]);
    assert_eq!(run.stdout.lines().count(), 2, "there is no upper bound");
    let run = eval("rule.yml", &[]);
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 2), "{}", run.stderr);
    let run = eval("bad.kql", &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""));
    assert_eq!(run.stderr, "bad.kql:3:3: the operator `evaluate` is not modelled\n");
    let run = eval("rule.kql", &["--now", "soon"]);
    assert_eq!(run.code, Some(2));
}

/// Rules of one folder that share an id and a title.
const SAME: &str = "id: 5a3f1c9e-8b1d-4a55-9d0e-0c6a3b1f7d21\nname: Many failures\ndescription: Many failures of one address\n\
severity: Low\nrequiredDataConnectors: []\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\n\
tactics: []\nrelevantTechniques: []\nquery: |\n  SigninLogs\n  | where ResultType == \"50126\"\n\
\x20 | summarize Failures = count() by IPAddress\n  | where Failures > 20\nversion: 1.0.0\nkind: Scheduled\n";

#[test]
fn a_folder_has_every_sigma_id_and_name_once() {
    let folder = scratch("cli-identities");
    for name in ["a.yaml", "b.yaml"] {
        std::fs::write(folder.join(name), SAME).expect("the scratch folder is writable");
    }
    let run = kqlift(&folder, &["convert", "--to", "sigma", "--exit-zero", "."]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("b.yaml: an earlier rule has the same id or title"), "{}", run.stderr);
    let of_key = |key: &str| {
        let values: Vec<&str> = run.stdout.lines().filter_map(|line| line.strip_prefix(key)).collect();
        let different: std::collections::BTreeSet<&str> = values.iter().copied().collect();
        (values.len(), different.len())
    };
    assert_eq!((of_key("id: "), of_key("name: ")), ((4, 4), (2, 2)), "{}", run.stdout);
    assert_eq!(run.stdout.matches("\n---\n").count(), 3, "every document stands alone:\n{}", run.stdout);
    let quiet = kqlift(&folder, &["convert", "--to", "sigma", "--exit-zero", "--quiet", "."]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), (run.stdout.as_str(), ""));
}
