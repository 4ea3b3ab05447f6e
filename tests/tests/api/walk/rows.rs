//! The manifest's rows as requests.

use manifest::{Method, Route};
use testkit::{Api, Ask};

/// Every endpoint.
pub fn all() -> impl Iterator<Item = &'static Route> {
    manifest::routes::ALL.iter().copied()
}

/// A path of the row: its parameters are ids of the right kind that nothing has.
pub fn path(route: &Route) -> String {
    let mut segments = Vec::new();
    for segment in route.path.split('/') {
        let above = segments.last().map(String::as_str);
        segments.push(match (segment.starts_with('{'), above) {
            (false, _) => segment.to_owned(),
            // A SKU, which is any word.
            (true, Some("inventory")) => "NOTHING".to_owned(),
            (true, Some("products" | "index")) => format!("prod_{NIL}"),
            (true, Some("jobs")) => format!("job_{NIL}"),
            (true, Some("rules")) => format!("rule_{NIL}"),
            (true, Some("categories")) => format!("cat_{NIL}"),
            (true, Some("import")) => format!("imp_{NIL}"),
            (true, Some("addresses")) => format!("addr_{NIL}"),
            (true, Some("items")) => format!("line_{NIL}"),
            (true, Some("orders")) => format!("ord_{NIL}"),
            (true, Some("payments")) => format!("pay_{NIL}"),
            (true, Some("methods")) => "pm_nothing".to_owned(),
            (true, other) => panic!("say here which ids stand behind {other:?}"),
        });
    }
    segments.join("/")
}

/// The characters of an id that nothing has.
const NIL: &str = "00000000000000000000000000";

/// A request to the row, with an empty JSON object where a body is taken.
pub fn ask(api: &Api, route: &Route) -> Ask {
    let ask = api.ask(route.method.as_str(), &path(route));
    if matches!(route.method, Method::POST | Method::PUT) {
        ask.text("application/json", "{}")
    } else {
        ask
    }
}
