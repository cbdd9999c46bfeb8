//! Rule files of the shared corpus: the query is the known one, and every text has an exact place.
#![expect(clippy::print_stdout, reason = "the figures of a run are worth reading")]

use std::path::{Path, PathBuf};

use kqlift::diagnostic::Edit;
use kqlift::source::{Format, Loaded, RuleFile, apply, read};
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
        trailing += usize::from(query != known);
        assert_eq!(query.trim_end(), known.trim_end(), "{}", path.display());
        let (file_exact, file_all) = check_places(&file);
        exact += file_exact;
        all += file_all;
    }
    println!("{rules} rules, {trailing} differ at the end; {exact} of {all} texts exact; not read: {others:?}");
    assert!(rules >= 191);
    assert_eq!(trailing, 0);
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
    // A Sigma rule has no query; the text that stands for it has no place.
    println!("{sigma} Sigma rules; {exact} of {} texts exact", all - sigma);
    assert_eq!(exact, all - sigma);
}

/// The strings of a YAML value that another parser read, in the order of the file.
fn strings(value: &serde_yaml::Value, found: &mut Vec<String>) {
    match value {
        serde_yaml::Value::String(text) => found.push(text.clone()),
        serde_yaml::Value::Sequence(items) => items.iter().for_each(|item| strings(item, found)),
        serde_yaml::Value::Mapping(entries) => entries.iter().for_each(|(key, value)| {
            strings(key, found);
            strings(value, found);
        }),
        serde_yaml::Value::Tagged(tagged) => strings(&tagged.value, found),
        serde_yaml::Value::Null | serde_yaml::Value::Bool(_) | serde_yaml::Value::Number(_) => {}
    }
}

#[test]
fn another_yaml_parser_reads_the_same_texts() {
    let Some(corpus) = corpus() else { return };
    let (mut files_read, mut texts, mut at_the_end) = (0, 0, 0);
    for path in files(&corpus, &["yaml", "yml"]) {
        let (Loaded::Rules(file) | Loaded::Sigma(file)) = load(&path) else { continue };
        let Ok(value) = serde_yaml::from_str::<serde_yaml::Value>(&file.text) else { continue };
        // Of a template only what belongs to its rules is kept.
        if file.format == Format::ArmYaml {
            continue;
        }
        let mut expected = Vec::new();
        strings(&value, &mut expected);
        let rule = &file.rules[0];
        let mut ours: Vec<&str> = rule.text_ids().map(|id| rule.text(id)).collect();
        for text in &expected {
            // A block at the end of a file without a final line end: parsers differ in whether it has one.
            let index = ours.iter().position(|ours| ours == text).or_else(|| {
                at_the_end += 1;
                ours.iter().position(|ours| ours.strip_suffix('\n') == Some(text))
            });
            ours.swap_remove(index.unwrap_or_else(|| panic!("{}: {text:?} is missing", path.display())));
        }
        files_read += 1;
        texts += expected.len();
    }
    println!(
        "{texts} texts of {files_read} files are the same, {at_the_end} but for a line end at the end of the file"
    );
}

#[test]
fn an_edit_of_a_real_rule_changes_its_bytes_only() {
    let Some(corpus) = corpus() else { return };
    let mut edited = 0;
    for path in files(&corpus.join("kql"), &["yaml"]) {
        let Loaded::Rules(file) = load(&path) else { continue };
        for (offset, _) in file.rules[0].query().match_indices("| where ").take(3) {
            let place = Place::query(Span::new(offset, offset + 1));
            let bytes = file.rules[0].file_span(place).range();
            let edit = Edit { place, replacement: "| where true\n|".to_owned() };
            let text = apply(&file, &[(0, edit)]).expect("an edit of a block scalar");
            assert!(text.starts_with(&file.text[..bytes.start]) && text.ends_with(&file.text[bytes.end..]));
            edited += 1;
        }
    }
    println!("{edited} edits");
    assert!(edited > 300);
}

/// Small changes to real files: what no grammar of ours would think of.
#[test]
fn damaged_files_are_read_without_panic() {
    let Some(corpus) = corpus() else { return };
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % (below.max(1) as u64)).unwrap_or(0)
    };
    let pieces: [&[u8]; 16] = [
        b"\n",
        b"\r\n",
        b"\r",
        b"\t",
        b": ",
        b"- ",
        b"|",
        b">-",
        b"'",
        b"\"",
        b"\\",
        b"&a ",
        b"*a ",
        b"#",
        b"---\n",
        "é".as_bytes(),
    ];
    for path in files(&corpus.join("kql"), &["yaml"]).into_iter().step_by(3) {
        let original = std::fs::read(&path).expect("a readable file");
        for _ in 0..20 {
            let mut bytes = original.clone();
            for _ in 0..=random(3) {
                let at = random(bytes.len());
                match random(3) {
                    0 => drop(bytes.splice(at..at, pieces[random(pieces.len())].iter().copied())),
                    1 => drop(bytes.drain(at..(at + random(30)).min(bytes.len()))),
                    _ => bytes.truncate(at),
                }
            }
            for name in ["a.yaml", "a.md", "a.kql", "-"] {
                if let Loaded::Rules(file) | Loaded::Sigma(file) = read(Path::new(name), bytes.clone(), None) {
                    check_places(&file);
                }
            }
        }
    }
}
