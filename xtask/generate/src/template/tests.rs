use super::*;

/// CloudFormation takes 500 resources a stack; past this a service is to be cut in two.
const MOST: usize = 450;

#[test]
fn every_stack_stays_below_the_limit() {
    let root = root::template();
    assert!(count(&root) < MOST, "the root has {}", count(&root));
    for name in manifest::services::names() {
        let count = count(&service::template(name));
        assert!(count < MOST, "{name} has {count}");
    }
}

/// Resources after the SAM transform. It makes no roles here, for each function names its own,
/// and no events: one resource is one resource.
fn count(template: &Value) -> usize {
    let resources = template["Resources"].as_object().unwrap();
    for (id, resource) in resources {
        if resource["Type"] == "AWS::Serverless::Function" {
            let properties = &resource["Properties"];
            assert!(
                properties["Role"].is_object(),
                "SAM would add a role to {id}"
            );
            for adds in [
                "Events",
                "AutoPublishAlias",
                "FunctionUrlConfig",
                "EventInvokeConfig",
            ] {
                assert!(
                    properties[adds].is_null(),
                    "SAM would add resources for {id}'s {adds}"
                );
            }
        }
    }
    resources.len()
}

#[test]
fn what_the_root_passes_is_what_a_service_takes() {
    let root = root::template();
    for name in manifest::services::names() {
        let service = service::template(name);
        let passed = &root["Resources"][manifest::logical_id(name)]["Properties"]["Parameters"];
        let names =
            |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
        assert_eq!(names(passed), names(&service["Parameters"]), "{name}");
    }
}

#[test]
fn every_reference_has_a_target() {
    let templates = manifest::services::names()
        .map(|name| (name, service::template(name)))
        .chain([("root", root::template())]);
    for (name, template) in templates {
        let mut known: Vec<&String> = template["Resources"].as_object().unwrap().keys().collect();
        known.extend(template["Parameters"].as_object().unwrap().keys());
        let mut wanted = Vec::new();
        references(&template["Resources"], &mut wanted);
        for target in wanted {
            assert!(
                target.starts_with("AWS::") || known.iter().any(|it| **it == target),
                "{name} refers to {target}, which it does not have"
            );
        }
    }
}

fn references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                match (key.as_str(), value) {
                    ("Ref", Value::String(target)) => into.push(target.clone()),
                    ("Fn::GetAtt", Value::Array(parts)) => {
                        into.push(parts[0].as_str().unwrap().to_owned());
                    }
                    ("Fn::Sub", Value::String(text)) => {
                        for part in text.split("${").skip(1) {
                            let target = part.split(['}', '.']).next().unwrap();
                            into.push(target.to_owned());
                        }
                    }
                    _ => references(value, into),
                }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|entry| references(entry, into)),
        _ => {}
    }
}

#[test]
fn function_names_fit() {
    for function in manifest::functions() {
        let longest = "a".repeat(15) + "-" + function.name;
        assert!(
            longest.len() <= 64,
            "{longest} is longer than Lambda allows"
        );
    }
}

#[test]
fn who_sends_to_a_queue_lives_in_its_stack() {
    for function in manifest::functions() {
        for grant in manifest::grants_of(function.name) {
            if let manifest::Grant::Sends(source) = grant {
                assert_eq!(
                    source.service, function.service,
                    "{} sends to another service's queue: tell it by an event instead",
                    function.name
                );
            }
        }
    }
}

#[test]
fn queues_outlast_their_functions_and_end_in_a_dead_letter_queue() {
    for source in manifest::consumers::ALL
        .iter()
        .filter(|source| source.has_queue())
    {
        let template = service::template(source.service);
        let id = manifest::logical_id(source.name);
        let queue = &template["Resources"][format!("{id}Queue")]["Properties"];
        let timeout = &template["Resources"][&id]["Properties"]["Timeout"];
        assert!(queue["VisibilityTimeout"].as_u64() >= timeout.as_u64().map(|it| it * 6));
        assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], source.tries);
        assert_eq!(
            queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0],
            format!("{id}DeadLetters")
        );
    }
}

/// The auditors look for a key of one's own and do not see this.
#[test]
fn every_queue_is_encrypted() {
    for name in manifest::services::names() {
        let template = service::template(name);
        for (id, resource) in template["Resources"].as_object().unwrap() {
            if resource["Type"] == "AWS::SQS::Queue" {
                assert_eq!(resource["Properties"]["SqsManagedSseEnabled"], true, "{id}");
            }
        }
    }
}

#[test]
fn streams_give_up_into_a_dead_letter_queue() {
    let mut seen = 0;
    for name in manifest::services::names() {
        let template = service::template(name);
        for (id, resource) in template["Resources"].as_object().unwrap() {
            let mapping = &resource["Properties"];
            if resource["Type"] != "AWS::Lambda::EventSourceMapping"
                || mapping["StartingPosition"].is_null()
            {
                continue;
            }
            seen += 1;
            let letters =
                &mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0];
            assert_eq!(
                template["Resources"][letters.as_str().unwrap()]["Type"],
                "AWS::SQS::Queue",
                "{id}"
            );
            assert!(
                mapping["MaximumRetryAttempts"]
                    .as_u64()
                    .is_some_and(|tries| tries > 0)
            );
            assert!(
                mapping["MaximumRecordAgeInSeconds"]
                    .as_u64()
                    .is_some_and(|age| age <= 86_400)
            );
            assert_eq!(mapping["BisectBatchOnFunctionError"], true);
        }
    }
    assert!(seen > 0);
}

#[test]
fn what_the_clock_starts_gives_up_into_a_dead_letter_queue() {
    let mut seen = 0;
    for function in manifest::functions() {
        let manifest::Trigger::Clock(schedule) = function.trigger else {
            continue;
        };
        seen += 1;
        let template = service::template(function.service);
        let id = manifest::logical_id(function.name);
        let failures = &template["Resources"][format!("{id}Failures")]["Properties"];
        let letters = &failures["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"];
        assert_eq!(letters[0], format!("{id}DeadLetters"));
        let age = failures["MaximumEventAgeInSeconds"].as_u64();
        assert!(
            age.is_some_and(|age| age >= 60 && age <= u64::from(schedule.every_minutes) * 60),
            "{id}: a run outlives the next"
        );
    }
    assert!(seen > 0);
}

#[test]
fn what_a_path_does_not_have_is_not_taken_by_a_wider_path() {
    let shadowed = api::shadowed();
    for (method, path) in [
        ("PUT", "/api/v1/products/export"),
        ("GET", "/api/v1/products/import/uploads"),
    ] {
        assert!(
            shadowed.contains(&(method, path)),
            "{method} {path}: {shadowed:?}"
        );
    }
    let platform = service::template("platform");
    let resources = platform["Resources"].as_object().unwrap();
    let keys: Vec<&Value> = resources
        .values()
        .filter(|it| it["Type"] == "AWS::ApiGatewayV2::Route")
        .map(|it| &it["Properties"]["RouteKey"])
        .collect();
    for (method, path) in shadowed {
        assert!(
            keys.contains(&&json!(format!("{method} {path}"))),
            "{method} {path} has no route"
        );
        let route = manifest::routes::ALL
            .iter()
            .find(|it| it.path == path && it.method.as_str() == method);
        assert!(route.is_none(), "{method} {path} is an endpoint's");
    }
}
