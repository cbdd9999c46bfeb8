//! `extract`: the group of a regular expression.

use regex_syntax::ast::{Ast, GroupKind, RepetitionKind, RepetitionRange, parse::Parser};

use super::super::loss::LossClass;
use super::super::term::alternatives;
use super::{Built, Inverted, part};
use crate::ir::{Expr, ExprKind, TestOp};
use crate::schema::Value;

/// A test of `extract(pattern, group, text)`.
pub(super) fn group(built: &Built<'_>, pattern: &Expr, group: &Expr, text: &Expr) -> Option<Inverted> {
    let (ExprKind::Value(Value::String(pattern)), ExprKind::Value(Value::Integer(group))) =
        (&pattern.kind, &group.kind)
    else {
        return None;
    };
    let tree = Parser::new().parse(pattern).ok()?;
    let found = Group::find(pattern, &tree, u32::try_from(*group).ok()?)?;
    if built.test.op == TestOp::IsEmpty {
        let is_sure = found.is_always_there && found.is_never_empty();
        // A match whose group is empty counts as found: of empty values, fewer are seen.
        let class = if is_sure { LossClass::Exact } else { LossClass::Under };
        return Some(Inverted { expr: built.not(built.matches(text, pattern)), class });
    }
    if let Some(expr) = extension(built, pattern, text) {
        return Some(Inverted { expr, class: LossClass::Exact });
    }
    match built.equals() {
        // Any match will do, where KQL looks at the first.
        Some(needles) => Some(Inverted { expr: found.with(built, text, &needles), class: LossClass::Over }),
        None => part::contained(built, text),
    }
}

/// What follows the last dot, in one of the usual spellings of it.
fn extension(built: &Built<'_>, pattern: &str, text: &Expr) -> Option<Expr> {
    let has_dot = match pattern.trim_start_matches('^').trim_end_matches('$') {
        r".*\.(.*)" | r".*\.(.+)" | r"(?:.*)\.(.*)" => false,
        r".*(\..*)" | r".*(\..+)" => true,
        _ => return None,
    };
    let end = |needle: String| if has_dot { needle } else { format!(".{needle}") };
    let is_one = |needle: &String| needle.matches('.').count() == 1 && needle.starts_with('.');
    let ends: Vec<String> = built.equals()?.into_iter().map(end).filter(is_one).collect();
    if ends.is_empty() {
        return Some(built.constant(false));
    }
    Some(built.text(text, built.cased(TestOp::EndsWith, TestOp::EndsWithCs), ends))
}

/// A group of a pattern.
struct Group<'p> {
    before: &'p str,
    inner: &'p str,
    after: &'p str,
    /// Whether every match has it.
    is_always_there: bool,
}

impl<'p> Group<'p> {
    fn find(pattern: &'p str, tree: &Ast, number: u32) -> Option<Self> {
        if number == 0 {
            return Some(Self { before: "", inner: pattern, after: "", is_always_there: true });
        }
        let (start, end, is_always_there) = place(tree, number, true)?;
        Some(Self {
            before: pattern.get(..start)?,
            inner: pattern.get(start..end)?,
            after: pattern.get(end..)?,
            is_always_there,
        })
    }

    fn is_never_empty(&self) -> bool {
        let shortest =
            regex_syntax::Parser::new().parse(self.inner).ok().and_then(|hir| hir.properties().minimum_len());
        shortest.is_some_and(|shortest| shortest > 0)
    }

    /// The pattern with one of the texts in place of the group.
    fn with(&self, built: &Built<'_>, text: &Expr, needles: &[String]) -> Expr {
        let flag = if built.ignores_case() { "(?i)" } else { "" };
        let whole = regex::Regex::new(&format!("{flag}^(?:{})$", self.inner));
        let can_be = |needle: &&String| whole.as_ref().is_ok_and(|whole| whole.is_match(needle));
        let values: Vec<String> = needles.iter().filter(can_be).cloned().collect();
        if values.is_empty() {
            return built.constant(false);
        }
        // A group that takes everything to the end of the line reaches the end of the text.
        let is_open = self.after.is_empty() && !self.before.is_empty() && matches!(self.inner, "(.*)" | "(.+)");
        let end = if is_open { "$" } else { "" };
        let (flag, before) = match self.before.strip_prefix("(?i)") {
            Some(rest) if built.ignores_case() => ("", rest),
            _ => ("", self.before),
        };
        built.matches(text, &format!("{flag}{before}{}{}{end}", alternatives(&values), self.after))
    }
}

/// Where a group stands in the pattern, and whether every match has it.
fn place(ast: &Ast, number: u32, is_there: bool) -> Option<(usize, usize, bool)> {
    match ast {
        Ast::Group(group) => match &group.kind {
            GroupKind::CaptureIndex(index)
            | GroupKind::CaptureName { name: regex_syntax::ast::CaptureName { index, .. }, .. }
                if *index == number =>
            {
                Some((group.span.start.offset, group.span.end.offset, is_there))
            }
            GroupKind::CaptureIndex(_) | GroupKind::CaptureName { .. } | GroupKind::NonCapturing(_) => {
                place(&group.ast, number, is_there)
            }
        },
        Ast::Repetition(repetition) => {
            let is_once = match &repetition.op.kind {
                RepetitionKind::OneOrMore => true,
                RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => false,
                RepetitionKind::Range(range) => match range {
                    RepetitionRange::Exactly(low)
                    | RepetitionRange::AtLeast(low)
                    | RepetitionRange::Bounded(low, _) => *low > 0,
                },
            };
            place(&repetition.ast, number, is_there && is_once)
        }
        Ast::Alternation(alternation) => alternation.asts.iter().find_map(|part| place(part, number, false)),
        Ast::Concat(concat) => concat.asts.iter().find_map(|part| place(part, number, is_there)),
        Ast::Empty(_)
        | Ast::Flags(_)
        | Ast::Literal(_)
        | Ast::Dot(_)
        | Ast::Assertion(_)
        | Ast::ClassUnicode(_)
        | Ast::ClassPerl(_)
        | Ast::ClassBracketed(_) => None,
    }
}
