//! Text that is made from code is up to date. `KQLIFT_UPDATE=1` writes it.

use std::path::Path;

/// What stands between two marks in a file must be `wanted`.
fn check(file: &str, mark: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&path).expect("the file is part of the project");
    let (open, close) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
    let start = text.find(&open).expect("the mark opens") + open.len();
    let end = start + text[start..].find(&close).expect("the mark closes");
    if text[start..end] == *wanted {
        return;
    }
    assert!(
        std::env::var_os("KQLIFT_UPDATE").is_some(),
        "{file}: what stands at `{mark}` is out of date; run again with KQLIFT_UPDATE=1"
    );
    let updated = format!("{}{wanted}{}", &text[..start], &text[end..]);
    std::fs::write(&path, updated).expect("the file is writable");
}

#[test]
fn the_table_of_lint_rules() {
    check("README.md", "lint rules", &kqlift::lint::table());
}
