"""Prints what the functions wrote: once, or on and on with --follow."""

import argparse
import time

import boto3
import botocore.exceptions


def groups(logs, stage, function):
    prefix = f"/aws/lambda/{stage}-{function or ''}"
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
    return sorted(group["logGroupName"] for page in pages for group in page["logGroups"])


def news(logs, group, since):
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=since)
    for page in pages:
        for event in page["events"]:
            line = event["message"].rstrip()
            if not line.startswith(("START RequestId", "END RequestId", "REPORT RequestId")):
                yield event["timestamp"], (group, event["logStreamName"], event["timestamp"], line), line


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("function", nargs="?")
    arguments.add_argument("--stage", required=True)
    arguments.add_argument("--follow", action="store_true")
    arguments.add_argument("--since", type=float, default=3600, help="seconds back")
    wanted = arguments.parse_args()
    logs = boto3.client("logs")
    since = int((time.time() - wanted.since) * 1000)
    seen = set()
    while True:
        lines = []
        for group in groups(logs, wanted.stage, wanted.function):
            name = group.removeprefix(f"/aws/lambda/{wanted.stage}-")
            lines += [(at, key, name, line) for at, key, line in news(logs, group, since) if key not in seen]
        for at, key, name, line in sorted(lines):
            seen.add(key)
            print(f"{name:32} {line}", flush=True)
            since = max(since, at - 2000)
        if not wanted.follow:
            return
        time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except botocore.exceptions.HTTPClientError:
        print("the local cloud has stopped")
