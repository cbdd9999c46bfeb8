//! The queries that benches run over.

use std::path::Path;

use crate::shared;

/// The accepted queries of the corpus; without it, the queries among the examples.
pub(crate) fn queries() -> Vec<String> {
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
