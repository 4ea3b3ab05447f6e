use super::*;
use crate::testing::{self, NOW, email, register};
use aws::testing::{cloud, create_secret, verify_sender};
use edge::App;
use kernel::SessionId;
use manifest::resources::{AUTH, MAIL_TOKEN_KEY, PLATFORM};

const MINUTE: Duration = Duration::from_mins(1);

/// A service that mails, and one on the same table that opens accounts.
async fn services() -> (Auth, Auth) {
    let aws = cloud(&[&AUTH, &PLATFORM]).await.unwrap();
    let secret = create_secret(&aws, "a key of the test's own")
        .await
        .unwrap();
    verify_sender(&aws).await.unwrap();
    let opens = testing::on(&aws).await;
    let environment = aws.environment().clone().with(MAIL_TOKEN_KEY.env(), secret);
    let aws = Aws::connect(environment).await.unwrap();
    (Auth::start(&aws).await.unwrap(), opens)
}

fn event<E: Event>(name: &str, data: E) -> MailDue {
    let id = EventId::derive("", name);
    MailDue::read(Envelope::new(id, NOW, data).seal().unwrap()).unwrap()
}

/// The token that the mail of an event carries, as the table keeps it.
async fn kept(mails: &Auth, due: MailDue) -> Option<OneTime> {
    let (purpose, _) = due.link().unwrap();
    let token = mails
        .mailer()
        .unwrap()
        .token(purpose, due.event)
        .await
        .unwrap();
    mails
        .store
        .one_time(&OneTime::hash_of(&token))
        .await
        .unwrap()
}

#[test]
fn every_event_that_asks_for_a_mail_is_read_as_its_occasion() {
    let (user_id, session_id) = (UserId::derive("", "ann"), SessionId::derive("", "one"));
    let occasions = [
        event("1", VerificationRequested { user_id }),
        event("2", PasswordResetRequested { user_id }),
        event("3", PasswordChanged { user_id }),
        event(
            "4",
            SignedInFromNewDevice {
                user_id,
                session_id,
            },
        ),
    ]
    .map(|due| due.occasion);
    assert_eq!(occasions, Occasion::ALL);
    let erased = contracts::auth::UserErased { user_id };
    let erased = Envelope::new(EventId::derive("", "5"), NOW, erased);
    assert!(MailDue::read(erased.seal().unwrap()).is_err());
}

#[tokio::test]
async fn a_link_that_is_mailed_proves_the_address_it_was_mailed_to() {
    let (mails, opens) = services().await;
    let user = register(&opens, "ann").await.user;
    let due = event("one", VerificationRequested { user_id: user.id });
    assert_eq!(kept(&mails, due).await, None);
    mails.send_mail(due, NOW.plus(MINUTE)).await.unwrap();
    let token = kept(&mails, due).await.unwrap();
    assert_eq!(token.purpose, Purpose::VerifyEmail);
    assert_eq!(
        (token.user, token.email),
        (user.id, email("ann").canonical())
    );
    assert_eq!(token.expires, NOW.plus(Duration::from_hours(24)));
    assert!(!token.used);
}

#[tokio::test]
async fn an_event_that_is_heard_again_is_mailed_once_and_brings_back_no_token() {
    let (mails, opens) = services().await;
    let user = register(&opens, "ann").await.user;
    let due = event("one", PasswordResetRequested { user_id: user.id });
    mails.send_mail(due, NOW).await.unwrap();
    let token = kept(&mails, due).await.unwrap();
    let after = opens.store.user(user.id).await.unwrap().unwrap();
    let written = testing::written("reset", MINUTE);
    let changed = after.with_password(after.password.clone(), written.at);
    opens
        .store
        .set_password(&after, &changed, Some(&token), &written)
        .await
        .unwrap();
    mails.send_mail(due, NOW.plus(2 * MINUTE)).await.unwrap();
    assert!(kept(&mails, due).await.unwrap().used);
    assert_eq!(
        mails.store.take_mail(due.event, NOW).await.unwrap(),
        Due::Sent
    );
}

#[tokio::test]
async fn a_mail_is_written_by_one_at_a_time_and_by_another_when_the_first_died() {
    let (mails, _) = services().await;
    let id = EventId::derive("", "one");
    let take = async |later: Duration| mails.store.take_mail(id, NOW.plus(later)).await.unwrap();
    assert_eq!(take(Duration::ZERO).await, Due::Yours);
    assert_eq!(take(MINUTE - Duration::from_secs(1)).await, Due::Elsewhere);
    assert_eq!(take(MINUTE).await, Due::Yours);
    mails.store.mail_sent(id).await.unwrap();
    assert_eq!(take(3 * MINUTE).await, Due::Sent);
}

#[tokio::test]
async fn nobody_is_written_to_who_is_gone_or_has_nothing_to_prove_or_waits_no_more() {
    let (mails, opens) = services().await;
    let user = register(&opens, "ann").await.user;
    let verification = |name: &str, user_id| event(name, VerificationRequested { user_id });
    let unknown = verification("unknown", UserId::derive("", "nobody"));
    mails.send_mail(unknown, NOW).await.unwrap();
    let late = event("late", PasswordResetRequested { user_id: user.id });
    mails
        .send_mail(late, NOW.plus(Duration::from_hours(1)))
        .await
        .unwrap();
    let proven = user.changed(NOW, |user| user.email_verified = true);
    opens.store.replace_user(&user, &proven).await.unwrap();
    let needless = verification("needless", user.id);
    mails.send_mail(needless, NOW).await.unwrap();
    for due in [unknown, late, needless] {
        assert_eq!(kept(&mails, due).await, None, "{due:?}");
    }
}

#[tokio::test]
async fn a_function_that_may_not_mail_says_so() {
    let (_, opens) = services().await;
    let user = register(&opens, "ann").await.user;
    let due = event("one", PasswordChanged { user_id: user.id });
    let error = opens.send_mail(due, NOW).await.unwrap_err();
    assert!(matches!(error, AuthError::NotGranted(_)), "{error:?}");
}
