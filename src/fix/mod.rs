//! Fixes, applied in rounds, each proven before it counts.
//!
//! A round takes the fixes that do not touch each other, applies them and looks at the result as if it were a new file:
//! [`crate::source`] has proven that no other value changed; here the query must still parse, the findings must be
//! gone, no new error may have come, and after fixes that claim to change nothing the facts must be equal. If the round
//! as a whole fails, each of its fixes is tried by itself. What is left over is withheld, and said.

mod meaning;
mod proof;

pub use meaning::is_same;

use crate::diagnostic::{Diagnostic, Edit, Effect, Fix};
use crate::source::{RuleFile, apply, reread};
use crate::span::Place;

/// Rounds after which a file is left as it is: fixes that keep making work for each other are no help.
pub const MAX_ROUNDS: usize = 10;

/// Which unsafe fixes may be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnsafeFixes {
    /// Those after which a rule may match more, but not less.
    Widen,
    /// Those after which a rule may match less, but not more.
    Narrow,
    /// All.
    Any,
}

/// Which fixes may be applied; safe ones always.
#[derive(Clone, Copy)]
pub struct Policy<'p> {
    /// Unsafe ones.
    pub unsafe_fixes: Option<UnsafeFixes>,
    /// Whether the fixes of a lint rule, by its code, may be applied at all.
    pub is_fixable: &'p dyn Fn(&str) -> bool,
}

impl Policy<'_> {
    /// Whether the fix of a finding may be applied.
    pub fn permits(&self, finding: &Diagnostic) -> bool {
        let Some(fix) = &finding.fix else { return false };
        let is_wanted = match (fix.effect, self.unsafe_fixes) {
            (Effect::Same, _)
            | (_, Some(UnsafeFixes::Any))
            | (Effect::Wider, Some(UnsafeFixes::Widen))
            | (Effect::Narrower, Some(UnsafeFixes::Narrow)) => true,
            (Effect::Wider | Effect::Narrower | Effect::Unknown, _) => false,
        };
        is_wanted && (self.is_fixable)(finding.code)
    }
}

/// Findings of a file, each with the index of its rule.
pub type Findings = Vec<(usize, Diagnostic)>;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// The file after the fixes, read again.
    pub file: RuleFile,
    /// What is found in it now.
    pub remaining: Findings,
    /// Findings that were mended, with the places that they had when they were.
    pub applied: Findings,
    /// Remaining findings whose fix is permitted, but could not be proven.
    pub withheld: Findings,
}

/// Applies every permitted fix that can be proven. `check` finds what is wrong with a file.
pub fn fix(file: &RuleFile, check: &dyn Fn(&RuleFile) -> Findings, policy: &Policy<'_>) -> Fixed {
    let mut state = Fixed { remaining: check(file), file: file.clone(), applied: Vec::new(), withheld: Vec::new() };
    for _ in 0..MAX_ROUNDS {
        let is_safe = |finding: &Diagnostic| finding.fix.as_ref().is_some_and(|fix| fix.effect.is_safe());
        let is_about_syntax = |finding: &Diagnostic| finding.code.starts_with("SYN");
        // The facts of a query are whole only when it parses; then safe fixes go by themselves, since only they can be
        // held against the facts.
        let progressed = state.round(check, policy, &|finding| is_about_syntax(finding) && is_safe(finding))
            || state.round(check, policy, &is_safe)
            || state.round(check, policy, &|finding| !is_safe(finding));
        if !progressed {
            break;
        }
    }
    state.withheld = state.remaining.iter().filter(|(_, finding)| policy.permits(finding)).cloned().collect();
    state
}

impl Fixed {
    /// Applies what it can of the permitted fixes that `wanted` chooses; whether that was anything.
    fn round(
        &mut self,
        check: &dyn Fn(&RuleFile) -> Findings,
        policy: &Policy<'_>,
        wanted: &dyn Fn(&Diagnostic) -> bool,
    ) -> bool {
        let candidates: Findings =
            self.remaining.iter().filter(|(_, finding)| policy.permits(finding) && wanted(finding)).cloned().collect();
        let together = apart(&candidates);
        if together.is_empty() {
            return false;
        }
        if self.attempt(&together, check) {
            return true;
        }
        // One of them spoils it. Of those that work alone, the first is taken; the next round sees to the others.
        candidates.iter().any(|candidate| self.attempt(std::slice::from_ref(candidate), check))
    }

    /// Applies fixes together if the result can be proven.
    fn attempt(&mut self, fixes: &[(usize, Diagnostic)], check: &dyn Fn(&RuleFile) -> Findings) -> bool {
        let edits: Vec<(usize, Edit)> =
            fixes.iter().flat_map(|(rule, finding)| edits(finding).iter().map(|edit| (*rule, edit.clone()))).collect();
        let Some(new) = apply(&self.file, &edits).ok().and_then(|text| reread(&self.file, text)) else { return false };
        let found = check(&new);
        if !proof::holds(&self.file, &self.remaining, &new, &found, fixes) {
            return false;
        }
        self.file = new;
        self.remaining = found;
        self.applied.extend_from_slice(fixes);
        true
    }
}

fn edits(finding: &Diagnostic) -> &[Edit] {
    finding.fix.as_ref().map_or(&[], |Fix { edits, .. }| edits)
}

/// The findings whose edits do not touch those of a finding before them.
fn apart(candidates: &[(usize, Diagnostic)]) -> Findings {
    let mut taken: Vec<(usize, Place)> = Vec::new();
    let mut chosen = Vec::new();
    for (rule, finding) in candidates {
        let touches = |place: &Place| {
            taken.iter().any(|(other, other_place)| {
                other == rule
                    && other_place.text == place.text
                    && place.span.start <= other_place.span.end
                    && other_place.span.start <= place.span.end
            })
        };
        if edits(finding).iter().any(|edit| touches(&edit.place)) {
            continue;
        }
        taken.extend(edits(finding).iter().map(|edit| (*rule, edit.place)));
        chosen.push((*rule, finding.clone()));
    }
    chosen
}
