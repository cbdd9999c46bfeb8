//! The pages of the lint rules: their form, and their examples, which are run.

mod lint_harness;

use std::collections::HashSet;
use std::path::Path;

use kqlift::diagnostic::Diagnostic;
use kqlift::lint::{Fixable, Needs, Rule, find, rules, suggest};
use kqlift::report::FileReport;
use kqlift::source::{Loaded, read};
use kqlift::span::{Place, Span};
use lint_harness::Subject;

/// The headings of a page in order, and whether every page has them.
const HEADINGS: &[(&str, bool)] = &[
    ("What it flags", true),
    ("Why it matters", true),
    ("Examples", true),
    ("Fix safety", false),
    ("When to leave it", true),
    ("References", true),
];

/// How an example is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Language {
    /// A query.
    Kql,
    /// A whole rule file.
    Yaml,
}

/// What an example is an example of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Verdict {
    /// It raises the rule.
    Bad,
    /// What the fix makes of the bad one above.
    Fixed,
    /// It raises nothing.
    Good,
}

/// A fenced block of a rule's page.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Example {
    language: Language,
    verdict: Verdict,
    text: String,
}

/// The examples of a page in order. A fence with any other label is an error of the page.
fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix("```") else { continue };
        let text: String = lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        let (language, verdict) = label.split_once(' ').expect(label);
        let language = match language {
            "kql" => Language::Kql,
            "yaml" => Language::Yaml,
            other => panic!("language {other}"),
        };
        let verdict = match verdict {
            "bad" => Verdict::Bad,
            "fixed" => Verdict::Fixed,
            "good" => Verdict::Good,
            other => panic!("verdict {other}"),
        };
        examples.push(Example { language, verdict, text });
    }
    examples
}

impl Example {
    fn path(&self) -> &'static Path {
        let is_sigma = self.text.lines().any(|line| line == "logsource:" || line == "correlation:");
        Path::new(match self.language {
            Language::Kql => "example.kql",
            Language::Yaml if is_sigma => "proc_creation_win_example.yml",
            Language::Yaml => "example.yaml",
        })
    }
}

/// The example as a file with one rule.
fn subject(example: &Example) -> Subject {
    // `# file: NAME | OTHER` names the file, and another one beside it.
    let first = example.text.lines().next().and_then(|line| line.strip_prefix("# file: "));
    let mut names = first.map(|line| line.split('|').map(str::trim)).into_iter().flatten();
    let path = names.next().map_or(example.path(), Path::new);
    names.fold(Subject::new(path, &example.text), Subject::beside)
}

/// What an example raises where the rule with that code runs beside those that run by default. A file that can't be
/// read has one finding.
fn findings(example: &Example, code: &str) -> Vec<Diagnostic> {
    match read(example.path(), example.text.clone().into_bytes(), None) {
        Loaded::Broken(problem) => {
            let finding = FileReport::of_problem(problem).findings.remove(0);
            let place = Place::query(Span::at(0));
            vec![Diagnostic {
                code: finding.code,
                name: finding.name,
                severity: finding.severity,
                message: finding.message,
                place,
                label: finding.label,
                related: Vec::new(),
                help: finding.help,
                notes: finding.notes,
                fix: None,
            }]
        }
        Loaded::Rules(_) | Loaded::Sigma(_) | Loaded::NotARule { .. } => subject(example).findings_with(code),
    }
}

#[test]
fn the_registry_is_sorted_and_codes_and_names_are_unique() {
    assert!(rules().is_sorted_by_key(|rule| rule.code));
    let names: HashSet<&str> = rules().iter().flat_map(|rule| [rule.code, rule.name]).collect();
    assert_eq!(names.len(), 2 * rules().len());
    for rule in rules() {
        assert!(rule.code.starts_with(rule.category.prefix()), "{}", rule.code);
        assert!(!rule.kinds.is_empty(), "{}", rule.code);
    }
}

#[test]
fn rules_are_found_by_code_and_name_and_slips_are_understood() {
    for rule in rules() {
        assert_eq!(find(rule.name).map(|found| found.code), Some(rule.code));
        assert_eq!(find(&rule.code.to_lowercase()).map(|found| found.code), Some(rule.code));
    }
    assert!(find("no-such-rule").is_none());
    assert_eq!(suggest("case-sensitive-file-name"), Some("case-sensitive-filename"));
    assert_eq!(suggest("default-join-kinds"), Some("default-join-kind"));
    assert_eq!(suggest("zzz"), None);
}

#[test]
fn every_page_stands_beside_its_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lint/rules");
    for rule in rules() {
        let file = format!("{}/{}.md", format!("{:?}", rule.category).to_lowercase(), rule.name.replace('-', "_"));
        let page = std::fs::read_to_string(folder.join(&file)).expect(&file);
        assert_eq!(page, rule.document, "{file}");
    }
}

#[test]
fn every_page_has_the_same_headings_in_the_same_order() {
    for rule in rules() {
        let lines = outside_of_fences(rule.document);
        assert_eq!(lines.first(), Some(&format!("# {} {}", rule.code, rule.name).as_str()));
        let found: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("## ")).collect();
        let expected: Vec<&str> = HEADINGS
            .iter()
            .filter(|(_, always)| *always || rule.fixable != Fixable::Never)
            .map(|(heading, _)| *heading)
            .collect();
        assert_eq!(found, expected, "{}", rule.code);
        let source = if rule.reads_sigma() { "https://github.com/" } else { "https://learn.microsoft.com/" };
        assert!(rule.document.contains(source), "{} cites nothing", rule.code);
    }
}

#[test]
fn every_page_has_examples() {
    for rule in rules() {
        let examples = examples(rule.document);
        let count = |verdict| examples.iter().filter(|example| example.verdict == verdict).count();
        assert!(count(Verdict::Bad) > 0 && count(Verdict::Good) > 0, "{}", rule.code);
        assert_eq!(count(Verdict::Fixed) > 0, rule.fixable != Fixable::Never, "{}", rule.code);
        for (index, example) in examples.iter().enumerate() {
            let above = index.checked_sub(1).and_then(|index| examples.get(index));
            let is_below_bad = above.is_some_and(|above| above.verdict == Verdict::Bad);
            assert!(example.verdict != Verdict::Fixed || is_below_bad, "{}: {}", rule.code, example.text);
        }
    }
}

/// The codes that an example raises, with the rule of the page selected.
fn raised(rule: &Rule, example: &Example, index: usize) -> Vec<String> {
    if rule.needs != Needs::OtherRules {
        return findings(example, rule.code).iter().map(|finding| finding.code.to_owned()).collect();
    }
    // The rules of a folder are held against each other by the command.
    let folder = std::env::temp_dir().join(format!("kqlift-docs-{}-{}-{index}", std::process::id(), rule.code));
    std::fs::create_dir_all(&folder).expect("there is a folder for temporary files");
    std::fs::write(folder.join("example.yaml"), &example.text).expect("the folder was just made");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kqlift"));
    command.args(["lint", "--isolated", "--no-progress", "--format", "json", "--extend-select", rule.code]);
    let output = command.arg(&folder).output().expect("the command runs");
    std::fs::remove_dir_all(&folder).expect("the folder was just made");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("the report is JSON");
    let findings = report["diagnostics"].as_array().expect("a list of findings");
    findings.iter().filter_map(|finding| finding["code"].as_str().map(str::to_owned)).collect()
}

#[test]
fn bad_examples_raise_the_rule_alone_and_good_ones_nothing() {
    let mut problems = Vec::new();
    let all = rules().iter().flat_map(|rule| examples(rule.document).into_iter().map(move |example| (rule, example)));
    for (index, (rule, example)) in all.enumerate() {
        let codes = raised(rule, &example, index);
        let is_right = match example.verdict {
            Verdict::Bad => !codes.is_empty() && codes.iter().all(|code| *code == rule.code),
            Verdict::Fixed | Verdict::Good => codes.is_empty(),
        };
        if !is_right {
            problems
                .push(format!("{:?} example of {} raises {codes:?}:\n{}", example.verdict, rule.code, example.text));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn fixed_examples_are_what_the_fixes_make_of_the_bad_ones() {
    let mut problems = Vec::new();
    for rule in rules() {
        for pair in examples(rule.document).windows(2) {
            let [bad, fixed] = pair else { continue };
            if fixed.verdict != Verdict::Fixed {
                continue;
            }
            let subject = subject(bad);
            let made = subject.with(subject.findings_with(rule.code).into_iter().filter_map(|finding| finding.fix));
            if made != fixed.text {
                problems.push(format!("{} makes\n{made}of\n{}", rule.code, bad.text));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn findings_without_a_fix_come_only_from_rules_that_say_so() {
    for rule in rules() {
        for example in examples(rule.document).iter().filter(|example| example.verdict == Verdict::Bad) {
            assert_fixes_match(rule, example);
        }
    }
}

fn assert_fixes_match(rule: &Rule, example: &Example) {
    for finding in findings(example, rule.code) {
        match rule.fixable {
            Fixable::Always => assert!(finding.fix.is_some(), "{}", example.text),
            Fixable::Sometimes => {}
            Fixable::Never => assert!(finding.fix.is_none(), "{}", example.text),
        }
    }
}

#[test]
fn metadata_examples_are_rule_files_and_the_others_queries() {
    let languages: HashSet<Language> =
        rules().iter().flat_map(|rule| examples(rule.document)).map(|example| example.language).collect();
    assert_eq!(languages, HashSet::from([Language::Kql, Language::Yaml]));
}

fn outside_of_fences(page: &str) -> Vec<&str> {
    let mut is_inside = false;
    page.lines()
        .filter(|line| {
            is_inside ^= line.starts_with("```");
            !is_inside
        })
        .collect()
}
