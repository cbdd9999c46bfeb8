//! A Sigma rule with the place of everything, whatever is wrong with it: the facts that lint rules look at.
//!
//! [`crate::sigma::read`] gives a rule or says why there is none. An outline is always there: what is not understood
//! is left out of it, and whoever needs it is silent.

mod item;
mod logic;
mod search;

use std::borrow::Cow;
use std::cell::OnceCell;

pub use item::{ItemOutline, ModifierWord, Shape};
pub use logic::{ConditionOutline, Logic, Uses};
pub use search::SearchOutline;

use super::{Neighbours, Pattern};
use crate::date::Date;
use crate::rule::{Node, Quoting, Scalar, ScalarKind};
use crate::span::{Place, Span, TextId};

/// A key or a value with its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    /// The text, decoded.
    pub text: &'a str,
    /// Where and how it is written.
    pub scalar: Scalar,
}

impl<'a> Word<'a> {
    /// The text that it stands for under Sigma's escapes, if it has no wildcards.
    pub fn literal(&self) -> Option<Cow<'a, str>> {
        let is_plain = !self.text.contains(['*', '?']) && !self.text.contains("\\\\");
        if is_plain {
            return Some(Cow::Borrowed(self.text));
        }
        Pattern::parse(self.text).as_literal().map(|text| Cow::Owned(text.to_owned()))
    }

    /// All of it.
    pub fn place(&self) -> Place {
        self.scalar.place()
    }

    /// A range of its bytes.
    pub fn part(&self, start: usize, end: usize) -> Place {
        self.scalar.part(Span::new(start, end))
    }

    /// Whether YAML takes it for text.
    pub fn is_text(&self) -> bool {
        self.scalar.kind == ScalarKind::Text
    }

    /// Whether the file gives nothing.
    pub fn is_null(&self) -> bool {
        self.scalar.kind == ScalarKind::Null
    }

    /// Whether it is text on one line, so that an edit of it is easy to read.
    pub fn is_on_one_line(&self) -> bool {
        self.scalar.quoting != Quoting::Block && !self.text.contains('\n')
    }
}

/// What a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It looks at single events.
    Detection,
    /// It relates what other rules find.
    Correlation,
    /// It narrows other rules.
    Filter,
}

impl Kind {
    /// The key of the map that holds its logic.
    pub fn key(self) -> &'static str {
        match self {
            Self::Detection => "detection",
            Self::Correlation => "correlation",
            Self::Filter => "filter",
        }
    }
}

/// `logsource`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceOutline<'a> {
    /// `category`
    pub category: Option<Word<'a>>,
    /// `product`
    pub product: Option<Word<'a>>,
    /// `service`
    pub service: Option<Word<'a>>,
}

impl SourceOutline<'_> {
    /// Whether it is this product and category, and no service.
    pub fn is(&self, product: &str, category: &str) -> bool {
        let has = |word: &Option<Word<'_>>, text| word.is_some_and(|word| word.text == text);
        has(&self.product, product) && has(&self.category, category) && self.service.is_none()
    }

    /// Whether the product is this one.
    pub fn is_of(&self, product: &str) -> bool {
        self.product.is_some_and(|word| word.text == product)
    }
}

/// Where a rule stands.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The file, as it was named.
    pub path: &'a str,
    /// The rules that are checked together.
    pub neighbours: &'a Neighbours,
    /// The day of the check, where age matters.
    pub today: Option<Date>,
    /// Whether the file is an old collection, whose documents complete each other.
    pub is_collection: bool,
}

impl<'a> Setting<'a> {
    /// The setting of the rules of a file with this text.
    pub fn new(path: &'a str, text: &str, neighbours: &'a Neighbours, today: Option<Date>) -> Self {
        let is_collection = text.starts_with("action:") || text.contains("\naction:");
        Self { path, neighbours, today, is_collection }
    }
}

/// A rule.
pub struct Outline<'a> {
    /// Where it stands.
    pub setting: Setting<'a>,
    /// Its keys and values.
    pub root: &'a Node,
    /// What it is.
    pub kind: Kind,
    /// `logsource`
    pub log_source: SourceOutline<'a>,
    /// The searches of its detection or filter.
    pub searches: Vec<SearchOutline<'a>>,
    /// The items of all searches, in order.
    pub items: Vec<ItemOutline<'a>>,
    /// Its conditions.
    pub conditions: Vec<ConditionOutline<'a>>,
    texts: &'a dyn Fn(TextId) -> &'a str,
    fields: OnceCell<Option<Vec<&'static str>>>,
}

impl<'a> Outline<'a> {
    /// The outline of a rule from its tree.
    pub fn new(root: &'a Node, texts: &'a dyn Fn(TextId) -> &'a str, setting: Setting<'a>) -> Self {
        let mut outline = Self {
            setting,
            root,
            kind: Kind::Detection,
            log_source: SourceOutline::default(),
            searches: Vec::new(),
            items: Vec::new(),
            conditions: Vec::new(),
            texts,
            fields: OnceCell::new(),
        };
        let has = |key: &str| outline.get(&[key]).is_some();
        if has("correlation") {
            outline.kind = Kind::Correlation;
        } else if has("filter") && !has("detection") {
            outline.kind = Kind::Filter;
        }
        let part = |key: &str| outline.scalar(&["logsource", key]);
        outline.log_source =
            SourceOutline { category: part("category"), product: part("product"), service: part("service") };
        if outline.kind != Kind::Correlation {
            outline.read_searches();
        }
        outline.read_conditions();
        outline
    }

    /// A scalar with its text.
    pub fn word(&self, scalar: &Scalar) -> Word<'a> {
        Word { text: (self.texts)(scalar.text), scalar: *scalar }
    }

    /// The value at a path of keys.
    pub fn get(&self, path: &[&str]) -> Option<&'a Node> {
        path.iter().try_fold(self.root, |node, key| {
            node.entries().iter().find(|(name, _)| self.word(name).text == *key).map(|(_, value)| value)
        })
    }

    /// The single value at a path, if it is one and not nothing.
    pub fn scalar(&self, path: &[&str]) -> Option<Word<'a>> {
        let word = self.word(self.get(path)?.scalar()?);
        (!word.is_null()).then_some(word)
    }

    /// The single values of a list; a single value counts as a list of one.
    pub fn list(&self, path: &[&str]) -> Vec<Word<'a>> {
        let items = self.get(path).map_or(&[][..], Node::items);
        items.iter().filter_map(Node::scalar).map(|scalar| self.word(scalar)).filter(|word| !word.is_null()).collect()
    }

    /// A key of the rule itself.
    pub fn key(&self, name: &str) -> Option<Word<'a>> {
        self.key_in(&[], name)
    }

    /// A key of the map at a path.
    pub fn key_in(&self, path: &[&str], name: &str) -> Option<Word<'a>> {
        self.get(path)?.entries().iter().map(|(key, _)| self.word(key)).find(|key| key.text == name)
    }

    /// Where to say that something is missing: the title, else the first key.
    pub fn head(&self) -> Place {
        let title = self.scalar(&["title"]).filter(Word::is_on_one_line).map(|word| word.place());
        title.or_else(|| self.root.first().map(Scalar::place)).unwrap_or_else(|| Span::default().into())
    }

    /// The name of the file without its folders.
    pub fn file_name(&self) -> &'a str {
        self.setting.path.rsplit(['/', '\\']).next().unwrap_or("")
    }

    /// Whether the document is a part of an old collection, so that other documents complete it.
    pub fn is_part_of_collection(&self) -> bool {
        self.setting.is_collection
    }

    /// The items of an alternative of a search.
    pub fn items_of(&self, alternative: &std::ops::Range<usize>) -> &[ItemOutline<'a>] {
        self.items.get(alternative.clone()).unwrap_or(&[])
    }

    /// Whether an item serves only to exclude events.
    pub fn excludes(&self, item: &ItemOutline<'_>) -> bool {
        self.uses(item) == Uses { selects: false, excludes: true }
    }

    /// Whether an item serves only to select events.
    pub fn selects(&self, item: &ItemOutline<'_>) -> bool {
        self.uses(item) == Uses { selects: true, excludes: false }
    }

    fn uses(&self, item: &ItemOutline<'_>) -> Uses {
        self.searches.get(item.search).map(|search| search.uses).unwrap_or_default()
    }

    /// The fields of the events of its log source; nothing if it is not known, an empty list if any field may occur.
    pub fn known_fields(&self) -> Option<&[&'static str]> {
        let known = self.fields.get_or_init(|| super::taxonomy::fields(&self.log_source));
        known.as_deref()
    }
}
