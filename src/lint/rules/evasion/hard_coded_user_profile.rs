//! EVD007: the profile folder of one user.

use crate::analyze::PredicateOp;
use crate::diagnostic::Severity;
use crate::lint::predicate::{selects, texts_with_places};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "EVD007",
    name: "hard-coded-user-profile",
    category: Category::Evasion,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Query,
    confidence: Confidence::Medium,
    fixable: Fixable::Never,
    document: include_str!("hard_coded_user_profile.md"),
    check,
};

/// Profiles that every Windows system has.
const OF_ALL: &[&str] = &["all users", "default", "default user", "defaultapppool", "public"];

fn check(cx: &mut Context<'_>) {
    for predicate in cx.predicates().iter().filter(|predicate| selects(predicate)) {
        if predicate.op == PredicateOp::Binary(BinaryOp::MatchesRegex) || predicate.op == PredicateOp::Function {
            continue;
        }
        let found = texts_with_places(predicate).find_map(|(text, place)| Some((text, place, user(text)?)));
        let Some((text, place, user)) = found else { continue };
        let column = cx.slice(predicate.subject.span);
        let other = text.replacen(user, "grace", 1);
        cx.report(place, format!("only the profile of `{user}` is looked at"))
            .label("one user")
            .help("look for what follows the user's folder, or use `matches regex` with `[^\\\\]+` for the user")
            .note(format!("missed today: {column}=\"{other}\""));
    }
}

/// The user in `C:\Users\ada\…`.
fn user(text: &str) -> Option<&str> {
    const FOLDER: &str = r":\users\";
    let start = text.to_ascii_lowercase().find(FOLDER)? + FOLDER.len();
    let (user, rest) = text.get(start..)?.split_once('\\')?;
    let is_name = user.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | ' '));
    let is_of_all = OF_ALL.iter().any(|known| known.eq_ignore_ascii_case(user));
    (is_name && !user.is_empty() && !is_of_all && !rest.is_empty()).then_some(user)
}
