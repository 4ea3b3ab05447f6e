//! Hears of users who were erased, and forgets them.

use contracts::Envelope;
use contracts::auth::UserErased as Erased;
use edge::{Consumer, Setback, Trace};
use kernel::{Clock, SystemClock};
use manifest::{Source, consumers};

use crate::Orders;

/// Forgets users.
pub struct UserErased;

impl Consumer for UserErased {
    const ROW: &'static Source = &consumers::ORDERS_ON_USER_ERASED;
    type App = Orders;

    async fn on(orders: &Orders, heard: Envelope, _: Trace) -> Result<(), Setback> {
        let Erased { user_id } = heard.read()?.data;
        Ok(orders.forget(user_id, SystemClock.now()).await?)
    }
}
