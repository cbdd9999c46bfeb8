//! How fast Sigma rules are read and converted, over the shared corpus or else the cases.
//!
//! `cargo bench --bench sigma` prints files per second on one core: reading alone, and from the text of the file to the
//! text of each target.

#[path = "../shared/mod.rs"]
mod shared;

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlift::emit::{Options, Target, convert};
use kqlift::mapping::Hub;
use kqlift::sigma::{lower, read, write};

// As the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The rules of the corpus; without it, the cases.
fn rules() -> Vec<String> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/sigma-convert");
    let mut found = Vec::new();
    shared::files(&shared::folder("corpus/sigma").unwrap_or(cases), &mut found);
    found.sort();
    found.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

fn converted(text: &str, target: Target, hub: &Hub, options: &Options) -> usize {
    let meanings = read(text).0.into_iter().filter_map(|rule| lower(&rule, hub).ok());
    meanings.map(|meaning| convert(&meaning, target, hub, options).losses.len()).sum()
}

fn sigma(criterion: &mut Criterion) {
    let (rules, hub, options) = (rules(), Hub::built_in(), Options::default());
    let mut group = criterion.benchmark_group("sigma");
    group.sample_size(10).throughput(Throughput::Elements(rules.len() as u64));
    group.bench_function("read", |bencher| {
        bencher.iter(|| rules.iter().map(|text| read(black_box(text)).0.len()).sum::<usize>());
    });
    group.bench_function("write back", |bencher| {
        bencher.iter(|| {
            rules.iter().map(|text| write(&read(black_box(text)).0).map_or(0, |text| text.len())).sum::<usize>()
        });
    });
    for target in [Target::Xdr, Target::Sentinel, Target::Asim, Target::Spl] {
        group.bench_function(format!("convert to {}", target.as_str()), |bencher| {
            bencher.iter(|| rules.iter().map(|text| converted(text, target, &hub, &options)).sum::<usize>());
        });
    }
    group.finish();
}

criterion_group!(benches, sigma);
criterion_main!(benches);
