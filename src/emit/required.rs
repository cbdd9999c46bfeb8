//! What every text has that a regular expression matches: the texts of which one is in it.

use regex_syntax::ast::{self, Ast, ClassSet, ClassSetItem, RepetitionKind, RepetitionRange};

/// Shorter texts are in almost everything.
const SHORTEST: usize = 3;

/// More alternatives cost more than they leave out.
const MOST: usize = 32;

/// The texts of which one is in whatever the pattern matches, letter case aside.
pub(super) fn required(pattern: &str) -> Option<Vec<String>> {
    let tree = ast::parse::Parser::new().parse(pattern).ok()?;
    of_part(&tree).filter(|texts| texts.len() <= MOST)
}

fn of_part(part: &Ast) -> Option<Vec<String>> {
    match part {
        Ast::Group(group) => of_part(&group.ast),
        Ast::Concat(concat) => of_sequence(&concat.asts),
        Ast::Alternation(alternation) => {
            let each: Option<Vec<Vec<String>>> = alternation.asts.iter().map(of_part).collect();
            each.map(|texts| texts.concat())
        }
        Ast::Repetition(repetition) if is_there(&repetition.op.kind) => of_part(&repetition.ast),
        Ast::Literal(_)
        | Ast::Repetition(_)
        | Ast::Empty(_)
        | Ast::Flags(_)
        | Ast::Dot(_)
        | Ast::Assertion(_)
        | Ast::ClassUnicode(_)
        | Ast::ClassPerl(_)
        | Ast::ClassBracketed(_) => None,
    }
}

/// The best of the texts of which one is in a sequence: that whose shortest alternative is longest.
fn of_sequence(parts: &[Ast]) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut run = String::new();
    for part in parts {
        if let Some(character) = character(part) {
            run.push(character);
            continue;
        }
        match part {
            // They stand between two characters and take none.
            Ast::Assertion(_) | Ast::Flags(_) | Ast::Empty(_) => {}
            other => {
                found.push(vec![std::mem::take(&mut run)]);
                found.extend(of_part(other));
            }
        }
    }
    found.push(vec![run]);
    let length = |texts: &Vec<String>| texts.iter().map(|text| text.chars().count()).min().unwrap_or(0);
    found.into_iter().max_by_key(length).filter(|texts| length(texts) >= SHORTEST)
}

/// The one character that a part matches, which `[.]` is as well.
fn character(part: &Ast) -> Option<char> {
    match part {
        Ast::Literal(literal) => Some(literal.c),
        Ast::ClassBracketed(class) => match &class.kind {
            ClassSet::Item(ClassSetItem::Literal(literal)) if !class.negated => Some(literal.c),
            ClassSet::Item(_) | ClassSet::BinaryOp(_) => None,
        },
        _ => None,
    }
}

fn is_there(kind: &RepetitionKind) -> bool {
    match kind {
        RepetitionKind::OneOrMore => true,
        RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => false,
        RepetitionKind::Range(range) => match range {
            RepetitionRange::Exactly(low) | RepetitionRange::AtLeast(low) | RepetitionRange::Bounded(low, _) => {
                *low > 0
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::required;

    #[test]
    fn only_what_every_match_has_is_required() {
        let texts = |pattern| required(pattern).unwrap_or_default();
        assert_eq!(texts(r"(?i)sekurlsa::[a-z]+"), ["sekurlsa::"]);
        assert_eq!(texts(r"^[a-z]{3}\.exe -k netsvcs"), [".exe -k netsvcs"]);
        assert_eq!(texts(r"\b(invoke|iex)-(mimi|web)\b"), ["mimi", "web"]);
        assert_eq!(texts(r"abcd?e"), ["abc"]);
        assert_eq!(texts(r"(^|[^0-9])192[.]0[.]2[.]1"), ["192.0.2.1"]);
        assert_eq!(texts(r"(abc)*x(defg){2,}"), ["defg"]);
        assert_eq!(required(r"abc|[0-9]+"), None);
        assert_eq!(required(r"a.b"), None);
    }
}
