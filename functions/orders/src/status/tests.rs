use super::*;
use OrderStatus::{
    Cancelled, Delivered, Expired, Paid, PendingPayment, Processing, Returned, Shipped,
};

const STATUSES: [OrderStatus; 8] = [
    PendingPayment,
    Paid,
    Processing,
    Shipped,
    Delivered,
    Returned,
    Cancelled,
    Expired,
];

/// A line for each status, a column for each step in the order of [`Step::ALL`].
const TABLE: [(OrderStatus, [Option<OrderStatus>; 7]); 8] = {
    let no = None;
    [
        //                pay         process           ship           deliver          return          cancel           expire
        (
            PendingPayment,
            [Some(Paid), no, no, no, no, Some(Cancelled), Some(Expired)],
        ),
        (
            Paid,
            [no, Some(Processing), no, no, no, Some(Cancelled), no],
        ),
        (
            Processing,
            [no, no, Some(Shipped), no, no, Some(Cancelled), no],
        ),
        (Shipped, [no, no, no, Some(Delivered), no, no, no]),
        (Delivered, [no, no, no, no, Some(Returned), no, no]),
        (Returned, [no; 7]),
        (Cancelled, [no; 7]),
        (Expired, [no; 7]),
    ]
};

#[test]
fn every_status_meets_every_step() {
    for (status, row) in TABLE {
        for (step, expected) in Step::ALL.into_iter().zip(row) {
            assert_eq!(after(status, step), expected, "{status:?} {step:?}");
        }
    }
    assert_eq!(TABLE.map(|(status, _)| status), STATUSES);
}

#[test]
fn no_order_comes_back_to_where_it_was() {
    // However long one goes on from a status, it is not met again.
    for start in STATUSES {
        let mut reached = allowed(start);
        for _ in 0..STATUSES.len() {
            assert!(!reached.contains(&start), "{start:?}");
            reached = reached.into_iter().flat_map(allowed).collect();
        }
        assert!(reached.is_empty(), "{start:?}");
    }
}

#[test]
fn what_is_allowed_is_what_some_step_leads_to() {
    let cases: [(OrderStatus, &[OrderStatus]); 8] = [
        (PendingPayment, &[Paid, Cancelled, Expired]),
        (Paid, &[Processing, Cancelled]),
        (Processing, &[Shipped, Cancelled]),
        (Shipped, &[Delivered]),
        (Delivered, &[Returned]),
        (Returned, &[]),
        (Cancelled, &[]),
        (Expired, &[]),
    ];
    for (status, expected) in cases {
        assert_eq!(allowed(status), expected, "{status:?}");
    }
}

#[test]
fn only_what_was_never_sent_is_off() {
    let off: Vec<_> = STATUSES
        .into_iter()
        .filter(|status| is_off(*status))
        .collect();
    assert_eq!(off, [Cancelled, Expired]);
}
