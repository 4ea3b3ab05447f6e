//! Where an order may go from where it stands.

use contracts::orders::OrderStatus;

/// What may happen to an order's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Its money is captured.
    Pay,
    /// Somebody begins to pack it.
    Process,
    /// It leaves the house.
    Ship,
    /// It arrives.
    Deliver,
    /// It comes back.
    Return,
    /// It is called off.
    Cancel,
    /// Its time to be paid is up.
    Expire,
}

impl Step {
    /// Every step, in the order in which they happen.
    pub const ALL: [Self; 7] = [
        Self::Pay,
        Self::Process,
        Self::Ship,
        Self::Deliver,
        Self::Return,
        Self::Cancel,
        Self::Expire,
    ];
}

/// The status after a step; none where the step is illegal.
///
/// No pair is left to a wildcard: a new status or a new step does not compile until it is said
/// what they mean to each other.
pub const fn after(status: OrderStatus, step: Step) -> Option<OrderStatus> {
    use OrderStatus::{
        Cancelled, Delivered, Expired, Paid, PendingPayment, Processing, Returned, Shipped,
    };
    match step {
        Step::Pay => match status {
            PendingPayment => Some(Paid),
            Paid | Processing | Shipped | Delivered | Returned | Cancelled | Expired => None,
        },
        Step::Process => match status {
            Paid => Some(Processing),
            PendingPayment | Processing | Shipped | Delivered | Returned | Cancelled | Expired => {
                None
            }
        },
        Step::Ship => match status {
            Processing => Some(Shipped),
            PendingPayment | Paid | Shipped | Delivered | Returned | Cancelled | Expired => None,
        },
        Step::Deliver => match status {
            Shipped => Some(Delivered),
            PendingPayment | Paid | Processing | Delivered | Returned | Cancelled | Expired => None,
        },
        Step::Return => match status {
            Delivered => Some(Returned),
            PendingPayment | Paid | Processing | Shipped | Returned | Cancelled | Expired => None,
        },
        Step::Cancel => match status {
            PendingPayment | Paid | Processing => Some(Cancelled),
            Shipped | Delivered | Returned | Cancelled | Expired => None,
        },
        Step::Expire => match status {
            PendingPayment => Some(Expired),
            Paid | Processing | Shipped | Delivered | Returned | Cancelled | Expired => None,
        },
    }
}

/// What an order's status may become next, however it comes to it.
pub fn allowed(status: OrderStatus) -> Vec<OrderStatus> {
    Step::ALL
        .into_iter()
        .filter_map(|step| after(status, step))
        .collect()
}

/// Whether an order is over without having been sent: nothing of it is paid for or kept any more.
pub const fn is_off(status: OrderStatus) -> bool {
    matches!(status, OrderStatus::Cancelled | OrderStatus::Expired)
}

#[cfg(test)]
mod tests;
