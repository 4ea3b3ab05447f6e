//! W3C trace context: in with the request, out with events and the answer.

use uuid::Uuid;

/// A position in a distributed trace (`traceparent`, version 00).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    trace_id: String,
    span_id: String,
    sampled: bool,
}

impl Trace {
    /// Goes on with the caller's trace in a span of our own, or starts a new one where the header
    /// is absent or malformed, as the W3C recommendation asks.
    pub fn continuing(traceparent: Option<&str>) -> Self {
        let span_id = Uuid::new_v4().simple().to_string()[..16].to_owned();
        match traceparent.and_then(parse) {
            Some((trace_id, sampled)) => Self {
                trace_id,
                span_id,
                sampled,
            },
            None => Self {
                trace_id: Uuid::new_v4().simple().to_string(),
                span_id,
                sampled: true,
            },
        }
    }

    /// The trace's id, 32 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.trace_id
    }

    /// The header's value.
    pub fn traceparent(&self) -> String {
        let flags = if self.sampled { "01" } else { "00" };
        format!("00-{}-{}-{flags}", self.trace_id, self.span_id)
    }
}

fn parse(header: &str) -> Option<(String, bool)> {
    let mut parts = header.trim().split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |text: &str, length| {
        text.len() == length
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let set = |text: &str| text.bytes().any(|b| b != b'0');
    let well_formed =
        hex(version, 2) && version != "ff" && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    // Version 00 has four parts; a later version may have more.
    let complete = version != "00" || parts.next().is_none();
    (well_formed && complete && set(trace) && set(span)).then(|| {
        (
            trace.to_owned(),
            u8::from_str_radix(flags, 16).is_ok_and(|bits| bits & 1 == 1),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_header_is_continued_in_a_new_span() {
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
        let trace = Trace::continuing(Some(header));
        assert_eq!(trace.id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert!(trace.traceparent().ends_with("-00"));
        assert_ne!(trace.traceparent(), header);
    }

    #[test]
    fn anything_else_starts_a_new_trace() {
        for header in [
            "",
            "x",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        ] {
            assert!(parse(header).is_none(), "{header}");
        }
    }
}
