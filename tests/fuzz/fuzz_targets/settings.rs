//! See `tests/src/hostile/settings.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::hostile::fuzz("settings", bytes));
