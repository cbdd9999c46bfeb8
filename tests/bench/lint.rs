//! How long all lint rules take: over the shared corpus, and for one typical rule file.
//!
//! `cargo bench --bench lint`. For the cost of each rule: `kqlift lint -v --timings FOLDER`.

#[path = "../shared/mod.rs"]
mod shared;

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use kqlift::analyze::analyze;
use kqlift::lint::{Input, check};
use kqlift::parse::parse;
use kqlift::schema::Schema;
use kqlift::source::{Loaded, RuleFile, read};

// As the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.flat_map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { vec![entry.path()] }).collect()
}

fn load(path: &Path) -> Option<RuleFile> {
    match read(path, std::fs::read(path).ok()?, None) {
        Loaded::Rules(file) => Some(file),
        Loaded::Sigma(_) | Loaded::NotARule { .. } | Loaded::Broken(_) => None,
    }
}

/// Parses, analyses and lints every rule of a file.
fn lint(file: &RuleFile) {
    let schema = Schema::builtin();
    for rule in &file.rules {
        let parsed = parse(rule.query());
        let facts = analyze(&parsed.query, &schema);
        let input = Input {
            text: rule.query(),
            query: &parsed.query,
            errors: &parsed.errors,
            facts: &facts,
            metadata: &rule.metadata,
            kind: rule.kind,
            schema: &schema,
            texts: &|id| rule.text(id),
        };
        black_box(check(&input, |_| true));
    }
}

fn all_rules(criterion: &mut Criterion) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/risky-sign-in-without-mfa.yaml");
    if let Some(file) = load(&example) {
        criterion.bench_function("one file", |bencher| bencher.iter(|| lint(black_box(&file))));
    }
    let Some(corpus) = shared::folder("corpus/kql") else { return };
    let files: Vec<RuleFile> = files(&corpus).iter().filter_map(|path| load(path)).collect();
    let mut group = criterion.benchmark_group("corpus");
    group.sample_size(10);
    group.bench_function("one thread", |bencher| bencher.iter(|| files.iter().for_each(lint)));
    group.finish();
}

criterion_group!(benches, all_rules);
criterion_main!(benches);
