//! Joins: a statistic over both sides where that is enough, else Splunk's own `join` with its limits.

use std::collections::{BTreeMap, BTreeSet};

use super::super::loss::{Loss, LossClass, under_negation};
use super::super::reason::Reason;
use super::cim::WEIGHT;
use super::compile;
use super::quoted_name;
use super::tail::{Search, eval_name, list_of};
use crate::ir::{Join, JoinKind, SourceKind, Stage};
use crate::mapping::Assumption;
use crate::schema::Origin;

/// Field that marks a hit of an anti join.
const HIT: &str = "kql_hit";

/// Field with the number of equal events that the row of the other side stands for.
const PARTNERS: &str = "kql_partners";

/// What a join asks of the rows of its main side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// A row for each pair; rows without a partner stay if the flag is set.
    Pairs { keeps_single: bool },
    /// That there is a partner.
    Partner,
    /// That there is none.
    NoPartner,
}

/// Writes a join behind what has been written so far.
pub(super) fn join(search: &mut Search<'_, '_>, join: &Join, stage: &Stage) {
    let Some(keys) = join.keys.as_ref().filter(|keys| !keys.is_empty()) else {
        return search.refuse(stage, "a join on more than equal columns cannot be converted");
    };
    if let Some(missing) = keys.iter().find(|key| !search.names.contains(&key.left.name)) {
        return search.refuse_lost(&missing.left.name, "key", stage.span);
    }
    let left_keys: Vec<String> = keys.iter().map(|key| key.left.name.clone()).collect();
    let right_keys: Vec<String> = keys.iter().map(|key| key.right.name.clone()).collect();
    let Some(right) = right_side(search, join, stage, &right_keys) else { return };
    let (outputs, lost): (Vec<_>, Vec<_>) =
        outputs(search, join, stage).into_iter().partition(|(own, _)| right.names.contains(own));
    let cause = |(own, output): (String, String)| Some((output, right.lost.get(&own)?.clone()));
    search.lost.extend(lost.into_iter().filter_map(cause));
    let later = search.later.clone();
    match join.kind {
        JoinKind::Inner | JoinKind::InnerUnique => {
            attach(search, &left_keys, (right, &right_keys), &outputs, Asks::Pairs { keeps_single: false });
        }
        JoinKind::LeftOuter => {
            attach(search, &left_keys, (right, &right_keys), &outputs, Asks::Pairs { keeps_single: true });
        }
        JoinKind::LeftSemi => attach(search, &left_keys, (right, &right_keys), &[], Asks::Partner),
        JoinKind::LeftAnti => attach(search, &left_keys, (right, &right_keys), &[], Asks::NoPartner),
        JoinKind::RightSemi | JoinKind::RightAnti => {
            let asks = if join.kind == JoinKind::RightSemi { Asks::Partner } else { Asks::NoPartner };
            let left = std::mem::replace(search, right);
            attach(search, &right_keys, (left, &left_keys), &[], asks);
        }
        JoinKind::RightOuter => {
            let left = std::mem::replace(search, right);
            right_outer(search, &right_keys, (left, &left_keys), &outputs, &later);
        }
        JoinKind::FullOuter => full_outer(search, &left_keys, (right, &right_keys), &outputs),
    }
    search.later = later;
    note(search, join, stage);
}

/// The search of the right side with its keys and the columns that are looked at later; `None` if it is refused.
fn right_side<'r, 'a>(
    search: &mut Search<'r, 'a>,
    join: &Join,
    stage: &Stage,
    keys: &[String],
) -> Option<Search<'r, 'a>> {
    let mut wanted: BTreeSet<String> = keys.iter().cloned().collect();
    match join.kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => {}
        JoinKind::RightSemi | JoinKind::RightAnti => wanted.extend(search.later.iter().cloned()),
        JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftOuter | JoinKind::RightOuter | JoinKind::FullOuter => {
            wanted.extend(outputs(search, join, stage).into_keys());
        }
    }
    let mut required: BTreeSet<String> = keys.iter().cloned().collect();
    let is_decisive = |(_, output): &(String, String)| search.decisive.contains(output);
    required.extend(outputs(search, join, stage).into_iter().filter(is_decisive).map(|(own, _)| own));
    let right = match compile(search.request, &join.right, wanted, &required) {
        Ok(right) => right,
        Err(refusals) => {
            search.refusals.extend(refusals);
            return None;
        }
    };
    if let Some(missing) = keys.iter().find(|key| !right.names.contains(*key)) {
        search.lost.extend(right.lost.get(missing).map(|cause| (missing.clone(), cause.clone())));
        search.refuse_lost(missing, "key of the right side", stage.span);
        return None;
    }
    Some(right)
}

/// Joins the other side to the main one, under the keys' names on the main side.
fn attach<'r, 'a>(
    main: &mut Search<'r, 'a>,
    keys: &[String],
    (mut other, other_keys): (Search<'r, 'a>, &[String]),
    columns: &[(String, String)],
    asks: Asks,
) {
    // Columns first: a key may be one of them under another name.
    let mut made: Vec<String> = columns.iter().filter_map(|(own, output)| copied(own, output)).collect();
    made.extend(other_keys.iter().zip(keys).filter_map(|(own, key)| copied(own, key)));
    let mut fields: Vec<String> = keys.to_vec();
    fields.extend(columns.iter().map(|(_, output)| output.clone()));
    if asks == Asks::NoPartner {
        made.push(format!("{HIT}=1"));
        fields.push(HIT.to_owned());
    }
    let is_weighted = other.is_weighted && matches!(asks, Asks::Pairs { .. });
    if is_weighted {
        made.push(format!("{PARTNERS}={WEIGHT}"));
        fields.push(PARTNERS.to_owned());
    }
    if !made.is_empty() {
        other.commands.push(format!("eval {}", made.join(", ")));
    }
    other.commands.push(format!("table {}", list_of(&fields)));
    let (kind, max) = match asks {
        Asks::Pairs { keeps_single: true } => ("left", 0),
        Asks::Pairs { keeps_single: false } => ("inner", 0),
        Asks::Partner => ("inner", 1),
        Asks::NoPartner => ("left", 1),
    };
    let key_list: Vec<String> = keys.iter().map(|key| quoted_name(key)).collect();
    main.commands.push(format!("join type={kind} max={max} {} {}", key_list.join(", "), other.bracketed()));
    if asks == Asks::NoPartner {
        main.commands.push(format!("where isnull({HIT})"));
        under_negation(&mut other.losses);
    }
    if is_weighted {
        // As many pairs as the events of one row and those of the other make.
        let own = if main.is_weighted { format!("{WEIGHT}*") } else { String::new() };
        main.commands.push(format!("eval {WEIGHT}={own}coalesce({PARTNERS}, 1)"));
        main.is_weighted = true;
    }
    main.names.extend(columns.iter().map(|(_, output)| output.clone()));
    let is_list = |(own, _): &&(String, String)| other.lists.contains(own);
    main.lists.extend(columns.iter().filter(is_list).map(|(_, output)| output.clone()));
    main.losses.append(&mut other.losses);
    main.refusals.append(&mut other.refusals);
}

/// An assignment that copies a field; `None` if it has the name already.
fn copied(own: &str, name: &str) -> Option<String> {
    (own != name).then(|| format!("{}={}", eval_name(name), super::expression::field_name(own)))
}

/// All rows of the right side, which is the main one, with the columns of the left side where they have partners. The
/// keys get names of their own, because those of the left side are empty in rows without a partner.
fn right_outer<'r, 'a>(
    main: &mut Search<'r, 'a>,
    keys: &[String],
    (left, left_keys): (Search<'r, 'a>, &[String]),
    outputs: &[(String, String)],
    later: &BTreeSet<String>,
) {
    let key_names: Vec<String> = (1..=keys.len()).map(|number| format!("kql_key{number}")).collect();
    let made: Vec<String> = keys.iter().zip(&key_names).filter_map(|(own, name)| copied(own, name)).collect();
    main.commands.push(format!("eval {}", made.join(", ")));
    rename_to_outputs(main, outputs, &key_names);
    let of_left: Vec<(String, String)> =
        left.names.iter().filter(|name| later.contains(*name)).map(|name| (name.clone(), name.clone())).collect();
    attach(main, &key_names, (left, left_keys), &of_left, Asks::Pairs { keeps_single: true });
}

/// Leaves only these columns, under their names in the result.
fn rename_to_outputs(search: &mut Search<'_, '_>, outputs: &[(String, String)], further: &[String]) {
    let mut fields: Vec<String> = outputs.iter().map(|(own, _)| own.clone()).collect();
    fields.extend(further.iter().cloned());
    fields.extend(search.is_weighted.then(|| WEIGHT.to_owned()));
    search.commands.push(format!("table {}", list_of(&fields)));
    let is_renamed = |(own, output): &&(String, String)| own != output;
    let rename = |(own, output): &(String, String)| format!("{} as {}", quoted_name(own), quoted_name(output));
    let renames: Vec<String> = outputs.iter().filter(is_renamed).map(rename).collect();
    if !renames.is_empty() {
        search.commands.push(format!("rename {}", renames.join(", ")));
    }
    search.names = outputs.iter().map(|(_, output)| output.clone()).collect();
}

/// All pairs, the rows of the left side without a partner, and behind them those of the right side.
fn full_outer<'r, 'a>(
    main: &mut Search<'r, 'a>,
    keys: &[String],
    (right, right_keys): (Search<'r, 'a>, &[String]),
    outputs: &[(String, String)],
) {
    let mut single = right.clone();
    attach(&mut single, right_keys, (main.clone(), keys), &[], Asks::NoPartner);
    rename_to_outputs(&mut single, outputs, &[]);
    attach(main, keys, (right, right_keys), outputs, Asks::Pairs { keeps_single: true });
    main.commands.push(format!("append {}", single.bracketed()));
}

fn note(search: &mut Search<'_, '_>, join: &Join, stage: &Stage) {
    search.losses.push(
        Loss::new(LossClass::Assumption, Reason::JoinLimits, stage.span, "join")
            .says("`join` reads at most 50,000 rows of its subsearch and stops after 60 seconds")
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
    if let SourceKind::Table { name: table, .. } = &join.right.source.kind
        && join.right.output.columns.is_empty()
    {
        // The columns of a bare table are only known behind the join.
        for column in &stage.output.columns {
            if let Origin::Table { table: own_table, column: own, through_join: true } = &column.origin
                && own_table == table
                && !is_left(&column.name)
                && search.later.contains(&column.name)
            {
                outputs.insert(own.clone(), column.name.clone());
            }
        }
        return outputs;
    }
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
