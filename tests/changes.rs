//! What a user sees of fixes, comments and baselines, and what happens to the files.

mod run;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use run::{kqlift, kqlift_with_input};

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/cli");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

const RULE: &str = "\
id: 7c1d2c3e-0f6a-4c58-9d7e-2a4b6c8d0e1f
name: Shell started by a mail client
description: |
  'Mail clients seldom start shells.'
kind: Scheduled
queryFrequency: 1h
queryPeriod: 1h
query: |
  DeviceProcessEvents
  | where FileName == \"cmd.exe\" // the shell
  | join (DeviceNetworkEvents) on DeviceId
";

const QUERY: &str = "DeviceProcessEvents\n| where FileName == \"cmd.exe\"\n";

/// A fresh folder in which only the lint rules run that the texts here are written for.
fn scratch(name: &str) -> PathBuf {
    let folder = run::scratch(name);
    write(&folder, "kqlift.toml", "[lint]\nselect = [\"CSE001\", \"JON001\", \"MET007\", \"SUP\"]\n");
    folder
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("writable");
    path
}

fn text(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("readable")
}

/// A folder with one rule in YAML, one query, and one rule in JSON.
fn rules(name: &str) -> PathBuf {
    let folder = scratch(name);
    write(&folder, "rule.yaml", RULE);
    write(&folder, "query.kql", QUERY);
    let json = serde_json::json!({"displayName": "x", "queryCondition": {"queryText": QUERY}});
    write(&folder, "rule.json", &json.to_string());
    folder
}

/// Exit code, standard output and standard error as one text.
fn shown(folder: &Path, arguments: &[&str]) -> String {
    let run = kqlift(folder, arguments);
    format!("exit {:?}\n──── out\n{}──── err\n{}", run.code.unwrap_or(-1), run.stdout, run.stderr)
}

#[test]
fn a_diff_shows_and_changes_nothing() {
    let folder = rules("changes-diff");
    snapshot("diff-safe", &shown(&folder, &["lint", "--diff"]));
    snapshot("diff-any", &shown(&folder, &["lint", "--diff", "--unsafe-fixes=any"]));
    let run = kqlift(&folder, &["lint", "--diff", "--color", "always"]);
    assert!(run.stdout.contains("\u{1b}[31m-  'Mail clients"), "{}", run.stdout);
    assert_eq!(text(&folder, "rule.yaml"), RULE);
    let run = kqlift(&folder, &["lint", "--diff", "query.kql"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", "Would change nothing\n"));
}

#[test]
fn fixes_are_written_and_what_remains_is_reported() {
    let folder = rules("changes-fix");
    snapshot("fix-safe", &shown(&folder, &["lint", "--fix", "--format", "concise"]));
    assert_eq!(
        text(&folder, "rule.yaml"),
        RULE.replace("'Mail clients seldom start shells.'", "Mail clients seldom start shells.")
    );
    snapshot("fix-widen", &shown(&folder, &["lint", "--fix", "--unsafe-fixes", "--format", "concise"]));
    assert_eq!(text(&folder, "query.kql"), QUERY.replace("==", "=~"));
    assert!(text(&folder, "rule.json").contains(r#"FileName =~ \"cmd.exe\"\n"#));
    assert_eq!(kqlift(&folder, &["lint", "--fix", "--exit-non-zero-on-fix"]).code, Some(0), "nothing is left to fix");
    write(&folder, "query.kql", QUERY);
    let run = kqlift(&folder, &["lint", "--fix", "--unsafe-fixes=widen", "--exit-non-zero-on-fix"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), "No findings left in 3 rules (3 files), 1 fixed\n"));
}

#[test]
fn standard_input_is_passed_on_with_its_fixes() {
    let folder = scratch("changes-stdin");
    let run = kqlift_with_input(&folder, &["lint", "--fix", "--unsafe-fixes", "-"], QUERY);
    assert_eq!((run.code, run.stdout), (Some(0), QUERY.replace("==", "=~")));
    assert_eq!(run.stderr, "No findings left in 1 rule (1 file), 1 fixed\n");
    let clean = "DeviceInfo\n| count\n";
    let run = kqlift_with_input(&folder, &["lint", "--fix", "-"], clean);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), clean));
}

#[test]
fn options_that_mean_nothing_alone_are_refused() {
    let folder = scratch("changes-usage");
    assert_eq!(kqlift(&folder, &["lint", "--unsafe-fixes"]).code, Some(2));
    assert_eq!(kqlift(&folder, &["lint", "--fix", "--add-ignore"]).code, Some(2));
    assert_eq!(kqlift(&folder, &["lint", "--fix", "--unsafe-fixes=all"]).code, Some(2));
    assert_eq!(kqlift(&folder, &["lint", "--today", "2026-02-30"]).code, Some(2));
}

#[test]
fn comments_are_written_and_heard() {
    let folder = rules("changes-ignore");
    snapshot("add-ignore", &shown(&folder, &["lint", "--add-ignore=accepted in the first review"]));
    snapshot("add-ignore-yaml", &text(&folder, "rule.yaml"));
    let run = kqlift(&folder, &["lint"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "No findings in 3 rules (3 files)\n"));
    write(&folder, "query.kql", &QUERY.replace("exe\"", "exe\" // kqlift: ignore[CSE001] until:2026-01-31 x"));
    assert_eq!(kqlift(&folder, &["lint", "--today", "2026-01-31"]).code, Some(0));
    assert_eq!(kqlift(&folder, &["lint", "--today", "2026-02-01"]).code, Some(1));
}

#[cfg(unix)]
#[test]
fn permissions_are_kept_and_links_are_followed() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = scratch("changes-permissions");
    let target = write(&folder, "target.kql", QUERY);
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o640)).expect("it is ours");
    std::os::unix::fs::symlink("target.kql", folder.join("link.kql")).expect("writable");
    assert_eq!(kqlift(&folder, &["lint", "--fix", "--unsafe-fixes", "link.kql"]).code, Some(0));
    assert!(folder.join("link.kql").is_symlink());
    assert_eq!(text(&folder, "target.kql"), QUERY.replace("==", "=~"));
    let mode = std::fs::metadata(&target).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_named_and_nothing_is_touched() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = scratch("changes-read-only");
    write(&folder, "a.kql", QUERY);
    let locked = write(&folder, "b.kql", QUERY);
    write(&folder, "c.kql", QUERY);
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o444)).expect("it is ours");
    let run = kqlift(&folder, &["lint", "--fix", "--unsafe-fixes"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(2), "kqlift: can't write b.kql: it is read-only\n"));
    for name in ["a.kql", "b.kql", "c.kql"] {
        assert_eq!(text(&folder, name), QUERY, "{name}");
    }
}

#[test]
fn a_baseline_lists_what_is_known() {
    let folder = rules("changes-baseline");
    snapshot("baseline-write", &shown(&folder, &["baseline", "write"]));
    snapshot("baseline-file", &text(&folder, "kqlift-baseline.json"));
    let lint = ["lint", "--baseline", "kqlift-baseline.json"];
    let run = kqlift(&folder, &lint);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (Some(0), "No findings in 3 rules (3 files)\n", "")
    );
    assert_eq!(kqlift(&folder, &["baseline", "check"]).code, Some(0));
    // Moved lines, layout, comments, another title and, with an identifier, another file name change nothing.
    let moved = RULE
        .replace("  DeviceProcessEvents\n", "  // new\n\n  DeviceProcessEvents\n")
        .replace("FileName ==", "FileName   ==");
    std::fs::remove_file(folder.join("rule.yaml")).expect("it is there");
    write(&folder, "renamed.yaml", &moved.replace("Shell started", "A shell started"));
    assert_eq!(kqlift(&folder, &lint).code, Some(0));
    assert_eq!(kqlift(&folder, &["baseline", "check"]).code, Some(0));
    // Something new is reported, something old is said to be stale.
    write(&folder, "query.kql", &QUERY.replace("cmd.exe", "net.exe"));
    snapshot("baseline-lint", &shown(&folder, &[&lint[..], &["--format", "concise"]].concat()));
    snapshot("baseline-check", &shown(&folder, &["baseline", "check"]));
    snapshot("baseline-update", &shown(&folder, &["baseline", "update"]));
    assert_eq!(kqlift(&folder, &lint).code, Some(1), "an update only shrinks");
    assert_eq!(kqlift(&folder, &["baseline", "update", "--add"]).code, Some(0));
    assert_eq!(kqlift(&folder, &lint).code, Some(0));
    write(&folder, "kqlift-baseline.json", "{}");
    assert_eq!(kqlift(&folder, &lint).code, Some(2));
}

#[test]
fn a_baseline_counts_equal_findings_and_is_found_from_other_folders() {
    let folder = scratch("changes-ordinals");
    write(&folder, "a.kql", QUERY);
    assert_eq!(kqlift(&folder, &["baseline", "write"]).code, Some(0));
    write(&folder, "a.kql", &(QUERY.to_owned() + "| where FileName == \"cmd.exe\"\n"));
    let run = kqlift(&folder, &["lint", "--baseline", "kqlift-baseline.json", "--format", "concise"]);
    assert!(run.stdout.starts_with("a.kql:3:18: warning CSE001"), "only the second is new: {}", run.stdout);
    let name = folder.file_name().expect("it has a name").to_string_lossy().into_owned();
    let above = folder.parent().expect("it has a parent");
    let baseline = format!("{name}/kqlift-baseline.json");
    write(&folder, "a.kql", QUERY);
    assert_eq!(kqlift(above, &["lint", "--baseline", &baseline, &name]).code, Some(0));
}

/// Kills a run as soon as it has begun to write: each file is the old one or the new one.
#[test]
fn a_killed_run_leaves_no_half_files() {
    const FILES: usize = 1_000;
    let (old, new) = (QUERY.to_owned(), QUERY.replace("==", "=~"));
    let folder = scratch("changes-killed");
    let names: Vec<String> = (0..FILES).map(|index| format!("{index:04}.kql")).collect();
    for name in &names {
        write(&folder, name, &old);
    }
    let watched = folder.join(&names[10]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_kqlift"))
        .args(["lint", "--fix", "--unsafe-fixes", "--select", "CSE001", "--format", "concise"])
        .current_dir(&folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("Cargo has built the binary");
    while child.try_wait().expect("it is our child").is_none() {
        if std::fs::read(&watched).is_ok_and(|text| text == new.as_bytes()) {
            child.kill().expect("it is our child");
        }
        std::thread::sleep(std::time::Duration::from_micros(200));
    }
    let texts: Vec<String> = names.iter().map(|name| text(&folder, name)).collect();
    assert!(texts.iter().all(|text| *text == old || *text == new));
    // What the killed run was about to write is hidden from walks, and swept away by a later run.
    let temporary = || {
        let names = std::fs::read_dir(&folder).expect("it is there").filter_map(Result::ok);
        names.filter(|entry| entry.file_name().to_string_lossy().ends_with(".kqlift-tmp")).count()
    };
    let left = write(&folder, ".0000.kql.1.kqlift-tmp", "half");
    let hour = std::time::Duration::from_secs(3_600);
    let an_hour_ago = std::time::SystemTime::now().checked_sub(hour).expect("it is later than 1970");
    std::fs::File::open(&left).and_then(|file| file.set_modified(an_hour_ago)).expect("it is ours");
    let young = temporary() - 1;
    assert!(young <= 1, "{young}");
    let run = kqlift(&folder, &["lint", "--fix", "--unsafe-fixes", "--select", "CSE001", "--format", "concise"]);
    assert_eq!((run.code, temporary()), (Some(0), young), "{}", run.stdout);
    assert!(names.iter().all(|name| text(&folder, name) == new));
    let written = texts.iter().filter(|text| **text == new).count();
    assert!((1..FILES).contains(&written), "the run was not killed in the middle: {written}");
}
