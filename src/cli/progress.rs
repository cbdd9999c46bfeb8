//! A bar on standard error while many files are read.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::Shared;

/// Number of files from which a run is long enough to be watched.
const LONG: usize = 500;

/// Counts files; invisible for short runs, without a terminal, and where it is not wanted.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(files: usize, shared: &Shared) -> Self {
        let is_wanted = files >= LONG && !shared.quiet && !shared.no_progress && std::io::stderr().is_terminal();
        if !is_wanted {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(u64::try_from(files).ok(), ProgressDrawTarget::stderr());
        // The default is as good where the template has a mistake; a test would not see that.
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files");
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// One more file is done.
    pub(super) fn step(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
