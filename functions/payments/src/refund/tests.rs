use kernel::CurrencyCode;
use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn line(number: u8) -> LineId {
    LineId::derive("", &number.to_string())
}

fn share(part: Part, amount: i64) -> Share {
    Share { part, amount }
}

fn captured(card: i64, wallet: i64, currency: CurrencyCode, weights: &[Share]) -> Refundable {
    Refundable::of_captured(
        PaymentId::derive("", "p"),
        OrderId::derive("", "o"),
        Some(UserId::derive("", "u")),
        Some("pi_1".to_owned()),
        Tender {
            card,
            wallet,
            currency,
        },
        weights,
    )
    .unwrap()
}

fn wish(name: &str, amount: Option<i64>, currency: CurrencyCode) -> RefundWish {
    RefundWish {
        id: RefundId::derive("", name),
        amount: amount.map(|minor| Money::new(minor, currency)),
        at_most: false,
        lines: Vec::new(),
        cancellation_id: None,
        reason: None,
    }
}

fn usd(card: i64, wallet: i64) -> Refundable {
    captured(card, wallet, CurrencyCode::USD, &[])
}

/// A refund, and what may be refunded while it is under way.
fn take(from: &Refundable, wish: &RefundWish) -> (Refundable, Refund) {
    let refund = from.take(wish, NOW).unwrap();
    let mut after = from.clone();
    after.left.card -= refund.amount.card;
    after.left.wallet -= refund.amount.wallet;
    (after, refund)
}

#[test]
fn the_card_has_its_money_back_before_the_wallet() {
    let take = |from: &Refundable, amount| {
        let (after, refund) = take(from, &wish("r", amount, CurrencyCode::USD));
        (after, (refund.amount.card, refund.amount.wallet))
    };
    let split = usd(70, 30);
    let (after, first) = take(&split, Some(50));
    assert_eq!(first, (50, 0));
    let (after, second) = take(&after, Some(40));
    assert_eq!(second, (20, 20));
    let (after, rest) = take(&after, None);
    assert_eq!(rest, (0, 10));
    assert_eq!((after.left.card, after.left.wallet), (0, 0));
}

#[test]
fn more_than_is_left_is_refused_and_a_cancellation_has_what_is_left() {
    let usd_of = |minor| Money::new(minor, CurrencyCode::USD);
    let (after, _) = take(&usd(100, 0), &wish("r", Some(60), CurrencyCode::USD));
    for (amount, error) in [
        (
            Some(usd_of(41)),
            RefundError::ExceedsPayment { left: usd_of(40) },
        ),
        (Some(usd_of(0)), RefundError::NotAnAmount),
        (Some(usd_of(-1)), RefundError::NotAnAmount),
        (
            Some(Money::new(1, CurrencyCode::EUR)),
            RefundError::NotAnAmount,
        ),
    ] {
        let asked = RefundWish {
            amount,
            ..wish("s", None, CurrencyCode::USD)
        };
        assert_eq!(after.take(&asked, NOW), Err(error), "{amount:?}");
    }
    let cancelled = RefundWish {
        at_most: true,
        ..wish("c", Some(100), CurrencyCode::USD)
    };
    let (empty, refund) = take(&after, &cancelled);
    assert_eq!(refund.amount.card, 40);
    for amount in [None, Some(1)] {
        let asked = RefundWish {
            at_most: true,
            ..wish("t", amount, CurrencyCode::USD)
        };
        let nothing = RefundError::ExceedsPayment { left: usd_of(0) };
        assert_eq!(empty.take(&asked, NOW), Err(nothing));
    }
}

#[test]
fn a_card_has_back_multiples_of_what_its_currency_is_charged_in() {
    let currency = CurrencyCode::parse("KWD").unwrap();
    let kwd = |minor| Money::new(minor, currency);
    let paid = captured(6_670, 3_333, currency, &[]);
    let fine = RefundError::TooFine { step: kwd(10) };
    assert_eq!(paid.take(&wish("r", Some(4_113), currency), NOW), Err(fine));
    let (left, refund) = take(&paid, &wish("r", Some(4_110), currency));
    assert_eq!((refund.amount.card, refund.amount.wallet), (4_110, 0));
    // What a cancellation calls for is known to the thousandth, and is not kept from the shopper.
    let called_off = |amount| RefundWish {
        at_most: true,
        ..wish("c", Some(amount), currency)
    };
    let (left, refund) = take(&left, &called_off(2_551));
    assert_eq!((refund.amount.card, refund.amount.wallet), (2_560, 0));
    assert_eq!((left.left.card, left.left.wallet), (0, 3_333));
    let (left, refund) = take(&left, &called_off(1_111));
    assert_eq!((refund.amount.card, refund.amount.wallet), (0, 1_111));
    let (left, _) = take(&left, &wish("s", None, currency));
    assert_eq!((left.left.card, left.left.wallet), (0, 0));
}

#[test]
fn what_the_bank_sends_back_later_may_be_refunded_again_and_the_wallet_keeps_its_part() {
    let weights = [share(Part::Line(line(1)), 60), share(Part::Tax, 40)];
    let before = captured(70, 30, CurrencyCode::USD, &weights);
    for (amount, left, returned, state, part) in [
        (70, (70, 30), 0, RefundState::Failed, 0),
        (90, (70, 10), 20, RefundState::Succeeded, 20),
    ] {
        let (taken, refund) = take(&before, &wish("r", Some(amount), CurrencyCode::USD));
        let (gone, succeeded) = taken.returned(&refund, NOW).unwrap();
        assert_eq!((gone.returned, gone.version), (amount, 2));
        let (after, less) = gone.card_returned(&succeeded, NOW).unwrap();
        assert_eq!((after.left.card, after.left.wallet), left);
        assert_eq!(after.returned, returned);
        assert_eq!(
            (less.state, less.amount.card, less.amount.wallet),
            (state, 0, part)
        );
        let sum = |shares: &[Share]| shares.iter().map(|share| share.amount).sum::<i64>();
        assert_eq!((sum(&after.shares), sum(&less.shares)), (100 - part, part));
    }
}

#[test]
fn a_cancellation_of_lines_is_laid_over_them_and_their_tax() {
    let weights = [
        share(Part::Line(line(1)), 1_000),
        share(Part::Line(line(2)), 3_000),
        share(Part::Tax, 400),
        share(Part::Shipping, 600),
    ];
    let paid = captured(5_000, 0, CurrencyCode::USD, &weights);
    let of_line = |amount| RefundWish {
        lines: vec![line(1)],
        ..wish("r", Some(amount), CurrencyCode::USD)
    };
    let (taken, refund) = take(&paid, &of_line(1_100));
    let (after, refund) = taken.returned(&refund, NOW).unwrap();
    assert_eq!(
        refund.shares,
        [share(Part::Line(line(1)), 786), share(Part::Tax, 314)]
    );
    let (taken, more) = take(&after, &of_line(1_000));
    let (_, more) = taken.returned(&more, NOW).unwrap();
    let sum: i64 = more.shares.iter().map(|share| share.amount).sum();
    assert_eq!(
        (sum, more.shares.len()),
        (1_000, 4),
        "its lines have too little left: everything counts"
    );
}

#[test]
fn a_bank_that_takes_its_time_is_asked_less_and_less_often() {
    let (_, refund) = take(&usd(100, 0), &wish("r", None, CurrencyCode::USD));
    let minutes = |minutes| NOW.plus(Duration::from_mins(minutes));
    assert_eq!(refund.looked_after_at(), Some(minutes(1)));
    let later = refund.with_state(RefundState::Pending, None, minutes(30));
    assert_eq!(later.looked_after_at(), Some(minutes(60)));
    let done = later.with_state(RefundState::Succeeded, None, minutes(60));
    assert_eq!(done.looked_after_at(), None);
}

proptest! {
    #[test]
    fn whatever_is_refunded_no_part_and_no_tender_has_back_more_than_was_paid(
        (card, wallet) in (0..5_000_i64, 0..5_000_i64),
        weights in prop::collection::vec(0..3_000_i64, 1..6),
        asked in prop::collection::vec((1..4_000_i64, any::<bool>()), 1..20),
        exponent in 0..4_usize,
    ) {
        let currency = CurrencyCode::parse(["JPY", "USD", "KWD", "CLF"][exponent]).unwrap();
        let step = step(currency);
        let card = card - card % step;
        prop_assume!(card + wallet > 0);
        let parts = |at: usize| match at {
            0 => Part::Tax,
            1 => Part::Shipping,
            at => Part::Line(line(at as u8)),
        };
        let weights: Vec<_> = weights.iter().enumerate().map(|(at, amount)| share(parts(at), *amount)).collect();
        let weighed = weights.iter().any(|share| share.amount > 0);
        let paid = captured(card, wallet, currency, &weights);
        let sum = |shares: &[Share]| shares.iter().map(|share| share.amount).sum::<i64>();
        if weighed {
            prop_assert_eq!(sum(&paid.shares), card + wallet);
        }
        let mut now = paid.clone();
        let mut total = 0;
        for (number, (amount, fails)) in asked.into_iter().enumerate() {
            let left = card + wallet - total;
            let asked = wish(&number.to_string(), Some(amount), currency);
            match now.take(&asked, NOW) {
                Ok(_) => {
                    let (taken, refund) = take(&now, &asked);
                    prop_assert!(amount <= left);
                    prop_assert_eq!(refund.amount.card + refund.amount.wallet, amount);
                    if fails {
                        continue;
                    }
                    total += amount;
                    let (after, succeeded) = taken.returned(&refund, NOW).unwrap();
                    if weighed {
                        prop_assert_eq!(sum(&succeeded.shares), amount);
                    }
                    now = after;
                }
                Err(RefundError::ExceedsPayment { left: told }) => {
                    prop_assert!(amount > left);
                    prop_assert_eq!(told.minor, left);
                }
                Err(RefundError::TooFine { .. }) => {
                    prop_assert!(now.left.card.min(amount) % step != 0);
                }
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            }
            prop_assert!(now.left.card >= 0 && now.left.wallet >= 0);
            prop_assert_eq!(now.left.card + now.left.wallet, card + wallet - total);
            prop_assert_eq!(now.returned, total);
            prop_assert!(now.shares.iter().all(|share| share.amount >= 0));
            if weighed {
                prop_assert_eq!(sum(&now.shares), card + wallet - total);
            }
        }
    }
}
