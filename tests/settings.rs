//! Keys of the configuration that other commands than `lint` heed, and files with different settings in one run.

mod run;

use std::path::{Path, PathBuf};

use run::{Run, kqlift, scratch};

const QUERY: &str = "Gateway_CL\n| where UserName == \"x\"\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        std::fs::write(path, text).expect("writable");
    }
}

fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = scratch(&format!("settings-{name}"));
    write(&folder, files);
    folder
}

/// Two folders whose own table has other columns, one of them with the column that the query reads.
fn two_workspaces(name: &str) -> PathBuf {
    let schema = "schema = [\"tables.toml\"]\n";
    folder(
        name,
        &[
            ("one/kqlift.toml", schema),
            ("one/tables.toml", "[tables.Gateway_CL]\ncolumns = [\"TimeGenerated:datetime\", \"UserName\"]\n"),
            ("one/rule.kql", QUERY),
            ("two/kqlift.toml", schema),
            ("two/tables.toml", "[tables.Gateway_CL]\ncolumns = [\"TimeGenerated:datetime\", \"User_s\"]\n"),
            ("two/rule.kql", QUERY),
        ],
    )
}

/// `path:line code` of each finding.
fn found(run: &Run) -> Vec<String> {
    let words = |line: &str| {
        let mut words = line.split(' ');
        let mut place = words.next()?.split(':');
        let code = words.nth(1)?;
        Some(format!("{}:{} {code}", place.next()?, place.next()?))
    };
    run.stdout.lines().filter_map(words).collect()
}

#[test]
fn each_file_has_the_tables_of_its_own_configuration() {
    let folder = two_workspaces("schema");
    let lint = ["lint", "-q", "--select", "SCH002", "--format", "concise"];
    assert_eq!(found(&kqlift(&folder, &lint)), ["two/rule.kql:2 SCH002"]);
    assert_eq!(
        kqlift(&folder, &["baseline", "write", "--select", "SCH002"]).stdout,
        "1 finding in kqlift-baseline.json\n"
    );
    let columns = kqlift(&folder, &["parse", "--emit", "columns"]).stdout;
    let lines: Vec<&str> = columns.lines().collect();
    assert!(lines[0].contains("\"unresolved\":[]") && lines[1].contains("\"name\":\"UserName\""), "{columns}");
    assert_eq!(
        kqlift(&folder.join("one"), &["schema", "show", "Gateway_CL"]).stdout,
        "TimeGenerated:datetime\nUserName:string\n"
    );

    // What the command line names is laid over that.
    let run = kqlift(&folder, &[&lint[..], &["--schema", "one/tables.toml"]].concat());
    assert_eq!(found(&run), [""; 0]);
    write(&folder, &[("two/tables.toml", "[tables\n")]);
    let run = kqlift(&folder, &lint);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("two/tables.toml"), "{}", run.stderr);
}

#[test]
fn pages_and_snapshots_use_the_configuration_too() {
    let folder = two_workspaces("pages");
    write(
        &folder,
        &[("one/kqlift.toml", "schema = [\"tables.toml\"]\n[lint]\nignore = [\"COR\"]\n[convert]\nto = [\"spl\"]\n")],
    );
    let explained = |name: &str| kqlift(&folder, &["explain", "--format", "json", name]).stdout;
    let (one, two) = (explained("one/rule.kql"), explained("two/rule.kql"));
    assert!(!one.contains("SCH002") && two.contains("SCH002"), "{one}\n{two}");
    assert!(!one.contains("\"sigma\"") && two.contains("\"sigma\""), "only the targets that the team has");
    assert_eq!(kqlift(&folder, &["snapshot", ".", "--into", "snaps", "--update"]).code, Some(0));
    let snapshot = |name: &str| std::fs::read_to_string(folder.join("snaps").join(name)).expect("it is written");
    assert!(!snapshot("one/rule.kql.snap").contains("=== sigma"));
    assert!(snapshot("two/rule.kql.snap").contains("=== sigma"));
    let stats = kqlift(&folder, &["catalog", "stats", "--format", "json"]).stdout;
    let stats: serde_json::Value = serde_json::from_str(&stats).expect("JSON");
    let tried = |target: &str| {
        let list = stats["conversions"].as_array().expect("a list");
        list.iter().find(|one| one["target"] == target).and_then(|one| one["tried"].as_u64())
    };
    assert_eq!((tried("sigma"), tried("spl")), (Some(1), Some(2)));
    // The configuration that is named comes before those that are found.
    write(&folder, &[("other.toml", "[convert]\nto = [\"asim\"]\n")]);
    let stats = kqlift(&folder, &["catalog", "stats", "--format", "json", "--config", "other.toml"]).stdout;
    assert!(stats.contains("\"asim\"") && !stats.contains("\"spl\""), "{stats}");
}

#[test]
fn findings_on_pages_are_those_of_lint() {
    let query = "DeviceProcessEvents\n| where FileName == \"cmd.exe\" // kqlift: ignore[CSE001] the vendor's spelling\n| join (DeviceInfo) on DeviceId\n";
    let folder = folder("pages-lint", &[("kqlift.toml", "[lint.severity]\nJON001 = \"error\"\n"), ("rule.kql", query)]);
    let run = kqlift(&folder, &["explain", "--only", "findings", "--format", "json", "rule.kql"]);
    let page: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let findings: Vec<(&str, &str)> = page["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| (finding["code"].as_str().expect("a code"), finding["severity"].as_str().expect("a severity")))
        .collect();
    assert_eq!(findings, [("JON001", "error")]);
}

#[test]
fn mappings_of_the_configuration_come_before_those_that_are_built_in() {
    let maps = "fields:\n- id: process_creation.windows\n  xdr_table: DeviceProcessEvents\n  fields:\n  - {concept: command line, form: cmdline, sigma: HouseCommand, xdr: ProcessCommandLine}\n";
    let query = "DeviceProcessEvents\n| where ProcessCommandLine contains \"lsass\"\n";
    let files = [
        ("kqlift.toml", "[convert]\nto = [\"sigma\"]\nmaps = [\"maps/house.yaml\"]\n"),
        ("maps/house.yaml", maps),
        ("maps/other.yaml", &maps.replace("HouseCommand", "OtherCommand")),
        ("rules/rule.kql", query),
    ];
    let folder = folder("maps", &files);
    let rules = folder.join("rules");
    let run = kqlift(&rules, &["convert", "rule.kql"]);
    assert!(run.stdout.contains("HouseCommand|contains: 'lsass'"), "{}{}", run.stdout, run.stderr);
    let run = kqlift(&rules, &["convert", "--map", "../maps/other.yaml", "rule.kql"]);
    assert!(run.stdout.contains("OtherCommand|contains"), "the command line comes last: {}", run.stdout);
    let run = kqlift(&rules, &["convert", "--isolated", "--to", "sigma", "rule.kql"]);
    assert!(run.stdout.contains("CommandLine|contains") && !run.stdout.contains("House"), "{}", run.stdout);
    let run = kqlift(&folder, &["snapshot", "rules", "--into", "snaps", "--update"]);
    let snapshot = std::fs::read_to_string(folder.join("snaps/rule.kql.snap"));
    assert!(snapshot.is_ok_and(|text| text.contains("HouseCommand")), "{}", run.stderr);
    write(&folder, &[("maps/house.yaml", "no: mapping\n")]);
    let run = kqlift(&rules, &["convert", "rule.kql"]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("can't use the mapping") && run.stderr.contains("house.yaml"), "{}", run.stderr);
}

#[test]
fn the_column_with_the_time_is_what_the_configuration_says() {
    let tables = "[tables.Gateway_CL]\ncolumns = [\"Seen:datetime\", \"UserName\"]\n";
    let target = "schema = [\"tables.toml\"]\n[[target]]\npaths = [\"Hunting/**\"]\nkind = \"hunting\"\ntime-column = \"Seen\"\n";
    let bounded = "let since = datetime(2026-01-01);\nGateway_CL\n| where Seen > since and UserName == \"x\"\n";
    let files = [
        ("kqlift.toml", target),
        ("tables.toml", tables),
        ("Hunting/bounded.kql", bounded),
        ("Hunting/open.kql", QUERY),
        ("other/bounded.kql", bounded),
    ];
    let folder = folder("time", &files);
    let run = kqlift(&folder, &["lint", "-q", "--select", "PRF002", "--format", "concise"]);
    assert_eq!(found(&run), ["Hunting/open.kql:1 PRF002", "other/bounded.kql:2 PRF002"]);
    let run = kqlift(&folder, &["lint", "--select", "PRF002", "Hunting/open.kql"]);
    assert!(run.stdout.contains("start with `| where Seen > ago(7d)`"), "{}", run.stdout);
}

#[test]
fn versions_are_compared_with_what_the_workspace_knows() {
    let folder = two_workspaces("diff");
    write(&folder, &[("one/new.kql", &QUERY.replace("==", "=~"))]);
    let run = kqlift(&folder, &["diff", "one/rule.kql", "one/new.kql"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("wider"), "{}{}", run.stdout, run.stderr);
    write(&folder, &[("one/kqlift.toml", "selct = 1\n")]);
    assert_eq!(kqlift(&folder, &["diff", "one/rule.kql", "one/new.kql"]).code, Some(2));
    assert_eq!(kqlift(&folder, &["diff", "--isolated", "one/rule.kql", "one/new.kql"]).code, Some(1));
}

#[test]
fn files_that_cannot_be_read_can_be_left_out_and_weigh_what_is_wanted() {
    let broken = "name: x\nname: y\nquery: T\n";
    let folder = folder("unreadable", &[("templates/broken.yaml", broken), ("rule.kql", "DeviceInfo\n| count\n")]);
    let lint = |arguments: &[&str]| {
        let run = kqlift(&folder, &[&["lint", "-q", "--format", "concise"], arguments].concat());
        (run.code, found(&run))
    };
    assert_eq!(lint(&[]), (Some(1), vec!["templates/broken.yaml:2 FIL001".to_owned()]));
    assert_eq!(lint(&["--ignore", "FIL"]), (Some(0), vec![]));
    assert_eq!(lint(&["--select", "CSE"]), (Some(0), vec![]));
    write(&folder, &[("kqlift.toml", "[lint.severity]\nunreadable-file = \"info\"\n")]);
    assert_eq!(lint(&[]), (Some(0), vec!["templates/broken.yaml:2 FIL001".to_owned()]));
    write(&folder, &[("kqlift.toml", "[lint.per-file-ignores]\n\"templates/**\" = [\"FIL001\"]\n")]);
    assert_eq!(lint(&[]), (Some(0), vec![]));
}

#[test]
fn what_is_off_by_default_is_for_those_who_ask() {
    let folder = folder("persona", &[("rule.kql", "DeviceProcessEvents\n| where FileName =~ \"x.exe\"\n")]);
    let codes = |arguments: &[&str]| {
        let run = kqlift(&folder, &[&["lint", "-q", "--format", "concise"], arguments].concat());
        found(&run).iter().any(|finding| finding.ends_with("PRF002"))
    };
    assert!(!codes(&[]) && !codes(&["--persona", "regular"]));
    assert!(codes(&["--persona", "pedantic"]) && codes(&["--select", "ALL"]) && codes(&["--extend-select", "PRF"]));
    assert!(!codes(&["--persona", "pedantic", "--ignore", "PRF"]));
    let sure = |level: &str| {
        let run = kqlift(&folder, &["lint", "--persona", "pedantic", "--format", "json", "--min-confidence", level]);
        serde_json::from_str::<serde_json::Value>(&run.stdout).expect("JSON")["diagnostics"]
            .as_array()
            .map_or(0, Vec::len)
    };
    assert!(sure("low") > sure("high"), "{} {}", sure("low"), sure("high"));
    // What is shown as the settings means the same when it is used.
    let shown = kqlift(&folder, &["config", "show"]).stdout;
    write(&folder, &[("kqlift.toml", &shown)]);
    assert!(!codes(&[]), "{shown}");
}
