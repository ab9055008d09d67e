//! Periods of assessment over the weeks (R213, R051): one frozen after an appeal, one published with an
//! appeal that waits, one calculated and not yet published: its statements are written and voted on
//! (R214).

use super::history::Past;
use civic::area::Level;
use civic::directory::Actor;
use civic::id::{AreaId, AssessmentId};
use civic::post::Role;
use civic::refusal::Refusal;
use office::{Fault, Opening};

/// Days for statements and ballots.
const REVIEW_DAYS: i64 = 12;

/// What three heads of grids wrote of their work: an answer to each question of the scheme.
const STATEMENTS: [[&str; 3]; 3] = [
    [
        "本期走访住户六十多户，办结群众上报事项，其中楼道堆物、路灯不亮两类最多，大多当天处理。",
        "电动车进楼充电反复出现，劝导多、根治少，原因是充电位不够。",
        "与物业一起增设充电位，每周集中清理一次楼道，处理情况在楼栋群公布。",
    ],
    [
        "本期重点做了下水道疏通和高空坠物隐患排查，协助社区调解邻里纠纷两起。",
        "有几件事项答复不够具体，居民又打电话来问，是我写得太简单。",
        "答复写清做了什么、什么时候做完；每月回访一次已办结的事项。",
    ],
    [
        "本期组织单元长学习上报和分类，网格内事项基本做到当日处理。",
        "老旧楼栋漏水涉及维修资金，还没有办成。",
        "配合社区征求业主意见，争取下季度启动维修。",
    ],
];
/// How colleagues and superiors vote, one after the other.
const BALLOTS: [&str; 6] = [
    "excellent",
    "competent",
    "excellent",
    "competent",
    "basic",
    "competent",
];

/// The periods so far.
#[derive(Default)]
pub(super) struct Assessing {
    communities: Option<AssessmentId>,
    departments: Option<AssessmentId>,
    heads: Option<AssessmentId>,
}

impl Assessing {
    pub(super) async fn on(&mut self, past: &Past<'_>) -> Result<(), Fault> {
        let f = past.furnisher;
        let (Some((county, county_area)), Some((_, town)), Some((secretary, _))) =
            (f.shown("qu"), f.shown("jiedao"), f.shown("shuji"))
        else {
            return Ok(());
        };
        let Some((bureau, _)) = f.shown("ziran") else {
            return Ok(());
        };
        match past.ago {
            12 => {
                let id = past
                    .open(&county, town, "community", "社区治理评价", 22)
                    .await?;
                f.office.calculate_assessment(&county, id).await?;
                past.recheck(county_area, id).await?;
                // What the re-check found is counted in.
                f.office.calculate_assessment(&county, id).await?;
                f.office.publish_assessment(&county, id).await?;
                self.communities = Some(id);
            }
            8 => {
                if let Some(id) = self.communities {
                    let words = "有两件事项的满意度回访人不是当事人，请核对后更正。";
                    let no = past.appeal(&secretary, id, "satisfied", words).await?;
                    past.rule(&county, (id, no)).await?;
                }
            }
            4 => {
                if let Some(id) = self.communities {
                    f.office.freeze_assessment(&county, id).await?;
                }
            }
            3 => {
                let id = past
                    .open(&county, county_area, "department", "部门协同处置评价", 26)
                    .await?;
                f.office.calculate_assessment(&county, id).await?;
                past.recheck(county_area, id).await?;
                f.office.calculate_assessment(&county, id).await?;
                f.office.publish_assessment(&county, id).await?;
                self.departments = Some(id);
            }
            2 => {
                let id = past
                    .open(&county, town, "grid_head", "网格长履职评价", 26)
                    .await?;
                f.office.calculate_assessment(&county, id).await?;
                let until = past.day.plus(REVIEW_DAYS);
                f.office.open_review(&county, id, until).await?;
                self.heads = Some(id);
            }
            1 => {
                if let Some(id) = self.heads {
                    past.review(&secretary, id).await?;
                }
                if let Some(id) = self.departments {
                    let words = "其中一件签收延迟是因系统停机维护，附停机公告，请核减。";
                    past.appeal(&bureau, id, "sign_in", words).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Past<'_> {
    /// A period that ended the day before and lasted so many days.
    async fn open(
        &self,
        county: &Actor,
        area: AreaId,
        scheme: &str,
        name: &str,
        days: i64,
    ) -> Result<AssessmentId, Fault> {
        let (from, to) = (self.day.plus(-days), self.day.plus(-1));
        let opening = Opening {
            area,
            scheme: scheme.into(),
            name: format!("{name}（{from} 至 {to}）"),
            from,
            to,
        };
        let key = self.key("assessment");
        let row = self.furnisher.office.open_assessment(county, opening, key);
        Ok(row.await?.assessment.id)
    }

    /// Somebody of the centre looks at all that was drawn and did not work on it; one is not as it was
    /// reported.
    async fn recheck(&self, area: AreaId, id: AssessmentId) -> Result<(), Fault> {
        let f = self.furnisher;
        let people = f.posts_at(area, Role::CountyCenter);
        let people: Vec<Actor> = people.iter().map(|p| f.actor(p.account)).collect();
        let Some(first) = people.first() else {
            return Ok(());
        };
        for (nth, (drawn, _)) in (1..).zip(f.office.assessment_rechecks(first, id).await?) {
            let (holds, words) = match nth {
                7 => (false, "到现场看，垃圾只清走一半，与答复不符。"),
                _ => (true, "电话回访当事人，办理情况属实。"),
            };
            for checker in &people {
                let words = words.to_owned();
                let matter = drawn.matter;
                match f
                    .office
                    .recheck_matter(checker, id, matter, holds, words)
                    .await
                {
                    Err(Fault::Refused(Refusal::Denied(_))) => {}
                    other => {
                        other?;
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Heads of grids of the secretary's community write; all but the last of them are voted on. The
    /// accounts for showing have it before them: the head to write, the worker to vote.
    async fn review(&self, secretary: &Actor, id: AssessmentId) -> Result<(), Fault> {
        let f = self.furnisher;
        let sheets = f.office.reviews(secretary).await?;
        let sheet = sheets.into_iter().find(|s| s.assessment.id == id);
        let (shown, rows) = (&f.people.shown, sheet.map(|s| s.rows).unwrap_or_default());
        let kept = |account| shown.values().any(|id| *id == account);
        let written = rows.iter().filter(|row| row.votes).filter_map(|row| {
            let holder = row.assessed.holder.as_ref()?.account;
            (!kept(holder)).then(|| (row.post, row.assessed.area, f.actor(holder)))
        });
        let written: Vec<_> = written.take(STATEMENTS.len()).collect();
        for ((post, area, head), words) in written.iter().zip(STATEMENTS) {
            let answers = words.map(str::to_owned).to_vec();
            f.office.write_statement(head, id, *post, answers).await?;
            if written.last().is_some_and(|(last, ..)| last == post) {
                break;
            }
            let community = f.world.tree().path(*area).at(Level::Community);
            let posts = [Some(*area), community].into_iter().flatten();
            let posts = posts.flat_map(|at| Role::ALL.iter().flat_map(move |r| f.posts_at(at, *r)));
            let mut near: Vec<Actor> = posts
                .filter(|p| p.role.mans_desk() || p.role.leads())
                .map(|p| f.actor(p.account))
                .chain(written.iter().map(|(.., other)| other.clone()))
                .filter(|voter| voter.account != head.account && !kept(voter.account))
                .collect();
            near.sort_by_key(|voter| voter.account);
            near.dedup_by_key(|voter| voter.account);
            for (voter, choice) in near.iter().zip(BALLOTS) {
                let vote = f.office.cast_ballot(voter, id, *post, choice.into());
                vote.await?;
            }
        }
        Ok(())
    }

    /// The assessed appeal against their own result; answers its number.
    async fn appeal(
        &self,
        assessed: &Actor,
        id: AssessmentId,
        indicator: &str,
        words: &str,
    ) -> Result<u32, Fault> {
        let office = self.furnisher.office;
        let (_, results, _) = office.assessment_results(assessed, id, 0).await?;
        let own = results
            .iter()
            .find(|row| row.own)
            .map(|row| row.assessed.no);
        let no = own.unwrap_or_default();
        office
            .appeal_assessment(assessed, (id, no), indicator.into(), words.into())
            .await?;
        Ok(no)
    }

    /// The appeal is right: the points are corrected.
    async fn rule(&self, county: &Actor, at: (AssessmentId, u32)) -> Result<(), Fault> {
        let words = "核对回访记录，两件确由他人代答，按剔除后的满意率更正。".to_owned();
        let office = self.furnisher.office;
        office
            .rule_on_appeal(county, at, 1, Some(950), words)
            .await?;
        Ok(())
    }
}
