//! What a function is told from outside.

use std::collections::BTreeMap;
use std::time::Duration;

/// The variables a function starts with: the process's, or a test's own.
///
/// It is read once at the start, so a missing variable fails the start and says its name.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process.
    pub fn process() -> Self {
        Self::of(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// These variables and no others.
    pub fn of<N: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    /// The same with one more variable, or another value of it.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The names of the variables that are set.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, _)| name.as_str())
    }

    /// A variable that must be there and not be empty.
    pub fn required(&self, name: &str) -> Result<String, StartError> {
        self.optional(name)
            .ok_or_else(|| StartError::Missing(name.to_owned()))
    }

    /// A decision of the stage that is a number.
    pub fn count(&self, setting: &manifest::Setting) -> Result<u32, StartError> {
        let text = self.setting(setting);
        text.parse()
            .map_err(|_| StartError::malformed(setting.env, "it must be a whole number"))
    }

    /// A decision of the stage that is a time: a number and `s`, `m`, `h` or `d`.
    pub fn duration(&self, setting: &manifest::Setting) -> Result<Duration, StartError> {
        let text = self.setting(setting);
        let seconds = text.char_indices().next_back().and_then(|(at, unit)| {
            let unit = match unit {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => return None,
            };
            text[..at].parse::<u64>().ok()?.checked_mul(unit)
        });
        seconds.map(Duration::from_secs).ok_or_else(|| {
            StartError::malformed(setting.env, "it must be a number and s, m, h or d")
        })
    }

    /// A decision of the stage: the variable, or what the manifest has for those that do not say.
    pub fn setting(&self, setting: &manifest::Setting) -> String {
        self.optional(setting.env)
            .unwrap_or_else(|| setting.default.to_owned())
    }

    /// A variable that may be left out. An empty one counts as left out, because templates cannot
    /// leave a variable out.
    pub fn optional(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.is_empty()).cloned()
    }
}

/// Values may be secrets, so only the names are shown.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A variable is not set.
    #[error("the variable {0} is missing")]
    Missing(String),
    /// A variable's value cannot be used.
    #[error("the variable {name} is malformed: {rule}")]
    Malformed {
        /// The variable.
        name: String,
        /// What it must be.
        rule: String,
    },
    /// Something that must be read at the start could not be.
    #[error("{what} could not be read at the start")]
    Unreadable {
        /// What it is.
        what: &'static str,
        /// Why.
        source: crate::Cause,
    },
}

impl StartError {
    /// A variable whose value breaks a rule.
    pub fn malformed(name: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Malformed {
            name: name.into(),
            rule: rule.into(),
        }
    }

    /// Something that must be read at the start and could not be.
    pub fn unreadable(what: &'static str, source: impl Into<crate::Cause>) -> Self {
        Self::Unreadable {
            what,
            source: source.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named_and_an_empty_one_is_missing() {
        let environment = Environment::of([("EMPTY", ""), ("STAGE", "test")]);
        assert_eq!(environment.required("STAGE").unwrap(), "test");
        for name in ["EMPTY", "ABSENT"] {
            assert_eq!(environment.optional(name), None);
            let error = environment.required(name).unwrap_err();
            assert_eq!(error.to_string(), format!("the variable {name} is missing"));
        }
    }

    #[test]
    fn a_setting_has_a_default_and_what_cannot_be_read_fails_the_start() {
        use manifest::settings::{ACCESS_TOKEN_LIFE, FAILURES_PER_ACCOUNT};
        let silent = Environment::default();
        assert_eq!(silent.count(&FAILURES_PER_ACCOUNT).unwrap(), 10);
        for (text, seconds) in [
            ("", Some(900)),
            ("90s", Some(90)),
            ("2h", Some(7_200)),
            ("7d", Some(604_800)),
            ("m", None),
            ("15", None),
            ("1.5h", None),
            ("-1m", None),
            ("15 m", None),
            ("é", None),
            ("99999999999999999999d", None),
        ] {
            let environment = Environment::of([(ACCESS_TOKEN_LIFE.env, text)]);
            let read = environment.duration(&ACCESS_TOKEN_LIFE);
            assert_eq!(read.ok().map(|it| it.as_secs()), seconds, "{text}");
        }
    }

    #[test]
    fn values_stay_out_of_debug_output() {
        let shown = format!(
            "{:?}",
            Environment::of([("AWS_SECRET_ACCESS_KEY", "canary")])
        );
        assert!(shown.contains("AWS_SECRET_ACCESS_KEY"));
        assert!(!shown.contains("canary"));
    }
}
