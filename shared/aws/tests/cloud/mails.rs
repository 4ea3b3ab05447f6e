use aws::{Aws, Letter, MailError};
use kernel::Email;

use crate::cloud;

fn letter() -> Letter {
    Letter {
        subject: "Größe".into(),
        text: "Text".into(),
        html: "<p>Text</p>".into(),
    }
}

#[tokio::test]
async fn a_mail_is_sent_from_the_stages_sender() {
    let aws = cloud().await;
    let to = Email::parse("ann@example.com").unwrap();
    aws.mail().send(&to, &letter()).await.unwrap();
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
    let error = aws.mail().send(&to, &letter()).await.unwrap_err();
    assert!(matches!(error, MailError::Unavailable(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("ann@example.com"));
}
