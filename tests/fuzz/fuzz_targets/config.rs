//! See `tests/src/hostile/config.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::hostile::fuzz("config", bytes));
