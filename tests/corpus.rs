//! Real queries, syntax cases and mutants, against the verdicts of Kusto's own parser.
//!
//! Needs the shared corpus; says aloud when it is absent. `tests/cases/ratchet.json` holds the figures that were reached:
//! none may fall, and `KQLIFT_RATCHET=update` raises them. `tests/cases/parse-differences.toml` lists the texts on which
//! kqlift differs from Kusto's parser on purpose.

#![expect(clippy::print_stdout, reason = "the figures are the point of these tests")]

mod ratchet;
mod shared;

use std::collections::BTreeMap;
use std::path::Path;

use kqlift::parse::{TokenKind, parse, tokens};

/// Agreement over a list of texts with verdicts.
#[derive(Default)]
struct Score {
    accepted: (usize, usize),
    rejected: (usize, usize),
    /// Rejected texts whose first error stands on the token of Kusto's first error, or on the one before it.
    placed: (usize, usize),
    differences: Vec<String>,
    /// Texts that are judged differently on purpose, with the verdict of kqlift.
    deliberate: BTreeMap<String, bool>,
}

/// The entries of `tests/cases/parse-differences.toml`.
#[derive(serde::Deserialize)]
struct Differences {
    #[serde(default)]
    difference: Vec<Difference>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    query: String,
    accepted: bool,
    reason: String,
}

impl Score {
    fn new() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/parse-differences.toml");
        let text = std::fs::read_to_string(path).expect("the list of differences is there");
        let list: Differences = toml::from_str(&text).expect("the list of differences is TOML");
        assert!(list.difference.len() <= 10, "ten deliberate differences are enough");
        assert!(
            list.difference.iter().all(|difference| !difference.reason.is_empty()),
            "every difference has a reason"
        );
        let deliberate =
            list.difference.into_iter().map(|difference| (difference.query, difference.accepted)).collect();
        Self { deliberate, ..Self::default() }
    }

    /// Compares the place of the first error; `start` counts UTF-16 code units.
    fn add_place(&mut self, name: &str, text: &str, start: usize) {
        let Some(error) = parse(text).errors.first().cloned() else { return };
        let mut units = 0;
        let byte = text.char_indices().find(|(_, c)| {
            let is_reached = units >= start;
            units += c.len_utf16();
            is_reached
        });
        let theirs = token_index(text, byte.map_or(text.len(), |(byte, _)| byte));
        let ours = token_index(text, error.span.start as usize);
        self.placed.1 += 1;
        if ours == theirs || ours + 1 == theirs {
            self.placed.0 += 1;
        } else {
            self.differences.push(format!("{name} places {ours} for {theirs}: {}", error.message));
        }
    }

    fn add(&mut self, name: &str, text: &str, is_accepted: bool) {
        let parsed = parse(text);
        let is_accepted = self.deliberate.get(text).copied().unwrap_or(is_accepted);
        let count = if is_accepted { &mut self.accepted } else { &mut self.rejected };
        count.1 += 1;
        if parsed.is_accepted() == is_accepted {
            count.0 += 1;
        } else {
            let error = parsed
                .errors
                .first()
                .map(|error| format!(" {}: {}", error.span.start, error.message))
                .unwrap_or_default();
            self.differences.push(format!("{name}{error}"));
        }
    }

    /// Prints the figures and holds them against the ratchet.
    fn finish(&self, title: &str, key: &str) {
        self.print(title);
        ratchet::check(key, &[("accepted", self.accepted), ("rejected", self.rejected), ("placed", self.placed)]);
    }

    fn print(&self, title: &str) {
        println!(
            "{title}: accepts {} of what Kusto accepts, rejects {} of what it rejects",
            share(self.accepted),
            share(self.rejected),
        );
        if self.placed.1 > 0 {
            println!("{title}: places the first error as Kusto does in {}", share(self.placed));
        }
        if std::env::var_os("KQLIFT_VERBOSE").is_some() {
            for difference in &self.differences {
                println!("  {difference}");
            }
        }
    }
}

/// The number of the token at or behind a place.
fn token_index(text: &str, position: usize) -> usize {
    tokens(text).iter().filter(|token| token.kind != TokenKind::Comment && token.span.end as usize <= position).count()
}

/// `99.43 % (3823/3845)`
fn share((agreed, all): (usize, usize)) -> String {
    let hundredths = (agreed * 10_000).checked_div(all).unwrap_or(10_000);
    format!("{}.{:02} % ({agreed}/{all})", hundredths / 100, hundredths % 100)
}

#[test]
fn real_queries() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let mut score = Score::new();
    for entry in shared::json_lines(&corpus.join("manifest.jsonl")) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        score.add(file, &text, entry["oracle"] == "accept");
        if let Some(start) = entry["errors"][0]["start"].as_u64() {
            score.add_place(file, &text, usize::try_from(start).unwrap_or(0));
        }
    }
    score.finish("real queries", "real_queries");
}

#[test]
fn syntax_cases() {
    let Some(corpus) = shared::folder("corpus") else { return };
    let mut score = Score::new();
    for entry in shared::json_lines(&corpus.join("kql-syntax-cases.jsonl")) {
        let text = entry["query"].as_str().unwrap_or_default();
        let name: String = format!("{} {:?}", entry["oracle"], text).chars().take(160).collect();
        score.add(&name, text, entry["oracle"] == "accept");
    }
    score.finish("syntax cases", "syntax_cases");
}

#[test]
fn mutants() {
    let Some(corpus) = shared::folder("corpus") else { return };
    let mut score = Score::new();
    for entry in shared::json_lines(&corpus.join("kql-mutants.jsonl")) {
        let text = entry["query"].as_str().unwrap_or_default();
        score.add(&format!("{} {}", entry["oracle"], entry["id"]), text, entry["oracle"] == "accept");
        if let Some(start) = entry["errors"][0]["start"].as_u64() {
            score.add_place(entry["id"].as_str().unwrap_or_default(), text, usize::try_from(start).unwrap_or(0));
        }
    }
    score.finish("mutants", "mutants");
}
