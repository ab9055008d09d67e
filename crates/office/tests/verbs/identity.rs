use crate::city::*;
use civic::id::AccountId;
use civic::refusal::Refusal;
use civic::rights::Verb;
use civic::trace::Hash;
use office::Fault;
use office::identity::NewAccount;

#[tokio::test]
async fn a_session_opens_to_its_person_until_signed_out() {
    let city = City::found("session").await;
    let signed = city
        .office
        .sign_in(" Grid ", PASSWORD, "10.0.0.1", "测试")
        .await
        .unwrap();
    assert_eq!(
        (signed.me.login.as_str(), signed.me.home),
        ("grid", Some(GRID))
    );
    assert!(
        signed.me.verbs.contains(&Verb::Escalate)
            && !signed.me.verbs.contains(&Verb::ManageAccounts)
    );
    assert_eq!(signed.me.posts[0].title, "九龙小区网格长");
    let actor = city.office.actor_of(&signed.token).await.unwrap().unwrap();
    assert_eq!((actor.account, actor.posts.len()), (id("grid"), 1));
    assert!(city.office.actor_of("somebody").await.unwrap().is_none());
    city.office.sign_out(&actor, &signed.token).await.unwrap();
    assert!(city.office.actor_of(&signed.token).await.unwrap().is_none());
    assert_eq!(city.audited().await[..2], ["sign_out", "sign_in"]);
}

#[tokio::test]
async fn the_token_is_not_in_the_database() {
    let city = City::found("token").await;
    let token = city.sign_in("grid").await;
    let (copy, digest) = (token.clone(), Hash::of(token.as_bytes()));
    let kept = city
        .office
        .store()
        .read::<_, store::driver::DbError>(move |conn| {
            let session = store::session::open(conn, digest)?;
            let text = conn.query("SELECT hex(token), address, agent FROM session", &[])?;
            Ok((session, format!("{text:?}").contains(&copy)))
        });
    let (session, clear) = kept.await.unwrap();
    assert_eq!(session.unwrap().account, id("grid"));
    assert!(!clear);
}

#[tokio::test]
async fn a_wrong_login_and_a_wrong_password_are_told_the_same() {
    let city = City::found("wrong").await;
    let try_in = |login: &'static str| {
        city.office
            .sign_in(login, "Falsch#2026", "10.0.0.1", "测试")
    };
    let (known, unknown, service) = (
        denied(try_in("grid").await),
        denied(try_in("ghost").await),
        denied(try_in("service").await),
    );
    assert_eq!(known, unknown);
    assert_eq!(
        known, service,
        "the account of another system has no password"
    );
    assert!(known.contains("请核对"), "{known}");
}

#[tokio::test]
async fn five_failures_lock_for_fifteen_minutes_whatever_the_password() {
    let city = City::found("lock").await;
    for n in 1..=5 {
        let sentence = denied(
            city.office
                .sign_in("grid", "Falsch#2026", "10.0.0.1", "测试")
                .await,
        );
        assert_eq!(
            sentence.contains("已锁定"),
            n == 5,
            "attempt {n}: {sentence}"
        );
    }
    city.later(10);
    let sentence = denied(
        city.office
            .sign_in("grid", PASSWORD, "10.0.0.1", "测试")
            .await,
    );
    assert!(sentence.contains("请 5 分钟后再试"), "{sentence}");
    assert_eq!(city.audited().await[0], "lock_account");
    city.later(5);
    city.sign_in("grid").await;
    // The count begins anew.
    let sentence = denied(
        city.office
            .sign_in("grid", "Falsch#2026", "10.0.0.1", "测试")
            .await,
    );
    assert!(!sentence.contains("已锁定"), "{sentence}");
}

#[tokio::test]
async fn an_address_with_too_many_failures_has_to_wait() {
    let city = City::found("address").await;
    let at = city.office.now();
    let filled = city
        .office
        .store()
        .write::<(), store::lane::Failure>(move |conn| {
            for _ in 0..100 {
                let attempt = store::sign_in::Attempt {
                    at,
                    login: "x".into(),
                    account: None,
                    address: "10.9.9.9".into(),
                    outcome: store::sign_in::outcome::WRONG,
                };
                store::sign_in::insert(conn, &attempt)?;
            }
            Ok(())
        });
    filled.await.unwrap();
    match refused(
        city.office
            .sign_in("grid", PASSWORD, "10.9.9.9", "测试")
            .await,
    ) {
        Refusal::Busy(sentence) => assert!(sentence.contains("15 分钟后再试"), "{sentence}"),
        other => panic!("{other:?}"),
    }
    city.sign_in("grid").await;
    city.later(16);
    assert!(
        city.office
            .sign_in("grid", PASSWORD, "10.9.9.9", "测试")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_session_ends_when_idle_and_when_old() {
    let city = City::found("idle").await;
    let idle = city.sign_in("grid").await;
    city.later(119);
    assert!(city.office.actor_of(&idle).await.unwrap().is_some());
    city.later(119);
    assert!(
        city.office.actor_of(&idle).await.unwrap().is_some(),
        "each use begins the idle time anew"
    );
    city.later(120);
    assert!(city.office.actor_of(&idle).await.unwrap().is_none());

    let busy = city.sign_in("unit").await;
    for _ in 0..23 {
        city.later(60);
        assert!(city.office.actor_of(&busy).await.unwrap().is_some());
    }
    city.later(60);
    assert!(
        city.office.actor_of(&busy).await.unwrap().is_none(),
        "24 hours are the end"
    );
}

#[tokio::test]
async fn a_session_that_another_process_ended_lives_on_for_a_minute_at_most() {
    let city = City::found("elsewhere").await;
    let token = city.sign_in("grid").await;
    let (digest, now) = (Hash::of(token.as_bytes()), city.office.now());
    let ended = city
        .office
        .store()
        .write::<bool, store::lane::Failure>(move |conn| {
            Ok(store::session::end(conn, digest, now)?)
        });
    assert!(ended.await.unwrap());
    assert!(
        city.office.actor_of(&token).await.unwrap().is_some(),
        "within the minute nothing is asked of the database"
    );
    city.later(1);
    assert!(city.office.actor_of(&token).await.unwrap().is_none());
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended_one_by_one() {
    let city = City::found("own").await;
    let first = city.sign_in("grid").await;
    city.later(1);
    let second = city.sign_in("grid").await;
    let actor = city.actor("grid");
    let list = city.office.own_sessions(&actor, &second).await.unwrap();
    assert_eq!(
        list.iter().map(|s| s.current).collect::<Vec<_>>(),
        [true, false]
    );
    assert!(!first.contains(&list[1].id));
    unknown(
        city.office
            .end_session(&city.actor("unit"), &list[1].id)
            .await,
    );
    city.office.end_session(&actor, &list[1].id).await.unwrap();
    assert!(city.office.actor_of(&first).await.unwrap().is_none());
    assert!(city.office.actor_of(&second).await.unwrap().is_some());
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once() {
    let city = City::found("disabled").await;
    let token = city.sign_in("unit").await;
    denied(
        city.office
            .set_account_disabled(&city.actor("grid"), id("unit"), true)
            .await,
    );
    city.office
        .set_account_disabled(&city.actor("sec"), id("unit"), true)
        .await
        .unwrap();
    assert!(city.office.actor_of(&token).await.unwrap().is_none());
    let sentence = denied(
        city.office
            .sign_in("unit", PASSWORD, "10.0.0.1", "测试")
            .await,
    );
    assert!(sentence.contains("已停用"), "{sentence}");
    let sentence = denied(
        city.office
            .sign_in("unit", "Falsch#2026", "10.0.0.1", "测试")
            .await,
    );
    assert!(
        !sentence.contains("已停用"),
        "only the owner learns it: {sentence}"
    );
    city.office
        .set_account_disabled(&city.actor("sec"), id("unit"), false)
        .await
        .unwrap();
    city.sign_in("unit").await;
    conflict(
        city.office
            .set_account_disabled(&city.actor("sec"), id("sec"), true)
            .await,
    );
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let city = City::found("change").await;
    let (other, own) = (city.sign_in("unit").await, city.sign_in("unit").await);
    let actor = city.actor("unit");
    let change =
        |old: &'static str, new: &'static str| city.office.change_password(&actor, &own, old, new);
    assert_eq!(
        codes(change("Falsch#2026", "Lotus-Pond-7").await),
        ["wrong"]
    );
    assert_eq!(
        codes(change(PASSWORD, "short").await),
        ["too_short", "too_simple"]
    );
    assert_eq!(codes(change(PASSWORD, PASSWORD).await), ["unchanged"]);
    change(PASSWORD, "Lotus-Pond-7").await.unwrap();
    assert!(city.office.actor_of(&own).await.unwrap().is_some());
    assert!(city.office.actor_of(&other).await.unwrap().is_none());
    denied(
        city.office
            .sign_in("unit", PASSWORD, "10.0.0.1", "测试")
            .await,
    );
    city.office
        .sign_in("unit", "Lotus-Pond-7", "10.0.0.1", "测试")
        .await
        .unwrap();
    let demo = city
        .office
        .change_password(&city.actor("grid"), &own, PASSWORD, "Lotus-Pond-7")
        .await;
    assert!(conflict(demo).contains("演示账号"));
}

#[tokio::test]
async fn guessing_the_old_password_locks_like_guessing_at_the_door() {
    let city = City::found("guess").await;
    let token = city.sign_in("unit").await;
    for _ in 0..4 {
        codes(
            city.office
                .change_password(&city.actor("unit"), &token, "Falsch#2026", "Lotus-Pond-7")
                .await,
        );
    }
    let sentence = denied(
        city.office
            .change_password(&city.actor("unit"), &token, "Falsch#2026", "Lotus-Pond-7")
            .await,
    );
    assert!(sentence.contains("已锁定"), "{sentence}");
    denied(
        city.office
            .sign_in("unit", PASSWORD, "10.0.0.1", "测试")
            .await,
    );
}

#[tokio::test]
async fn the_system_administrator_makes_accounts_and_the_security_administrator_resets_them() {
    let city = City::found("accounts").await;
    let new = |login: &str| NewAccount {
        login: login.into(),
        name: "陈春山".into(),
        phone: Some("13812341234".into()),
        service: false,
    };
    for other in ["city", "sec", "audit"] {
        denied(
            city.office
                .create_account(&city.actor(other), new("chen"))
                .await,
        );
    }
    for other in ["sys", "audit"] {
        denied(
            city.office
                .reset_password(&city.actor(other), id("unit"))
                .await,
        );
    }
    let made = city
        .office
        .create_account(&city.actor("sys"), new("Chen.CS"))
        .await
        .unwrap();
    assert_eq!(made.login, "chen.cs");
    let signed = city
        .office
        .sign_in(
            "chen.cs",
            made.password.as_deref().unwrap(),
            "10.0.0.1",
            "测试",
        )
        .await
        .unwrap();
    assert!(signed.me.posts.is_empty());
    assert!(
        conflict(
            city.office
                .create_account(&city.actor("sys"), new("chen.cs"))
                .await
        )
        .contains("已有人使用")
    );
    let bad = NewAccount {
        login: "陈".into(),
        name: " ".into(),
        phone: Some("abc".into()),
        service: false,
    };
    assert_eq!(
        codes(city.office.create_account(&city.actor("sys"), bad).await),
        ["bad_login", "bad_name", "bad_phone"]
    );

    let county = city.actor("countysec");
    assert!(
        denied(city.office.reset_password(&county, id("city")).await)
            .contains("超出了您的管理范围")
    );
    let reset = city
        .office
        .reset_password(&county, id("unit"))
        .await
        .unwrap();
    city.office
        .sign_in(
            "unit",
            reset.password.as_deref().unwrap(),
            "10.0.0.1",
            "测试",
        )
        .await
        .unwrap();
    unknown(city.office.reset_password(&county, AccountId(9)).await);

    let (rows, next) = city
        .office
        .accounts(&city.actor("sec"), None, false, None, None)
        .await
        .unwrap();
    assert!(next.is_none() && rows.len() == 14);
    assert!(
        rows.iter()
            .all(|row| !row.phone_masked.contains("13812341234"))
    );
    let (rows, _) = city
        .office
        .accounts(&county, None, false, None, None)
        .await
        .unwrap();
    assert!(
        rows.iter().any(|row| row.login == "unit") && rows.iter().all(|row| row.login != "city")
    );
}

#[tokio::test]
async fn the_sign_in_page_of_a_demonstration_lists_its_accounts() {
    let city = City::found("demo").await;
    let list = city.office.demo_accounts().await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(
        (list[0].login.as_str(), list[0].title.as_str()),
        ("grid", "九龙小区网格长")
    );
    assert!(list[0].place.starts_with("莆田市 / 城厢区"));
}

#[tokio::test]
async fn only_the_audit_administrator_reads_the_audit_chain() {
    let city = City::found("audit").await;
    for login in ["sec", "sys", "city", "grid", "nobody"] {
        denied(
            city.office
                .audit(
                    &city.actor(login),
                    office::AuditWanted::default(),
                    None,
                    None,
                )
                .await,
        );
    }
    let token = city.sign_in("grid").await;
    city.office
        .sign_out(&city.actor("grid"), &token)
        .await
        .unwrap();
    let (rows, next) = city
        .office
        .audit(
            &city.actor("audit"),
            office::AuditWanted::default(),
            None,
            Some(2),
        )
        .await
        .unwrap();
    assert_eq!(
        rows.iter()
            .map(|r| r.kept.entry.action.as_str())
            .collect::<Vec<_>>(),
        ["sign_out", "sign_in"]
    );
    assert_eq!(rows[0].title, "九龙小区网格长");
    let (rows, next) = city
        .office
        .audit(
            &city.actor("audit"),
            office::AuditWanted::default(),
            next,
            Some(2),
        )
        .await
        .unwrap();
    assert_eq!((rows[0].kept.entry.action.as_str(), next), ("found", None));
}

#[tokio::test]
async fn a_fault_of_the_database_is_no_refusal() {
    let city = City::found("fault").await;
    let dropped = city
        .office
        .store()
        .write::<(), store::lane::Failure>(|conn| Ok(conn.batch("DROP TABLE sign_in")?));
    dropped.await.unwrap();
    match city
        .office
        .sign_in("grid", PASSWORD, "10.0.0.1", "测试")
        .await
    {
        Err(Fault::Broken(_)) => {}
        other => panic!("{:?}", other.map(|s| s.me)),
    }
}
