//! The command line: one file a command, and what they share.
//!
//! Exit codes: 0 nothing to complain about; 1 findings, or a conversion that was refused; 2 usage, configuration or
//! input and output; 3 no file found.

mod across;
mod arguments;
mod baseline;
mod catalog;
mod check;
mod completions;
mod config;
mod convert;
mod diff;
mod eval;
mod explain;
mod files;
mod fix;
mod lint;
mod man;
mod output;
mod parse;
mod policy;
mod progress;
mod rule;
mod schema;
mod settings;
mod sigma;
mod sigma_file;
mod snapshot;
mod study;
mod timings;
mod version;
mod world;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};

/// What a command ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    /// Nothing to complain about.
    Clean,
    /// Findings, or a refused conversion.
    Findings,
    /// No file was found under the given paths.
    NoFiles,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::NoFiles => 3,
        })
    }
}

/// A failure of the run itself: a path that can't be read or written, a wrong argument.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn io(action: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self(format!("can't {action} {}: {error}", path.display()))
    }
}

type CommandResult = Result<Exit, Failure>;

/// Stack of the threads that walk trees; the parser caps their depth.
const STACK: usize = 64 * 1024 * 1024;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || run(arguments));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // A panic has printed its message.
        Ok(Err(_)) => ExitCode::from(2),
        Err(error) => failed(&Failure(format!("can't start a thread: {error}"))),
    }
}

fn run(mut arguments: Arguments) -> ExitCode {
    output::choose(arguments.colour);
    if let Some(shared) = arguments.command.shared_mut() {
        *shared = arguments.shared.clone();
    }
    // A pool that exists already, in tests, is as good.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).num_threads(arguments.jobs.unwrap_or(0)).build_global();
    let result = match arguments.command {
        Command::Lint(command) => lint::run(&command, arguments.colour),
        Command::Explain(command) => explain::run(&command),
        Command::Convert(command) => convert::run(&command),
        Command::Baseline(command) => baseline::run(&command),
        Command::Eval(command) => eval::run(&command),
        Command::Rule(command) => rule::run(&command),
        Command::Parse(command) => parse::run(&command),
        Command::Config(command) => config::run(&command, &arguments.shared),
        Command::Completions(command) => completions::run(&command),
        Command::Man(command) => man::run(&command),
        Command::Version(command) => version::run(&command),
        Command::Schema(command) => schema::run(&command, &arguments.shared),
        Command::Diff(command) => diff::run(&command),
        Command::Catalog(command) => catalog::run(&command),
        Command::Snapshot(command) => snapshot::run(&command),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => failed(&failure),
    }
}

fn failed(failure: &Failure) -> ExitCode {
    output::complain(&format!("kqlift: {}", failure.0));
    ExitCode::from(2)
}
