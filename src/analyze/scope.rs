//! What names stand for besides columns and tables: `let`, `as`, parameters.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::Constant;
use crate::schema::{Columns, ScalarType};
use crate::span::Span;
use crate::syntax::FunctionDeclaration;

/// What a pipeline or an expression gives.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// Rows.
    Rows(Arc<Columns>),
    /// One value.
    Value(ScalarType),
    /// It cannot be said which.
    Unknown,
}

impl Outcome {
    /// The columns, where rows are wanted.
    pub(super) fn into_columns(self) -> Arc<Columns> {
        match self {
            Self::Rows(columns) => columns,
            Self::Value(_) | Self::Unknown => Arc::new(Columns::open()),
        }
    }

    /// The type, where a value is wanted: rows count as the value of their first column.
    pub(super) fn scalar_type(&self) -> ScalarType {
        match self {
            Self::Rows(columns) => columns.columns.first().map_or(ScalarType::Unknown, |column| column.ty),
            Self::Value(ty) => *ty,
            Self::Unknown => ScalarType::Unknown,
        }
    }
}

/// What a declared name stands for. The spans are those of the names where they are declared.
#[derive(Debug, Clone)]
pub(super) enum Definition<'a, 'q> {
    Scalar {
        span: Span,
        ty: ScalarType,
        constant: Option<Arc<Constant>>,
    },
    Table {
        span: Span,
        columns: Arc<Columns>,
    },
    Function {
        span: Span,
        declaration: &'a FunctionDeclaration<'q>,
        result: Outcome,
        /// Whether the result depends on the values of its arguments: one names a table or a column.
        depends_on_values: bool,
    },
    ScalarParameter {
        span: Span,
        ty: ScalarType,
        /// Only while the body is looked at for one call.
        constant: Option<Arc<Constant>>,
    },
    TableParameter {
        span: Span,
        columns: Arc<Columns>,
    },
    /// A row with columns of its own: a node or an edge of a graph, the last row of a step of `scan`.
    Tuple {
        columns: Arc<Columns>,
    },
    /// A name that is known but whose meaning is not followed: a pattern.
    Opaque,
}

/// The declared names at a point of the query. Later declarations hide earlier ones.
#[derive(Debug, Default)]
pub(super) struct Scope<'a, 'q> {
    entries: Vec<(&'a str, Definition<'a, 'q>)>,
    by_name: HashMap<&'a str, Vec<usize>>,
    /// Declarations that a function body which is being entered again cannot see.
    hidden: Vec<Range<usize>>,
}

impl<'a, 'q> Scope<'a, 'q> {
    pub(super) fn declare(&mut self, name: &'a str, definition: Definition<'a, 'q>) {
        self.by_name.entry(name).or_default().push(self.entries.len());
        self.entries.push((name, definition));
    }

    pub(super) fn find(&self, name: &str) -> Option<&Definition<'a, 'q>> {
        self.index_of(name).and_then(|index| self.entries.get(index)).map(|(_, definition)| definition)
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        let indexes = self.by_name.get(name)?;
        indexes.iter().rev().copied().find(|index| !self.hidden.iter().any(|range| range.contains(index)))
    }

    /// The end of what is declared now, for [`Scope::leave`].
    pub(super) fn mark(&self) -> usize {
        self.entries.len()
    }

    /// Forgets what was declared since `mark`.
    pub(super) fn leave(&mut self, mark: usize) {
        while self.entries.len() > mark {
            if let Some((name, _)) = self.entries.pop() {
                self.by_name.entry(name).and_modify(|indexes| {
                    indexes.pop();
                });
            }
        }
    }

    /// Hides the function of that name and whatever was declared after it.
    pub(super) fn hide_from(&mut self, function: &str) {
        let start = self.index_of(function).unwrap_or(self.entries.len());
        self.hidden.push(start..self.entries.len());
    }

    /// Ends what [`Scope::hide_from`] began.
    pub(super) fn unhide(&mut self) {
        self.hidden.pop();
    }

    /// The functions declared as views, for `union *`.
    pub(super) fn views(&self) -> impl Iterator<Item = (&'a str, Arc<Columns>)> {
        self.entries.iter().filter_map(|(name, definition)| match definition {
            Definition::Function { declaration, result: Outcome::Rows(columns), .. }
                if declaration.is_view && declaration.parameters.is_empty() =>
            {
                Some((*name, Arc::clone(columns)))
            }
            _ => None,
        })
    }
}
