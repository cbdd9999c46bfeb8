//! Joins: a statistic over both sides where that is enough, else Splunk's own `join` with its limits.

use std::collections::{BTreeMap, BTreeSet};

use super::super::loss::{Loss, LossClass, under_negation};
use super::super::reason::Reason;
use super::compile;
use super::quoted_name;
use super::tail::{Search, eval_name, list_of};
use crate::ir::{Join, JoinKind, Stage};
use crate::mapping::Assumption;

/// Field that marks a hit of an anti join.
const HIT: &str = "kql_hit";

/// Writes a join behind what has been written so far.
pub(super) fn join(search: &mut Search<'_, '_>, join: &Join, stage: &Stage) {
    let Some(keys) = join.keys.as_ref().filter(|keys| !keys.is_empty()) else {
        return search.refuse(stage, "a join on more than equal columns cannot be converted");
    };
    let (kind, keeps_right) = match join.kind {
        JoinKind::Inner | JoinKind::InnerUnique => ("inner", true),
        JoinKind::LeftOuter => ("left", true),
        JoinKind::LeftSemi => ("inner", false),
        JoinKind::LeftAnti => ("left", false),
        JoinKind::RightOuter | JoinKind::FullOuter | JoinKind::RightSemi | JoinKind::RightAnti => {
            return search.refuse(stage, format!("a join of kind `{}` cannot be converted", join.kind.as_str()));
        }
    };
    if let Some(missing) = keys.iter().find(|key| !search.names.contains(&key.left.name)) {
        let name = missing.left.name.clone();
        return search.refuse(stage, format!("the key `{name}` is not there on the target"));
    }
    let outputs = if keeps_right { outputs(search, join, stage) } else { BTreeMap::new() };
    let right_keys: BTreeSet<String> = keys.iter().map(|key| key.right.name.clone()).collect();
    let mut wanted = right_keys.clone();
    wanted.extend(outputs.keys().cloned());
    let mut right = match compile(search.request, &join.right, wanted, &right_keys) {
        Ok(right) => right,
        Err(refusals) => return search.refusals.extend(refusals),
    };
    if let Some(missing) = keys.iter().find(|key| !right.names.contains(&key.right.name)) {
        let name = missing.right.name.clone();
        return search.refuse(stage, format!("the key `{name}` of the right side is not there on the target"));
    }
    let left_keys: Vec<String> = keys.iter().map(|key| key.left.name.clone()).collect();
    let mut made: Vec<String> = Vec::new();
    // Right columns first: a key may be one of them under another name.
    let kept: Vec<(&String, &String)> = outputs.iter().filter(|(own, _)| right.names.contains(*own)).collect();
    for (own, output) in &kept {
        if own != output {
            made.push(format!("{}={}", eval_name(output), super::expression::field_name(own)));
        }
    }
    for key in keys {
        if key.left.name != key.right.name {
            made.push(format!("{}={}", eval_name(&key.left.name), super::expression::field_name(&key.right.name)));
        }
    }
    let mut fields = left_keys.clone();
    fields.extend(kept.iter().map(|(_, output)| (*output).clone()));
    if join.kind == JoinKind::LeftAnti {
        made.push(format!("{HIT}=1"));
        fields.push(HIT.to_owned());
    }
    if !made.is_empty() {
        right.commands.push(format!("eval {}", made.join(", ")));
    }
    right.commands.push(format!("table {}", list_of(&fields)));
    let max = i32::from(!keeps_right);
    let keys_text: Vec<String> = left_keys.iter().map(|key| quoted_name(key)).collect();
    search.commands.push(format!("join type={kind} max={max} {} {}", keys_text.join(", "), right.bracketed()));
    if join.kind == JoinKind::LeftAnti {
        search.commands.push(format!("where isnull({HIT})"));
    }
    search.names.extend(kept.iter().map(|(_, output)| (*output).clone()));
    if join.kind == JoinKind::LeftAnti {
        under_negation(&mut right.losses);
    }
    search.losses.append(&mut right.losses);
    search.refusals.append(&mut right.refusals);
    note(search, join, stage);
}

fn note(search: &mut Search<'_, '_>, join: &Join, stage: &Stage) {
    search.losses.push(
        Loss::new(LossClass::Assumption, Reason::JoinLimits, stage.span, "join")
            .says("`join` reads at most 50,000 rows of the right side and stops after 60 seconds")
            .assuming(Assumption::Subsearch),
    );
    search.losses.push(
        Loss::new(LossClass::Assumption, Reason::NullSemantics, stage.span, "join")
            .says("empty keys match each other in KQL, missing ones do not on the target")
            .assuming(Assumption::Present),
    );
    if join.kind == JoinKind::InnerUnique {
        search.losses.push(inner_unique(stage));
    }
}

/// The loss of a default join.
pub(super) fn inner_unique(stage: &Stage) -> Loss {
    Loss::new(LossClass::Assumption, Reason::JoinInnerUnique, stage.span, "join")
        .says("the left side keeps one row for each key in KQL")
        .assuming(Assumption::Unique)
}

/// The columns of the right side that the result has, under their names there.
pub(super) fn outputs(search: &Search<'_, '_>, join: &Join, stage: &Stage) -> BTreeMap<String, String> {
    let keys: BTreeSet<&String> = join.keys.iter().flatten().map(|key| &key.right.name).collect();
    let mut outputs = BTreeMap::new();
    let is_left = |name: &String| search.names.contains(name);
    for column in &join.right.output.columns {
        let suffixed = format!("{}1", column.name);
        let has = |name: &String| stage.output.find(name).is_some();
        if join.is_lookup && keys.contains(&column.name) {
            continue;
        }
        let output = if has(&suffixed) { suffixed } else { column.name.clone() };
        if (has(&output) || stage.output.is_open) && !is_left(&output) && search.later.contains(&output) {
            outputs.insert(column.name.clone(), output);
        }
    }
    outputs
}
