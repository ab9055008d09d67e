//! The texts of messages that leave the house: seen and changed by the system administrator, used
//! for the next letter. They are no parameters: each has versions that stay, and a text for every
//! event and kind of sender.

use super::Kind;
use crate::identity::entry;
use crate::{Office, Result};
use civic::category::Privacy;
use civic::directory::Actor;
use civic::letter::{self, Event, holder};
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::matter::{Matter, NoticeKind};
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::time::Instant;
use std::collections::HashMap;
use store::letter_text::LetterText;
use store::message::Message;

/// The text of one event and kind of sender, as it counts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterTextRow {
    /// The event.
    pub event: &'static Event,
    /// Code of the kind of sender.
    pub channel: &'static str,
    /// Word of the kind of sender.
    pub channel_word: &'static str,
    /// Most characters, filled with the example values.
    pub chars_max: usize,
    /// The text.
    pub text: String,
    /// Whether somebody wrote it; else it is that of the program.
    pub own: bool,
}

/// A version of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterVersion {
    /// From 1.
    pub version: i64,
    /// The text; none is that of the program.
    pub text: Option<String>,
    /// Since when.
    pub at: Instant,
    /// Name of who set it.
    pub by: String,
}

/// The texts that count now, by event and kind of sender.
pub(super) struct Texts(HashMap<(String, String), LetterText>);

impl Texts {
    fn newest(&self, event: &str, channel: &str) -> Option<&LetterText> {
        self.0.get(&(event.to_owned(), channel.to_owned()))
    }
    /// What somebody wrote, if it counts.
    fn own(&self, event: &str, channel: &str) -> Option<&str> {
        self.newest(event, channel)?.text.as_deref()
    }
}

/// The event and the kind of sender with these codes, where the one leaves by the other.
fn known(event: &str, channel: &str) -> Result<(&'static Event, Kind, &'static str)> {
    let event = letter::event(event);
    let kind = Kind::ALL.iter().find(|(_, code, _)| *code == channel);
    match (event, kind) {
        (Some(event), Some((kind, _, word))) if leaves(event, *kind) => Ok((event, *kind, word)),
        _ => Err(Refusal::unknown("消息模板").into()),
    }
}

/// Codes of sign-ins go to telephones alone.
fn leaves(event: &Event, kind: Kind) -> bool {
    event.code != letter::PHONE_CODE || kind == Kind::Sms
}

impl Office {
    pub(super) async fn letter_texts_now(&self) -> Result<Texts> {
        let all = self.read(store::letter_text::current).await?;
        let keyed = all
            .into_iter()
            .map(|t| ((t.event.clone(), t.channel.clone()), t));
        Ok(Texts(keyed.collect()))
    }

    /// The text of every event for every kind of sender.
    ///
    /// # Errors
    /// `Denied` for anybody but a system administrator.
    pub async fn letter_texts(&self, actor: &Actor) -> Result<Vec<LetterTextRow>> {
        self.require(actor, Verb::ManageSenders)?;
        let texts = self.letter_texts_now().await?;
        let mut rows = Vec::new();
        for event in letter::EVENTS {
            for (kind, channel, word) in Kind::ALL {
                if leaves(event, *kind) {
                    let own = texts.own(event.code, channel);
                    rows.push(LetterTextRow {
                        event,
                        channel,
                        channel_word: word,
                        chars_max: kind.chars_max(),
                        text: own.unwrap_or(event.text).to_owned(),
                        own: own.is_some(),
                    });
                }
            }
        }
        Ok(rows)
    }

    /// A text with the example values, not saved.
    ///
    /// # Errors
    /// `Denied`; `Unknown`; `Invalid` with what is wrong with the text.
    pub fn preview_letter_text(
        &self,
        actor: &Actor,
        event: &str,
        channel: &str,
        text: &str,
    ) -> Result<String> {
        self.require(actor, Verb::ManageSenders)?;
        let (event, kind, _) = known(event, channel)?;
        Ok(event
            .preview(text.trim(), kind.chars_max())
            .map_err(|problem| vec![problem])?)
    }

    /// Sets a text for the next letter, or with `None` that of the program. The same once more is no
    /// new version.
    ///
    /// # Errors
    /// `Denied`; `Unknown`; `Invalid` with what is wrong with the text.
    pub async fn set_letter_text(
        &self,
        actor: &Actor,
        event: &str,
        channel: &str,
        text: Option<&str>,
    ) -> Result<()> {
        self.require(actor, Verb::ManageSenders)?;
        let (event, _, word) = known(event, channel)?;
        let text = text.map(|text| text.trim().to_owned());
        if let Some(text) = &text {
            self.preview_letter_text(actor, event.code, channel, text)?;
        }
        let (who, now, channel) = (actor.clone(), self.now(), channel.to_owned());
        self.write(move |conn| {
            let newest = store::letter_text::versions(conn, event.code, &channel, None, 1)?.pop();
            let before = newest.as_ref().and_then(|newest| newest.text.clone());
            if before == text {
                return Ok(());
            }
            let shown = |text: &Option<String>| match text {
                Some(text) => format!("“{text}”"),
                None => "程序原文".to_owned(),
            };
            let detail = format!(
                "{}（{word}）：由{}改为{}",
                event.word,
                shown(&before),
                shown(&text)
            );
            let object = format!("letter_text:{} {channel}", event.code);
            let version = LetterText {
                event: event.code.to_owned(),
                channel,
                version: newest.map_or(0, |newest| newest.version) + 1,
                text,
                at: now,
                account: who.account,
            };
            store::letter_text::insert(conn, &version)?;
            let line = entry(&who, now, "put_letter_text", object, detail);
            Ok(store::audit::append(conn, &line)?)
        })
        .await
    }

    /// The versions of a text, newest first.
    ///
    /// # Errors
    /// `Denied`, `Unknown`.
    pub async fn letter_text_versions(
        &self,
        actor: &Actor,
        event: &str,
        channel: &str,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<LetterVersion>, Option<i64>)> {
        self.require(actor, Verb::ManageSenders)?;
        let (event, _, _) = known(event, channel)?;
        let channel = channel.to_owned();
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let mut found = self
            .read(move |conn| {
                store::letter_text::versions(conn, event.code, &channel, before, limit + 1)
            })
            .await?;
        let next = (found.len() > limit).then(|| found[limit - 1].version);
        found.truncate(limit);
        let names = self
            .names(found.iter().map(|one| one.account).collect())
            .await?;
        let row = |one: LetterText| LetterVersion {
            version: one.version,
            text: one.text,
            at: one.at,
            by: names.get(&one.account).cloned().unwrap_or_default(),
        };
        Ok((found.into_iter().map(row).collect(), next))
    }

    /// What a message says outside the house. Of a restricted matter and of a complaint about staff
    /// nothing but the number leaves.
    pub(super) fn said_outside(
        &self,
        texts: &Texts,
        channel: &str,
        message: &Message,
        matter: Option<&Matter>,
    ) -> String {
        let world = self.world();
        let word = NoticeKind::parse(&message.kind).map_or("", NoticeKind::word);
        let kept_back = matter.filter(|matter| {
            matter.privacy() == Privacy::Restricted || matter.reporter.bypass.is_some()
        });
        let whole = match kept_back {
            Some(matter) => format!(
                "〔{}〕有新消息（{word}），内容不向外发送，请登录平台查看",
                matter.no
            ),
            None => message.text.clone(),
        };
        let title = match kept_back {
            Some(_) => Some("受限事项"),
            None => matter.map(|matter| &*matter.title),
        };
        let due = matter
            .and_then(Matter::due_at)
            .map(|due| world.rules.calendar.zone().format(due));
        let seat = world.directory().desk_name(message.desk);
        let value = |name: &str| match name {
            holder::WHOLE => Some(&*whole),
            holder::KIND => Some(word),
            holder::NO => matter.map(|matter| &*matter.no),
            holder::TITLE => title,
            holder::DUE => due.as_deref(),
            holder::SEAT => Some(&*seat),
            _ => None,
        };
        texts
            .own(&message.kind, channel)
            .and_then(|text| letter::fill(text, value))
            .unwrap_or(whole.clone())
    }

    /// The short message that brings a code.
    ///
    /// # Errors
    /// Only when the database fails.
    pub(crate) async fn phone_code_text(&self, code: &str, minutes: i64) -> Result<String> {
        let texts = self.letter_texts_now().await?;
        let minutes = minutes.to_string();
        let value = |name: &str| match name {
            holder::CODE => Some(code),
            holder::MINUTES => Some(&*minutes),
            _ => None,
        };
        let (event, _, _) = known(letter::PHONE_CODE, "sms")?;
        let own = texts.own(event.code, "sms");
        Ok(own
            .and_then(|text| letter::fill(text, value))
            .or_else(|| letter::fill(event.text, value))
            .unwrap_or_default())
    }
}
