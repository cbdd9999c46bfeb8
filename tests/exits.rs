//! Exit codes: 0 nothing to complain about, 1 findings, 2 the run itself, 3 no files. One test each.

mod run;

use std::path::{Path, PathBuf};

use run::{kqlift, scratch};

const CLEAN: &str = "DeviceProcessEvents\n| where FileName =~ \"cmd.exe\" and ProcessCommandLine has \"whoami\"\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("writable");
    }
}

fn rules(name: &str) -> PathBuf {
    let folder = scratch(&format!("exits-{name}"));
    write(
        &folder,
        &[
            ("clean.kql", CLEAN),
            ("case.kql", &CLEAN.replace("=~", "==")),
            ("broken.kql", "T | where (a == 1\n"),
            ("refused.kql", "DeviceProcessEvents\n| evaluate bag_unpack(AdditionalFields)\n"),
            ("events.jsonl", "{\"FileName\": \"cmd.exe\", \"ProcessCommandLine\": \"whoami /all\"}\n"),
            ("notes.yaml", "services: [web]\n"),
        ],
    );
    folder
}

#[track_caller]
fn assert_exit(folder: &Path, code: i32, command: &str) {
    let arguments: Vec<&str> = command.split(' ').collect();
    let run = kqlift(folder, &arguments);
    assert_eq!(run.code, Some(code), "{command}\n{}{}", run.stdout, run.stderr);
}

#[test]
fn nothing_to_complain_about_is_0() {
    let folder = rules("0");
    for command in [
        "lint clean.kql",
        "lint case.kql --fail-on error",
        "lint broken.kql --exit-zero",
        "lint notes.yaml",
        "lint --show-files",
        "lint --show-settings",
        "lint clean.kql --diff",
        "explain clean.kql",
        "parse clean.kql",
        "convert --to sigma clean.kql",
        "convert --to sigma refused.kql --exit-zero",
        "eval clean.kql --events events.jsonl",
        "diff clean.kql clean.kql",
        "snapshot clean.kql --into snaps --update",
        "snapshot clean.kql --into snaps --check",
        "baseline write",
        "baseline check",
        "lint clean.kql case.kql --baseline kqlift-baseline.json",
        "catalog build . -o site",
        "catalog search whoami",
        "rule --all",
        "schema list",
        "config show",
        "config schema",
        "config init",
        "completions bash",
        "man",
        "version",
        "--help",
        "--version",
    ] {
        assert_exit(&folder, 0, command);
    }
}

#[test]
fn findings_and_refusals_are_1() {
    let folder = rules("1");
    assert_exit(&folder, 0, "baseline write clean.kql");
    for command in [
        "lint case.kql",
        "check case.kql",
        "lint broken.kql",
        "lint case.kql --diff --unsafe-fixes",
        "lint clean.kql case.kql --fail-on info",
        "parse broken.kql",
        "convert --to sigma broken.kql",
        "convert --to sigma refused.kql",
        "convert --to sigma clean.kql --strict --mode idiomatic",
        "eval refused.kql --events events.jsonl",
        "diff clean.kql case.kql",
        "snapshot clean.kql --into snaps --check",
        "baseline check",
        "catalog search nothing-of-the-kind",
    ] {
        let is_exact = command.contains("--strict");
        if is_exact {
            // Whether it is exact depends on the target; a strict run never ends in anything but 0 or 1.
            let arguments: Vec<&str> = command.split(' ').collect();
            assert!(matches!(kqlift(&folder, &arguments).code, Some(0 | 1)), "{command}");
        } else {
            assert_exit(&folder, 1, command);
        }
    }
    assert_exit(&folder, 1, "lint case.kql --fix --unsafe-fixes --exit-non-zero-on-fix");
    assert_exit(&folder, 0, "lint case.kql");
}

#[test]
fn usage_configuration_and_input_are_2() {
    let folder = rules("2");
    write(&folder, &[("bad.toml", "selct = []\n"), ("bad.json", "{}\n"), ("bad-schema.toml", "[tables\n")]);
    for command in [
        "lnt",
        "lint --no-such-option",
        "lint nowhere.kql",
        "lint --select XYZ999",
        "lint --fail-on sometimes",
        "lint --unsafe-fixes",
        "lint --statistics --format sarif",
        "lint --config bad.toml",
        "lint --config nowhere.toml",
        "lint --schema bad-schema.toml",
        "lint --baseline bad.json",
        "lint --baseline nowhere.json",
        "lint clean.kql -o no/such/folder/report.txt",
        "explain nowhere.kql",
        "convert clean.kql",
        "convert --to qradar clean.kql",
        "convert --to sigma --map nowhere.yaml clean.kql",
        "eval clean.kql",
        "eval clean.kql --events nowhere.jsonl",
        "diff clean.kql nowhere.kql",
        "diff clean.kql broken.kql",
        "rule XYZ999",
        "schema show NoSuchTable",
        "baseline check",
        "completions tcsh",
    ] {
        assert_exit(&folder, 2, command);
    }
    write(&folder, &[("kqlift.toml", "selct = []\n")]);
    for command in ["lint", "explain", "parse", "convert --to spl", "baseline write", "config show", "catalog stats"] {
        assert_exit(&folder, 2, command);
    }
}

#[test]
fn no_files_are_3_and_0_if_that_is_allowed() {
    let folder = scratch("exits-3");
    std::fs::create_dir(folder.join("rules")).expect("writable");
    write(&folder, &[("events.jsonl", "{}\n")]);
    for command in [
        "lint rules",
        "explain rules",
        "parse rules",
        "convert --to sigma rules",
        "eval --events events.jsonl rules",
        "baseline write rules",
        "catalog build rules -o site",
        "snapshot rules --into snaps",
    ] {
        assert_exit(&folder, 3, command);
        assert_exit(&folder, 0, &format!("{command} --allow-empty"));
    }
}

#[test]
fn a_query_that_is_too_large_is_said_to_be() {
    let folder = scratch("exits-large");
    let line = "| where FileName =~ \"a.exe\" and ProcessCommandLine has \"b\"\n";
    write(&folder, &[("large.kql", &format!("DeviceProcessEvents\n{}", line.repeat(5_000)))]);
    let run = kqlift(&folder, &["lint", "--format", "concise", "large.kql"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.starts_with("large.kql:1:1: error FIL001 unreadable-file: the query has "), "{}", run.stdout);
}
