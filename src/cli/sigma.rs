//! Sigma rules under `lint` and `baseline`.

use super::arguments::Inputs;
use super::files::{self, Input};
use super::policy::Policy;
use crate::diagnostic::Diagnostic;
use crate::lint::{SigmaInput, check_sigma};
use crate::rule::Node;
use crate::sigma::Neighbours;
use crate::sigma::outline::{Outline, Setting};
use crate::source::RuleText;

/// What the Sigma rules among some files are called. They are all the rules there are if a folder was asked for.
pub(super) fn neighbours(files: &[Input], inputs: &Inputs) -> Neighbours {
    let asks_for_folder = inputs.paths.is_empty() || inputs.paths.iter().any(|path| path.is_dir());
    let mut neighbours = Neighbours::new(asks_for_folder);
    for (name, text) in files::yaml_texts(files) {
        neighbours.add(&name, &text);
    }
    neighbours
}

/// Runs the selected lint rules on one Sigma rule.
pub(super) fn check_rule<'a>(
    rule: &'a RuleText,
    tree: &'a Node,
    setting: Setting<'a>,
    policy: &Policy<'_>,
) -> Vec<Diagnostic> {
    let texts = |text| rule.text(text);
    let outline = Outline::new(tree, &texts, setting);
    let input = SigmaInput { outline: &outline, metadata: &rule.metadata, texts: &texts };
    check_sigma(&input, |lint_rule| policy.selects(lint_rule))
}
