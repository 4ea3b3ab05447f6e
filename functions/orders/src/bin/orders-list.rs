//! The function `orders-list`.

fn main() {
    edge::run::<orders::api::ListOrders>();
}
