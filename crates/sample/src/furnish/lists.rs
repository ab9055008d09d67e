//! Lists of the shown town over the weeks: its powers and what it says of stations (R203 to R205), an
//! inspection with its findings (R216), a task force, and the smaller registers of the organisation.

use super::history::Past;
use super::work::values;
use super::{Fault, Furnisher};
use civic::directory::Actor;
use civic::id::{AreaId, MatterId, RecordId};
use civic::matter::{Desk, Finding};
use civic::register::{ItemState, Update};
use office::matter::FormInput;

/// The records so far.
#[derive(Default)]
pub(super) struct Lists {
    force: Option<RecordId>,
    inspection: Option<RecordId>,
    rectified: Option<MatterId>,
}

impl Lists {
    pub(super) async fn on(&mut self, past: &Past<'_>) -> Result<(), Fault> {
        let f = past.furnisher;
        let (Some((town, area)), Some((staff, community)), Some((secretary, _))) =
            (f.shown("jiedao"), f.shown("shequ"), f.shown("shuji"))
        else {
            return Ok(());
        };
        let said = |text: &str, state| Update {
            text: text.into(),
            state,
            matter: None,
        };
        match past.ago {
            28 => f.powers(&town, area).await?,
            26 => f.community_lists((&staff, &secretary), community).await?,
            25 => f.town_lists(&town, area).await?,
            24 => self.force = Some(f.task_force(&town, area).await?),
            18 => self.inspection = Some(f.inspection(&town, area, community).await?),
            15 => {
                if let Some(id) = self.force {
                    let text = "已完成 12 个小区摸底，登记充电位缺口 86 个。";
                    f.update(&town, id, 1, said(text, ItemState::Done)).await?;
                }
            }
            14 => {
                if let Some(id) = self.inspection {
                    let community = community.to_string();
                    let (id, day) = (id.to_string(), past.day.to_string());
                    let pairs = [
                        ("plan", &*id),
                        ("subject", "安置房小区 3 号楼"),
                        ("areas", &*community),
                        ("day", &*day),
                        (
                            "seen",
                            "底层楼道停放电动自行车 4 辆，1 辆正在充电；消防箱完好。",
                        ),
                    ];
                    f.enter(&town, "spot_check", area, &pairs, &[]).await?;
                }
            }
            13 => {
                if let Some(id) = self.inspection {
                    let (made, no) = f.rectify(past, &town, community).await?;
                    let update = Update {
                        matter: Some(no),
                        ..said("已发限期整改，五日内完成。", ItemState::Open)
                    };
                    f.update(&town, id, 1, update).await?;
                    self.rectified = Some(made);
                }
            }
            12 => f.step(&staff, self.rectified, "sign", "").await?,
            11 => {
                let plan = "即日起劝离楼道车辆，三日内在东侧空地划出停放区并装充电桩。";
                f.step(&staff, self.rectified, "plan", plan).await?;
            }
            8 => {
                let done = "楼道车辆全部移出，停放区和充电桩已启用，附巡查安排。";
                f.step(&staff, self.rectified, "feed_back", done).await?;
            }
            7 => {
                if let (Some(id), Some(plan)) = (self.rectified, self.inspection) {
                    let seen = "现场复看，楼道通畅，同意销号。";
                    f.step(&town, Some(id), "accept", seen).await?;
                    let done = said("整改验收销号。", ItemState::Done);
                    f.update(&town, plan, 1, done).await?;
                }
            }
            5 => {
                if let Some(id) = self.force {
                    let text = "第一批 4 处已选址，正在走占地手续。";
                    f.update(&town, id, 2, said(text, ItemState::Open)).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Furnisher<'_> {
    /// Says how a piece of work of a record goes.
    async fn update(
        &self,
        actor: &Actor,
        id: RecordId,
        no: u32,
        update: Update,
    ) -> Result<(), Fault> {
        let version = self.office.record(actor, id).await?.record.version;
        self.office
            .update_item(actor, id, version, no, update)
            .await?;
        Ok(())
    }

    async fn step(
        &self,
        actor: &Actor,
        id: Option<MatterId>,
        action: &str,
        opinion: &str,
    ) -> Result<(), Fault> {
        let Some(id) = id else {
            return Ok(());
        };
        let form = FormInput {
            opinion: (!opinion.is_empty()).then(|| opinion.to_owned()),
            finding: (action == "feed_back").then_some(Finding::Solved),
            ..FormInput::default()
        };
        self.act(actor, id, action, form).await
    }

    /// The station of a line of business in an area.
    fn station(&self, area: AreaId, line: &str) -> Option<String> {
        let mut orgs = self.world.directory().orgs_of(area);
        orgs.find(|o| &*o.line == line).map(|o| o.id.to_string())
    }

    /// What the town does itself, what the county handed to it, and what it says of the stations.
    async fn powers(&self, town: &Actor, area: AreaId) -> Result<(), Fault> {
        for (title, kind, category, line, basis) in [
            (
                "店外经营和占道经营的劝导、处理",
                "own",
                "0704",
                "urban_management",
                "镇街权责清单第 18 项",
            ),
            (
                "农村宅基地纠纷的核查和调处",
                "own",
                "0105",
                "natural_resources",
                "镇街权责清单第 31 项",
            ),
            (
                "餐饮油烟扰民的检查和处理",
                "empowered",
                "0316",
                "urban_management",
                "区政府赋权事项目录第 7 项",
            ),
            (
                "物业服务投诉的处理",
                "own",
                "0103",
                "housing",
                "镇街权责清单第 44 项",
            ),
        ] {
            let Some(org) = self.station(area, line) else {
                continue;
            };
            let pairs = [
                ("title", title),
                ("kind", kind),
                ("category", category),
                ("org", &*org),
                ("basis", basis),
            ];
            self.enter(town, "power", area, &pairs, &[]).await?;
        }
        for (line, period, grade, reason) in [
            ("natural_resources", "第二季度", "good", ""),
            (
                "natural_resources",
                "第三季度",
                "fair",
                "到场及时，答复文书偏慢。",
            ),
            ("housing", "第三季度", "good", ""),
            (
                "urban_management",
                "第三季度",
                "poor",
                "两次夜间联动没有到场，已约谈。",
            ),
        ] {
            let Some(org) = self.station(area, line) else {
                continue;
            };
            let mut pairs = vec![("org", &*org), ("period", period), ("grade", grade)];
            pairs.extend((!reason.is_empty()).then_some(("reason", reason)));
            self.enter(town, "station_review", area, &pairs, &[])
                .await?;
        }
        let pairs = [
            ("unit", "城市管理局"),
            ("kind", "task"),
            ("basis", "年度重点任务分解表"),
        ];
        let items = [
            ("沿街店铺外摆整治，不少于两条街", "执法中队", 20),
            ("早晚高峰学校门口定岗", "执法中队", 60),
        ];
        self.enter(town, "duty_list", area, &pairs, &items).await?;
        Ok(())
    }

    /// A task force with its milestones.
    async fn task_force(&self, town: &Actor, area: AreaId) -> Result<RecordId, Fault> {
        let pairs = [
            ("title", "电动自行车充电安全工作专班"),
            ("leader", "jiedaolingdao"),
            (
                "groups",
                "排查组：各社区；建设组：综合执法队、供电所；宣传组：党群工作办。",
            ),
            ("work", "三个月内让辖区每个小区都有集中充电的地方。"),
        ];
        let items = [
            ("逐个小区摸清停放数量和充电位缺口", "排查组", 12),
            ("建成第一批 4 处集中充电棚", "建设组", 45),
            ("每个楼栋宣传到户", "宣传组", 20),
        ];
        self.enter(town, "task_force", area, &pairs, &items).await
    }

    /// A plan of inspection over the shown community and its neighbours.
    async fn inspection(
        &self,
        town: &Actor,
        area: AreaId,
        community: AreaId,
    ) -> Result<RecordId, Fault> {
        let others = self.world.tree().children(area).map(|a| a.id);
        let others = others.filter(|id| *id != community).take(2);
        let below: Vec<String> = std::iter::once(community)
            .chain(others)
            .map(|id| id.to_string())
            .collect();
        let below = below.join(",");
        let pairs = [
            ("title", "楼道充电和消防通道专项督查"),
            ("focus", "楼道停放充电、消防通道占用、隐患上报后的处置。"),
            ("areas", &*below),
            ("inspectors", "街道治理中心、平安法治办各一人"),
            ("method", "不打招呼，直接到楼栋"),
        ];
        let items = [
            ("安置房小区 3 号楼底层楼道停车充电", "社区", 10),
            ("两处消防通道标线磨损，看不清", "社区", 30),
        ];
        self.enter(town, "inspection", area, &pairs, &items).await
    }

    /// What the inspection found is to be put right by the community.
    async fn rectify(
        &self,
        past: &Past<'_>,
        town: &Actor,
        community: AreaId,
    ) -> Result<(MatterId, String), Fault> {
        let text = "督查发现安置房小区 3 号楼底层楼道停放电动自行车并充电，限期整改。";
        let mut report = self.report("rectify", community, text, "5103");
        report.place = Default::default();
        report.opening.target = Some(Desk::Area(community));
        report.opening.until = Some(past.day.plus(7));
        report.opening.fields =
            values(&[("source", "检查发现"), ("basis", "楼道充电专项督查方案")]);
        let key = past.key("rectify");
        let made = self.office.report(town, report, Some(key)).await?;
        Ok((made.id, made.no))
    }

    /// The registers that a town keeps of its people and projects.
    async fn town_lists(&self, town: &Actor, area: AreaId) -> Result<(), Fault> {
        let pairs = [("basis_text", "区委编办核定文件"), ("quota", "96")];
        self.enter(town, "worker_quota", area, &pairs, &[]).await?;
        let pairs = [
            ("title", "年度单元长、网格长培训计划"),
            ("audience", "单元长、网格长"),
            ("content", "上报和研判、调解方法、个人信息保护。"),
        ];
        let items = [
            ("第一课：怎样上报，怎样当日办", "党校教师", 20),
            ("第二课：调解的话怎么说", "人民法庭法官", 50),
        ];
        self.enter(town, "training_plan", area, &pairs, &items)
            .await?;
        for (title, stage, by, content, result) in [
            (
                "背街小巷路灯加装",
                "claimed",
                "供电所",
                "三条无灯巷道加装路灯 26 盏。",
                "",
            ),
            (
                "小区长者食堂",
                "offered",
                "",
                "利用闲置用房开办长者食堂，每天供应午餐。",
                "",
            ),
            (
                "校门口家长等候区",
                "done",
                "中心小学",
                "校门口设雨棚和座椅。",
                "雨棚和座椅已装好，放学时段不再占道。",
            ),
        ] {
            let mut pairs = vec![("title", title), ("stage", stage), ("content", content)];
            for (code, value) in [("claimed_by", by), ("result", result)] {
                pairs.extend((!value.is_empty()).then_some((code, value)));
            }
            self.enter(town, "joint_project", area, &pairs, &[]).await?;
        }
        Ok(())
    }

    /// The registers of the shown community.
    async fn community_lists(
        &self,
        (staff, secretary): (&Actor, &Actor),
        community: AreaId,
    ) -> Result<(), Fault> {
        let pairs = [
            ("leader", "jiedaolingdao"),
            ("duty", "每月到社区一次，听取意见，协调停车和充电难题。"),
        ];
        self.enter(staff, "leader_point", community, &pairs, &[])
            .await?;
        let pairs = [("name", "徐某（副局长）"), ("unit", "区住房和城乡建设局")];
        self.enter(staff, "first_secretary", community, &pairs, &[])
            .await?;
        let pairs = [
            ("company", "绿源物业服务公司"),
            ("content", "公司出人出料，社区出场地，共管两个小区公园。"),
        ];
        let items = [("每月两次公共绿地修剪", "公司工程部", 40)];
        self.enter(staff, "village_company", community, &pairs, &items)
            .await?;
        let pairs = [
            ("person", "shequ"),
            ("grade", "middle"),
            ("qualification", "assistant"),
            ("recruited_by", "区民政局"),
            ("managed_by", "街道办事处"),
        ];
        self.enter(staff, "community_worker", community, &pairs, &[])
            .await?;
        let pairs = [("title", "第八届居民委员会"), ("body", "residents")];
        let term = self
            .enter(staff, "committee_term", community, &pairs, &[])
            .await?
            .to_string();
        for (name, post, duty) in [
            ("许某", "chair", "主持全面工作"),
            ("曾某", "vice", "民政、卫生"),
            ("翁某", "member", "调解、文体"),
        ] {
            let pairs = [
                ("term", &*term),
                ("name", name),
                ("post", post),
                ("duty", duty),
            ];
            self.enter(staff, "committee_member", community, &pairs, &[])
                .await?;
        }
        let day = self.office.today().to_string();
        let pairs = [
            ("person", "庄某某"),
            ("phone", "10000000021"),
            ("source", "veteran"),
            ("consent", &*day),
            ("training", "先任网格员，参加街道调解培训。"),
        ];
        self.enter(secretary, "reserve", community, &pairs, &[])
            .await?;
        Ok(())
    }
}
