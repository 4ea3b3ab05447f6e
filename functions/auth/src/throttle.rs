//! How often something may be tried.
//!
//! A window opens with the first try and takes so many; then it is closed until it ends. Within any
//! span of a window's length fewer than twice as many get through, and a counter is one number.

use std::net::Ipv6Addr;
use std::time::Duration;

use kernel::Timestamp;
use sha2::{Digest, Sha256};

/// So many tries in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub most: u32,
    /// How long the window is.
    pub window: Duration,
}

/// What is counted, of whom. The subject goes by a hash: addresses are nobody's business, and
/// counters of accounts that do not exist look like those of accounts that do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter(String);

impl Counter {
    /// Failed tries to prove to be an account's owner, by the canonical form of its address.
    pub fn failures_of_account(canonical: &str) -> Self {
        Self::of("account", canonical)
    }

    /// Failed tries from a network address.
    pub fn failures_from_address(address: &str) -> Self {
        Self::of("address", &subscriber(address))
    }

    /// Accounts opened from a network address.
    pub fn registrations(address: &str) -> Self {
        Self::of("registration", &subscriber(address))
    }

    /// Mails that were asked for to an account, by the canonical form of its address.
    pub fn mails(canonical: &str) -> Self {
        Self::of("mail", canonical)
    }

    /// A counter of another kind.
    pub fn of(kind: &str, subject: &str) -> Self {
        let digest = Sha256::digest(format!("{kind}#{subject}"));
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The name it goes by in the table.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// Who has a network address: of IPv6, whoever has one has the other 2^64 of its network too.
fn subscriber(address: &str) -> String {
    match address.parse::<Ipv6Addr>() {
        Ok(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.to_string(),
            None => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).to_string(),
        },
        Err(_) => address.to_owned(),
    }
}

/// How far a window is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How many tries it has taken.
    pub count: u32,
    /// When it ends.
    pub until: Timestamp,
}

impl Window {
    /// Whether it takes no more now.
    pub fn is_closed(&self, limit: Limit, now: Timestamp) -> bool {
        now < self.until && self.count >= limit.most
    }

    /// What is left, as callers are told.
    pub fn allowance(&self, limit: Limit, now: Timestamp) -> Allowance {
        Allowance {
            limit: limit.most,
            remaining: limit.most.saturating_sub(self.count),
            reset_s: whole_seconds(self.until.since(now)),
        }
    }
}

/// What is left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How many tries there are in a window.
    pub limit: u32,
    /// How many are left.
    pub remaining: u32,
    /// Seconds until there are all again.
    pub reset_s: u64,
}

/// Rounded up, so that who waits so long does not come too early.
fn whole_seconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis().div_ceil(1000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
    const LIMIT: Limit = Limit {
        most: 10,
        window: Duration::from_mins(15),
    };

    #[test]
    fn a_window_closes_when_it_is_full_and_opens_when_it_ends() {
        let until = NOW.plus(LIMIT.window);
        let last = until.minus(Duration::from_millis(1));
        for (count, now, closed) in [
            (0, NOW, false),
            (9, NOW, false),
            (10, NOW, true),
            (10, last, true),
            (10, until, false),
            (11, NOW, true),
        ] {
            let window = Window { count, until };
            assert_eq!(window.is_closed(LIMIT, now), closed, "{count} at {now}");
        }
    }

    #[test]
    fn who_waits_as_long_as_told_does_not_come_too_early() {
        let until = NOW.plus(Duration::from_millis(1_001));
        let left = Window { count: 4, until }.allowance(LIMIT, NOW);
        assert_eq!((left.limit, left.remaining, left.reset_s), (10, 6, 2));
    }

    #[test]
    fn one_subscriber_has_many_addresses_of_the_new_kind_and_one_of_the_old() {
        for (one, other, same) in [
            ("203.0.113.9", "203.0.113.9", true),
            ("203.0.113.9", "203.0.113.10", false),
            ("::ffff:203.0.113.9", "203.0.113.9", true),
            ("2001:db8:1:2::1", "2001:0db8:1:2:ffff::9", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ] {
            let counter = Counter::failures_from_address;
            assert_eq!(counter(one) == counter(other), same, "{one} {other}");
            let counter = Counter::registrations;
            assert_eq!(counter(one) == counter(other), same, "{one} {other}");
        }
    }

    #[test]
    fn counters_of_two_kinds_or_subjects_are_two_and_name_nobody() {
        let ann = Counter::failures_of_account("ann@example.com");
        assert_ne!(ann, Counter::failures_of_account("bob@example.com"));
        assert_ne!(ann, Counter::mails("ann@example.com"));
        assert!(!ann.name().contains("ann"), "{}", ann.name());
    }
}
