//! Sigma rules under the linter: how a lint rule gets to see one, and what several of them ask.
//!
//! A lint rule that reads Sigma has the kinds [`Rule::SIGMA`] and `check: |cx| sigma::check(cx, check)`; its own `check`
//! gets the outline of the rule beside the context.

mod contradiction;
mod regex;

pub(super) use contradiction::{assignments, covers, exclude_each_other, excluded, implies, required, variables};
pub(super) use regex::{nested_repetition, parse_regex};

use std::sync::LazyLock;

use super::context::Nodes;
use super::{Context, Input, Rule};
use crate::analyze::{Facts, analyze};
use crate::diagnostic::{Diagnostic, Edit, Effect};
use crate::parse::{Parsed, parse};
use crate::rule::{Metadata, RuleKind};
use crate::schema::Schema;
use crate::sigma::outline::{ConditionOutline, ItemOutline, Outline, Word};
use crate::span::{Place, TextId};

/// One Sigma rule, read.
#[derive(Clone, Copy)]
pub struct SigmaInput<'a> {
    /// The rule with its places.
    pub outline: &'a Outline<'a>,
    /// What the file says around the logic.
    pub metadata: &'a Metadata,
    /// The decoded text of a key or value.
    pub texts: &'a dyn Fn(TextId) -> &'a str,
}

/// The query that a Sigma rule does not have.
static NO_QUERY: LazyLock<(Parsed<'static>, Facts, Schema)> = LazyLock::new(|| {
    let (parsed, schema) = (parse(""), Schema::builtin());
    let facts = analyze(&parsed.query, &schema);
    (parsed, facts, schema)
});

static NO_NODES: LazyLock<Nodes<'static>> = LazyLock::new(|| Nodes::of(&NO_QUERY.0.query));

/// Runs the selected lint rules that read Sigma. The findings are sorted by place, then by code.
pub fn check_sigma(input: &SigmaInput<'_>, selected: impl Fn(&Rule) -> bool) -> Vec<Diagnostic> {
    let (parsed, facts, schema) = &*NO_QUERY;
    let SigmaInput { outline, metadata, texts } = *input;
    let (query, errors, kind) = (&parsed.query, &[][..], RuleKind::Sigma);
    let no_query = Input { text: "", query, errors, facts, metadata, kind, schema, texts };
    let context = |rule| Context::new(no_query, &NO_NODES, rule).with_sigma(outline);
    super::run(kind, selected, context, &mut |_| {})
}

/// Shows a lint rule the Sigma rule.
pub(super) fn check(cx: &mut Context<'_>, look: impl Fn(&Outline<'_>, &mut Context<'_>)) {
    if let Some(outline) = cx.sigma() {
        look(outline, cx);
    }
}

/// An edit of a range of a key or value.
pub(super) fn edit(place: Place, replacement: impl Into<String>) -> Edit {
    Edit { place, replacement: replacement.into() }
}

/// What an effect on one item is for the whole rule; not known if the item both selects and excludes.
pub(super) fn effect_on_rule(rule: &Outline<'_>, item: &ItemOutline<'_>, effect: Effect) -> Effect {
    if effect == Effect::Same || rule.selects(item) {
        effect
    } else if rule.excludes(item) {
        effect.negated()
    } else {
        Effect::Unknown
    }
}

/// Fields that hold the path of a program or file, on Windows.
pub(super) const PATHS: &[&str] =
    &["Image", "ParentImage", "GrandParentImage", "ImageLoaded", "SourceImage", "TargetImage", "TargetFilename"];

/// Fields that hold a name without a path.
pub(super) const FILE_NAMES: &[&str] = &["OriginalFileName", "OriginalFilename"];

/// Fields that hold a command line.
pub(super) const COMMAND_LINES: &[&str] = &["CommandLine", "ParentCommandLine", "GrandparentCommandLine"];

/// A tag.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tag<'a> {
    /// All of it.
    pub(super) word: Word<'a>,
    /// What stands in front of the first dot; empty if there is none.
    pub(super) namespace: &'a str,
    /// What stands behind it.
    pub(super) name: &'a str,
}

impl Tag<'_> {
    /// The place of the name.
    pub(super) fn name_place(&self) -> Place {
        let start = self.word.text.len() - self.name.len();
        self.word.part(start, self.word.text.len())
    }
}

/// The tags of a rule.
pub(super) fn tags<'a>(rule: &Outline<'a>) -> Vec<Tag<'a>> {
    let tag = |word: Word<'a>| {
        let (namespace, name) = word.text.split_once('.').unwrap_or(("", word.text));
        Tag { word, namespace, name }
    };
    rule.list(&["tags"]).into_iter().map(tag).collect()
}

/// Whether the name of a tag `attack.…` is meant to be the id of a technique.
pub(super) fn is_technique(name: &str) -> bool {
    name.strip_prefix(['t', 'T']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a condition can't be read because something is counted in it, as Sigma 1 did.
pub(super) fn is_aggregation(condition: &ConditionOutline<'_>) -> bool {
    let Err(error) = &condition.parsed else { return false };
    error.span.slice(condition.word.text).starts_with('|')
}
