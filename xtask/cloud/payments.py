"""Makes a deployment and the local Stripe known to each other: keys into the secrets, webhooks to the API."""

import argparse
import json
import urllib.parse
import urllib.request

import boto3

# localstripe takes every key that looks like one.
KEY = "sk_test_of_the_local_cloud"


def hear(stripe, api, secret):
    """Has webhooks sent to the deployed endpoint, signed."""
    url = api + "/api/v1/payments/webhooks/stripe"
    form = urllib.parse.urlencode({"url": url, "secret": secret}).encode()
    urllib.request.urlopen(f"{stripe}/_config/webhooks/shop", data=form, timeout=10).close()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--stage", required=True)
    arguments.add_argument("--outputs", required=True)
    arguments.add_argument("--stripe", required=True)
    arguments.add_argument("--webhook-secret", required=True)
    wanted = arguments.parse_args()
    secrets = boto3.client("secretsmanager")
    for name, value in [("stripe-key", KEY), ("stripe-webhook-secrets", wanted.webhook_secret)]:
        secrets.put_secret_value(SecretId=f"{wanted.stage}-ultramarket-{name}", SecretString=value)
    with open(wanted.outputs) as file:
        hear(wanted.stripe, json.load(file)["outputs"]["ApiUrl"], wanted.webhook_secret)


if __name__ == "__main__":
    main()
