//! The library (R221): policies, guides and manuals for the roles of an area. The newest version is
//! shown and the older ones are kept; who has to read one says so once, for each version.

use crate::by::By;
use crate::directory::{Actor, Directory};
use crate::id::{AccountId, AreaId, DocumentId};
use crate::limits::{FILES_MAX, TEXT_CHARS_MAX, TITLE_CHARS_MAX};
use crate::matter::Attached;
use crate::post::{Post, Role};
use crate::problem::Problem;
use crate::refusal::Refusal;
use crate::time::Instant;
use serde::{Deserialize, Serialize};

words! {
    /// What a document is.
    Kind {
        /// What is decided.
        Policy "policy" "政策文件",
        /// How something is done.
        Guide "guide" "工作指引",
        /// What a post does.
        Manual "manual" "岗位手册",
    }
}

/// One version of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// From 1.
    pub no: u32,
    /// What it says, or what changed.
    pub text: String,
    /// Its files.
    pub files: Vec<Attached>,
    /// Who added it.
    pub by: By,
    /// When.
    pub at: Instant,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Own id.
    pub id: DocumentId,
    /// The area for whose people it is, with all below.
    pub area: AreaId,
    /// The roles for which it is; all where none is named.
    pub roles: Vec<Role>,
    /// What it is.
    pub kind: Kind,
    /// Title.
    pub title: String,
    /// Whether its readers have to say that they read it.
    pub mandatory: bool,
    /// All versions, oldest first; never empty.
    pub versions: Vec<Version>,
    /// Why it does not apply any more.
    pub retired: Option<String>,
}

/// Everything that is wrong with a title.
#[must_use]
pub fn title_problem(title: &str) -> Option<Problem> {
    let long = title.trim().chars().count();
    (long == 0 || long > TITLE_CHARS_MAX).then(|| {
        let message = format!("请填写标题，最多 {TITLE_CHARS_MAX} 个字");
        Problem::new("title", "required", message)
    })
}

/// Everything that is wrong with a version of this text and as many files.
#[must_use]
pub fn version_problems(text: &str, files: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    if text.trim().is_empty() && files == 0 {
        let message = "请填写正文，或上传文件";
        problems.push(Problem::new("text", "required", message));
    }
    if text.chars().count() > TEXT_CHARS_MAX {
        let message = format!("正文最多 {TEXT_CHARS_MAX} 个字，更长的请上传文件");
        problems.push(Problem::new("text", "too_long", message));
    }
    if files > FILES_MAX {
        let message = format!("文件最多 {FILES_MAX} 个");
        problems.push(Problem::new("files", "too_many", message));
    }
    problems
}

impl Document {
    /// The number of the newest version.
    #[must_use]
    pub fn current(&self) -> u32 {
        self.versions.last().map_or(0, |v| v.no)
    }

    /// Whether `actor` is one of those for whom it is.
    #[must_use]
    pub fn is_for(&self, directory: &Directory, actor: &Actor) -> bool {
        actor.posts.iter().any(|p| self.concerns(directory, p))
    }

    /// Whether it is for the holder of a post.
    #[must_use]
    pub fn concerns(&self, directory: &Directory, post: &Post) -> bool {
        let area = directory.area_of(post.seat);
        area.is_some_and(|a| directory.tree.within(a, self.area))
            && (self.roles.is_empty() || self.roles.contains(&post.role))
    }

    /// Adds a version: what was read before is to be read anew.
    ///
    /// # Errors
    /// `Conflict` for what was retired; `Invalid`.
    pub fn revise(
        &mut self,
        text: String,
        files: Vec<Attached>,
        by: By,
        at: Instant,
    ) -> Result<(), Refusal> {
        if self.retired.is_some() {
            return Err(Refusal::Conflict(
                "这份文件已停用，不能再发新版；请另建一份".into(),
            ));
        }
        let problems = version_problems(&text, files.len());
        if !problems.is_empty() {
            return Err(Refusal::Invalid(problems));
        }
        let no = self.current() + 1;
        let text = text.trim().to_owned();
        self.versions.push(Version {
            no,
            text,
            files,
            by,
            at,
        });
        Ok(())
    }

    /// Takes it out of use; it stays in the library.
    ///
    /// # Errors
    /// `Conflict` where it was before; `Invalid` without a reason.
    pub fn retire(&mut self, reason: &str) -> Result<(), Refusal> {
        if self.retired.is_some() {
            return Err(Refusal::Conflict("这份文件已经停用".into()));
        }
        if reason.trim().is_empty() {
            return Err(Refusal::invalid("reason", "required", "请写明停用原因"));
        }
        self.retired = Some(reason.trim().to_owned());
        Ok(())
    }

    /// Whether somebody who has read version `read` still has to read it.
    #[must_use]
    pub fn is_due(&self, read: Option<u32>) -> bool {
        self.mandatory && self.retired.is_none() && read.is_none_or(|no| no < self.current())
    }

    /// Who added the first version.
    #[must_use]
    pub fn author(&self) -> AccountId {
        self.versions.first().map_or(AccountId(0), |v| v.by.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by() -> By {
        By {
            account: AccountId(31),
            name: "郭晓东".into(),
            title: "霞林街道治理中心调度员".into(),
        }
    }

    #[test]
    fn a_new_version_is_to_be_read_anew_and_the_old_one_is_kept() {
        let mut one = Document {
            id: DocumentId(1),
            area: AreaId(3),
            roles: vec![Role::UnitHead],
            kind: Kind::Manual,
            title: "单元长手册".into(),
            mandatory: true,
            versions: Vec::new(),
            retired: None,
        };
        assert!(
            one.revise(" ".into(), Vec::new(), by(), Instant(1))
                .is_err()
        );
        one.revise("一版".into(), Vec::new(), by(), Instant(1))
            .unwrap();
        assert!(one.is_due(None));
        assert!(!one.is_due(Some(1)));
        one.revise("二版".into(), Vec::new(), by(), Instant(2))
            .unwrap();
        assert!(one.is_due(Some(1)));
        assert_eq!(
            one.versions.iter().map(|v| &*v.text).collect::<Vec<_>>(),
            ["一版", "二版"]
        );
        assert!(one.retire(" ").is_err());
        one.retire("并入新手册").unwrap();
        assert!(!one.is_due(None), "nobody has to read what does not apply");
        assert!(
            one.revise("三版".into(), Vec::new(), by(), Instant(3))
                .is_err()
        );
    }
}
