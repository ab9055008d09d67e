//! A post that is offered to residents (R047): one candidate in publicity with something said against
//! them, one who waits.

use super::Fault;
use super::history::Past;
use civic::area::Level;
use civic::id::{ApplicationId, OpeningId};
use civic::opening::{CONSENT_VERSION, Source};
use civic::post::Role;
use office::{NewApplication, NewOpening};

/// What is offered so far.
#[derive(Default)]
pub(super) struct Offering {
    opening: Option<OpeningId>,
    shown: Option<ApplicationId>,
}

impl Offering {
    pub(super) async fn on(&mut self, past: &Past<'_>) -> Result<(), Fault> {
        let f = past.furnisher;
        let (Some((staff, _)), Some((_, grid)), Some(resident)) = (
            f.shown("shequ"),
            f.shown("wanggezhang"),
            f.people.shown.get("jumin").map(|id| f.actor(*id)),
        ) else {
            return Ok(());
        };
        let units = f.world.tree().subtree(grid);
        let units = units.filter(|a| a.level == Level::Unit);
        let heads = units.filter_map(|u| f.posts_at(u.id, Role::UnitHead).into_iter().next());
        let heads: Vec<_> = heads.take(2).map(|p| f.actor(p.account)).collect();
        let [candidate, neighbour] = heads.as_slice() else {
            return Ok(());
        };
        match (past.ago, self.opening) {
            (12, _) => {
                let wanted = NewOpening {
                    area: grid,
                    role: Role::GridAssistant,
                    duties: "协助网格长走访、宣传和调解，每周约两个半天。希望住在本网格、熟悉邻里、会用手机上报。"
                        .into(),
                    until: past.day.plus(5),
                };
                let key = past.key("opening");
                let seen = f.office.open_post(&staff, wanted, key).await?;
                self.opening = Some(seen.opening.id);
            }
            (10, Some(id)) => {
                let words = "退休前做水电检修，在本小区住了二十年，平时帮邻居修修水电，愿意协助网格长做事。";
                let wanted = application(Source::Retired, words);
                let key = past.key("application");
                let one = f.office.apply_for(&resident, id, wanted, key).await?;
                self.shown = Some(one.id);
            }
            (9, Some(id)) => {
                let words = "担任单元长以来熟悉各楼情况，想多承担一些网格里的工作。";
                let wanted = application(Source::Volunteer, words);
                let key = past.key("application");
                f.office.apply_for(candidate, id, wanted, key).await?;
            }
            (5, Some(id)) => {
                f.office.candidates(&staff, id).await?;
                if let Some(shown) = self.shown {
                    let to = past.day.plus(12);
                    f.office.show_candidate(&staff, shown, to).await?;
                }
            }
            (3, _) => {
                if let Some(shown) = self.shown {
                    let words = "本人冬天常去外地子女家，请核实能否保证每周到岗。";
                    f.office.object_candidate(neighbour, shown, words).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn application(source: Source, words: &str) -> NewApplication {
    NewApplication {
        source,
        statement: words.into(),
        consent: CONSENT_VERSION,
    }
}
