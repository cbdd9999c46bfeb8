//! Comments that silence findings: every form, where it reaches and where not, and what is said about comments.

mod lint_harness;

use std::path::Path;

use kqlift::diagnostic::Diagnostic;
use kqlift::lint::Rule;
use kqlift::source::{Loaded, RuleFile, read};
use kqlift::suppress::{Options, add, apply};
use lint_harness::{Subject, findings, outcome};

/// The lint rules that the texts here are written for, so that new ones change nothing.
fn is_run(rule: &Rule) -> bool {
    let is_one_of = |codes: &[&str]| codes.contains(&rule.code);
    is_one_of(&["CSE001", "ENT001", "JON001", "MET007", "SYN001", "TRM001"]) || rule.code.starts_with("SUP")
}

/// Codes that stand, with the line of the file, and codes that are silenced.
fn heard(path: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let subject = Subject::new(Path::new(path), text);
    let outcome = outcome(&subject.file, &is_run);
    let line = |rule: usize, place| {
        let offset = subject.file.rules[rule].file_span(place).start as usize;
        text[..offset].matches('\n').count() + 1
    };
    let stands =
        outcome.findings.iter().map(|(rule, finding)| format!("{}:{}", finding.code, line(*rule, finding.place)));
    let silenced = outcome
        .suppressed
        .iter()
        .map(|one| format!("{}:{}", one.diagnostic.code, line(one.rule, one.diagnostic.place)));
    (stands.collect(), silenced.collect())
}

fn kql(text: &str) -> (Vec<String>, Vec<String>) {
    heard("rule.kql", text)
}

#[track_caller]
fn assert_kql(text: &str, stands: &[&str], silenced: &[&str]) {
    let (left, right) = kql(text);
    assert_eq!((left.as_slice(), right.as_slice()), (&owned(stands)[..], &owned(silenced)[..]), "{text}");
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

const TWICE: &str = "DeviceProcessEvents\n| where FileName == \"a.exe\"\n| where FileName == \"b.exe\"\n";

#[test]
fn without_comments_all_stand() {
    assert_kql(TWICE, &["CSE001:2", "CSE001:3"], &[]);
}

#[test]
fn behind_a_line() {
    let text = TWICE.replace("\"a.exe\"", "\"a.exe\" // kqlift: ignore[CSE001] why");
    assert_kql(&text, &["CSE001:3"], &["CSE001:2"]);
    let text = TWICE.replace("\"b.exe\"", "\"b.exe\" // kqlift: ignore[CSE001] why");
    assert_kql(&text, &["CSE001:2"], &["CSE001:3"]);
}

#[test]
fn codes_names_families_and_lists() {
    for word in ["CSE001", "cse001", "case-sensitive-filename", "CSE", "CSE0", "TRM, CSE", " CSE001 "] {
        let text = format!("DeviceProcessEvents\n| where FileName == \"a.exe\" // kqlift: ignore[{word}] why");
        let (stands, silenced) = kql(&text);
        assert_eq!(silenced, ["CSE001:2"], "{word}");
        assert_eq!(stands.is_empty(), !word.contains("TRM"), "{word}: {stands:?}");
    }
}

#[test]
fn behind_another_comment() {
    let text = TWICE.replace("\"a.exe\"", "\"a.exe\" // told twice // kqlift: ignore[CSE001] why");
    assert_kql(&text, &["CSE001:3"], &["CSE001:2"]);
    // A comment that merely speaks of kqlift asks for nothing.
    assert_kql(&TWICE.replace("\"a.exe\"", "\"a.exe\" // see kqlift: ignore[CSE001]"), &["CSE001:2", "CSE001:3"], &[]);
    assert_kql(&TWICE.replace("\"a.exe\"", "\"// kqlift: ignore[CSE001].exe\""), &["CSE001:2", "CSE001:3"], &[]);
}

#[test]
fn on_its_own_line_the_next_stage() {
    let text = TWICE
        .replace("| where FileName == \"a", "// kqlift: ignore[CSE001] why\n| where 1 == 1\n  and FileName == \"a");
    assert_kql(&text, &["CSE001:5"], &["CSE001:4"]);
    let inside = "DeviceProcessEvents\n| where FileName == \"a.exe\"\n  // kqlift: ignore[CSE001] why\n  or FileName == \"b.exe\"\n  or FileName == \"c.exe\"\n";
    assert_kql(inside, &["CSE001:2", "CSE001:5"], &["CSE001:4"]);
}

#[test]
fn from_disable_to_enable() {
    let text = TWICE
        .replace("| where FileName == \"a", "// kqlift: disable[CSE] generated\n| where FileName == \"a")
        .replace("| where FileName == \"b", "// kqlift: enable[CSE001]\n| where FileName == \"b");
    assert_kql(&text, &["CSE001:5"], &["CSE001:3"]);
    let text = format!("// kqlift: disable[CSE001] generated\n{TWICE}");
    assert_kql(&text, &[], &["CSE001:3", "CSE001:4"]);
    let text =
        format!("// kqlift: disable[CSE001] generated\n{TWICE}// kqlift: enable\n| where FileName == \"c.exe\"\n");
    assert_kql(&text, &["CSE001:6"], &["CSE001:3", "CSE001:4"]);
    let text = format!("// kqlift: enable[CSE001]\n{TWICE}");
    assert_kql(&text, &["SUP001:1", "CSE001:3", "CSE001:4"], &[]);
}

#[test]
fn the_whole_file() {
    let text = format!("{TWICE}// kqlift: file-ignore[CSE001] why\n");
    assert_kql(&text, &[], &["CSE001:2", "CSE001:3"]);
    let block = |text: &str| format!("```kql\n{text}```\n");
    let markdown = block(TWICE) + &block("DeviceInfo\n// kqlift: file-ignore[CSE001] why\n| count\n");
    assert_eq!(heard("rules.md", &markdown), (Vec::new(), owned(&["CSE001:3", "CSE001:4"])));
}

const RULE: &str = "\
id: 7c1d2c3e-0f6a-4c58-9d7e-2a4b6c8d0e1f
name: x
description: |
  'In quotes.'
kind: Scheduled
queryFrequency: 1h
queryPeriod: 1h
query: |
  DeviceProcessEvents
  | where FileName == \"a.exe\"
entityMappings:
  - entityType: Host
    fieldMappings:
      - identifier: FullName
        columnName: Nowhere
version: 1.0.0
";

#[track_caller]
fn assert_yaml(from: &str, to: &str, stands: &[&str], silenced: &[&str]) {
    for line_end in ["\n", "\r\n"] {
        let text = RULE.replace(from, to).replace('\n', line_end);
        assert_eq!(heard("rule.yaml", &text), (owned(stands), owned(silenced)), "{text}");
    }
}

#[test]
fn yaml_without_comments() {
    let (mut stands, silenced) = heard("rule.yaml", RULE);
    stands.sort();
    assert_eq!((stands, silenced), (owned(&["CSE001:10", "ENT001:15", "MET007:4"]), Vec::new()));
}

#[test]
fn yaml_on_the_line_of_a_key() {
    assert_yaml(
        "description: |",
        "description: |  # kqlift: ignore[MET007] why",
        &["CSE001:10", "ENT001:15"],
        &["MET007:4"],
    );
    assert_yaml("Nowhere", "Nowhere # kqlift: ignore[ENT001] why", &["CSE001:10", "MET007:4"], &["ENT001:15"]);
    assert_yaml(
        "entityMappings:",
        "entityMappings: # kqlift: ignore[ENT] why",
        &["CSE001:10", "MET007:4"],
        &["ENT001:15"],
    );
    assert_yaml(
        "version:",
        "# kqlift: ignore[ENT001] why\nversion:",
        &["CSE001:10", "MET007:4", "ENT001:15", "SUP001:16"],
        &[],
    );
    assert_yaml(
        "entityMappings:",
        "# kqlift: ignore[ENT001] why\nentityMappings:",
        &["CSE001:10", "MET007:4"],
        &["ENT001:16"],
    );
}

#[test]
fn yaml_on_the_line_of_the_query_speaks_of_all_of_it() {
    assert_yaml("query: |", "query: | # kqlift: ignore[CSE001] why", &["MET007:4", "ENT001:15"], &["CSE001:10"]);
    assert_yaml(
        "name: x",
        "name: x # kqlift: file-ignore[CSE001, ENT001] why",
        &["MET007:4"],
        &["CSE001:10", "ENT001:15"],
    );
}

#[test]
fn yaml_from_disable_to_enable() {
    let from = |line: &str, comment: &str| (line.to_owned(), format!("# kqlift: {comment} why\n{line}"));
    let (line, disabled) = from("description:", "disable");
    assert_yaml(&line, &disabled, &["SUP002:3"], &["CSE001:11", "MET007:5", "ENT001:16"]);
    let (line, disabled) = from("query: |", "disable[CSE, ENT001]");
    assert_yaml(&line, &disabled, &["MET007:4"], &["CSE001:11", "ENT001:16"]);
    let (line, disabled) = from("entityMappings:", "disable[CSE, ENT001]");
    assert_yaml(&line, &disabled, &["CSE001:10", "MET007:4", "SUP001:11"], &["ENT001:16"]);
    // What is ended is ended for what follows, and what ends nothing is said.
    let text = RULE
        .replace("description:", "# kqlift: disable[MET007, CSE001] why\ndescription:")
        .replace("query: |", "# kqlift: enable[CSE]\nquery: |")
        .replace("version:", "# kqlift: enable[ENT]\nversion:");
    let wanted = (owned(&["CSE001:12", "ENT001:17", "SUP001:3", "SUP001:18"]), owned(&["MET007:5"]));
    assert_eq!(heard("rule.yaml", &text), wanted);
    // Inside the query, its own comments come later.
    let text = RULE
        .replace("query: |", "query: | # kqlift: disable[CSE, ENT] why")
        .replace("  | where", "  // kqlift: enable[CSE]\n  | where");
    let (stands, silenced) = heard("rule.yaml", &text);
    assert_eq!((stands, silenced), (owned(&["CSE001:11", "MET007:4", "SUP001:8"]), owned(&["ENT001:16"])));
}

#[test]
fn a_hash_inside_a_value_is_no_comment() {
    assert_yaml("name: x", "name: 'x # kqlift: ignore[CSE]'", &["CSE001:10", "MET007:4", "ENT001:15"], &[]);
    assert_yaml("  'In", "  # kqlift: ignore[MET007]\n  'In", &["CSE001:11", "ENT001:16"], &[]);
}

#[test]
fn kql_guard_on_request() {
    let text = TWICE.replace("\"a.exe\"", "\"a.exe\" // kql-guard:disable KQL012");
    // The counterpart of that code is another rule; nothing is said about the comment.
    assert_kql(&text, &["CSE001:2", "CSE001:3"], &[]);
    let text = TWICE.replace("\"a.exe\"", "\"a.exe\" // kql-guard:disable");
    assert_kql(&text, &["CSE001:3"], &["CSE001:2"]);
    let text = TWICE.replace("| where FileName == \"a", "// kql-guard:disable-next-line\n| where FileName == \"a");
    assert_kql(&text, &["CSE001:4"], &["CSE001:3"]);
    assert_kql(&format!("{TWICE}// kql-guard:disable-file"), &[], &["CSE001:2", "CSE001:3"]);
    let subject = Subject::new(Path::new("rule.kql"), &format!("{TWICE}// kql-guard:disable-file"));
    let found = findings(&subject.file.rules[0], is_run).into_iter().map(|finding| (0, finding)).collect();
    assert_eq!(apply(&subject.file, found, &|_| true, Options::default()).findings.len(), 2, "only on request");
}

#[test]
fn dates() {
    let with = |until: &str| TWICE.replace("\"a.exe\"", &format!("\"a.exe\" // kqlift: ignore[CSE001] {until} why"));
    assert_kql(&with("until:2026-06-15"), &["CSE001:3"], &["CSE001:2"]);
    assert_kql(&with("until:2026-06-14"), &["CSE001:2", "SUP005:2", "CSE001:3"], &[]);
    assert_kql(&with("until:tomorrow"), &["CSE001:2", "SUP005:2", "CSE001:3"], &[]);
}

#[test]
fn what_is_wrong_with_comments() {
    let with = |comment: &str| TWICE.replace("\"a.exe\"", &format!("\"a.exe\" // kqlift: {comment}"));
    assert_kql(&with("ignore why"), &["SUP002:2", "CSE001:3"], &["CSE001:2"]);
    assert_kql(&with("ignore[] why"), &["SUP002:2", "CSE001:3"], &["CSE001:2"]);
    assert_kql(&with("ignore[CSE001]"), &["SUP003:2", "CSE001:3"], &["CSE001:2"]);
    assert_kql(&with("ignore[CSE999] why"), &["CSE001:2", "SUP004:2", "CSE001:3"], &[]);
    assert_kql(&with("igrone[CSE001] why"), &["CSE001:2", "SUP004:2", "CSE001:3"], &[]);
    assert_kql(&with("ignore[TRM001] why"), &["CSE001:2", "SUP001:2", "CSE001:3"], &[]);
    assert_kql(&format!("T // kqlift: ignore why\n{TWICE}"), &["SUP002:1", "SYN001:2"], &[]);
    // Not every rule was run, so it can't be known that the comment is for nothing.
    assert_kql("T // kqlift: ignore why\n| count", &["SUP002:1"], &[]);
}

#[test]
fn a_comment_for_a_rule_that_was_not_run_is_not_called_unused() {
    let text = "T // kqlift: ignore[CSE001] why\n| count";
    let subject = Subject::new(Path::new("rule.kql"), text);
    let found = |selected: &dyn Fn(&Rule) -> bool| {
        apply(&subject.file, Vec::new(), selected, Options::default()).findings.len()
    };
    assert_eq!(
        (found(&|_| true), found(&|rule| rule.code != "CSE001"), found(&|rule| rule.code != "SUP001")),
        (1, 0, 0)
    );
}

#[test]
fn unused_comments_are_taken_out() {
    let fixed = |text: &str| {
        let subject = Subject::new(Path::new("rule.yaml"), text);
        subject.with(
            subject.findings().into_iter().filter(|finding| finding.code == "SUP001").filter_map(|finding| finding.fix),
        )
    };
    for line_end in ["\n", "\r\n"] {
        let rule = RULE.replace('\n', line_end);
        let with = |from: &str, to: &str| rule.replace(from, &to.replace('\n', line_end));
        assert_eq!(fixed(&with("name: x", "name: x  # kqlift: ignore[MET] why")), rule);
        assert_eq!(fixed(&with("name: x", "# kqlift: ignore[MET] why\nname: x")), rule);
        assert_eq!(fixed(&with("  | where", "  // kqlift: ignore[TRM] why\n  | where")), rule);
        assert_eq!(fixed(&with("\"a.exe\"", "\"a.exe\"  // kqlift: ignore[TRM] why")), rule);
        assert_eq!(
            fixed(&with("\"a.exe\"", "\"a.exe\" // kqlift: ignore[TRM, CSE001, JON] why")),
            with("\"a.exe\"", "\"a.exe\" // kqlift: ignore[CSE001] why")
        );
    }
}

fn file(path: &str, text: &str) -> RuleFile {
    match read(Path::new(path), text.as_bytes().to_vec(), None) {
        Loaded::Rules(file) => file,
        other => panic!("{other:?}"),
    }
}

#[test]
fn comments_are_written_for_what_is_found() {
    let check: &dyn Fn(&RuleFile) -> Vec<(usize, Diagnostic)> = &|file| outcome(file, &is_run).findings;
    for line_end in ["\n", "\r\n"] {
        let added = add(&file("rule.yaml", &RULE.replace('\n', line_end)), check, "as before");
        assert_eq!((added.silenced, added.remaining.len()), (3, 0));
        let expected = RULE
            .replace("description: |", "description: | # kqlift: ignore[MET007] as before")
            .replace("\"a.exe\"", "\"a.exe\" // kqlift: ignore[CSE001] as before")
            .replace("Nowhere", "Nowhere # kqlift: ignore[ENT001] as before");
        assert_eq!(added.file.text, expected.replace('\n', line_end));
    }
    let again = "DeviceProcessEvents\n| where FileName == \"a.exe\" // kqlift: ignore[TRM001] x\n";
    let added = add(&file("rule.kql", again), check, "y");
    assert_eq!(added.file.text, again.replace("[TRM001]", "[TRM001, CSE001]"));
}

#[test]
fn a_line_that_takes_no_comment() {
    let check: &dyn Fn(&RuleFile) -> Vec<(usize, Diagnostic)> = &|file| outcome(file, &is_run).findings;
    let text = "DeviceProcessEvents\n| where FileName == \"a.exe\" or ProcessCommandLine has ```x\ny```\n";
    let added = add(&file("rule.kql", text), check, "why");
    assert_eq!(added.file.text, text.replace("| where", "// kqlift: ignore[CSE001] why\n| where"));
    let json = "{\"queryCondition\": {\"queryText\": \"DeviceProcessEvents\\n| where FileName == \\\"a.exe\\\"\"}}";
    let added = add(&file("rule.json", json), check, "why");
    assert!(added.file.text.contains("== \\\"a.exe\\\" // kqlift: ignore["), "{}", added.file.text);
}
