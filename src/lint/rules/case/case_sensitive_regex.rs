//! CSE011: a regular expression that spells a word in one letter case.

use regex_syntax::ast::parse::Parser;
use regex_syntax::ast::{
    Ast, ClassSet, ClassSetItem, ClassSetRange, Flag, Flags, FlagsItemKind, Literal, LiteralKind, Visitor, visit,
};

use crate::analyze::{Predicate, PredicateOp};
use crate::diagnostic::{Effect, Severity};
use crate::lint::predicate::{effect_on_rule, excludes, other_case, texts_with_places};
use crate::lint::regex::{is_broken, string_literals};
use crate::lint::shape::{is_from_linux, shape_of};
use crate::lint::{Category, Confidence, Context, Fixable, Needs, Rule};
use crate::schema::{ColumnShape, Origin};
use crate::span::Span;
use crate::syntax::BinaryOp;

pub(in crate::lint) const RULE: Rule = Rule {
    code: "CSE011",
    name: "case-sensitive-regex",
    category: Category::Case,
    severity: Severity::Warning,
    default_on: true,
    kinds: Rule::EVERY_KIND,
    needs: Needs::Schema,
    confidence: Confidence::Medium,
    fixable: Fixable::Sometimes,
    document: include_str!("case_sensitive_regex.md"),
    check,
};

fn check(cx: &mut Context<'_>) {
    let literals = string_literals(cx);
    for predicate in cx.predicates() {
        if !is_test_of_written_text(cx, predicate) {
            continue;
        }
        let Some((pattern, place)) = texts_with_places(predicate).next() else { continue };
        if is_broken(cx, place) {
            continue;
        }
        let Some(word) = single_case_word(pattern) else { continue };
        let misses = if excludes(predicate) { "does not exclude" } else { "misses" };
        let other = other_case(&word);
        let content = literals.get(&place).and_then(|literal| literal.parts.first()).map(|part| part.content);
        let effect = effect_on_rule(predicate, Effect::Wider);
        let is_exclusion = excludes(predicate);
        let is_used_here_alone = predicate.span.contains(place);
        let mut report = cx
            .report(place, format!("the regular expression is case-sensitive: it has `{word}` and {misses} `{other}`"));
        report.label("no `(?i)`").help("start it with `(?i)`");
        if is_exclusion {
            report.severity(Severity::Info);
        }
        if let Some(content) = content.filter(|_| is_used_here_alone) {
            report.replace(Span::at(content.start as usize), "(?i)", "start it with `(?i)`", effect);
        }
    }
}

/// Whether it is `matches regex` on a column that holds text in any letter case.
fn is_test_of_written_text(cx: &Context<'_>, predicate: &Predicate) -> bool {
    if predicate.op != PredicateOp::Binary(BinaryOp::MatchesRegex) || !predicate.is_filter {
        return false;
    }
    let folds = |function: &String| matches!(function.as_str(), "tolower" | "toupper");
    let Some(column) = predicate.subject.column.as_ref().filter(|_| !predicate.subject.functions.iter().any(folds))
    else {
        return false;
    };
    // A computed column may have been brought to one case already.
    let is_as_logged = matches!(column.origin, Origin::Table { .. } | Origin::Several(_));
    let is_written_by_people = match shape_of(cx.schema(), column) {
        Some(
            ColumnShape::Name
            | ColumnShape::Path
            | ColumnShape::Folder
            | ColumnShape::CommandLine
            | ColumnShape::Upn
            | ColumnShape::Account
            | ColumnShape::AccountName
            | ColumnShape::Host
            | ColumnShape::Url
            | ColumnShape::RegistryKey,
        ) => true,
        Some(ColumnShape::Enumeration | ColumnShape::Hash | ColumnShape::Ip | ColumnShape::Sid | ColumnShape::Text) => {
            false
        }
        None => column.name.ends_with("UserAgent"),
    };
    is_as_logged && is_written_by_people && !is_from_linux(column)
}

/// A word of the pattern whose letter case counts; `None` if there is none, or if the pattern handles case somewhere.
fn single_case_word(pattern: &str) -> Option<String> {
    let ast = Parser::new().parse(pattern).ok()?;
    visit(&ast, Words::default()).ok()?
}

/// Collects runs of letters and looks for signs that case is handled.
#[derive(Default)]
struct Words {
    longest: String,
    current: String,
    is_case_handled: bool,
}

/// A single letter is nearly always a drive or a unit.
const SHORTEST_WORD: usize = 2;

impl Words {
    fn flags(&mut self, flags: &Flags) {
        let is_insensitive = |kind: &FlagsItemKind| matches!(kind, FlagsItemKind::Flag(Flag::CaseInsensitive));
        self.is_case_handled |= flags.items.iter().any(|item| is_insensitive(&item.kind));
    }

    fn literal(&mut self, literal: &Literal) {
        if literal.c.is_alphabetic() && matches!(literal.kind, LiteralKind::Verbatim) {
            self.current.push(literal.c);
        } else {
            self.end_word();
        }
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.current);
        if word.len() > self.longest.len() {
            self.longest = word;
        }
    }

    /// `[eE]` and `[a-zA-Z]` say both cases.
    fn class(&mut self, set: &ClassSet) {
        let mut letters = String::new();
        collect(set, &mut letters);
        let has_lower = |c: char| c.is_ascii_uppercase() && letters.contains(c.to_ascii_lowercase());
        self.is_case_handled |= letters.chars().any(has_lower);
    }
}

impl Visitor for Words {
    type Output = Option<String>;
    type Err = ();

    fn finish(mut self) -> Result<Self::Output, ()> {
        self.end_word();
        let is_word = self.longest.chars().count() >= SHORTEST_WORD;
        Ok((is_word && !self.is_case_handled).then_some(self.longest))
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        match ast {
            Ast::Literal(literal) => self.literal(literal),
            Ast::Flags(flags) => self.flags(&flags.flags),
            Ast::Group(group) => {
                self.end_word();
                if let Some(flags) = group.flags() {
                    self.flags(flags);
                }
            }
            Ast::ClassBracketed(class) => {
                self.end_word();
                self.class(&class.kind);
            }
            Ast::Repetition(_) | Ast::Concat(_) => {}
            Ast::Empty(_)
            | Ast::Dot(_)
            | Ast::Assertion(_)
            | Ast::ClassUnicode(_)
            | Ast::ClassPerl(_)
            | Ast::Alternation(_) => self.end_word(),
        }
        Ok(())
    }

    fn visit_alternation_in(&mut self) -> Result<(), ()> {
        self.end_word();
        Ok(())
    }
}

/// The letters of a class, ends of ranges included.
fn collect(set: &ClassSet, letters: &mut String) {
    let mut stack = match set {
        ClassSet::Item(item) => vec![item],
        // Set arithmetic is rare, and whoever writes it knows what letters are in.
        ClassSet::BinaryOp(_) => Vec::new(),
    };
    while let Some(item) = stack.pop() {
        match item {
            ClassSetItem::Literal(literal) => letters.push(literal.c),
            ClassSetItem::Range(ClassSetRange { start, end, span: _ }) => letters.extend([start.c, end.c]),
            ClassSetItem::Union(union) => stack.extend(&union.items),
            ClassSetItem::Bracketed(_)
            | ClassSetItem::Empty(_)
            | ClassSetItem::Ascii(_)
            | ClassSetItem::Unicode(_)
            | ClassSetItem::Perl(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::single_case_word;

    #[test]
    fn words_in_one_case() {
        assert_eq!(single_case_word(r"-enc(oded)?\s").as_deref(), Some("oded"));
        assert_eq!(single_case_word(r"^https?://").as_deref(), Some("https"));
    }

    #[test]
    fn case_is_handled_or_does_not_count() {
        assert_eq!(single_case_word(r"(?i)-enc\s"), None);
        assert_eq!(single_case_word(r"-[eE][nN][cC]oded"), None);
        assert_eq!(single_case_word(r"^[a-zA-Z]+\.exe$"), None);
        assert_eq!(single_case_word(r"^\d+\.\w+$"), None);
        assert_eq!(single_case_word(r"^C:"), None);
    }
}
