//! The ext5 command.
fn main() {}
