use aws::{Aws, Letter, MailError, testing};
use kernel::Email;
use manifest::settings::MAIL_SENDER;

use crate::cloud;

const LETTER: Letter<'static> = Letter {
    subject: "Größe",
    text: "Text",
    html: "<p>Text</p>",
};

#[tokio::test]
async fn a_mail_is_sent_from_the_stages_sender() {
    let aws = cloud().await;
    testing::verify_sender(&aws).await.unwrap();
    let to = Email::parse("ann@example.com").unwrap();
    aws.mail().send(&to, &LETTER).await.unwrap();
}

#[tokio::test]
async fn a_mail_from_a_sender_that_is_not_verified_is_refused_without_a_word_of_its_reader() {
    let environment = cloud().await.environment().clone();
    let environment = environment.with(MAIL_SENDER.env, "nobody@elsewhere.example");
    let aws = Aws::connect(environment).await.unwrap();
    let to = Email::parse("ann@example.com").unwrap();
    let error = aws.mail().send(&to, &LETTER).await.unwrap_err();
    assert!(matches!(error, MailError::Refused(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("ann@example.com"));
}

#[tokio::test]
async fn a_mail_that_nobody_takes_now_may_be_tried_again() {
    let environment = cloud()
        .await
        .environment()
        .clone()
        .with("AWS_ENDPOINT_URL_SES", "http://127.0.0.1:9");
    let aws = Aws::connect(environment).await.unwrap();
    let to = Email::parse("ann@example.com").unwrap();
    let error = aws.mail().send(&to, &LETTER).await.unwrap_err();
    assert!(matches!(error, MailError::Unavailable(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("ann@example.com"));
}
