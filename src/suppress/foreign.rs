//! Comments for kql-guard, so that a team that switches keeps what it has written.

use super::directive::{Action, Comment, Directive, Selector, bare, body, words};

/// Codes of kql-guard and those that look for the same.
const CODES: &[(&str, &str)] = &[
    ("KQL002", "TRM003"),
    ("KQL003", "PRF002"),
    ("KQL004", "PRF003"),
    ("KQL005", "PRF003"),
    ("KQL006", "JON007"),
    ("KQL011", "PRF004"),
    ("KQL012", "CSE007"),
    ("KQL013", "COR015"),
];

/// Reads `kql-guard:disable KQL002`, `disable-next-line` and `disable-file`. Codes without a counterpart mean nothing.
pub(super) fn read(comment: Comment<'_>) -> Option<Directive> {
    let body = body(comment, "kql-guard:")?;
    let rest = body.slice(comment.text);
    let (word, codes) = rest.split_once(|c: char| c.is_whitespace()).unwrap_or((rest, ""));
    let action = match word {
        "disable" => Action::Ignore,
        "disable-next-line" => Action::IgnoreNextLine,
        "disable-file" => Action::FileIgnore,
        _ => return None,
    };
    let counterpart = |selector: Selector| {
        let code = selector.word.to_ascii_uppercase();
        let own = CODES.iter().find(|(foreign, _)| *foreign == code).map_or("", |(_, own)| own);
        Selector { word: own.to_owned(), ..selector }
    };
    let found = words(codes, body.end as usize - codes.len(), &[',', ' ', '\t']);
    let selectors = if found.is_empty() { None } else { Some(found.into_iter().map(counterpart).collect()) };
    Some(Directive { selectors, is_foreign: true, ..bare(comment, Some(action)) })
}
