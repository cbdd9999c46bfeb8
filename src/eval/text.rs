//! KQL's string operators on two texts.

/// Which ends of an occurrence must lie on the border of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Borders {
    pub(super) left: bool,
    pub(super) right: bool,
}

impl Borders {
    pub(super) const BOTH: Self = Self { left: true, right: true };
    pub(super) const LEFT: Self = Self { left: true, right: false };
    pub(super) const RIGHT: Self = Self { left: false, right: true };
}

/// The text in the letter case that comparisons without case are made in.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// Whether the needle stands in the value with borders of terms where it begins and ends with a letter or digit.
///
/// A needle that begins with anything else needs no border there: it is a border itself.
pub(super) fn has_term(value: &str, needle: &str, borders: Borders) -> bool {
    let (Some(first), Some(last)) = (needle.chars().next(), needle.chars().next_back()) else { return true };
    let tests_left = borders.left && first.is_alphanumeric();
    let tests_right = borders.right && last.is_alphanumeric();
    let mut from = 0;
    while let Some(found) = value.get(from..).and_then(|rest| rest.find(needle)) {
        let start = from + found;
        let before = value.get(..start).and_then(|text| text.chars().next_back());
        let after = value.get(start + needle.len()..).and_then(|text| text.chars().next());
        let is_free = |neighbour: Option<char>| !neighbour.is_some_and(char::is_alphanumeric);
        if (!tests_left || is_free(before)) && (!tests_right || is_free(after)) {
            return true;
        }
        from = start + first.len_utf8();
    }
    false
}

/// Whether the whole value fits a pattern of `*` (any text), `?` (one character) and texts; a backslash in front of
/// these three takes their meaning.
pub(super) fn fits(value: &str, pattern: &str) -> bool {
    let pattern = parts(pattern);
    let value: Vec<char> = value.chars().collect();
    let (mut at, mut part) = (0, 0);
    // Where to go on when what follows the last star does not fit.
    let mut retry: Option<(usize, usize)> = None;
    while at < value.len() {
        match pattern.get(part) {
            Some(Part::Any) => {
                retry = Some((at, part));
                part += 1;
            }
            Some(Part::One) => (at, part) = (at + 1, part + 1),
            Some(Part::Literal(c)) if *c == value[at] => (at, part) = (at + 1, part + 1),
            Some(Part::Literal(_)) | None => match retry {
                Some((start, star)) => {
                    retry = Some((start + 1, star));
                    (at, part) = (start + 1, star + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(part..).unwrap_or_default().iter().all(|rest| *rest == Part::Any)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Literal(char),
}

fn parts(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(c) = characters.next() {
        parts.push(match c {
            '*' => Part::Any,
            '?' => Part::One,
            '\\' => Part::Literal(characters.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\')),
            other => Part::Literal(other),
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns() {
        assert!(fits(r"C:\a\b.exe", r"*\\?.exe"));
        assert!(!fits(r"C:\a\bb.exe", r"*\\?.exe"));
        assert!(fits("axbxc", "a*b*c"));
        assert!(!fits("axbxcd", "a*b*c"));
        assert!(fits("a*b", r"a\*b"));
        assert!(!fits("axb", r"a\*b"));
        assert!(fits("", "*"));
        assert!(!fits("", "?"));
        assert!(fits("äö", "??"));
    }
}
