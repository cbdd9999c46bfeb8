//! How fast text becomes a tree, over the shared corpus or else the examples.
//!
//! `cargo bench --bench parse` prints MB/s; the second group prints queries per second.

#[path = "../shared/mod.rs"]
mod shared;

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlift::parse::{parse, tokens};

/// The accepted queries of the corpus; without it, the queries among the examples.
fn queries() -> Vec<String> {
    if let Some(corpus) = shared::folder("corpus/kql") {
        let entries = shared::json_lines(&corpus.join("manifest.jsonl"));
        let accepted = entries.iter().filter(|entry| entry["oracle"] == "accept");
        let files = accepted.filter_map(|entry| entry["file"].as_str());
        return files.filter_map(|file| std::fs::read_to_string(corpus.join(file)).ok()).collect();
    }
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = std::fs::read_dir(examples).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    files
        .filter(|file| file.extension().is_some_and(|extension| extension == "kql"))
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .collect()
}

fn text_to_tree(criterion: &mut Criterion) {
    let queries = queries();
    let bytes: usize = queries.iter().map(String::len).sum();
    let per_run = |throughput: Throughput, name: &str, criterion: &mut Criterion, run: &dyn Fn(&str)| {
        let mut group = criterion.benchmark_group("corpus");
        group.sample_size(20).throughput(throughput);
        group.bench_function(name, |bencher| bencher.iter(|| queries.iter().for_each(|query| run(query))));
        group.finish();
    };
    let parse_one = |query: &str| {
        black_box(parse(black_box(query)));
    };
    let lex_one = |query: &str| {
        black_box(tokens(black_box(query)));
    };
    per_run(Throughput::BytesDecimal(bytes as u64), "parse", criterion, &parse_one);
    per_run(Throughput::Elements(queries.len() as u64), "parse queries", criterion, &parse_one);
    per_run(Throughput::BytesDecimal(bytes as u64), "tokens", criterion, &lex_one);
}

criterion_group!(benches, text_to_tree);
criterion_main!(benches);
