//! The account that a stage is deployed to, as a test looks into it: signed calls in the services'
//! own protocols, without a client for each of them.

use aws::Environment;
use kernel::{Clock, SystemClock};
use serde_json::{Value, json};

use crate::sigv4::{Unsigned, sign};
use crate::stage::required;
use crate::{Api, Reply};

/// Who signs.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The access key's id.
    pub key: String,
    /// Its secret.
    pub secret: String,
    /// The session's token, for a role's.
    pub token: Option<String>,
}

/// An account, or a role in it.
#[derive(Debug, Clone)]
pub struct Account {
    endpoint: String,
    region: String,
    credentials: Credentials,
}

impl Account {
    /// The account that the variables name, as its owner.
    ///
    /// # Panics
    /// When it is no local one, or a variable is missing.
    pub fn of(environment: &Environment) -> Self {
        Self {
            endpoint: required(environment, "AWS_ENDPOINT_URL"),
            region: environment
                .optional("AWS_REGION")
                .unwrap_or_else(|| "us-east-1".to_owned()),
            credentials: Credentials {
                key: required(environment, "AWS_ACCESS_KEY_ID"),
                secret: required(environment, "AWS_SECRET_ACCESS_KEY"),
                token: None,
            },
        }
    }

    /// The same account with other credentials.
    #[must_use]
    pub fn acting_as(&self, credentials: Credentials) -> Self {
        Self {
            credentials,
            ..self.clone()
        }
    }

    /// Where it is.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Its region.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Any signed call.
    pub fn call(
        &self,
        service: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let host = self
            .endpoint
            .split_once("://")
            .map_or(&*self.endpoint, |(_, host)| host);
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let headers: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let signature = sign(
            &Unsigned {
                method,
                host,
                path: bare,
                query,
                service,
                region: &self.region,
                headers: &headers,
                body,
                at: SystemClock.now(),
            },
            &self.credentials,
        );
        let mut ask = Api::at(&self.endpoint).ask(method, path);
        for (name, value) in headers.iter().chain(&signature) {
            ask = ask.header(name, value);
        }
        if !body.is_empty() || matches!(method, "POST" | "PUT") {
            ask = ask.bytes(body);
        }
        ask.send()
    }

    /// A call in AWS's JSON protocol: `DynamoDB_20120810.GetItem`, `AmazonSQS.SendMessage`.
    pub fn json(&self, service: &str, target: &str, input: &Value) -> Reply {
        let media = match target.split('.').next() {
            Some("secretsmanager" | "Logs_20140328") => "application/x-amz-json-1.1",
            _ => "application/x-amz-json-1.0",
        };
        let headers = [("content-type", media), ("x-amz-target", target)];
        self.call(service, "POST", "/", &headers, input.to_string().as_bytes())
    }

    /// A call in AWS's query protocol, whose answer is XML.
    pub fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        input: &[(&str, &str)],
    ) -> Reply {
        let mut form = format!("Action={action}&Version={version}");
        for (name, value) in input {
            form.push_str(&format!("&{name}={}", escaped(value)));
        }
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.call(service, "POST", "/", &headers, form.as_bytes())
    }

    /// A call of DynamoDB.
    pub fn dynamodb(&self, operation: &str, input: &Value) -> Reply {
        self.json("dynamodb", &format!("DynamoDB_20120810.{operation}"), input)
    }

    /// A call of SQS.
    pub fn sqs(&self, operation: &str, input: &Value) -> Reply {
        self.json("sqs", &format!("AmazonSQS.{operation}"), input)
    }

    /// The URL of a queue.
    ///
    /// # Panics
    /// When there is no such queue.
    pub fn queue_url(&self, name: &str) -> String {
        let answer = self
            .sqs("GetQueueUrl", &json!({ "QueueName": name }))
            .expect(200)
            .json();
        answer["QueueUrl"].as_str().expect("a queue URL").to_owned()
    }

    /// The variables that a deployed function runs with.
    ///
    /// # Panics
    /// When there is no such function.
    pub fn variables(&self, function: &str) -> Vec<(String, String)> {
        let configuration = self.configuration(function);
        let variables = configuration["Environment"]["Variables"]
            .as_object()
            .cloned();
        variables
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned()))
            .collect()
    }

    /// How a deployed function is configured.
    ///
    /// # Panics
    /// When there is no such function.
    pub fn configuration(&self, function: &str) -> Value {
        let path = format!("/2015-03-31/functions/{function}/configuration");
        self.call("lambda", "GET", &path, &[], b"")
            .expect(200)
            .json()
    }

    /// Invokes a deployed function and gives back what it says.
    ///
    /// # Panics
    /// When there is no such function.
    pub fn invoke(&self, function: &str, event: &Value) -> Value {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let body = event.to_string();
        self.call("lambda", "POST", &path, &[], body.as_bytes())
            .expect(200)
            .json()
    }

    /// Hands messages to a deployed consumer in one batch, and gives the places of those that it
    /// reports as failed.
    ///
    /// # Panics
    /// When there is no such function, or its answer is no report.
    pub fn deliver(&self, function: &str, messages: &[String]) -> Vec<usize> {
        let record = |(place, body): (usize, &String)| {
            json!({
                "messageId": place.to_string(), "receiptHandle": "x", "body": body, "attributes": {},
                "messageAttributes": {}, "md5OfBody": "", "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q", "awsRegion": self.region(),
            })
        };
        let records: Vec<Value> = messages.iter().enumerate().map(record).collect();
        let report = self.invoke(function, &json!({ "Records": records }));
        let failures = report["batchItemFailures"].as_array();
        failures
            .unwrap_or_else(|| panic!("no report: {report}"))
            .iter()
            .map(|failure| {
                let id = failure["itemIdentifier"].as_str().expect("a message's id");
                id.parse().expect("a message's place")
            })
            .collect()
    }

    /// Credentials of a role, as its own functions get them.
    ///
    /// A role trusts Lambda alone, so the test makes another role that holds the very policies of
    /// this one and trusts the account.
    ///
    /// # Panics
    /// When the role or one of the calls is not there.
    pub fn impersonate(&self, role: &str, as_role: &str) -> Self {
        const IAM: &str = "2010-05-08";
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole" }],
        })
        .to_string();
        let made = self
            .query(
                "iam",
                IAM,
                "CreateRole",
                &[("RoleName", as_role), ("AssumeRolePolicyDocument", &trust)],
            )
            .expect(200)
            .text();
        let names = self
            .query("iam", IAM, "ListRolePolicies", &[("RoleName", role)])
            .expect(200)
            .text();
        let mut policies = 0;
        for name in elements(&names, "member") {
            let policy = self
                .query(
                    "iam",
                    IAM,
                    "GetRolePolicy",
                    &[("RoleName", role), ("PolicyName", name)],
                )
                .expect(200)
                .text();
            let document = elements(&policy, "PolicyDocument")[0];
            self.query(
                "iam",
                IAM,
                "PutRolePolicy",
                &[
                    ("RoleName", as_role),
                    ("PolicyName", name),
                    ("PolicyDocument", &unescaped(document)),
                ],
            )
            .expect(200);
            policies += 1;
        }
        assert!(policies > 0, "the role {role} has no policies of its own");
        let arn = elements(&made, "Arn")[0];
        let session = [("RoleArn", arn), ("RoleSessionName", "test")];
        let assumed = self
            .query("sts", "2011-06-15", "AssumeRole", &session)
            .expect(200)
            .text();
        self.acting_as(Credentials {
            key: elements(&assumed, "AccessKeyId")[0].to_owned(),
            secret: elements(&assumed, "SecretAccessKey")[0].to_owned(),
            token: Some(elements(&assumed, "SessionToken")[0].to_owned()),
        })
    }
}

/// The texts of every element of a name, in a document as simple as AWS's are.
fn elements<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&open)
        .skip(1)
        .filter_map(|rest| rest.split(&close).next())
        .collect()
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// A policy document comes percent-encoded, or as XML text.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%')
            .then(|| std::str::from_utf8(after.get(..2)?).ok())
            .flatten()
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes)
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_is_unescaped() {
        for text in ["{\"a\":[\"b*\",\"c%d\"]}", "plain", "ü~/ &"] {
            assert_eq!(unescaped(&escaped(text)), text);
        }
        assert_eq!(elements("<r><A>1</A><A>2</A></r>", "A"), ["1", "2"]);
    }
}
