use std::collections::BTreeMap;

use kernel::{CurrencyCode, Money, PaymentId, RefundId, Timestamp, UserId};
use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// Currencies of every number of decimals: 0, 2, 3 and 4.
fn currencies() -> [CurrencyCode; 4] {
    let of_four = CurrencyCode::parse("CLF").unwrap();
    [
        CurrencyCode::JPY,
        CurrencyCode::USD,
        CurrencyCode::KWD,
        of_four,
    ]
}

fn user(number: u8) -> UserId {
    UserId::derive("", &number.to_string())
}

fn usd(minor: i64) -> Money {
    Money::new(minor, CurrencyCode::USD)
}

fn payment(name: &str) -> PaymentId {
    PaymentId::derive("", name)
}

#[test]
fn every_movement_posts_these_accounts() {
    let (pay, refund) = (payment("p"), RefundId::derive("", "r"));
    let tender = |card, wallet| Tender {
        card,
        wallet,
        currency: CurrencyCode::USD,
    };
    let ann = user(1);
    let deposit = DepositId::derive("", "d");
    let withdrawal = WithdrawalId::derive("", "w");
    let of_capture = Entry::id_of(Kind::PaymentCaptured, pay);
    let entries = [
        Entry::authorised(pay, usd(70), NOW),
        Entry::released(pay, usd(70), NOW),
        Entry::wallet_held(pay, ann, usd(30), NOW),
        Entry::wallet_released(pay, ann, usd(30), NOW),
        Entry::captured(pay, tender(70, 30), 70, NOW),
        Entry::captured(pay, tender(0, 30), 0, NOW),
        Entry::refunded(refund, Some(ann), tender(20, 10), NOW),
        Entry::refund_returned(refund, usd(20), NOW),
        Entry::deposited(deposit, ann, usd(50), NOW),
        Entry::withdrawn(withdrawal, ann, usd(50), NOW),
        Entry::fee(of_capture, usd(3), NOW),
        Entry::disputed(pay, "dp_1", usd(70), NOW),
        Entry::dispute_won(pay, "dp_1", usd(70), NOW),
    ];
    let lines: Vec<String> = entries
        .into_iter()
        .map(|entry| {
            let entry = entry.unwrap();
            let line = |posting: &Posting| {
                let side = match posting.side {
                    Side::Debit => "+",
                    Side::Credit => "-",
                };
                format!("{} {side}{}", posting.account.name(), posting.amount)
            };
            let postings: Vec<_> = entry.postings().iter().map(line).collect();
            format!("{}: {}", entry.kind().as_str(), postings.join(", "))
        })
        .collect();
    assert_eq!(
        lines.join("\n"),
        "\
card_authorised: authorised +70, promises -70
authorisation_released: promises +70, authorised -70
wallet_held: wallets +30, held -30
wallet_released: held +30, wallets -30
payment_captured: processor +70, held +30, sales -100, promises +70, authorised -70
payment_captured: held +30, sales -30
payment_refunded: refunds +30, processor -20, wallets -10
refund_returned: processor +20, refunds -20
wallet_deposited: processor +50, wallets -50
wallet_withdrawn: wallets +50, payouts -50
fee_charged: fees +3, processor -3
payment_disputed: disputes +70, processor -70
dispute_won: processor +70, disputes -70"
    );
}

#[test]
fn what_is_not_in_balance_is_no_entry() {
    let posting = |account, side, amount| Posting {
        account,
        side,
        amount,
    };
    let (debit, credit) = (Side::Debit, Side::Credit);
    let wallet = |number| Account::Wallets(user(number));
    for (postings, error) in [
        (vec![], EntryError::Nothing),
        (
            vec![posting(Account::Sales, debit, 1)],
            EntryError::Unbalanced,
        ),
        (
            vec![
                posting(Account::Sales, debit, -1),
                posting(Account::Held, credit, -1),
            ],
            EntryError::Negative,
        ),
        (
            vec![
                posting(Account::Sales, debit, 0),
                posting(Account::Held, credit, 0),
            ],
            EntryError::Negative,
        ),
        (
            vec![
                posting(Account::Sales, debit, i64::MAX),
                posting(Account::Fees, debit, i64::MAX),
                posting(Account::Held, credit, -2),
            ],
            EntryError::Negative,
        ),
        (
            vec![posting(wallet(1), debit, 5), posting(wallet(2), credit, 5)],
            EntryError::TwoWallets,
        ),
    ] {
        let id = EntryId::derive("", "e");
        let made = Entry::new(
            id,
            Kind::PaymentCaptured,
            String::new(),
            CurrencyCode::USD,
            postings,
            NOW,
        );
        assert_eq!(made, Err(error));
    }
    let most = Tender {
        card: i64::MAX,
        wallet: 1,
        currency: CurrencyCode::USD,
    };
    assert_eq!(
        Entry::captured(payment("p"), most, 0, NOW),
        Err(EntryError::Unbalanced),
        "a sum beyond 64 bits does not pass as another"
    );
    assert_eq!(
        Entry::refunded(RefundId::derive("", "r"), None, most, NOW),
        Err(EntryError::NoUser)
    );
}

#[test]
fn a_cause_has_one_entry_of_a_kind_and_a_payment_has_many_disputes() {
    let id = |entry: Result<Entry, EntryError>| entry.unwrap().id();
    let later = NOW.plus(std::time::Duration::from_secs(60));
    let pay = payment("p");
    assert_eq!(
        id(Entry::authorised(pay, usd(1), NOW)),
        id(Entry::authorised(pay, usd(2), later))
    );
    let ids = [
        id(Entry::authorised(pay, usd(1), NOW)),
        id(Entry::released(pay, usd(1), NOW)),
        id(Entry::authorised(payment("other"), usd(1), NOW)),
        id(Entry::disputed(pay, "dp_1", usd(1), NOW)),
        id(Entry::disputed(pay, "dp_2", usd(1), NOW)),
        id(Entry::dispute_won(pay, "dp_2", usd(1), NOW)),
    ];
    let different: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(different.len(), ids.len());
}

#[test]
fn an_entry_is_of_the_day_of_its_cause() {
    let pay = PaymentId::generate(NOW, [7; 10]);
    let week_later = NOW.plus(std::time::Duration::from_hours(7 * 24));
    let entry = Entry::released(pay, usd(1), week_later).unwrap();
    assert_eq!(entry.id().made_at(), Some(NOW));
    assert_eq!(Day::of(NOW).to_string(), "2027-01-15");
    let days: Vec<_> = Day::of(NOW).plus(-1).through(Day::of(NOW)).collect();
    assert_eq!(days, [Day::of(NOW).plus(-1), Day::of(NOW)]);
    assert_eq!(
        Day::of(Timestamp::from_millis(-1)).to_string(),
        "1969-12-31"
    );
}

#[test]
fn a_wallet_gives_what_it_has_and_no_more() {
    let ann = user(1);
    let empty = Wallet::empty(ann);
    let deposit = |amount| Entry::deposited(DepositId::derive("", "d"), ann, amount, NOW).unwrap();
    let withdraw =
        |amount| Entry::withdrawn(WithdrawalId::derive("", "w"), ann, amount, NOW).unwrap();
    let (filled, line) = empty.after(&deposit(usd(100))).unwrap();
    assert_eq!(
        (line.number, line.amount, line.balance_after),
        (1, usd(100), usd(100))
    );
    let (spent, line) = filled.after(&withdraw(usd(100))).unwrap();
    assert_eq!(
        (line.number, line.amount, line.balance_after),
        (2, usd(-100), usd(0))
    );
    for (wallet, amount, available) in [
        (&empty, usd(1), usd(0)),
        (&spent, usd(1), usd(0)),
        (&filled, usd(101), usd(100)),
        (
            &filled,
            Money::new(1, CurrencyCode::EUR),
            Money::zero(CurrencyCode::EUR),
        ),
    ] {
        assert_eq!(
            wallet.after(&withdraw(amount)),
            Err(WalletError::InsufficientFunds { available })
        );
    }
    assert_eq!(
        filled.after(&deposit(usd(i64::MAX))),
        Err(WalletError::Overflow)
    );
    let of_none = Entry::authorised(payment("p"), usd(1), NOW).unwrap();
    let of_another = Entry::deposited(DepositId::derive("", "x"), user(2), usd(1), NOW).unwrap();
    for entry in [of_none, of_another] {
        assert_eq!(filled.after(&entry), Err(WalletError::OtherWallet));
    }
}

/// A movement that may or may not be possible when its turn comes.
#[derive(Debug, Clone)]
struct Move {
    what: u8,
    user: u8,
    currency: usize,
    card: i64,
    wallet: i64,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let a_move = (0..6_u8, 0..3_u8, 0..4_usize, 1..1_000_i64, 1..1_000_i64).prop_map(
        |(what, user, currency, card, wallet)| Move {
            what,
            user,
            currency,
            card,
            wallet,
        },
    );
    prop::collection::vec(a_move, 1..80)
}

impl Move {
    fn entry(&self, number: usize) -> Entry {
        let currency = currencies()[self.currency];
        let money = |minor| Money::new(minor, currency);
        let name = number.to_string();
        let user = user(self.user);
        let tender = Tender {
            card: self.card,
            wallet: self.wallet,
            currency,
        };
        match self.what {
            0 => Entry::deposited(DepositId::derive("", &name), user, money(self.card), NOW),
            1 => {
                let id = WithdrawalId::derive("", &name);
                Entry::withdrawn(id, user, money(self.wallet), NOW)
            }
            2 => Entry::wallet_held(payment(&name), user, money(self.wallet), NOW),
            3 => Entry::wallet_released(payment(&name), user, money(self.wallet), NOW),
            4 => Entry::captured(payment(&name), tender, self.card + 5, NOW),
            _ => Entry::refunded(RefundId::derive("", &name), Some(user), tender, NOW),
        }
        .unwrap()
    }
}

proptest! {
    #[test]
    fn whatever_moves_the_books_balance_and_wallets_are_the_sums_of_their_lines(moves in moves()) {
        let mut wallets: BTreeMap<u8, Wallet> = (0..3).map(|n| (n, Wallet::empty(user(n)))).collect();
        let mut model: BTreeMap<(u8, usize), i64> = BTreeMap::new();
        let mut posted = Vec::new();
        let mut lines: Vec<(UserId, WalletTransaction)> = Vec::new();
        for (number, asked) in moves.iter().enumerate() {
            let entry = asked.entry(number);
            let change = match asked.what {
                0 => asked.card,
                1 | 2 => -asked.wallet,
                3 | 5 => asked.wallet,
                _ => 0,
            };
            let holds = model.entry((asked.user, asked.currency)).or_default();
            let possible = *holds + change >= 0;
            if change != 0 {
                let wallet = wallets.get_mut(&asked.user).unwrap();
                match wallet.after(&entry) {
                    Ok((after, line)) => {
                        prop_assert!(possible);
                        *wallet = after;
                        lines.push((user(asked.user), line));
                    }
                    Err(WalletError::InsufficientFunds { available }) => {
                        prop_assert!(!possible);
                        prop_assert_eq!(available.minor, *holds);
                        continue;
                    }
                    Err(error) => return Err(TestCaseError::fail(error.to_string())),
                }
            }
            *holds += change;
            posted.push(entry);
        }

        let books = Books::of(&posted);
        for (currency, accounts) in &books.accounts {
            prop_assert_eq!(books.total(*currency).difference(), 0);
            let wallets = accounts.get("wallets").copied().unwrap_or_default();
            let held: i128 = books.wallets.iter().filter(|((_, of), _)| of == currency).map(|(_, sum)| sum).sum();
            prop_assert_eq!(-wallets.difference(), held, "the account of wallets is their sum");
        }
        for ((number, currency), expected) in &model {
            let currency = currencies()[*currency];
            let wallet = &wallets[number];
            prop_assert_eq!(wallet.balance(currency).minor, *expected);
            prop_assert!(*expected >= 0);
            let sum = books.wallets.get(&(wallet.user, currency)).copied().unwrap_or(0);
            prop_assert_eq!(sum, i128::from(*expected));
            let of_it = lines.iter().filter(|(of, line)| *of == wallet.user && line.amount.currency == currency);
            let mut left = 0;
            for (_, line) in of_it {
                left += line.amount.minor;
                prop_assert_eq!(line.balance_after.minor, left);
            }
            prop_assert_eq!(left, *expected);
        }

        let (one, other): (Vec<_>, Vec<_>) = posted.iter().enumerate().partition(|(at, _)| at % 2 == 0);
        let mut parts = Books::of(other.into_iter().map(|(_, entry)| entry));
        parts.merge(Books::of(one.into_iter().map(|(_, entry)| entry)));
        prop_assert_eq!(parts, books, "the order of entries does not matter");
    }
}
