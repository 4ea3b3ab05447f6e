use kernel::{Amount, CategoryId, LineId, Quantity, UserId};
use products::changes::Changes;
use products::product::{Birth, Status};

use super::*;
use crate::cart::Owner;
use crate::testing::{NOW, usd};

fn product(name: &str, price: &str, currency: &str) -> Product {
    let asked = Changes {
        name: Some(name.to_owned()),
        price: Some(Amount::parse(price).unwrap()),
        currency: Some(CurrencyCode::parse(currency).unwrap()),
        category_id: Some(CategoryId::derive("", "lamps")),
        sku: Some(Sku::parse(name).unwrap()),
        ..Changes::default()
    };
    let birth = Birth {
        id: ProductId::derive("", "lamp"),
        currency: CurrencyCode::USD,
        at: NOW,
        import: None,
    };
    Product::create(&asked, &birth).unwrap()
}

/// What the shop says when this is its only product.
fn facts(product: Product, available: u64) -> Facts {
    Facts {
        available: HashMap::from([(product.sku.clone(), available)]),
        products: HashMap::from([(product.id, product)]),
    }
}

/// A cart with two lamps at 10 dollars.
fn lamps() -> Cart {
    let offer = product("LAMP", "10", "USD").offer(None).unwrap();
    let empty = Cart::empty(Owner::User(UserId::derive("", "ann")), NOW);
    empty
        .with(
            LineId::derive("", "1"),
            &offer,
            Quantity::new(2).unwrap(),
            9,
        )
        .unwrap()
}

#[test]
fn a_line_costs_what_it_costs_now_and_says_when_that_is_something_else() {
    let same = Priced::of(lamps(), &facts(product("LAMP", "10", "USD"), 7));
    assert!(!same.lines[0].price_changed() && !same.wants_writing(NOW));
    assert_eq!(same.lines[0].available, 7);

    let dearer = Priced::of(lamps(), &facts(product("LAMP", "12.5", "USD"), 7));
    assert!(dearer.lines[0].price_changed() && dearer.wants_writing(NOW));
    assert_eq!(dearer.subtotal(CurrencyCode::USD), usd(2_500));
    // Once it was shown it is what is known.
    let shown = Priced::of(dearer.shown(), &facts(product("LAMP", "12.5", "USD"), 7));
    assert!(!shown.lines[0].price_changed());
}

#[test]
fn what_is_gone_keeps_its_last_price_and_there_is_none_of_it() {
    let archived = product("LAMP", "12", "USD").archived(NOW);
    let draft = Product {
        status: Status::Draft,
        ..product("LAMP", "12", "USD")
    };
    let other_currency = product("LAMP", "12", "EUR");
    for facts in [
        facts(archived, 7),
        facts(draft, 7),
        facts(other_currency, 7),
        Facts::default(),
    ] {
        let priced = Priced::of(lamps(), &facts);
        assert_eq!(priced.lines[0].available, 0);
        assert_eq!(priced.subtotal(CurrencyCode::USD), usd(2_000));
        assert!(!priced.lines[0].price_changed() && !priced.wants_writing(NOW));
    }
}

#[test]
fn a_sku_that_changed_is_followed() {
    let renamed = facts(product("LAMP-2", "10", "USD"), 3);
    let priced = Priced::of(lamps(), &renamed);
    assert_eq!(priced.lines[0].available, 3);
    assert_eq!(priced.shown().lines[0].sku.as_str(), "LAMP-2");
}

#[test]
fn a_cart_that_is_only_looked_at_lives_on() {
    let priced = Priced::of(lamps(), &facts(product("LAMP", "10", "USD"), 7));
    let half = NOW.plus(LIFE / 2);
    assert!(!priced.wants_writing(half));
    assert!(priced.wants_writing(half.plus(std::time::Duration::from_secs(1))));
}

#[test]
fn more_than_all_money_is_as_much_as_can_be_shown() {
    let mut cart = lamps();
    cart.lines[0].quantity = Quantity::new(9_999).unwrap();
    let dear = facts(product("LAMP", "9999999999999.99", "USD"), 7);
    let priced = Priced::of(cart, &dear);
    assert_eq!(priced.subtotal(CurrencyCode::USD), usd(i64::MAX));
}
