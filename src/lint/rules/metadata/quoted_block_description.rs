//! MET007: quotes around a description that YAML takes for part of the text.

use crate::diagnostic::{Edit, Effect, Severity};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::span::{Place, Span};

pub(in crate::lint) const RULE: Rule = Rule {
    code: "MET007",
    name: "quoted-block-description",
    category: Category::Metadata,
    severity: Severity::Info,
    default_on: true,
    kinds: Rule::KINDS_WITH_METADATA,
    needs: Needs::Metadata,
    confidence: Confidence::High,
    fixable: Fixable::Always,
    document: include_str!("quoted_block_description.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let Some(description) = &cx.metadata().description else { return };
    let text = description.place.text;
    let decoded = cx.metadata_text(text);
    let Some((start, end, quote)) = wrapped(decoded) else { return };
    let delete = |span| Edit { place: Place { text, span }, replacement: String::new() };
    let (open, close) = (Span::new(start, start + 1), Span::new(end - 1, end));
    cx.report(
        Place { text, span: open.to(close) },
        format!("the description starts and ends with `{quote}`, which analysts see as part of the text"),
    )
    .label("a block scalar needs no quotes")
    .help("delete the two quotes")
    .fix("delete the two quotes", Effect::Same, vec![delete(open), delete(close)]);
}

/// The range of a text in quotes, blanks around it left out, and the quote.
///
/// `'a' and 'b'` also starts and ends with a quote: a text counts as wrapped only if the first quote inside, apostrophes
/// within words aside, is one that opens.
fn wrapped(text: &str) -> Option<(usize, usize, char)> {
    let trimmed = text.trim();
    let quote = trimmed.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = trimmed.strip_prefix(quote)?.strip_suffix(quote)?;
    let opens = |offset: usize| {
        let is_in_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let (before, after) = (inner[..offset].chars().next_back(), inner[offset + 1..].chars().next());
        match (is_in_word(before), is_in_word(after)) {
            (true, true) => None,
            (false, true) => Some(true),
            (_, false) => Some(false),
        }
    };
    let is_wrapped = inner.match_indices(quote).find_map(|(offset, _)| opens(offset)).unwrap_or(true);
    let start = text.len() - text.trim_start().len();
    (is_wrapped && !inner.trim().is_empty()).then_some((start, start + trimmed.len(), quote))
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn quotes_around_the_whole_text() {
        assert_eq!(wrapped(" 'Finds it.'\n"), Some((1, 12, '\'')));
        assert_eq!(wrapped("\"Finds 'it'.\""), Some((0, 13, '"')));
        assert!(wrapped("'Finds the user's 'tool' too.'").is_some());
    }

    #[test]
    fn quotes_of_words() {
        assert_eq!(wrapped("'mshta' starts 'cmd'"), None);
        assert_eq!(wrapped("Finds 'it'"), None);
        assert_eq!(wrapped("'"), None);
        assert_eq!(wrapped("''"), None);
    }
}
