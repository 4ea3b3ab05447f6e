//! What the service writes to its users.

use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, context};

/// The templates: of each mail its text and its HTML.
const TEMPLATES: [(&str, &str); 10] = [
    ("layout.txt", include_str!("../mails/layout.txt")),
    ("layout.html", include_str!("../mails/layout.html")),
    (
        "verification.txt",
        include_str!("../mails/verification.txt"),
    ),
    (
        "verification.html",
        include_str!("../mails/verification.html"),
    ),
    (
        "password-reset.txt",
        include_str!("../mails/password-reset.txt"),
    ),
    (
        "password-reset.html",
        include_str!("../mails/password-reset.html"),
    ),
    (
        "password-changed.txt",
        include_str!("../mails/password-changed.txt"),
    ),
    (
        "password-changed.html",
        include_str!("../mails/password-changed.html"),
    ),
    ("new-device.txt", include_str!("../mails/new-device.txt")),
    ("new-device.html", include_str!("../mails/new-device.html")),
];

/// Why a mail is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// An address is to be proven.
    Verification,
    /// A password is to be set anew.
    PasswordReset,
    /// A password was changed.
    PasswordChanged,
    /// Somebody signed in from a new device.
    NewDevice,
}

impl Occasion {
    /// Every occasion.
    pub const ALL: [Self; 4] = [
        Self::Verification,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::NewDevice,
    ];

    const fn template(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::PasswordReset => "password-reset",
            Self::PasswordChanged => "password-changed",
            Self::NewDevice => "new-device",
        }
    }

    const fn subject(self) -> &'static str {
        match self {
            Self::Verification => "Please confirm your address",
            Self::PasswordReset => "Choose a new password",
            Self::PasswordChanged => "Your password was changed",
            Self::NewDevice => "You signed in from a new device",
        }
    }

    /// The storefront's page that the mail leads to.
    const fn page(self) -> &'static str {
        match self {
            Self::Verification => "/verify-email",
            Self::PasswordReset => "/reset-password",
            Self::PasswordChanged | Self::NewDevice => "/forgot-password",
        }
    }
}

/// What a mail says beyond its occasion.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// The user's name.
    pub name: &'a str,
    /// When it happened, for readers.
    pub at: &'a str,
    /// Where the storefront is.
    pub shop: &'a str,
    /// The one-time token of the mail's link, where it carries one. It stands behind a `#`, so that
    /// no server between the reader and the storefront's page is told of it.
    pub token: Option<&'a str>,
}

/// A mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The text, for readers of plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
}

/// The mails, with their templates read.
#[derive(Debug)]
pub struct Mails(Environment<'static>);

impl Mails {
    /// Reads the templates.
    ///
    /// # Errors
    /// When one is no template.
    pub fn new() -> Result<Self, Error> {
        let mut mails = Environment::new();
        mails.set_undefined_behavior(UndefinedBehavior::Strict);
        mails.set_auto_escape_callback(|name| match name.ends_with(".html") {
            true => AutoEscape::Html,
            false => AutoEscape::None,
        });
        for (name, source) in TEMPLATES {
            mails.add_template(name, source)?;
        }
        Ok(Self(mails))
    }

    /// Writes a mail.
    ///
    /// # Errors
    /// When a template asks for what it is not given.
    pub fn write(&self, occasion: Occasion, said: &Said<'_>) -> Result<Letter, Error> {
        let fragment = said.token.map(|token| format!("#token={token}"));
        let link = [said.shop, occasion.page(), &fragment.unwrap_or_default()].concat();
        let words = context! {
            subject => occasion.subject(),
            name => said.name,
            at => said.at,
            shop => said.shop,
            link,
        };
        let written = |ending: &str| {
            let name = format!("{}.{ending}", occasion.template());
            self.0.get_template(&name)?.render(&words)
        };
        Ok(Letter {
            subject: occasion.subject().to_owned(),
            text: written("txt")?,
            html: written("html")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: Said<'static> = Said {
        name: "Ann <b> & Co {{ shop }}",
        at: "31 January 2026, 09:05 UTC",
        shop: "https://shop.example",
        token: Some("t0k_en-1"),
    };

    #[test]
    fn every_mail_says_its_words_in_text_and_in_html() {
        let mails = Mails::new().unwrap();
        for occasion in Occasion::ALL {
            let letter = mails.write(occasion, &SAID).unwrap();
            assert_eq!(letter.subject, occasion.subject());
            let link = format!("https://shop.example{}#token=t0k_en-1", occasion.page());
            assert!(letter.text.contains(&link), "{}", letter.text);
            let link = link.replace('/', "&#x2f;");
            assert!(letter.html.contains(&link), "{}", letter.html);
        }
    }

    #[test]
    fn what_users_call_themselves_is_text_in_html_and_never_a_template() {
        let mails = Mails::new().unwrap();
        for occasion in Occasion::ALL {
            let letter = mails.write(occasion, &SAID).unwrap();
            let plain = "Hello Ann <b> & Co {{ shop }},";
            assert!(letter.text.contains(plain), "{}", letter.text);
            let escaped = "Hello Ann &lt;b&gt; &amp; Co {{ shop }},";
            assert!(letter.html.contains(escaped), "{}", letter.html);
        }
    }

    #[test]
    fn a_template_that_asks_for_what_nobody_gives_is_an_error() {
        let mut mails = Mails::new().unwrap();
        mails
            .0
            .add_template("new-device.txt", "{{ colour }}")
            .unwrap();
        let error = mails.write(Occasion::NewDevice, &SAID).unwrap_err();
        assert_eq!(error.kind(), minijinja::ErrorKind::UndefinedError);
    }
}
