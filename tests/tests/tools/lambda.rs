//! cargo-lambda, which knows the functions by `CargoLambda.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use testkit::{Api, Stage, eventually};

use crate::{root, tool};

/// Methods that a router is asked for.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The function that each method of each path goes to.
fn router() -> BTreeMap<(String, String), String> {
    let text = fs::read_to_string(root().join("CargoLambda.toml")).unwrap();
    let mut routes = BTreeMap::new();
    for entry in text.split("[[watch.router]]").skip(1) {
        // What stands there of TOML, strings and lists of strings, is JSON as well.
        let entry: BTreeMap<&str, Value> = entry
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, value)| (key, serde_json::from_str(value).unwrap()))
            .collect();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        for method in entry["methods"].as_array().unwrap() {
            let route = (text(method), text(&entry["path"]));
            let before = routes.insert(route.clone(), text(&entry["function"]));
            assert_eq!(before, None, "{route:?} is routed twice");
        }
    }
    routes
}

#[test]
fn the_router_sends_every_row_to_its_function_and_all_else_to_the_fallback() {
    let mut expected = BTreeMap::new();
    let paths = manifest::routes::ALL.iter().map(|route| route.path);
    for path in paths.chain(["/", "/{*rest}"]) {
        for method in METHODS {
            let route = manifest::routes::ALL
                .iter()
                .find(|route| route.path == path && route.method.as_str() == method);
            let name = route.map_or("platform-fallback", |route| route.name);
            expected.insert((method.to_owned(), path.to_owned()), name.to_owned());
        }
    }
    let routed = router();
    let wrong: Vec<_> = expected
        .iter()
        .filter(|(route, name)| routed.get(route) != Some(name))
        .chain(
            routed
                .iter()
                .filter(|(route, _)| !expected.contains_key(route)),
        )
        .collect();
    assert!(wrong.is_empty(), "the router differs in {wrong:?}");
}

/// `cargo lambda watch` on a port of its own, while it is held.
struct Watch {
    process: Child,
    port: u16,
}

impl Watch {
    fn start() -> Self {
        // Below those that the system gives to who asks for any: nobody else is given it meanwhile.
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        let port = (20_000..30_000).find(is_free).unwrap();
        let mut command = tool("venv/bin/cargo-lambda");
        command
            .args(["lambda", "watch", "--ignore-changes"])
            .args(["--invoke-address", "127.0.0.1", "--invoke-port"])
            .arg(port.to_string())
            // Set for this test by cargo; seen by build scripts, which would run again.
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CARGO_MANIFEST_PATH")
            .env_remove("CARGO_PKG_NAME")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let watch = Self {
            process: command.spawn().unwrap(),
            port,
        };
        // Another build may hold cargo's lock for a while.
        eventually("watch answers", Duration::from_secs(300), || {
            watch.api().ask("GET", "/health").try_send().ok()
        });
        watch
    }

    fn api(&self) -> Api {
        Api::at(format!("http://127.0.0.1:{}", self.port))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Asked, not killed: it ends the functions that it has started.
        let id = self.process.id().to_string();
        let _ = Command::new("kill").args(["-INT", &id]).status();
        let _ = self.process.wait();
    }
}

/// The functions are built already, as the whole workspace builds them, and are not built again.
#[test]
fn watch_and_invoke_answer_from_the_stages_tables() {
    let watch = Watch::start();
    let keys = watch.api().get("/.well-known/jwks.json").expect(200).json();
    let kid = Stage::from_env().signer().kid();
    assert_eq!(keys["keys"][0]["kid"], kid, "of another table: {keys}");

    let refused = watch.api().delete("/api/v1/products");
    assert_eq!(refused.status, 405, "{refused}");
    assert_eq!(refused.header("allow"), Some("GET, POST, OPTIONS"));

    let origin = "http://localhost:3000";
    let preflight = watch
        .api()
        .ask("OPTIONS", "/api/v1/products")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .send();
    assert_eq!(preflight.status, 204, "{preflight}");
    let allowed = preflight.header("access-control-allow-origin");
    assert_eq!(allowed, Some(origin), "{preflight}");

    let said = tool("venv/bin/cargo-lambda")
        .args(["lambda", "invoke", "products-get"])
        .args(["--data-file", "events/products-get.json"])
        .args(["--invoke-address", "127.0.0.1", "--invoke-port"])
        .arg(watch.port.to_string())
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&said.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&said.stderr)));
    // The sample names a product that is in nobody's shop.
    assert_eq!(answer["statusCode"], 404, "{answer}");
}
