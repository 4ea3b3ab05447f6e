//! A service's template.

use super::import::{self, Import};
use super::{Resources, consumer, function};
use crate::environment::{COMMON, Origin};
use manifest::Trigger;
use serde_json::{Map, Value, json};

pub(super) fn template(name: &str) -> Value {
    let resources = resources(name);
    let parameters: Map<String, Value> = imports(name)
        .into_iter()
        .map(|import| {
            let parameter = json!({ "Type": "String", "Description": import.description });
            (import.name, parameter)
        })
        .collect();
    let mut template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": format!("UltraMarket: the functions of {name}, their roles, routes and queues."),
        "Parameters": parameters,
    });
    if uses(&resources, "IsAws") {
        template["Conditions"] = json!({
            "IsAws": { "Fn::Equals": [{ "Ref": "LocalGateway" }, ""] },
        });
    }
    template["Globals"] = globals();
    template["Resources"] = resources;
    template
}

fn globals() -> Value {
    let variables: Map<String, Value> = COMMON
        .iter()
        .map(|(name, origin)| (String::from(*name), function::value(*origin)))
        .collect();
    json!({ "Function": {
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Architectures": [{ "Ref": "Architecture" }],
        "Tracing": "Active",
        "Environment": { "Variables": variables },
    }})
}

/// The parameters of a service's template: what its resources refer to.
pub(super) fn imports(name: &str) -> Vec<Import> {
    let resources = resources(name);
    let common = |parameter: &str| {
        parameter == "Architecture"
            || COMMON
                .iter()
                .any(|(_, origin)| matches!(origin, Origin::Setting(name) if *name == parameter))
    };
    import::all()
        .into_iter()
        .filter(|import| {
            uses(&resources, &import.name)
                || (import.name == "LocalGateway" && uses(&resources, "IsAws"))
                || common(&import.name)
        })
        .collect()
}

fn resources(name: &str) -> Value {
    let mut resources = Resources::default();
    for function in manifest::functions().iter().filter(|it| it.service == name) {
        function::function(&mut resources, function);
        match function.trigger {
            Trigger::Http(route) => function::route(&mut resources, route),
            Trigger::Records(source) => consumer::source(&mut resources, source),
            Trigger::Clock(schedule) => consumer::schedule(&mut resources, schedule),
        }
    }
    Value::Object(resources.0)
}

/// Whether a value refers to a parameter or condition.
fn uses(value: &Value, name: &str) -> bool {
    match value {
        Value::Object(entries) => entries
            .iter()
            .any(|(key, value)| match (key.as_str(), value) {
                ("Ref" | "Condition", Value::String(target)) => target == name,
                ("Fn::If", Value::Array(parts)) => {
                    parts.first().and_then(Value::as_str) == Some(name) || uses(value, name)
                }
                ("Fn::Sub", Value::String(text)) => text.contains(&format!("${{{name}}}")),
                _ => uses(value, name),
            }),
        Value::Array(entries) => entries.iter().any(|entry| uses(entry, name)),
        _ => false,
    }
}
