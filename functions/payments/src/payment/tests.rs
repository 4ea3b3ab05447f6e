//! The stages, move by move, and how amounts are shared.

use kernel::CurrencyCode;
use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn tender(card: i64, wallet: i64) -> Tender {
    Tender {
        card,
        wallet,
        currency: CurrencyCode::USD,
    }
}

fn usd(minor: i64) -> Money {
    Money::new(minor, CurrencyCode::USD)
}

fn failure() -> Failure {
    Failure {
        code: "card_declined".to_owned(),
        message: "No.".to_owned(),
    }
}

fn payment(stage: Stage, due: Tender) -> Payment {
    Payment {
        id: PaymentId::derive("", "one"),
        order_id: OrderId::derive("", "one"),
        user_id: Some(UserId::derive("", "ann")),
        guest: None,
        by: PayBy::Split,
        payment_method: Some("pm_1".to_owned()),
        wallet_asked: None,
        stage,
        due: (stage != Stage::Started).then_some(due),
        shares: Vec::new(),
        intent: None,
        authorised: false,
        captured: None,
        failure: None,
        version: 1,
        created_at: NOW,
        updated_at: NOW,
    }
}

#[test]
fn every_stage_allows_these_moves_and_no_others() {
    use Stage::{
        Authorising, AwaitingAction, Captured, Capturing, Confirmed, Failed, Opened, Started,
        Unwinding,
    };
    let moves = || {
        [
            Move::Open(tender(700, 300), Vec::new()),
            Move::Intend("pi_1".to_owned()),
            Move::Ask,
            Move::Confirm,
            Move::Capture(tender(700, 300)),
            Move::Take,
            Move::GiveUp(failure()),
            Move::Fail,
        ]
    };
    let none = None;
    let up = Some(Unwinding);
    // In the order of the moves above: with a card to charge, and without one.
    let table = [
        (
            Started,
            [Some(Opened), none, none, none, none, none, up, none],
        ),
        (
            Opened,
            [none, Some(Authorising), none, none, none, none, up, none],
        ),
        (
            Authorising,
            [
                none,
                none,
                Some(AwaitingAction),
                Some(Confirmed),
                Some(Capturing),
                none,
                up,
                none,
            ],
        ),
        (
            AwaitingAction,
            [
                none,
                none,
                none,
                Some(Confirmed),
                Some(Capturing),
                none,
                up,
                none,
            ],
        ),
        (
            Confirmed,
            [none, none, none, none, Some(Capturing), none, up, none],
        ),
        (
            Capturing,
            [none, none, none, none, none, Some(Captured), up, none],
        ),
        (Captured, [none; 8]),
        (
            Unwinding,
            [none, none, none, none, none, none, none, Some(Failed)],
        ),
        (Failed, [none; 8]),
    ];
    assert_eq!(table.map(|(stage, _)| stage), Stage::ALL);
    for (stage, after) in table {
        for (next, expected) in moves().into_iter().zip(after) {
            let moved = payment(stage, tender(700, 300)).after(next.clone(), NOW);
            assert_eq!(
                moved.map(|it| it.stage).ok(),
                expected,
                "{stage:?} {next:?}"
            );
        }
    }
    let without_card = [
        none,
        none,
        none,
        Some(Confirmed),
        Some(Capturing),
        none,
        up,
        none,
    ];
    for (next, expected) in moves().into_iter().zip(without_card) {
        let moved = payment(Opened, tender(0, 1000)).after(next.clone(), NOW);
        assert_eq!(moved.map(|it| it.stage).ok(), expected, "{next:?}");
    }
}

#[test]
fn a_move_keeps_what_is_known_and_makes_a_version() {
    let opened = payment(Stage::Started, tender(0, 0))
        .after(Move::Open(tender(700, 300), Vec::new()), NOW)
        .unwrap();
    assert_eq!(
        (opened.card(), opened.wallet()),
        (Some(usd(700)), Some(usd(300)))
    );
    let intended = opened.after(Move::Intend("pi_1".to_owned()), NOW).unwrap();
    let capturing = intended
        .after(Move::Capture(tender(700, 300)), NOW)
        .unwrap();
    assert!(capturing.authorised);
    assert_eq!(capturing.step(), Step::Capture(tender(700, 300)));
    let captured = capturing.after(Move::Take, NOW).unwrap();
    assert_eq!(captured.intent.as_deref(), Some("pi_1"));
    assert_eq!(captured.amount(), Ok(Some(usd(1000))));
    assert_eq!(captured.version, 5);
    let given_up = capturing.after(Move::GiveUp(failure()), NOW).unwrap();
    assert_eq!((given_up.captured, given_up.step()), (None, Step::Unwind));
    let earlier = Timestamp::from_millis(NOW.millis() - 1);
    let skewed = opened.after(Move::GiveUp(failure()), earlier).unwrap();
    assert_eq!(skewed.updated_at, NOW, "no clock turns a payment back");
}

#[test]
fn who_stands_still_is_looked_after_in_time() {
    for stage in Stage::ALL {
        let payment = payment(stage, tender(700, 300));
        let waits = payment.looked_after_at().map(|until| until.since(NOW));
        let expected = match stage {
            Stage::Captured | Stage::Failed => None,
            Stage::AwaitingAction => Some(Duration::from_mins(15)),
            Stage::Confirmed => Some(Duration::from_hours(144)),
            _ => Some(Duration::from_mins(1)),
        };
        assert_eq!(waits, expected, "{stage:?}");
        assert_eq!(stage.is_final(), expected.is_none(), "{stage:?}");
        let late = NOW.plus(Duration::from_hours(200));
        let lapses = matches!(stage, Stage::AwaitingAction | Stage::Confirmed);
        assert_eq!(payment.has_lapsed(late), lapses, "{stage:?}");
        assert!(!payment.has_lapsed(NOW));
    }
}

#[test]
fn the_wallet_pays_what_it_is_asked_to_and_the_card_the_rest() {
    let share = |by, asked: Option<&str>, available| {
        let payment = Payment {
            by,
            wallet_asked: asked.map(|text| Amount::parse(text).unwrap()),
            ..payment(Stage::Started, tender(0, 0))
        };
        payment
            .share(usd(1000), usd(available))
            .map(|tender| (tender.card, tender.wallet))
            .map_err(|faults| faults.into_vec().len())
    };
    assert_eq!(share(PayBy::Card, None, 5000), Ok((1000, 0)));
    assert_eq!(share(PayBy::Wallet, None, 0), Ok((0, 1000)));
    assert_eq!(share(PayBy::Split, None, 300), Ok((700, 300)));
    assert_eq!(share(PayBy::Split, None, 5000), Ok((0, 1000)));
    assert_eq!(share(PayBy::Split, None, 0), Ok((1000, 0)));
    assert_eq!(share(PayBy::Split, Some("2.50"), 5000), Ok((750, 250)));
    assert_eq!(share(PayBy::Split, Some("0"), 5000), Ok((1000, 0)));
    assert_eq!(share(PayBy::Split, Some("10.00"), 5000), Ok((0, 1000)));
    assert_eq!(share(PayBy::Split, Some("10.01"), 5000), Err(1));
    assert_eq!(share(PayBy::Split, Some("0.001"), 5000), Err(1));
}

#[test]
fn a_card_is_left_what_its_currency_is_charged_in() {
    let kwd = |minor| Money::new(minor, CurrencyCode::parse("KWD").unwrap());
    let share = |asked: Option<&str>, due, available| {
        let payment = Payment {
            wallet_asked: asked.map(|text| Amount::parse(text).unwrap()),
            ..payment(Stage::Started, tender(0, 0))
        };
        payment
            .share(kwd(due), kwd(available))
            .map(|tender| (tender.card, tender.wallet))
            .map_err(|faults| faults.into_vec().len())
    };
    assert_eq!(share(None, 10_000, 3_333), Ok((6_670, 3_330)));
    assert_eq!(share(None, 10_005, 3_333), Ok((6_680, 3_325)));
    assert_eq!(share(None, 10_005, 20_000), Ok((0, 10_005)));
    assert_eq!(share(None, 10_000, 7), Ok((10_000, 0)));
    assert_eq!(share(None, 5, 2), Err(1), "neither can pay it");
    assert_eq!(share(Some("3.330"), 10_000, 3_333), Ok((6_670, 3_330)));
    assert_eq!(share(Some("3.333"), 10_000, 3_333), Err(1));
    assert_eq!(share(Some("0.0001"), 10_005, 3_333), Err(1));

    let due = Tender {
        card: 6_670,
        wallet: 3_330,
        currency: kwd(0).currency,
    };
    let part = |minor| {
        let part = payment(Stage::Confirmed, due).part(Some(kwd(minor)));
        part.map(|part| (part.card, part.wallet))
    };
    assert_eq!(part(3_333), None, "the bank could not be told so");
    assert_eq!(part(3_340), Some((10, 3_330)));
    assert_eq!(part(1), Some((0, 1)));
}

proptest! {
    #[test]
    fn a_part_is_what_was_asked_for_and_no_more_than_was_held(
        card in 0_i64..10_000, wallet in 0_i64..10_000, asked in -5_i64..21_000,
    ) {
        let due = tender(card, wallet);
        let part = payment(Stage::Confirmed, due).part(Some(usd(asked)));
        prop_assert_eq!(part.is_some(), asked > 0 && asked <= card + wallet);
        if let Some(part) = part {
            prop_assert_eq!(part.card + part.wallet, asked);
            prop_assert!((0..=card).contains(&part.card) && (0..=wallet).contains(&part.wallet));
        }
        prop_assert_eq!(payment(Stage::Confirmed, due).part(None), Some(due));
    }
}
