//! The log of certificates of villages and communities: what was issued, and what was refused with a
//! slip that names the competent body (R202).

use crate::identity::entry as audit_entry;
use crate::{Key, Office, Result};
use civic::area::Level;
use civic::by::By;
use civic::certificate::{Draft, Entry, Refused};
use civic::directory::Actor;
use civic::id::{AreaId, CertificateEntryId};
use civic::limits::{PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use civic::mask;
use civic::post::Seat;
use civic::refusal::Refusal;
use civic::rights::{Verb, relations};
use store::lane::Failure;

/// Audit action of reading a name in clear.
const READ: &str = "read_certificate";

/// A line of the log with the name of who asked, masked or in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    /// The line.
    pub entry: Entry,
    /// Who asked for it.
    pub applicant: String,
}

impl Office {
    /// The log of an area and the villages and communities below it, newest first, names masked.
    ///
    /// # Errors
    /// `Denied` outside the actor's areas.
    pub async fn certificate_log(
        &self,
        actor: &Actor,
        area: AreaId,
        cursor: Option<CertificateEntryId>,
        limit: Option<usize>,
    ) -> Result<(Vec<CertificateRow>, Option<CertificateEntryId>)> {
        let world = self.world();
        let tree = world.tree();
        let level = tree.get(area).map(|a| a.level);
        let level = level.ok_or_else(|| Refusal::unknown("区域"))?;
        let over = world.directory().over(actor, Verb::SeeBoard, area);
        if over.is_none() || level > Level::Community {
            return Err(Refusal::Denied("只能查看本辖区村居的证明登记".into()).into());
        }
        let areas: Vec<AreaId> = tree
            .subtree(area)
            .filter(|a| a.level == Level::Community)
            .map(|a| a.id)
            .collect();
        let limit = limit.unwrap_or(PAGE_ROWS_DEFAULT).clamp(1, PAGE_ROWS_MAX);
        let mut found = self
            .read(move |conn| store::certificate::page(conn, &areas, cursor, limit + 1))
            .await?;
        let next = (found.len() > limit).then(|| found[limit - 1].0.id);
        found.truncate(limit);
        let row = |(entry, cipher): (Entry, Vec<u8>)| CertificateRow {
            applicant: mask::name(&self.applicant(&cipher)),
            entry,
        };
        Ok((found.into_iter().map(row).collect(), next))
    }

    /// Enters what a village or community issued, or refused with a slip; with the same `key` once.
    ///
    /// # Errors
    /// `Denied` for who does not serve that village or community; `Invalid` with every broken rule.
    pub async fn certify(
        &self,
        actor: &Actor,
        area: AreaId,
        draft: Draft,
        key: Key,
    ) -> Result<CertificateRow> {
        let by = self.certifier(actor, area)?;
        let list = crate::pack::certificates();
        let item = draft.check(list)?;
        let now = self.now();
        let entry = Entry {
            id: CertificateEntryId(0),
            area,
            at: now,
            by,
            name: item.map_or_else(|| draft.name.trim().to_owned(), |c| c.name.clone()),
            purpose: draft.purpose.trim().to_owned(),
            basis: draft.basis.trim().to_owned(),
            refused: item.map(|c| Refused {
                number: c.number,
                body: c.body.clone(),
                instead: c.instead.clone(),
            }),
        };
        let applicant = draft.applicant.trim().to_owned();
        let cipher = self.keys.seal(applicant.as_bytes());
        let (who, kept) = (actor.clone(), self.kept_key(key, actor.account, "certify"));
        let entry = self
            .write(move |conn| {
                if let Some(id) = store::answered::get(conn, &kept)? {
                    let id = id.parse().map(CertificateEntryId).ok();
                    let found = id.map(|id| store::certificate::get(conn, id)).transpose()?;
                    let found = found.flatten().map(|(entry, _)| entry);
                    return found.ok_or_else(|| Refusal::unknown("证明登记").into());
                }
                let id = CertificateEntryId(store::fresh_id(conn, "certificate_entry", now)?);
                let entry = Entry { id, ..entry };
                store::certificate::insert(conn, &entry, &cipher)?;
                store::answered::put(conn, &kept, &id.to_string(), now)?;
                let action = match entry.refused {
                    Some(_) => "refuse_certificate",
                    None => "issue_certificate",
                };
                let line = audit_entry(&who, now, action, object(id), entry.name.clone());
                store::audit::append(conn, &line)?;
                Ok::<_, Failure>(entry)
            })
            .await?;
        Ok(CertificateRow { entry, applicant })
    }

    /// A line with the name in clear, to print the slip; written down.
    ///
    /// # Errors
    /// `Unknown`; `Denied` for who does not serve that village or community.
    pub async fn certificate_slip(
        &self,
        actor: &Actor,
        id: CertificateEntryId,
    ) -> Result<CertificateRow> {
        let found = self
            .read(move |conn| store::certificate::get(conn, id))
            .await?;
        let (entry, cipher) = found.ok_or_else(|| Refusal::unknown("证明登记"))?;
        self.certifier(actor, entry.area)?;
        let (who, now, name) = (actor.clone(), self.now(), entry.name.clone());
        self.write(move |conn| {
            let line = audit_entry(&who, now, READ, object(id), name);
            Ok(store::audit::append(conn, &line)?)
        })
        .await?;
        Ok(CertificateRow {
            applicant: self.applicant(&cipher),
            entry,
        })
    }

    fn applicant(&self, cipher: &[u8]) -> String {
        let plain = self.keys.open(cipher).unwrap_or_default();
        String::from_utf8(plain).unwrap_or_default()
    }

    /// Who enters for a village or community: only its own people, by name and title of today.
    fn certifier(&self, actor: &Actor, area: AreaId) -> Result<By> {
        let world = self.world();
        let directory = world.directory();
        let own = actor.posts.iter().find(|p| {
            p.seat == Seat::Area(area) && relations(p.role, Verb::Certify).next().is_some()
        });
        let post = own.ok_or_else(|| {
            let text = "证明由村居自己的工作人员登记和开具，上级可以查看";
            Refusal::Denied(text.into())
        })?;
        Ok(By {
            account: actor.account,
            name: directory.signature(&actor.name, post),
            title: directory.title(post),
        })
    }
}

fn object(id: CertificateEntryId) -> String {
    format!("certificate:{id}")
}
