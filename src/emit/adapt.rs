//! Chooses the form of a test that the target can write: exact by regular expression, or what rule authors write.
//!
//! The choices and their classes are section 1 of the conversion matrix; each that is not exact adds a loss.

use super::condition::{Condition, FieldTest, Match, Shape, TextTest};
use super::loss::{CounterExample, Loss, LossClass};
use super::reason::Reason;
use super::term::{self, Part};
use super::{Mode, regex};
use crate::ir::Expr;
use crate::mapping::{Assumption, ValueForm};

/// Writes a value, given the target's name of each column; `None` if the target cannot say it.
pub(super) type Compute = fn(&Expr, &dyn Fn(&Expr) -> Option<String>) -> Option<String>;

/// What a target can write.
pub(super) struct Style {
    /// What it should prefer.
    pub(super) mode: Mode,
    /// Whether it is KQL, which has term matches, case and KQL's reading of missing values.
    pub(super) is_kql: bool,
    /// Whether case-sensitive tests are written as such.
    pub(super) keeps_case: bool,
    /// Syntax of its regular expressions; `None` for KQL's own.
    pub(super) regex: Option<regex::Syntax>,
    /// `\` or `/`, as the log source's paths have it.
    pub(super) separator: char,
    /// Writes a computed value in the target's own expressions, if it has such.
    pub(super) compute: Option<Compute>,
    /// The target's time of the event in computed values; `None` where the time is a column like others.
    pub(super) time_field: Option<&'static str>,
    /// How it writes a test, for the report.
    pub(super) spell: fn(&Match) -> String,
}

/// The test in a form that the target has.
pub(super) fn adapt(found: Match, style: &Style, losses: &mut Vec<Loss>) -> Condition {
    let Match { field, test, origin } = found;
    let FieldTest::Text(text) = test else {
        return Condition::Match(Match { field, test, origin });
    };
    let is_case_sensitive = text.is_case_sensitive && text.needles.iter().any(|needle| has_case(needle));
    let adapted = Adapted { field, text: TextTest { is_case_sensitive, ..text }, origin, style };
    if adapted.text.shape == Shape::Fits {
        return adapted.fitting();
    }
    if adapted.is_unsafe() {
        return adapted.literal_regex(losses);
    }
    match (adapted.text.shape, adapted.text.part) {
        (Shape::Term { .. }, Part::Everything) if style.is_kql => adapted.unchanged(),
        (Shape::Term { .. }, _) => adapted.term(losses),
        (Shape::Contains | Shape::StartsWith | Shape::Whole, Part::LastComponent) => adapted.as_regex(),
        // Sigma may yet find the name of the value, which makes it the end of the path.
        (Shape::Whole | Shape::EndsWith, Part::Key) if !adapted.is_portable() => adapted.as_regex(),
        (Shape::Contains | Shape::StartsWith | Shape::Whole | Shape::EndsWith | Shape::Fits, _) => {
            adapted.with_case(losses)
        }
    }
}

/// Whether a plain Sigma value would have to escape a wildcard or hold a control character, which Sigma's own checks
/// take for mistakes.
fn is_unsafe_value(text: &str) -> bool {
    text.contains(['*', '?']) || text.chars().any(char::is_control)
}

fn has_case(text: &str) -> bool {
    text.chars().any(|c| c.is_lowercase() || c.is_uppercase())
}

struct Adapted<'a> {
    field: String,
    text: TextTest,
    origin: super::condition::Origin,
    style: &'a Style,
}

impl Adapted<'_> {
    fn matching(&self, test: FieldTest) -> Match {
        Match { field: self.field.clone(), test, origin: self.origin.clone() }
    }

    fn unchanged(self) -> Condition {
        Condition::Match(Match { field: self.field, test: FieldTest::Text(self.text), origin: self.origin })
    }

    fn as_regex(&self) -> Condition {
        let pattern = term::pattern(self.text.shape, &self.text.needles, self.text.part);
        let is_case_sensitive = self.text.is_case_sensitive;
        let mut found = self.matching(FieldTest::Regex { pattern, is_case_sensitive });
        found.origin.needles.clone_from(&self.text.needles);
        Condition::Match(found)
    }

    /// Whether the target is Sigma.
    fn is_portable(&self) -> bool {
        self.style.regex == Some(regex::Syntax::Portable)
    }

    /// Whether a needle is no good as a plain value of the target.
    fn is_unsafe(&self) -> bool {
        self.is_portable() && self.text.needles.iter().any(|needle| is_unsafe_value(needle))
    }

    /// The test as a regular expression because a plain value is no good; terms report their boundaries as usual.
    fn literal_regex(self, losses: &mut Vec<Loss>) -> Condition {
        match self.text.shape {
            Shape::Term { .. } => self.term(losses),
            Shape::Whole | Shape::Contains | Shape::StartsWith | Shape::EndsWith | Shape::Fits => self.as_regex(),
        }
    }

    /// A pattern with wildcards: KQL has only regular expressions for it, the others have wildcards.
    fn fitting(self) -> Condition {
        if self.style.is_kql || self.text.is_case_sensitive {
            let mut found = self.as_regex();
            if let Condition::Match(found) = &mut found {
                found.origin.needles = term::longest_texts(&self.text.needles);
            }
            return found;
        }
        self.unchanged()
    }

    fn text_as(&self, shape: Shape, needles: Vec<String>) -> Match {
        let text = TextTest { shape, part: Part::Everything, needles, is_case_sensitive: self.text.is_case_sensitive };
        self.matching(FieldTest::Text(text))
    }

    fn term(self, losses: &mut Vec<Loss>) -> Condition {
        let is_anywhere = self.text.part == Part::Everything;
        if is_anywhere && !term::has_boundary(self.text.shape, &self.text.needles) {
            // No boundary is tested at a needle whose ends are not alphanumeric.
            let text = TextTest { shape: Shape::Contains, ..self.text };
            let anywhere = Adapted { text, ..self };
            return if anywhere.is_unsafe() { anywhere.as_regex() } else { anywhere.with_case(losses) };
        }
        let is_idiomatic = self.style.mode == Mode::Idiomatic && !self.origin.is_negated;
        if is_idiomatic && !self.text.is_case_sensitive {
            if let Some(needles) = self.tightened() {
                return self.tighten(needles, losses);
            }
            let is_safe = !self.text.needles.iter().any(|needle| is_unsafe_value(needle));
            if is_anywhere && is_safe && !self.origin.form.names_a_file() && self.origin.form != ValueForm::Cmdline {
                return self.loosen(losses);
            }
        }
        let regex = self.as_regex();
        losses.push(
            self.loss(LossClass::Assumption, Reason::HasToRe, &regex)
                .says("the term match is written as a regular expression with ASCII term boundaries")
                .assuming(Assumption::Ascii),
        );
        regex
    }

    /// The needles as ends of a path, if every one is the name of a file.
    fn tightened(&self) -> Option<Vec<String>> {
        if !self.origin.form.names_a_file() || self.text.shape != (Shape::Term { left: true, right: true }) {
            return None;
        }
        let end = |needle: &String| {
            let name = needle.strip_prefix(self.style.separator).unwrap_or(needle);
            term::looks_like_file_name(name).then(|| format!("{}{name}", self.style.separator))
        };
        self.text.needles.iter().map(end).collect()
    }

    fn tighten(&self, needles: Vec<String>, losses: &mut Vec<Loss>) -> Condition {
        let tightened = Condition::Match(self.text_as(Shape::EndsWith, needles));
        let name = self.text.needles[0].trim_start_matches(self.style.separator);
        let folder = if self.origin.form == ValueForm::Name { "" } else { "C:\\Windows\\" };
        let mut loss = self
            .loss(LossClass::Under, Reason::HasTightened, &tightened)
            .says("the term match is read as the name of the file itself")
            .assuming(Assumption::Term)
            .suggest("use the exact mode to keep every name that contains the term");
        loss.counter_example = Some(self.counter_example(format!("{folder}my-{name}"), true));
        losses.push(loss);
        tightened
    }

    fn loosen(&self, losses: &mut Vec<Loss>) -> Condition {
        let loosened = Condition::Match(self.text_as(Shape::Contains, self.text.needles.clone()));
        let needle = &self.text.needles[0];
        let is_bounded_left = needle.chars().next().is_some_and(char::is_alphanumeric);
        let is_left = matches!(self.text.shape, Shape::Term { left: true, .. }) && is_bounded_left;
        let longer = if is_left { format!("x{needle}") } else { format!("{needle}x") };
        let mut loss = self
            .loss(LossClass::Over, Reason::HasLoosened, &loosened)
            .says("the term match is written as a substring match")
            .suggest("use the exact mode to match whole terms only");
        loss.counter_example = Some(self.counter_example(longer, false));
        losses.push(loss);
        loosened
    }

    fn with_case(self, losses: &mut Vec<Loss>) -> Condition {
        if !self.text.is_case_sensitive || self.style.keeps_case {
            return self.unchanged();
        }
        let mut text = TextTest { is_case_sensitive: false, ..self.text.clone() };
        let mut seen = std::collections::HashSet::new();
        text.needles.retain(|needle| seen.insert(needle.to_lowercase()));
        let folded = Condition::Match(self.matching(FieldTest::Text(text)));
        let mut loss = self
            .loss(LossClass::Over, Reason::CaseLost, &folded)
            .says("the case-sensitive test is written without regard to case")
            .assuming(Assumption::Case);
        loss.counter_example = Some(self.counter_example(swap_case(self.own(&self.text.needles[0])), false));
        losses.push(loss);
        folded
    }

    fn loss(&self, class: LossClass, reason: Reason, written: &Condition) -> Loss {
        let emitted = match written {
            Condition::Match(found) => (self.style.spell)(found),
            Condition::Constant(_) | Condition::All(_) | Condition::Any(_) | Condition::Not(_) => String::new(),
        };
        Loss::new(class, reason, self.origin.span, &*self.origin.construct).emits(emitted).under(self.origin.is_negated)
    }

    /// The needle as the source's column holds it, where it has been rewritten for the target's already.
    fn own<'n>(&self, needle: &'n str) -> &'n str {
        match self.origin.form {
            ValueForm::Name => needle.trim_start_matches(['\\', '/']),
            ValueForm::Hash => needle.split_once('=').map_or(needle, |(_, digest)| digest),
            _ => needle,
        }
    }

    fn counter_example(&self, value: String, matches_source: bool) -> CounterExample {
        CounterExample { field: self.origin.column.clone(), value, matches_source, matches_target: !matches_source }
    }
}

fn swap_case(text: &str) -> String {
    let swap = |c: char| if c.is_lowercase() { c.to_uppercase().next() } else { c.to_lowercase().next() };
    text.chars().filter_map(swap).collect()
}
