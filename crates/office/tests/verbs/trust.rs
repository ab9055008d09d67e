//! Passwords with an age, second factors, networks, parameters, sessions of others.

use crate::city::*;
use civic::id::AccountId;
use civic::parameter::Scope;
use civic::post::Role;
use civic::refusal::{Hold, Refusal};
use office::identity::{NewAccount, SignInsWanted, totp};

fn held<T>(result: office::Result<T>) -> Hold {
    match refused(result) {
        Refusal::Held(hold, sentence) => {
            assert!(sentence.contains('请'), "{sentence}");
            hold
        }
        other => panic!("{other:?}"),
    }
}

async fn set(city: &City, code: &str, scope: Scope, value: &str) {
    let security = city.actor("sec");
    city.office
        .set_parameter(&security, code, scope, Some(value))
        .await
        .unwrap();
}

/// The code that an authenticator with this secret shows now.
fn shown(city: &City, secret: &str) -> String {
    let secret = data_encoding::BASE32_NOPAD
        .decode(secret.as_bytes())
        .unwrap();
    format!("{:06}", totp::code(&secret, totp::step(city.office.now())))
}

/// Enrols the second factor of somebody; answers the secret and the recovery codes.
async fn enrol(city: &City, login: &str, session: &str) -> (String, Vec<String>) {
    let actor = city.actor(login);
    let offer = city.office.begin_factor(&actor).await.unwrap();
    let codes = city
        .office
        .confirm_factor(&actor, session, &shown(city, &offer.secret))
        .await
        .unwrap();
    (offer.secret, codes)
}

#[tokio::test]
async fn a_password_that_another_set_is_changed_before_anything_else() {
    let city = City::found("given").await;
    let new = NewAccount {
        login: "chen".into(),
        name: "陈春山".into(),
        phone: None,
        service: false,
    };
    let made = city
        .office
        .create_account(&city.actor("sys"), new)
        .await
        .unwrap();
    let password = made.password.unwrap();
    let signed = city
        .office
        .sign_in("chen", &password, "10.0.0.1", "测试")
        .await
        .unwrap();
    assert_eq!(signed.me.hold, Some(Hold::Password));
    assert_eq!(
        held(city.office.actor_of(&signed.token).await),
        Hold::Password
    );
    let (actor, hold) = city
        .office
        .entrant_of(&signed.token)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(hold, Some(Hold::Password));
    city.office
        .change_password(&actor, &signed.token, &password, "Lotus-Pond-7")
        .await
        .unwrap();
    assert!(city.office.actor_of(&signed.token).await.unwrap().is_some());

    // A reset is a password that another set as well.
    let reset = city
        .office
        .reset_password(&city.actor("sec"), made.id)
        .await
        .unwrap();
    let signed = city
        .office
        .sign_in("chen", &reset.password.unwrap(), "10.0.0.1", "测试")
        .await
        .unwrap();
    assert_eq!(signed.me.hold, Some(Hold::Password));
}

#[tokio::test]
async fn a_password_ages_and_none_of_the_last_ones_comes_back() {
    let city = City::found("ages").await;
    set(&city, "password_history", Scope::All, "3").await;
    let change = async |old: &str, new: &str| {
        let token = city
            .office
            .sign_in("unit", old, "10.0.0.1", "测试")
            .await
            .unwrap()
            .token;
        city.later(1);
        city.office
            .change_password(&city.actor("unit"), &token, old, new)
            .await
    };
    change(PASSWORD, "Lotus-Pond-1").await.unwrap();
    change("Lotus-Pond-1", "Lotus-Pond-2").await.unwrap();
    assert_eq!(
        codes(change("Lotus-Pond-2", PASSWORD).await),
        ["used_before"]
    );
    change("Lotus-Pond-2", "Lotus-Pond-3").await.unwrap();
    change("Lotus-Pond-3", PASSWORD).await.unwrap();

    city.later(90 * 24 * 60 - 1);
    let token = city.sign_in("unit").await;
    assert!(city.office.actor_of(&token).await.unwrap().is_some());
    city.later(1);
    let token = city.sign_in("unit").await;
    assert_eq!(held(city.office.actor_of(&token).await), Hold::Password);
    set(&city, "password_days_max", Scope::All, "0").await;
    assert!(city.office.actor_of(&token).await.unwrap().is_some());
}

#[tokio::test]
async fn the_second_factor_is_asked_for_and_each_code_works_once() {
    let city = City::found("factor").await;
    let session = city.sign_in("unit").await;
    let actor = city.actor("unit");
    let offer = city.office.begin_factor(&actor).await.unwrap();
    assert!(
        offer.uri.starts_with("otpauth://totp/Hangji:unit?secret="),
        "{}",
        offer.uri
    );
    assert!(offer.qr_svg.contains("<svg"));
    // An offer alone asks for nothing.
    city.sign_in("unit").await;
    assert_eq!(
        codes(city.office.confirm_factor(&actor, &session, "000000").await),
        ["wrong"]
    );
    let recovery = city
        .office
        .confirm_factor(&actor, &session, &shown(&city, &offer.secret))
        .await
        .unwrap();
    assert_eq!(recovery.len(), 8);
    conflict(city.office.begin_factor(&actor).await);

    let door = async |code: Option<&str>| {
        city.office
            .sign_in_with("unit", PASSWORD, code, "10.0.0.1", "测试")
            .await
    };
    assert_eq!(held(door(None).await), Hold::Code);
    assert_eq!(held(door(Some(" ")).await), Hold::Code);
    let used = shown(&city, &offer.secret);
    assert!(
        denied(door(Some(&used)).await).contains("已经用过"),
        "the code that enrolled is used"
    );
    city.later(1);
    let fresh = shown(&city, &offer.secret);
    door(Some(&fresh)).await.unwrap();
    denied(door(Some(&fresh)).await);
    let typed = recovery[0].to_lowercase().replace('-', " ");
    door(Some(&typed)).await.unwrap();
    denied(door(Some(&typed)).await);
    assert_eq!(city.office.factor(&actor).await.unwrap().recovery_left, 7);

    denied(
        city.office
            .reset_factor(&city.actor("sys"), id("unit"))
            .await,
    );
    conflict(
        city.office
            .reset_factor(&city.actor("sec"), id("sec"))
            .await,
    );
    city.office
        .remove_factor(&actor, &recovery[1])
        .await
        .unwrap();
    door(None).await.unwrap();
    let audited = city.audited().await;
    assert!(audited.contains(&"enrol_factor".into()) && audited.contains(&"remove_factor".into()));
}

#[tokio::test]
async fn who_has_the_password_cannot_try_codes_without_end() {
    let city = City::found("codes").await;
    let session = city.sign_in("unit").await;
    let (secret, _) = enrol(&city, "unit", &session).await;
    for n in 1..=5 {
        let sentence = denied(
            city.office
                .sign_in_with("unit", PASSWORD, Some("000000"), "10.0.0.1", "测试")
                .await,
        );
        assert_eq!(
            sentence.contains("已锁定"),
            n == 5,
            "attempt {n}: {sentence}"
        );
    }
    city.later(1);
    let right = shown(&city, &secret);
    denied(
        city.office
            .sign_in_with("unit", PASSWORD, Some(&right), "10.0.0.1", "测试")
            .await,
    );
    denied(
        city.office
            .unlock_account(&city.actor("sys"), id("unit"))
            .await,
    );
    city.office
        .unlock_account(&city.actor("sec"), id("unit"))
        .await
        .unwrap();
    conflict(
        city.office
            .unlock_account(&city.actor("sec"), id("unit"))
            .await,
    );
    city.office
        .sign_in_with("unit", PASSWORD, Some(&right), "10.0.0.1", "测试")
        .await
        .unwrap();
    // The telephone is lost: the security administrator takes the factor away, and the sessions end.
    city.later(1);
    let next = shown(&city, &secret);
    let token = city
        .office
        .sign_in_with("unit", PASSWORD, Some(&next), "10.0.0.1", "测试")
        .await
        .unwrap()
        .token;
    city.office
        .reset_factor(&city.actor("sec"), id("unit"))
        .await
        .unwrap();
    assert!(city.office.actor_of(&token).await.unwrap().is_none());
    city.sign_in("unit").await;
}

#[tokio::test]
async fn a_role_that_demands_a_second_factor_holds_its_people_until_they_enrol() {
    let city = City::found("demand").await;
    let (unit, town) = (city.sign_in("unit").await, city.sign_in("town").await);
    set(&city, "second_factor", Scope::Role(Role::TownLeader), "1").await;
    assert_eq!(held(city.office.actor_of(&town).await), Hold::Factor);
    assert!(city.office.actor_of(&unit).await.unwrap().is_some());
    assert!(
        city.office
            .factor(&city.actor("town"))
            .await
            .unwrap()
            .demanded
    );
    enrol(&city, "town", &town).await;
    assert!(city.office.actor_of(&town).await.unwrap().is_some());
    // The shared account of a demonstration belongs to nobody's telephone.
    conflict(city.office.begin_factor(&city.actor("grid")).await);
}

#[tokio::test]
async fn networks_of_an_account_and_of_a_role_are_held_at_the_door_and_after_it() {
    let city = City::found("networks").await;
    set(
        &city,
        "networks",
        Scope::Account(id("unit")),
        "10.35.0.0/16",
    )
    .await;
    set(
        &city,
        "networks",
        Scope::Role(Role::AuditAdmin),
        "10.36.0.0/16",
    )
    .await;
    let from = async |login: &str, address: &str| {
        city.office.sign_in(login, PASSWORD, address, "测试").await
    };
    let sentence = denied(from("unit", "10.0.0.1").await);
    assert!(
        sentence.contains("10.0.0.1") && sentence.contains("安全管理员"),
        "{sentence}"
    );
    from("unit", "10.35.8.8").await.unwrap();
    denied(from("audit", "10.35.8.8").await);
    from("audit", "10.36.8.8").await.unwrap();
    from("town", "192.0.2.1").await.unwrap();
    let actor = city.actor("unit");
    assert!(
        city.office
            .admit(&actor, "10.35.0.9".parse().unwrap())
            .is_ok()
    );
    denied(city.office.admit(&actor, "10.36.0.9".parse().unwrap()));
    // A wrong password tells nothing of networks.
    let sentence = denied(
        city.office
            .sign_in("unit", "Falsch#2026", "10.0.0.1", "测试")
            .await,
    );
    assert!(!sentence.contains("网络"), "{sentence}");
}

#[tokio::test]
async fn parameters_are_set_by_their_keeper_within_bounds_and_the_change_is_audited() {
    let city = City::found("parameters").await;
    let security = city.actor("sec");
    for other in ["sys", "audit", "countysec", "city", "nobody"] {
        denied(
            city.office
                .set_parameter(&city.actor(other), "lock_minutes", Scope::All, Some("30"))
                .await,
        );
    }
    let try_set = async |code: &str, scope: Scope, value: Option<&str>| {
        city.office
            .set_parameter(&security, code, scope, value)
            .await
    };
    assert_eq!(
        codes(try_set("lock_minutes", Scope::All, Some("1")).await),
        ["bad_value"]
    );
    assert_eq!(
        codes(try_set("lock_minutes", Scope::Role(Role::UnitHead), Some("30")).await),
        ["bad_scope"]
    );
    unknown(try_set("gravity", Scope::All, Some("9")).await);
    unknown(try_set("networks", Scope::Account(AccountId(9)), Some("")).await);
    assert!(
        conflict(try_set("log_months_min", Scope::All, Some("6")).await).contains("国家"),
        "what the law sets is locked"
    );
    try_set("lock_minutes", Scope::All, Some("30"))
        .await
        .unwrap();
    for _ in 0..4 {
        denied(
            city.office
                .sign_in("unit", "Falsch#2026", "10.0.0.1", "测试")
                .await,
        );
    }
    let sentence = denied(
        city.office
            .sign_in("unit", "Falsch#2026", "10.0.0.1", "测试")
            .await,
    );
    assert!(sentence.contains("30 分钟"), "{sentence}");
    try_set("lock_minutes", Scope::All, None).await.unwrap();
    let rows = city.office.parameter_rows(&security).unwrap();
    let lock = rows
        .iter()
        .find(|r| r.known.code == "lock_minutes")
        .unwrap();
    assert_eq!((lock.value.as_str(), lock.may_change), ("15", true));
    denied(city.office.parameter_rows(&city.actor("audit")));

    let (audited, _) = city
        .office
        .audit(
            &city.actor("audit"),
            office::AuditWanted::default(),
            None,
            None,
        )
        .await
        .unwrap();
    let changes: Vec<_> = audited
        .iter()
        .filter(|row| row.kept.entry.action == "set_parameter")
        .map(|row| row.kept.entry.detail.as_str())
        .collect();
    assert_eq!(
        changes,
        [
            "锁定时长：由 “30” 改为 “默认”",
            "锁定时长：由 “默认” 改为 “30”"
        ]
    );
}

#[tokio::test]
async fn the_security_administrator_sees_and_ends_the_sessions_of_others() {
    let city = City::found("kick").await;
    let (first, second) = (city.sign_in("unit").await, city.sign_in("unit").await);
    for other in ["sys", "audit", "grid"] {
        denied(
            city.office
                .sessions_of(&city.actor(other), id("unit"))
                .await,
        );
        denied(
            city.office
                .end_sessions_of(&city.actor(other), id("unit"))
                .await,
        );
    }
    denied(
        city.office
            .sessions_of(&city.actor("countysec"), id("city"))
            .await,
    );
    let list = city
        .office
        .sessions_of(&city.actor("countysec"), id("unit"))
        .await
        .unwrap();
    assert!(list.len() == 2 && list.iter().all(|s| !s.current));
    city.office
        .end_sessions_of(&city.actor("countysec"), id("unit"))
        .await
        .unwrap();
    for token in [first, second] {
        assert!(city.office.actor_of(&token).await.unwrap().is_none());
    }
    assert_eq!(city.audited().await[0], "end_sessions");
}

#[tokio::test]
async fn one_session_too_many_ends_the_oldest_and_a_role_may_rest_for_less() {
    let city = City::found("many").await;
    set(&city, "sessions_max", Scope::Role(Role::UnitHead), "2").await;
    set(
        &city,
        "session_idle_minutes",
        Scope::Role(Role::UnitHead),
        "10",
    )
    .await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(city.sign_in("unit").await);
        city.later(1);
    }
    let mut open = Vec::new();
    for token in &tokens {
        open.push(city.office.actor_of(token).await.unwrap().is_some());
    }
    assert_eq!(open, [false, true, true]);
    let town = city.sign_in("town").await;
    city.later(10);
    assert!(city.office.actor_of(&tokens[2]).await.unwrap().is_none());
    assert!(city.office.actor_of(&town).await.unwrap().is_some());
}

#[tokio::test]
async fn the_log_of_sign_ins_is_the_audit_administrators_and_ones_own() {
    let city = City::found("log").await;
    city.sign_in("unit").await;
    denied(
        city.office
            .sign_in("unit", "Falsch#2026", "10.0.0.2", "测试")
            .await,
    );
    denied(
        city.office
            .sign_in("ghost", "Falsch#2026", "10.0.0.3", "测试")
            .await,
    );
    for other in ["sys", "sec", "city", "unit"] {
        let log = city
            .office
            .sign_ins(&city.actor(other), SignInsWanted::default(), None, None)
            .await;
        denied(log);
    }
    let log = async |wanted: SignInsWanted| -> Vec<String> {
        let page = city
            .office
            .sign_ins(&city.actor("audit"), wanted, None, None)
            .await
            .unwrap();
        page.0
            .into_iter()
            .map(|r| {
                format!(
                    "{} {} {} {}",
                    r.kept.login,
                    r.name.unwrap_or_default(),
                    r.kept.address,
                    r.kept.outcome
                )
            })
            .collect()
    };
    assert_eq!(
        log(SignInsWanted::default()).await,
        [
            "ghost  10.0.0.3 wrong",
            "unit unit姓名 10.0.0.2 wrong",
            "unit unit姓名 10.0.0.1 ok"
        ]
    );
    let wrong = SignInsWanted {
        login: Some("unit".into()),
        outcome: Some("wrong".into()),
        ..SignInsWanted::default()
    };
    assert_eq!(log(wrong).await, ["unit unit姓名 10.0.0.2 wrong"]);
    let own = city.office.own_sign_ins(&city.actor("unit")).await.unwrap();
    assert_eq!(own.len(), 2);
}
