"""Invokes each function of the local stage with its sample event; prints one JSON line a function."""

import json
import os
import pathlib

import boto3
from botocore.config import Config

events = pathlib.Path(__file__).parents[2] / "events"
stage = os.environ.get("STAGE", "local")
client = boto3.client("lambda", config=Config(read_timeout=60, retries={"max_attempts": 0}))

for file in sorted(events.glob("*.json")):
    event = file.read_text().replace("${ADMIN_TOKEN}", os.environ["ADMIN_TOKEN"])
    answer = client.invoke(FunctionName=f"{stage}-{file.stem}", Payload=event.encode())
    payload = json.loads(answer["Payload"].read() or b"null")
    if isinstance(payload, dict) and len(str(payload.get("body", ""))) > 2000:
        payload["body"] = str(payload["body"])[:2000]
    print(json.dumps({"function": file.stem, "error": answer.get("FunctionError"), "payload": payload}))
