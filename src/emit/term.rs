//! Regular expressions for tests that only a regular expression can say.
//!
//! The syntax is what Sigma's portable subset, PCRE and Kusto share. A term boundary is written with ASCII classes,
//! which is exact as long as the characters next to the term are ASCII.

use super::condition::Shape;

/// Which part of the text the test is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Everything,
    /// What follows the last `\` or `/`.
    LastComponent,
    /// The key in a text that is the path of a registry key or of a value in it.
    Key,
}

/// `text` as a pattern that matches only itself.
pub(super) fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '.' => pattern.push_str("[.]"),
            '\n' => pattern.push_str("\\n"),
            '\r' => pattern.push_str("\\r"),
            '\t' => pattern.push_str("\\t"),
            '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' | '\\' => {
                pattern.push('\\');
                pattern.push(c);
            }
            other => pattern.push(other),
        }
    }
    pattern
}

/// The pattern for needles in a shape; matches as `shape` says, case apart.
pub(super) fn pattern(shape: Shape, needles: &[String], part: Part) -> String {
    let (left, right) = match (part, shape) {
        (Part::Everything, Shape::Whole) => ("^", "$"),
        (Part::Everything | Part::Key, Shape::Contains) => ("", ""),
        (Part::Everything | Part::Key, Shape::StartsWith) => ("^", ""),
        (Part::Everything, Shape::EndsWith) => ("", "$"),
        (Part::LastComponent, Shape::Whole) => (r"(^|[\\/])", "$"),
        (Part::LastComponent, Shape::Contains) => (r"(^|[\\/])[^\\/]*", r"[^\\/]*$"),
        (Part::LastComponent, Shape::StartsWith) => (r"(^|[\\/])", r"[^\\/]*$"),
        (Part::LastComponent, Shape::EndsWith) => (r"(^|[\\/])[^\\/]*", "$"),
        (Part::Key, Shape::Whole) => ("^", r"(\\[^\\]*)?$"),
        (Part::Key, Shape::EndsWith) => ("", r"(\\[^\\]*)?$"),
        (_, Shape::Term { left, right }) => return term(left, right, needles, part),
        (_, Shape::Fits) => return fitting(needles),
    };
    format!("{left}{}{right}", alternatives(needles))
}

/// A piece of a pattern with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// This text.
    Text(String),
    /// Any text.
    Any,
    /// One character.
    One,
}

/// The pieces of a pattern with wildcards; texts are never empty and never neighbours.
pub(super) fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            '*' => {
                pieces.push(Piece::Any);
                continue;
            }
            '?' => {
                pieces.push(Piece::One);
                continue;
            }
            '\\' => chars.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\'),
            other => other,
        };
        match pieces.last_mut() {
            Some(Piece::Text(text)) => text.push(c),
            Some(Piece::Any | Piece::One) | None => pieces.push(Piece::Text(c.to_string())),
        }
    }
    pieces
}

/// A text as a pattern that only it fits.
pub(super) fn unwild(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// The pattern for texts that fit one of several patterns with wildcards. A dot has to stand for line breaks as well.
fn fitting(needles: &[String]) -> String {
    let one = |needle: &String| {
        let pieces = pieces(needle);
        let (mut inner, mut start, mut end) = (pieces.as_slice(), "^", "$");
        while let Some((Piece::Any, rest)) = inner.split_first() {
            (inner, start) = (rest, "");
        }
        while let Some((Piece::Any, rest)) = inner.split_last() {
            (inner, end) = (rest, "");
        }
        let body: String = inner
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => literal(text),
                Piece::Any => ".*".to_owned(),
                Piece::One => ".".to_owned(),
            })
            .collect();
        format!("{start}{body}{end}")
    };
    format!("(?s){}", needles.iter().map(one).collect::<Vec<_>>().join("|"))
}

/// For each pattern its longest text, which everything that fits contains; nothing if one has no text.
pub(super) fn longest_texts(needles: &[String]) -> Vec<String> {
    let longest = |needle: &String| {
        let texts = pieces(needle).into_iter().filter_map(|piece| match piece {
            Piece::Text(text) => Some(text),
            Piece::Any | Piece::One => None,
        });
        texts.max_by_key(String::len)
    };
    needles.iter().map(longest).collect::<Option<Vec<_>>>().unwrap_or_default()
}

/// Needles whose ends agree share one boundary: `L(a|b)T`; the others become alternatives of whole patterns.
fn term(left: bool, right: bool, needles: &[String], part: Part) -> String {
    let edges = |needle: &String| (left && starts_with_term(needle), right && ends_with_term(needle));
    let mut groups: Vec<((bool, bool), Vec<String>)> = Vec::new();
    for needle in needles {
        match groups.iter_mut().find(|(of_group, _)| *of_group == edges(needle)) {
            Some((_, members)) => members.push(needle.clone()),
            None => groups.push((edges(needle), vec![needle.clone()])),
        }
    }
    let one = |((left, right), members): &((bool, bool), Vec<String>)| {
        format!("{}{}{}", before(*left, part), alternatives(members), after(*right, part))
    };
    match groups.as_slice() {
        [group] => one(group),
        several => several.iter().map(|group| format!("({})", one(group))).collect::<Vec<_>>().join("|"),
    }
}

fn before(is_bounded: bool, part: Part) -> &'static str {
    match (part, is_bounded) {
        (Part::Everything | Part::Key, true) => "(^|[^a-zA-Z0-9])",
        (Part::Everything | Part::Key, false) => "",
        (Part::LastComponent, true) => r"(^|[\\/])([^\\/]*[^a-zA-Z0-9\\/])?",
        (Part::LastComponent, false) => r"(^|[\\/])[^\\/]*",
    }
}

fn after(is_bounded: bool, part: Part) -> &'static str {
    match (part, is_bounded) {
        (Part::Everything | Part::Key, true) => "([^a-zA-Z0-9]|$)",
        (Part::Everything | Part::Key, false) => "",
        (Part::LastComponent, true) => r"([^a-zA-Z0-9\\/][^\\/]*)?$",
        (Part::LastComponent, false) => r"[^\\/]*$",
    }
}

pub(super) fn alternatives(needles: &[String]) -> String {
    let parts: Vec<String> = needles.iter().map(|needle| literal(needle)).collect();
    match parts.as_slice() {
        [one] => one.clone(),
        several => format!("({})", several.join("|")),
    }
}

fn starts_with_term(needle: &str) -> bool {
    needle.chars().next().is_some_and(char::is_alphanumeric)
}

fn ends_with_term(needle: &str) -> bool {
    needle.chars().next_back().is_some_and(char::is_alphanumeric)
}

/// Whether a term boundary is tested at all, so that ASCII and Unicode boundaries may differ.
pub(super) fn has_boundary(shape: Shape, needles: &[String]) -> bool {
    match shape {
        Shape::Term { left, right } => {
            needles.iter().any(|needle| (left && starts_with_term(needle)) || (right && ends_with_term(needle)))
        }
        Shape::Whole | Shape::Contains | Shape::StartsWith | Shape::EndsWith | Shape::Fits => false,
    }
}

/// Endings of names that only Windows has.
const WINDOWS_ENDINGS: [&str; 18] = [
    ".bat", ".cmd", ".com", ".cpl", ".dll", ".exe", ".hta", ".lnk", ".msc", ".msi", ".pif", ".ps1", ".reg", ".scr",
    ".sys", ".vbe", ".vbs", ".wsf",
];

/// Whether only Windows has files of that name.
pub(super) fn is_of_windows(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    WINDOWS_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether the text looks like the name of an executable or script: no separator, and an extension.
pub(super) fn looks_like_file_name(text: &str) -> bool {
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let Some((stem, extension)) = text.rsplit_once('.') else { return false };
    !stem.is_empty()
        && text.chars().all(is_in_name)
        && (2..=4).contains(&extension.len())
        && extension.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop, proptest};

    use super::{Part, Shape, pattern};

    const HAS: Shape = Shape::Term { left: true, right: true };

    /// The definition of `has`, word for word.
    fn has(value: &str, needle: &str, left: bool, right: bool) -> bool {
        let value: Vec<char> = value.to_lowercase().chars().collect();
        let needle: Vec<char> = needle.to_lowercase().chars().collect();
        let (Some(first), Some(last)) = (needle.first(), needle.last()) else { return true };
        value.windows(needle.len()).enumerate().filter(|(_, window)| *window == needle).any(|(at, _)| {
            let end = at + needle.len();
            let is_free_left = !left || !first.is_alphanumeric() || at == 0 || !value[at - 1].is_alphanumeric();
            let is_free_right =
                !right || !last.is_alphanumeric() || end == value.len() || !value[end].is_alphanumeric();
            is_free_left && is_free_right
        })
    }

    fn finds(shape: Shape, needles: &[String], part: Part, value: &str) -> bool {
        let pattern = pattern(shape, needles, part);
        regex::Regex::new(&format!("(?i){pattern}")).is_ok_and(|regex| regex.is_match(value))
    }

    #[test]
    fn the_worked_examples() {
        let needles = vec!["rundll32.exe".to_owned()];
        assert_eq!(pattern(HAS, &needles, Part::Everything), "(^|[^a-zA-Z0-9])rundll32[.]exe([^a-zA-Z0-9]|$)");
        assert_eq!(
            pattern(HAS, &needles, Part::LastComponent),
            r"(^|[\\/])([^\\/]*[^a-zA-Z0-9\\/])?rundll32[.]exe([^a-zA-Z0-9\\/][^\\/]*)?$"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn terms_anywhere(value in r"[ab1._\\/ *?$A-]{0,9}", needle in r"[ab1.\\ *$-]{1,3}", left in any::<bool>(), right in any::<bool>()) {
            let shape = Shape::Term { left, right };
            let is_found = finds(shape, std::slice::from_ref(&needle), Part::Everything, &value);
            assert_eq!(is_found, has(&value, &needle, left, right), "{value:?} {needle:?}");
        }

        #[test]
        fn terms_in_the_last_component(folder in r"([ab1.]{0,3}[\\/]){0,2}", name in r"[ab1._ A-]{0,7}", needle in r"[ab1.-]{1,3}") {
            let is_found = finds(HAS, std::slice::from_ref(&needle), Part::LastComponent, &format!("{folder}{name}"));
            assert_eq!(is_found, has(&name, &needle, true, true), "{folder:?} {name:?} {needle:?}");
        }

        #[test]
        fn lists_of_terms(value in r"[ab1._\\ -]{0,9}", needles in prop::collection::vec(r"[ab1.\\-]{1,2}", 1..4)) {
            let is_found = finds(HAS, &needles, Part::Everything, &value);
            assert_eq!(is_found, needles.iter().any(|needle| has(&value, needle, true, true)), "{value:?} {needles:?}");
        }

        #[test]
        fn other_shapes_in_the_last_component(folder in r"([ab.]{0,3}[\\/]){0,2}", name in r"[ab.]{0,5}", needle in r"[ab.]{1,2}") {
            let path = format!("{folder}{name}");
            let needles = [needle.clone()];
            for (shape, expected) in [
                (Shape::Whole, name == needle),
                (Shape::Contains, name.contains(&needle)),
                (Shape::StartsWith, name.starts_with(&needle)),
                (Shape::EndsWith, name.ends_with(&needle)),
            ] {
                assert_eq!(finds(shape, &needles, Part::LastComponent, &path), expected, "{shape:?} {path:?} {needle:?}");
            }
        }
    }
}
