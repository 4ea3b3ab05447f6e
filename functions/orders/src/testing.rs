//! Orders for tests.

use aws::{Answered, TableError};
use edge::App;
use inventory::{Inventory, InventoryError};
use kernel::{
    Amount, CurrencyCode, LineId, Money, OperationId, OrderId, ProductId, Quantity, Sku, Timestamp,
    UserId,
};
use manifest::resources::{INVENTORY, ORDERS, PRODUCTS};
use products::CategoryChanges;
use products::changes::Changes;
use products::error::ProductsError;
use products::product::Product;
use products::store::Written;

use crate::change::Refusal;
use crate::error::OrdersError;
use crate::order::{
    Actor, Buyer, Entry, EntryKind, FulfilmentStatus, Line, Order, OrderStatus, PaymentStatus,
    ShippingMethod, TaxClass, Totals,
};
use crate::pay::TIME_TO_PAY;
use crate::{Carts, Fulfilment};

/// When the tests begin.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// Money of a test.
pub(crate) const fn usd(minor: i64) -> Money {
    Money::new(minor, CurrencyCode::USD)
}

/// The id of a line.
pub(crate) fn line_id(name: &str) -> LineId {
    LineId::derive("", name)
}

/// A line: its name is its SKU, and of the discount and the tax it has these shares.
pub(crate) fn line(name: &str, quantity: u64, unit: i64, discount: i64, tax: i64) -> Line {
    let quantity = Quantity::new(quantity).unwrap();
    Line {
        id: line_id(name),
        product_id: ProductId::derive("", name),
        variant_id: None,
        tax_class: TaxClass::Standard,
        sku: Sku::parse(name).unwrap(),
        name: name.to_owned(),
        quantity,
        cancelled: 0,
        unit_price: usd(unit),
        line_total: usd(unit * i64::from(quantity.get())),
        discount: usd(discount),
        tax: usd(tax),
    }
}

/// An order of these lines, with tax on top, and with shipping and its tax.
pub(crate) fn order_of(lines: Vec<Line>, shipping: i64, shipping_tax: i64) -> Order {
    let sum = |part: fn(&Line) -> Money| lines.iter().map(|line| part(line).minor).sum::<i64>();
    let (subtotal, discount) = (sum(|line| line.line_total), sum(|line| line.discount));
    let tax = sum(|line| line.tax) + shipping_tax;
    let totals = Totals {
        subtotal: usd(subtotal),
        discount: usd(discount),
        tax: usd(tax),
        tax_included: false,
        shipping: usd(shipping),
        shipping_tax: usd(shipping_tax),
        total: usd(subtotal - discount + tax + shipping),
    };
    Order {
        id: OrderId::derive("", "order"),
        number: 100_042,
        buyer: Buyer::User(UserId::derive("", "ann")),
        buyer_erased: false,
        email: Some("ann@example.com".to_owned()),
        status: OrderStatus::PendingPayment,
        payment: PaymentStatus::Unpaid,
        fulfilment: FulfilmentStatus::Unfulfilled,
        lines,
        totals,
        address: None,
        shipping_method: ShippingMethod::Standard,
        note: None,
        held_until: Some(NOW.plus(TIME_TO_PAY)),
        attempt: None,
        receipts: Vec::new(),
        cancellations: Vec::new(),
        timeline: vec![Entry {
            at: NOW,
            kind: EntryKind::Placed,
            by: Actor::User(UserId::derive("", "ann")),
            detail: None,
        }],
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    }
}

/// Three lamps at 9.99 with a dollar off and 2.31 of tax, a desk at 100.00 with 8.00 of tax, and
/// 5.00 of shipping with 0.40 of tax: 144.68 in all.
pub(crate) fn order() -> Order {
    let lines = vec![
        line("LAMP", 3, 999, 100, 231),
        line("DESK", 1, 10_000, 0, 800),
    ];
    order_of(lines, 500, 40)
}

/// Carts on tables of the test's own.
pub(crate) async fn carts() -> Carts {
    let aws = aws::testing::cloud(&[&ORDERS, &PRODUCTS, &INVENTORY])
        .await
        .unwrap();
    Carts::start(&aws).await.unwrap()
}

/// A product at a price, and so many of it on the shelf.
pub(crate) async fn product(carts: &Carts, name: &str, price: &str, on_hand: u64) -> Product {
    let category = CategoryChanges {
        name: Some(name.to_owned()),
        ..CategoryChanges::default()
    };
    let operation = |what: &str| OperationId::derive(name, what);
    let category = carts
        .products
        .create_category(&category, &Answered::silent(operation("category")), NOW)
        .await
        .unwrap()
        .category;
    let asked = Changes {
        name: Some(name.to_owned()),
        price: Some(Amount::parse(price).unwrap()),
        category_id: Some(category.id),
        sku: Some(Sku::parse(name).unwrap()),
        ..Changes::default()
    };
    let written = Written {
        at: NOW,
        traceparent: None,
    };
    let made = carts
        .products
        .create(
            &asked,
            None,
            &Answered::silent(operation("product")),
            &written,
        )
        .await
        .unwrap();
    stock_up(&carts.stock, &made.sku, on_hand).await;
    made
}

/// The same product at another price.
pub(crate) async fn reprice(carts: &Carts, product: &Product, price: &str) {
    let asked = Changes {
        price: Some(Amount::parse(price).unwrap()),
        ..Changes::default()
    };
    let written = Written {
        at: NOW,
        traceparent: None,
    };
    let answered = Answered::silent(OperationId::derive(price, "reprice"));
    let change = carts
        .products
        .change(product.id, &asked, None, &answered, &written);
    change.await.unwrap();
}

/// Orders with a shelf that holds what they need and nothing else, on tables of the test's own.
pub(crate) async fn fulfilment() -> Fulfilment {
    let aws = aws::testing::cloud(&[&ORDERS, &INVENTORY]).await.unwrap();
    Fulfilment::start(&aws).await.unwrap()
}

/// How many units an order of [`placed`] has, and its shelf.
pub(crate) const UNITS: u64 = 2;

/// An order of two units at ten dollars and a dollar of tax each, and 4.00 of shipping: 26.00 in
/// all. Its stock is held, and there is no more of it.
pub(crate) async fn placed(fulfilment: &Fulfilment, name: &str) -> Order {
    let lines = vec![line(name, UNITS, 1_000, 0, 200)];
    let order = Order {
        id: OrderId::derive("", name),
        ..order_of(lines, 400, 0)
    };
    stock_up(&fulfilment.stock, &order.lines[0].sku, UNITS).await;
    let lines = inventory::Line {
        sku: order.lines[0].sku.clone(),
        quantity: order.lines[0].quantity,
    };
    let until = order.held_until.unwrap();
    let (id, stock) = (order.reservation(), &fulfilment.stock);
    stock.reserve(&id, &[lines], until).await.unwrap();
    fulfilment.orders.store.put_order(&order).await;
    order
}

/// Has so many units on the shelf.
pub(crate) async fn stock_up(stock: &Inventory, sku: &Sku, units: u64) {
    let wanted = inventory::Wanted {
        amount: Some(inventory::allocation::Amount::OnHand(units)),
        ..inventory::Wanted::default()
    };
    let operation = OperationId::derive(sku.as_str(), &format!("{units} units"));
    let answered = Answered::silent(operation);
    let staff = UserId::derive("", "staff");
    let decided = stock.decide(sku, &wanted, staff, None, &answered);
    decided.await.unwrap();
}

/// How many units of an order's could be sold to others.
pub(crate) async fn free(fulfilment: &Fulfilment, order: &Order) -> u64 {
    let skus = [order.lines[0].sku.clone()];
    let available = fulfilment.stock.availability(&skus).await.unwrap();
    available[0].available
}

/// An order as it is by now.
pub(crate) async fn now(fulfilment: &Fulfilment, order: &Order) -> Order {
    fulfilment.orders.known(order.id).await.unwrap()
}

/// Asks as somebody does who is told to try again. On a machine that does other things as well, many
/// who want one thing may wear each other out.
pub(crate) async fn patiently<T, F>(mut ask: impl FnMut() -> F) -> Result<T, OrdersError>
where
    F: Future<Output = Result<T, OrdersError>>,
{
    for _ in 0..20 {
        match ask().await {
            Err(error) if is_of_a_moment(&error) => {}
            outcome => return outcome,
        }
    }
    ask().await
}

/// Whether an error says that the same may be asked again.
pub(crate) const fn is_of_a_moment(error: &OrdersError) -> bool {
    matches!(
        error,
        OrdersError::Busy
            | OrdersError::Table(TableError::Unavailable(_))
            | OrdersError::Stock(
                InventoryError::Busy | InventoryError::Table(TableError::Unavailable(_))
            )
            | OrdersError::Products(
                ProductsError::Busy | ProductsError::Table(TableError::Unavailable(_))
            )
    )
}

/// What a call of an order's library is refused with.
pub(crate) fn refusal<T: std::fmt::Debug>(outcome: Result<T, OrdersError>) -> Refusal {
    match outcome {
        Err(OrdersError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}
