//! Rows that are looked for in order to be taken away: the right side of anti joins and of `!in`.

use super::{Analyzer, Facts};
use crate::span::Span;
use crate::syntax::{Query, StatementKind};

/// Uses of tabular `let` names.
#[derive(Debug, Default)]
pub(super) struct TableUses(Vec<TableLetUse>);

#[derive(Debug)]
struct TableLetUse {
    /// The name where it is declared.
    declaration: Span,
    /// The name where it is used.
    used_at: Span,
    is_excluding: bool,
}

impl TableUses {
    pub(super) fn push(&mut self, declaration: Span, used_at: Span, is_excluding: bool) {
        self.0.push(TableLetUse { declaration, used_at, is_excluding });
    }

    /// Where a name is used.
    pub(super) fn of(&self, declaration: Span) -> impl Iterator<Item = Span> {
        self.0.iter().filter(move |used| used.declaration == declaration).map(|used| used.used_at)
    }

    /// Whether a name is used for rows that are wanted and for rows that are taken away.
    pub(super) fn is_mixed(&self, declaration: Span) -> bool {
        let mut uses = self.0.iter().filter(|used| used.declaration == declaration).map(|used| used.is_excluding);
        let first = uses.next();
        uses.any(|is_excluding| Some(is_excluding) != first)
    }
}

impl Analyzer<'_, '_> {
    /// Marks the predicates of tables that are used for nothing but exclusion. A table that only such tables use is
    /// one of them, hence the order from last to first.
    pub(super) fn mark_exclusions(&mut self, query: &Query<'_>) {
        let mut excluded: Vec<Span> = Vec::new();
        for statement in query.statements.iter().rev() {
            let StatementKind::Let { name, .. } = &statement.kind else { continue };
            let mut uses = self.uses.0.iter().filter(|used| used.declaration == name.span).peekable();
            let is_used = uses.peek().is_some();
            let is_excluded =
                |used: &TableLetUse| used.is_excluding || excluded.iter().any(|span| span.contains(used.used_at));
            if is_used && uses.all(is_excluded) {
                excluded.push(statement.span);
            }
        }
        for span in excluded {
            mark(&mut self.facts, span);
        }
    }
}

/// Marks the predicates that stand in a part of the query.
pub(super) fn mark(facts: &mut Facts, span: Span) {
    for predicate in facts.predicates.iter_mut().filter(|predicate| span.contains(predicate.span)) {
        predicate.is_in_exclusion = true;
    }
    for join in facts.joins.iter_mut().filter(|join| span.contains(join.span)) {
        join.is_in_exclusion = true;
    }
}
