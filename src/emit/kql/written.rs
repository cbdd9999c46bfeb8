//! A query that is in the target's form already: it stays as it was written, comments and layout included. Only the names
//! that differ between the two platforms are exchanged.

use crate::parse::{Token, TokenKind, tokens};
use crate::span::Span;

/// The columns that hold the time of an event: in Defender, and in a workspace.
const TIME_COLUMNS: [&str; 2] = ["Timestamp", "TimeGenerated"];

/// What Kusto puts in front of a column's name to name an aggregate of it.
const AGGREGATES: [&str; 12] =
    ["any", "avg", "count", "dcount", "list", "make_list", "make_set", "max", "min", "set", "sum", "take_any"];

/// The bag that is text in Defender, and dynamic in a workspace.
const BAG: &str = "AdditionalFields";

/// A name in a query.
pub(super) struct Word<'t> {
    /// The name.
    pub(super) text: &'t str,
    /// Whether it is the name of a property rather than of a column, table or function.
    pub(super) is_property: bool,
    /// The first character behind it that is no blank.
    pub(super) next: Option<char>,
}

/// The query with some of its names replaced.
pub(super) fn renamed(text: &str, mut replace: impl FnMut(&Word<'_>) -> Option<String>) -> String {
    let tokens: Vec<Token> = tokens(text).into_iter().filter(|token| token.kind != TokenKind::Comment).collect();
    let (mut result, mut done) = (String::with_capacity(text.len()), 0);
    for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Word) {
        let before = &tokens[..index];
        let next = tokens.get(index + 1).and_then(|next| slice(text, next.span).chars().next());
        let word = Word { text: slice(text, token.span), is_property: is_property(text, before), next };
        if let Some(name) = replace(&word) {
            result.push_str(&text[done..token.span.start as usize]);
            result.push_str(&name);
            done = token.span.end as usize;
        }
    }
    result.push_str(&text[done..]);
    result
}

/// The query with the time of events in the column `to`, and whether that changed anything. `None` if the query has both
/// columns, or a name of one in a text: then words alone do not say which is meant.
pub(super) fn with_time_column(text: &str, to: &str) -> Option<(String, bool)> {
    let from = TIME_COLUMNS.into_iter().find(|column| *column != to)?;
    let (mut has_both, mut is_changed) = (false, false);
    let result = renamed(text, |word| {
        has_both |= !word.is_property && word.text == to;
        let name = time_name(word, from, to)?;
        is_changed = true;
        Some(name)
    });
    let is_quoted = |token: &Token| {
        token.kind == TokenKind::String && slice(text, token.span).trim_matches(['"', '\'', '@', 'h']) == from
    };
    if is_changed && has_both || tokens(text).iter().any(is_quoted) {
        return None;
    }
    Some((result, is_changed))
}

fn time_name(word: &Word<'_>, from: &str, to: &str) -> Option<String> {
    let stem = word.text.strip_suffix('1').unwrap_or(word.text);
    let prefix = stem.strip_suffix(from).filter(|_| !word.is_property)?;
    let is_aggregate = || prefix.strip_suffix('_').is_some_and(|function| AGGREGATES.contains(&function));
    (prefix.is_empty() || is_aggregate()).then(|| format!("{prefix}{to}{}", &word.text[stem.len()..]))
}

/// The query with what is below the bag read in the way that works for texts, too.
pub(super) fn with_parsed_bag(text: &str) -> String {
    renamed(text, |word| {
        let is_entered = word.text == BAG && !word.is_property && matches!(word.next, Some('.' | '['));
        is_entered.then(|| format!("parse_json({BAG})"))
    })
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// Whether a name behind these tokens is that of a property: the sides of a join have columns behind the point.
fn is_property(text: &str, before: &[Token]) -> bool {
    let word = |back: usize| before.len().checked_sub(back).map(|at| slice(text, before[at].span));
    let is_side = matches!(word(2), Some("left" | "right" | "$left" | "$right"));
    word(1) == Some(".") && !is_side
}

#[cfg(test)]
mod tests {
    use super::{with_parsed_bag, with_time_column};

    fn moved(text: &str, to: &str) -> Option<String> {
        with_time_column(text, to).map(|(text, _)| text)
    }

    #[test]
    fn the_time_column_is_renamed_wherever_it_is_one() {
        let query = "T // by Timestamp\n| where Timestamp > ago(1d) and Bag.Timestamp == \"x\"\n\
                     | join U on $left.Timestamp == $right.Timestamp\n| summarize max(Timestamp) | where max_Timestamp > Timestamp1";
        let expected = "T // by Timestamp\n| where TimeGenerated > ago(1d) and Bag.Timestamp == \"x\"\n\
                        | join U on $left.TimeGenerated == $right.TimeGenerated\n\
                        | summarize max(TimeGenerated) | where max_TimeGenerated > TimeGenerated1";
        assert_eq!(moved(query, "TimeGenerated").as_deref(), Some(expected));
        assert_eq!(moved("T | project MyTimestamp", "TimeGenerated").as_deref(), Some("T | project MyTimestamp"));
    }

    #[test]
    fn two_time_columns_and_names_in_texts_are_left_to_others() {
        assert_eq!(moved("T | project Timestamp, TimeGenerated", "TimeGenerated"), None);
        assert_eq!(moved("T | extend x = column_ifexists(\"Timestamp\", y)", "TimeGenerated"), None);
    }

    #[test]
    fn the_bag_is_parsed_where_it_is_entered() {
        let query = "T | where AdditionalFields.A == 1 and AdditionalFields has 'b' and x.AdditionalFields.c == AdditionalFields[\"d\"]";
        let expected = "T | where parse_json(AdditionalFields).A == 1 and AdditionalFields has 'b' \
                        and x.AdditionalFields.c == parse_json(AdditionalFields)[\"d\"]";
        assert_eq!(with_parsed_bag(query), expected);
    }
}
