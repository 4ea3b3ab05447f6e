//! The files of a new function. Each stops with `todo!` where the work is, which clippy tells of.

use super::skeletons;
use super::{Kind, Start};
use manifest::{logical_id, routes};
use std::path::PathBuf;

impl Start<'_> {
    pub(super) fn files(&self) -> Vec<(PathBuf, String)> {
        let folder = match self.kind {
            Kind::Endpoint { .. } => "api",
            Kind::Consumer => "on",
            Kind::Schedule => "",
        };
        let source = self.source();
        let module = source.join(folder).join(format!("{}.rs", self.module()));
        let binary = source.join("bin").join(format!("{}.rs", self.name));
        vec![(module, self.code()), (binary, self.binary(folder))]
    }

    /// The skeleton with the function's own names.
    fn code(&self) -> String {
        let (skeleton, row) = match self.kind {
            Kind::Endpoint { .. } => (skeletons::ENDPOINT, routes::PRODUCTS_GET.name),
            Kind::Consumer => (
                skeletons::CONSUMER,
                manifest::consumers::PRODUCTS_ON_PRODUCT_CHANGED.name,
            ),
            Kind::Schedule => (
                skeletons::SCHEDULE,
                manifest::schedules::PRODUCTS_EXPIRE_IMPORTS.name,
            ),
        };
        let mut code = skeleton
            .replace("super::Service", "crate::Service")
            .replace("Service", &logical_id(self.service))
            .replace("_service", "_app")
            .replace("Skeleton", &self.type_name())
            .replace(&super::constant(row), &self.constant());
        if let Kind::Endpoint { method, path } = self.kind {
            code = code.replace("METHOD PATH", &format!("{method} {path}"));
            if !path.contains("{id}") {
                code = code
                    .replace("ObjectParams<String>", "()")
                    .replace("ObjectParams, ", "");
            }
            if method == "GET" {
                code = code
                    .replace("Problem, Shopper", "Problem")
                    .replace("{Call,", "{Anyone, Call,");
                code = code.replace("Shopper", "Anyone");
            }
        }
        code
    }

    fn binary(&self, folder: &str) -> String {
        let run = match self.kind {
            Kind::Endpoint { .. } => "run",
            Kind::Consumer => "run_consumer",
            Kind::Schedule => "run_clockwork",
        };
        let module = if folder.is_empty() {
            self.module()
        } else {
            String::from(folder)
        };
        format!(
            "//! `{}`\n\nfn main() {{\n    edge::{run}::<{}::{module}::{}>();\n}}\n",
            self.name,
            self.service.replace('-', "_"),
            self.type_name()
        )
    }
}
