//! `field|modifiers: values`, with places.

use std::borrow::Cow;

use super::Word;
use crate::rule::Node;
use crate::sigma::{Modifier, Pattern};
use crate::span::{Place, Span};

/// A modifier as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModifierWord<'a> {
    /// The word.
    pub text: &'a str,
    /// Its place in the key, without the bar.
    pub span: Span,
    /// Which it is; nothing if there is no such modifier.
    pub known: Option<Modifier>,
}

/// Where in a field a text has to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// It is the whole value.
    Whole,
    /// `startswith`
    Start,
    /// `endswith`
    End,
    /// `contains`
    Inside,
}

/// One item of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemOutline<'a> {
    /// The index of its search.
    pub search: usize,
    /// The key.
    pub key: Word<'a>,
    /// The field; empty for keywords.
    pub field: &'a str,
    /// The modifiers in order.
    pub modifiers: Vec<ModifierWord<'a>>,
    /// The values.
    pub values: Vec<Word<'a>>,
    /// What stands behind the key.
    pub node: &'a Node,
}

impl<'a> ItemOutline<'a> {
    pub(super) fn new(search: usize, key: Word<'a>, node: &'a Node, values: Vec<Word<'a>>) -> Self {
        let mut parts = key.text.split('|');
        let field = parts.next().unwrap_or("");
        let mut start = field.len() + 1;
        let mut modifiers = Vec::new();
        for text in parts {
            let span = Span::new(start, start + text.len());
            modifiers.push(ModifierWord { text, span, known: Modifier::parse(text) });
            start += text.len() + 1;
        }
        Self { search, key, field, modifiers, values, node }
    }

    /// Whether it has a modifier.
    pub fn has(&self, modifier: Modifier) -> bool {
        self.modifiers.iter().any(|word| word.known == Some(modifier))
    }

    /// Whether it has one of some modifiers.
    pub fn has_any(&self, modifiers: &[Modifier]) -> bool {
        modifiers.iter().any(|modifier| self.has(*modifier))
    }

    /// The place of a modifier.
    pub fn modifier(&self, modifier: Modifier) -> Option<Place> {
        let word = self.modifiers.iter().find(|word| word.known == Some(modifier))?;
        Some(self.key.scalar.part(word.span))
    }

    /// The place of a modifier with the bar in front of it.
    pub fn modifier_with_bar(&self, modifier: Modifier) -> Option<Place> {
        let place = self.modifier(modifier)?;
        Some(Place { span: Span { start: place.span.start.saturating_sub(1), ..place.span }, ..place })
    }

    /// The place of the field.
    pub fn field_place(&self) -> Place {
        self.key.part(0, self.field.len())
    }

    /// Whether values are written as a list.
    pub fn is_list(&self) -> bool {
        matches!(self.node, Node::List(_))
    }

    /// Where a text has to stand, if the item compares with texts as they are: no encoding, no regular expression, no
    /// placeholder.
    pub fn shape(&self) -> Option<Shape> {
        let mut shape = Shape::Whole;
        for word in &self.modifiers {
            match word.known? {
                Modifier::Contains => shape = Shape::Inside,
                Modifier::StartsWith => shape = Shape::Start,
                Modifier::EndsWith => shape = Shape::End,
                Modifier::All | Modifier::Cased | Modifier::WindowsDash => {}
                _ => return None,
            }
        }
        Some(shape)
    }

    /// The values that are texts in which wildcards and escapes count; none if the item does not take such.
    pub fn texts(&self) -> impl Iterator<Item = Word<'a>> + use<'_, 'a> {
        let takes_wildcards = self.shape().is_some();
        self.values.iter().copied().filter(move |value| takes_wildcards && value.is_text())
    }

    /// Those of them that are written with a sign, each with what it says.
    pub fn patterns_with<'s>(&'s self, sign: &'s str) -> impl Iterator<Item = (Word<'a>, Pattern)> + use<'s, 'a> {
        let texts = self.texts().filter(move |value| value.text.contains(sign));
        texts.map(|value| (value, Pattern::parse(value.text)))
    }

    /// Those of them without wildcards, each with the text.
    pub fn literals(&self) -> impl Iterator<Item = (Word<'a>, Cow<'a, str>)> + use<'_, 'a> {
        self.texts().filter_map(|value| Some((value, value.literal()?)))
    }

    /// The values that are regular expressions.
    pub fn regexes(&self) -> impl Iterator<Item = Word<'a>> + use<'_, 'a> {
        let is_regex = self.has(Modifier::Regex);
        self.values.iter().copied().filter(move |value| is_regex && value.is_text())
    }

    /// Whether the field is one of these.
    pub fn is_about(&self, fields: &[&str]) -> bool {
        fields.contains(&self.field)
    }
}
