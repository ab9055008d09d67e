//! The HTTP interface, in process, on a real database with a clock that stands still.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod absence;
mod admissions;
mod app;
mod assessment;
mod boards;
mod certificates;
mod departure;
mod dispute;
mod document;
mod events;
mod evidence;
mod fault;
mod flows;
mod follow;
mod forms;
mod handing;
mod help;
mod home;
mod hotline;
mod inspection;
mod keeping;
mod kinds;
mod library;
mod lines;
mod logbook;
mod marks;
mod matrix;
mod modules;
mod nomination;
mod notices;
mod outgoing;
mod parts;
mod people;
mod phrases;
mod powers;
mod public;
mod publication;
mod registers;
mod reply;
mod story;
mod tree;
mod trust;
mod whole;
mod writing;
