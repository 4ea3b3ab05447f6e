//! What is answered over HTTP: one file an endpoint.

mod cart_add_item;
mod cart_change_item;
mod cart_clear;
mod cart_get;
mod cart_merge;
mod cart_remove_item;
mod cart_view;
mod order_fields;
mod orders_cancel;
mod orders_get;
mod orders_list;
mod orders_place;
mod orders_preview;
mod orders_set_status;

pub use cart_add_item::AddCartItem;
pub use cart_change_item::ChangeCartItem;
pub use cart_clear::ClearCart;
pub use cart_get::GetCart;
pub use cart_merge::MergeCart;
pub use cart_remove_item::RemoveCartItem;
pub use orders_cancel::CancelOrder;
pub use orders_get::GetOrder;
pub use orders_list::ListOrders;
pub use orders_place::PlaceOrder;
pub use orders_preview::PreviewOrder;
pub use orders_set_status::SetOrderStatus;

use edge::Data;

use crate::order::Order;
use crate::wire::OrderView;

/// 200 with an order.
fn shown(order: &Order) -> Data<OrderView> {
    Data::new(OrderView::from(order)).version(order.version)
}
