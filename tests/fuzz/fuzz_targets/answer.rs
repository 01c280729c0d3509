//! See `tests/src/hostile/answer.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::hostile::fuzz("answer", bytes));
