//! Messages that leave the house. Off until the system administrator sets a sender up; each person
//! chooses what to be told. A letter that fails is tried again, later each time, and is dead in the
//! end; nobody is woken in quiet hours.

mod deliver;
mod text;

pub use deliver::{Kind as SenderKind, Settings as SenderSettings};
pub use text::{LetterTextRow, LetterVersion};

use crate::identity::entry;
use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::MatterId;
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::mask;
use civic::matter::NoticeKind;
use civic::problem::Problem;
use civic::refusal::Refusal;
use civic::rights::Verb;
use deliver::{Content, Kind, Settings, deliver};
use store::message::Reader;
use store::outbox::{Letter, Sender, Subscription, state};

/// Minutes until the next try, for each try that failed; after the last one the letter is dead.
const WAITS: &[i64] = &[1, 5, 30, 120, 600];
/// Letters handed over in one go.
const GO: usize = 50;
/// Characters of a code, a name and an address.
const CHARS_MAX: usize = 60;

/// A sender as the system administrator sees it. Its headers may hold keys and are not shown again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderRow {
    /// Own code.
    pub code: String,
    /// Name in lists.
    pub name: String,
    /// Code of the kind.
    pub kind: String,
    /// Whether letters leave by it.
    pub enabled: bool,
    /// The settings without the headers.
    pub settings: Settings,
}

/// What somebody subscribed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Code of the sender.
    pub sender: String,
    /// Name of the sender.
    pub name: String,
    /// The own address; empty where nothing is subscribed.
    pub address: String,
    /// Codes of kinds of messages.
    pub kinds: Vec<String>,
}

fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((name, host)) => format!("{}@{host}", mask::name(name)),
        None => mask::phone(address),
    }
}

impl Office {
    fn settings(&self, sender: &Sender) -> Settings {
        let plain = self.keys.open(&sender.settings).unwrap_or_default();
        serde_json::from_slice(&plain).unwrap_or_default()
    }

    /// All senders.
    ///
    /// # Errors
    /// `Denied` for anybody but a system administrator.
    pub async fn senders(&self, actor: &Actor) -> Result<Vec<SenderRow>> {
        self.require(actor, Verb::ManageSenders)?;
        let senders = self.read(store::outbox::senders).await?;
        let row = |sender: Sender| SenderRow {
            settings: Settings {
                headers: String::new(),
                ..self.settings(&sender)
            },
            code: sender.code,
            name: sender.name,
            kind: sender.kind,
            enabled: sender.enabled,
        };
        Ok(senders.into_iter().map(row).collect())
    }

    /// Sets a sender up or changes it. Empty headers leave those there are.
    ///
    /// # Errors
    /// `Denied`; `Invalid` with what is missing.
    pub async fn put_sender(&self, actor: &Actor, row: SenderRow) -> Result<()> {
        self.require(actor, Verb::ManageSenders)?;
        let kind = Kind::parse(&row.kind)
            .ok_or_else(|| Refusal::invalid("kind", "unknown", "请选择通道类型"))?;
        let mut problems = Vec::new();
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if row.code.is_empty() || row.code.len() > 30 || !row.code.chars().all(letters) {
            problems.push(Problem::new(
                "code",
                "bad_code",
                "代码要用 1 到 30 个小写字母、数字或下划线",
            ));
        }
        if row.name.trim().is_empty() || row.name.chars().count() > CHARS_MAX {
            problems.push(Problem::new("name", "bad_name", "请填写通道名称"));
        }
        if let Some((field, sentence)) = row.settings.problem(kind) {
            problems.push(Problem::new(field, "bad_setting", sentence));
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let senders = self.read(store::outbox::senders).await?;
        let before = senders.iter().find(|s| s.code == row.code);
        let mut settings = row.settings;
        if let Some(before) = before
            && settings.headers.trim().is_empty()
        {
            settings.headers = self.settings(before).headers;
        }
        let said = |enabled: bool| if enabled { "启用" } else { "停用" };
        let detail = match before {
            Some(before) => format!(
                "{}：由{}改为{}",
                row.name,
                said(before.enabled),
                said(row.enabled)
            ),
            None => format!("{}：新建，{}", row.name, said(row.enabled)),
        };
        let sealed = self
            .keys
            .seal(serde_json::json!(settings).to_string().as_bytes());
        let sender = Sender {
            code: row.code,
            name: row.name.trim().to_owned(),
            kind: row.kind,
            enabled: row.enabled,
            settings: sealed,
        };
        let (actor, now) = (actor.clone(), self.now());
        self.write(move |conn| {
            store::outbox::put_sender(conn, &sender)?;
            let object = format!("sender:{}", sender.code);
            let line = entry(&actor, now, "put_sender", object, detail);
            Ok(store::audit::append(conn, &line)?)
        })
        .await
    }

    /// Takes a sender away; its letters die.
    ///
    /// # Errors
    /// `Denied`, `Unknown`.
    pub async fn remove_sender(&self, actor: &Actor, code: &str) -> Result<()> {
        self.require(actor, Verb::ManageSenders)?;
        let (actor, now, code) = (actor.clone(), self.now(), code.to_owned());
        self.write(move |conn| {
            if !store::outbox::remove_sender(conn, &code)? {
                return Err(Refusal::unknown("消息通道").into());
            }
            let object = format!("sender:{code}");
            let line = entry(&actor, now, "remove_sender", object, String::new());
            Ok(store::audit::append(conn, &line)?)
        })
        .await
    }

    /// Hands one text over at once, to see whether a sender works.
    ///
    /// # Errors
    /// `Denied`, `Unknown`; `Conflict` with what the gateway said.
    pub async fn test_sender(&self, actor: &Actor, code: &str, address: &str) -> Result<()> {
        self.require(actor, Verb::ManageSenders)?;
        let senders = self.read(store::outbox::senders).await?;
        let found = senders.into_iter().find(|s| s.code == code);
        let sender = found.ok_or_else(|| Refusal::unknown("消息通道"))?;
        let content = Content {
            address: address.trim().to_owned(),
            name: actor.name.clone(),
            text: "这是一条测试消息，收到即说明通道可用。".into(),
        };
        self.dispatch(&sender, content)
            .await
            .map_err(|sentence| Refusal::Conflict(sentence).into())
    }

    /// Hands a text over that is of no use later.
    ///
    /// # Errors
    /// What the gateway said.
    pub(crate) async fn send_now(
        &self,
        sender: &Sender,
        address: &str,
        text: String,
    ) -> std::result::Result<(), String> {
        let content = Content {
            address: address.to_owned(),
            name: String::new(),
            text,
        };
        self.dispatch(sender, content).await
    }

    async fn dispatch(&self, sender: &Sender, content: Content) -> std::result::Result<(), String> {
        let kind = Kind::parse(&sender.kind).ok_or("通道类型不认识")?;
        let settings = self.settings(sender);
        tokio::task::spawn_blocking(move || deliver(kind, &settings, &content))
            .await
            .unwrap_or_else(|_| Err("发送中断".into()))
    }

    /// What the actor may subscribe to and has: a row for each sender that is in use.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn own_subscriptions(&self, actor: &Actor) -> Result<Vec<SubscriptionRow>> {
        let id = actor.account;
        let (senders, own) = self
            .read(move |conn| {
                Ok((
                    store::outbox::senders(conn)?,
                    store::outbox::subscriptions_of(conn, id)?,
                ))
            })
            .await?;
        let row = |sender: Sender| {
            let own = own.iter().find(|s| s.sender == sender.code);
            let address = own.and_then(|s| self.keys.open(&s.address));
            SubscriptionRow {
                sender: sender.code,
                name: sender.name,
                address: address
                    .and_then(|a| String::from_utf8(a).ok())
                    .unwrap_or_default(),
                kinds: own
                    .map(|s| s.kinds.split(',').map(str::to_owned).collect())
                    .unwrap_or_default(),
            }
        };
        Ok(senders.into_iter().filter(|s| s.enabled).map(row).collect())
    }

    /// Subscribes to kinds of messages by a sender, from now on; without kinds it ends.
    ///
    /// # Errors
    /// `Unknown` for a sender that is not in use; `Invalid` for an unknown kind or no address.
    pub async fn subscribe(
        &self,
        actor: &Actor,
        sender: &str,
        address: &str,
        kinds: &[String],
    ) -> Result<()> {
        let senders = self.read(store::outbox::senders).await?;
        if !senders.iter().any(|s| s.code == sender && s.enabled) {
            return Err(Refusal::unknown("消息通道").into());
        }
        if let Some(strange) = kinds.iter().find(|k| NoticeKind::parse(k).is_none()) {
            return Err(Refusal::invalid(
                "kinds",
                "unknown",
                format!("没有“{strange}”这种消息，请从列表中选择"),
            )
            .into());
        }
        let address = address.trim();
        if !kinds.is_empty() && (address.is_empty() || address.chars().count() > CHARS_MAX) {
            return Err(
                Refusal::invalid("address", "required", "请填写接收的手机号、邮箱或账号").into(),
            );
        }
        let wish = Subscription {
            account: actor.account,
            sender: sender.to_owned(),
            address: self.keys.seal(address.as_bytes()),
            kinds: kinds.join(","),
            after: crate::message::first_id(self.now()),
        };
        self.write(move |conn| Ok(store::outbox::put_subscription(conn, &wish)?))
            .await
    }

    /// A page of letters, newest first, for the system administrator: where to, masked, never what.
    ///
    /// # Errors
    /// `Denied`.
    pub async fn letters(
        &self,
        actor: &Actor,
        wanted: Option<String>,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<Letter>, Option<i64>)> {
        self.require(actor, Verb::ManageSenders)?;
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let mut letters = self
            .read(move |conn| store::outbox::page(conn, wanted.as_deref(), before, limit + 1))
            .await?;
        let next = (letters.len() > limit).then(|| letters[limit - 1].id);
        letters.truncate(limit);
        Ok((letters, next))
    }

    /// Puts a dead letter on its way again.
    ///
    /// # Errors
    /// `Denied`; `Conflict` for one that is not dead.
    pub async fn revive_letter(&self, actor: &Actor, id: i64) -> Result<()> {
        self.require(actor, Verb::ManageSenders)?;
        let now = self.now();
        let revived = self
            .write(move |conn| Ok(store::outbox::revive(conn, id, now)?))
            .await?;
        match revived {
            true => Ok(()),
            false => Err(Refusal::Conflict("只有发送失败的消息才能重发".into()).into()),
        }
    }

    /// Writes letters for what subscribers were told since the last time, and hands over those that
    /// are due. Answers how many were written, sent and failed.
    ///
    /// # Errors
    /// When the database fails; letters that were handed over stay so.
    pub async fn empty_outbox(&self) -> Result<(usize, usize, usize)> {
        let senders: Vec<Sender> = self
            .read(store::outbox::senders)
            .await?
            .into_iter()
            .filter(|s| s.enabled)
            .collect();
        if senders.is_empty() {
            return Ok((0, 0, 0));
        }
        let written = self.write_letters(&senders).await?;
        let now = self.now();
        let due = self
            .read(move |conn| store::outbox::due(conn, now, GO))
            .await?;
        let (mut sent, mut failed) = (0, 0);
        for letter in due {
            let tried = self.try_letter(&senders, letter).await;
            match tried.state.as_str() {
                state::SENT => sent += 1,
                _ => failed += 1,
            }
            self.write(move |conn| Ok(store::outbox::tried(conn, &tried)?))
                .await?;
        }
        Ok((written, sent, failed))
    }

    async fn try_letter(&self, senders: &[Sender], letter: Letter) -> Letter {
        let sender = senders.iter().find(|s| s.code == letter.sender);
        let content = self
            .keys
            .open(&letter.content)
            .and_then(|plain| serde_json::from_slice::<Content>(&plain).ok());
        let outcome = match (sender, content) {
            (Some(sender), Some(content)) => self.dispatch(sender, content).await,
            (None, _) => Err("通道已停用".into()),
            (_, None) => Err("内容无法解密".into()),
        };
        match outcome {
            Ok(()) => Letter {
                state: state::SENT.into(),
                tries: letter.tries + 1,
                problem: String::new(),
                ..letter
            },
            Err(problem) => {
                let wait = usize::try_from(letter.tries)
                    .ok()
                    .and_then(|n| WAITS.get(n));
                Letter {
                    state: wait.map_or(state::DEAD, |_| state::WAITING).into(),
                    tries: letter.tries + 1,
                    next_at: self.now().plus_minutes(wait.copied().unwrap_or_default()),
                    problem,
                    ..letter
                }
            }
        }
    }

    async fn write_letters(&self, senders: &[Sender]) -> Result<usize> {
        let mut written = 0;
        let texts = self.letter_texts_now().await?;
        for wish in self.read(store::outbox::subscriptions).await? {
            let Some(sender) = senders.iter().find(|s| s.code == wish.sender) else {
                continue;
            };
            let account = wish.account;
            let found = self
                .read(move |conn| store::account::by_id(conn, account))
                .await?;
            let Some(account) = found.filter(|a| a.disabled_at.is_none()) else {
                continue;
            };
            let actor = self.actor(account.id, account.name.clone());
            let reader = Reader {
                account: actor.account,
                desks: self.desks_of(&actor),
            };
            let after = wish.after;
            let told = self
                .read(move |conn| {
                    store::message::page(conn, &reader, true, after, None, PAGE_ROWS_MAX)
                })
                .await?;
            let Some(newest) = told.iter().map(|seen| seen.message.id.0).max() else {
                continue;
            };
            let address = self.keys.open(&wish.address).unwrap_or_default();
            let address = String::from_utf8(address).unwrap_or_default();
            let now = self.now();
            let later = self.after_quiet(now, account.id);
            let matters: Vec<MatterId> =
                told.iter().filter_map(|seen| seen.message.matter).collect();
            let (urgent, matters) = self
                .read(move |conn| {
                    Ok((
                        store::matter::urgent_among(conn, &matters)?,
                        store::matter::load(conn, &matters)?,
                    ))
                })
                .await?;
            let letters: Vec<Letter> = told
                .iter()
                .rev()
                .filter(|seen| wish.kinds.split(',').any(|k| k == seen.message.kind))
                .map(|seen| {
                    let matter = seen.message.matter.and_then(|id| matters.get(&id));
                    let content = Content {
                        address: address.clone(),
                        name: account.name.clone(),
                        text: self.said_outside(&texts, &sender.kind, &seen.message, matter),
                    };
                    Letter {
                        id: 0,
                        sender: wish.sender.clone(),
                        account: account.id,
                        shown: masked(&address),
                        content: self
                            .keys
                            .seal(serde_json::json!(content).to_string().as_bytes()),
                        state: state::WAITING.into(),
                        tries: 0,
                        // What is urgent waits for nobody's sleep.
                        next_at: match seen.message.matter.is_some_and(|m| urgent.contains(&m)) {
                            true => now,
                            false => later,
                        },
                        at: now,
                        problem: String::new(),
                    }
                })
                .collect();
            written += letters.len();
            self.write(move |conn| {
                for letter in &letters {
                    store::outbox::insert(conn, letter)?;
                }
                Ok(store::outbox::seen(
                    conn,
                    wish.account,
                    &wish.sender,
                    newest,
                )?)
            })
            .await?;
        }
        Ok(written)
    }
}
