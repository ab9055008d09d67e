//! Parts of the platform that an area may leave switched off (R017): build while using, with what is
//! there. The flow of matters, the tree and the people are no such parts; without them is nothing.

use crate::area::Tree;
use crate::id::AreaId;
use crate::parameter::{self, Parameters};
use crate::refusal::Refusal;
use crate::rights::Verb;
use serde::{Deserialize, Serialize};

words! {
    /// A part that can be switched off.
    Module {
        /// Mediation organisations, sessions, agreements.
        Mediation "mediation" "纠纷调解",
        /// Work orders of the hotline.
        Hotline "hotline" "热线工单",
        /// Registers of the organisation.
        Registers "registers" "组织台账",
        /// The gate for departments' work.
        Admission "admission" "准入管理",
        /// The centre's log and rosters.
        Centre "centre" "值班与日志",
        /// What residents are told on the public pages.
        Publications "publications" "公告发布",
        /// Documents for posts.
        Library "library" "文件库",
        /// Evidence packs for the competent body.
        Evidence "evidence" "证据包",
    }
}

impl Module {
    /// The parameter that switches it.
    #[must_use]
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Mediation => parameter::code::MODULE_MEDIATION,
            Self::Hotline => parameter::code::MODULE_HOTLINE,
            Self::Registers => parameter::code::MODULE_REGISTERS,
            Self::Admission => parameter::code::MODULE_ADMISSION,
            Self::Centre => parameter::code::MODULE_CENTRE,
            Self::Publications => parameter::code::MODULE_PUBLICATIONS,
            Self::Library => parameter::code::MODULE_LIBRARY,
            Self::Evidence => parameter::code::MODULE_EVIDENCE,
        }
    }

    /// The part that a verb belongs to; none for what is always there.
    #[must_use]
    pub fn of(verb: Verb) -> Option<Self> {
        Some(match verb {
            Verb::ManageMediation | Verb::Mediate => Self::Mediation,
            Verb::TakeHotline => Self::Hotline,
            Verb::KeepRegisters | Verb::KeepParty => Self::Registers,
            Verb::ApplyAdmission | Verb::DecideAdmission => Self::Admission,
            Verb::KeepLog | Verb::ManageDuty => Self::Centre,
            Verb::WritePublic | Verb::ReviewPublic => Self::Publications,
            Verb::KeepLibrary => Self::Library,
            Verb::TakeEvidence => Self::Evidence,
            _ => return None,
        })
    }

    /// Whether it is on in an area: the value of the area, else of the nearest area above that has
    /// one, else the one for all.
    #[must_use]
    pub fn is_on(self, parameters: &Parameters, tree: &Tree, area: AreaId) -> bool {
        let code = self.parameter();
        let own = tree.upward(area).find_map(|a| parameters.at(code, a.id));
        own.unwrap_or_else(|| parameters.text(code)) == "1"
    }

    /// The refusal where it is off: the thing is not there, and whom to ask.
    #[must_use]
    pub fn missing(self, area: &str) -> Refusal {
        Refusal::Unknown(format!(
            "“{}”在{area}没有启用；需要时请系统管理员在“系统参数”中为该区域打开",
            self.word()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::tests::small;

    #[test]
    fn the_nearest_area_with_a_value_decides_and_a_value_nobody_understands_is_off() {
        let code = Module::Hotline.parameter();
        let set = Parameters::from_rows([
            (code, "area:2", "0"),
            (code, "area:4", "1"),
            (code, "area:8", "maybe"),
        ]);
        let tree = small();
        let on = |area| Module::Hotline.is_on(&set, &tree, AreaId(area));
        let areas = [1, 2, 3, 4, 6, 8];
        assert_eq!(areas.map(on), [true, false, false, true, true, false]);
        assert!(Module::Mediation.is_on(&set, &tree, AreaId(2)));
    }
}
