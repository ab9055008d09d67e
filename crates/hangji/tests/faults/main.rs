//! What happens when something goes wrong: the process is killed, the file is tampered with, the
//! disk is full, the clock jumps back, a request is sent twice, the command line has a slip.
//!
//! All on the built binary or on the very database that it made.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside the functions that clippy knows as tests"
)]

mod backwards;
mod city;
mod client;
mod full;
mod kill;
mod load;
mod outage;
mod server;
mod start;
mod tamper;
mod twice;
