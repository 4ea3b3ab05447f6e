//! A service in the test's own process: the same walk, on tables of the test's own.

use std::collections::HashMap;

use aws::{Aws, Environment};
use edge::walk::Walk;
use edge::{App, Endpoint, RawBody, Request, RequestExt, Settings, Verifier};
use kernel::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::{Account, Reply, Signer};

/// Tables of the test's own, and whoever may call.
pub struct Shop {
    runtime: tokio::runtime::Runtime,
    aws: Aws,
    signer: Signer,
}

impl Shop {
    /// Makes every table of the manifest anew.
    ///
    /// # Panics
    /// When there is no local cloud; the message says what starts one.
    pub fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let tables = manifest::resources::TABLES;
        let signer = Signer::new();
        let environment = aws::testing::environment(tables)
            .unwrap_or_else(|error| panic!("{error}"))
            .with("JWT_ISSUER", signer.issuer())
            .with("JWT_AUDIENCE", signer.audience())
            .with("CORS_ALLOWED_ORIGINS", "https://shop.example")
            .with("PUBLIC_URL", "https://api.example/base")
            .with("DEFAULT_CURRENCY", "USD")
            // Of the test's own, for an index is named after its stage and all are in one engine.
            .with("STAGE", crate::unique("test"))
            .with("OPENSEARCH_ENDPOINT", search_engine());
        let aws = runtime.block_on(async {
            let aws = Aws::connect(environment).await.expect("a configuration");
            for table in tables {
                aws::testing::create_table(&aws, table)
                    .await
                    .expect("a table");
            }
            aws
        });
        let shop = Self {
            runtime,
            aws,
            signer,
        };
        shop.publish_keys(&[shop.signer.public()]);
        shop
    }

    /// The same shop for services that find their things elsewhere: another engine, another domain.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_with<A: App>(&self, variables: &[(&str, &str)]) -> A {
        let environment = variables
            .iter()
            .fold(self.environment().clone(), |environment, (name, value)| {
                environment.with(*name, *value)
            });
        self.wait(async {
            let aws = Aws::connect(environment).await?;
            A::start(&aws).await
        })
        .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Puts a set of public keys in the place of the former one.
    ///
    /// # Panics
    /// When the table refuses it.
    pub fn publish_keys(&self, keys: &[Value]) {
        let item = json!({
            "pk": { "S": "keys" }, "sk": { "S": "public" },
            "type": { "S": "keys" }, "schema": { "N": "1" },
            "jwks": { "S": json!({ "keys": keys }).to_string() },
        });
        let name = self.variable("PLATFORM_TABLE");
        let put = json!({ "TableName": name, "Item": item });
        self.account().dynamodb("PutItem", &put).expect(200);
    }

    /// A variable that its functions start with.
    ///
    /// # Panics
    /// When there is none of the name.
    pub fn variable(&self, name: &str) -> String {
        self.aws
            .environment()
            .required(name)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// All variables that its functions start with, for binaries of their own.
    pub fn variables(&self) -> Vec<(String, String)> {
        let environment = self.aws.environment();
        let names: Vec<String> = environment.names().map(str::to_owned).collect();
        names
            .into_iter()
            .map(|name| (name.clone(), self.variable(&name)))
            .collect()
    }

    /// The account that the tables stand in.
    pub fn account(&self) -> Account {
        Account::of(self.aws.environment())
    }

    /// The clients.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// What signs its tokens.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Waits for a future on the shop's own runtime.
    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// A service, started as its functions start it.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start<A: App>(&self) -> A {
        self.wait(A::start(&self.aws))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The walk of an endpoint, prepared as its function prepares it.
    ///
    /// # Panics
    /// When a setting is missing.
    pub fn walk<E: Endpoint>(&self) -> Walk<E> {
        let settings = Settings::from_environment(self.aws.environment())
            .unwrap_or_else(|error| panic!("{error}"));
        let verifier = self.wait(async {
            let table = self
                .aws
                .table(&manifest::resources::PLATFORM)
                .expect("the platform table");
            let (issuer, audience) = (self.signer.issuer(), self.signer.audience());
            Verifier::reading(table, issuer, audience, SystemClock.now()).await
        });
        Walk::new(settings, verifier)
    }

    /// Sends one request through an endpoint's walk.
    ///
    /// # Panics
    /// When the answer cannot be read.
    pub fn call<E: Endpoint>(&self, app: &E::App, request: Request) -> Reply {
        self.send(&self.walk::<E>(), app, request)
    }

    /// Sends one request through a walk that stays warm.
    ///
    /// # Panics
    /// When the answer cannot be read.
    pub fn send<E: Endpoint>(&self, walk: &Walk<E>, app: &E::App, request: Request) -> Reply {
        let asked = format!("{} {}", request.method(), request.uri());
        let (head, body) = self.wait(walk.answer(app, request)).into_parts();
        let bytes = match body {
            RawBody::Text(text) => text.into_bytes(),
            RawBody::Binary(bytes) => bytes,
            _ => Vec::new(),
        };
        Reply {
            asked,
            status: head.status.as_u16(),
            headers: head.headers,
            bytes,
        }
    }

    /// A request for an endpoint's row: its method, its path with the parameters put in, a token,
    /// and a JSON body.
    ///
    /// # Panics
    /// When it cannot be put together.
    pub fn request<E: Endpoint>(
        &self,
        params: &[(&str, &str)],
        query: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Request {
        let mut path = E::ROW.path.to_owned();
        for (name, value) in params {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        let uri = if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        };
        let mut request = http::Request::builder()
            .method(E::ROW.method.as_str())
            .uri(uri);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or(RawBody::Empty, |body| RawBody::Text(body.to_string()));
        let params: HashMap<String, Vec<String>> = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]))
            .collect();
        let pairs: HashMap<String, Vec<String>> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), vec![value.to_owned()]))
            .collect();
        let mut request = request
            .body(body)
            .expect("a request")
            .with_query_string_parameters(pairs);
        if !params.is_empty() {
            request = request.with_path_parameters(params);
        }
        request
    }

    /// The environment, for what starts elsewhere.
    pub fn environment(&self) -> &Environment {
        self.aws.environment()
    }
}

/// The local cloud's search engine; empty where it has none.
fn search_engine() -> String {
    Environment::process()
        .optional("OPENSEARCH_URL")
        .unwrap_or_default()
}
