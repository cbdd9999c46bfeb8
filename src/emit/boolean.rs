//! And, or, not with parentheses: one writer for every target, driven by its words.
//!
//! Every group inside another is in parentheses: Splunk binds `OR` tighter than `AND` in `search` and the other way
//! round in `where`.

use super::condition::{Condition, Match};

/// The words of a target.
pub(super) struct Words {
    /// Between conjuncts, blanks included.
    pub(super) and: &'static str,
    /// Between alternatives, blanks included.
    pub(super) or: &'static str,
    /// Around a negated group.
    pub(super) not: (&'static str, &'static str),
    /// A condition that is always true, and one that never is.
    pub(super) constants: (&'static str, &'static str),
}

/// A boolean combination of leaves.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree<Leaf> {
    Constant(bool),
    All(Vec<Tree<Leaf>>),
    Any(Vec<Tree<Leaf>>),
    Not(Box<Tree<Leaf>>),
    Leaf(Leaf),
}

impl<Leaf> Tree<Leaf> {
    /// The text; `spell` writes a leaf, negated or not.
    pub(super) fn write(&self, words: &Words, spell: &impl Fn(&Leaf, bool) -> String) -> String {
        self.nested(words, spell, false)
    }

    fn nested(&self, words: &Words, spell: &impl Fn(&Leaf, bool) -> String, is_inner: bool) -> String {
        match self {
            Self::Constant(true) => words.constants.0.to_owned(),
            Self::Constant(false) => words.constants.1.to_owned(),
            Self::Leaf(leaf) => spell(leaf, false),
            Self::Not(inner) => match &**inner {
                Self::Leaf(leaf) => spell(leaf, true),
                group => format!("{}{}{}", words.not.0, group.nested(words, spell, false), words.not.1),
            },
            Self::All(parts) => join(parts, words.and, words, spell, is_inner),
            Self::Any(parts) => join(parts, words.or, words, spell, is_inner),
        }
    }
}

fn join<Leaf>(
    parts: &[Tree<Leaf>],
    word: &str,
    words: &Words,
    spell: &impl Fn(&Leaf, bool) -> String,
    is_inner: bool,
) -> String {
    let texts: Vec<String> = parts.iter().map(|part| part.nested(words, spell, true)).collect();
    let text = texts.join(word);
    if is_inner { format!("({text})") } else { text }
}

impl From<&Condition> for Tree<Match> {
    fn from(condition: &Condition) -> Self {
        match condition {
            Condition::Constant(value) => Self::Constant(*value),
            Condition::All(parts) => Self::All(parts.iter().map(Self::from).collect()),
            Condition::Any(parts) => Self::Any(parts.iter().map(Self::from).collect()),
            Condition::Not(inner) => Self::Not(Box::new(Self::from(&**inner))),
            Condition::Match(found) => Self::Leaf(found.clone()),
        }
    }
}
