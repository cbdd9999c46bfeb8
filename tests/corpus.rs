//! Real queries, syntax cases and mutants, against the verdicts of Kusto's own parser.
//!
//! Needs the shared corpus; says aloud when it is absent.

mod shared;

use kqlift::parse::parse;

/// Agreement over a list of texts with verdicts.
#[derive(Default)]
struct Score {
    accepted: (usize, usize),
    rejected: (usize, usize),
    differences: Vec<String>,
}

impl Score {
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
        let share = |(agreed, all): (usize, usize)| if all == 0 { 100.0 } else { 100.0 * agreed as f64 / all as f64 };
        println!(
            "{title}: accepts {:.2} % ({}/{}) of what Kusto accepts, rejects {:.2} % ({}/{}) of what it rejects",
            share(self.accepted),
            self.accepted.0,
            self.accepted.1,
            share(self.rejected),
            self.rejected.0,
            self.rejected.1,
        );
        if std::env::var_os("KQLIFT_VERBOSE").is_some() {
            for difference in &self.differences {
                println!("  {difference}");
            }
        }
    }
}

#[test]
fn real_queries() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let mut score = Score::default();
    for entry in shared::json_lines(&corpus.join("manifest.jsonl")) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        score.add(file, &text, entry["oracle"] == "accept");
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
    }
    score.print("mutants");
}
