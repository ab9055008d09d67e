//! What happens when something goes wrong: the process is killed, the file is tampered with, the
//! disk is full, the clock jumps back, a request is sent twice, the command line has a slip.
//! And what an installation begins with: sheets, packs, a proxy in front.
//!
//! All on the built binary or on the very database that it made.
#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside the functions that clippy knows as tests"
)]

mod backup;
mod backwards;
mod city;
mod client;
mod doctor;
mod fourth;
mod full;
mod install;
mod kill;
mod load;
mod metrics;
mod outage;
mod pack;
mod server;
mod start;
mod tamper;
mod tls;
mod twice;
