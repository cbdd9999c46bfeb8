//! The files that other programs read: pre-commit hooks, the GitHub action and its problem matcher.

mod run;

use run::{kqlift, root, scratch};
use serde_yaml::Value;

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).expect("it is committed")
}

/// Options (`--format`) that a text names.
fn options(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| word.len() > 2 && word.starts_with("--"))
}

#[test]
fn hooks_take_the_files_that_hold_rules() {
    let hooks: Vec<Value> = serde_yaml::from_str(&read(".pre-commit-hooks.yaml")).expect("YAML");
    let ids: Vec<&str> = hooks.iter().filter_map(|hook| hook["id"].as_str()).collect();
    assert_eq!(ids, ["kqlift-fix", "kqlift-lint"]);
    for hook in &hooks {
        let entry = hook["entry"].as_str().expect("every hook has one");
        assert!(entry.starts_with("kqlift lint") && hook["language"].as_str() == Some("rust"), "{entry}");
        let files = regex::Regex::new(hook["files"].as_str().expect("every hook has it")).expect("a regex");
        for name in ["a.kql", "Detections/b.yaml", "c.yml", "d.md", "e.csl", "f.json", "g.kusto"] {
            assert!(files.is_match(name), "{name}");
        }
        assert!(!files.is_match("a.kql.bak") && !files.is_match("akql"));
    }
}

#[test]
fn the_readme_shows_hooks_that_there_are() {
    let readme = read("README.md");
    let block = |start: &str| {
        let at = readme.find(start).expect("the README has it");
        serde_yaml::from_str::<Value>(readme[at..].split("```").next().unwrap_or_default()).expect("YAML")
    };
    let hooks: Vec<Value> = serde_yaml::from_str(&read(".pre-commit-hooks.yaml")).expect("YAML");
    let shown = &block("repos:\n")["repos"][0];
    let version = format!("v{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(shown["rev"].as_str(), Some(version.as_str()));
    let ids = shown["hooks"].as_sequence().expect("a list").iter().map(|hook| &hook["id"]);
    assert!(ids.eq(hooks.iter().map(|hook| &hook["id"])));
    let action: Value = serde_yaml::from_str(&read("action.yml")).expect("YAML");
    let inputs = action["inputs"].as_mapping().expect("a mapping");
    let step = &block("- uses: kqlift/kqlift@")[0];
    for (name, _) in step["with"].as_mapping().expect("a mapping") {
        assert!(inputs.contains_key(name), "{name:?}");
    }
}

#[test]
fn the_action_uses_options_that_there_are() {
    let action: Value = serde_yaml::from_str(&read("action.yml")).expect("YAML");
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    let script = action["runs"]["steps"][1]["run"].as_str().expect("the second step lints");
    assert!(!script.contains("${{"), "inputs are variables, not text of the script");
    let help = kqlift(root(), &["lint", "--help"]).stdout;
    for option in options(script) {
        assert!(help.contains(option), "{option}");
    }
}

/// The step of the action that lints, as a runner runs it.
#[cfg(unix)]
#[test]
fn the_steps_of_the_action_run() {
    use std::process::Command;

    let action: Value = serde_yaml::from_str(&read("action.yml")).expect("YAML");
    let script = action["runs"]["steps"][1]["run"].as_str().expect("the second step lints");
    let folder = scratch("integrations-action");
    std::fs::create_dir(folder.join("my rules")).expect("writable");
    std::fs::write(folder.join("my rules/r.kql"), "T\n| join (U) on a\n").expect("writable");
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_kqlift")).parent().expect("it is in a folder");
    let path = std::env::join_paths(
        std::iter::once(binary.to_path_buf())
            .chain(std::env::var_os("PATH").iter().flat_map(|path| std::env::split_paths(path).collect::<Vec<_>>())),
    )
    .expect("no folder has a colon in its name");
    let step = |inputs: &[(&str, &str)]| {
        let defaults = [
            ("INPUT_PATHS", "my rules\n"),
            ("INPUT_FORMAT", "github"),
            ("INPUT_FAIL_ON", ""),
            ("INPUT_CONFIG", ""),
            ("INPUT_SARIF_FILE", ""),
        ];
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script])
            .current_dir(&folder)
            .env("PATH", &path)
            .env("GITHUB_ACTION_PATH", root())
            .envs(defaults)
            .envs(inputs.iter().copied())
            .output()
            .expect("bash is there");
        (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
    };
    let (code, text) = step(&[]);
    assert_eq!(code, Some(1));
    assert!(text.contains("::warning title=kqlift JON001"), "{text}");
    let (code, text) = step(&[("INPUT_FAIL_ON", "error"), ("INPUT_FORMAT", "concise")]);
    assert_eq!(code, Some(0));
    let matcher = text.lines().next().and_then(|line| line.strip_prefix("::add-matcher::")).expect("a command");
    assert!(std::path::Path::new(matcher).is_file(), "{matcher}");
    let (code, _) = step(&[("INPUT_SARIF_FILE", "out.sarif"), ("INPUT_FAIL_ON", "never")]);
    assert_eq!(code, Some(0));
    let sarif = std::fs::read_to_string(folder.join("out.sarif")).expect("it is written");
    assert!(sarif.contains("\"ruleId\": \"JON001\""), "{sarif}");
    assert_eq!(step(&[("INPUT_CONFIG", "nowhere.toml")]).0, Some(2));
    assert_eq!(step(&[("INPUT_PATHS", "$(touch owned)\n")]).0, Some(2));
    assert!(!folder.join("owned").exists());
}

#[test]
fn the_problem_matcher_reads_concise_lines() {
    let matchers: serde_json::Value = serde_json::from_str(&read(".github/kqlift-matcher.json")).expect("JSON");
    let regex = |index: usize| {
        let pattern = &matchers["problemMatcher"][index]["pattern"][0];
        regex::Regex::new(pattern["regexp"].as_str().expect("a text")).expect("a regex")
    };
    let (loud, quiet) = (regex(0), regex(1));
    let folder = scratch("integrations-matcher");
    std::fs::write(folder.join("kqlift.toml"), "[lint.severity]\nCSE = \"info\"\n").expect("writable");
    let query = "DeviceProcessEvents\n| where FileName == \"a.exe\"\n| join (DeviceInfo) on DeviceId\n";
    std::fs::write(folder.join("r.kql"), query).expect("writable");
    let run = kqlift(&folder, &["lint", "-q", "--format", "concise"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let [info, warning] = lines.as_slice() else { panic!("two findings, not {lines:?}") };
    let parts = |regex: &regex::Regex, line: &str| {
        let captures = regex.captures(line).unwrap_or_else(|| panic!("no match: {line}"));
        (1..6).map(|index| captures[index].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(parts(&loud, warning), ["r.kql", "3", "3", "warning", "JON001"]);
    assert_eq!(parts(&quiet, info)[..4], ["r.kql", "2", "18", "CSE001"]);
    assert!(!loud.is_match(info) && !quiet.is_match(warning));
}
