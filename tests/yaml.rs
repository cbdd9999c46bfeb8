//! Rule files of the shared corpus: the query is the known one, and every text has an exact place.

use std::path::{Path, PathBuf};

use kqlift::source::{Loaded, RuleFile, read};
use kqlift::span::{Place, Span};

/// The shared corpus, if this checkout has one beside it.
fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("KQLIFT_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let corpus = shared.join("corpus");
    if corpus.is_dir() {
        return Some(corpus);
    }
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    {
        eprintln!("skipped: no corpus at {}", corpus.display());
    }
    None
}

/// All files below a folder with one of these extensions, sorted.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let is_wanted = |path: &Path| path.extension().is_some_and(|e| extensions.iter().any(|wanted| e == *wanted));
    let mut found: Vec<PathBuf> = ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .build()
        .filter_map(Result::ok)
        .map(ignore::DirEntry::into_path)
        .filter(|path| path.is_file() && is_wanted(path))
        .collect();
    found.sort();
    found
}

fn load(path: &Path) -> Loaded {
    read(path, std::fs::read(path).expect("a readable file"), None)
}

/// Checks every character of every exact text against the file; returns the numbers of exact and of all texts.
fn check_places(file: &RuleFile) -> (usize, usize) {
    let (mut exact, mut all) = (0, 0);
    for rule in &file.rules {
        for id in rule.text_ids() {
            all += 1;
            exact += usize::from(rule.is_exact(id));
            if rule.is_exact(id) {
                check_text(file, rule.text(id), |span| rule.file_span(Place { text: id, span }));
            }
        }
    }
    (exact, all)
}

fn check_text(file: &RuleFile, text: &str, place: impl Fn(Span) -> kqlift::span::FileSpan) {
    let mut last = 0;
    for (offset, character) in text.char_indices() {
        let span = place(Span::new(offset, offset + character.len_utf8()));
        let spelled = &file.text[span.range()];
        assert!(span.start >= last, "{}: places go backwards in {text:?}", file.path);
        last = span.end;
        let is_folded = matches!(character, ' ' | '\n') && spelled.trim().is_empty();
        let is_escape = spelled.starts_with('\\') || spelled == "''" || spelled == "\"\"";
        let is_itself = spelled.chars().eq([character]);
        assert!(is_itself || is_folded || is_escape, "{}: {character:?} is at {spelled:?}", file.path);
    }
}

#[test]
fn every_yaml_rule_of_the_corpus_has_the_known_query_at_exact_places() {
    let Some(corpus) = corpus() else { return };
    let (mut rules, mut trailing, mut exact, mut all) = (0, 0, 0, 0);
    let mut others = Vec::new();
    for path in files(&corpus.join("kql"), &["yaml"]) {
        let Loaded::Rules(file) = load(&path) else {
            others.push(path);
            continue;
        };
        rules += 1;
        let known = std::fs::read_to_string(path.with_extension("kql")).expect("the query beside the rule");
        let query = file.rules[0].query();
        if query != known {
            trailing += 1;
            assert_eq!(query.trim_end(), known.trim_end(), "{}", path.display());
        }
        let (file_exact, file_all) = check_places(&file);
        exact += file_exact;
        all += file_all;
    }
    println!("{rules} rules, {trailing} differ at the end; {exact} of {all} texts exact; not read: {others:?}");
    assert!(rules >= 191);
    assert_eq!(exact, all);
}

#[test]
fn every_file_of_the_corpus_is_read_without_panic() {
    let Some(corpus) = corpus() else { return };
    let (mut exact, mut all, mut sigma) = (0, 0, 0);
    for path in files(&corpus, &["yaml", "yml", "kql", "md"]) {
        match load(&path) {
            Loaded::Rules(file) => {
                check_places(&file);
            }
            Loaded::Sigma(file) => {
                sigma += file.rules.len();
                let (file_exact, file_all) = check_places(&file);
                exact += file_exact;
                all += file_all;
            }
            Loaded::NotARule { .. } => {}
            Loaded::Broken(problem) => println!("{}: {}", problem.path, problem.message),
        }
    }
    println!("{sigma} Sigma rules; {exact} of {all} texts exact");
}
