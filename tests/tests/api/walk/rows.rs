//! The manifest's rows as requests.

use manifest::{Method, Route};
use testkit::{Api, Ask};

/// Every endpoint.
pub fn all() -> impl Iterator<Item = &'static Route> {
    manifest::routes::ALL.iter().copied()
}

/// A path of the row: its parameters name nothing that exists, in a form that ids have.
pub fn path(route: &Route) -> String {
    let mut path = route.path.to_owned();
    for name in route.parameters() {
        path = path.replace(&format!("{{{name}}}"), "none_00000000000000000000000000");
    }
    path
}

/// A request to the row, with an empty JSON object where a body is taken.
pub fn ask(api: &Api, route: &Route) -> Ask {
    let ask = api.ask(route.method.as_str(), &path(route));
    if matches!(route.method, Method::POST | Method::PUT) {
        ask.text("application/json", "{}")
    } else {
        ask
    }
}
