//! The `hangji` binary.
fn main() {}
