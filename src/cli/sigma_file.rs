//! Files of Sigma rules: all are read before the meaning of any is asked for, since correlations and filters are about
//! rules of others.

use std::path::Path;

use super::files::Input;
use crate::sigma::{Collection, PlaceholderValues, Places, SigmaProblem, SigmaRule, fill, read};
use crate::source::{Loaded, RuleFile};

/// A file of Sigma rules.
pub(super) struct SigmaFile {
    pub(super) input: Input,
    pub(super) file: RuleFile,
    pub(super) rules: Vec<SigmaRule>,
    pub(super) places: Vec<Places>,
    pub(super) problems: Vec<SigmaProblem>,
}

impl SigmaFile {
    /// Reads the rules of a file, with values in the places of placeholders: those of the configuration, and those that
    /// the command line gives instead.
    pub(super) fn read(input: &Input, file: RuleFile, given: &[(String, String)]) -> Self {
        let (mut rules, problems) = read(&file.text);
        let values = placeholder_values(input, given);
        if !values.is_empty() {
            for rule in &mut rules {
                fill(rule, &values);
            }
        }
        // Old collections have documents that are no rules; then nobody knows which is which.
        let is_plain = rules.len() == file.rules.len();
        let places = rules.iter().enumerate().map(|(index, _)| match file.rules.get(index).filter(|_| is_plain) {
            Some(rule) => Places::of(rule),
            None => Places::default(),
        });
        Self { input: input.clone(), places: places.collect(), file, rules, problems }
    }

    /// The rules of several files, and the number of the first of each.
    pub(super) fn collect(files: &[Self]) -> (Collection<'_>, Vec<usize>) {
        let (mut rules, mut starts) = (Vec::new(), Vec::new());
        for file in files {
            starts.push(rules.len());
            rules.extend(file.rules.iter().zip(&file.places));
        }
        (Collection::new(rules), starts)
    }

    /// The file as one text, which places in the meaning of its rules are places of.
    pub(super) fn as_text(&self) -> RuleFile {
        let bytes = self.file.text.clone().into_bytes();
        match crate::source::read(Path::new("rules.kql"), bytes, None) {
            Loaded::Rules(whole) => RuleFile { path: self.file.path.clone(), ..whole },
            Loaded::Sigma(_) | Loaded::NotARule { .. } | Loaded::Broken(_) => self.file.clone(),
        }
    }
}

fn placeholder_values(input: &Input, given: &[(String, String)]) -> PlaceholderValues {
    let mut values = input.settings.convert().placeholders.clone();
    for (name, _) in given {
        values.remove(name);
    }
    for (name, value) in given {
        values.entry(name.clone()).or_default().push(value.clone());
    }
    values
}
