//! Binary search in a text of sorted lines, as it lies in the binary.

use std::cmp::Ordering;

/// Lines ordered by bytes; the key of a line ends at its first tab. `#` lines sort before every key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SortedText(&'static str);

impl SortedText {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self(text)
    }

    /// The key and what stands behind it.
    pub(crate) fn entry(self, key: &str) -> Option<(&'static str, &'static str)> {
        self.from(key).next().map(split_key).filter(|(found, _)| *found == key)
    }

    /// The lines whose key starts with `prefix`, in order.
    pub(crate) fn starting_with(self, prefix: &str) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let prefix = prefix.to_owned();
        self.from(&prefix).map(split_key).take_while(move |(key, _)| key.starts_with(&prefix))
    }

    /// Every line.
    pub(crate) fn all(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.0.lines().filter(|line| !line.starts_with('#')).map(split_key)
    }

    /// The lines from the first one whose key is not below `key`.
    fn from(self, key: &str) -> std::str::Lines<'static> {
        let text = self.0;
        let (mut low, mut high) = (0, text.len());
        while low < high {
            let middle = low.midpoint(high);
            let start = line_start(text, middle).max(low);
            let end =
                text.as_bytes()[middle..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |n| middle + n + 1);
            let line = text.get(start..end).unwrap_or("");
            match compare(split_key(line.trim_end_matches('\n')).0, key) {
                Ordering::Less => low = end,
                Ordering::Equal | Ordering::Greater => high = start,
            }
        }
        text.get(low..).unwrap_or("").lines()
    }
}

fn line_start(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1)
}

fn split_key(line: &'static str) -> (&'static str, &'static str) {
    line.split_once('\t').unwrap_or((line, ""))
}

/// Comments stand in front of everything, whatever they say.
fn compare(line_key: &str, key: &str) -> Ordering {
    if line_key.starts_with('#') { Ordering::Less } else { line_key.as_bytes().cmp(key.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: SortedText = SortedText::new("# zebra\n# a\nAlpha\tone\nBeta\ttwo\nBetamax\tthree\n_Im\tfour\n");

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
