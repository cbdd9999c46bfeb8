//! Every operator, plain and negated, on the kinds of column that matter for it.

use std::fmt::Write as _;

use kqlift::emit::{Mode, Options};
use kqlift::ir::{Expr, TestOp};

use crate::build::{is, not, number, number_field, process, test, text};
use crate::show::{brief, options, snapshot};

/// The test and its negation, with all targets.
fn both(name: &str, tests: Vec<Expr>, options: &Options) {
    let mut shown = String::new();
    for predicate in tests {
        for predicate in [predicate.clone(), not(predicate)] {
            let _ = writeln!(shown, "##### {}", kqlift::emit::print::expression(&predicate));
            // A second, plain condition keeps the negated ones from standing alone.
            let rule = process(vec![is("ProcessIntegrityLevel", TestOp::EqualCi, &["High"]), predicate]);
            shown.push_str(&brief(&rule, options));
            shown.push('\n');
        }
    }
    snapshot(name, &shown);
}

fn exact() -> Options {
    Options { mode: Some(Mode::Exact), ..options() }
}

fn text_operators(values: &[&str], column: &str) -> Vec<Expr> {
    use TestOp::{
        Contains, ContainsCs, EndsWith, EndsWithCs, Equal, EqualCi, HasPrefix, HasPrefixCs, HasSuffix, HasSuffixCs,
        StartsWith, StartsWithCs,
    };
    [
        Equal,
        EqualCi,
        Contains,
        ContainsCs,
        StartsWith,
        StartsWithCs,
        EndsWith,
        EndsWithCs,
        HasPrefix,
        HasPrefixCs,
        HasSuffix,
        HasSuffixCs,
    ]
    .into_iter()
    .map(|op| is(column, op, values))
    .collect()
}

#[test]
fn text_operators_on_a_command_line() {
    both("text_operators_on_a_command_line", text_operators(&["Mimi"], "ProcessCommandLine"), &options());
}

#[test]
fn text_operators_on_a_command_line_exact() {
    both("text_operators_on_a_command_line_exact", text_operators(&["Mimi"], "ProcessCommandLine"), &exact());
}

#[test]
fn text_operators_on_a_name() {
    both("text_operators_on_a_name", text_operators(&["rundll32.exe"], "FileName"), &options());
}

#[test]
fn text_operators_on_a_path() {
    both("text_operators_on_a_path", text_operators(&[r"\Temp\run.exe"], "FolderPath"), &options());
}

fn terms(column: &str) -> Vec<Expr> {
    vec![
        is(column, TestOp::Has, &["rundll32.exe"]),
        is(column, TestOp::Has, &["powershell"]),
        is(column, TestOp::HasCs, &["PowerShell"]),
        is(column, TestOp::HasAny, &["rundll32.exe", "regsvr32.exe"]),
        is(column, TestOp::HasAny, &["-enc", " ", "x."]),
        is(column, TestOp::HasAll, &["run.exe", "dll"]),
    ]
}

#[test]
fn terms_on_a_name() {
    both("terms_on_a_name", terms("FileName"), &options());
}

#[test]
fn terms_on_a_name_exact() {
    both("terms_on_a_name_exact", terms("FileName"), &exact());
}

#[test]
fn terms_on_a_path() {
    let mut tests = terms("FolderPath");
    tests.push(is("FolderPath", TestOp::Has, &[r"\rundll32.exe"]));
    tests.push(is("FolderPath", TestOp::Has, &[r"\Temp\"]));
    both("terms_on_a_path", tests, &options());
}

#[test]
fn terms_on_a_command_line() {
    both("terms_on_a_command_line", terms("ProcessCommandLine"), &options());
}

#[test]
fn terms_on_other_text() {
    both("terms_on_other_text", terms("ProcessVersionInfoCompanyName"), &options());
}

#[test]
fn lists() {
    let tests = vec![
        is("FileName", TestOp::In, &["a.exe", "B.exe"]),
        is("FileName", TestOp::InCi, &["a.exe", "A.EXE", "b.exe"]),
        is("ProcessCommandLine", TestOp::InCi, &["", "x y"]),
        is("SHA256", TestOp::EqualCi, &["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]),
        is(
            "SHA1",
            TestOp::InCi,
            &["da39a3ee5e6b4b0d3255bfef95601890afd80709", "0123456789abcdef0123456789abcdef01234567"],
        ),
        is("AccountName", TestOp::EqualCi, &["system"]),
        is("DeviceName", TestOp::StartsWith, &["srv"]),
    ];
    both("lists", tests, &options());
}

#[test]
fn empty_and_null() {
    let tests = vec![
        test(crate::build::field("ProcessCommandLine"), TestOp::IsEmpty, vec![]),
        is("ProcessCommandLine", TestOp::Equal, &[""]),
        test(number_field("ProcessId"), TestOp::IsNull, vec![]),
        test(crate::build::field("ProcessCommandLine"), TestOp::IsNull, vec![]),
        is("ProcessCommandLine", TestOp::Contains, &[""]),
    ];
    both("empty_and_null", tests, &options());
}

#[test]
fn numbers() {
    use TestOp::{Between, Equal, Greater, GreaterOrEqual, In, Less, LessOrEqual};
    let id = || number_field("ProcessId");
    let tests = vec![
        test(id(), Equal, vec![number(4)]),
        test(id(), Equal, vec![text("4")]),
        test(id(), In, vec![number(4), number(8)]),
        test(id(), Greater, vec![number(5)]),
        test(id(), GreaterOrEqual, vec![number(5)]),
        test(id(), Less, vec![number(-5)]),
        test(id(), LessOrEqual, vec![number(5)]),
        test(id(), Between, vec![number(1), number(9)]),
    ];
    both("numbers", tests, &options());
}

#[test]
fn regular_expressions() {
    let tests = vec![
        is("ProcessCommandLine", TestOp::Regex, &[r"(?i)\\temp\\[a-z]{4}\.exe"]),
        is("ProcessCommandLine", TestOp::Regex, &[r"(?:-e|/e)\s+\d+?"]),
        is("ProcessCommandLine", TestOp::Regex, &[r"\bfoo\b"]),
        is("ProcessCommandLine", TestOp::Regex, &[r"[a-z&&[^b]]"]),
        is("FileName", TestOp::Regex, &[r"^a"]),
    ];
    both("regular_expressions", tests, &options());
}

#[test]
fn escaping_traps() {
    let values = [
        "a*b",
        "?",
        r"\",
        r"C:\x\",
        r"\\srv\c$",
        r"a\*",
        r#"say "hi""#,
        "it's",
        "a|b (c) [d]",
        "50%_x",
        "a\tb",
        "é",
        "**",
        "#x",
        "- x",
        "null",
        "7",
    ];
    let tests = values
        .iter()
        .flat_map(|value| {
            [TestOp::EqualCi, TestOp::Contains, TestOp::Has].map(|op| is("ProcessCommandLine", op, &[value]))
        })
        .collect();
    both("escaping_traps", tests, &options());
}

#[test]
fn comparisons_of_columns() {
    let tests = vec![
        test(
            crate::build::field("ProcessCommandLine"),
            TestOp::Equal,
            vec![crate::build::field("InitiatingProcessCommandLine")],
        ),
        test(
            crate::build::field("ProcessCommandLine"),
            TestOp::EqualCi,
            vec![crate::build::field("InitiatingProcessCommandLine")],
        ),
        test(crate::build::field("ProcessCommandLine"), TestOp::EqualCi, vec![crate::build::field("FileName")]),
    ];
    both("comparisons_of_columns", tests, &options());
}
