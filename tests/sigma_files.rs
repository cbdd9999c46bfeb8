//! Sigma rules in several files, and values that a configuration or the command line fills in.

mod run;

use std::path::Path;

use run::{kqlift, scratch};

const ACCOUNTS: &str = "\
title: Accounts That Others Keep
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\%tool%.exe'
        User|expand: '%domain%\\%administrators%'
    condition: selection
";

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the folder of the test is writable");
}

#[test]
fn a_placeholder_without_a_value_is_refused_by_name() {
    let folder = scratch("placeholder-refused");
    write(&folder, "rule.yml", ACCOUNTS);
    let run = kqlift(&folder, &["convert", "--to", "xdr", "rule.yml", "--placeholder", "domain=CORP"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("the placeholder `%administrators%` has to be filled in first"), "{}", run.stderr);
    assert!(run.stderr.contains("--placeholder NAME=VALUE"), "{}", run.stderr);
}

#[test]
fn values_come_from_the_configuration_and_from_the_command_line() {
    let folder = scratch("placeholder-values");
    write(&folder, "rule.yml", ACCOUNTS);
    write(
        &folder,
        "kqlift.toml",
        "[convert.placeholders]\nadministrators = [\"root\", \"svc-*\"]\ndomain = [\"CORP\"]\n",
    );
    let run = kqlift(&folder, &["convert", "--to", "spl", "rule.yml"]);
    // Only the values of fields with `expand` have placeholders.
    assert!(run.stdout.contains(r#"Image="*\\%tool%.exe""#), "{}", run.stdout);
    assert!(run.stdout.contains(r#"(User="CORP\\root" OR User="CORP\\svc-*")"#), "{}", run.stdout);
    let run = kqlift(&folder, &["convert", "--to", "spl", "rule.yml", "--placeholder", "administrators=admin"]);
    assert!(run.stdout.contains(r#"User="CORP\\admin""#), "{}", run.stdout);
}

#[test]
fn terms_are_put_in_front_only_where_they_are_implied() {
    let folder = scratch("prefilter");
    write(
        &folder,
        "rule.yml",
        "title: Two Tests\nlogsource:\n    category: process_creation\n    product: windows\ndetection:\n    selection:\n        \
         Image|endswith:\n            - '\\rundll32.exe'\n            - '\\regsvr32.exe'\n        \
         CommandLine|contains: 'javascript'\n    condition: selection\n",
    );
    let run = kqlift(&folder, &["convert", "--to", "xdr", "--prefilter", "rule.yml"]);
    let first = r#"where FolderPath has_any ("rundll32.exe", "regsvr32.exe") and (FolderPath endswith"#;
    assert!(run.stdout.contains(first), "{}", run.stdout);
    assert!(run.stdout.contains(r#"where ProcessCommandLine contains "javascript""#), "{}", run.stdout);
}

#[test]
fn a_correlation_is_evaluated_with_rules_of_other_files() {
    let folder = scratch("correlation-of-files");
    for (name, tool) in [("first", "robocopy"), ("second", "7z"), ("third", "winscp")] {
        let rule = format!(
            "title: Runs {tool}\nname: {name}\nlogsource:\n    category: process_creation\n    product: windows\n\
             detection:\n    selection:\n        Image|endswith: '\\{tool}.exe'\n    condition: selection\n"
        );
        write(&folder, &format!("{name}.yml"), &rule);
    }
    write(
        &folder,
        "all.yml",
        "title: All in Order\ncorrelation:\n    type: temporal_ordered\n    rules:\n        - first\n        - second\n        \
         - third\n    group-by:\n        - Computer\n    timespan: 2h\n",
    );
    let event = |minute: u8, tool: &str, host: &str| {
        format!(
            "{{\"TimeGenerated\":\"2026-01-01T10:{minute:02}:00Z\",\"Image\":\"C:\\\\t\\\\{tool}.exe\",\
             \"Computer\":\"{host}\"}}\n"
        )
    };
    // On the second host each rule matches before some match of the next, but no three matches are in order.
    let events = [
        event(5, "robocopy", "in-order"),
        event(10, "7z", "in-order"),
        event(15, "winscp", "in-order"),
        event(10, "robocopy", "pairs-only"),
        event(5, "7z", "pairs-only"),
        event(20, "7z", "pairs-only"),
        event(15, "winscp", "pairs-only"),
    ];
    write(&folder, "events.jsonl", &events.concat());
    let run = kqlift(&folder, &["eval", "--events", "events.jsonl", "."]);
    assert!(run.stdout.contains("in-order") && !run.stdout.contains("pairs-only"), "{}{}", run.stdout, run.stderr);
    let run = kqlift(&folder, &["eval", "--events", "events.jsonl", "all.yml"]);
    assert!(run.stderr.contains("there is no rule `first` among the files given"), "{}", run.stderr);
}
