//! Files with several queries, one below the other: where they are divided, and what each command makes of it.

mod ratchet;
mod run;
mod shared;

use std::collections::BTreeMap;
use std::path::Path;

use kqlift::parse::{parse, queries};
use kqlift::source::{Loaded, RuleFile, read, reread, undivided};
use kqlift::span::{Place, Span};
use proptest::prelude::*;
use run::{Run, kqlift, scratch};

/// The queries of a text, as text.
fn parts(text: &str) -> Vec<&str> {
    queries(text).into_iter().map(|span| span.slice(text)).collect()
}

/// The first line of code of each query.
fn heads(text: &str) -> Vec<&str> {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    parts(text).into_iter().map(|part| part.lines().find(is_code).unwrap_or_default().trim()).collect()
}

fn assert_whole(texts: &[&str]) {
    for text in texts {
        assert_eq!(parts(text), [*text]);
    }
}

#[test]
fn a_query_ends_at_an_empty_line_behind_which_another_begins() {
    assert_eq!(heads("A\n| where x == 1\n\nB\n| take 2\n"), ["A", "B"]);
    assert_eq!(heads("A | take 1\n \t\nB | take 2\n\n\n\nC | take 3"), ["A | take 1", "B | take 2", "C | take 3"]);
    assert_eq!(heads("A | take 1\r\n\r\nB | take 2\r\n"), ["A | take 1", "B | take 2"]);
    assert_eq!(heads("A | take 1\n\nlet n = 2;\n\nB | take n"), ["A | take 1", "let n = 2;"]);
    assert_eq!(heads("A | take 1\n\nunion B, C\n| take 2"), ["A | take 1", "union B, C"]);
    assert_eq!(heads("A | take 1\n\nsearch \"x\"\n\nprint 1"), ["A | take 1", "search \"x\"", "print 1"]);
    assert_eq!(
        heads("A | take 1\n\n_Im_Dns(starttime=ago(1d))\n| take 2"),
        ["A | take 1", "_Im_Dns(starttime=ago(1d))"]
    );
    assert_eq!(heads("A | take 1\n\n(B | take 2)\n| count"), ["A | take 1", "(B | take 2)"]);
    assert_eq!(heads("Alpha\n\nBeta\n\nGamma\n"), ["Alpha", "Beta", "Gamma"]);
    assert_eq!(heads("A | take 1;\n\nB | take 2;\n\nC | where ==\n"), ["A | take 1;", "B | take 2;", "C | where =="]);
}

#[test]
fn one_query_stays_whole_whatever_its_lines_are() {
    assert_whole(&[
        "T\n\n| where a == 1\n\n| take 1\n",
        "let a = 1;\n\nlet b = 2;\n\nT\n| where x == a\n",
        "A | take 1;\n\nB | take 2",
        "let f = () {\n\nA\n| take 1\n\n};\n\nf()",
        "T | where a in (1,\n\n2)",
        "T | where s == ```\n\nU | take 1\n\n```",
        "\n\n// only words\n\n// and words\n",
        "T",
        "",
    ]);
}

#[test]
fn a_broken_query_stays_whole_too() {
    assert_whole(&[
        // A semicolon is missing.
        "let a = 1\n\nlet b = 2;\nT | where x == a",
        "let a = A | take 1\n\nB | take 2",
        // A pipe is missing.
        "T\n| where a == 1\n\nproject a, b",
        "T\n| where a == 1\n\ntake (5)",
        // The mistake stands elsewhere.
        "T\n\n| where a = = 1\n\n| where b\n",
        "T | where a AND\n\nnot(b)",
        "T | where a AND\n\niff(b, true, false)",
        "T | summarize n = count(),\n\nm = max(x) by AND",
        "T | where x ==== 1\n| union\n\nU\n| take 1",
        "T | where x ==== 1\n| join kind=inner\n\n(U | take 1) on x",
        "T | where a in (1,\n\nU\n| take 1) AND b",
        "T | where a\n\nb || c",
        // Not KQL at all.
        "Some words\n\nand some more (really)\n\n- a list\n",
    ]);
}

#[test]
fn a_query_that_is_broken_is_still_a_query() {
    assert_eq!(heads("A | where x ==== 1\n\nB\n| take 2\n"), ["A | where x ==== 1", "B"]);
    assert_eq!(heads("A | where x AND y\n\nB | where AND\n"), ["A | where x AND y", "B | where AND"]);
    assert_eq!(heads("A | where (x == 1\n\nB | take 2\n"), ["A | where (x == 1", "B | take 2"]);
    assert_eq!(heads("A | where s == \"x\n\nB | take 2\n"), ["A | where s == \"x", "B | take 2"]);
    assert_eq!(heads("A | take 1 |\n\nB\n| take 2\n"), ["A | take 1 |", "B"]);
    assert_eq!(heads("A | take 1\n\nlet b = 2;\nB | where (x\n"), ["A | take 1", "let b = 2;"]);
}

#[test]
fn comments_belong_to_the_query_below_them() {
    let text =
        "// file\n\n// one\nA | take 1 // still one\n// of one\n\n// two\n\n// two again\nB | take 2\n\n// the end\n";
    assert_eq!(
        parts(text),
        ["// file\n\n// one\nA | take 1 // still one\n// of one", "// two\n\n// two again\nB | take 2\n\n// the end"]
    );
}

const TWO: &str = "\u{FEFF}// kqlift: file-ignore[STY] they are old\r\nSecurityEvent\r\n| where EventID == 4697\r\n\r\n  SecurityEvent\r\n  | where Account =~ \"a\\d\"\r\n";

fn file(text: &str) -> RuleFile {
    match read(Path::new("two.kql"), text.as_bytes().to_vec(), None) {
        Loaded::Rules(file) => file,
        other => panic!("{other:?}"),
    }
}

#[test]
fn places_and_titles_are_those_of_the_file() {
    let file = file(TWO);
    assert_eq!(file.rules.len(), 2);
    for rule in &file.rules {
        for (offset, c) in rule.query().char_indices() {
            let place = Place::query(Span::new(offset, offset + c.len_utf8()));
            assert!(file.text[rule.file_span(place).range()].chars().eq([c]));
        }
    }
    let hints: Vec<_> = file.rules.iter().filter_map(|rule| rule.title_hint.as_deref()).collect();
    assert_eq!(hints, ["two (1)", "two (2)"]);
    let again = reread(&file, file.text.clone()).expect("it is the same file");
    assert_eq!(again, file);
    let whole = undivided(file.clone());
    assert_eq!(whole.rules.len(), 1);
    assert_eq!(whole.rules[0].query(), TWO.trim_start_matches('\u{FEFF}'));
}

/// A folder with one file of three queries, the second with a mistake that has a fix.
fn three(test: &str) -> std::path::PathBuf {
    let folder = scratch(test);
    let queries = "// Services\nSecurityEvent\n| where EventID == 4697\n\n// Tasks\nSecurityEvent\n| where EventID == 4698 AND Computer =~ 'a'\n\n\n// Accounts\nSecurityEvent\n| where EventID == 4720\n";
    std::fs::write(folder.join("three.kql"), queries).expect("the scratch folder is writable");
    folder
}

fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().collect()
}

#[test]
fn lint_reads_each_and_says_so_once() {
    let folder = three("blocks-lint");
    let run = kqlift(&folder, &["lint", "--select", "SYN", "--format", "concise", "three.kql"]);
    assert_eq!(run.code, Some(1));
    let found: Vec<&str> = lines(&run).into_iter().filter(|line| line.contains(" SYN0")).collect();
    assert_eq!(found.len(), 2, "{}", run.stdout);
    assert!(found[0].starts_with("three.kql:6:1: info SYN008"), "{}", run.stdout);
    assert!(found[1].starts_with("three.kql:7:25: error SYN003"), "{}", run.stdout);
}

#[test]
fn a_fix_changes_its_own_query_only() {
    let folder = three("blocks-fix");
    let before = std::fs::read_to_string(folder.join("three.kql")).expect("it was written");
    let run = kqlift(&folder, &["lint", "--fix", "--select", "SYN", "three.kql"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
    let after = std::fs::read_to_string(folder.join("three.kql")).expect("it is still there");
    assert_eq!(after, before.replace("AND", "and"));
}

#[test]
fn comments_silence_from_where_they_stand() {
    let folder = scratch("blocks-comments");
    let text = "// kqlift: disable[SYN003]\nA | where x AND y\n\n// kqlift: enable[SYN003]\nB | where x AND y\n\nC | where x AND y // kqlift: ignore[SYN003]\n";
    std::fs::write(folder.join("some.kql"), text).expect("the scratch folder is writable");
    let run = kqlift(&folder, &["lint", "--select", "SYN003,SUP", "--format", "concise", "some.kql"]);
    let found: Vec<&str> = lines(&run).into_iter().filter(|line| line.starts_with("some.kql")).collect();
    assert_eq!(found.len(), 1, "{}", run.stdout);
    assert!(found[0].starts_with("some.kql:5:13: error SYN003"), "{}", run.stdout);
}

#[test]
fn convert_writes_a_file_for_each() {
    let folder = three("blocks-convert");
    let (first, second) = ("SecurityEvent | where EventID == 1\n", "SecurityEvent | where EventID == 2\n");
    std::fs::write(folder.join("rule.kql"), format!("{first}\n{second}")).expect("the scratch folder is writable");
    std::fs::write(folder.join("rule-2.kql"), first).expect("the scratch folder is writable");
    let run = kqlift(&folder, &["convert", "--to", "sigma", "-o", "out", "--report", "report.jsonl", "."]);
    assert_eq!(run.code, Some(1), "the second of three does not parse");
    let mut names: Vec<String> = std::fs::read_dir(folder.join("out"))
        .expect("outputs were written")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    assert_eq!(names, ["rule-1.yml", "rule-2.kql.yml", "rule.kql-2.yml", "three-1.yml", "three-3.yml"]);
    let report = shared::json_lines(&folder.join("report.jsonl"));
    let rows: Vec<_> = report
        .iter()
        .filter(|line| line["path"] == "three.kql")
        .map(|line| (line["rule"].as_u64(), line["line"].as_u64(), line["status"].as_str()))
        .collect();
    let wanted = [
        (Some(1), Some(1), Some("converted")),
        (Some(2), Some(5), Some("error")),
        (Some(3), Some(10), Some("converted")),
    ];
    assert_eq!(rows, wanted);
    let ids: std::collections::BTreeSet<String> = names
        .iter()
        .filter_map(|name| std::fs::read_to_string(folder.join("out").join(name)).ok())
        .filter_map(|rule| rule.lines().find(|line| line.starts_with("id:")).map(str::to_owned))
        .collect();
    assert_eq!(ids.len(), names.len(), "each rule has an identifier of its own");
}

#[test]
fn a_verdict_is_about_the_whole_text() {
    let folder = three("blocks-verdict");
    let run = kqlift(&folder, &["parse", "--emit", "verdict", "--format", "jsonl", "three.kql"]);
    assert_eq!(lines(&run).len(), 1);
    assert!(run.stdout.contains("\"accepted\":false"));
    let run = kqlift(&folder, &["parse", "--emit", "ast", "--format", "jsonl", "three.kql"]);
    assert_eq!(lines(&run).len(), 3);
    assert!(lines(&run)[2].contains("\"line\":10") && lines(&run)[2].contains("\"rule\":3"), "{}", run.stdout);
}

#[test]
fn other_commands_tell_them_apart() {
    let folder = three("blocks-others");
    let run = kqlift(&folder, &["explain", "three.kql"]);
    assert!(run.stdout.contains("three (1)") && run.stdout.contains("three (3)"), "{}", run.stdout);
    let run = kqlift(&folder, &["catalog", "search", "--corpus", ".", "SecurityEvent"]);
    assert!(run.stdout.contains("three.kql#2") && run.stdout.contains("three.kql#3"), "{}{}", run.stdout, run.stderr);
    let event = "{\"_id\": \"e1\", \"EventID\": 4720, \"TimeGenerated\": \"2026-01-01T00:00:00Z\"}\n";
    std::fs::write(folder.join("SecurityEvent.jsonl"), event).expect("the scratch folder is writable");
    let run = kqlift(&folder, &["eval", "three.kql", "--events", "SecurityEvent.jsonl", "--format", "jsonl"]);
    assert!(run.stdout.contains("\"_rule\":\"three.kql#3\""), "{}{}", run.stdout, run.stderr);
    let text = std::fs::read_to_string(folder.join("three.kql")).expect("it was written").replace("AND", "and");
    std::fs::write(folder.join("old.kql"), &text).expect("the scratch folder is writable");
    std::fs::write(folder.join("new.kql"), text.replace("4720", "4722")).expect("the scratch folder is writable");
    let run = kqlift(&folder, &["diff", "old.kql", "new.kql"]);
    assert!(run.stdout.contains("old (1)\nsame") && run.stdout.contains("old (3)\ndifferent"), "{}", run.stdout);
}

/// A rejected file of the corpus whose queries were taken apart by hand.
#[test]
fn real_files() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let code = |text: &str| {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let entries = shared::json_lines(&corpus.join("manifest.jsonl"));
    let text = |entry: &serde_json::Value| {
        std::fs::read_to_string(corpus.join(entry["file"].as_str().unwrap_or_default())).unwrap_or_default()
    };
    let mut wanted: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    for entry in &entries {
        if let Some(of) = entry["of"].as_str() {
            wanted.entry(of).or_default().push(code(&text(entry)));
        }
    }
    let (mut found, mut all) = (0, 0);
    for entry in &entries {
        let text = text(entry);
        let parts = parts(&text);
        if entry["oracle"] == "accept" {
            assert_eq!(parts.len(), 1, "{} is one query", entry["file"]);
            continue;
        }
        let parts: Vec<_> = parts.into_iter().map(code).collect();
        for query in wanted.get(entry["id"].as_str().unwrap_or_default()).into_iter().flatten() {
            all += 1;
            found += usize::from(parts.contains(query));
        }
    }
    ratchet::check("divided_files", &[("queries", (found, all))]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the text: the queries are in order, apart, and hold everything but blanks.
    #[test]
    fn nothing_is_lost(text in "([AB(){};|,]|take 1|let x = 1|where|\"|```|//c|\n|\n\n|\r\n\r\n| |é|\u{2028}){0,40}") {
        let queries = queries(&text);
        let mut end = 0;
        for query in &queries {
            prop_assert!(text[end..query.start as usize].trim().is_empty());
            end = query.end as usize;
        }
        prop_assert!(text[end..].trim().is_empty());
        prop_assert!(queries.len() == 1 || !parse(&text).is_accepted());
    }
}
