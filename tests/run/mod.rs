//! Runs the built binary, for tests of what a user sees.
#![allow(dead_code, clippy::allow_attributes, reason = "each test binary uses a part")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The project's own folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A fresh folder for one test, below Cargo's folder for such.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the folder of an earlier run can be removed");
    }
    std::fs::create_dir_all(&folder).expect("Cargo's folder for tests is writable");
    folder
}

/// What a run printed and ended with.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `kqlift` in a folder.
pub(crate) fn kqlift(folder: &Path, arguments: &[&str]) -> Run {
    run(command(folder, arguments), "")
}

/// Runs `kqlift` in a folder with variables in its environment.
pub(crate) fn kqlift_with_environment(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    let mut command = command(folder, arguments);
    command.envs(variables.iter().copied());
    run(command, "")
}

/// Runs `kqlift` in a folder with text on standard input.
pub(crate) fn kqlift_with_input(folder: &Path, arguments: &[&str], input: &str) -> Run {
    run(command(folder, arguments), input)
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kqlift"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1");
    for variable in ["COLUMNS", "KQLIFT_CONFIG", "KQLIFT_FORMAT", "SOURCE_DATE_EPOCH"] {
        command.env_remove(variable);
    }
    command
}

fn run(mut command: Command, input: &str) -> Run {
    use std::io::Write as _;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Cargo has built the binary");
    if let Some(mut stdin) = child.stdin.take() {
        // A command that reads nothing may have ended already.
        let _ = stdin.write_all(input.as_bytes());
    }
    let Output { status, stdout, stderr } = child.wait_with_output().expect("the binary ends");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Run { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}
