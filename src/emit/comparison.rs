//! Two columns compared with each other.

use super::condition::{Condition, FieldTest, Match, Origin};
use super::loss::{Loss, LossClass, Refusal};
use super::reason::Reason;
use super::regex;
use super::subject::subject;
use super::translate::{Position, Translator, construct_of};
use crate::ir::{Expr, ExprKind, Field, Test};
use crate::mapping::{Assumption, Resolution};
use crate::span::Span;

impl Translator<'_> {
    /// A test of one column against another.
    pub(super) fn comparison(
        &mut self,
        test: &Test,
        left: &Resolution,
        other: &Field,
        span: Span,
        at: Position,
    ) -> Condition {
        let construct = construct_of(test, span);
        let other = Expr { kind: ExprKind::Field(other.clone()), ty: test.operands[0].ty, span: other.span };
        let Some(other) = subject(&other) else { return self.refuse_expression(&test.subject, at) };
        let Some((right, _)) = self.columns.resolve(&other) else { return self.unmapped(&other, test, span, at) };
        let are_alike = left.source.form == right.source.form
            && left.target.form == right.target.form
            && left.source.form == left.target.form;
        let ([field], [other_field]) = (left.target.names.as_slice(), right.target.names.as_slice()) else {
            let message = "one of the compared columns has several names on the target";
            return self.refuse(Refusal::new(span, Reason::FieldComparison, construct, message), at);
        };
        if !are_alike {
            let message = "the compared columns hold different forms on the target";
            return self.refuse(Refusal::new(span, Reason::FieldComparison, construct, message), at);
        }
        // Sigma compares fields without regard to case in every mode.
        let keeps_case = self.style.keeps_case && self.style.regex != Some(regex::Syntax::Portable);
        let is_case_sensitive = test.op.is_case_sensitive() && keeps_case;
        let origin = Origin {
            span,
            construct,
            column: test_column(test),
            form: left.source.form,
            is_negated: at.is_negated,
            ..Origin::default()
        };
        if test.op.is_case_sensitive() && !keeps_case {
            self.losses.push(
                Loss::new(LossClass::Over, Reason::CaseLost, span, &*origin.construct)
                    .says("the case-sensitive comparison is written without regard to case")
                    .assuming(Assumption::Case)
                    .under(at.is_negated),
            );
        }
        if !self.style.is_kql {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::NullSemantics, span, &*origin.construct)
                    .says("two empty columns are equal in KQL, two missing fields are not on the target")
                    .assuming(Assumption::Present)
                    .under(at.is_negated),
            );
        }
        let test = FieldTest::SameAs { field: other_field.clone(), is_case_sensitive };
        Condition::Match(Match { field: field.clone(), test, origin })
    }
}

fn test_column(test: &Test) -> String {
    match &test.subject.kind {
        ExprKind::Field(field) => field.name.clone(),
        _ => String::new(),
    }
}
