//! What must hold for any text.

use kqlift::parse::{parse, tokens};
use kqlift::syntax::{outline, print};

/// Runs all of the parser and printer; an accepted text must print as the same tree.
pub fn check(text: &str) {
    let parsed = parse(text);
    for error in &parsed.errors {
        assert!(error.span.end as usize <= text.len());
    }
    assert!(tokens(text).iter().all(|token| !token.span.is_empty()));
    let tree = outline(&parsed.query);
    let printed = print(&parsed.query, text);
    if parsed.is_accepted() {
        let again = parse(&printed);
        assert!(again.is_accepted(), "{printed}\n{:?}", again.errors);
        assert!(tree.is_same_tree(&outline(&again.query)), "{printed}");
    }
}
