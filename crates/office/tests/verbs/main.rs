//! The verbs of identity, posts, files, messages and areas on a small city in a real SQLite file.

mod areas;
mod city;
mod files;
mod identity;
mod posts;
mod tokens;
