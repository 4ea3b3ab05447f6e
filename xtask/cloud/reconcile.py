"""Compares the processor's books with the ledger of a stage, and prints what differs."""

import argparse
import json
import os
import sys
import urllib.request

import boto3
import botocore.config

COLUMNS = ["kind", "subject", "reference", "ledger", "processor", "currency", "movedAt", "resolvedAt"]


def run(stage):
    """Runs the function that the clock runs, and waits for it."""
    patient = botocore.config.Config(read_timeout=150, retries={"max_attempts": 0})
    answer = boto3.client("lambda", config=patient).invoke(
        FunctionName=f"{stage}-payments-reconcile",
        Payload=json.dumps({"source": "aws.scheduler", "detail-type": "Scheduled Event"}),
    )
    if "FunctionError" in answer:
        raise SystemExit("it failed: " + answer["Payload"].read().decode())


def differences(api, token):
    """All that are listed, page by page."""
    cursor = ""
    while cursor is not None:
        url = f"{api}/api/v1/payments/ledger/differences?limit=100" + (f"&cursor={cursor}" if cursor else "")
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            page = json.load(answer, parse_float=str, parse_int=str)
        yield from page["data"]
        cursor = page["meta"]["nextCursor"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--stage", required=True)
    arguments.add_argument("--all", action="store_true", help="those too that are gone")
    wanted = arguments.parse_args()
    run(wanted.stage)
    found = list(differences(os.environ["API_URL"], os.environ["ADMIN_TOKEN"]))
    shown = [one for one in found if wanted.all or "resolvedAt" not in one]
    if not shown:
        print("the books agree, but for the last half hour, which is not compared yet")
        return
    rows = [COLUMNS] + [[one.get(column, "") for column in COLUMNS] for one in shown]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())
    if any("resolvedAt" not in one for one in shown):
        sys.exit(1)


if __name__ == "__main__":
    main()
