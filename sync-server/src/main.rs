//! `leadline-server`.

fn main() {}
