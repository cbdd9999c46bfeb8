//! Figures that may only rise.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// By list of texts and figure: how many agree, of how many.
type Figures = BTreeMap<String, BTreeMap<String, (usize, usize)>>;

/// Tests of one program run at the same time, and each writes the file.
static FILE: Mutex<()> = Mutex::new(());

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/ratchet.json")
}

fn read() -> Figures {
    let text = std::fs::read_to_string(path()).unwrap_or_else(|_| "{}".to_owned());
    serde_json::from_str(&text).expect("the ratchet is JSON that this module wrote")
}

/// Fails if a figure is lower than the one on record; with `KQLIFT_RATCHET=update`, records those that are higher.
///
/// A figure over another number of texts can't be compared and fails too, unless it is recorded anew.
pub(crate) fn check(list: &str, reached: &[(&str, (usize, usize))]) {
    let _guard = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let is_update = std::env::var("KQLIFT_RATCHET").is_ok_and(|value| value == "update");
    let mut figures = read();
    let recorded = figures.entry(list.to_owned()).or_default();
    let mut lower = Vec::new();
    for (name, (agreed, all)) in reached.iter().filter(|(_, (_, all))| *all > 0) {
        match recorded.get(*name) {
            Some((least, of)) if of == all && agreed < least => {
                lower.push(format!("{name}: {agreed} of {all}, was {least}"));
            }
            Some((_, of)) if of != all && !is_update => lower.push(format!("{name}: {all} texts, were {of}")),
            Some(_) | None => {
                recorded.insert((*name).to_owned(), (*agreed, *all));
            }
        }
    }
    assert!(lower.is_empty(), "{list} fell below tests/cases/ratchet.json: {}", lower.join("; "));
    if is_update {
        let text = serde_json::to_string_pretty(&figures).expect("figures are plain data");
        std::fs::write(path(), text + "\n").expect("the ratchet can be written");
    }
}
