//! Room for deep trees.
//!
//! The parser allows 256 levels, each of which takes several calls here. Every few levels the walk goes on with a stack
//! of its own, so that it neither depends on the caller's stack nor costs anything for queries that people write.

use super::Analyzer;

/// Levels that one stack has to hold.
const LEVELS_PER_STACK: u32 = 48;
/// Its size: more than twice what so many levels of an unoptimised build take.
const STACK_SIZE: usize = 8 * 1024 * 1024;

impl Analyzer<'_, '_> {
    /// Goes one level down. `None` if there is no room for it.
    pub(super) fn descend<T: Send>(&mut self, walk: impl FnOnce(&mut Self) -> T + Send) -> Option<T> {
        self.depth += 1;
        let result =
            if self.depth.is_multiple_of(LEVELS_PER_STACK) { self.on_new_stack(walk) } else { Some(walk(self)) };
        self.depth -= 1;
        result
    }

    fn on_new_stack<T: Send>(&mut self, walk: impl FnOnce(&mut Self) -> T + Send) -> Option<T> {
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, || walk(self)).ok()?;
            match thread.join() {
                Ok(result) => Some(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }
}
