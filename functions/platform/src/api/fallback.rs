//! What no route takes: preflights of known paths, unknown paths, and known paths with a method
//! that they do not have.

use edge::{Answer, Fallback, Problem, Settings, Stray, rows};
use manifest::{Method, Route, routes};

/// Answers what no route takes.
pub struct NoRoute;

/// Headers that a page may send.
const ALLOWED_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, \
                               X-Cart-Token, X-Order-Token, traceparent";
/// How long a browser may keep the answer to a preflight: browsers keep it two hours at most.
const PREFLIGHT_SECONDS: &str = "7200";

impl Fallback for NoRoute {
    const ROW: &'static Route = &routes::PLATFORM_FALLBACK;

    fn answer(stray: &Stray, settings: &Settings) -> Result<Answer, Problem> {
        let methods = methods_of(&stray.path);
        if methods.is_empty() {
            return Err(rows::NOT_FOUND.into());
        }
        let allowed = allow(&methods);
        if stray.method == "OPTIONS" {
            return Ok(preflight(stray, settings, &allowed));
        }
        if methods.iter().any(|method| method.as_str() == stray.method) {
            // A route has it, and the gateway still came here: the path only looks the same.
            return Err(rows::NOT_FOUND.into());
        }
        Err(Problem::new(rows::METHOD_NOT_ALLOWED)
            .detail(format!("This path takes {allowed}."))
            .header("allow", allowed))
    }
}

/// The methods that routes have on this path. `/products/export` would also be a
/// `/products/{id}`; it is itself only, and the gateway sends its other methods here.
fn methods_of(path: &str) -> Vec<Method> {
    let itself = routes::ALL.iter().any(|route| route.path == path);
    let mut methods: Vec<Method> = routes::ALL
        .iter()
        .filter(|route| {
            if itself {
                route.path == path
            } else {
                matches(route.path, path)
            }
        })
        .map(|route| route.method)
        .collect();
    methods.sort_unstable();
    methods.dedup();
    methods
}

fn matches(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted.starts_with('{') && !part.is_empty() => {}
            (Some(wanted), Some(part)) if wanted == part => {}
            _ => return false,
        }
    }
}

fn allow(methods: &[Method]) -> String {
    let names = methods
        .iter()
        .map(|method| method.as_str())
        .chain(["OPTIONS"]);
    names.collect::<Vec<_>>().join(", ")
}

/// What a page of a known origin may do. A page of another learns the methods and no more: its
/// browser then refuses.
fn preflight(stray: &Stray, settings: &Settings, allowed: &str) -> Answer {
    let mut headers = vec![("allow".to_owned(), allowed.to_owned())];
    if stray
        .origin
        .as_deref()
        .is_some_and(|origin| settings.allows_origin(origin))
    {
        headers.extend([
            ("access-control-allow-methods".into(), allowed.into()),
            (
                "access-control-allow-headers".into(),
                ALLOWED_HEADERS.into(),
            ),
            ("access-control-max-age".into(), PREFLIGHT_SECONDS.into()),
        ]);
    }
    Answer {
        status: 204,
        headers,
        body: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
