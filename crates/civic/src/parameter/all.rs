//! The parameters that there are, with their words, bounds and defaults.

use super::{Keeper, Kind, Known, code};

const fn number(
    code: &'static str,
    word: &'static str,
    help: &'static str,
    bounds: (i64, i64, &'static str),
    default: &'static str,
) -> Known {
    Known {
        code,
        word,
        help,
        kind: Kind::Number(bounds.0, bounds.1, bounds.2),
        default,
        keeper: Keeper::Security,
        per_role: false,
        per_account: false,
        per_area: false,
    }
}

/// The switch of a part of the platform (R017).
const fn module(code: &'static str, word: &'static str, help: &'static str) -> Known {
    Known {
        kind: Kind::Switch,
        keeper: Keeper::System,
        per_area: true,
        ..number(code, word, help, (0, 1, ""), "1")
    }
}
const fn per_role(known: Known) -> Known {
    Known {
        per_role: true,
        ..known
    }
}
const fn of_kind(kind: Kind, known: Known) -> Known {
    Known { kind, ..known }
}
const fn kept_by(keeper: Keeper, known: Known) -> Known {
    Known { keeper, ..known }
}

/// All parameters, in the order of the page.
pub const ALL: &[Known] = &[
    number(
        code::CHARS_MIN,
        "密码最短长度",
        "新密码至少要有的字符数。",
        (8, 32, "个字符"),
        "8",
    ),
    number(
        code::CLASSES_MIN,
        "密码字符种类",
        "小写字母、大写字母、数字、符号四类中至少要用到的种类数。",
        (2, 4, "类"),
        "3",
    ),
    number(
        code::DAYS_MAX,
        "密码有效期",
        "超过这个天数必须修改密码才能继续使用；0 为不限。",
        (0, 730, "天"),
        "90",
    ),
    number(
        code::HISTORY,
        "不得重复最近的密码",
        "新密码不能与最近几次用过的密码相同；0 为不限。",
        (0, 24, "次"),
        "5",
    ),
    of_kind(
        Kind::Switch,
        number(
            code::FIRST_CHANGE,
            "首次登录须改密码",
            "管理员设置或重置的密码，本人登录后必须先修改。",
            (0, 1, ""),
            "1",
        ),
    ),
    number(
        code::FAILURES_MAX,
        "锁定前的输错次数",
        "连续输错密码或动态码达到这个次数，账号锁定。",
        (3, 10, "次"),
        "5",
    ),
    number(
        code::LOCK_MINUTES,
        "锁定时长",
        "锁定后要等待的时间，安全管理员可提前解锁。",
        (5, 1_440, "分钟"),
        "15",
    ),
    per_role(number(
        code::IDLE_MINUTES,
        "无操作退出",
        "超过这个时间没有操作，登录失效。",
        (5, 480, "分钟"),
        "120",
    )),
    per_role(number(
        code::HOURS_MAX,
        "登录最长时间",
        "从登录起超过这个时间，必须重新登录。",
        (1, 24, "小时"),
        "24",
    )),
    per_role(number(
        code::SESSIONS_MAX,
        "同时登录数",
        "一个账号同时有效的登录；超过时最早的一个被退出。",
        (1, 100, "个"),
        "20",
    )),
    per_role(of_kind(
        Kind::Switch,
        number(
            code::SECOND_FACTOR,
            "须用动态码",
            "登录除密码外还要动态验证码（RFC 6238）；尚未绑定的人登录后先绑定。",
            (0, 1, ""),
            "0",
        ),
    )),
    Known {
        per_account: true,
        ..per_role(of_kind(
            Kind::Networks,
            number(
                code::NETWORKS,
                "允许的网络",
                "只能从这些网络登录和使用；留空为不限。",
                (0, 0, ""),
                "",
            ),
        ))
    },
    of_kind(
        Kind::Origins,
        number(
            code::EMBEDDING,
            "可以嵌入的应用",
            "这些网站可以把居民的页面（上报、查询、我的上报）嵌入自己的页面；留空为都不可以。",
            (0, 0, ""),
            "",
        ),
    ),
    number(
        code::UNMASK_DAILY,
        "每日查看联系方式",
        "一个账号一天最多查看多少条完整的联系方式。",
        (0, 500, "条"),
        "50",
    ),
    kept_by(
        Keeper::System,
        of_kind(
            Kind::Hour,
            number(
                code::QUIET_FROM,
                "免打扰开始",
                "从这个时间起，短信、邮件等外发消息留到免打扰结束，紧急类别的事项照发；留空为不设。",
                (0, 0, ""),
                "22:00",
            ),
        ),
    ),
    kept_by(
        Keeper::System,
        of_kind(
            Kind::Hour,
            number(
                code::QUIET_TO,
                "免打扰结束",
                "到这个时间起恢复发送；留空为不设。",
                (0, 0, ""),
                "07:00",
            ),
        ),
    ),
    kept_by(
        Keeper::System,
        of_kind(
            Kind::LastDay,
            number(
                code::HEALTH_UNTIL,
                "公共卫生快报启用到",
                "到这一天为止，公共卫生事项可以直报镇街，过后自动停用；最长三个月，到期仍需要的重新设置；留空为停用。",
                (0, 0, ""),
                "",
            ),
        ),
    ),
    module(
        code::MODULE_MEDIATION,
        "模块：纠纷调解",
        "调解组织、调解会议和协议书。关闭后页面和接口都不再提供，已有的记录保留；可以只为一个区域（含下级）开关。",
    ),
    module(
        code::MODULE_HOTLINE,
        "模块：热线工单",
        "12345 工单的导入、答复和统计。关闭后该区域的工单不再接收，应由热线按原渠道办理。",
    ),
    module(
        code::MODULE_REGISTERS,
        "模块：组织台账",
        "党组织、共驻共建、社区工作者等台账。关闭后不显示也不能填写，已有的记录保留。",
    ),
    module(
        code::MODULE_ADMISSION,
        "模块：准入管理",
        "部门工作进村（社区）、网格的申请、审核和清单。关闭后部门不能经平台向该区域下派工作。",
    ),
    module(
        code::MODULE_CENTRE,
        "模块：值班与日志",
        "综治中心的值班安排、日志和交接班。关闭后不显示也不能填写，已有的记录保留。",
    ),
    module(
        code::MODULE_PUBLICATIONS,
        "模块：公告发布",
        "写给居民的公告和动态。关闭后不能编写、审核和发布，已发布的不再显示在公开页面。",
    ),
    module(
        code::MODULE_LIBRARY,
        "模块：文件库",
        "政策文件、工作指引和岗位手册。关闭后该区域的文件不显示，也不要求阅读。",
    ),
    module(
        code::MODULE_EVIDENCE,
        "模块：证据包",
        "有权机关按编号调取一件事的全过程材料。关闭后该区域不能经平台调取。",
    ),
    kept_by(
        Keeper::Nation,
        number(
            "log_months_min",
            "日志留存",
            "登录日志和审计日志至少留存的时间（《网络安全法》第二十一条）。本平台不删除这些日志。",
            (6, 6, "个月"),
            "6",
        ),
    ),
];
