//! Work beside the incidents: registers, orders of the hotline, an errand, certificates,
//! phrases and tags. The people in it are invented, the numbers nobody's.

use super::Furnisher;
use civic::area::Level;
use civic::certificate;
use civic::directory::Actor;
use civic::flow::Phase;
use civic::hotline::{Incoming, Reply};
use civic::id::{AreaId, FileId, MatterId, RecordId};
use civic::matter::{Channel, Opening};
use civic::phrase::PhraseField;
use civic::post::Seat;
use civic::register::{Draft, ItemDraft};
use civic::rights::{Relation, Verb};
use office::matter::{ContactInput, FormInput, PlaceInput, Query, ReportInput, View};
use office::{Fault, PhraseInput};
use std::collections::BTreeMap;

/// The paper of an authorisation: an empty page.
const PAPER: &[u8] = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

/// Orders of the hotline: text, address, days until the answer, and the answer where there is one.
const ORDERS: &[(&str, &str, i64, Option<&str>)] = &[
    (
        "小区门口路灯连续三晚不亮，夜间出行不便。",
        "小区东门",
        1,
        Some("已通知维护单位更换灯具，当晚恢复照明。"),
    ),
    (
        "路口垃圾桶满溢，异味较大，希望增加清运次数。",
        "农贸市场旁路口",
        2,
        Some("已增加一次傍晚清运，请继续监督。"),
    ),
    ("楼下店铺深夜播放音乐，影响休息。", "沿街店铺", 3, None),
    ("人行道地砖松动，雨天溅水。", "公交站台附近", 4, None),
];

/// Tags of what the community judged.
const TAGS: &[&str] = &["痛点", "堵点", "断点", "痛点", "堵点"];

pub(super) fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let own = |(code, value): &(&str, &str)| ((*code).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

impl Furnisher<'_> {
    pub(super) fn name(&self, area: AreaId) -> String {
        let found = self.world.tree().get(area);
        found.map_or_else(String::new, |a| a.name.to_string())
    }

    pub(super) async fn enter(
        &self,
        actor: &Actor,
        register: &str,
        area: AreaId,
        pairs: &[(&str, &str)],
        items: &[(&str, &str, i64)],
    ) -> Result<RecordId, Fault> {
        let today = self.office.today();
        let item = |(text, owner, days): &(&str, &str, i64)| ItemDraft {
            text: (*text).into(),
            owner: (*owner).into(),
            due: Some(today.plus(*days)),
        };
        // Some have a term.
        let (since, term) = match register {
            "inspection" => (0, Some(45)),
            "pairing" | "first_secretary" => (60, Some(305)),
            "committee_term" => (60, Some(1_765)),
            _ => (60, None),
        };
        let draft = Draft {
            area,
            from: today.plus(-since),
            to: term.map(|days| today.plus(days)),
            values: values(pairs),
            items: items.iter().map(item).collect(),
        };
        let key = format!("furnish-{register}-{area}-{}", pairs[0].1);
        let seen = self
            .office
            .add_record(actor, register, draft, key.into())
            .await?;
        Ok(seen.record.id)
    }

    /// Organisations of the party, joint meetings, agreements, professionals, contact points.
    pub(super) async fn registers(&self) -> Result<(), Fault> {
        let (Some((dispatcher, town)), Some((staff, community))) =
            (self.shown("jiedao"), self.shown("shequ"))
        else {
            return Ok(());
        };
        let (place, day) = (self.name(community), self.today.plus(-20).to_string());
        let committee = format!("{place}党委");
        let standing = |name: &str, rank: &str, members: &str| {
            values(&[
                ("name", name),
                ("rank", rank),
                ("nature", "standing"),
                ("founding", "own"),
                ("members", members),
            ])
        };
        let of = |map: BTreeMap<String, String>| map.into_iter().collect::<Vec<_>>();
        let own = of(standing(&committee, "committee", "86"));
        let own: Vec<_> = own.iter().map(|(c, v)| (c.as_str(), v.as_str())).collect();
        let parent = self
            .enter(&staff, "party_org", community, &own, &[])
            .await?;
        if let Some((_, grid)) = self.shown("wanggezhang") {
            let branch = format!("{}党支部", self.name(grid));
            let mut map = standing(&branch, "branch", "21");
            map.insert("parent".into(), parent.to_string());
            let own = of(map);
            let own: Vec<_> = own.iter().map(|(c, v)| (c.as_str(), v.as_str())).collect();
            self.enter(&staff, "party_org", grid, &own, &[]).await?;
        }
        for (kind, post) in [
            ("building_head", "楼栋长，联系本楼住户"),
            ("contact_household", "党员联系户，联系相邻六户"),
        ] {
            let Some((_, unit)) = self.shown("danyuan") else {
                continue;
            };
            let pairs = [
                ("kind", kind),
                ("post", post),
                ("duty", "有事先上门，矛盾不出楼。"),
            ];
            self.enter(&staff, "party_pioneer", unit, &pairs, &[])
                .await?;
        }
        let meeting = [
            ("title", "第三季度党建联席会议"),
            ("kind", "joint"),
            ("held", &*day),
            ("place", "街道二楼会议室"),
            ("attendees", "派出所、综合执法队、供电所、辖区学校和企业"),
            ("agenda", "老旧小区充电设施、校门口停车秩序"),
            ("decisions", "分头落实，下次会议通报进展。"),
        ];
        let items = [
            ("选址并安装两处集中充电棚", "供电所", 30),
            ("校门口划设即停即走车位", "综合执法队", 15),
        ];
        self.enter(&dispatcher, "joint_meeting", town, &meeting, &items)
            .await?;
        let pairing = [
            ("unit", "辖区中心小学"),
            ("signed", &*day),
            ("contact", "总务主任"),
            ("content", "开放操场，共办四点半课堂。"),
        ];
        let items = [("每周六开放操场半天", "学校总务处", 60)];
        self.enter(&staff, "pairing", community, &pairing, &items)
            .await?;
        for (name, kind, hours) in [
            ("陈律（公共法律服务工作站）", "lawyer", "每周三下午"),
            ("许法官（人民法庭）", "judge", "每月第一个周五"),
            ("郑警官（派出所）", "police", "工作日"),
        ] {
            let pairs = [("name", name), ("kind", kind), ("hours", hours)];
            self.enter(&staff, "professional", community, &pairs, &[])
                .await?;
        }
        if let Some(Seat::Org(org)) = self
            .shown("ziran")
            .and_then(|(a, _)| Some(a.posts.first()?.seat))
        {
            let org = org.to_string();
            let pairs = [
                ("org", &*org),
                ("contact", "办公室联络员"),
                ("content", "每季度到社区一次，听取用地和房屋方面的意见。"),
            ];
            self.enter(&dispatcher, "hookup", town, &pairs, &[]).await?;
        }
        let training = [
            ("title", "单元长上岗培训"),
            ("held", &*day),
            ("place", "街道党群服务中心"),
            ("invited", "40"),
            ("attended", "37"),
        ];
        self.enter(&dispatcher, "training_session", town, &training, &[])
            .await?;
        Ok(())
    }

    /// Orders of the hotline, two of them answered.
    pub(super) async fn hotline(&self) -> Result<(), Fault> {
        let (Some((dispatcher, _)), Some((_, community))) =
            (self.shown("jiedao"), self.shown("shequ"))
        else {
            return Ok(());
        };
        let Some(code) = self.world.codes.get(&community) else {
            return Ok(());
        };
        let order = |(nth, (text, address, days, _)): (u64, &(&str, &str, i64, Option<&str>))| {
            let order = Incoming {
                no: format!("12345-{}-{nth:03}", self.today.to_string().replace('-', "")),
                text: (*text).into(),
                address: (*address).into(),
                code: code.clone(),
                deadline: self.today.plus(*days).to_string(),
                ..Incoming::default()
            };
            (nth, order)
        };
        let lines: Vec<_> = (1..).zip(ORDERS).map(order).collect();
        let taken = self.office.take_orders(&dispatcher, lines).await?;
        for (line, (.., answer)) in taken.iter().zip(ORDERS) {
            let (Some(answer), true) = (answer, line.matter.is_some()) else {
                continue;
            };
            let reply = Reply {
                genuine: true,
                beyond: false,
                contacted: None,
                solved: true,
                unsolved_reason: String::new(),
                note: (*answer).into(),
                answer: (*answer).into(),
            };
            self.office
                .reply_order(&dispatcher, line.no.clone(), reply)
                .await?;
        }
        Ok(())
    }

    pub(super) fn report(
        &self,
        flow: &str,
        unit: AreaId,
        text: &str,
        category: &str,
    ) -> ReportInput {
        ReportInput {
            title: String::new(),
            text: text.into(),
            category: Some(category.into()),
            condition: None,
            channel: Channel::Field,
            place: PlaceInput {
                address: self.name(unit),
                area: Some(unit),
                point: None,
            },
            contact: None,
            confirms: false,
            bypass: None,
            prehandle: None,
            on_behalf: false,
            files: Vec::new(),
            origin: None,
            opening: Opening {
                flow: Some(flow.into()),
                ..Opening::default()
            },
        }
    }

    pub(super) async fn act(
        &self,
        actor: &Actor,
        matter: MatterId,
        action: &str,
        form: FormInput,
    ) -> Result<(), Fault> {
        let key = format!("furnish-{matter}-{action}");
        self.office
            .act(actor, matter, action, None, form, Some(key.into()))
            .await?;
        Ok(())
    }

    /// An errand under way for a resident who authorised it.
    pub(super) async fn errand(&self) -> Result<(), Fault> {
        let (Some((worker, _)), Some((_, unit))) =
            (self.shown("wanggeyuan"), self.shown("danyuan"))
        else {
            return Ok(());
        };
        let file: FileId = self
            .office
            .upload(&worker, "授权委托书.pdf", PAPER.to_vec())
            .await?
            .id;
        let mut report = self.report("help", unit, "代办老年人优待证，材料已收齐。", "5304");
        report.files = vec![file];
        report.confirms = true;
        report.contact = Some(ContactInput {
            name: "王阿福".into(),
            phone: "13900000001".into(),
        });
        let until = self.today.plus(14).to_string();
        report.opening.fields = values(&[
            ("purpose", "申领老年人优待证，代交材料、代领证件"),
            ("authorised_until", &until),
        ]);
        let made = self
            .office
            .report(&worker, report, Some("furnish-errand".to_owned().into()))
            .await?;
        let form = FormInput {
            opinion: Some("材料齐全，明早到便民服务中心递交".into()),
            ..FormInput::default()
        };
        self.act(&worker, made.id, "undertake", form).await
    }

    /// What the shown community issued and refused.
    /// Standard addresses of the shown community on a street that does not exist, with households; one
    /// of each kind that the check of completeness finds. Written with bars, for the house's rule of
    /// commas.
    pub(super) async fn addresses(&self) -> Result<(), Fault> {
        let Some((staff, community)) = self.shown("shequ") else {
            return Ok(());
        };
        let Some(code) = self.world.codes.get(&community) else {
            return Ok(());
        };
        let tree = self.world.tree();
        let mut addresses = String::from("code|street|door|building|room|community|lon|lat\n");
        let mut homes = String::from("no|address|people|community\n");
        let units = tree.subtree(community).filter(|a| a.level == Level::Unit);
        for (nth, unit) in (1..).zip(units) {
            for room in [101, 102, 201, 202] {
                let own = format!("{code}{nth:03}{room}");
                addresses += &format!(
                    "{own}|示例路|{nth}号|{}|{room}室||{}|{}\n",
                    unit.name, unit.lon, unit.lat
                );
                homes += &format!("H{own}|{own}|{}|\n", 2 + room % 3);
            }
        }
        addresses += &format!("{code}000901|示例路|901号|||{code}||\n");
        addresses += &format!("{code}000902|示例巷|8号|||{code}||\n");
        addresses += &format!("{code}000903|示例巷|8号|||{code}||\n");
        homes += &format!("H{code}000999||3|{code}\n");
        for (sheet, text) in [
            (office::Sheet::Addresses, addresses),
            (office::Sheet::Households, homes),
        ] {
            let taken = self
                .office
                .import_register(&staff, community, sheet, text.replace('|', ","), true)
                .await?;
            if let Some(first) = taken.problems.into_iter().next() {
                return Err(Fault::from(vec![first]));
            }
        }
        Ok(())
    }

    pub(super) async fn certificates(&self) -> Result<(), Fault> {
        let Some((staff, community)) = self.shown("shequ") else {
            return Ok(());
        };
        for (nth, (refused, name, applicant, purpose, basis)) in [
            (
                None,
                "居住情况说明",
                "何小妹",
                "子女入学报名",
                "教育局入学工作通知",
            ),
            (Some(1), "", "王阿福", "继承公证", ""),
            (Some(4), "", "陈阿明", "办理犬证", ""),
        ]
        .into_iter()
        .enumerate()
        {
            let draft = certificate::Draft {
                refused,
                name: name.into(),
                applicant: applicant.into(),
                purpose: purpose.into(),
                basis: basis.into(),
            };
            let key = format!("furnish-certificate-{nth}");
            self.office
                .certify(&staff, community, draft, key.into())
                .await?;
        }
        Ok(())
    }

    /// Phrases that the shown town shares.
    pub(super) async fn phrases(&self) -> Result<(), Fault> {
        let Some((dispatcher, town)) = self.shown("jiedao") else {
            return Ok(());
        };
        for (action, field, text) in [
            (
                "settle",
                PhraseField::Reply,
                "感谢您的反映，我们已办理完毕，欢迎继续监督。",
            ),
            (
                "call",
                PhraseField::Opinion,
                "请主办单位两日内到场，办理后附现场照片。",
            ),
            (
                "",
                PhraseField::Opinion,
                "已与当事人电话沟通，说明办理安排。",
            ),
        ] {
            let input = PhraseInput {
                area: Some(town),
                action: action.into(),
                field,
                text: text.into(),
            };
            let key = format!("furnish-phrase-{text}");
            self.office
                .save_phrase(&dispatcher, input, key.into())
                .await?;
        }
        Ok(())
    }

    /// Tags on what the shown community judged.
    pub(super) async fn tags(&self) -> Result<(), Fault> {
        let Some((staff, community)) = self.shown("shequ") else {
            return Ok(());
        };
        let query = Query {
            area: Some(community),
            limit: Some(100),
            ..Query::of(View::Area)
        };
        let page = self.office.matters(&staff, query).await?;
        let (today, directory) = (self.today, self.world.directory());
        let judged = page.rows.iter().map(|l| &l.matter).filter(|m| {
            let owns = directory.entitles(
                &staff,
                Verb::Mark,
                &[Relation::Desk, Relation::Owner],
                m,
                today,
            );
            m.flow == "incident"
                && owns.is_some()
                && !matches!(m.phase, Phase::Dropped | Phase::Archived)
        });
        for (matter, tag) in judged.zip(TAGS) {
            let form = FormInput {
                fields: values(&[("problem", tag)]),
                ..FormInput::default()
            };
            self.act(&staff, matter.id, "tag", form).await?;
        }
        Ok(())
    }
}
