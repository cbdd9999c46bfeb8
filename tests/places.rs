//! A finding's place in the file is the text that it talks about, on every YAML rule of the shared corpus.
#![expect(clippy::print_stdout, reason = "the figures are the point of this test")]

mod lint_harness;
mod shared;

use kqlift::source::{Loaded, read};
use kqlift::span::TextId;

/// A text as the file has it, without what YAML adds to each line.
fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn every_finding_of_the_corpus_slices_to_its_text() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let (mut findings, mut files) = (0, 0);
    for entry in shared::json_lines(&corpus.join("manifest.jsonl")) {
        let Some(yaml) = entry["yaml"].as_str() else { continue };
        let path = corpus.join(yaml);
        let bytes = std::fs::read(&path).expect("the manifest names files that are there");
        let Loaded::Rules(file) = read(&path, bytes, None) else { continue };
        files += 1;
        for rule in &file.rules {
            for finding in lint_harness::findings(rule, |_| true) {
                let places = finding.related.iter().map(|label| label.place).chain([finding.place]);
                for place in places.filter(|place| rule.is_exact(place.text)) {
                    let in_file = &file.text[rule.file_span(place).range()];
                    let decoded = place.span.slice(rule.text(place.text));
                    assert_eq!(without_blanks(in_file), without_blanks(decoded), "{yaml}: {}", finding.message);
                    if place.text == TextId::QUERY && !decoded.is_empty() {
                        findings += 1;
                    }
                }
            }
        }
    }
    println!("{findings} places in {files} files");
    assert!(findings > 0, "the corpus has findings");
}
