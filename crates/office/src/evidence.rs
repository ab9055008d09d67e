//! Taking the evidence pack of one matter, and the list of those that one took (R215).

use crate::identity::entry;
use crate::{Fault, Office, Result, World, page};
use civic::audited;
use civic::directory::Actor;
use civic::evidence::{self, Extent, KEPT_BACK, Line, Proof, STATEMENT, Told};
use civic::id::MatterId;
use civic::mask;
use civic::matter::{Attached, Matter};
use civic::refusal::Refusal;
use civic::rights::{Relation, Verb};
use civic::time::Instant;
use civic::trace::{self, Hash};
use serde_json::json;
use std::collections::HashMap;
use std::io::{Cursor, Write};
use store::audit::{Kept, UNMASK, Wanted};
use store::lane::Failure;
use store::step::Stored;
use zip::write::SimpleFileOptions;

/// The action of the audit chain.
const TAKEN: &str = "take_evidence";
/// The actions that tell of a look at personal data of a matter.
const LOOKS: &[&str] = &[UNMASK, "read_mediation", TAKEN];
/// Stands before the digest of the manifest in the audit chain.
const DIGEST: &str = "；清单校验值：";

/// A pack, ready to be saved.
#[derive(Debug, Clone)]
pub struct EvidencePack {
    /// Name to save it under.
    pub name: String,
    /// The ZIP.
    pub bytes: Vec<u8>,
}

/// A pack that was taken before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceTaken {
    /// Place in the audit chain.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// Number of the matter.
    pub no: String,
    /// For what.
    pub purpose: String,
    /// SHA-256 of its manifest: a pack can be compared with it.
    pub digest: String,
}

impl Office {
    /// The evidence pack of the matter with this number, for a purpose; written to the audit chain with
    /// the digest of its manifest.
    ///
    /// # Errors
    /// `Denied` for who may take none; `Unknown` outside the actor's area and for those whom the
    /// complaint is about; `Invalid` without a purpose.
    pub async fn take_evidence(
        &self,
        actor: &Actor,
        no: &str,
        purpose: &str,
    ) -> Result<EvidencePack> {
        self.require(actor, Verb::TakeEvidence)?;
        if let Some(problem) = evidence::purpose_problem(purpose) {
            return Err(vec![problem].into());
        }
        let (no, purpose) = (no.trim().to_owned(), purpose.trim().to_owned());
        let found = self
            .read(move |conn| {
                let Some(matter) = store::matter::by_no(conn, &no)? else {
                    return Ok(None);
                };
                let object = object(matter.id);
                Ok(Some((
                    store::step::journal(conn, matter.id)?,
                    store::matter::party(conn, matter.id)?,
                    store::audit::of_object(conn, &object, LOOKS)?,
                    matter,
                )))
            })
            .await?;
        let (world, now, today) = (self.world(), self.now(), self.today());
        let directory = world.directory();
        let unknown = || {
            Refusal::Unknown("没有找到这个编号的事件，或者它不在您的管辖范围内，请核对编号".into())
        };
        let (journal, cipher, looks, matter) = found.ok_or_else(unknown)?;
        let extent = directory
            .takes_evidence(actor, &matter, today)
            .ok_or_else(unknown)?;
        let post = directory.entitles(
            actor,
            Verb::TakeEvidence,
            &[Relation::Within],
            &matter,
            today,
        );
        let title = post.flatten().map(|p| directory.title(p));
        let contact = cipher.and_then(|c| self.contact(&c));
        let contact = match contact {
            Some(c) if extent == Extent::Whole => {
                format!(
                    "{} {}（已遮盖）",
                    mask::name(&c.name),
                    mask::phone(&c.phone)
                )
            }
            Some(_) => "已留存，不在包内".into(),
            None => "没有留下".into(),
        };
        let files = match extent {
            Extent::Whole => matter.files.clone(),
            Extent::KeptBack => Vec::new(),
        };
        let mut attachments = Vec::new();
        for file in &files {
            attachments.push(self.bytes_of(&file.sha256).await?);
        }
        let pack = Pack {
            world: &world,
            actor,
            title: title.unwrap_or_default(),
            purpose: &purpose,
            now,
            extent,
            matter: &matter,
            journal: &journal,
            contact,
            looks: &looks,
        };
        let (manifest, bytes) = pack.zip(&files, attachments)?;
        let detail = format!("用途：{purpose}{DIGEST}{manifest}");
        let line = entry(actor, now, TAKEN, object(matter.id), detail);
        self.write(move |conn| {
            store::audit::append(conn, &line)?;
            Ok::<_, Failure>(())
        })
        .await?;
        Ok(EvidencePack {
            name: format!("证据包-{}.zip", matter.no),
            bytes,
        })
    }

    /// A page of the packs that the actor took, newest first, and where the next page begins.
    ///
    /// # Errors
    /// `Denied` for who may take none.
    pub async fn evidence_taken(
        &self,
        actor: &Actor,
        before: Option<i64>,
        limit: Option<usize>,
    ) -> Result<(Vec<EvidenceTaken>, Option<i64>)> {
        self.require(actor, Verb::TakeEvidence)?;
        let wanted = Wanted {
            account: Some(actor.account),
            action: Some(TAKEN.into()),
            ..Wanted::default()
        };
        let size = page::size(limit);
        let (mut kept, numbers) = self
            .read(move |conn| {
                let kept = store::audit::page(conn, &wanted, before, size + 1)?;
                let ids: Vec<MatterId> = kept.iter().filter_map(matter_of).collect();
                let numbers = store::matter::numbers(conn, &ids)?;
                Ok((kept, numbers))
            })
            .await?;
        let next = page::cut(&mut kept, size, |k| k.seq);
        let numbers: HashMap<MatterId, String> = numbers.into_iter().collect();
        let taken = |k: &Kept| {
            let (purpose, digest) = k.entry.detail.rsplit_once(DIGEST).unwrap_or_default();
            EvidenceTaken {
                seq: k.seq,
                at: k.entry.at,
                no: matter_of(k)
                    .and_then(|id| numbers.get(&id).cloned())
                    .unwrap_or_default(),
                purpose: purpose.trim_start_matches("用途：").to_owned(),
                digest: digest.to_owned(),
            }
        };
        Ok((kept.iter().map(taken).collect(), next))
    }
}

fn object(id: MatterId) -> String {
    format!("matter:{id}")
}

fn matter_of(kept: &Kept) -> Option<MatterId> {
    let (_, key) = audited::parts(&kept.entry.object);
    key.parse().ok().map(MatterId)
}

/// What a pack is made of.
struct Pack<'a> {
    world: &'a World,
    actor: &'a Actor,
    title: String,
    purpose: &'a str,
    now: Instant,
    extent: Extent,
    matter: &'a Matter,
    journal: &'a [Stored],
    contact: String,
    looks: &'a [Kept],
}

impl Pack<'_> {
    /// The digest of the manifest, and the ZIP.
    fn zip(
        &self,
        files: &[Attached],
        attachments: Vec<Option<Vec<u8>>>,
    ) -> Result<(Hash, Vec<u8>)> {
        let steps: Vec<_> = self.journal.iter().map(|s| s.step.clone()).collect();
        let lines = evidence::lines(&self.world.rules, self.matter, &steps, self.extent);
        let proof = evidence::prove(
            self.journal
                .iter()
                .map(|s| (&s.step, s.words, s.erased_at.is_some())),
            self.matter,
        );
        let mut entries = vec![
            (
                "时间线.html".to_owned(),
                self.page(&lines, &proof).into_bytes(),
            ),
            ("流转记录.jsonl".to_owned(), self.chain().into_bytes()),
            ("校验.json".to_owned(), pretty(&proof_text(&proof))),
        ];
        let mut lost = Vec::new();
        for (n, (file, bytes)) in files.iter().zip(attachments).enumerate() {
            match bytes {
                Some(bytes) => entries.push((format!("附件/{}-{}", n + 1, file.name), bytes)),
                None => lost.push(json!({ "名称": file.name, "登记的校验值": file.sha256 })),
            }
        }
        let listed: Vec<_> = entries
            .iter()
            .map(|(name, bytes)| {
                json!({ "文件": name, "字节": bytes.len(), "sha256": Hash::of(bytes).to_string() })
            })
            .collect();
        let manifest = pretty(&json!({
            "说明": STATEMENT,
            "未包含的内容": (self.extent == Extent::KeptBack).then_some(KEPT_BACK),
            "事件编号": self.matter.no,
            "调取人": self.actor.name,
            "调取人岗位": self.title,
            "用途": self.purpose,
            "调取时间": self.world.rules.calendar.zone().format(self.now),
            "文件清单": listed,
            "内容已丢失的附件": lost,
        }));
        let digest = Hash::of(&manifest);
        entries.insert(0, ("清单.json".to_owned(), manifest));
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default());
        for (name, bytes) in entries {
            writer.start_file(name, options).map_err(broken)?;
            writer
                .write_all(&bytes)
                .map_err(|e| Fault::Broken(format!("evidence: {e}")))?;
        }
        Ok((digest, writer.finish().map_err(broken)?.into_inner()))
    }

    fn page(&self, lines: &[Line], proof: &Proof) -> String {
        let (matter, zone) = (self.matter, self.world.rules.calendar.zone());
        let words = match self.extent {
            Extent::Whole => Some(matter),
            Extent::KeptBack => None,
        };
        let hidden = "不在包内";
        let of = |text: Option<&String>| text.map_or_else(|| hidden.to_owned(), Clone::clone);
        let head = vec![
            ("编号", matter.no.clone()),
            ("标题", of(words.map(|m| &m.title))),
            ("内容", of(words.map(|m| &m.text))),
            ("地点", of(words.map(|m| &m.place.address))),
            ("来源", matter.channel.word().to_owned()),
            ("上报时间", zone.format(matter.reported_at)),
            ("联系方式", self.contact.clone()),
            ("调取人", format!("{}，{}", self.actor.name, self.title)),
            ("调取时间", zone.format(self.now)),
            ("用途", self.purpose.to_owned()),
        ];
        let looks = self.looks.iter().map(|k| {
            [
                zone.format(k.entry.at),
                k.entry.name.clone(),
                audited::action(&k.entry.action)
                    .unwrap_or(&k.entry.action)
                    .to_owned(),
                k.entry.detail.clone(),
            ]
        });
        let told = Told {
            head,
            extent: self.extent,
            lines,
            looks: looks.collect(),
            proof,
        };
        evidence::page(&format!("办理过程：{}", matter.no), zone, &told)
    }

    /// A line of JSON for each step: whoever holds the text that the hash covers can compute it anew.
    fn chain(&self) -> String {
        let whole = self.extent == Extent::Whole;
        let line = |s: &Stored| {
            let step = &s.step;
            json!({
                "seq": step.seq,
                "prev": step.prev,
                "hash": step.hash,
                "words_digest": s.words,
                "erased": s.erased_at.is_some(),
                "hashed": whole.then(|| trace::hashed_text(step, s.words)),
                "words": whole.then_some(&step.words),
            })
            .to_string()
        };
        let mut lines: Vec<String> = self.journal.iter().map(line).collect();
        lines.push(String::new());
        lines.join("\n")
    }
}

fn proof_text(proof: &Proof) -> serde_json::Value {
    json!({
        "结论": if proof.wrong.is_empty() { "通过" } else { "没有通过" },
        "步数": proof.steps,
        "末步校验值": proof.head,
        "发现": proof.wrong,
        "怎样自行核对": "流转记录.jsonl 每行一步：hash = SHA-256(prev 的 32 字节 + hashed 的 UTF-8 文字)，第一步的 prev 为 32 个零字节；每一步的 prev 等于上一步的 hash。hashed 为空的，是按规定不在包内的内容。文件的 sha256 与清单.json 一致；清单.json 的 sha256 记在平台的审计日志里。",
    })
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

fn broken(error: zip::result::ZipError) -> Fault {
    Fault::Broken(format!("evidence: {error}"))
}
