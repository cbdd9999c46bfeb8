//! Tests of one column on the target's field, in the form that its values have there.

use super::adapt::adapt;
use super::condition::{Condition, FieldTest, Match, Origin};
use super::forms::Forms;
use super::loss::{Loss, LossClass, Refusal};
use super::reader::Plan;
use super::reason::Reason;
use super::translate::{Position, Translator};
use crate::mapping::{Assumption, Dialect, Resolution};

impl Translator<'_> {
    /// Puts tests on the target's column, in the form that it holds.
    pub(super) fn place(&mut self, plan: Plan, resolution: &Resolution, origin: &Origin) -> Condition {
        match plan {
            Plan::Constant(value) => Condition::Constant(value),
            Plan::All(parts) => {
                Condition::all(parts.into_iter().map(|part| self.place(part, resolution, origin)).collect())
            }
            Plan::Any(parts) => {
                Condition::any(parts.into_iter().map(|part| self.place(part, resolution, origin)).collect())
            }
            Plan::Test(test) => self.place_test(test, resolution, origin),
        }
    }

    pub(super) fn place_test(&mut self, test: FieldTest, resolution: &Resolution, origin: &Origin) -> Condition {
        let test = match self.translated_values(test, resolution, origin) {
            Ok(test) => test,
            Err(message) => return self.refuse_form(origin, message),
        };
        let of_event = self.columns.from == Dialect::Sigma;
        let test = match test {
            // In KQL no text is null, so that only `isempty` is true for what is missing, whatever the type.
            FieldTest::Missing if of_event && self.style.is_kql => FieldTest::Empty,
            test => test,
        };
        let leaf = |test: FieldTest| {
            let on = |name: &String| {
                Condition::Match(Match { field: name.clone(), test: test.clone(), origin: origin.clone() })
            };
            let parts: Vec<Condition> = resolution.target.spellings().iter().map(on).collect();
            // A value is missing only where every spelling of the field is missing.
            if matches!(test, FieldTest::Empty | FieldTest::Missing) {
                Condition::all(parts)
            } else {
                Condition::any(parts)
            }
        };
        let is_empty_test = matches!(test, FieldTest::Empty | FieldTest::Missing);
        let on = |field: &str, test: FieldTest| {
            Condition::Match(Match { field: field.to_owned(), test, origin: origin.clone() })
        };
        let forms = Forms {
            hub: self.columns.hub,
            from: resolution.source.form,
            to: resolution.target.form,
            prefix: resolution.prefix.as_deref(),
            separator: self.style.separator,
            leaf: &leaf,
            on: &on,
            target: &resolution.target,
            is_event_to_kql: of_event && self.style.is_kql,
        };
        let (condition, assumptions) = match forms.rewrite(test) {
            Ok(rewritten) => rewritten,
            Err(message) => return self.refuse_form(origin, message),
        };
        let condition = self.adapted(condition);
        self.note_assumptions(resolution, assumptions, origin);
        if is_empty_test && self.style.is_kql == of_event {
            let which = if of_event {
                "Sigma tells missing from empty; KQL does not"
            } else {
                "KQL does not tell missing from empty; the target may"
            };
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::NullSemantics, origin.span, &*origin.construct)
                    .says(which)
                    .assuming(Assumption::Present)
                    .under(origin.is_negated),
            );
        }
        condition
    }

    pub(super) fn adapted(&mut self, condition: Condition) -> Condition {
        let (style, losses) = (self.style, &mut self.losses);
        condition.map(&mut |found| adapt(found, style, losses))
    }

    fn note_assumptions(&mut self, resolution: &Resolution, of_forms: Vec<Assumption>, origin: &Origin) {
        let target = resolution.target.spellings().join("`, `");
        for assumption in of_forms.into_iter().chain(resolution.assumptions.iter().copied()) {
            let loss = Loss::new(LossClass::Assumption, Reason::FieldAssumption, origin.span, &*origin.construct)
                .says(format!("`{}` is tested on `{target}`", origin.column))
                .assuming(assumption)
                .under(origin.is_negated);
            if !self.losses.contains(&loss) {
                self.losses.push(loss);
            }
        }
        if resolution.dialect == Dialect::SigmaUnofficial {
            self.losses.push(
                Loss::new(LossClass::Assumption, Reason::FieldUnofficial, origin.span, &*origin.construct)
                    .says(format!("`{target}` is used in Sigma rules but is not in the taxonomy of this log source"))
                    .assuming(Assumption::Sensor)
                    .under(origin.is_negated),
            );
        }
    }

    /// No rule rewrites the test to what the target's column holds.
    fn refuse_form(&mut self, origin: &Origin, message: String) -> Condition {
        let refusal = Refusal::new(origin.span, Reason::ValueForm, origin.construct.clone(), message);
        self.refuse(refusal, Position { is_negated: origin.is_negated, neutral: true })
    }
}
