//! A join of two kinds of event as one search over both and a statistic by the keys.
//!
//! No limits of subsearches apply. It says which keys have events of both kinds; a condition over both sides of one
//! pair it cannot say, so that such joins stay joins.

use std::collections::BTreeSet;

use super::super::Request;
use super::super::condition::Condition;
use super::super::flatten::{Split, split};
use super::super::loss::{Loss, LossClass, Refusal};
use super::super::needed::{names, needed};
use super::super::reason::Reason;
use super::super::rows::Rows;
use super::compile::{append_limits, field_value, rows_with, typed_column};
use super::join::inner_unique;
use super::tail::{Search, eval_name, list_of};
use super::{cim, expression, first_search, is_modelled, known_selector, quote, quoted_name};
use crate::ir::{Join, JoinKind, Stage, StageKind};
use crate::mapping::{Assumption, SplunkSource};

/// Field that tells the sides apart.
const SIDE: &str = "kql_side";

/// The search and the stages behind the join; `None` if the join has to stay one.
pub(super) fn joined<'s, 'r, 'a>(
    request: &'r Request<'a>,
    left: &Split<'s>,
    wanted: &BTreeSet<String>,
) -> Result<Option<(Search<'r, 'a>, Vec<&'s Stage>)>, Vec<Refusal>> {
    let Some((stage, rest)) = left.tail.split_first() else { return Ok(None) };
    let StageKind::Join(join) = &stage.kind else { return Ok(None) };
    let is_inner = matches!(join.kind, JoinKind::Inner | JoinKind::InnerUnique | JoinKind::LeftSemi);
    let keys: BTreeSet<String> = join.keys.iter().flatten().map(|key| key.left.name.clone()).collect();
    let looks_at_pairs = rest.iter().any(|stage| {
        if let StageKind::Extend(list) = &stage.kind {
            let mut used = BTreeSet::new();
            for assignment in list {
                names(&assignment.value, &mut used);
            }
            return !used.is_subset(&keys);
        }
        !matches!(
            stage.kind,
            StageKind::Project(_)
                | StageKind::ProjectAway(_)
                | StageKind::ProjectKeep(_)
                | StageKind::ProjectRename(_)
                | StageKind::ProjectReorder
                | StageKind::Sort(_)
                | StageKind::Annotation(_)
        )
    });
    let right = split(&join.right);
    if !is_inner
        || looks_at_pairs
        || !right.tail.is_empty()
        || !right.head.steps.iter().all(super::super::flatten::Step::is_filter)
        || !left.head.steps.iter().all(super::super::flatten::Step::is_filter)
    {
        return Ok(None);
    }
    let wanted = needed(rest, wanted.clone());
    let Some(sides) = sides(request, left, &right, join, stage, &wanted) else { return Ok(None) };
    let events = if is_modelled(request) {
        appended(request, [left, &right], &sides, join)?
    } else {
        beside(request, &sides, join)?
    };
    Ok(Some((written(request, events, &sides, join, stage), rest.to_vec())))
}

/// One side of the join.
struct Side<'a> {
    rows: Rows<'a>,
    /// Result column and its value.
    columns: Vec<(String, String)>,
    keys: Vec<String>,
    /// The fields that these are read from.
    fields: BTreeSet<String>,
    /// What tells its events from others.
    is_it: String,
}

/// Both sides, if their events can be told apart and every key is there.
fn sides<'a>(
    request: &Request<'a>,
    left: &Split<'_>,
    right: &Split<'_>,
    join: &Join,
    stage: &Stage,
    wanted: &BTreeSet<String>,
) -> Option<[Side<'a>; 2]> {
    let keys = join.keys.as_ref().filter(|keys| !keys.is_empty())?;
    let left_keys: Vec<String> = keys.iter().map(|key| key.left.name.clone()).collect();
    let right_keys: Vec<String> = keys.iter().map(|key| key.right.name.clone()).collect();
    let is_right_key = |name: &String| right_keys.contains(name);
    let mut of_left = Vec::new();
    let mut of_right = Vec::new();
    for name in wanted.iter().filter(|name| !left_keys.contains(name)) {
        let own = name
            .strip_suffix('1')
            .filter(|own| join.right.output.find(own).is_some() && stage.output.find(own).is_some());
        match own {
            Some(own) if !is_right_key(&own.to_owned()) => of_right.push((name.clone(), own.to_owned())),
            Some(_) => {}
            None if join.right.output.find(name).is_some()
                && join.kind != JoinKind::LeftSemi
                && !is_left(left, name) =>
            {
                of_right.push((name.clone(), name.clone()));
            }
            None => of_left.push((name.clone(), name.clone())),
        }
    }
    let left_side = side(request, left, &left_keys, of_left)?;
    let right_side = side(request, right, &right_keys, of_right)?;
    let is_same_source = left_side.rows.recognised.log_source.id == right_side.rows.recognised.log_source.id;
    (is_modelled(request) || !is_same_source).then_some([left_side, right_side])
}

fn is_left(left: &Split<'_>, name: &str) -> bool {
    left.has(name)
}

fn side<'a>(
    request: &Request<'a>,
    split: &Split<'_>,
    keys: &[String],
    columns: Vec<(String, String)>,
) -> Option<Side<'a>> {
    let rows = rows_with(request, split, &keys.iter().cloned().collect()).ok()?;
    let mut fields = BTreeSet::new();
    let mut value = |name: &str| {
        let value = split.value(&typed_column(split, name));
        cim::fields_of(request, &rows.columns, &value, &mut fields);
        field_value(request, &rows, &value)
    };
    let keys: Vec<String> = keys.iter().map(|key| value(key)).collect::<Option<_>>()?;
    let columns = columns.into_iter().filter_map(|(output, own)| Some((output, value(&own)?))).collect();
    if is_modelled(request) {
        return Some(Side { rows, columns, keys, fields, is_it: String::new() });
    }
    let splunk = rows
        .recognised
        .log_source
        .splunk
        .iter()
        .find(|splunk| !splunk.sources.is_empty() || !splunk.source_types.is_empty())?;
    let selected = selected(splunk)?;
    let is_it = match &rows.condition {
        Condition::Constant(true) => selected,
        condition => format!("{selected} AND {}", expression::write(condition)),
    };
    Some(Side { rows, columns, keys, fields, is_it })
}

/// The selector of a source as an expression.
fn selected(splunk: &SplunkSource) -> Option<String> {
    let list = |field: &str, values: Vec<String>| match values.as_slice() {
        [one] => format!("{field}={one}"),
        several => format!("in({field}, {})", several.join(", ")),
    };
    let quoted = |values: &[String]| values.iter().map(|value| quote(value)).collect::<Vec<_>>();
    let mut parts = Vec::new();
    if splunk.sources.is_empty() {
        parts.push(list("sourcetype", quoted(&splunk.source_types)));
    } else {
        parts.push(list("source", quoted(&splunk.sources)));
    }
    if !splunk.event_codes.is_empty() {
        parts.push(list("EventCode", splunk.event_codes.iter().map(ToString::to_string).collect()));
    }
    if let Some(filter) = &splunk.filter {
        // Only `name="value"` is the same in `search` and in an expression.
        let (name, value) = filter.split_once('=')?;
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && value.starts_with('"');
        parts.push(is_plain.then(|| filter.clone())?);
    }
    Some(parts.join(" AND "))
}

/// Keys and columns of one side.
fn made(side: &Side<'_>, join: &Join) -> Vec<String> {
    let names = join.keys.iter().flatten().map(|key| &key.left.name);
    let keys = names.zip(&side.keys).map(|(name, value)| format!("{}={value}", eval_name(name)));
    keys.chain(side.columns.iter().map(|(output, value)| format!("{}={value}", eval_name(output)))).collect()
}

/// The groups of both sides, one behind the other.
fn appended<'r, 'a>(
    request: &'r Request<'a>,
    splits: [&Split<'_>; 2],
    sides: &[Side<'a>; 2],
    join: &Join,
) -> Result<Search<'r, 'a>, Vec<Refusal>> {
    let mut searches = Vec::new();
    for ((side, split), word) in sides.iter().zip(splits).zip(["left", "right"]) {
        let (first, mut commands, losses) = cim::events(request, &split.head, &side.rows, side.fields.clone())?;
        commands.push(format!("eval {SIDE}=\"{word}\", {}", made(side, join).join(", ")));
        searches.push(Search { losses: losses.to_vec(), ..Search::new(request, first, commands) });
    }
    let mut all = searches.remove(0);
    for other in searches {
        all.commands.push(format!("append {}", other.bracketed()));
        all.losses.extend(other.losses);
    }
    all.losses.push(append_limits(splits[1].head.source.span));
    Ok(all)
}

/// The events of both sides in one search, each with the columns of its side.
fn beside<'r, 'a>(
    request: &'r Request<'a>,
    sides: &[Side<'a>; 2],
    join: &Join,
) -> Result<Search<'r, 'a>, Vec<Refusal>> {
    let mut firsts = Vec::new();
    for side in sides {
        let selector = known_selector(request, side.rows.recognised.log_source, &side.rows.recognised.name)?;
        firsts.push(format!("({})", first_search(&selector, side.rows.window, &side.rows.condition).0));
    }
    let [left, right] = sides;
    let mut commands = vec![
        format!("eval {SIDE}=case({}, \"left\", {}, \"right\")", left.is_it, right.is_it),
        format!("where isnotnull({SIDE})"),
    ];
    let names: Vec<String> = join.keys.iter().flatten().map(|key| key.left.name.clone()).collect();
    let keys = names.iter().zip(left.keys.iter().zip(&right.keys));
    let mut evals: Vec<String> = keys
        .map(|(name, (left, right))| {
            if left == right {
                format!("{}={left}", eval_name(name))
            } else {
                format!("{}=if({SIDE}=\"left\", {left}, {right})", eval_name(name))
            }
        })
        .collect();
    for (side, word) in [(left, "left"), (right, "right")] {
        for (output, value) in &side.columns {
            evals.push(format!("{}=if({SIDE}=\"{word}\", {value}, null())", eval_name(output)));
        }
    }
    commands.push(format!("eval {}", evals.join(", ")));
    Ok(Search::new(request, firsts.join(" OR "), commands))
}

/// The keys that have events of both sides.
fn written<'r, 'a>(
    request: &'r Request<'a>,
    mut events: Search<'r, 'a>,
    sides: &[Side<'a>; 2],
    join: &Join,
    stage: &Stage,
) -> Search<'r, 'a> {
    let [left, right] = sides;
    let names: Vec<String> = join.keys.iter().flatten().map(|key| key.left.name.clone()).collect();
    let results: Vec<String> = sides.iter().flat_map(|side| &side.columns).map(|(output, _)| output.clone()).collect();
    let mut losses: Vec<Loss> = sides.iter().flat_map(|side| side.rows.losses.clone()).collect();
    losses.append(&mut events.losses);
    let mut commands = events.commands;
    let mut parts = vec![format!("dc({SIDE}) as kql_sides")];
    parts.extend(results.iter().map(|name| format!("values({0}) as {0}", quoted_name(name))));
    commands.push(format!("stats {} by {}", parts.join(", "), list_of(&names)));
    commands.push("where kql_sides=2".to_owned());
    losses.push(
        Loss::new(LossClass::Informational, Reason::JoinToStats, stage.span, "join")
            .says("the result has one row for each key with events of both sides, not one for each pair"),
    );
    losses.push(
        Loss::new(LossClass::Assumption, Reason::NullSemantics, stage.span, "join")
            .says("empty keys match each other in KQL, missing ones do not on the target")
            .assuming(Assumption::Present),
    );
    if left.keys.iter().chain(&right.keys).any(|key| key.contains("strptime(")) {
        losses.push(
            Loss::new(LossClass::Over, Reason::TimeZone, stage.span, "join")
                .says("times in texts are equal to the second, in the time zone of the user who searches")
                .assuming(Assumption::Utc),
        );
    }
    if join.kind == JoinKind::InnerUnique {
        losses.push(inner_unique(stage));
    }
    let lists = results.iter().cloned().collect();
    let names = names.into_iter().chain(results).collect();
    Search { names, lists, losses, ..Search::new(request, events.first, commands) }
}
