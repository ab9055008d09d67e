//! Disputes of the shown community from session to return visit (R085 to R089): one that held, one
//! between its two visits, one still being mediated, one that ended elsewhere. The parties are invented.

use super::Furnisher;
use super::history::Past;
use super::work::values;
use civic::directory::Actor;
use civic::id::{AreaId, MatterId, MediationBodyId};
use civic::matter::Finding;
use civic::mediation::Body;
use office::matter::FormInput;
use office::{Fault, SessionInput};

/// The disputes so far.
#[derive(Default)]
pub(super) struct Disputes {
    held: Option<MatterId>,
    between: Option<MatterId>,
    open: Option<MatterId>,
}

/// A session as the page asks for it.
struct Told<'a> {
    parties: [&'a str; 2],
    record: &'a str,
    agreement: Option<&'a str>,
}

impl Disputes {
    pub(super) async fn on(&mut self, past: &Past<'_>) -> Result<(), Fault> {
        let f = past.furnisher;
        let (Some((staff, community)), Some((_, unit))) = (f.shown("shequ"), f.shown("danyuan"))
        else {
            return Ok(());
        };
        match past.ago {
            31 => {
                f.found_mediators(&staff, community).await?;
                let text = "一楼住户在公共绿地种菜，与二楼住户因气味和排水起争执。";
                let made = f.dispute_of(&staff, unit, text, "低风险").await?;
                let told = Told {
                    parties: ["林某（一楼）", "吴某（二楼）"],
                    record: "现场看过绿地和排水口，双方愿意各退一步。",
                    agreement: Some("一楼十日内恢复绿地，二楼同意共用排水口加装滤网。"),
                };
                f.session(&staff, made, &told).await?;
                self.held = Some(made);
            }
            24 => {
                let text = "绿地已恢复，滤网已装好，双方没有新的争执。";
                f.go_on(&staff, self.held, "visit_first", text).await?;
            }
            13 => {
                let text = "地下车位被邻车长期占用，双方多次口角。";
                let made = f.dispute_of(&staff, unit, text, "中风险").await?;
                let told = Told {
                    parties: ["郑某", "苏某"],
                    record: "第一次调解，双方对车位界线各执一词，约定请物业到场测量。",
                    agreement: None,
                };
                f.session(&staff, made, &told).await?;
                self.between = Some(made);
            }
            11 => {
                let told = Told {
                    parties: ["郑某", "苏某"],
                    record: "物业到场测量后界线明确，双方当场和解。",
                    agreement: Some("苏某三日内重新划线停放，郑某不再追究此前占用。"),
                };
                if let Some(id) = self.between {
                    f.session(&staff, id, &told).await?;
                }
            }
            4 => {
                let text = "车位线已重新划好，近一周无人越线。";
                f.go_on(&staff, self.between, "visit_first", text).await?;
            }
            5 => {
                let text = "空调外机滴水到楼下雨棚，夜间声响影响休息。";
                let made = f.dispute_of(&staff, unit, text, "低风险").await?;
                let told = Told {
                    parties: ["何某（五楼）", "陈某（四楼）"],
                    record: "双方同意先接引流管，费用分担下次再谈。",
                    agreement: None,
                };
                f.session(&staff, made, &told).await?;
                self.open = Some(made);
            }
            1 => {
                let Some(id) = self.held else {
                    return Ok(());
                };
                let form = FormInput {
                    opinion: Some("两次回访都没有反复。".into()),
                    reply: Some("绿地已恢复，排水口已装滤网，感谢双方互谅互让。".into()),
                    finding: Some(Finding::Solved),
                    ..FormInput::default()
                };
                f.act(&staff, id, "settle", form).await?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl Furnisher<'_> {
    /// The mediation organisation of the shown community and its pool.
    async fn found_mediators(&self, staff: &Actor, community: AreaId) -> Result<(), Fault> {
        let place = self.name(community);
        let body = Body {
            id: MediationBodyId(0),
            area: community,
            name: format!("{place}人民调解委员会"),
            host: format!("{place}邻里中心"),
            address: "邻里中心一楼".into(),
            mediators: Vec::new(),
        };
        let body = self.office.found_mediation(staff, body).await?;
        for (kind, name) in [("people", "林调解"), ("lawyer", "陈律"), ("elder", "黄伯")] {
            self.office
                .admit_mediator(staff, body.id, kind.into(), name.into())
                .await?;
        }
        Ok(())
    }

    /// Registers a dispute and takes it on.
    async fn dispute_of(
        &self,
        staff: &Actor,
        unit: AreaId,
        text: &str,
        risk: &str,
    ) -> Result<MatterId, Fault> {
        let mut report = self.report("dispute", unit, text, "0102");
        report.opening.fields = values(&[("risk", risk), ("scale", "2人")]);
        let key = format!("furnish-dispute-{text}");
        let made = self.office.report(staff, report, Some(key.into())).await?;
        let form = FormInput {
            opinion: Some("双方同意调解，由社区受理".into()),
            ..FormInput::default()
        };
        self.act(staff, made.id, "undertake", form).await?;
        Ok(made.id)
    }

    /// A session by two of the pool.
    async fn session(&self, staff: &Actor, id: MatterId, told: &Told<'_>) -> Result<(), Fault> {
        let Some((_, community)) = self.shown("shequ") else {
            return Ok(());
        };
        let bodies = self.office.mediation(staff, community).await?;
        let Some(body) = bodies.first() else {
            return Ok(());
        };
        let session = SessionInput {
            at: self.office.now(),
            place: "邻里中心调解室".into(),
            mediators: vec![(body.id, 1), (body.id, 2)],
            parties: told.parties.map(str::to_owned).to_vec(),
            record: told.record.into(),
            agreement: told.agreement.map(str::to_owned),
        };
        let form = FormInput {
            session: Some(session),
            ..FormInput::default()
        };
        let key = format!("furnish-session-{id}-{}", self.office.now().0);
        self.office
            .act(staff, id, "mediate", None, form, Some(key.into()))
            .await?;
        Ok(())
    }

    async fn go_on(
        &self,
        staff: &Actor,
        id: Option<MatterId>,
        action: &str,
        opinion: &str,
    ) -> Result<(), Fault> {
        let Some(id) = id else {
            return Ok(());
        };
        let form = FormInput {
            opinion: Some(opinion.into()),
            ..FormInput::default()
        };
        self.act(staff, id, action, form).await
    }

    /// The dispute of today, which came to an agreement.
    pub(super) async fn dispute(&self) -> Result<(), Fault> {
        let (Some((staff, _)), Some((_, unit))) = (self.shown("shequ"), self.shown("danyuan"))
        else {
            return Ok(());
        };
        let text = "楼上卫生间漏水，楼下天花板发霉，双方对维修费用有争议。";
        let made = self.dispute_of(&staff, unit, text, "中风险").await?;
        let told = Told {
            parties: ["王某（楼上）", "何某（楼下）"],
            record: "现场查看漏点，双方核对维修报价后达成一致。",
            agreement: Some("楼上七日内修好防水，承担天花板粉刷费用的七成。"),
        };
        self.session(&staff, made, &told).await
    }
}
