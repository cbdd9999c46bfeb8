//! The converted rules: what their files are called, and where they go.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::attempt::Attempt;
use crate::cli::arguments::ConvertArguments;
use crate::cli::{Failure, output};
use crate::emit::{Form, Target};

/// Names each output after its input: `rule.yml`, `rule-2.yml` for the second rule of a file, and `rule.kql.yml` where
/// the folder has a `rule.yaml` as well. Where the second rule of one file would be named as another file is, both keep
/// their extensions.
pub(super) fn name(attempts: &mut [Attempt], form: Form) {
    let mut sources: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for output in attempts.iter().filter_map(|attempt| attempt.output.as_ref()) {
        sources.entry(output.source.with_extension("")).or_default().insert(output.source.clone());
    }
    let mut uses: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for attempt in attempts.iter_mut() {
        let (Some(output), Some(target)) = (&mut attempt.output, attempt.target) else { continue };
        let stem = output.source.with_extension("");
        let is_alone = sources.get(&stem).is_none_or(|sources| sources.len() == 1);
        output.name = output_name(if is_alone { &stem } else { &output.source }, &output.number, target, form);
        *uses.entry(output.name.clone()).or_default() += 1;
    }
    for attempt in attempts {
        let (Some(output), Some(target)) = (&mut attempt.output, attempt.target) else { continue };
        if uses.get(&output.name).is_some_and(|uses| *uses > 1) {
            output.name = output_name(&output.source, &output.number, target, form);
        }
    }
}

fn output_name(base: &Path, number: &str, target: Target, form: Form) -> PathBuf {
    let extension = form.extension().filter(|_| target != Target::Sigma).unwrap_or(target.extension());
    let mut name = base.as_os_str().to_owned();
    name.push(format!("{number}.{extension}"));
    PathBuf::from(name)
}

/// One rule after the other: YAML as documents of one stream, anything else with an empty line between.
fn print(attempts: &[Attempt], form: Form) -> Result<(), Failure> {
    let mut text = String::new();
    let mut was_yaml = false;
    for attempt in attempts {
        let (Some(output), Some(target)) = (&attempt.output, attempt.target) else { continue };
        let is_yaml = target == Target::Sigma || matches!(form, Form::Rule | Form::ContentControl);
        if !text.is_empty() {
            text.push_str(if is_yaml && was_yaml { "---\n" } else { "\n" });
        }
        was_yaml = is_yaml;
        text.push_str(&output.text);
    }
    if text.is_empty() { Ok(()) } else { output::print(&text) }
}

/// Converted rules go to files of their own, or one after the other to standard output.
pub(super) fn write(attempts: &[Attempt], arguments: &ConvertArguments) -> Result<(), Failure> {
    if arguments.dry_run {
        return Ok(());
    }
    let outputs = attempts.iter().filter_map(|attempt| attempt.output.as_ref());
    let Some(folder) = &arguments.output else {
        return print(attempts, arguments.form);
    };
    for output in outputs {
        let path = folder.join(&output.name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| Failure::io("make the folder", parent, &error))?;
        }
        output::write_file(&path, &output.text)?;
    }
    Ok(())
}
