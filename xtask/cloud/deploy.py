"""Deploys template.yaml to the local cloud: package, CloudFormation, then what the stand-in leaves out.

Packages as `sam package` does: code and nested templates go to a bucket under the hash of their
content, so that only what changed travels, and the templates then name them there.
"""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import sys
import time

import boto3
import botocore.exceptions
import tqdm
from samtranslator.yaml_helper import yaml_parse

import archive

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
ARTIFACTS = "local-ultramarket-artifacts"
BROKEN = ("ROLLBACK_FAILED", "CREATE_FAILED", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED")


def bar(items, total, desc):
    """The items, with a progress bar where somebody watches a terminal."""
    return tqdm.tqdm(items, total=total, desc=desc, unit="function", disable=None if total else True, leave=False)


class Packager:
    """Puts code and nested templates into the bucket, and their addresses into the templates."""

    def __init__(self, s3):
        self.s3 = s3
        try:
            s3.create_bucket(Bucket=ARTIFACTS)
        except s3.exceptions.BucketAlreadyOwnedByYou:
            pass
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=ARTIFACTS)
        self.there = {item["Key"] for page in pages for item in page.get("Contents", [])}
        self.named = set()
        self.uploaded = 0
        self.bytes = 0

    def package(self, path):
        """The template of `path`, ready to deploy."""
        template = yaml_parse(path.read_text())
        functions = []
        for resource in template["Resources"].values():
            properties = resource.get("Properties", {})
            kind = resource["Type"]
            if kind == "AWS::Serverless::Application" and "://" not in str(properties["Location"]):
                body = json.dumps(self.package(path.parent / properties["Location"]))
                key = self.put(hashlib.sha256(body.encode()).hexdigest() + ".json", body.encode)
                properties["Location"] = f"https://s3.us-east-1.amazonaws.com/{ARTIFACTS}/{key}"
            elif kind == "AWS::Serverless::Function" and "://" not in str(properties["CodeUri"]):
                functions.append(properties)
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            folders = [path.parent / properties["CodeUri"] for properties in functions]
            keys = bar(pool.map(self.code, folders), total=len(folders), desc=f"  {path.stem}")
            for properties, key in zip(functions, keys):
                properties["CodeUri"] = f"s3://{ARTIFACTS}/{key}"
        return template

    def code(self, folder):
        bootstrap = folder / "bootstrap"
        if not bootstrap.exists():
            raise SystemExit(f"{bootstrap} is missing: a template names a function that the build did not make")
        binary = bootstrap.read_bytes()
        return self.put(hashlib.sha256(binary).hexdigest() + ".zip", lambda: archive.zipped(binary, level=1))

    def put(self, key, body):
        self.named.add(key)
        if key not in self.there:
            data = body()
            self.s3.put_object(Bucket=ARTIFACTS, Key=key, Body=data)
            self.there.add(key)
            self.uploaded += 1
            self.bytes += len(data)
        return key

    def sweep(self):
        """Removes what no template names any more; every rebuild would leave its code behind."""
        for key in self.there - self.named:
            self.s3.delete_object(Bucket=ARTIFACTS, Key=key)


def deploy(cloudformation, stack, template, parameters):
    """Creates or updates the stack; returns what happened in a word."""
    known = template.get("Parameters", {})
    request = {
        "StackName": stack,
        "TemplateBody": json.dumps(template),
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items() if name in known
        ],
        "Capabilities": CAPABILITIES,
    }
    status = stack_status(cloudformation, stack)
    if status == "ROLLBACK_COMPLETE":
        # The first deployment failed: all that is left is its record, which nothing can update.
        cloudformation.delete_stack(StackName=stack)
        while stack_status(cloudformation, stack) is not None:
            time.sleep(0.1)
        status = None
    if status in BROKEN:
        raise SystemExit(f"an earlier deployment left the stack in {status}; start again with `cargo xtask up --fresh`")
    try:
        if status is None:
            cloudformation.create_stack(**request)
        else:
            cloudformation.update_stack(**request)
    except botocore.exceptions.ClientError as error:
        if "No updates are to be performed" in str(error):
            return "unchanged"
        raise SystemExit(f"CloudFormation refused the template: {error}") from error
    while (now := stack_status(cloudformation, stack)).endswith("IN_PROGRESS"):
        time.sleep(0.1)
    if now not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        print(f"the deployment ended in {now}:", file=sys.stderr)
        show_failures(cloudformation, stack)
        raise SystemExit(1)
    return "created" if status is None else "updated"


def stack_status(cloudformation, stack):
    try:
        status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        return None if status == "DELETE_COMPLETE" else status
    except botocore.exceptions.ClientError:
        return None


def show_failures(cloudformation, stack):
    """The events that failed, of the stack and of those nested in it."""
    pages = cloudformation.get_paginator("list_stacks").paginate()
    nested = [one for page in pages for one in page["StackSummaries"] if one["StackName"].startswith(stack + "-")]
    for shown in [stack, *(one["StackId"] for one in nested)]:
        try:
            events = cloudformation.describe_stack_events(StackName=shown)["StackEvents"]
        except botocore.exceptions.ClientError:
            continue
        failed = [event for event in events if "FAILED" in event["ResourceStatus"]]
        reasons = {
            f"  {event['StackName']} {event['LogicalResourceId']}: {event['ResourceStatusReason']}": None
            for event in reversed(failed)
            if event.get("ResourceStatusReason")
        }
        for reason in reasons:
            print(reason, file=sys.stderr)


def expire_items(dynamodb, stage, tables):
    """MiniStack ignores a template's TimeToLiveSpecification."""
    for table in tables:
        if not table.get("ttl"):
            continue
        name = f"{stage}-ultramarket-{table['name']}"
        state = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if state["TimeToLiveStatus"] == "DISABLED":
            wanted = {"Enabled": True, "AttributeName": table["ttl"]}
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)


def verify_sender(manifest, parameters):
    """SES takes mails from verified senders alone; who runs a stage on AWS verifies theirs once."""
    sender = next(setting for setting in manifest["settings"] if setting["parameter"] == "MailSender")
    address = parameters.get(sender["parameter"], sender["default"])
    boto3.client("ses").verify_email_identity(EmailAddress=address)


def variables(stage, functions):
    """What the functions are told, all together: a name means the same to each of them."""
    client = boto3.client("lambda")
    told = {}
    for function in functions:
        configuration = client.get_function_configuration(FunctionName=f"{stage}-{function['name']}")
        for name, value in configuration.get("Environment", {}).get("Variables", {}).items():
            if told.setdefault(name, value) != value:
                raise SystemExit(f"{name} means {value} to {function['name']} and {told[name]} to another function")
    return told


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--template", type=pathlib.Path, required=True)
    arguments.add_argument("--manifest", type=pathlib.Path, required=True)
    arguments.add_argument("--stage", required=True)
    arguments.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
    arguments.add_argument("--out", type=pathlib.Path, required=True)
    wanted = arguments.parse_args()

    started = time.monotonic()
    packager = Packager(boto3.client("s3"))
    template = packager.package(wanted.template)
    packaged = time.monotonic()
    cloudformation = boto3.client("cloudformation")
    stack = f"{wanted.stage}-ultramarket"
    parameters = {"Stage": wanted.stage} | dict(pair.split("=", 1) for pair in wanted.parameter)
    outcome = deploy(cloudformation, stack, template, parameters)
    packager.sweep()
    ended = time.monotonic()

    manifest = json.loads(wanted.manifest.read_text())
    expire_items(boto3.client("dynamodb"), wanted.stage, manifest["tables"])
    verify_sender(manifest, parameters)

    outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Outputs", [])
    deployed = {
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in outputs},
        "variables": variables(wanted.stage, manifest["functions"]),
    }
    wanted.out.write_text(json.dumps(deployed, indent=2) + "\n")
    print(
        f"{outcome}; {packager.uploaded} of {len(packager.named)} parts uploaded ({packager.bytes / 1e6:.0f} MB)"
        f" in {packaged - started:.1f} s, CloudFormation {ended - packaged:.1f} s"
    )


if __name__ == "__main__":
    main()
