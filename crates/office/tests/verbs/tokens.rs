use crate::city::*;
use civic::post::{Role, Seat};
use office::{Appointment, Person};

#[tokio::test]
async fn a_token_opens_to_its_service_until_it_is_revoked_or_expires() {
    let city = City::found("tokens").await;
    let (sec, in_a_week) = (city.actor("sec"), city.office.now().plus_hours(7 * 24));
    let wanted = Appointment {
        person: Person::Login("service".into()),
        role: Role::DeptStaff,
        seat: Seat::Org(OFFICE),
        title: None,
        source: "other".into(),
        from: city.office.today(),
        to: None,
    };
    city.office
        .appoint(&city.actor("town"), wanted, None)
        .await
        .unwrap();
    denied(
        city.office
            .create_token(
                &city.actor("sys"),
                id("service"),
                "12345热线对接",
                in_a_week,
                None,
            )
            .await,
    );
    let made = city
        .office
        .create_token(&sec, id("service"), "12345热线对接", in_a_week, None)
        .await
        .unwrap();
    let actor = city
        .office
        .actor_of_bearer(&made.token)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((actor.account, actor.posts.len()), (id("service"), 1));
    assert!(
        city.office.actor_of(&made.token).await.unwrap().is_none(),
        "a token is no session"
    );
    let session = city.sign_in("grid").await;
    assert!(
        city.office
            .actor_of_bearer(&session)
            .await
            .unwrap()
            .is_none(),
        "a session is no token"
    );

    let rows = city.office.tokens(&sec).await.unwrap();
    assert_eq!(
        (rows[0].token.name.as_str(), rows[0].account_name.as_str()),
        ("12345热线对接", "service姓名")
    );
    city.office.revoke_token(&sec, made.id).await.unwrap();
    assert!(
        city.office
            .actor_of_bearer(&made.token)
            .await
            .unwrap()
            .is_none()
    );
    conflict(city.office.revoke_token(&sec, made.id).await);
    unknown(city.office.revoke_token(&sec, 12).await);

    let short = city
        .office
        .create_token(
            &sec,
            id("service"),
            "试用",
            city.office.now().plus_hours(1),
            None,
        )
        .await
        .unwrap();
    city.later(59);
    assert!(
        city.office
            .actor_of_bearer(&short.token)
            .await
            .unwrap()
            .is_some()
    );
    city.later(1);
    assert!(
        city.office
            .actor_of_bearer(&short.token)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn no_token_is_made_for_a_person_or_for_ever() {
    let city = City::found("badtokens").await;
    let (sec, now) = (city.actor("sec"), city.office.now());
    assert_eq!(
        codes(
            city.office
                .create_token(&sec, id("city"), "代办", now.plus_hours(1), None)
                .await
        ),
        ["no_service"]
    );
    let for_ever = now.plus_hours(400 * 24);
    assert_eq!(
        codes(
            city.office
                .create_token(&sec, id("service"), " ", for_ever, None)
                .await
        ),
        ["bad_name", "bad_expiry"]
    );
}
