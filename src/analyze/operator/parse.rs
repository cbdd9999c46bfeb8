//! `parse`, `parse-where` and `parse-kv`: parts of a text become columns.

use std::sync::Arc;

use super::super::projection::Projection;
use super::super::{Analyzer, Context};
use super::computed;
use crate::schema::{Columns, Origin, ScalarType};
use crate::syntax::{ColumnDeclaration, Expr, NamedParameter, Operator, ParsePart};

impl<'a, 'q> Analyzer<'a, 'q> {
    pub(super) fn parse(
        &mut self,
        operator: &'a Operator<'q>,
        source: &'a Expr<'q>,
        pattern: &'a [ParsePart<'q>],
        input: &Arc<Columns>,
    ) -> Columns {
        let inputs = self.inputs_of(source, input);
        let mut projection = Projection::of(input);
        for part in pattern {
            match part {
                ParsePart::Star(_) => {}
                ParsePart::Text(text) => {
                    self.expression(text, Context::value(input));
                }
                ParsePart::Column { name, ty, .. } => {
                    let ty = ty.map_or(ScalarType::String, |ty| ScalarType::parse(ty.text).unwrap_or_default());
                    projection.replace(computed(&name.text, ty, operator.span, inputs.clone()));
                }
            }
        }
        projection.finish(input.is_open)
    }

    pub(super) fn parse_kv(
        &mut self,
        operator: &'a Operator<'q>,
        source: &'a Expr<'q>,
        columns: &'a [ColumnDeclaration<'q>],
        properties: &'a [NamedParameter<'q>],
        input: &Arc<Columns>,
    ) -> Columns {
        let inputs = self.inputs_of(source, input);
        for property in properties {
            self.property(&property.value);
        }
        let mut projection = Projection::of(input);
        for column in columns {
            let ty = ScalarType::parse(column.ty.text).unwrap_or_default();
            projection.replace(computed(&column.name.text, ty, operator.span, inputs.clone()));
        }
        projection.finish(input.is_open)
    }

    /// The table columns behind the text that is parsed.
    fn inputs_of(&mut self, source: &'a Expr<'q>, input: &Arc<Columns>) -> Vec<(String, String)> {
        match self.produce(source, Context::value(input)).origin {
            Origin::Computed { inputs, .. } => inputs,
            Origin::Table { table, column, .. } => vec![(table, column)],
            Origin::Event { .. } | Origin::Several(_) | Origin::Made(_) | Origin::Unknown => Vec::new(),
        }
    }
}
