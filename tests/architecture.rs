//! Who may import whom: the pipeline flows in one direction.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Module, and the modules that it may use. A new edge is a decision about the design.
const EDGES: &[(&str, &[&str])] = &[
    ("span", &[]),
    ("date", &[]),
    ("diagnostic", &["span"]),
    ("rule", &["span"]),
    ("schema", &["span"]),
    ("mapping", &["schema", "span"]),
    ("syntax", &["span"]),
    ("parse", &["span", "syntax"]),
    // What the queries of a bare KQL file are is for the language to say.
    ("source", &["diagnostic", "parse", "rule", "span"]),
    ("analyze", &["schema", "span", "syntax"]),
    ("ir", &["rule", "schema", "span"]),
    ("lint", &["analyze", "date", "diagnostic", "parse", "rule", "schema", "sigma", "span", "syntax"]),
    ("fix", &["analyze", "diagnostic", "mapping", "parse", "schema", "sigma", "source", "span", "syntax"]),
    ("suppress", &["config", "diagnostic", "lint", "parse", "rule", "source", "span", "syntax"]),
    ("baseline", &["diagnostic", "parse", "source", "span", "suppress", "syntax"]),
    ("lower", &["analyze", "ir", "rule", "schema", "span", "syntax"]),
    ("emit", &["ir", "mapping", "parse", "rule", "schema", "span"]),
    ("page", &[]),
    ("explain", &["ir", "mapping", "page", "rule", "schema", "span"]),
    ("compare", &["eval", "explain", "ir", "rule", "schema", "span"]),
    (
        "verify",
        &["analyze", "compare", "emit", "eval", "ir", "lower", "mapping", "parse", "rule", "schema", "sigma", "span"],
    ),
    ("catalog", &["compare", "explain", "ir", "mapping", "page", "rule", "schema"]),
    ("config", &["date", "diagnostic", "emit", "lint", "rule", "span"]),
    ("eval", &["ir", "schema", "span"]),
    ("sigma", &["date", "diagnostic", "ir", "mapping", "rule", "schema", "source", "span"]),
    ("report", &["diagnostic", "source", "span"]),
    (
        "cli",
        &[
            "analyze",
            "baseline",
            "catalog",
            "compare",
            "config",
            "diagnostic",
            "emit",
            "eval",
            "explain",
            "fix",
            "ir",
            "lint",
            "lower",
            "mapping",
            "parse",
            "report",
            "rule",
            "schema",
            "sigma",
            "source",
            "span",
            "suppress",
            "syntax",
            "verify",
        ],
    ),
];

/// Outside crate, and the only places that may name it.
const DOORS: &[(&str, &[&str])] = &[
    ("anstream", &["cli"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli/completions.rs"]),
    ("clap_mangen", &["cli/man.rs"]),
    ("globset", &["config/glob.rs"]),
    ("ignore", &["cli"]),
    ("indicatif", &["cli/progress.rs"]),
    ("miette", &["report/human.rs"]),
    ("minijinja", &["page.rs"]),
    ("pest", &["parse", "sigma/condition.rs"]),
    ("pest_derive", &["parse", "sigma/condition.rs"]),
    ("rayon", &["cli"]),
    ("saphyr_parser", &["source/yaml.rs"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).expect("the source folder is there");
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Path below `src`, its module, and its text.
fn modules() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let path = file.strip_prefix(&root).expect("found below it").display().to_string();
            let module = path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&file).expect("sources are text");
            (path, module, text)
        })
        .collect()
}

/// Modules of this crate that a text names with `crate::`.
fn used_modules(text: &str) -> BTreeSet<&str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.match_indices("crate::").map(move |(at, prefix)| &line[at + prefix.len()..]))
        .map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default())
        .filter(|module| !module.is_empty() && *module != "Rule")
        .collect()
}

#[test]
fn modules_import_only_what_stands_before_them() {
    let mut wrong = Vec::new();
    for (path, module, text) in modules() {
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("{path}: module {module} has no line in EDGES"));
            continue;
        };
        for used in used_modules(&text) {
            if used != module && !allowed.contains(&used) {
                wrong.push(format!("{path} uses crate::{used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the direction of the pipeline:\n{}", wrong.join("\n"));
}

#[test]
fn outside_crates_have_one_door() {
    let mut wrong = Vec::new();
    for (path, module, text) in modules() {
        for (name, doors) in DOORS {
            let is_named = text.lines().any(|line| {
                let code = line.trim_start();
                !code.starts_with("//")
                    && (code.contains(&format!("{name}::")) || code.contains(&format!("use {name};")))
            });
            if is_named && !doors.iter().any(|door| module == *door || path == *door) {
                wrong.push(format!("{path} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "crates outside their door:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<String> =
        modules().into_iter().filter(|(_, _, text)| !text.starts_with("//!")).map(|(path, _, _)| path).collect();
    assert!(silent.is_empty(), "files without `//!`: {silent:?}");
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = modules()
        .into_iter()
        .map(|(path, _, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "split by what changes together:\n{}", long.join("\n"));
}
