//! What the rules of a run are called, so that one can be held against the others.
//!
//! Only lines at the left margin and those of log sources are looked at, without reading the YAML: that is where block
//! style has the keys of a rule, and every file is read only once more.

use std::collections::BTreeMap;

use super::taxonomy::SourceNames;

/// Paths by what the rules there are called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Neighbours {
    ids: BTreeMap<String, Vec<String>>,
    names: BTreeMap<String, Vec<String>>,
    titles: BTreeMap<String, Vec<String>>,
    files: BTreeMap<String, Vec<String>>,
    /// Log sources of rules, by ids and names.
    sources: BTreeMap<String, SourceNames>,
    is_complete: bool,
}

/// What a rule is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalledBy {
    /// `id`
    Id,
    /// `name`
    Name,
    /// `title`
    Title,
    /// The file.
    FileName,
}

impl Neighbours {
    /// No rules yet. Whether all rules that another may name will be there: a whole folder is looked at.
    pub fn new(is_complete: bool) -> Self {
        Self { is_complete, ..Self::default() }
    }

    /// Whether a rule that is not there does not exist.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Adds the rules of a file, if it holds Sigma rules.
    pub fn add(&mut self, path: &str, text: &str) {
        const MARKS: &[&str] = &["logsource:", "correlation:"];
        if !text.lines().any(|line| MARKS.iter().any(|mark| line.starts_with(mark))) {
            return;
        }
        let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
        self.files.entry(file.to_owned()).or_default().push(path.to_owned());
        self.add_sources(text);
        for line in text.trim_start_matches('\u{FEFF}').lines() {
            let Some((key, value)) = line.split_once(':') else { continue };
            let (map, value) = match key {
                "id" => (&mut self.ids, plain(value).to_ascii_lowercase()),
                "name" => (&mut self.names, plain(value).to_owned()),
                "title" => (&mut self.titles, plain(value).to_owned()),
                _ => continue,
            };
            if !value.is_empty() {
                map.entry(value).or_default().push(path.to_owned());
            }
        }
    }

    /// Adds the log sources of the rules of a file that have an id or a name.
    fn add_sources(&mut self, text: &str) {
        let (mut called, mut source, mut is_within) = (Vec::new(), SourceNames::default(), false);
        for line in text.trim_start_matches('\u{FEFF}').lines().chain(["---"]) {
            if line.starts_with("---") {
                for name in called.drain(..).filter(|_| source != SourceNames::default()) {
                    self.sources.entry(name).or_insert_with(|| source.clone());
                }
                (source, is_within) = (SourceNames::default(), false);
            }
            let Some((key, value)) = line.split_once(':') else { continue };
            let is_margin = !key.starts_with([' ', '\t', '#', '-']);
            match (key.trim(), is_margin) {
                ("id", true) => called.push(plain(value).to_ascii_lowercase()),
                ("name", true) => called.push(plain(value).to_owned()),
                ("product", false) if is_within => plain(value).clone_into(&mut source.product),
                ("category", false) if is_within => plain(value).clone_into(&mut source.category),
                ("service", false) if is_within => plain(value).clone_into(&mut source.service),
                _ => {}
            }
            if is_margin {
                is_within = key == "logsource";
            }
        }
    }

    /// The log source of the rule with the id or the name, if it is no correlation.
    pub fn source_of(&self, id_or_name: &str) -> Option<&SourceNames> {
        self.sources.get(id_or_name).or_else(|| self.sources.get(&id_or_name.to_ascii_lowercase()))
    }

    /// Paths of the rules that are called so, one for each; the rule itself is among them.
    pub fn called(&self, by: CalledBy, value: &str) -> &[String] {
        let found = match by {
            CalledBy::Id => self.ids.get(&value.to_ascii_lowercase()),
            CalledBy::Name => self.names.get(value),
            CalledBy::Title => self.titles.get(value),
            CalledBy::FileName => self.files.get(value),
        };
        found.map_or(&[], Vec::as_slice)
    }

    /// Another rule than the one in `path` that is called so: its path, or this path again if two rules of it are.
    pub fn other(&self, by: CalledBy, value: &str, path: &str) -> Option<&str> {
        let found = self.called(by, value);
        let other = found.iter().find(|other| *other != path).map(String::as_str);
        other.or_else(|| (found.len() > 1).then(|| found.first().map(String::as_str)).flatten())
    }

    /// Whether some rule has the id or the name.
    pub fn has_rule(&self, id_or_name: &str) -> bool {
        !self.called(CalledBy::Id, id_or_name).is_empty() || !self.called(CalledBy::Name, id_or_name).is_empty()
    }
}

/// A value without its quotes and the comment behind it.
fn plain(value: &str) -> &str {
    let value = value.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.split(quote).next().unwrap_or("");
        }
    }
    value.split(" #").next().unwrap_or("").trim_end()
}

#[cfg(test)]
mod tests {
    use super::{CalledBy, Neighbours};

    #[test]
    fn rules_are_found_by_what_they_are_called() {
        let mut neighbours = Neighbours::new(true);
        neighbours.add("a/x.yml", "title: One # first\nid: 'AB'\nlogsource:\n    product: linux\n");
        neighbours.add("b/x.yml", "title: One\nname: two\ncorrelation:\n    type: temporal\n");
        neighbours.add("c.yml", "title: One\n");
        assert_eq!(neighbours.called(CalledBy::Id, "ab"), ["a/x.yml"]);
        assert_eq!(neighbours.other(CalledBy::Title, "One", "a/x.yml"), Some("b/x.yml"));
        assert_eq!(neighbours.other(CalledBy::Id, "AB", "a/x.yml"), None);
        assert_eq!(neighbours.other(CalledBy::FileName, "x.yml", "b/x.yml"), Some("a/x.yml"));
        assert!(neighbours.has_rule("two") && !neighbours.has_rule("three"));
        assert_eq!(neighbours.source_of("AB").map(|source| source.product.as_str()), Some("linux"));
        assert_eq!(neighbours.source_of("two"), None);
    }
}
