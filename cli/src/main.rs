//! `leadline`: the client engine on a terminal.

fn main() {}
