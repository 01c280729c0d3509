//! See `tests/src/hostile/cursor.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::hostile::fuzz("cursor", bytes));
