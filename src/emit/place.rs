//! Tests of one column on the target's field, in the form that its values have there.

use super::adapt::adapt;
use super::condition::{Condition, FieldTest, Match, Origin, Shape, TextTest};
use super::forms::Forms;
use super::loss::{Loss, LossClass, Refusal};
use super::reader::Plan;
use super::reason::Reason;
use super::registry::mentions_hive;
use super::term::literal;
use super::translate::{Position, Translator};
use crate::mapping::{Assumption, Dialect, Resolution, ValueForm};

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
        let finds_missing = of_event && !self.style.is_kql && test == FieldTest::Empty;
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
            is_kql: self.style.is_kql,
        };
        let reaches_value = reaches_value(&test, resolution);
        let is_text = matches!(test, FieldTest::Text(_));
        let test = if reaches_value && origin.is_negated { before_last_part(test) } else { test };
        let is_narrower = is_text && matches!(test, FieldTest::Regex { .. });
        let (condition, assumptions) = match forms.rewrite(test) {
            Ok(rewritten) => rewritten,
            Err(message) => return self.refuse_form(origin, message),
        };
        let condition = self.adapted(condition);
        self.note_assumptions(resolution, assumptions, origin);
        if reaches_value {
            self.note_value_behind_key(is_narrower, resolution, origin);
        }
        if finds_missing || is_empty_test && self.style.is_kql == of_event {
            let which = if finds_missing {
                "Sigma tells missing from empty; the target finds both"
            } else if of_event {
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

    fn note_value_behind_key(&mut self, is_narrower: bool, resolution: &Resolution, origin: &Origin) {
        let (target, column) = (resolution.target.spellings().join("`, `"), &origin.column);
        let (class, message) = if is_narrower {
            let message =
                format!("the text is not looked for in the last part of `{target}`, which may be the name of a value");
            (LossClass::Under, message)
        } else {
            let message = format!(
                "the text is looked for in `{target}`, where the name of the value follows the key in `{column}`"
            );
            (LossClass::Over, message)
        };
        let loss =
            Loss::new(class, Reason::KeyInPath, origin.span, &*origin.construct).says(message).under(origin.is_negated);
        if !self.losses.contains(&loss) {
            self.losses.push(loss);
        }
    }

    pub(super) fn note_assumptions(&mut self, resolution: &Resolution, of_forms: Vec<Assumption>, origin: &Origin) {
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

/// Whether a part of a key's text is looked for in a path that has the name of a value behind the key. What has to be at
/// the end of the key is looked for where that may be.
fn reaches_value(test: &FieldTest, resolution: &Resolution) -> bool {
    let is_key = matches!(resolution.source.form, ValueForm::RegLongKey | ValueForm::RegAsimKey | ValueForm::RegNt);
    let is_of_part = match test {
        FieldTest::Text(wanted) => !is_hive(wanted),
        FieldTest::Regex { .. } => true,
        FieldTest::Number(..)
        | FieldTest::Network(_)
        | FieldTest::Empty
        | FieldTest::Missing
        | FieldTest::SameAs { .. }
        | FieldTest::Formula(_) => false,
    };
    is_key && resolution.target.form == ValueForm::RegSysmon && is_of_part
}

/// Whether the texts are the beginning of every path in a hive, which no value's name is.
fn is_hive(wanted: &TextTest) -> bool {
    let is_short = |needle: &String| !needle.trim_end_matches('\\').contains('\\');
    wanted.shape == Shape::StartsWith && wanted.needles.iter().all(is_short)
}

/// A test that does not hold for the last part of a path, as far as it can be said: where it is negated, a text in the
/// name of a value must not keep an event out.
fn before_last_part(test: FieldTest) -> FieldTest {
    match test {
        FieldTest::Text(wanted)
            if wanted.shape == Shape::Contains
                && !wanted.needles.iter().any(|needle| mentions_hive(&needle.to_ascii_uppercase())) =>
        {
            let found: Vec<String> = wanted.needles.iter().map(|needle| literal(needle)).collect();
            let one = if let [one] = found.as_slice() { one.clone() } else { format!("({})", found.join("|")) };
            FieldTest::Regex { pattern: format!(r"{one}.*\\"), is_case_sensitive: wanted.is_case_sensitive }
        }
        other => other,
    }
}
