//! Properties of places and edits: every scalar style, Unix and Windows line ends, any indentation.
//!
//! The rule file is written by the code below, which shares nothing with the decoder under test.
#![expect(clippy::print_stdout, reason = "the figures of a run are worth reading")]

use std::fmt::Write as _;
use std::path::Path;

use kqlift::diagnostic::Edit;
use kqlift::source::{Loaded, RuleFile, apply, read};
use kqlift::span::{Place, Span, TextId};
use proptest::prelude::*;

/// How the generator writes a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
    /// One line break of the file per escape `\`, so that double quotes span lines.
    DoubleContinued,
    Literal,
    LiteralIndicator,
    LiteralStrip,
    LiteralKeep,
    Folded,
    FoldedStrip,
    Fence,
    NestedFence,
    Bare,
}

const STYLES: [Style; 13] = [
    Style::Plain,
    Style::Single,
    Style::Double,
    Style::DoubleContinued,
    Style::Literal,
    Style::LiteralIndicator,
    Style::LiteralStrip,
    Style::LiteralKeep,
    Style::Folded,
    Style::FoldedStrip,
    Style::Fence,
    Style::NestedFence,
    Style::Bare,
];

/// A file with the text in it, and what the text has to be.
#[derive(Debug)]
struct Written {
    path: &'static str,
    file: String,
    query: String,
}

/// Writes `lines` in a style; nothing if the style cannot hold them.
fn write(style: Style, lines: &[String], indent: usize, line_end: &str, is_last: bool) -> Option<Written> {
    let blanks = " ".repeat(indent);
    let block = |header: &str, lines: &[String], separator: &str| {
        let mut text = format!("{header}\n");
        for line in lines {
            let prefix = if line.is_empty() { "" } else { blanks.as_str() };
            let _ = write!(text, "{prefix}{line}\n{separator}");
        }
        text
    };
    let joined = lines.join("\n");
    let ends_with_text = lines.last().is_some_and(|line| !line.is_empty());
    let begins_with_text = lines.iter().find(|line| !line.is_empty()).is_some_and(|line| !line.starts_with(' '));
    let is_block = ends_with_text && begins_with_text;
    let is_foldable = is_block && lines.iter().all(|line| !line.is_empty() && !line.starts_with([' ', '\t']));
    let (value, query) = match style {
        Style::Plain => {
            // A line that begins with an indicator would be something else; a leading word makes it text.
            let words: Vec<&str> = joined.split_whitespace().filter(|word| !word.contains([':', '#'])).collect();
            let spread = words.iter().map(|word| format!("w{word}")).collect::<Vec<_>>().join(&format!("\n{blanks}"));
            let words = format!("text {}", words.iter().map(|word| format!("w{word}")).collect::<Vec<_>>().join(" "));
            let (words, spread) = (words.trim_end().to_owned(), format!("text {spread}").trim_end().to_owned());
            (format!("{spread}\n"), words)
        }
        Style::Single => {
            let words = joined.split_whitespace().collect::<Vec<_>>().join(" ");
            (format!("'{}'\n", words.replace('\'', "''").replace(' ', &format!("\n{blanks}"))), words)
        }
        Style::Double => (format!("\"{}\"\n", escape(&joined)), joined),
        Style::DoubleContinued => {
            let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
            let escaped = lines.join(&format!("\\n\\\n{blanks}\\x41"));
            (format!("\"{escaped}\"\n"), joined.replace('\n', "\nA"))
        }
        Style::Literal if is_block => (block("| # a comment", lines, ""), format!("{joined}\n")),
        Style::LiteralIndicator if ends_with_text => {
            (block(&format!("|{indent}"), lines, "").clone(), format!("{joined}\n"))
        }
        Style::LiteralStrip if is_block => (block("|-", lines, ""), joined),
        Style::LiteralKeep if is_block => (format!("{}\n\n", block("|+", lines, "")), format!("{joined}\n\n\n")),
        Style::Folded if is_foldable => (block(">", lines, ""), format!("{}\n", lines.join(" "))),
        Style::FoldedStrip if is_foldable => (block("&anchor >-", lines, "\n"), joined),
        Style::Literal
        | Style::LiteralIndicator
        | Style::LiteralStrip
        | Style::LiteralKeep
        | Style::Folded
        | Style::FoldedStrip => return None,
        Style::Fence | Style::NestedFence | Style::Bare => return write_unstructured(style, lines, line_end),
    };
    let after = if is_last { "" } else { "severity: High # ö\ntags: [a, 'b', \"c\"]\n" };
    let file = format!("id: x\nname: Größe €\nqueryFrequency: 1h\nquery: {value}{after}").replace('\n', line_end);
    Some(Written { path: "rule.yaml", file, query })
}

fn write_unstructured(style: Style, lines: &[String], line_end: &str) -> Option<Written> {
    let joined = lines.join("\n");
    if joined.trim().is_empty() || joined.contains("```") {
        return None;
    }
    let (path, file) = match style {
        Style::Fence => ("rule.md", format!("# Größe\n\n```kql\n{joined}\n```\nmore\n")),
        Style::NestedFence => {
            let lines: Vec<String> = lines.iter().map(|line| format!("> {line}")).collect();
            ("rule.md", format!("# Größe\n> ~~~KQL x\n{}\n> ~~~\nmore\n", lines.join("\n")))
        }
        _ => ("rule.kql", format!("{joined}\n")),
    };
    let last = if style == Style::Bare { "\n" } else { "" };
    Some(Written { path, file: file.replace('\n', line_end), query: format!("{joined}{last}").replace('\n', line_end) })
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t").replace('é', "\\xe9")
}

fn rules(written: &Written, byte_order_mark: bool) -> RuleFile {
    let mark = if byte_order_mark { "\u{FEFF}" } else { "" };
    match read(Path::new(written.path), format!("{mark}{}", written.file).into_bytes(), None) {
        Loaded::Rules(file) => file,
        other => panic!("{other:?} from {:?}", written.file),
    }
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-z|=\"'\\\\{}#:,>é😀\t -]{0,12}".prop_map(|line| line.trim_end().to_owned()), 1..6)
}

/// A part of a text in thousandths, a length in the same, and what replaces it.
type Part = (usize, usize, String);

fn edits() -> impl Strategy<Value = Vec<Part>> {
    prop::collection::vec((0_usize..1_000, 0_usize..300, "[a-z|=\"'\\\\#:é\n -]{0,8}"), 1..4)
}

/// The offset itself, or the nearest one before it that cuts neither a character nor a line end.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) || (offset > 0 && text.as_bytes().get(offset - 1..=offset) == Some(b"\r\n")) {
        offset -= 1;
    }
    offset
}

/// Edits that do not overlap, and the text they lead to.
fn place(text: &str, mut parts: Vec<Part>, line_end: &str, is_yaml: bool) -> (Vec<(usize, Edit)>, String) {
    parts.sort_by_key(|part| part.0);
    let (mut edits, mut expected, mut done) = (Vec::new(), String::new(), 0);
    for (start, length, replacement) in parts {
        let start = floor(text, start * (text.len() + 1) / 1_000).max(done);
        let end = floor(text, start + length * text.len() / 1_000).max(start);
        expected.push_str(&text[done..start]);
        expected.push_str(&if is_yaml { replacement.clone() } else { replacement.replace('\n', line_end) });
        edits.push((0, Edit { place: Place::query(Span::new(start, end)), replacement }));
        done = end;
    }
    expected.push_str(&text[done..]);
    (edits, expected)
}

/// Enough for every build; `PROPTEST_CASES` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn every_character_has_its_place(lines in lines(), indent in 1_usize..9, windows: bool, mark: bool, last: bool) {
        let line_end = if windows { "\r\n" } else { "\n" };
        for style in STYLES {
            let Some(written) = write(style, &lines, indent, line_end, last) else { continue };
            let file = rules(&written, mark);
            let rule = &file.rules[0];
            prop_assert_eq!(rule.query(), &written.query, "{:?} {:?}", style, written.file);
            prop_assert!(rule.is_exact(TextId::QUERY), "{:?} {:?}", style, written.file);
            for (offset, character) in rule.query().char_indices() {
                let span = Span::new(offset, offset + character.len_utf8());
                let spelled = &file.text[rule.file_span(Place::query(span)).range()];
                let allowed: &[&str] = match character {
                    '\n' => &["\n", "\r\n", "\\n"],
                    ' ' => &[" ", "\n", "\r\n"],
                    '\'' => &["'", "''"],
                    '"' => &["\"", "\\\""],
                    '\\' => &["\\", "\\\\"],
                    '\t' => &["\t", "\\t"],
                    'é' => &["é", "\\xe9"],
                    'A' => &["\\x41"],
                    _ => &[],
                };
                let is_itself = spelled.chars().eq([character]);
                prop_assert!(is_itself || allowed.contains(&spelled), "{:?}: {:?} at {:?}", style, character, spelled);
            }
        }
    }

    #[test]
    fn edits_give_the_edited_text_and_change_nothing_else(
        lines in lines(), indent in 1_usize..9, windows: bool, mark: bool, last: bool, parts in edits(),
    ) {
        let line_end = if windows { "\r\n" } else { "\n" };
        for style in STYLES {
            let Some(written) = write(style, &lines, indent, line_end, last) else { continue };
            let file = rules(&written, mark);
            let is_yaml = written.path == "rule.yaml";
            let (edits, expected) = place(file.rules[0].query(), parts.clone(), line_end, is_yaml);
            let Ok(text) = apply(&file, &edits) else { continue };
            prop_assert!(!windows || !text.replace("\r\n", "").contains('\n'), "{:?}", text);
            let Loaded::Rules(new) = read(Path::new(written.path), text.into_bytes(), None) else {
                return Err(TestCaseError::fail("the edited file is no rule"));
            };
            prop_assert_eq!(new.rules[0].query(), expected);
            let others = |file: &RuleFile| -> Vec<String> {
                file.rules[0].text_ids().skip(1).map(|id| file.rules[0].text(id).to_owned()).collect()
            };
            prop_assert_eq!(others(&file), others(&new));
        }
    }
}

/// Without this, the property above would also hold if every edit were refused.
#[test]
fn few_edits_are_refused() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = vec![(0, 0); STYLES.len()];
    for _ in 0..400 {
        let lines = lines().new_tree(&mut runner).expect("a value").current();
        let parts = edits().new_tree(&mut runner).expect("a value").current();
        for (style, count) in STYLES.into_iter().zip(&mut counts) {
            let Some(written) = write(style, &lines, 2, "\n", false) else { continue };
            let file = rules(&written, false);
            let (edits, expected) = place(file.rules[0].query(), parts.clone(), "\n", written.path == "rule.yaml");
            if style == Style::Bare && expected.trim().is_empty() {
                continue;
            }
            count.1 += 1;
            count.0 += usize::from(apply(&file, &edits).is_ok());
        }
    }
    for (style, (applied, all)) in STYLES.into_iter().zip(counts) {
        println!("{style:?}: {applied} of {all} edits applied");
        assert!(applied * 100 >= all * 95, "{style:?}");
    }
}
