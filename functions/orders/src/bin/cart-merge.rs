//! The function `cart-merge`.

fn main() {
    edge::run::<orders::api::MergeCart>();
}
