//! Applications of departments over the weeks (R201): one whose term is over, one that was refused, one
//! that was taken off.

use super::history::Past;
use civic::admission::Application;
use civic::area::Level;
use civic::id::AdmissionId;
use office::{Fault, Verdict};

/// The applications so far.
#[derive(Default)]
pub(super) struct Gate {
    walls: Option<AdmissionId>,
    photos: Option<AdmissionId>,
    survey: Option<AdmissionId>,
}

fn application(title: &str, content: &str, basis: &str, frequency: &str) -> Application {
    Application {
        title: title.into(),
        content: content.into(),
        basis: basis.into(),
        people: "本单位 2 人到场".into(),
        money: "由本单位承担".into(),
        frequency: frequency.into(),
        levels: vec![Level::Community, Level::Unit],
        fields: 3,
    }
}

impl Gate {
    pub(super) async fn on(&mut self, past: &Past<'_>) -> Result<(), Fault> {
        let f = past.furnisher;
        let (Some((housing, _)), Some((land, _)), Some((county, _))) =
            (f.shown("zhujian"), f.shown("ziran"), f.shown("qu"))
        else {
            return Ok(());
        };
        let apply = async |bureau, application: Application| {
            let key = past.key("admission");
            let item = f.office.apply_admission(bureau, application, key).await?;
            Ok::<_, Fault>(item.id)
        };
        let decide = async |id, admitted, opinion: &str, days: i64| {
            let verdict = Verdict {
                admitted,
                opinion: opinion.into(),
                from: None,
                to: admitted.then(|| past.day.plus(days)),
            };
            f.office.decide_admission(&county, id, verdict).await
        };
        match past.ago {
            29 => {
                let wanted = application(
                    "老旧楼房外墙专项巡看",
                    "汛期前请楼栋看一遍外墙和雨棚，有松动即报。",
                    "汛期住房安全工作通知",
                    "专项，仅一次",
                );
                self.walls = Some(apply(&housing, wanted).await?);
            }
            28 => {
                if let Some(id) = self.walls {
                    decide(id, true, "汛期急需，同意短期准入，到期自动退出", 14).await?;
                }
            }
            20 => {
                let wanted = application(
                    "巡查照片每日上传",
                    "请单元长每天上传三张巡查照片备查。",
                    "本单位内部考核办法",
                    "每天",
                );
                self.photos = Some(apply(&land, wanted).await?);
            }
            19 => {
                if let Some(id) = self.photos {
                    let opinion = "没有法律法规依据，属重复留痕，增加基层负担，不予准入";
                    decide(id, false, opinion, 0).await?;
                }
            }
            16 => {
                let wanted = application(
                    "维修资金使用意愿摸底",
                    "向住户说明维修资金使用办法，登记有无意愿。",
                    "住宅专项维修资金管理办法",
                    "每年一次",
                );
                self.survey = Some(apply(&housing, wanted).await?);
            }
            15 => {
                if let Some(id) = self.survey {
                    decide(id, true, "依据充分，同意准入", 180).await?;
                }
            }
            6 => {
                if let Some(id) = self.survey {
                    let reason = "摸底已经完成，提前退出清单".to_owned();
                    f.office.exit_admission(&housing, id, reason).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
