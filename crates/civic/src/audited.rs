//! What the audit chain tells of, in words: actions and the kinds of things they were done to. The
//! codes stand in the chain for ever; an action without a word here is refused by a house test.

/// Every action of the audit chain with its word, in the order of a list to choose from.
pub const ACTIONS: &[(&str, &str)] = &[
    ("sign_in", "登录"),
    ("sign_out", "退出登录"),
    ("end_session", "退出一个登录"),
    ("end_sessions", "强制退出"),
    ("unknown_account", "不存在的账号登录"),
    ("unmask", "查看联系方式"),
    ("read_mediation", "查看调解记录"),
    ("take_evidence", "调取证据包"),
    ("take_order", "登记热线工单"),
    ("reply_order", "答复热线工单"),
    ("return_order", "热线取走答复"),
    ("add_record", "登记台账"),
    ("correct_record", "更正台账"),
    ("end_record", "注销台账"),
    ("attach_record", "添加台账附件"),
    ("open_matter", "台账转为事件"),
    ("found_mediation", "设立调解组织"),
    ("share_phrase", "共享常用语"),
    ("remove_phrase", "删除共享常用语"),
    ("issue_certificate", "登记出具证明"),
    ("refuse_certificate", "开具不予出具告知单"),
    ("read_certificate", "查看证明申请人"),
    ("upload", "上传附件"),
    ("log_visit", "记走访"),
    ("appoint", "任命"),
    ("dismiss", "免去"),
    ("end_term", "任期届满"),
    ("give_desk", "确认移交"),
    ("take_desk", "确认接收"),
    ("substitute", "安排代理"),
    ("end_substitute", "结束代理"),
    ("propose", "提名"),
    ("approve_nomination", "同意提名"),
    ("refuse_nomination", "不同意提名"),
    ("withdraw_nomination", "撤回提名"),
    ("open_opening", "公开选聘岗位"),
    ("close_opening", "结束公开选聘"),
    ("apply_opening", "报名应聘"),
    ("withdraw_application", "撤回报名"),
    ("read_applications", "查看报名材料"),
    ("show_candidate", "公示人选"),
    ("decline_candidate", "人选未入选"),
    ("object_candidate", "对人选提出异议"),
    ("answer_objection", "答复异议"),
    ("drop_applications", "删除报名材料"),
    ("set_duties", "排班"),
    ("write_log", "记值班日志"),
    ("finish_log", "办结值班事项"),
    ("hand_over", "交班"),
    ("take_over", "接班"),
    ("publish_notice", "发布通知任务"),
    ("finish_notice", "办理通知任务"),
    ("correct_notice", "更正通知任务"),
    ("urge_notice", "催办通知任务"),
    ("withdraw_notice", "撤回通知任务"),
    ("write_publication", "编写公告"),
    ("rewrite_publication", "修改公告"),
    ("review_publication", "审核公告"),
    ("publish_publication", "发布公告"),
    ("withdraw_publication", "撤下公告"),
    ("add_document", "发布文件"),
    ("revise_document", "发布文件新版"),
    ("retire_document", "停用文件"),
    ("read_document", "确认已读文件"),
    ("apply_admission", "申请准入"),
    ("decide_admission", "审核准入"),
    ("exit_admission", "退出准入"),
    ("open_assessment", "设立考核"),
    ("calculate_assessment", "计算考核"),
    ("publish_assessment", "公示考核"),
    ("freeze_assessment", "冻结考核"),
    ("mark_assessment", "录入测评"),
    ("appeal_assessment", "考核申诉"),
    ("decide_appeal", "处理考核申诉"),
    ("recheck_matter", "抽查复核"),
    ("open_review", "开始述职评议"),
    ("close_review", "结束述职评议"),
    ("write_statement", "提交述职"),
    ("cast_ballot", "投评议票"),
    ("read_assessment", "查看岗位考核结果"),
    ("export_assessment", "导出考核结果"),
    ("propose_areas", "提出区划调整"),
    ("decide_areas", "审批区划调整"),
    ("withdraw_areas", "撤销区划调整"),
    ("apply_areas", "区划调整生效"),
    ("fail_areas", "区划调整未能生效"),
    ("import_grids", "导入网格"),
    ("import_addresses", "导入标准地址和户"),
    ("correct_address", "更正标准地址"),
    ("import_boundaries", "导入边界"),
    ("restore_boundaries", "恢复原边界"),
    ("export_boundaries", "导出边界"),
    ("import_codes", "导入区划编码"),
    ("create_account", "开通账号"),
    ("disable_account", "停用账号"),
    ("enable_account", "启用账号"),
    ("lock_account", "锁定账号"),
    ("unlock_account", "解锁账号"),
    ("change_password", "修改密码"),
    ("reset_password", "重置密码"),
    ("enrol_factor", "绑定动态验证码"),
    ("remove_factor", "解除动态验证码"),
    ("reset_factor", "重置动态验证码"),
    ("create_token", "签发令牌"),
    ("revoke_token", "作废令牌"),
    ("set_parameter", "修改参数"),
    ("change_dictionary", "修改数据字典"),
    ("run_job", "运行任务"),
    ("put_sender", "修改消息通道"),
    ("remove_sender", "删除消息通道"),
    ("put_letter_text", "修改消息模板"),
    ("put_entry_app", "登记入口应用"),
    ("put_issuer", "修改统一认证"),
    ("remove_issuer", "删除统一认证"),
    ("bind_identity", "绑定统一认证身份"),
    ("unbind_identity", "解除统一认证身份"),
    ("install_pack", "装入业务包"),
    ("found", "建立系统"),
];

/// Kinds of things, as they stand before the colon of an object, with their nouns on the screen.
const KINDS: &[(&str, &str)] = &[
    ("account", "账号"),
    ("admission", "准入事项"),
    ("area", "区域"),
    ("area_change", "区划调整"),
    ("assessment", "考核"),
    ("certificate", "证明登记"),
    ("dictionary", "数据字典"),
    ("entry_app", "入口应用"),
    ("file", "附件"),
    ("hotline", "12345工单"),
    ("installation", "整个平台"),
    ("issuer", "统一认证"),
    ("job", "任务"),
    ("letter_text", "消息模板"),
    ("library", "文件"),
    ("log", "值班日志"),
    ("matter", "事件"),
    ("mediation", "调解组织"),
    ("nomination", "提名"),
    ("notice", "通知任务"),
    ("opening", "公开选聘"),
    ("pack", "业务包"),
    ("phrase", "常用语"),
    ("parameter", "参数"),
    ("post", "岗位"),
    ("publication", "公告"),
    ("record", "台账记录"),
    ("sender", "消息通道"),
    ("session", "登录"),
    ("token", "接口令牌"),
    ("visit", "走访记录"),
];

fn of(table: &'static [(&str, &str)], code: &str) -> Option<&'static str> {
    table
        .iter()
        .find(|(c, _)| *c == code)
        .map(|(_, word)| *word)
}

/// The word of an action.
#[must_use]
pub fn action(code: &str) -> Option<&'static str> {
    of(ACTIONS, code)
}

/// The kind and the key of an object: `matter:42` is `("matter", "42")`.
#[must_use]
pub fn parts(object: &str) -> (&str, &str) {
    object.split_once(':').unwrap_or((object, ""))
}

/// An object in words: its noun, and the name it goes by; its key where it has no name.
#[must_use]
pub fn object(object: &str, name: Option<&str>) -> String {
    let (kind, key) = parts(object);
    let noun = of(KINDS, kind).unwrap_or(kind);
    match (kind, name) {
        (_, Some(name)) => format!("{noun} {name}"),
        // Its key says nothing to a person, and the same stands in the line beside it.
        ("session" | "installation", None) => noun.to_owned(),
        (_, None) => format!("{noun} {key}").trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_told_by_its_noun_and_name() {
        for (code, name, words) in [
            ("account:7", Some("林秀珠"), "账号 林秀珠"),
            (
                "matter:42",
                Some("350302003-260311-0007"),
                "事件 350302003-260311-0007",
            ),
            ("token:9", None, "接口令牌 9"),
            ("session:AbC", None, "登录"),
            ("installation", None, "整个平台"),
        ] {
            assert_eq!(object(code, name), words);
        }
        assert_eq!(action("unmask"), Some("查看联系方式"));
        assert_eq!(action("dance"), None);
    }
}
