//! How long each lint rule takes, over all files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::lint::Rule;

/// The time of each lint rule so far, by its code.
#[derive(Default)]
pub(super) struct Timings(Mutex<BTreeMap<&'static str, Duration>>);

impl Timings {
    /// What to tell of each rule that has run, beginning now.
    pub(super) fn clock(&self) -> impl FnMut(&'static Rule) {
        let mut last = Instant::now();
        move |rule| {
            let now = Instant::now();
            if let Ok(mut times) = self.0.lock() {
                *times.entry(rule.code).or_default() += now - last;
            }
            last = Instant::now();
        }
    }

    /// The rules and their times, the slowest first.
    pub(super) fn table(&self) -> String {
        let Ok(times) = self.0.lock() else { return String::new() };
        let mut rows: Vec<(&str, Duration)> = times.iter().map(|(code, time)| (*code, *time)).collect();
        rows.sort_by_key(|(code, time)| (std::cmp::Reverse(*time), *code));
        let all: Duration = rows.iter().map(|(_, time)| *time).sum();
        let mut table = format!("{:>9}  all lint rules, over all threads\n", milliseconds(all));
        for (code, time) in rows {
            let _ = writeln!(table, "{:>9}  {code}", milliseconds(time));
        }
        table.trim_end().to_owned()
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
