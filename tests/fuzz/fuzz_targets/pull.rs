//! See `tests/src/hostile/pull.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::hostile::fuzz("pull", bytes));
