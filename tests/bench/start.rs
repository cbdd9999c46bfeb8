//! What a run costs before and beside its work: `--version`, and a lint of one rule file.
//!
//! `cargo bench --bench start` prints wall-clock times of whole processes; their CPU time is below that.

use std::hint::black_box;
use std::process::Command;

use criterion::{Criterion, criterion_group, criterion_main};

fn run(arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kqlift"));
    let output = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output();
    assert!(output.is_ok_and(|output| output.status.success()), "{arguments:?} failed");
}

fn start(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start");
    group.sample_size(50);
    group.bench_function("--version", |bencher| bencher.iter(|| run(black_box(&["--version"]))));
    let lint = ["lint", "--exit-zero", "--quiet", "examples/encoded-powershell-from-office.yaml"];
    group.bench_function("lint of one file", |bencher| bencher.iter(|| run(black_box(&lint))));
    group.finish();
}

criterion_group!(benches, start);
criterion_main!(benches);
