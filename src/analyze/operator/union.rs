//! `union`, and the ways in which columns of several tables become one list.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::{Analyzer, UnresolvedKind, World};
use super::{made, matches_wildcard, word};
use crate::schema::{Column, Columns, Origin, ScalarType};
use crate::syntax::{Expr, ExprKind, Name, Operator};

/// More tables than this behind a wildcard are not listed: their columns would not tell anything.
const MAX_WILDCARD_TABLES: usize = 64;

impl<'a, 'q> Analyzer<'a, 'q> {
    pub(super) fn union(
        &mut self,
        operator: &'a Operator<'q>,
        sources: &'a [Expr<'q>],
        input: &Arc<Columns>,
        has_input: bool,
    ) -> Columns {
        let parameter = |name: &str| operator.parameter(name).and_then(|parameter| word(&parameter.value));
        let is_fuzzy = ["isfuzzy", "best_effort"].iter().any(|name| {
            operator.parameter(name).is_some_and(|parameter| {
                matches!(parameter.value.kind, ExprKind::Literal(crate::syntax::Literal::Bool(true)))
            })
        });
        let was_fuzzy = self.is_fuzzy;
        self.is_fuzzy |= is_fuzzy;
        let mut tables = if has_input { vec![Arc::clone(input)] } else { Vec::new() };
        for source in sources {
            self.union_source(source, &mut tables);
        }
        self.is_fuzzy = was_fuzzy;
        let mut columns = match parameter("kind") {
            Some("inner") => common_columns(&tables, self.world),
            _ => unify_by_name_and_type(&tables, self.world),
        };
        if let Some(source) = parameter("withsource").or_else(|| parameter("with_source")) {
            columns.columns.retain(|column| column.name != source);
            columns.columns.insert(0, made(source, ScalarType::String, operator));
        }
        columns
    }

    /// Adds the tables that an element of a list of tables stands for.
    pub(super) fn union_source(&mut self, source: &'a Expr<'q>, tables: &mut Vec<Arc<Columns>>) {
        match &source.kind {
            ExprKind::Wildcard(pattern) => self.wildcard_source(source, pattern, tables),
            ExprKind::Star => tables.push(Arc::new(self.columns_of_any_table())),
            ExprKind::Parenthesized(inner) => self.union_source(inner, tables),
            _ => tables.push(self.source(source, true).into_columns()),
        }
    }

    fn wildcard_source(&mut self, source: &'a Expr<'q>, pattern: &'q str, tables: &mut Vec<Arc<Columns>>) {
        let prefix = pattern.split('*').next().unwrap_or("");
        let names: Vec<&str> = self
            .schema
            .tables_starting_with(prefix)
            .map(|table| table.name)
            .filter(|name| matches_wildcard(pattern, name))
            .take(if self.world == World::Closed { usize::MAX } else { MAX_WILDCARD_TABLES + 1 })
            .collect();
        let views: Vec<Arc<Columns>> =
            self.scope.views().filter(|(name, _)| matches_wildcard(pattern, name)).map(|(_, view)| view).collect();
        self.use_table(
            &Name { text: pattern.into(), span: source.span },
            !names.is_empty() || !views.is_empty(),
            false,
        );
        if self.world == World::Open {
            // The workspace may have more tables of such names.
            tables.push(Arc::new(Columns::open()));
        } else if names.is_empty() && views.is_empty() {
            self.unresolved_anyway(UnresolvedKind::Table, &Name { text: pattern.into(), span: source.span });
        }
        tables.extend(views);
        if names.len() <= MAX_WILDCARD_TABLES || self.world == World::Closed {
            for name in names {
                tables.extend(self.columns_of_table(name));
            }
        }
    }
}

/// A type of a column, and where the columns of that type come from.
type TypeOrigins<'c> = (ScalarType, Vec<&'c Origin>);

/// One column for each name and type. Where a name has several types, each column is called `name_type`.
///
/// In a closed world, a type that is not known is one more type; else it may be any of the others.
pub(super) fn unify_by_name_and_type(tables: &[Arc<Columns>], world: World) -> Columns {
    let mut groups: Vec<(&str, Vec<TypeOrigins<'_>>)> = Vec::new();
    let mut positions: HashMap<&str, usize> = HashMap::new();
    for column in tables.iter().flat_map(|table| &table.columns) {
        let position = *positions.entry(&column.name).or_insert_with(|| {
            groups.push((&column.name, Vec::new()));
            groups.len() - 1
        });
        let Some((_, types)) = groups.get_mut(position) else { continue };
        match types.iter_mut().find(|(ty, _)| *ty == column.ty) {
            Some((_, origins)) => origins.push(&column.origin),
            None => types.push((column.ty, vec![&column.origin])),
        }
    }
    let mut columns = Vec::new();
    for (name, types) in groups {
        let counts = |ty: ScalarType| world == World::Closed || ty != ScalarType::Unknown;
        if types.iter().filter(|(ty, _)| counts(*ty)).count() < 2 {
            let ty = types.iter().map(|(ty, _)| *ty).find(|ty| *ty != ScalarType::Unknown).unwrap_or_default();
            let origins = types.into_iter().flat_map(|(_, origins)| origins);
            columns.push(Column { name: name.to_owned(), ty, origin: merged(origins) });
        } else {
            columns.extend(types.into_iter().map(|(ty, origins)| Column {
                name: format!("{name}_{}", ty.as_str()),
                ty,
                origin: merged(origins.into_iter()),
            }));
        }
    }
    Columns { columns, is_open: tables.iter().any(|table| table.is_open) }
}

/// One column for each name; it is dynamic where the types differ.
pub(in crate::analyze) fn unify_by_name(tables: &[Arc<Columns>]) -> Columns {
    let mut columns: Vec<Column> = Vec::new();
    let mut positions: HashMap<&str, usize> = HashMap::new();
    for column in tables.iter().flat_map(|table| &table.columns) {
        if let Some(known) = positions.get(column.name.as_str()).and_then(|position| columns.get_mut(*position)) {
            if known.ty != column.ty {
                known.ty = ScalarType::Dynamic;
            }
            known.origin = merged([&known.origin, &column.origin].into_iter());
        } else {
            positions.insert(&column.name, columns.len());
            columns.push(column.clone());
        }
    }
    Columns { columns, is_open: tables.iter().any(|table| table.is_open) }
}

/// The columns of the first table that every other one has too.
fn common_columns(tables: &[Arc<Columns>], world: World) -> Columns {
    let is_everywhere = |column: &Column| is_in_all(tables, &column.name);
    let mut columns = unify_by_name_and_type(tables, world);
    let is_open = tables.iter().all(|table| table.is_open);
    columns.columns.retain(is_everywhere);
    Columns { is_open, ..columns }
}

/// Whether every table has the column, as far as its columns are known.
pub(super) fn is_in_all(tables: &[Arc<Columns>], name: &str) -> bool {
    tables.iter().all(|table| table.is_open || table.find(name).is_some())
}

/// The origin of a column that several branches give.
fn merged<'o>(origins: impl Iterator<Item = &'o Origin>) -> Origin {
    let mut distinct: Vec<Origin> = Vec::new();
    for origin in origins {
        let parts = match origin {
            Origin::Several(parts) => parts.as_slice(),
            Origin::Table { .. }
            | Origin::Event { .. }
            | Origin::Computed { .. }
            | Origin::Made(_)
            | Origin::Unknown => std::slice::from_ref(origin),
        };
        for part in parts {
            if !distinct.contains(part) {
                distinct.push(part.clone());
            }
        }
    }
    match (distinct.len(), distinct.pop()) {
        (1, Some(only)) => only,
        (0, _) | (_, None) => Origin::Unknown,
        (_, Some(last)) => {
            distinct.push(last);
            Origin::Several(distinct)
        }
    }
}
