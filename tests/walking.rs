//! Which files are read, and what happens to those that can't be.

mod run;

use run::{kqlift, scratch};

const QUERY: &str = "DeviceInfo\n| take 1\n";

#[test]
fn ignore_files_count_in_a_repository_or_not_and_hidden_files_do_not() {
    let folder = scratch("walking-ignore");
    for name in ["a", "build", ".hidden"] {
        std::fs::create_dir(folder.join(name)).expect("writable");
        std::fs::write(folder.join(name).join("x.kql"), QUERY).expect("writable");
    }
    std::fs::write(folder.join("a/draft.kql"), QUERY).expect("writable");
    std::fs::write(folder.join("notes.rst"), QUERY).expect("writable");
    std::fs::write(folder.join(".gitignore"), "build/\n").expect("writable");
    std::fs::write(folder.join("a/.ignore"), "draft*\n").expect("writable");
    assert_eq!(kqlift(&folder, &["lint", "--show-files"]).stdout, "a/x.kql\n");
    assert_eq!(kqlift(&folder, &["lint", "--show-files", "build/x.kql"]).stdout, "build/x.kql\n");
    assert_eq!(kqlift(&folder, &["lint", "--show-files", "a", "./a/x.kql", "a/x.kql"]).stdout, "a/x.kql\n");
}

#[test]
fn the_output_is_the_same_with_any_number_of_threads() {
    let folder = scratch("walking-threads");
    for number in 0..60 {
        let query = format!("DeviceProcessEvents\n| where FileName == \"{number}.exe\"\n");
        std::fs::write(folder.join(format!("{number}.kql")), query).expect("writable");
    }
    let one = kqlift(&folder, &["lint", "-j", "1"]);
    let many = kqlift(&folder, &["lint", "-j", "8"]);
    assert_eq!((one.code, one.stdout), (many.code, many.stdout));
}

#[cfg(unix)]
#[test]
fn links_in_circles_and_names_that_are_not_text_do_not_stop_the_run() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    let folder = scratch("walking-links");
    std::fs::write(folder.join("rule.kql"), QUERY).expect("writable");
    symlink("rule.kql", folder.join("link.kql")).expect("links can be made");
    symlink("loop.kql", folder.join("loop.kql")).expect("links can be made");
    symlink("gone.kql", folder.join("broken.kql")).expect("links can be made");
    symlink(".", folder.join("again")).expect("links can be made");
    // Some file systems refuse such a name; then there is nothing to test.
    let named = std::fs::write(folder.join(OsStr::from_bytes(b"z\xFF.kql")), "DeviceNetworkInfo\n| take 1\n").is_ok();
    let run = kqlift(&folder, &["lint", "--format", "concise"]);
    let files = if named { 5 } else { 4 };
    let unreadable = "error FIL001 unreadable-file: the link can't be followed:";
    let wanted = format!(
        "broken.kql:1:1: {unreadable} No such file or directory (os error 2)\n\
         loop.kql:1:1: {unreadable} Too many levels of symbolic links (os error 40)\n\
         Found 2 findings (2 errors) in {files} files\n"
    );
    assert_eq!((run.code, run.stdout), (Some(1), wanted));
}
