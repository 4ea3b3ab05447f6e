"""Fills the local cloud with the demo shop, through its HTTP API. Safe to run again.

Categories are recognised by their slugs, products by their SKUs. Nothing is sent when the demo
files are the ones that this cloud already holds.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import sys
import time
import uuid

import tqdm

from shop import Shop

# Functions run as processes of this machine: a few at once is what it has room for.
AT_ONCE = 4


def slugs(tree):
    found = {}
    for category in tree:
        found[category["slug"]] = category["id"]
        found |= slugs(category.get("children") or [])
    return found


def seed_categories(shop, categories):
    known = slugs(shop.wanted(200, "GET", "/api/v1/categories"))
    made = 0
    for category in categories:
        if category["slug"] in known:
            continue
        body = {"name": category["name"], "slug": category["slug"]}
        if category["parent"]:
            body["parentId"] = known[category["parent"]]
        known[category["slug"]] = shop.wanted(201, "POST", "/api/v1/categories", body)["id"]
        made += 1
    return made


def seed_products(shop, ndjson, patience):
    job = shop.wanted(202, "POST", "/api/v1/products/import", ndjson, "application/x-ndjson")
    until = time.monotonic() + patience
    # Shown only where somebody watches a terminal.
    bar = tqdm.tqdm(desc="  products", unit="product", disable=None, leave=False)
    while job["status"] in ("queued", "running"):
        if time.monotonic() > until:
            raise SystemExit(f"the import of the demo products is still {job['status']} after {patience} s: {job}")
        time.sleep(0.3)
        job = shop.wanted(200, "GET", f"/api/v1/products/import/{job['id']}")
        bar.total = job["total"] or None
        bar.update(job["created"] + job["updated"] + job["failed"] - bar.n)
    bar.close()
    if job["status"] != "completed" or job["failed"]:
        raise SystemExit(f"the import of the demo products went wrong: {json.dumps(job)[:1500]}")
    return job


def skus(product):
    """What of a product stands on a shelf: its variants, or itself."""
    return [each["sku"] for each in product["variants"]] or [product["sku"]]


def on_hand(sku):
    """How many there are: for most some dozens, for one in twelve a few, for one in forty none."""
    draw = int.from_bytes(hashlib.sha256(sku.encode()).digest()[:4], "big")
    if draw % 40 == 0:
        return 0
    return 3 if draw % 12 == 0 else 20 + draw % 60


def seed_stock(shop):
    shelf = [sku for product in shop.all("/api/v1/products") for sku in skus(product)]

    def count(sku):
        return shop.wanted(200, "PUT", f"/api/v1/inventory/{sku}", {"onHand": on_hand(sku), "lowStockThreshold": 5})

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(stock["onHand"] for stock in pool.map(count, shelf))


def fill_index(shop, patience):
    """The local search engine keeps nothing when it ends, so what a cloud held before is indexed again."""
    status, _, _ = shop.call("GET", "/api/v1/search?limit=1")
    if status != 503:
        return ""
    job = shop.wanted(202, "POST", "/api/v1/search/index", {})
    until = time.monotonic() + patience
    while job["status"] in ("queued", "running"):
        if time.monotonic() > until:
            raise SystemExit(f"the search index is still being built after {patience} s: {job}")
        time.sleep(0.3)
        job = shop.wanted(200, "GET", f"/api/v1/search/index/jobs/{job['id']}")
    if job["status"] != "completed" or job["failed"]:
        raise SystemExit(f"the search index could not be built: {json.dumps(job)[:1500]}")
    return f"; {job['indexed']} products indexed"


ADDRESS = {
    "name": "Sam Shopper",
    "line1": "1 Market Street",
    "city": "San Francisco",
    "region": "CA",
    "postalCode": "94105",
    "country": "US",
}

# How far each of the orders gets that the shop begins with. One that is never paid expires by itself
# after a quarter of an hour, as any does.
ORDERS = [
    [],
    ["paid"],
    ["paid", "processing"],
    ["paid", "processing", "shipped"],
    ["paid", "processing", "shipped", "delivered"],
    ["paid", "processing", "shipped", "delivered", "returned"],
    ["cancelled"],
    ["paid", "cancelled"],
]


def once():
    return {"headers": {"idempotency-key": str(uuid.uuid4())}}


def seed_orders(shop, patience):
    base, staff = shop.base, Shop(shop.base, os.environ["MANAGER_TOKEN"])
    buyers = [Shop(base, os.environ[f"{name}_TOKEN"]) for name in ("USER", "USER2", "USER3")]
    stocked = [product for product in shop.all("/api/v1/products") if product["inStock"] and not product["variants"]]
    if not stocked:
        raise SystemExit("no product is in stock")
    for number, steps in enumerate(ORDERS):
        buyer, product = buyers[number % len(buyers)], stocked[number * 7 % len(stocked)]
        buyer.wanted(200, "POST", "/api/v1/cart/items", {"productId": product["id"], "quantity": 1}, **once())
        order = buyer.wanted(201, "POST", "/api/v1/orders", {"shippingAddress": ADDRESS}, **once())
        path = f"/api/v1/orders/{order['id']}"
        for step in steps:
            if step == "paid":
                card = {"orderId": order["id"], "method": "card", "paymentMethodId": os.environ["TEST_PAYMENT_METHOD"]}
                buyer.wanted(201, "POST", "/api/v1/payments", card, **once())
            elif step == "cancelled":
                buyer.wanted(200, "POST", f"{path}/cancel", {"reason": "ordered by mistake"}, **once())
            else:
                staff.wanted(200, "PUT", f"{path}/status", {"status": step}, **once())
            wait_for(step, lambda: buyer.wanted(200, "GET", path)["status"] == step, patience)
    return len(ORDERS)


def wait_for(what, holds, patience):
    until = time.monotonic() + patience
    while not holds():
        if time.monotonic() > until:
            raise SystemExit(f"not within {patience} s: {what}")
        time.sleep(0.2)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--demo", type=pathlib.Path, required=True)
    arguments.add_argument("--mark", type=pathlib.Path, required=True, help="where the hash of what is held is kept")
    arguments.add_argument("--patience", type=float, default=180)
    wanted = arguments.parse_args()
    categories = (wanted.demo / "categories.json").read_bytes()
    products = (wanted.demo / "products.ndjson").read_bytes()
    held = hashlib.sha256(categories + b"\0" + products).hexdigest()
    shop = Shop(os.environ["API_URL"], os.environ["ADMIN_TOKEN"])
    if wanted.mark.exists() and wanted.mark.read_text().strip() == held:
        print(f"unchanged{fill_index(shop, wanted.patience)}")
        return
    made = seed_categories(shop, json.loads(categories))
    job = seed_products(shop, products, wanted.patience)
    things = seed_stock(shop)
    wait_for("products in stock", lambda: any(each["inStock"] for each in shop.all("/api/v1/products")), wanted.patience)
    orders = seed_orders(shop, wanted.patience)
    wanted.mark.write_text(held + "\n")
    indexed = fill_index(shop, wanted.patience)
    print(
        f"{made} categories made; {job['created']} products made, {job['updated']} known; "
        f"{things} things in stock; {orders} orders made{indexed}"
    )


if __name__ == "__main__":
    sys.exit(main())
