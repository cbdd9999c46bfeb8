//! Every real query has a meaning and a page: nothing panics, whatever the text.
//!
//! Needs the shared corpus; says aloud when it is absent.

#![expect(clippy::print_stdout, reason = "figures for whoever reads the log")]

mod shared;

use std::collections::BTreeMap;

use kqlift::analyze::analyze;
use kqlift::explain::{NoteKind, explain, render_markdown, render_text};
use kqlift::ir::Detection;
use kqlift::lower::lower;
use kqlift::parse::parse;
use kqlift::rule::{Metadata, RuleKind};
use kqlift::schema::Schema;

fn meaning(text: &str) -> Detection {
    let parsed = parse(text);
    let facts = analyze(&parsed.query, &Schema::builtin());
    lower(text, &parsed.query, &facts, &Metadata::default(), RuleKind::Snippet)
}

#[test]
fn real_queries() {
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let (mut queries, mut not_understood, mut not_explained) = (0, 0, 0);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for entry in shared::json_lines(&corpus.join("manifest.jsonl")) {
        let file = entry["file"].as_str().unwrap_or_default();
        let text = std::fs::read_to_string(corpus.join(file)).unwrap_or_default();
        let page = explain(&meaning(&text), &text);
        assert!(!page.stages.is_empty(), "{file}");
        assert!(render_text(&page, 120).lines().all(|line| line.trim_end() == line), "{file}");
        render_markdown(&page);
        if entry["oracle"] != "accept" {
            continue;
        }
        queries += 1;
        let has = |kind: NoteKind| page.notes.iter().any(|note| note.kind == kind);
        not_understood += usize::from(has(NoteKind::NotUnderstood));
        not_explained += usize::from(has(NoteKind::NotExplained));
        for note in page.notes.iter().filter(|note| note.kind == NoteKind::NotUnderstood) {
            let reason = note.message.rsplit(": ").next().unwrap_or_default().to_owned();
            *reasons.entry(reason).or_default() += 1;
        }
    }
    println!(
        "{queries} accepted queries: {not_understood} with an opaque part, {not_explained} with an unmodelled operator"
    );
    if std::env::var_os("KQLIFT_VERBOSE").is_some() {
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (reason, count) in reasons {
            println!("{count:6} {reason}");
        }
    }
}

/// Lowers and explains; what matters is that it ends, and soon.
fn survives(text: &str) -> Detection {
    let rule = meaning(text);
    let page = explain(&rule, text);
    render_text(&page, 100);
    render_markdown(&page);
    rule
}

#[test]
fn deep_nesting_ends() {
    survives(&format!("T | where {}a == 1{}", "(".repeat(250), ")".repeat(250)));
    survives(&format!("T | where {}a == 1{}", "not(".repeat(250), ")".repeat(250)));
    survives(&format!("{}T{}", "(".repeat(120), " | take 1)".repeat(120)));
    survives(&format!("T | extend x = {}a{}", "iff(b, c, ".repeat(200), ")".repeat(200)));
}

#[test]
fn long_chains_end() {
    survives(&format!("T | where a == 1{}", " or a == 1".repeat(1_400)));
    survives(&format!("T | extend x = 1{}", " + 1".repeat(1_400)));
    survives(&format!("T | extend x = a{}", ".b".repeat(1_400)));
    survives(&format!("T | extend x = a{}", "[0]".repeat(1_400)));
}

/// `first`, then `line(n)` for every n below `count`, one definition a line.
fn definitions(first: &str, count: usize, line: impl Fn(usize, usize) -> String) -> String {
    let mut lines = vec![first.to_owned()];
    lines.extend((1..count).map(|n| line(n, n - 1)));
    lines.join(";\n")
}

#[test]
fn definitions_that_build_on_each_other_end() {
    let chain = definitions("let t0 = T", 3_000, |n, above| format!("let t{n} = t{above} | where a == {n}"));
    survives(&format!("{chain};\nt2999"));
    let names = definitions("let t0 = T", 3_000, |n, above| format!("let t{n} = t{above}"));
    survives(&format!("{names};\nT | where a in (t2999)"));
    let doubled = definitions("let t0 = DeviceEvents", 60, |n, above| format!("let t{n} = union t{above}, t{above}"));
    survives(&format!("{doubled};\nt59"));
    let values = definitions("let v0 = x", 60, |n, above| format!("let v{n} = v{above} + v{above}"));
    survives(&format!("{values};\nT | extend y = v59"));
    let functions = definitions("let f0 = (v:long) { v }", 60, |n, above| {
        format!("let f{n} = (v:long) {{ f{above}(v + v) + f{above}(v) }}")
    });
    survives(&format!("{functions};\nT | extend y = f59(a)"));
    survives("let f = (x:long) { f(x) }; T | where f(a) == 1");
    survives("let T = T | where a == 1; T");
    survives(&format!("T{}", " | as A | union A".repeat(40)));
    survives(&format!("let f = (T:(*)) {{ T | take 1 }};\nT{}", " | invoke f()".repeat(1_000)));
}
