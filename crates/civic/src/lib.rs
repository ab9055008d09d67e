//! Nouns and rules of grassroots governance: areas, organisations, posts, matters, flows, clocks
//! and measures.
//!
//! Nothing here performs IO, reads a clock, or knows SQL or HTTP. The time is always a parameter.
//! Whatever can be refused is refused with a [`refusal::Refusal`] whose sentence, in Chinese, says
//! what to do.

#[macro_use]
mod words;

pub mod absence;
pub mod address;
pub mod admission;
pub mod area;
pub mod assessment;
pub mod attempts;
pub mod audited;
pub mod burden;
pub mod by;
pub mod calendar;
pub mod category;
pub mod certificate;
pub mod departure;
pub mod dictionary;
pub mod directory;
pub mod evidence;
pub mod flow;
pub mod home;
pub mod hotline;
pub mod id;
pub mod kind;
pub mod kpi;
pub mod letter;
pub mod library;
pub mod limit;
pub mod limits;
pub mod logbook;
pub mod mask;
pub mod matter;
pub mod measure;
pub mod mediation;
pub mod module;
pub mod network;
pub mod nomination;
pub mod notice;
pub mod opening;
pub mod org;
pub mod pack;
pub mod parameter;
pub mod password;
pub mod personal;
pub mod phone;
pub mod phrase;
pub mod post;
pub mod power;
pub mod problem;
pub mod publication;
pub mod quiet;
pub mod refusal;
pub mod register;
pub mod rights;
pub mod sheet;
pub mod sought;
pub mod station;
mod table;
pub mod text;
pub mod time;
pub mod title;
pub mod trace;
