//! How fast text becomes a tree, over the shared corpus or else the examples.
//!
//! `cargo bench --bench parse` prints MB/s; the second group prints queries per second.

#[path = "../shared/mod.rs"]
mod shared;

#[path = "queries.rs"]
mod queries;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlift::parse::{parse, tokens};

// As the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn text_to_tree(criterion: &mut Criterion) {
    let queries = queries::queries();
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
