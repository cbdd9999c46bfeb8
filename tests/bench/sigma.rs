//! How fast Sigma rules are read and converted, over the shared corpus or else the cases.
//!
//! `cargo bench --bench sigma` prints rules per second on one core: reading alone, and reading, understanding and
//! writing for each target.

#[path = "../shared/mod.rs"]
mod shared;

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlift::emit::{Options, Target, convert};
use kqlift::ir::Detection;
use kqlift::mapping::Hub;
use kqlift::sigma::{lower, read};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            found.push(path);
        }
    }
}

/// The rules of the corpus; without it, the cases.
fn rules() -> Vec<String> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/sigma-convert");
    let mut found = Vec::new();
    files(&shared::folder("corpus/sigma").unwrap_or(cases), &mut found);
    found.sort();
    found.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

fn text_to_targets(criterion: &mut Criterion) {
    let (rules, hub) = (rules(), Hub::built_in());
    let mut group = criterion.benchmark_group("sigma");
    group.sample_size(10).throughput(Throughput::Elements(rules.len() as u64));
    group.bench_function("read", |bencher| {
        bencher.iter(|| rules.iter().map(|text| read(black_box(text)).0.len()).sum::<usize>());
    });
    let meanings: Vec<Detection> =
        rules.iter().flat_map(|text| read(text).0).filter_map(|rule| lower(&rule, &hub).ok()).collect();
    for target in [Target::Xdr, Target::Sentinel, Target::Asim, Target::Spl] {
        group.bench_function(format!("write {}", target.as_str()), |bencher| {
            bencher.iter(|| {
                for meaning in &meanings {
                    black_box(convert(black_box(meaning), target, &hub, &Options::default()));
                }
            });
        });
    }
    group.bench_function("read and write xdr", |bencher| {
        bencher.iter(|| {
            for text in &rules {
                for rule in read(black_box(text)).0 {
                    let Ok(meaning) = lower(&rule, &hub) else { continue };
                    black_box(convert(&meaning, Target::Xdr, &hub, &Options::default()));
                }
            }
        });
    });
    group.finish();
}

criterion_group!(benches, text_to_targets);
criterion_main!(benches);
