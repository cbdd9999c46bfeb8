//! Real queries, syntax cases and mutants, against the verdicts of Kusto's own parser.
//!
//! Needs the shared corpus; says aloud when it is absent.

#![expect(clippy::print_stdout, reason = "the figures are the point of these tests")]

mod shared;

use kqlift::parse::{TokenKind, parse, tokens};

/// Agreement over a list of texts with verdicts.
#[derive(Default)]
struct Score {
    accepted: (usize, usize),
    rejected: (usize, usize),
    /// Rejected texts whose first error stands on the token of Kusto's first error, or on the one before it.
    placed: (usize, usize),
    differences: Vec<String>,
}

impl Score {
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
    let mut score = Score::default();
    for entry in shared::json_lines(&corpus.join("manifest.jsonl")) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        score.add(file, &text, entry["oracle"] == "accept");
        if let Some(start) = entry["errors"][0]["start"].as_u64() {
            score.add_place(file, &text, usize::try_from(start).unwrap_or(0));
        }
    }
    score.print("real queries");
}

#[test]
fn syntax_cases() {
    let Some(corpus) = shared::folder("corpus") else { return };
    let mut score = Score::default();
    for entry in shared::json_lines(&corpus.join("kql-syntax-cases.jsonl")) {
        let text = entry["query"].as_str().unwrap_or_default();
        let name: String = format!("{} {:?}", entry["oracle"], text).chars().take(160).collect();
        score.add(&name, text, entry["oracle"] == "accept");
    }
    score.print("syntax cases");
}

#[test]
fn mutants() {
    let Some(corpus) = shared::folder("corpus") else { return };
    let mut score = Score::default();
    for entry in shared::json_lines(&corpus.join("kql-mutants.jsonl")) {
        let text = entry["query"].as_str().unwrap_or_default();
        score.add(&format!("{} {}", entry["oracle"], entry["id"]), text, entry["oracle"] == "accept");
        if let Some(start) = entry["errors"][0]["start"].as_u64() {
            score.add_place(entry["id"].as_str().unwrap_or_default(), text, usize::try_from(start).unwrap_or(0));
        }
    }
    score.print("mutants");
}
