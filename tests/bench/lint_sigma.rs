//! How fast Sigma rules are read and linted on one core, over the shared corpus or else the cases.
//!
//! `cargo bench --bench lint_sigma` prints rules per second: reading alone, and reading with every lint rule that runs by default.

#[path = "../shared/mod.rs"]
mod shared;

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kqlift::lint::{SigmaInput, check_sigma};
use kqlift::sigma::Neighbours;
use kqlift::sigma::outline::{Outline, Setting};
use kqlift::source::{Loaded, read};

// As the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn files() -> Vec<(PathBuf, String)> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/lint");
    let mut folders = vec![shared::folder("corpus/sigma").unwrap_or(cases)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yml") {
                files.extend(std::fs::read_to_string(&path).map(|text| (path, text)));
            }
        }
    }
    files
}

/// The number of findings.
fn lint(path: &Path, text: &str, neighbours: &Neighbours) -> usize {
    let Loaded::Sigma(file) = read(path, text.as_bytes().to_vec(), None) else { return 0 };
    let findings = file.rules.iter().filter_map(|rule| {
        let texts = |id| rule.text(id);
        let setting = Setting::new(&file.path, &file.text, neighbours, None);
        let outline = Outline::new(rule.tree()?, &texts, setting);
        let input = SigmaInput { outline: &outline, metadata: &rule.metadata, texts: &texts };
        Some(check_sigma(&input, |rule| rule.default_on).len())
    });
    findings.sum()
}

fn sigma(criterion: &mut Criterion) {
    let files = files();
    let mut neighbours = Neighbours::new(true);
    for (path, text) in &files {
        neighbours.add(&path.display().to_string(), text);
    }
    let mut group = criterion.benchmark_group("sigma");
    group.sample_size(10).throughput(Throughput::Elements(files.len() as u64));
    group.bench_function("read", |bencher| {
        bencher
            .iter(|| files.iter().for_each(|(path, text)| drop(black_box(read(path, text.as_bytes().to_vec(), None)))));
    });
    group.bench_function("lint", |bencher| {
        bencher.iter(|| files.iter().map(|(path, text)| lint(path, text, &neighbours)).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, sigma);
criterion_main!(benches);
