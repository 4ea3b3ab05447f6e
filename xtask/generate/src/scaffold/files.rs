//! The files of a new function. Each stops with `todo!` where the work is, which clippy tells of.

use super::{Kind, Start};
use manifest::logical_id;
use std::path::PathBuf;

impl Start<'_> {
    pub(super) fn files(&self) -> Vec<(PathBuf, String)> {
        let folder = match self.kind {
            Kind::Endpoint { .. } => "api",
            Kind::Consumer => "on",
            Kind::Schedule => "",
        };
        let source = self.source();
        vec![
            (
                source.join(folder).join(format!("{}.rs", self.module())),
                self.code(),
            ),
            (
                source.join("bin").join(format!("{}.rs", self.name)),
                self.binary(folder),
            ),
        ]
    }

    fn code(&self) -> String {
        match self.kind {
            Kind::Endpoint { method, path } => self.endpoint(method, path),
            Kind::Consumer => self.consumer(),
            Kind::Schedule => self.schedule(),
        }
    }

    fn endpoint(&self, method: &str, path: &str) -> String {
        let (name, constant, app) = (self.type_name(), self.constant(), logical_id(self.service));
        let caller = if method == "GET" { "Anyone" } else { "Shopper" };
        let (params, import) = if path.contains("{id}") {
            ("ObjectParams<String>", ", ObjectParams")
        } else {
            ("()", "")
        };
        format!(
            "//! `{method} {path}`: say in a sentence what it does.

use crate::{app};
use edge::{{{caller}, Call, Doc, Endpoint, NoContent{import}, Problem}};
use manifest::{{Route, routes}};

/// `{method} {path}`
pub struct {name};

impl Endpoint for {name} {{
    const ROW: &'static Route = &routes::{constant};
    const DOC: Doc = Doc {{ summary: \"\", detail: \"\", problems: &[] }};
    type App = {app};
    type Caller = {caller};
    type Params = {params};
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(_app: &{app}, _call: Call<Self>) -> Result<Self::Reply, Problem> {{
        todo!(\"what {} answers\")
    }}
}}
",
            self.name
        )
    }

    fn consumer(&self) -> String {
        let (name, constant, app) = (self.type_name(), self.constant(), logical_id(self.service));
        format!(
            "//! Hears an event: say which, and what follows from it.

use crate::{app};
use edge::{{Consumer, Heard, Setback}};
use manifest::{{Source, consumers}};

/// What `{}` does.
pub struct {name};

impl Consumer for {name} {{
    const ROW: &'static Source = &consumers::{constant};
    type App = {app};
    type Event = contracts::Envelope;

    async fn on(_app: &{app}, _heard: Heard<Self::Event>) -> Result<(), Setback> {{
        todo!(\"what {} does, safe to hear twice and out of order\")
    }}
}}
",
            self.name, self.name
        )
    }

    fn schedule(&self) -> String {
        let (name, constant, app) = (self.type_name(), self.constant(), logical_id(self.service));
        format!(
            "//! Runs by the clock: say what it does.

use crate::{app};
use edge::{{Clockwork, Setback}};
use kernel::Timestamp;
use manifest::{{Schedule, schedules}};

/// What `{}` does.
pub struct {name};

impl Clockwork for {name} {{
    const ROW: &'static Schedule = &schedules::{constant};
    type App = {app};

    async fn run(_app: &{app}, _at: Timestamp) -> Result<u64, Setback> {{
        todo!(\"what {} does, safe to do twice\")
    }}
}}
",
            self.name, self.name
        )
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
