//! A function of ASIM on a workspace's own tables: it reads several, and so does what is written for it.

use std::collections::BTreeSet;

use super::super::Request;
use super::super::flatten::{Split, Step};
use super::super::loss::{Loss, LossClass};
use super::super::reason::Reason;
use super::compile::{Written, head_at};
use super::platform::Platform;
use crate::ir::SourceKind;
use crate::mapping::Assumption;

/// More places than any log source has.
const PLACES: usize = 4;

/// The rows of every table that has the columns of the rule; `None` if that is one table or the rule reads no function.
pub(super) fn spread(
    platform: Platform,
    request: &Request<'_>,
    split: &Split<'_>,
    required: &BTreeSet<String>,
    wanted: &BTreeSet<String>,
) -> Option<Written> {
    let (SourceKind::Function { name, .. } | SourceKind::Table { name, .. }) = &split.head.source.kind else {
        return None;
    };
    request.hub.asim_function(name)?;
    // The first rows of each table are not the first rows of all.
    if platform == Platform::Asim || !split.head.steps.iter().all(Step::is_filter) {
        return None;
    }
    let at = |place| head_at(platform, request, split, required, wanted.clone(), place).ok();
    let parts: Vec<Written> = (0..PLACES).filter_map(at).filter(|part| has_all(part, required)).collect();
    if parts.len() < 2 {
        return None;
    }
    let mut written = Written { asks_for_something: true, ..Written::default() };
    let mut tables = Vec::new();
    written.lines.push("union".to_owned());
    let last = parts.len() - 1;
    for (index, part) in parts.into_iter().enumerate() {
        tables.extend(part.lines.first().map(|table| format!("`{table}`")));
        written.lines.extend(branch(&part.lines, index == last));
        written.names.extend(part.names);
        for loss in part.losses.into_iter().filter(|loss| loss.reason != Reason::LogsourceNarrowed) {
            if !written.losses.contains(&loss) {
                written.losses.push(loss);
            }
        }
    }
    written.losses.push(
        Loss::new(LossClass::Under, Reason::LogsourceNarrowed, split.head.source.span, &**name)
            .says(format!("`{name}` records more than {}", tables.join(", ")))
            .assuming(Assumption::Sensor),
    );
    Some(written)
}

/// A branch of the union, indented, in parentheses.
fn branch(lines: &[String], is_last: bool) -> Vec<String> {
    let end = if is_last { ")" } else { ")," };
    let text = format!("({}{end}", lines.join("\n"));
    text.lines().map(|line| format!("    {line}")).collect()
}

/// Whether the columns that later stages test are there.
fn has_all(part: &Written, required: &BTreeSet<String>) -> bool {
    required.iter().all(|name| part.names.contains(name))
}
