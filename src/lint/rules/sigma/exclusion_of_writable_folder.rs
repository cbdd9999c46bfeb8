//! SGM012: exclusions of folders that everybody can write to.

use crate::diagnostic::Severity;
use crate::lint::sigma;
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::sigma::outline::{ItemOutline, Outline, Shape, Uses, Word};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "SGM012",
    name: "exclusion-of-writable-folder",
    category: Category::Sigma,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::SIGMA,
    needs: Needs::SigmaRule,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("exclusion_of_writable_folder.md"),
    check: |cx| sigma::check(cx, check),
};

const FOLDERS: &[&str] = &[
    "\\appdata\\",
    "\\temp\\",
    "\\users\\public\\",
    "\\programdata\\",
    "\\downloads\\",
    "\\desktop\\",
    "\\perflogs\\",
    "/tmp/",
    "/var/tmp/",
    "/dev/shm/",
];

fn check(rule: &Outline<'_>, cx: &mut Context<'_>) {
    for search in rule.searches.iter().filter(|search| search.uses == (Uses { selects: false, excludes: true })) {
        for alternative in &search.alternatives {
            let items = rule.items_of(alternative);
            let is_path = |item: &ItemOutline<'_>| {
                item.is_about(&["Image", "ParentImage", "ImageLoaded", "SourceImage", "TargetFilename"])
            };
            if items.is_empty() || !items.iter().all(is_path) {
                continue;
            }
            let [only] = items else { continue };
            if let Some((value, folder)) = writable(only) {
                cx.report(value.place(), format!("everybody can write to `{folder}`"))
                    .label("excludes what is dropped there")
                    .help("exclude one program by its whole path, or by its signer");
            }
        }
    }
}

/// The first value that a file in such a folder fulfils, and the folder.
fn writable<'a>(item: &ItemOutline<'a>) -> Option<(Word<'a>, &'static str)> {
    let shape = item.shape().filter(|shape| matches!(shape, Shape::Inside | Shape::Start))?;
    item.literals().find_map(|(value, text)| {
        let lower = text.to_ascii_lowercase();
        let folder = FOLDERS.iter().copied().find(|folder| {
            // Programs of their own folders there keep others out.
            let is_open = *folder != "\\programdata\\" || lower.ends_with(folder);
            let is_folder = lower.ends_with(['\\', '/']) && lower.contains(folder) && is_open;
            is_folder || (shape == Shape::Inside && lower == folder.trim_end_matches(['\\', '/']))
        })?;
        Some((value, folder))
    })
}
