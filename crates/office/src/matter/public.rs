//! For residents without an account: report, follow by number and code, confirm.

use super::{FormInput, Receipt, ReportInput, report::follower};
use crate::{Key, Office, Result};
use civic::directory::Actor;
use civic::id::{AccountId, MatterId};
use civic::matter::{Matter, Step};
use civic::refusal::Refusal;
use civic::time::Instant;
use data_encoding::BASE32_NOPAD;

/// Characters of a follow-up code: 40 bits, and wrong ones are throttled by the caller.
const CODE_CHARS: usize = 8;

/// One thing a resident may know of the course.
#[derive(Debug, Clone)]
pub struct Progress {
    /// When.
    pub at: Instant,
    /// The state reached, in words.
    pub state: String,
    /// Public reply.
    pub reply: Option<String>,
}

/// What a resident sees of their report.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The matter.
    pub matter: Matter,
    /// State in words.
    pub state: String,
    /// The course, without names and internal opinions.
    pub progress: Vec<Progress>,
    /// Whether an evaluation is asked for now.
    pub may_confirm: bool,
}

impl Office {
    /// An actor without account: may report and nothing else.
    #[must_use]
    pub fn anonymous() -> Actor {
        Actor {
            account: AccountId(0),
            name: "居民".into(),
            posts: Vec::new(),
            system: false,
        }
    }

    /// A report of somebody without account, with uploads by their tickets. Answers the receipt and the
    /// follow-up code.
    ///
    /// # Errors
    /// As [`Office::report`].
    pub async fn report_publicly(
        &self,
        input: ReportInput,
        tickets: &[String],
        key: Option<Key>,
    ) -> Result<(Receipt, String)> {
        let files: Option<Vec<_>> = tickets.iter().map(|t| self.ticketed(t)).collect();
        let files = files.ok_or_else(super::input::strange_file)?;
        let receipt = self
            .report(
                &Self::anonymous(),
                ReportInput {
                    confirms: true,
                    prehandle: None,
                    files,
                    on_behalf: false,
                    ..input
                },
                key,
            )
            .await?;
        let code = self.follow_code(receipt.id);
        Ok((receipt, code))
    }

    /// The code by which a person without account follows and evaluates a matter: a keyed digest of
    /// its id, so that nothing secret is stored.
    #[must_use]
    pub fn follow_code(&self, id: MatterId) -> String {
        let digest = self.keys.mac(format!("follow:{id}").as_bytes());
        let mut code = BASE32_NOPAD.encode(&digest);
        code.truncate(CODE_CHARS);
        code
    }

    /// The code to hand to a person concerned who has no account: once, to who registered the matter
    /// for them. It is not shown again, so that no handler can evaluate their own work with it.
    #[must_use]
    pub fn code_of_registered(&self, actor: &Actor, matter: &Matter) -> Option<String> {
        let for_another = matter.reporter.account == Some(follower(matter.id));
        (for_another && !actor.posts.is_empty()).then(|| self.follow_code(matter.id))
    }

    /// The same for who may not see the matter that they registered.
    ///
    /// # Errors
    /// Only when the database fails.
    pub async fn code_of_receipt(
        &self,
        actor: &Actor,
        receipt: &Receipt,
    ) -> Result<Option<String>> {
        let id = receipt.id;
        let matter = self.read(move |conn| store::matter::get(conn, id)).await?;
        Ok(matter.and_then(|m| self.code_of_registered(actor, &m)))
    }

    pub(crate) async fn followed_matter(&self, no: &str, code: &str) -> Result<Matter> {
        let wanted = no.trim().to_owned();
        let matter = self
            .read(move |conn| store::matter::by_no(conn, &wanted))
            .await?;
        let right = |m: &Matter| {
            constant_time_eq(
                self.follow_code(m.id).as_bytes(),
                code.trim().to_ascii_uppercase().as_bytes(),
            )
        };
        matter
            .filter(right)
            .ok_or_else(|| Refusal::Unknown("编号或查询码不对，请核对回执后再试".into()).into())
    }

    /// The course of a report, for who has its number and code.
    ///
    /// # Errors
    /// `Unknown`, the same for a wrong number and a wrong code.
    pub async fn follow(&self, no: &str, code: &str) -> Result<Followed> {
        let matter = self.followed_matter(no, code).await?;
        let id = matter.id;
        let steps: Vec<Step> = self
            .read(move |conn| store::step::journal(conn, id))
            .await?
            .into_iter()
            .map(|s| s.step)
            .collect();
        let world = self.world();
        let flow = world.rules.flow_of(&matter)?;
        let word = |code: &str| {
            flow.state(code)
                .map_or_else(String::new, |s| s.name.clone())
        };
        let mut progress = Vec::new();
        for step in &steps {
            if step.from_state != step.to_state || step.words.reply.is_some() {
                progress.push(Progress {
                    at: step.acted_at,
                    state: word(&step.to_state),
                    reply: step.words.reply.clone(),
                });
            }
        }
        let may_confirm = matter.reporter.account == Some(follower(id))
            && flow
                .leaving(&matter.state)
                .any(|a| a.verb == civic::rights::Verb::Confirm);
        Ok(Followed {
            state: word(&matter.state),
            progress,
            may_confirm,
            matter,
        })
    }

    /// The evaluation of a person without account. `by` is who is signed in where it is entered, if
    /// anybody: the staff do not evaluate their own work.
    ///
    /// # Errors
    /// `Denied` for the staff; else as [`Office::follow`] and [`Office::act`].
    pub async fn confirm_publicly(
        &self,
        by: Option<&Actor>,
        no: &str,
        code: &str,
        rating: u8,
        words: Option<String>,
        key: Option<Key>,
    ) -> Result<Receipt> {
        if by.is_some_and(|actor| !actor.posts.is_empty()) {
            return Err(Refusal::Denied(
                "工作人员不能代当事人评价，请当事人用自己的手机凭编号和查询码评价".into(),
            )
            .into());
        }
        let matter = self.followed_matter(no, code).await?;
        let actor = Actor {
            account: follower(matter.id),
            name: "当事人".into(),
            posts: Vec::new(),
            system: false,
        };
        let form = FormInput {
            rating: Some(rating),
            opinion: words,
            ..FormInput::default()
        };
        self.act(&actor, matter.id, "confirm", None, form, key)
            .await
    }
}

/// Compares without telling by its time where the difference lies.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y)) == 0
}
