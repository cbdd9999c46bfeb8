//! Binary search in a text of sorted lines, as it lies in the binary.

use std::cmp::Ordering;
use std::sync::OnceLock;

/// The key of a line and what stands behind it.
type Line = (&'static str, &'static str);

/// Lines ordered by bytes; the key of a line ends at its first tab. `#` lines are comments.
#[derive(Debug)]
pub(crate) struct SortedText {
    text: &'static str,
    /// Found when first asked: many runs never need most of the texts.
    lines: OnceLock<Vec<Line>>,
}

impl SortedText {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text, lines: OnceLock::new() }
    }

    /// The key and what stands behind it.
    pub(crate) fn entry(&self, key: &str) -> Option<Line> {
        let lines = self.lines();
        lines.binary_search_by(|(found, _)| compare(found, key)).ok().map(|index| lines[index])
    }

    /// The lines whose key starts with `prefix`, in order.
    pub(crate) fn starting_with<'t>(&'t self, prefix: &str) -> impl Iterator<Item = Line> + use<'t> {
        let lines = self.lines();
        let first = lines.partition_point(|(key, _)| compare(key, prefix) == Ordering::Less);
        let count = lines[first..].partition_point(|(key, _)| key.starts_with(prefix));
        lines[first..first + count].iter().copied()
    }

    /// Every line.
    pub(crate) fn all(&self) -> impl Iterator<Item = Line> {
        self.lines().iter().copied()
    }

    fn lines(&self) -> &[Line] {
        self.lines.get_or_init(|| {
            let lines = self.text.lines().filter(|line| !line.starts_with('#'));
            lines.map(|line| line.split_once('\t').unwrap_or((line, ""))).collect()
        })
    }
}

/// Texts are told apart by what they say, not by whether they have been asked.
impl PartialEq for SortedText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn compare(line_key: &str, key: &str) -> Ordering {
    line_key.as_bytes().cmp(key.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    static TEXT: SortedText = SortedText::new("# zebra\n# a\nAlpha\tone\nBeta\ttwo\nBetamax\tthree\n_Im\tfour\n");

    #[test]
    fn finds_every_key_and_nothing_else() {
        for (key, rest) in TEXT.all() {
            assert_eq!(TEXT.entry(key), Some((key, rest)));
        }
        assert_eq!(TEXT.all().count(), 4);
        for key in ["", "A", "Alph", "Alphaa", "beta", "# a", "zz"] {
            assert_eq!(TEXT.entry(key), None);
        }
    }

    #[test]
    fn lists_keys_by_prefix() {
        let keys: Vec<_> = TEXT.starting_with("Beta").map(|(key, _)| key).collect();
        assert_eq!(keys, ["Beta", "Betamax"]);
        assert_eq!(TEXT.starting_with("C").count(), 0);
    }
}
