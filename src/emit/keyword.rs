//! Texts that a rule looks for in the whole event, whatever field they are in.

use super::condition::{Condition, Match, Origin};
use super::loss::{Loss, LossClass, Refusal};
use super::reader::Reader;
use super::reason::Reason;
use super::translate::{Position, Translator};
use crate::ir::Test;
use crate::mapping::{Assumption, Dialect, ValueForm};
use crate::schema::ScalarType;
use crate::span::Span;

impl Translator<'_> {
    /// A text that is looked for in the whole event.
    pub(super) fn keyword(&mut self, test: &Test, span: Span, at: Position) -> Condition {
        let reader = Reader { test, form: ValueForm::Text, ty: ScalarType::String, style: self.style };
        let plan = match reader.read() {
            Ok(plan) => plan,
            Err((reason, message)) => return self.refuse(Refusal::new(span, reason, "keyword", message), at),
        };
        let (field, message) = if self.style.is_kql {
            ("*", "the keyword is looked for in every column, which is slow, and not across columns")
        } else {
            ("_raw", "the keyword is looked for in the text of the event as it was sent, with its escapes")
        };
        let construct = "keyword".to_owned();
        // The text of an event has more than the values of KQL's columns: the names of its fields, for one.
        let is_wider = self.columns.from != Dialect::Sigma;
        let class = if is_wider { LossClass::Over } else { LossClass::Assumption };
        let loss = Loss::new(class, Reason::Keyword, span, &*construct)
            .says(message)
            .assuming(if self.style.is_kql { Assumption::Sensor } else { Assumption::AddOn })
            .under(at.is_negated);
        if !self.losses.contains(&loss) {
            self.losses.push(loss);
        }
        let origin = Origin { span, construct, is_negated: at.is_negated, ..Origin::default() };
        let found = plan.on(&|test| Condition::Match(Match { field: field.to_owned(), test, origin: origin.clone() }));
        self.adapted(found)
    }
}
