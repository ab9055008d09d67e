//! What residents and staff are told on paper over the weeks: publications (R217) and the library
//! (R221); and the packs that the discipline inspector took (R215).

use super::history::Past;
use super::{Fault, Furnisher};
use civic::directory::Actor;
use civic::id::{AreaId, DocumentId, PublicationId};
use civic::library;
use civic::post::Role;
use civic::publication::{Draft, Kind};
use office::matter::{Query, View};
use office::{NewDocument, PublicationAct};

/// Unit heads who said that they read the manual.
const READERS: usize = 9;

/// The papers so far.
#[derive(Default)]
pub(super) struct Papers {
    manual: Option<DocumentId>,
    mistaken: Option<PublicationId>,
}

fn draft(kind: Kind, area: AreaId, title: &str, text: &str) -> Draft {
    Draft {
        kind,
        title: title.into(),
        text: text.into(),
        areas: vec![area],
        files: Vec::new(),
    }
}

impl Papers {
    pub(super) async fn on(&mut self, past: &Past<'_>) -> Result<(), Fault> {
        let f = past.furnisher;
        let all = [
            "shi",
            "shilingdao",
            "jiedao",
            "jiedaolingdao",
            "shequ",
            "shuji",
        ];
        let [
            Some(city),
            Some(mayor),
            Some(town),
            Some(head),
            Some(staff),
            Some(secretary),
        ] = all.map(|login| f.shown(login))
        else {
            return Ok(());
        };
        match past.ago {
            30 => {
                let new = NewDocument {
                    roles: vec![Role::UnitHead],
                    kind: library::Kind::Manual,
                    title: "单元长工作手册".into(),
                    mandatory: true,
                    text: "一、每周走一遍楼道，看消防通道和充电情况。二、能当场解决的当场解决，解决不了的当日上报。三、不收集与办事无关的个人信息。".into(),
                };
                self.manual = Some(f.add_document(past, &town, new).await?);
            }
            27 => {
                let new = NewDocument {
                    roles: Vec::new(),
                    kind: library::Kind::Policy,
                    title: "社区工作事项准入办法（试行）".into(),
                    mandatory: false,
                    text: "部门向村（社区）布置工作，先申请准入，写明依据、人员和经费；未列入清单的，村（社区）可以不接。".into(),
                };
                f.add_document(past, &town, new).await?;
            }
            24 => {
                let text = "为方便群众办事，便民服务中心周六上午照常受理，节假日另行通知。";
                let one = draft(Kind::Notice, city.1, "便民服务中心周六延时服务", text);
                f.publish_for_residents(past, (&city, &mayor), one).await?;
            }
            21 => {
                let new = NewDocument {
                    roles: vec![Role::CommunityStaff, Role::GridHead],
                    kind: library::Kind::Guide,
                    title: "矛盾纠纷调解工作指引".into(),
                    mandatory: true,
                    text: "先分开听、再一起谈；协议写清什么事、谁来做、什么时候做完；七日、三十日各回访一次。".into(),
                };
                f.add_document(past, &town, new).await?;
            }
            17 => {
                let text = "为检修管网，本周六 8 时至 17 时暂停供水，请提前储水。";
                let one = draft(Kind::Notice, staff.1, "周六停水通知", text);
                let kept = f.publish_for_residents(past, (&staff, &secretary), one);
                self.mistaken = Some(kept.await?);
            }
            16 => {
                if let Some(id) = self.mistaken {
                    let reason = "供水单位改期，另行通知".to_owned();
                    let act = PublicationAct::Withdraw { reason };
                    f.office.act_on_publication(&secretary.0, id, act).await?;
                }
            }
            12 => {
                let text = "经居民议事会商定，两处集中充电棚已经建成，可停放六十辆电动自行车，扫码充电，充满自停。";
                let one = draft(Kind::News, town.1, "两处集中充电棚建成启用", text);
                f.publish_for_residents(past, (&town, &head), one).await?;
            }
            9 => {
                let (Some(manual), text) = (
                    self.manual,
                    "在第一版基础上，增加“代办事项须有书面授权”一节。",
                ) else {
                    return Ok(());
                };
                let readers = f.heads();
                for reader in readers.iter().take(READERS) {
                    f.office
                        .read_document(&f.actor(reader.account), manual)
                        .await?;
                }
                f.office
                    .revise_document(&town.0, manual, text.into(), Vec::new())
                    .await?;
                for reader in readers.iter().take(READERS / 2) {
                    f.office
                        .read_document(&f.actor(reader.account), manual)
                        .await?;
                }
            }
            6 => {
                let text =
                    "本月起，每周三下午律师在邻里中心值班，可免费咨询；调解成功的，协议当场打印。";
                let one = draft(Kind::News, staff.1, "律师每周三下午到社区值班", text);
                f.publish_for_residents(past, (&staff, &secretary), one)
                    .await?;
            }
            3 => {
                let text = "请勿在楼道停放电动自行车。";
                let one = draft(Kind::Notice, staff.1, "楼道停放电动自行车的提醒", text);
                let kept = f.write_for_residents(past, &staff, one).await?;
                let act = PublicationAct::Review {
                    passed: false,
                    opinion: "请补充集中充电棚的位置和收费标准".into(),
                };
                f.office.act_on_publication(&secretary.0, kept, act).await?;
            }
            1 => {
                let text = "冬季天干物燥，请不要在楼道堆放杂物、不要私拉电线；发现隐患请拨打社区电话或在手机上随手反映。";
                let one = draft(Kind::Notice, town.1, "冬季防火提醒", text);
                f.write_for_residents(past, &town, one).await?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl Furnisher<'_> {
    async fn add_document(
        &self,
        past: &Past<'_>,
        (keeper, area): &(Actor, AreaId),
        new: NewDocument,
    ) -> Result<DocumentId, Fault> {
        let key = past.key("document");
        let kept = self
            .office
            .add_document(keeper, *area, new, Vec::new(), key);
        Ok(kept.await?.document.id)
    }

    async fn write_for_residents(
        &self,
        past: &Past<'_>,
        (author, area): &(Actor, AreaId),
        one: Draft,
    ) -> Result<PublicationId, Fault> {
        let key = past.key("publication");
        let kept = self
            .office
            .write_publication(author, *area, one, Vec::new(), key);
        Ok(kept.await?.id)
    }

    /// Written by one, read by another, published.
    async fn publish_for_residents(
        &self,
        past: &Past<'_>,
        (author, reviewer): (&(Actor, AreaId), &(Actor, AreaId)),
        one: Draft,
    ) -> Result<PublicationId, Fault> {
        let id = self.write_for_residents(past, author, one).await?;
        let act = PublicationAct::Review {
            passed: true,
            opinion: "内容属实，可以发布".into(),
        };
        self.office.act_on_publication(&reviewer.0, id, act).await?;
        self.office
            .act_on_publication(&author.0, id, PublicationAct::Publish)
            .await?;
        Ok(id)
    }

    /// Packs of two matters that are over in the shown community, incidents first.
    pub(super) async fn evidence(&self) -> Result<(), Fault> {
        let (Some((inspector, _)), Some((staff, community))) =
            (self.shown("jijian"), self.shown("shequ"))
        else {
            return Ok(());
        };
        let query = Query {
            area: Some(community),
            limit: Some(100),
            ..Query::of(View::Area)
        };
        let page = self.office.matters(&staff, query).await?;
        let over = page.rows.iter().map(|l| &l.matter).filter(|m| m.over());
        let mut over: Vec<_> = over.collect();
        over.sort_by_key(|m| m.flow != "incident");
        for (matter, purpose) in over.into_iter().zip([
            "核查群众来信第 12 号反映的办理时限问题",
            "按年度监督计划抽查办理过程",
        ]) {
            self.office
                .take_evidence(&inspector, &matter.no, purpose)
                .await?;
        }
        Ok(())
    }
}
