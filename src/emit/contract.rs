//! The columns that a custom detection of Defender has to return.
//!
//! <https://learn.microsoft.com/defender-xdr/custom-detection-rules#required-columns-in-the-query-results>

use crate::parse::{Token, TokenKind, tokens};
use crate::span::Span;

/// Operators that leave the columns of a table as they are, or add some.
const KEEPING: [&str; 9] = ["where", "extend", "sort", "order", "take", "limit", "top", "filter", "serialize"];

/// A query, and how it stands with the columns that alerts are made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Contract {
    /// It returns them.
    Kept,
    /// It returns them now that the text has these columns as well.
    Added(String, Vec<&'static str>),
    /// Some are not among its results.
    Broken(&'static [&'static str]),
}

/// Looks at the last stages of a query.
pub(super) fn contract(query: &str) -> Contract {
    let stages = Stages::of(query);
    let required = required(stages.source);
    let Some((last, others)) = stages.stages.split_last() else { return Contract::Kept };
    if others.iter().any(|stage| !KEEPING.contains(&stage.word)) {
        return Contract::Broken(required);
    }
    match last.word {
        word if KEEPING.contains(&word) => Contract::Kept,
        "project" => {
            let missing: Vec<&'static str> =
                required.iter().filter(|column| !last.names.contains(column)).copied().collect();
            if missing.is_empty() {
                return Contract::Kept;
            }
            let (head, tail) = query.split_at(last.end);
            Contract::Added(format!("{head}, {}{tail}", missing.join(", ")), missing)
        }
        _ => Contract::Broken(required),
    }
}

/// The columns for the tables of a family.
fn required(table: &str) -> &'static [&'static str] {
    if table.starts_with("Device") {
        &["Timestamp", "DeviceId", "ReportId"]
    } else if table.starts_with("Alert") {
        &["Timestamp"]
    } else {
        &["Timestamp", "ReportId"]
    }
}

/// A tabular operator of the outermost pipeline.
struct Stage<'q> {
    word: &'q str,
    /// The columns that it names, each by the name that it gives it.
    names: Vec<&'q str>,
    /// Where its text ends.
    end: usize,
}

/// The outermost pipeline of the last statement.
struct Stages<'q> {
    source: &'q str,
    stages: Vec<Stage<'q>>,
}

impl<'q> Stages<'q> {
    fn of(query: &'q str) -> Self {
        let mut found = Self { source: "", stages: Vec::new() };
        let mut depth = 0_usize;
        // Whether a name of the stage is still to come.
        let (mut is_new, mut starts_stage) = (true, false);
        for Token { kind, span } in tokens(query).into_iter().filter(|token| token.kind != TokenKind::Comment) {
            let text = slice(query, span);
            match text {
                ";" if depth == 0 => {
                    if query[span.end as usize..].trim().is_empty() {
                        break;
                    }
                    found = Self { source: "", stages: Vec::new() };
                    continue;
                }
                "|" if depth == 0 => {
                    starts_stage = true;
                    continue;
                }
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                "," if depth == 0 => is_new = true,
                word if kind == TokenKind::Word && depth == 0 => {
                    if starts_stage {
                        found.stages.push(Stage { word, names: Vec::new(), end: 0 });
                        (starts_stage, is_new) = (false, true);
                    } else if let Some(stage) = found.stages.last_mut() {
                        if is_new {
                            stage.names.push(word);
                        }
                        is_new = false;
                    }
                }
                _ => {}
            }
            // The first table of a union stands for all.
            if found.stages.is_empty() && found.source.is_empty() && text.starts_with(char::is_uppercase) {
                found.source = text;
            }
            if let Some(stage) = found.stages.last_mut() {
                stage.end = span.end as usize;
            }
        }
        found
    }
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

#[cfg(test)]
mod tests {
    use super::{Contract, contract};

    #[test]
    fn missing_columns_are_added_to_the_last_project() {
        let query =
            "let a = 1;\nDeviceEvents\n| where x == f(a, b)\n| project Timestamp, Name = tostring(DeviceId) // end\n";
        let expected = "let a = 1;\nDeviceEvents\n| where x == f(a, b)\n\
                        | project Timestamp, Name = tostring(DeviceId), DeviceId, ReportId // end\n";
        assert_eq!(contract(query), Contract::Added(expected.to_owned(), vec!["DeviceId", "ReportId"]));
        assert_eq!(contract("EmailEvents | project Timestamp, ReportId;"), Contract::Kept);
    }

    #[test]
    fn a_whole_table_has_them_and_groups_do_not() {
        assert_eq!(contract("DeviceEvents | where A == 1 | sort by Timestamp"), Contract::Kept);
        assert_eq!(contract("AlertInfo | summarize count() by Title"), Contract::Broken(&["Timestamp"]));
        let joined = "DeviceEvents | join (U | project Timestamp) on X | project Timestamp";
        assert_eq!(contract(joined), Contract::Broken(&["Timestamp", "DeviceId", "ReportId"]));
    }
}
