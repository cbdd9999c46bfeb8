//! The command line of kqlift.
fn main() {}
