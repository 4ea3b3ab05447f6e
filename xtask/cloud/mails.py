"""Prints the mails that the local cloud's SES took: a line of each, or whole those to an address."""

import argparse
import datetime
import json
import os
import urllib.request


def mails():
    """What was sent, the oldest first."""
    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_ministack/ses/messages", timeout=10) as answer:
        accounts = json.loads(answer.read())["messages"]
    return sorted((mail for sent in accounts.values() for mail in sent), key=lambda mail: mail["Timestamp"])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("address", nargs="?")
    wanted = arguments.parse_args()
    for mail in mails():
        at = datetime.datetime.fromtimestamp(mail["Timestamp"]).strftime("%H:%M:%S")
        if not wanted.address:
            print(f"{at}  {', '.join(mail['To']):40} {mail['Subject']}")
        elif wanted.address in mail["To"]:
            print(f"{at}  {mail['Source']} to {wanted.address}: {mail['Subject']}\n\n{mail['BodyText']}\n")


if __name__ == "__main__":
    main()
