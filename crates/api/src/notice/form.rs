//! The forms of notices.

use crate::fields::{Fields, Input};
use civic::id::{AdmissionId, AreaId, FileId, MatterId, OrgId, PostId};
use civic::post::Role;
use civic::time::Instant;
use office::notice::{Answer, Correction, Draft, Kind, Scope, With, Wording};
use utoipa::ToSchema;

fn roles(f: &mut Fields) -> Vec<Role> {
    let mut roles = Vec::new();
    for code in f.texts("roles") {
        match Role::parse(&code) {
            Some(role) => roles.push(role),
            None => f.note("roles", "unknown_word", format!("没有“{code}”这种岗位")),
        }
    }
    roles
}

fn words<T>(all: &[T], code: impl Fn(&T) -> &'static str) -> String {
    all.iter().map(code).collect::<Vec<_>>().join("、")
}

/// A notice to be published. For a preview only areas, roles, organisations, kind and post count.
#[derive(ToSchema)]
pub(crate) struct PublishNotice {
    /// `notice`, `task` or `bulletin`.
    #[schema(value_type = String)]
    kind: Option<Kind>,
    /// `read`, `acknowledge` or `reply`; reading where it is not said.
    #[schema(value_type = Option<String>)]
    answer: Option<Answer>,
    #[schema(required = false)]
    title: String,
    #[schema(required = false)]
    text: String,
    /// Attachments that were uploaded before.
    #[schema(value_type = Vec<String>, required = false)]
    files: Vec<FileId>,
    /// Deadline.
    #[schema(value_type = Option<i64>)]
    due: Option<Instant>,
    /// Areas: everybody of the roles in them and below is meant. For a bulletin the named areas.
    #[schema(value_type = Vec<String>, required = false)]
    areas: Vec<AreaId>,
    /// Codes of roles.
    #[schema(value_type = Vec<String>, required = false)]
    roles: Vec<Role>,
    /// Organisations.
    #[schema(value_type = Vec<String>, required = false)]
    orgs: Vec<OrgId>,
    /// Matters that a bulletin names.
    #[schema(value_type = Vec<String>, required = false)]
    matters: Vec<MatterId>,
    /// The post under which it is published, where one holds several.
    #[schema(value_type = Option<String>)]
    post: Option<PostId>,
    /// The admitted item that a department sends down.
    #[schema(value_type = Option<String>)]
    item: Option<AdmissionId>,
    /// Questions that every reply answers.
    #[schema(required = false)]
    fields: Vec<String>,
}

impl PublishNotice {
    pub fn with(&self) -> With {
        With {
            files: self.files.clone(),
            matters: self.matters.clone(),
            item: self.item,
        }
    }
}

impl Input for PublishNotice {
    fn read(f: &mut Fields) -> Option<Self> {
        let kinds = words(Kind::ALL, |k| k.code());
        let answers = words(Answer::ALL, |a| a.code());
        Some(Self {
            kind: f.coded("kind", Kind::parse, &kinds),
            answer: f.coded("answer", Answer::parse, &answers),
            title: f.text("title").unwrap_or_default(),
            text: f.text("text").unwrap_or_default(),
            files: f.ids("files"),
            due: f.instant("due"),
            areas: f.ids("areas"),
            roles: roles(f),
            orgs: f.ids("orgs"),
            matters: f.ids("matters"),
            post: f.id("post"),
            item: f.id("item"),
            fields: f.texts("fields"),
        })
    }
}

impl From<PublishNotice> for Draft {
    fn from(form: PublishNotice) -> Self {
        Self {
            kind: form.kind,
            answer: form.answer,
            title: form.title,
            text: form.text,
            files: Vec::new(),
            due: form.due,
            scope: Scope {
                areas: form.areas,
                roles: form.roles,
                orgs: form.orgs,
                seats: Vec::new(),
            },
            matters: Vec::new(),
            post: form.post,
            item: None,
            powers: Vec::new(),
            fields: form.fields,
        }
    }
}

/// What was done.
#[derive(ToSchema)]
pub(crate) struct FinishNotice {
    /// Answers to the questions of the form, in their order.
    #[schema(required = false)]
    pub values: Vec<String>,
    pub reply: Option<String>,
    /// Attachments that were uploaded before.
    #[schema(value_type = Vec<String>, required = false)]
    pub files: Vec<FileId>,
}

impl Input for FinishNotice {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            values: f.texts("values"),
            reply: f.text("reply"),
            files: f.ids("files"),
        })
    }
}

/// The whole new wording.
#[derive(ToSchema)]
pub(crate) struct CorrectNotice {
    title: String,
    text: String,
    /// All attachments it has now, old ones that stay included.
    #[schema(value_type = Vec<String>, required = false)]
    pub files: Vec<FileId>,
    #[schema(value_type = Option<i64>)]
    due: Option<Instant>,
    /// What was corrected, for the recipients.
    reason: String,
    /// Whether everybody has to read it again.
    #[schema(required = false)]
    again: bool,
}

impl Input for CorrectNotice {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            title: f.text("title").unwrap_or_default(),
            text: f.text("text").unwrap_or_default(),
            files: f.ids("files"),
            due: f.instant("due"),
            reason: f.text("reason").unwrap_or_default(),
            again: f.flag("again").unwrap_or(false),
        })
    }
}

impl From<CorrectNotice> for Correction {
    fn from(form: CorrectNotice) -> Self {
        Self {
            wording: Wording {
                title: form.title,
                text: form.text,
                files: Vec::new(),
                due: form.due,
            },
            reason: form.reason,
            again: form.again,
        }
    }
}

/// Why it is withdrawn.
#[derive(ToSchema)]
pub(crate) struct WithdrawNotice {
    pub reason: String,
}

impl Input for WithdrawNotice {
    fn read(f: &mut Fields) -> Option<Self> {
        Some(Self {
            reason: f.text("reason").unwrap_or_default(),
        })
    }
}
