//! See `tests/src/hostile/invitation.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tests::hostile::fuzz("invitation", bytes));
