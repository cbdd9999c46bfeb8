//! `kqlift baseline`

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::arguments::{Choice, Inputs};
use super::check::{self, Checker, KnownFindings};
use super::files::{self, Outcome};
use super::policy::{Policy, check_words};
use super::world::Worlds;
use super::{CommandResult, Exit, Failure, output, sigma};
use crate::baseline::{Baseline, Entry, entries};

#[derive(Debug, Args)]
pub(super) struct BaselineArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List all findings, so that `lint --baseline` reports only new ones
    Write(Common),
    /// Take out what is no longer found
    Update {
        #[command(flatten)]
        common: Common,
        /// Put in what is newly found too
        #[arg(long)]
        add: bool,
    },
    /// Exit with 1 unless the baseline lists exactly what is found
    Check(Common),
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    inputs: Inputs,
    /// The baseline file
    #[arg(long, value_name = "FILE", default_value = "kqlift-baseline.json")]
    baseline: PathBuf,
    #[command(flatten)]
    choice: Choice,
}

impl BaselineArguments {
    /// The inputs.
    pub(super) fn inputs_mut(&mut self) -> &mut Inputs {
        match &mut self.action {
            Action::Write(common) | Action::Update { common, .. } | Action::Check(common) => &mut common.inputs,
        }
    }
}

pub(super) fn run(arguments: &BaselineArguments) -> CommandResult {
    match &arguments.action {
        Action::Write(common) => {
            let Some(found) = common.found()? else { return Ok(no_files()) };
            common.write(&Baseline::new(found))
        }
        Action::Update { common, add } => {
            let known = KnownFindings::read(&common.baseline)?;
            let Some(found) = common.found()? else { return Ok(no_files()) };
            let stale = known.baseline().stale(&found).len();
            say(&format!("{stale} taken out of {}", common.baseline.display()))?;
            common.write(&if *add { Baseline::new(found) } else { known.baseline().shrunk(&found) })
        }
        Action::Check(common) => {
            let known = KnownFindings::read(&common.baseline)?;
            let Some(found) = common.found()? else { return Ok(no_files()) };
            compare(known.baseline(), &found)
        }
    }
}

impl Common {
    /// Everything that is found; nothing if there is no file to look at.
    fn found(&self) -> Result<Option<BTreeSet<Entry>>, Failure> {
        check_words(&self.choice)?;
        let root = check::root_of(&self.baseline);
        let files = files::find(&self.inputs)?;
        if files.is_empty() && !self.inputs.allow_empty {
            return Ok(None);
        }
        let worlds = Worlds::schemas_only(&files, &self.inputs)?;
        let neighbours = sigma::neighbours(&files, &self.inputs);
        let found = files::each(&files, &self.inputs, |input, outcome| match outcome {
            Outcome::Rules(file) | Outcome::Sigma(file) => {
                let policy = Policy::new(&self.choice, None, input);
                let schema = worlds.schema(input);
                let checker =
                    Checker { policy, baseline: None, schema, across: None, neighbours: &neighbours, timings: None };
                entries(&file, &check::name_below(&root, &file.path), &checker.find_all(&file).findings)
            }
            Outcome::Broken(_) | Outcome::Skipped => Vec::new(),
        })?;
        Ok(Some(found.into_iter().flatten().collect()))
    }

    fn write(&self, baseline: &Baseline) -> CommandResult {
        output::write_file(&self.baseline, &baseline.render())?;
        say(&format!(
            "{} in {}",
            crate::report::counted(baseline.entries().count(), "finding"),
            self.baseline.display()
        ))?;
        Ok(Exit::Clean)
    }
}

fn compare(baseline: &Baseline, found: &BTreeSet<Entry>) -> CommandResult {
    let stale = baseline.stale(found);
    let new: Vec<&Entry> = found.iter().filter(|entry| !baseline.contains(entry)).collect();
    let mut text = String::new();
    for (word, entries) in [("stale", &stale), ("new", &new)] {
        for Entry { rule, code, node, ordinal } in entries {
            let _ = writeln!(text, "{word}: {code} in {rule} (node {node:016x}, {ordinal})");
        }
    }
    let _ = writeln!(text, "{} stale, {} new", stale.len(), new.len());
    output::print(&text)?;
    Ok(if stale.is_empty() && new.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn say(text: &str) -> Result<(), Failure> {
    output::print(&format!("{text}\n"))
}

fn no_files() -> Exit {
    output::complain("kqlift: there are no rule files under the given paths");
    Exit::NoFiles
}
