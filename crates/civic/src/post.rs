//! Posts: (account, role, area or organisation, from, to, source). A post is the only source of
//! rights.

use crate::area::Level;
use crate::id::{AccountId, AreaId, OrgId, PostId};
use crate::time::Day;
use serde::{Deserialize, Serialize};

macro_rules! roles {
    ($($variant:ident $code:literal $word:literal),+ $(,)?) => {
        /// A role of requirements.md 2.1.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $(#[doc = $word] $variant),+ }
        impl Role {
            /// All roles, in the order of the permission table.
            pub const ALL: &[Role] = &[$(Self::$variant),+];
            /// Stored code.
            #[must_use] pub fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }
            /// Word of the interface; local titles come from the post (R046).
            #[must_use] pub fn word(self) -> &'static str { match self { $(Self::$variant => $word),+ } }
            /// The role with this code.
            #[must_use] pub fn parse(code: &str) -> Option<Self> { Self::ALL.iter().copied().find(|r| r.code() == code) }
        }
    };
}

roles! {
    UnitHead "unit_head" "单元长",
    GridHead "grid_head" "网格长",
    GridWorker "grid_worker" "网格员",
    GridInstructor "grid_instructor" "网格指导员",
    GridPolice "grid_police" "网格警长",
    GridAssistant "grid_assistant" "网格助理",
    GridManager "grid_manager" "专职网格管理员",
    CommunityStaff "community_staff" "社区工作者",
    CommunityLeader "community_leader" "村（社区）书记",
    TownDispatcher "town_dispatcher" "镇街中心调度员",
    TownLeader "town_leader" "镇街领导",
    DeptStaff "dept_staff" "部门经办人",
    DeptManager "dept_manager" "部门负责人",
    CountyCenter "county_center" "县区中心",
    CountyLeader "county_leader" "县区领导",
    CityCenter "city_center" "市级中心",
    CityLeader "city_leader" "市级领导",
    SysAdmin "sys_admin" "系统管理员",
    SecAdmin "sec_admin" "安全管理员",
    AuditAdmin "audit_admin" "审计管理员",
    Discipline "discipline" "纪检监察员",
}

impl Role {
    /// The level whose desks the role belongs to; none for departments and administrators.
    #[must_use]
    pub fn level(self) -> Option<Level> {
        Some(match self {
            Self::UnitHead => Level::Unit,
            Self::GridHead
            | Self::GridWorker
            | Self::GridInstructor
            | Self::GridPolice
            | Self::GridAssistant
            | Self::GridManager => Level::Grid,
            Self::CommunityStaff | Self::CommunityLeader => Level::Community,
            Self::TownDispatcher | Self::TownLeader => Level::Town,
            Self::CountyCenter | Self::CountyLeader => Level::County,
            Self::CityCenter | Self::CityLeader => Level::City,
            Self::DeptStaff
            | Self::DeptManager
            | Self::SysAdmin
            | Self::SecAdmin
            | Self::AuditAdmin
            | Self::Discipline => return None,
        })
    }

    /// Whether somebody of the role may be appointed over an area of `level`.
    #[must_use]
    pub fn sits_over(self, level: Level) -> bool {
        match self {
            // The competent bodies of town, county and city (R215).
            Self::Discipline => level <= Level::Town,
            other => other.level() == Some(level),
        }
    }

    /// The word that follows the name of a place or an organisation: `城厢区领导`, where the list of
    /// roles says `县区领导`.
    #[must_use]
    pub fn word_behind_a_name(self) -> &'static str {
        match self {
            Self::CommunityLeader => "党组织书记",
            Self::TownDispatcher => "治理中心调度员",
            Self::CountyCenter | Self::CityCenter => "治理中心工作人员",
            Self::TownLeader | Self::CountyLeader | Self::CityLeader => "领导",
            Self::DeptStaff => "经办人",
            Self::DeptManager => "负责人",
            other => other.word(),
        }
    }

    /// Whether a post of this role makes a desk of its area occupied: work arrives there. Other
    /// roles help, advise or lead; a desk with only those counts as vacant.
    #[must_use]
    pub fn mans_desk(self) -> bool {
        matches!(
            self,
            Self::UnitHead
                | Self::GridHead
                | Self::GridWorker
                | Self::GridManager
                | Self::CommunityStaff
                | Self::CommunityLeader
                | Self::TownDispatcher
                | Self::CountyCenter
                | Self::CityCenter
        )
    }

    /// Whether one person at a time holds a post of this role over an area.
    #[must_use]
    pub fn stands_alone(self) -> bool {
        self == Self::UnitHead
    }

    /// Whether the role leads its area: supervises, approves, is the first-responsible person.
    #[must_use]
    pub fn leads(self) -> bool {
        matches!(
            self,
            Self::CommunityLeader
                | Self::TownLeader
                | Self::CountyLeader
                | Self::CityLeader
                | Self::DeptManager
        )
    }
}

/// What a post is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seat {
    /// An area.
    Area(AreaId),
    /// A desk of an organisation.
    Org(OrgId),
}

/// One appointment (R043): dated, with the category it was chosen from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Own id.
    pub id: PostId,
    /// Who holds it.
    pub account: AccountId,
    /// The role.
    pub role: Role,
    /// Over what.
    pub seat: Seat,
    /// Local title where it differs from the role's word: 楼栋长，湾组长 … (R046).
    pub title: Option<Box<str>>,
    /// Where the person was chosen from (R043): party_member, retired_cadre, enthusiast …
    pub source: Box<str>,
    /// First day in office.
    pub from: Day,
    /// First day out of office.
    pub to: Option<Day>,
}

impl Post {
    /// Whether the post is held on `day`.
    #[must_use]
    pub fn held_on(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}
