//! The centre of the shown town over the weeks: who is on duty, what the log says, how it goes from
//! hand to hand; and the visits of a day.

use super::history::Past;
use civic::id::LogEntryId;
use civic::logbook::EntryKind;
use civic::post::{Role, Seat};
use office::{Fault, VisitInput};

/// Days on which the log is kept.
const DAYS: i64 = 14;

/// Lines of the log; those of an event are finished the next day.
const LINES: &[(EntryKind, &str)] = &[
    (EntryKind::Round, "巡查中心各窗口和视频点位，设备运行正常。"),
    (
        EntryKind::Caller,
        "居民来访反映夜间施工噪声，已登记为事件并告知办理时限。",
    ),
    (
        EntryKind::Event,
        "接气象预警，已通知各社区检查低洼路段，次日回访是否有积水。",
    ),
    (
        EntryKind::Instruction,
        "区中心通知：近期重点排查电动自行车进楼充电，已转各社区。",
    ),
    (
        EntryKind::Event,
        "供水管抢修，两个小区临时停水，已协调送水车，待恢复后销项。",
    ),
    (
        EntryKind::Caller,
        "企业来电询问占道施工手续，已引导到便民服务中心办理。",
    ),
];

/// Visits: kind, and what was seen.
const VISITS: &[(&str, &str)] = &[
    ("patrol", "楼道通畅，消防器材在位。"),
    ("visit", "走访住户，了解物业服务情况，无新增诉求。"),
    ("publicity", "张贴用电安全提示，向住户说明充电规定。"),
    ("care", "看望独居住户，帮助更换楼道灯泡。"),
    ("service", "帮住户代交材料，回执已送到家。"),
    ("inspect", "查看地下车库消防通道，一处杂物当场清走。"),
];

/// What goes on from one day to the next.
#[derive(Default)]
pub(super) struct Centre {
    unfinished: Option<LogEntryId>,
}

impl Centre {
    pub(super) async fn on(&mut self, past: &Past<'_>) -> Result<(), Fault> {
        let f = past.furnisher;
        let Some((_, town)) = f.shown("jiedao").filter(|_| past.ago <= DAYS) else {
            return Ok(());
        };
        let people = f.posts_at(town, Role::TownDispatcher);
        let on_duty = |ago: i64| {
            let nth = usize::try_from(ago).unwrap_or_default() % people.len().max(1);
            people.get(nth).map(|p| f.actor(p.account))
        };
        let (Some(keeper), Some(next)) = (on_duty(past.ago), on_duty(past.ago - 1)) else {
            return Ok(());
        };
        let duties = vec![keeper.account];
        f.office.set_duties(&keeper, town, past.day, duties).await?;
        if let Some(id) = self.unfinished.take() {
            let text = "已回访，恢复正常。".to_owned();
            f.office.finish_log(&keeper, id, text).await?;
        }
        let nth = usize::try_from(past.ago).unwrap_or_default();
        for (kind, text) in [LINES[nth % LINES.len()], LINES[(nth + 3) % LINES.len()]] {
            // What the last shift leaves open is what the page shows as unfinished.
            let follow = kind == EntryKind::Event;
            let key = past.key(&format!("log-{}", kind.code()));
            let line = f
                .office
                .write_log(&keeper, town, kind, text.into(), follow, key)
                .await?;
            if follow {
                self.unfinished = Some(line.id);
            }
        }
        past.clock(17, 0);
        if keeper.account != next.account {
            let note = "钥匙、值班手机和视频账号已当面移交。".to_owned();
            let handed = f
                .office
                .hand_over(&keeper, town, next.account, note)
                .await?;
            let note = "已核对未完事项。".to_owned();
            f.office.take_over(&next, handed.id, note).await?;
        }
        Ok(())
    }
}

impl Past<'_> {
    /// Two units of the shown community are visited by their heads.
    pub(super) async fn visits(&self) -> Result<(), Fault> {
        let f = self.furnisher;
        let heads = f.heads();
        let zone = f.world.rules.calendar.zone();
        for round in 0..2_i64 {
            let nth = usize::try_from(self.ago * 2 + round).unwrap_or_default();
            let Some(head) = heads.iter().rev().nth(nth % heads.len().max(1)) else {
                continue;
            };
            let Seat::Area(unit) = head.seat else {
                continue;
            };
            let (kind, text) = VISITS[nth % VISITS.len()];
            let input = VisitInput {
                unit,
                kind: kind.into(),
                text: text.into(),
                at: Some(zone.at(self.day, 9 + (nth % 7) as u32, 20)),
                for_head: false,
            };
            let key = self.key(&format!("visit-{round}"));
            let actor = f.actor(head.account);
            f.office.log_visit(&actor, input, None, Some(key)).await?;
        }
        Ok(())
    }
}
