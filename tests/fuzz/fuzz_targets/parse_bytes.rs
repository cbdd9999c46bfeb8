//! Any bytes, read as UTF-8.

#![no_main]

mod check;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check::check(&String::from_utf8_lossy(data)));
