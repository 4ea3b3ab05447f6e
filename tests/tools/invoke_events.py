"""Invokes each function of the local stage with its sample event; prints one JSON line a function."""

import hashlib
import hmac
import json
import os
import pathlib
import re
import time
import urllib.request
import uuid

import boto3
from botocore.config import Config

events = pathlib.Path(__file__).parents[2] / "events"
stage = os.environ.get("STAGE", "local")
client = boto3.client("lambda", config=Config(read_timeout=60, retries={"max_attempts": 0}))

CATEGORY = re.compile(r"cat_[0-7][0-9a-hjkmnp-tv-z]{25}")
PRODUCT = re.compile(r"prod_[0-7][0-9a-hjkmnp-tv-z]{25}")
ORDER = re.compile(r"ord_[0-7][0-9a-hjkmnp-tv-z]{25}")
PAYMENT = re.compile(r"pay_[0-7][0-9a-hjkmnp-tv-z]{25}")
# The time in the ids of what an order went through: what it causes is posted on the day of its cause.
MADE = re.compile(r"(?<=(?:evt|can)_)[0-7][0-9a-hjkmnp-tv-z]{9}")
# What these are told of must be there: who tells it has written it.
OF_AN_ORDER = ("orders-on-order-cancelled", "orders-on-payment-changed", "payments-on-order-cancelled")
# What samples of accounts name: an address, a refresh token, and the token of a mail.
ADDRESS = "ann@example.com"
REFRESH = re.compile(r"umr_[\w-]{86}")
MAILED = re.compile(r'(?<=\\"token\\":\\")[\w-]{43}')
PAGES = {"auth-verify-email": "verify-email", "auth-reset-password": "reset-password"}


def invoke(function, event):
    answer = client.invoke(FunctionName=f"{stage}-{function}", Payload=event.encode())
    return answer.get("FunctionError"), json.loads(answer["Payload"].read() or b"null")


def sample(function, token=""):
    return (events / f"{function}.json").read_text().replace("${ADMIN_TOKEN}", token)


def data(answer):
    return json.loads(answer[1]["body"])["data"]


def category():
    """A category of its own: the one that a sample names is in nobody's shop."""
    event = json.loads(sample("categories-create", os.environ["ADMIN_TOKEN"]))
    event["body"] = json.dumps({"name": f"Sample {uuid.uuid4()}"})
    return data(invoke("categories-create", json.dumps(event)))["id"]


def asked(function, **changes):
    """What the sample of a function is answered by its ADMIN, with a path or body of another thing."""
    event = json.loads(sample(function, os.environ["ADMIN_TOKEN"]))
    event["headers"]["authorization"] = "Bearer " + os.environ["ADMIN_TOKEN"]
    event.update({name: json.dumps(value) if name == "body" else value for name, value in changes.items()})
    return data(invoke(function, json.dumps(event)))


def product():
    """A product of its own, with some in stock."""
    body = {"name": f"Sample {uuid.uuid4()}", "price": 19.99, "categoryId": category()}
    made = asked("products-create", body=body)
    asked("inventory-update", pathParameters={"id": made["sku"]}, body={"onHand": 9})
    return made["id"]


def order():
    """An order of its own."""
    asked("cart-add-item", body={"productId": product(), "quantity": 1})
    body = json.loads(json.loads(sample("orders-place"))["body"])
    return asked("orders-place", body={"shippingAddress": body["shippingAddress"]})["id"]


def payment(order):
    """What paid an order."""
    card = os.environ["TEST_PAYMENT_METHOD"]
    return asked("payments-create", body={"orderId": order, "method": "card", "paymentMethodId": card})["id"]


def signed(event):
    """A webhook with the signature that the stage knows."""
    event = json.loads(event)
    at = str(int(time.time()))
    key = os.environ["STRIPE_WEBHOOK_SECRET"].encode()
    signature = hmac.new(key, f"{at}.{event['body']}".encode(), hashlib.sha256).hexdigest()
    event["headers"]["stripe-signature"] = f"t={at},v1={signature}"
    return json.dumps(event)


def mailed(address, page):
    """The token of a mail, as soon as it is there."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/_ministack/ses/messages") as answer:
            accounts = json.load(answer)["messages"].values()
        texts = (mail["BodyText"] for mails in accounts for mail in mails if address in mail["To"])
        for text in texts:
            if found := re.search(rf"/{page}#token=([\w-]+)", text):
                return found[1]
        time.sleep(0.5)
    raise SystemExit(f"no mail to {address} leads to {page}")


def of_somebody_new(function):
    """A sample of an account's own function, for an account that ends with it."""
    address = f"sample-{uuid.uuid4()}@example.com"
    if function == "auth-register":
        return sample(function).replace(ADDRESS, address)
    account = data(invoke("auth-register", sample("auth-register").replace(ADDRESS, address)))
    event = sample(function, account["accessToken"]).replace(ADDRESS, address)
    event = REFRESH.sub(account["refreshToken"], event)
    if page := PAGES.get(function):
        if page == "reset-password":
            invoke("auth-forgot-password", sample("auth-forgot-password").replace(ADDRESS, address))
        event = MAILED.sub(mailed(address, page), event)
    return event


for file in sorted(events.glob("*.json")):
    function = file.stem
    if function.startswith(("auth-", "users-", "addresses-")) and "-on-" not in function:
        event = of_somebody_new(function)
    else:
        event = sample(function, os.environ["ADMIN_TOKEN"])
    if CATEGORY.search(event):
        event = CATEGORY.sub(category(), event)
    if function == "cart-add-item":
        event = PRODUCT.sub(product(), event)
    if function in OF_AN_ORDER:
        named = order()
        event = MADE.sub(named.removeprefix("ord_")[:10], ORDER.sub(named, event))
        if function.startswith("payments-"):
            event = PAYMENT.sub(payment(named), event)
    if function == "payments-webhook":
        event = signed(event)
    error, payload = invoke(function, event)
    if isinstance(payload, dict) and len(str(payload.get("body", ""))) > 2000:
        payload["body"] = str(payload["body"])[:2000]
    print(json.dumps({"function": function, "error": error, "payload": payload}))
