"""Looks after the dead letters: the messages that a function gave up on after its last try.

  list                 every dead-letter queue, with how many letters lie in it
  show FUNCTION        the letters of a function's queue; they stay there
  redrive FUNCTION     hands them to the function again, and says how many
"""

import argparse
import datetime
import json
import sys

import boto3
import botocore.exceptions

DEAD = "-dead"
# A letter that was taken is hidden for so long from others, and from ourselves while we read on.
HIDDEN_S = 30


def queues(sqs, stage):
    """The URLs of the dead-letter queues, by the functions' names."""
    prefix = f"{stage}-ultramarket-"
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix)
    urls = [url for page in pages for url in page.get("QueueUrls", [])]
    names = {url: url.rsplit("/", 1)[1].removeprefix(prefix) for url in urls}
    return {name.removesuffix(DEAD): url for url, name in sorted(names.items()) if name.endswith(DEAD)}


def attributes(sqs, url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]


def letters(sqs, url):
    """Takes the letters one by one until none is left that was not taken before."""
    seen = set()
    while True:
        taken = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HIDDEN_S,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        fresh = [letter for letter in taken if letter["MessageId"] not in seen]
        if not fresh:
            return
        seen.update(letter["MessageId"] for letter in fresh)
        yield from fresh


def show_queues(sqs, found):
    for function, url in found.items():
        lie = attributes(sqs, url, "ApproximateNumberOfMessages")["ApproximateNumberOfMessages"]
        print(f"{int(lie):6}  {function}")


def show_letters(sqs, url):
    shown = list(letters(sqs, url))
    for letter in shown:
        about = letter.get("Attributes", {})
        sent = datetime.datetime.fromtimestamp(int(about.get("SentTimestamp", 0)) / 1000)
        print(f"{letter['MessageId']}  sent {sent:%Y-%m-%d %H:%M:%S}")
        try:
            print(json.dumps(json.loads(letter["Body"]), indent=2))
        except ValueError:
            print(letter["Body"])
        print()
        # Whoever comes next finds it at once.
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"], VisibilityTimeout=0)
    print(f"{len(shown)} letters")


def redrive(sqs, function, url, stage):
    """A letter is deleted once it lies in the function's queue again, so none is lost; one that is
    handed over twice does no harm, for functions hear everything twice."""
    to = sqs.get_queue_url(QueueName=f"{stage}-ultramarket-{function}")["QueueUrl"]
    count = 0
    for letter in letters(sqs, url):
        sqs.send_message(
            QueueUrl=to, MessageBody=letter["Body"], MessageAttributes=letter.get("MessageAttributes", {})
        )
        sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
        count += 1
    print(f"{count} letters went to {function} again")


def main():
    arguments = argparse.ArgumentParser(
        prog="cargo xtask dlq", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--stage", required=True, help=argparse.SUPPRESS)
    arguments.add_argument("what", choices=["list", "show", "redrive"])
    arguments.add_argument("function", nargs="?")
    wanted = arguments.parse_args()
    sqs = boto3.client("sqs")
    found = queues(sqs, wanted.stage)
    if wanted.what == "list":
        return show_queues(sqs, found)
    if wanted.function not in found:
        print(f"there are no dead letters of a function {wanted.function!r}; `list` names those that have some")
        return 1
    url = found[wanted.function]
    if wanted.what == "show":
        return show_letters(sqs, url)
    return redrive(sqs, wanted.function, url, wanted.stage)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    except botocore.exceptions.HTTPClientError:
        print("the local cloud has stopped")
        sys.exit(1)
