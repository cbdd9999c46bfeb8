//! How long the analysis of every accepted query of the shared corpus takes, or else of the examples.
//!
//! `cargo bench --bench analyze` prints the time for all of them together.

#[path = "../shared/mod.rs"]
mod shared;

#[path = "queries.rs"]
mod queries;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlift::analyze::{analyze, bind};
use kqlift::parse::{Parsed, parse};
use kqlift::schema::Schema;

// As the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn analysis(criterion: &mut Criterion) {
    let texts = queries::queries();
    let parsed: Vec<Parsed<'_>> = texts.iter().map(|text| parse(text)).collect();
    let schema = Schema::builtin();
    let mut group = criterion.benchmark_group("analysis");
    group.sample_size(10).throughput(Throughput::Elements(texts.len() as u64));
    group.bench_function("every query", |bencher| {
        bencher.iter(|| {
            for parsed in &parsed {
                black_box(analyze(&parsed.query, &schema));
            }
        });
    });
    group.bench_function("every query, as the binder sees it", |bencher| {
        bencher.iter(|| {
            for parsed in &parsed {
                black_box(bind(&parsed.query, &schema));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, analysis);
criterion_main!(benches);
