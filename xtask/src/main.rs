//! The repository tool.
fn main() {}
