//! A small blocking client that shows everything an answer has.

use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

use http::HeaderMap;
use serde_json::Value;

/// The API as one caller sees it. Cloning is cheap, and a clone goes to the same connections.
#[derive(Debug, Clone)]
pub struct Api {
    root: String,
    token: Option<String>,
}

impl Api {
    /// The API at a root, for nobody in particular.
    pub fn at(root: impl Into<String>) -> Self {
        Self {
            root: root.into(),
            token: None,
        }
    }

    /// The same API for the owner of a token.
    #[must_use]
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self {
            root: self.root.clone(),
            token: Some(token.into()),
        }
    }

    /// The same API for nobody in particular.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self::at(&self.root)
    }

    /// Where it stands.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// A request of any method.
    pub fn ask(&self, method: &str, path: &str) -> Ask {
        let url = if path.starts_with("http://") || path.starts_with("https://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.root)
        };
        let headers = self
            .token
            .iter()
            .map(|token| ("authorization".to_owned(), format!("Bearer {token}")))
            .collect();
        Ask {
            method: method.to_owned(),
            url,
            headers,
            body: None,
        }
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).send()
    }

    /// `POST` with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask("POST", path).json(body).send()
    }

    /// `PUT` with a JSON body.
    pub fn put(&self, path: &str, body: &Value) -> Reply {
        self.ask("PUT", path).json(body).send()
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Reply {
        self.ask("DELETE", path).send()
    }
}

/// A request that is being put together.
#[derive(Debug, Clone)]
pub struct Ask {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Ask {
    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With an `Idempotency-Key`.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", body.to_string())
    }

    /// With a body of a media type.
    #[must_use]
    pub fn text(mut self, media: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", media)
    }

    /// With a body that says nothing of what it is.
    #[must_use]
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Sends it and reads the whole answer, whatever its status. Redirects are not followed.
    ///
    /// # Panics
    /// When there is no answer at all.
    pub fn send(&self) -> Reply {
        match self.try_send() {
            Ok(reply) => reply,
            Err(error) => panic!("{} {}: no answer: {error}", self.method, self.url),
        }
    }

    /// As [`send`](Self::send), for when there may be nobody who answers.
    ///
    /// # Errors
    /// What the connection says.
    pub fn try_send(&self) -> Result<Reply, ureq::Error> {
        static AGENT: OnceLock<ureq::Agent> = OnceLock::new();
        let agent = AGENT.get_or_init(|| {
            let config = ureq::Agent::config_builder()
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .allow_non_standard_methods(true)
                .max_idle_connections_per_host(64)
                .timeout_global(Some(Duration::from_secs(60)));
            #[cfg(feature = "tls")]
            let config = config.tls_config(tls());
            config.build().into()
        });
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(&self.url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut answer = match &self.body {
            Some(body) => agent.run(request.body(body.clone())?)?,
            None => agent.run(request.body(())?)?,
        };
        let mut bytes = Vec::new();
        answer
            .body_mut()
            .with_config()
            .limit(256 * 1024 * 1024)
            .reader()
            .read_to_end(&mut bytes)?;
        Ok(Reply {
            asked: format!("{} {}", self.method, self.url),
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            bytes,
        })
    }
}

/// For a stage that is reached over TLS, as every one but the local is.
#[cfg(feature = "tls")]
fn tls() -> ureq::tls::TlsConfig {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    ureq::tls::TlsConfig::builder()
        .unversioned_rustls_crypto_provider(std::sync::Arc::new(provider))
        .build()
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    /// What was asked, for messages.
    pub asked: String,
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is something else.
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.bytes) {
            Ok(value) => value,
            Err(error) => panic!("{self} is not JSON: {error}"),
        }
    }

    /// What `data` holds.
    pub fn data(&self) -> Value {
        self.json()["data"].clone()
    }

    /// The problem's code; empty when the answer is no problem.
    pub fn code(&self) -> String {
        let document: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        document["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The JSON pointers of the faults that a 422 lists, sorted, each once.
    pub fn pointers(&self) -> Vec<String> {
        let document = self.json();
        let faults = document["errors"].as_array().cloned().unwrap_or_default();
        let mut pointers: Vec<String> = faults
            .iter()
            .map(|fault| fault["pointer"].as_str().unwrap_or_default().to_owned())
            .collect();
        pointers.sort();
        pointers.dedup();
        pointers
    }

    /// The same answer, whose status must be this one.
    ///
    /// # Panics
    /// When it is another; the message shows the answer.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The same answer, which must be this problem.
    ///
    /// # Panics
    /// When it is another; the message shows the answer.
    #[track_caller]
    pub fn refuse(self, status: u16, code: &str) -> Self {
        assert_eq!(
            (self.status, self.code().as_str()),
            (status, code),
            "{self}"
        );
        self
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.text();
        let short: String = text.chars().take(2000).collect();
        write!(f, "{} answered {}: {short}", self.asked, self.status)
    }
}
