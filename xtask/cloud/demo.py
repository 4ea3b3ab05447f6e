"""Plays a shopper's journey through the local shop over HTTP, and says what happens.

Every run is a new shopper with a new order; nothing that it makes is needed by anything else.
"""

import os
import sys
import time
import uuid

from shop import Shop

ADDRESS = {
    "name": "Ada Shopper",
    "line1": "1 Market Street",
    "city": "San Francisco",
    "region": "CA",
    "postalCode": "94105",
    "country": "US",
}


class Told:
    """Prints what is done, and what came of it."""

    def __init__(self):
        self.number = 0

    def chapter(self, title):
        self.number += 1
        print(f"\n{self.number}. {title}")

    def line(self, text):
        print(f"   {text}")


def money(amount, currency):
    return f"{amount:.2f} {currency}"


def eventually(what, ask, seconds=30):
    until = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > until:
            raise SystemExit(f"not within {seconds} s: {what}")
        time.sleep(0.2)


def key():
    return {"idempotency-key": str(uuid.uuid4())}


def on_sale(visitor, many):
    """Products in stock that are sold as they are, dear ones first: the order should be worth a look."""
    found = []
    for product in visitor.all("/api/v1/products?sort=-price"):
        if product["inStock"] and not product["variants"]:
            found.append(product)
        if len(found) == many:
            return found
    raise SystemExit("the shop has too little in stock: `cargo xtask up --fresh` fills it")


def show_cart(told, cart):
    for item in cart["items"]:
        told.line(f"{item['quantity']} × {item['name']}, {money(item['lineTotal'], cart['currency'])} ({item['available']} available)")
    told.line(f"subtotal {money(cart['subtotal'], cart['currency'])}")


def show_order(told, order):
    parts = ", ".join(f"{name} {order[name]:.2f}" for name in ("subtotal", "discount", "tax", "shipping", "total"))
    told.line(f"order {order['number']}: {order['status']}, {order['paymentStatus']}; {parts} {order['currency']}")


def pay(told, shopper, order, **how):
    payment = shopper.wanted(201, "POST", "/api/v1/payments", {"orderId": order["id"], **how}, headers=key())
    told.line(f"payment {payment['id']}: {payment['status']}, {money(payment['amount'], payment['currency'])} by {payment['method']}")
    paid = eventually("the order is paid", lambda: reached(shopper, order, "paid"))
    show_order(told, paid)
    return payment, paid


def reached(caller, order, status):
    now = caller.wanted(200, "GET", f"/api/v1/orders/{order['id']}")
    return now if now["status"] == status else None


def stock_of(staff, sku):
    stock = staff.wanted(200, "GET", f"/api/v1/inventory/{sku}")
    return f"{stock['onHand']} on hand, {stock['reserved']} reserved, {stock['available']} available"


def main():
    base = os.environ["API_URL"]
    told, visitor, staff = Told(), Shop(base), Shop(base, os.environ["MANAGER_TOKEN"])

    told.chapter("A visitor looks around and fills a cart")
    lamp, chair = on_sale(visitor, 2)
    for product in (lamp, chair):
        told.line(f"{product['name']}, {money(product['price'], product['currency'])}; {stock_of(staff, product['sku'])}")
    status, answer, headers = visitor.call(
        "POST", "/api/v1/cart/items", {"productId": lamp["id"], "quantity": 2}, headers=key()
    )
    if status != 200:
        raise SystemExit(f"the cart answered {status}: {answer}")
    show_cart(told, answer["data"])

    told.chapter("Signs up, and the cart comes along")
    email = f"demo-{uuid.uuid4().hex[:12]}@example.test"
    account = {"email": email, "password": "a demo of the whole shop", "name": "Ada Shopper"}
    registered = visitor.wanted(201, "POST", "/api/v1/auth/register", account)
    shopper = Shop(base, registered["accessToken"])
    told.line(f"{email} is {registered['user']['id']}")
    shopper.wanted(200, "POST", "/api/v1/cart/merge", {"cartToken": headers["x-cart-token"]}, headers=key())
    cart = shopper.wanted(200, "POST", "/api/v1/cart/items", {"productId": chair["id"], "quantity": 1}, headers=key())
    show_cart(told, cart)

    told.chapter("Orders")
    preview = shopper.wanted(200, "POST", "/api/v1/orders/preview", {"shippingAddress": ADDRESS})
    told.line(f"would cost {money(preview['total'], preview['currency'])}")
    body = {"shippingAddress": ADDRESS, "expectedTotal": preview["total"]}
    order = shopper.wanted(201, "POST", "/api/v1/orders", body, headers=key())
    show_order(told, order)
    told.line(f"stock is held until {order['reservationExpiresAt']}: {stock_of(staff, lamp['sku'])}")

    told.chapter("Pays by card")
    payment, order = pay(told, shopper, order, method="card", paymentMethodId=os.environ["TEST_PAYMENT_METHOD"])
    told.line(f"the stock is sold: {stock_of(staff, lamp['sku'])}")

    told.chapter("Calls one thing off")
    line = next(item for item in order["items"] if item["sku"] == lamp["sku"])
    body = {"reason": "one is enough", "items": [{"id": line["id"], "quantity": 1}]}
    order = shopper.wanted(200, "POST", f"/api/v1/orders/{order['id']}/cancel", body, headers=key())
    show_order(told, order)
    refunded = eventually(
        "the refund", lambda: (now := shopper.wanted(200, "GET", f"/api/v1/payments/{payment['id']}"))["refundedAmount"] and now
    )
    told.line(f"{money(refunded['refundedAmount'], refunded['currency'])} went back to the card; {stock_of(staff, lamp['sku'])}")

    told.chapter("The shop packs and sends it")
    for step in ("processing", "shipped", "delivered"):
        order = staff.wanted(200, "PUT", f"/api/v1/orders/{order['id']}/status", {"status": step}, headers=key())
        told.line(f"{order['status']}, {order['fulfilmentStatus']}")

    told.chapter("Puts money into a wallet, and pays half of the next order with it")
    body = {"amount": 20, "paymentMethodId": os.environ["TEST_PAYMENT_METHOD"]}
    shopper.wanted(201, "POST", "/api/v1/wallet/deposit", body, headers=key())
    wallet = eventually("the deposit", lambda: (now := shopper.wanted(200, "GET", "/api/v1/wallet"))["balance"] and now)
    told.line(f"the wallet holds {money(wallet['balance'], wallet['currency'])}")
    shopper.wanted(200, "POST", "/api/v1/cart/items", {"productId": chair["id"], "quantity": 1}, headers=key())
    second = shopper.wanted(201, "POST", "/api/v1/orders", {"shippingAddress": ADDRESS}, headers=key())
    pay(told, shopper, second, method="split", walletAmount=10, paymentMethodId=os.environ["TEST_PAYMENT_METHOD"])
    wallet = shopper.wanted(200, "GET", "/api/v1/wallet")
    told.line(f"the wallet holds {money(wallet['balance'], wallet['currency'])}")

    told.chapter("What the books say")
    for entry in shopper.wanted(200, "GET", f"/api/v1/orders/{order['id']}")["timeline"]:
        told.line(f"{entry['at']}  {entry['type']}")
    auditor = Shop(base, os.environ["ADMIN_TOKEN"])
    for row in auditor.wanted(200, "GET", "/api/v1/payments/ledger/trial-balance"):
        told.line(f"{row['currency']}: debits {row['debits']}, credits {row['credits']}, difference {row['difference']}")
        if row["difference"]:
            raise SystemExit("the books do not balance")


if __name__ == "__main__":
    sys.exit(main())
