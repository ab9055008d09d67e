//! The verbs of identity, posts, files, messages and areas on a small city in a real SQLite file.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod areas;
mod city;
mod files;
mod identity;
mod posts;
mod tokens;
mod trust;
