//! Where the parts of a rule stand in its file.

use std::collections::HashMap;

use crate::source::RuleText;
use crate::span::{Place, Span, TextId};

/// Ranges of bytes of a file, by the keys and indices that lead to them, joined by dots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    spans: HashMap<String, Span>,
}

impl Places {
    /// The places of one rule of a file: each key, to the end of its value where that is no mapping.
    pub fn of(rule: &RuleText) -> Self {
        let keys = &rule.metadata.keys;
        let mut spans = HashMap::with_capacity(keys.len());
        for (index, (path, key)) in keys.iter().enumerate() {
            let start = whole(rule, *key);
            let last = match keys.get(index + 1) {
                Some((_, next)) => TextId(next.0.saturating_sub(1)),
                None => rule.value_of(*key).unwrap_or(*key),
            };
            let end = if last.0 > key.0 { whole(rule, last) } else { start };
            spans.insert(path.clone(), start.to(end));
        }
        Self { spans }
    }

    /// The place of a part; of what it is in where it has none of its own, as items of lists have.
    pub fn find(&self, path: &str) -> Option<Span> {
        let mut path = path;
        loop {
            if let Some(span) = self.spans.get(path) {
                return Some(*span);
            }
            path = path.rsplit_once('.')?.0;
        }
    }
}

/// All of a text, as bytes of the file.
fn whole(rule: &RuleText, id: TextId) -> Span {
    let span = Span::new(0, rule.text(id).len());
    let found = rule.file_span(Place { text: id, span });
    Span { start: found.start, end: found.end }
}
