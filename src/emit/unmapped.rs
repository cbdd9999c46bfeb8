//! What becomes of a test whose column the target lacks.

use super::Unmapped;
use super::condition::{Condition, Match, Origin};
use super::loss::{Loss, LossClass, Refusal};
use super::reader::Reader;
use super::reason::Reason;
use super::subject::Subject;
use super::time::is_time;
use super::translate::{Position, Translator, construct_of};
use crate::ir::Test;
use crate::mapping::ValueForm;
use crate::span::Span;

impl Translator<'_> {
    /// Refuses the test, leaves it out, or keeps the column under its own name.
    pub(super) fn unmapped(&mut self, subject: &Subject, test: &Test, span: Span, at: Position) -> Condition {
        let column = subject.name.clone();
        let construct = construct_of(test, span);
        let message =
            format!("the column `{column}` has no counterpart for `{}` on the target", self.columns.log_source);
        let mut loss = Loss::new(LossClass::NotExpressible, Reason::FieldUnmapped, span, construct.clone());
        match self.unmapped {
            Unmapped::Error if self.widens && is_time(self.columns.hub, &test.subject) => {
                self.refuse(Refusal::new(span, Reason::TimeFixed, construct, message), at)
            }
            Unmapped::Error => {
                let refusal = Refusal::new(subject.span, Reason::FieldUnmapped, construct, message)
                    .suggest(format!("map `{column}` in a mapping file, or drop the test with `--unmapped drop`"));
                self.refuse(refusal, at)
            }
            Unmapped::Drop => {
                // One conjunct fewer is wider, one alternative fewer is narrower.
                let effect = if at.neutral { LossClass::Over } else { LossClass::Under };
                loss.rule_class = if at.is_negated { effect.negated() } else { effect };
                loss.is_negated = at.is_negated;
                self.losses.push(loss.says(format!("{message}; the test is left out")));
                Condition::Constant(at.neutral)
            }
            Unmapped::Keep => {
                let reader = Reader { test, form: ValueForm::Text, ty: test.subject.ty, style: self.style };
                let plan = match reader.read() {
                    Ok(plan) => plan,
                    Err((reason, message)) => return self.refuse(Refusal::new(span, reason, construct, message), at),
                };
                self.losses.push(loss.says(format!("{message}; the name is kept")).under(at.is_negated));
                let origin = Origin {
                    span,
                    construct,
                    column: column.clone(),
                    form: ValueForm::Text,
                    is_negated: at.is_negated,
                    ..Origin::default()
                };
                let kept =
                    plan.on(&|test| Condition::Match(Match { field: column.clone(), test, origin: origin.clone() }));
                self.adapted(kept)
            }
        }
    }
}
