//! The one list of functions, whatever starts them.

use crate::consumers::{self, Source};
use crate::routes::{self, Route};
use crate::schedules::{self, Schedule};

/// A Lambda function.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// The function's and binary's name.
    pub name: &'static str,
    /// The service, which is the package in `functions/`.
    pub service: &'static str,
    /// What starts it.
    pub trigger: Trigger,
    /// Memory and time.
    pub sizing: Sizing,
    /// Whether it takes orders or money, and so has alarms of its own.
    pub critical: bool,
}

/// What starts a function.
#[derive(Debug, Clone, Copy)]
pub enum Trigger {
    /// A request.
    Http(&'static Route),
    /// Records of a queue or stream.
    Records(&'static Source),
    /// The clock.
    Clock(&'static Schedule),
}

/// Memory and time of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizing {
    /// Mebibytes; a share of the processor comes with it.
    pub memory_mb: u32,
    /// Seconds after which Lambda ends it. The walk answers a little earlier.
    pub timeout_s: u32,
}

impl Sizing {
    /// An endpoint: below the gateway's 30 seconds by far, for somebody waits.
    pub const HTTP: Self = Self {
        memory_mb: 256,
        timeout_s: 10,
    };
    /// An endpoint that moves money. Most wait for the processor of cards, which waits for banks: some
    /// calls of up to seven seconds, below the gateway's 30.
    pub const PAYMENT: Self = Self {
        memory_mb: 256,
        timeout_s: 28,
    };
    /// An endpoint that hashes passwords: Argon2id takes 19 MiB and most of a processor's core for
    /// 20 ms, of which a function of 256 MiB has a seventh.
    pub const PASSWORD: Self = Self {
        memory_mb: 1024,
        timeout_s: 10,
    };
    /// An endpoint that moves megabytes.
    pub const BULK: Self = Self {
        memory_mb: 512,
        timeout_s: 28,
    };
    /// A consumer or schedule with small records.
    pub const EVENTS: Self = Self {
        memory_mb: 256,
        timeout_s: 30,
    };
    /// A consumer whose one record is a piece of work.
    pub const WORK: Self = Self {
        memory_mb: 512,
        timeout_s: 120,
    };
}

/// Every function: endpoints, the fallback, consumers, schedules.
pub fn all() -> Vec<Function> {
    let endpoints = routes::ALL
        .iter()
        .copied()
        .chain([&routes::PLATFORM_FALLBACK])
        .map(|route| Function {
            name: route.name,
            service: route.service,
            trigger: Trigger::Http(route),
            sizing: route.sizing,
            critical: route.critical,
        });
    let consumers = consumers::ALL.iter().map(|source| Function {
        name: source.name,
        service: source.service,
        trigger: Trigger::Records(source),
        sizing: source.sizing,
        critical: source.critical,
    });
    let schedules = schedules::ALL.iter().map(|schedule| Function {
        name: schedule.name,
        service: schedule.service,
        trigger: Trigger::Clock(schedule),
        sizing: schedule.sizing,
        critical: schedule.critical,
    });
    endpoints.chain(consumers).chain(schedules).collect()
}

/// `products-list` → `ProductsList`: the logical id in templates.
pub fn logical_id(function: &str) -> String {
    function
        .split('-')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_ascii_uppercase().to_string() + letters.as_str()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::GRANTS;
    use crate::services;
    use std::collections::HashSet;

    #[test]
    fn every_function_has_a_name_of_its_own() {
        let names: Vec<_> = all().iter().map(|function| function.name).collect();
        let unique: HashSet<_> = names.iter().collect();
        assert_eq!(names.len(), unique.len(), "{names:?}");
    }

    #[test]
    fn every_function_belongs_to_a_service_and_every_service_has_functions() {
        let listed: Vec<_> = services::names().collect();
        let unique: HashSet<_> = listed.iter().copied().collect();
        assert_eq!(listed.len(), unique.len(), "{listed:?}");
        let served: HashSet<_> = all().iter().map(|function| function.service).collect();
        assert_eq!(unique, served);
    }

    #[test]
    fn every_function_has_one_row_of_grants_and_every_row_a_function() {
        let functions: HashSet<_> = all().iter().map(|function| function.name).collect();
        let granted: Vec<_> = GRANTS.iter().map(|(name, _)| *name).collect();
        let unique: HashSet<_> = granted.iter().copied().collect();
        assert_eq!(
            granted.len(),
            unique.len(),
            "a function has two rows of grants"
        );
        assert_eq!(functions, unique);
    }

    #[test]
    fn every_method_and_path_is_answered_once() {
        let mut seen = HashSet::new();
        for route in routes::ALL {
            assert!(
                seen.insert((route.method, route.path)),
                "{} twice",
                route.name
            );
        }
    }

    #[test]
    fn a_mutation_that_may_be_replayed_can_write_its_record() {
        for route in routes::ALL.iter().filter(|route| route.once_only()) {
            let writes = crate::grants_of(route.name).iter().any(
                |grant| matches!(grant, crate::Grant::Writes(table) if table.name == route.service),
            );
            assert!(
                writes,
                "{} keeps its idempotency record in {}'s table",
                route.name, route.service
            );
        }
    }

    #[test]
    fn an_event_that_is_heard_has_a_topic() {
        for source in consumers::ALL {
            if let consumers::Hears::Events(types) = source.hears {
                for event in types {
                    let service = event.split('.').next().unwrap();
                    assert!(
                        crate::resources::TOPICS
                            .iter()
                            .any(|topic| topic.service == service),
                        "{} hears {event}",
                        source.name
                    );
                }
            }
        }
    }

    #[test]
    fn logical_ids_are_the_names_in_pascal_case() {
        assert_eq!(
            logical_id("products-on-import-chunk"),
            "ProductsOnImportChunk"
        );
    }
}
