//! What every answer carries: security headers, CORS, caching, tags and compression.

use crate::answer::{Answer, header};
use crate::settings::Settings;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use manifest::{Method, Route};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};

/// Below this an answer is not worth compressing: it fits one packet either way.
const WORTH_COMPRESSING: usize = 1024;

/// What of the request the answer's headers depend on.
#[derive(Debug, Default, Clone)]
pub(crate) struct Asked {
    pub origin: Option<String>,
    pub gzip: bool,
    pub if_none_match: Option<String>,
    /// Whether anything in the answer may depend on who asked.
    pub personal: bool,
}

/// Completes an answer.
pub(crate) fn complete(answer: &mut Answer, route: &Route, asked: &Asked, settings: &Settings) {
    let caching = cache_control(answer, route, asked);
    put(answer, "cache-control", caching);
    put(
        answer,
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    );
    put(answer, "x-content-type-options", "nosniff");
    put(answer, "x-frame-options", "DENY");
    put(answer, "referrer-policy", "no-referrer");
    put(
        answer,
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    );
    let mut vary = vec!["Accept-Encoding"];
    if !settings.cors_origins.is_empty() {
        vary.push("Origin");
        allow_origin(answer, asked, settings);
    }
    if route.admits_tokens() {
        vary.push("Authorization");
    }
    put(answer, "vary", vary.join(", "));
    tag(answer, route);
    not_modified(answer, route, asked);
    unpack(answer, asked);
    compress(answer, asked);
}

/// Sets a header unless the answer has one already.
fn put(answer: &mut Answer, name: &str, value: impl Into<String>) {
    if header(answer, name).is_none() {
        answer.headers.push((name.into(), value.into()));
    }
}

fn cache_control(answer: &Answer, route: &Route, asked: &Asked) -> &'static str {
    let public = route.method == Method::GET && !asked.personal && answer.status == 200;
    if public {
        "public, max-age=30"
    } else {
        "no-store"
    }
}

pub(crate) fn allow_origin(answer: &mut Answer, asked: &Asked, settings: &Settings) {
    let Some(origin) = &asked.origin else { return };
    if settings.allows_origin(origin) {
        put(answer, "access-control-allow-origin", origin.clone());
        put(
            answer,
            "access-control-expose-headers",
            "ETag, Location, Retry-After, X-Request-Id, Idempotent-Replayed, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Cart-Token, X-Order-Token",
        );
    }
}

/// A read without a version of its own is tagged by its content.
fn tag(answer: &mut Answer, route: &Route) {
    if route.method == Method::GET && answer.status == 200 && header(answer, "etag").is_none() {
        let digest = Sha256::digest(&answer.body);
        let short: String = digest[..12]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        answer
            .headers
            .push(("etag".into(), format!("W/\"{short}\"")));
    }
}

fn not_modified(answer: &mut Answer, route: &Route, asked: &Asked) {
    let (Some(wanted), Some(tag)) = (&asked.if_none_match, header(answer, "etag")) else {
        return;
    };
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let same = wanted.trim() == "*"
        || wanted
            .split(',')
            .any(|candidate| strong(candidate) == strong(tag));
    if route.method == Method::GET && answer.status == 200 && same {
        answer.status = 304;
        answer.body = Vec::new();
        answer
            .headers
            .retain(|(name, _)| name != "content-type" && name != "content-encoding");
    }
}

fn compress(answer: &mut Answer, asked: &Asked) {
    let compressible = header(answer, "content-type").is_some_and(|media| {
        media.starts_with("text/")
            || media.contains("json")
            || media.contains("javascript")
            || media.contains("yaml")
    });
    if !asked.gzip
        || !compressible
        || answer.body.len() < WORTH_COMPRESSING
        || header(answer, "content-encoding").is_some()
    {
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder
        .write_all(&answer.body)
        .and_then(|()| encoder.finish());
    // Writing to memory does not fail; if it did, the plain answer is as good.
    if let Ok(packed) = packed {
        answer.body = packed;
        answer
            .headers
            .push(("content-encoding".into(), "gzip".into()));
    }
}

/// An answer that was compressed at build time is unpacked for a client that does not take it so.
fn unpack(answer: &mut Answer, asked: &Asked) {
    if asked.gzip || header(answer, "content-encoding") != Some("gzip") {
        return;
    }
    let mut plain = Vec::new();
    if GzDecoder::new(answer.body.as_slice())
        .read_to_end(&mut plain)
        .is_ok()
    {
        answer.body = plain;
        answer
            .headers
            .retain(|(name, _)| name != "content-encoding");
    }
}

/// Whether `Accept-Encoding` takes gzip.
pub(crate) fn takes_gzip(header: &str) -> bool {
    header.split(',').any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            matches!(
                part.replace(' ', "").as_str(),
                "q=0" | "q=0.0" | "q=0.00" | "q=0.000"
            )
        });
        (coding.eq_ignore_ascii_case("gzip") || coding == "*") && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_when_it_is_offered_and_not_refused() {
        for (offer, taken) in [
            ("gzip", true),
            ("br, gzip;q=0.5", true),
            ("*", true),
            ("identity", false),
            ("gzip; q=0", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(offer), taken, "{offer}");
        }
    }

    #[test]
    fn an_answer_that_comes_packed_is_unpacked_for_who_does_not_take_it_so() {
        let page = "a page ".repeat(1000);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(page.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        for gzip in [true, false] {
            let mut answer = Answer {
                status: 200,
                headers: vec![
                    ("content-type".into(), "text/html".into()),
                    ("content-encoding".into(), "gzip".into()),
                ],
                body: packed.clone(),
            };
            let asked = Asked {
                gzip,
                ..Asked::default()
            };
            unpack(&mut answer, &asked);
            compress(&mut answer, &asked);
            let encoding = header(&answer, "content-encoding");
            assert_eq!(encoding, gzip.then_some("gzip"));
            let expected = if gzip {
                packed.clone()
            } else {
                page.clone().into_bytes()
            };
            assert_eq!(answer.body, expected, "gzip taken: {gzip}");
        }
    }
}
