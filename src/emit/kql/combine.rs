//! Joins and unions in the middle of a query: each side on its own, then together.

use std::collections::BTreeSet;

use super::super::Request;
use super::super::loss::{Loss, LossClass, Refusal, under_negation};
use super::super::reason::Reason;
use super::compile::{Written, on_one_line, part, union};
use super::platform::Platform;
use super::print;
use crate::ir::{Join, JoinKind, Pipeline, Stage};
use crate::mapping::Assumption;

impl Written {
    pub(super) fn also(
        &mut self,
        platform: Platform,
        request: &Request<'_>,
        branches: &[Pipeline],
        later: &BTreeSet<String>,
    ) {
        match union(platform, request, branches, later) {
            Ok(mut other) => {
                self.lines.push(format!("| {}", other.lines.concat()));
                self.partial.append(&mut other.partial);
                self.partial.extend(self.names.intersection(&other.absent).cloned());
                self.partial.extend(other.names.intersection(&self.absent).cloned());
                self.names.append(&mut other.names);
                self.losses.append(&mut other.losses);
                self.absent.append(&mut other.absent);
                self.passed.append(&mut other.passed);
                self.lost.append(&mut other.lost);
                self.asks_for_something &= other.asks_for_something;
            }
            Err(refusals) => self.refusals.extend(refusals),
        }
    }

    pub(super) fn join(
        &mut self,
        platform: Platform,
        request: &Request<'_>,
        join: &Join,
        stage: &Stage,
        later: &BTreeSet<String>,
    ) {
        let Some(keys) = join.keys.as_ref().filter(|keys| !keys.is_empty()) else {
            let message = "a join on more than equal columns cannot be converted";
            self.refusals.push(Refusal::new(stage.span, Reason::OperatorUnsupported, "join", message));
            return;
        };
        let mut wanted: BTreeSet<String> = keys.iter().map(|key| key.right.name.clone()).collect();
        let right_has = |name: &str| join.right.output.find(name).is_some() || join.right.output.is_open;
        let gives = Sides::of(join.kind);
        for name in later.iter().filter(|_| gives != Sides::Left) {
            match name.strip_suffix('1') {
                _ if gives == Sides::Right && right_has(name) => {
                    wanted.insert(name.clone());
                }
                Some(own) if right_has(own) && self.names.contains(own) => {
                    wanted.insert(own.to_owned());
                }
                _ if right_has(name) && !self.names.contains(name) => {
                    wanted.insert(name.clone());
                }
                _ => {}
            }
        }
        let mut right = match part(platform, request, &join.right, wanted) {
            Ok(right) => right,
            Err(refusals) => return self.refusals.extend(refusals),
        };
        let has =
            |key: &&crate::ir::JoinKey| self.names.contains(&key.left.name) && right.names.contains(&key.right.name);
        let (kept, missing): (Vec<_>, Vec<_>) = keys.iter().partition(has);
        let is_inner =
            matches!(join.kind, JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi | JoinKind::RightSemi);
        for key in &missing {
            let message = format!("the key `{}` of the join has no counterpart on the target", key.left.name);
            if is_inner && !kept.is_empty() {
                // Fewer keys pair more rows.
                let loss = Loss::new(LossClass::Over, Reason::JoinKeyDropped, key.span, &*key.left.name);
                self.losses.push(loss.says(format!("{message} and is left out")));
            } else {
                self.refusals.push(Refusal::new(key.span, Reason::FieldUnmapped, &*key.left.name, message));
            }
        }
        for key in &kept {
            if self.passed.contains(&key.left.name) || right.passed.contains(&key.right.name) {
                let message = format!("where the key `{}` is not passed on, it is empty on every row", key.left.name);
                let loss = Loss::new(LossClass::Assumption, Reason::FieldAssumption, key.span, &*key.left.name);
                self.losses.push(loss.says(message).assuming(Assumption::Passed));
            }
        }
        let kept: Vec<_> = kept.into_iter().cloned().collect();
        self.lines.push(format!("| {}", print::join_of(join, &format!("({})", on_one_line(&right.lines)), &kept)));
        match gives {
            Sides::Left => {}
            Sides::Right => self.names = std::mem::take(&mut right.names),
            Sides::Both => {
                for name in std::mem::take(&mut right.names) {
                    let name = if self.names.contains(&name) { format!("{name}1") } else { name };
                    self.names.insert(name);
                }
            }
        }
        match join.kind {
            JoinKind::LeftAnti => under_negation(&mut right.losses),
            JoinKind::RightAnti => under_negation(&mut self.losses),
            JoinKind::InnerUnique
            | JoinKind::Inner
            | JoinKind::LeftOuter
            | JoinKind::RightOuter
            | JoinKind::FullOuter
            | JoinKind::LeftSemi
            | JoinKind::RightSemi => {}
        }
        self.losses.append(&mut right.losses);
        self.absent.append(&mut right.absent);
        self.passed.append(&mut right.passed);
        self.lost.append(&mut right.lost);
    }
}

/// The sides whose columns a join gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    Left,
    Right,
    Both,
}

impl Sides {
    fn of(kind: JoinKind) -> Self {
        match kind {
            JoinKind::LeftSemi | JoinKind::LeftAnti => Self::Left,
            JoinKind::RightSemi | JoinKind::RightAnti => Self::Right,
            JoinKind::InnerUnique
            | JoinKind::Inner
            | JoinKind::LeftOuter
            | JoinKind::RightOuter
            | JoinKind::FullOuter => Self::Both,
        }
    }
}
