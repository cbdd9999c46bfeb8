//! A stack for deep trees.

/// Runs a test on a stack that holds the deepest tree, as the command line does.
pub(crate) fn with_deep_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(64 * 1024 * 1024).spawn(test);
    if let Err(panic) = thread.expect("the system has a thread to give").join() {
        std::panic::resume_unwind(panic);
    }
}
