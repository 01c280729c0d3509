//! See `tests/src/hostile/session.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::hostile::fuzz("session", bytes));
