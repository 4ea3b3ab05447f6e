"""Starts localstripe for `cargo xtask up` and mends the places where 1.15 differs from Stripe.

Each mend names what Stripe does. Three differences stay, and whoever tests with it should know them: it
ignores `Idempotency-Key`, so that a request that is sent twice is done twice; it knows no disputes; and
it tries a webhook once. The shop leans on none of the first, its tests sign events of their own for the
second, and its schedule asks for what no webhook told for the third.
"""

import logging
import os
import pathlib
import pickle
import signal
import threading
import time

from aiohttp import web

import localstripe
from localstripe import resources
from localstripe.errors import UserError
from localstripe.resources import (
    BalanceTransaction,
    Charge,
    Event,
    PaymentIntent,
    PaymentMethod,
    Refund,
    StripeObject,
    extra_apis,
    schedule_webhook,
    store,
    try_convert_to_int,
)

VERSION = "1.15.0"
if localstripe.__version__ != VERSION:
    raise SystemExit(f"these mends are for localstripe {VERSION}, not {localstripe.__version__}")


def refuse(status, code, message, kind="invalid_request_error", **more):
    """An error as Stripe words it."""
    error = UserError(status, message, {"code": code, **more})
    error.body["error"]["type"] = kind
    return error


# Objects live in this process. localstripe would write all of them at each request, and to a file that
# every localstripe of the machine shares.
type(store).dump_to_disk = lambda self: None


# The payment methods that every Stripe account has in test mode. A use of one makes a method of its own.
TEST_METHODS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_authenticationRequired": "4000002500003155",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_visa_chargeDeclined": "4000000000000002",
}
DECLINED = {"4000000000000341", "4000000000000002"}
_retrieve_method = PaymentMethod._api_retrieve.__func__


def retrieve_method(cls, id):
    number = TEST_METHODS.get(id)
    if not number:
        return _retrieve_method(cls, id)
    year = time.gmtime().tm_year + 5
    return PaymentMethod(type="card", card={"number": number, "exp_month": 12, "exp_year": year, "cvc": "123"})


def charging_is_declined(self):
    return self.type == "card" and self._card_number in DECLINED


PaymentMethod._api_retrieve = classmethod(retrieve_method)
PaymentMethod._charging_is_declined = charging_is_declined


# A payment intent may be captured by hand: authorised first, then captured in whole or in part, or let go.
_init_intent = PaymentIntent.__init__
_intent_status = PaymentIntent.status.fget
_confirm = PaymentIntent._api_confirm.__func__
_cancel = PaymentIntent._api_cancel.__func__
_authenticate = PaymentIntent._api_authenticate.__func__


def init_intent(self, capture_method="automatic", payment_method_types=None, description=None, **data):
    if data.get("payment_method"):
        method = PaymentMethod._api_retrieve(data["payment_method"])
        data["payment_method"] = method.id
        # A saved card is charged in the name of its customer alone.
        if method.customer and method.customer != data.get("customer"):
            message = "The payment method belongs to another customer."
            raise refuse(400, "payment_method_customer_mismatch", message)
    _init_intent(self, **data)
    self.capture_method = capture_method
    self.payment_method_types = payment_method_types or ["card"]
    self.description = description


def trigger_payment(self):
    charge = Charge(
        amount=self.amount,
        currency=self.currency,
        customer=self.customer,
        source=self.payment_method,
        capture=self.capture_method != "manual",
    )
    charge.payment_intent = self.id
    charge.metadata = dict(self.metadata)
    self.latest_charge = charge
    if charge.captured or not charge._authorized:
        charge._trigger_payment()
    tell = {
        "requires_capture": "payment_intent.amount_capturable_updated",
        "succeeded": "payment_intent.succeeded",
        "requires_payment_method": "payment_intent.payment_failed",
    }
    schedule_webhook(Event(tell[self.status], self))


def intent_status(self):
    status = _intent_status(self)
    waits = status == "processing" and not self.latest_charge.captured and self.latest_charge._authorized
    return "requires_capture" if waits else status


def amount_capturable(self):
    return self.amount if self.status == "requires_capture" else 0


def amount_received(self):
    return self.latest_charge.amount if self.status == "succeeded" else 0


def unexpected_state(intent):
    message = f"This PaymentIntent's status is {intent.status}."
    return refuse(400, "payment_intent_unexpected_state", message, payment_intent=intent._export())


def confirm(cls, id, **data):
    intent = cls._api_retrieve(id)
    if intent.status != "requires_confirmation":
        raise unexpected_state(intent)
    intent = _confirm(cls, id, **data)
    error = intent.last_payment_error
    if error:
        raise refuse(402, error["code"], error["message"], "card_error", payment_intent=intent._export())
    return intent


def capture(cls, id, amount_to_capture=None, **data):
    intent = cls._api_retrieve(id)
    if intent.status != "requires_capture":
        raise unexpected_state(intent)
    amount = intent.amount if amount_to_capture is None else try_convert_to_int(amount_to_capture)
    if not isinstance(amount, int) or not 0 < amount <= intent.amount:
        raise refuse(400, "amount_too_large", "The amount is not within what can be captured.")
    charge = intent.latest_charge
    charge.amount = amount
    charge.captured = True
    charge._trigger_payment()
    schedule_webhook(Event("payment_intent.succeeded", intent))
    return intent


def cancel(cls, id, cancellation_reason=None, **data):
    intent = cls._api_retrieve(id)
    if intent.status in ("succeeded", "canceled", "processing"):
        raise unexpected_state(intent)
    intent = _cancel(cls, id, **data)
    schedule_webhook(Event("payment_intent.canceled", intent))
    return intent


def list_intents(cls, url, customer=None, created=None, **data):
    found = super(PaymentIntent, cls)._api_list_all(url, **data)
    found._list = since(reversed(found._list), created)
    return found


def since(objects, created):
    """Those made at or after `created[gte]`; a second is as fine as Stripe tells time."""
    least = try_convert_to_int((created or {}).get("gte", 0))
    return [one for one in objects if one.created >= least]


PaymentIntent.__init__ = init_intent
PaymentIntent._trigger_payment = trigger_payment
PaymentIntent.status = property(intent_status)
PaymentIntent.amount_capturable = property(amount_capturable)
PaymentIntent.amount_received = property(amount_received)
PaymentIntent._api_confirm = classmethod(confirm)
PaymentIntent._api_cancel = classmethod(cancel)
PaymentIntent._api_capture = classmethod(capture)
PaymentIntent._api_list_all = classmethod(list_intents)
INTENT = "/v1/payment_intents/{id}"
extra_apis[:] = [one for one in extra_apis if not one[1].startswith(INTENT)]
extra_apis.extend(
    [
        ("POST", INTENT + "/confirm", PaymentIntent._api_confirm),
        ("POST", INTENT + "/cancel", PaymentIntent._api_cancel),
        ("POST", INTENT + "/capture", PaymentIntent._api_capture),
        ("POST", INTENT + "/_authenticate", PaymentIntent._api_authenticate),
    ]
)


# A refund names a payment intent, takes no more than is left, is listed by its intent, and is told.
_init_refund = Refund.__init__
_list_refunds = Refund._api_list_all.__func__


def init_refund(self, payment_intent=None, reason=None, **data):
    charge = None
    if payment_intent:
        charge = PaymentIntent._api_retrieve(payment_intent).latest_charge
        if charge is None or not charge.captured:
            raise refuse(400, "charge_not_captured", "The payment has not been captured.")
        left = charge.amount - charge.amount_refunded
        wanted = try_convert_to_int(data.get("amount") or left)
        if left == 0:
            raise refuse(400, "charge_already_refunded", "The charge has already been refunded.")
        if wanted > left:
            raise refuse(400, "amount_too_large", "The amount is greater than what is left of the charge.")
        data |= {"charge": charge.id, "amount": wanted}
    _init_refund(self, **data)
    self.payment_intent = payment_intent
    if charge:
        schedule_webhook(Event("charge.refunded", charge))


def list_refunds(cls, url, payment_intent=None, **data):
    found = _list_refunds(cls, url, **data)
    if payment_intent:
        found._list = [one for one in found._list if getattr(one, "payment_intent", None) == payment_intent]
    return found


Refund.__init__ = init_refund
Refund._api_list_all = classmethod(list_refunds)


# Balance transactions are listed from a time on, in pages of up to a hundred.
def list_transactions(cls, url, created=None, limit=None, starting_after=None, **data):
    found = super(BalanceTransaction, cls)._api_list_all(url, limit, starting_after)
    found._list = since(sorted(found._list, key=lambda one: one.created, reverse=True), created)
    return found


BalanceTransaction._api_list_all = classmethod(list_transactions)

# The routes are made of what stands above, so the server comes last.
from localstripe.server import app  # noqa: E402


async def health(request):
    return web.Response(text="ok")


app.router.add_get("/_config/health", health)


def keep(file):
    """Objects as they were left, where they are to outlive the process."""
    if file.exists():
        store.update(pickle.loads(file.read_bytes()))

    async def save(_):
        file.write_bytes(pickle.dumps(dict(store)))

    app.on_cleanup.append(save)


def end_with(owner):
    """Ends the server when the process that started it is gone, however it went."""
    while os.getppid() == owner:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


def serve():
    owner = os.environ.pop("CLOUD_OWNER", "")
    if owner:
        threading.Thread(target=end_with, args=(int(owner),), daemon=True).start()
    file = os.environ.get("STATE_FILE")
    if file:
        keep(pathlib.Path(file))
    # localstripe's own start listens on every interface.
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=logging.getLogger("access"))


if __name__ == "__main__":
    serve()
