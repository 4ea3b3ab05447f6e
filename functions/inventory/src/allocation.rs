//! Which buckets units are taken of, and how they are spread.

use kernel::ReservationId;

use crate::reservation::Part;
use crate::stock::{MAX_ON_HAND, Stock};

/// The bucket that a reservation tries first, of so many: it follows from the last bits of its id,
/// which are random, so that buyers spread over the buckets.
pub fn first_bucket(id: ReservationId, of: u8) -> u8 {
    let byte = id.uuid().as_bytes().last().copied().unwrap_or(0);
    byte % of.max(1)
}

/// The buckets that so many units are taken of: one that has them all, where there is one, or as
/// few as will do. None when there are too few that nobody holds.
pub fn allocate(stock: &Stock, quantity: u64, first: u8) -> Option<Vec<Part>> {
    let part = |bucket, quantity| Part {
        sku: stock.head.sku.clone(),
        bucket,
        quantity,
    };
    let count = stock.buckets.len();
    let in_turn =
        (0..count).filter_map(|step| stock.buckets.get((step + usize::from(first)) % count));
    let mut in_turn: Vec<_> = in_turn.collect();
    if let Some(bucket) = in_turn.iter().find(|bucket| bucket.free >= quantity) {
        return Some(vec![part(bucket.number, quantity)]);
    }
    in_turn.sort_by_key(|bucket| std::cmp::Reverse(bucket.free));
    let mut missing = quantity;
    let mut parts = Vec::new();
    for bucket in in_turn {
        let taken = bucket.free.min(missing);
        if taken == 0 {
            break;
        }
        parts.push(part(bucket.number, taken));
        missing -= taken;
    }
    (missing == 0).then_some(parts)
}

/// How staff change what is on hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// To this many units.
    OnHand(u64),
    /// By so many.
    By(i64),
}

/// Why stock cannot be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// There would be fewer units than are held.
    BelowReserved,
    /// There would be more units than are ever counted.
    TooMany,
    /// It can be so once ended holds are taken away that stand on so many units.
    Reclaim(u64),
}

/// By how much what is free in each bucket changes, in the order of the buckets, so that the SKU's
/// stock changes as asked: more comes into the emptiest, fewer are taken of the fullest. With
/// another `spread` what is free comes to lie evenly over so many buckets.
///
/// # Errors
/// Fewer units than are held; more than are ever counted.
pub fn levelled(stock: &Stock, amount: Option<Amount>, spread: u8) -> Result<Vec<i64>, Unfit> {
    let on_hand = i128::from(stock.on_hand());
    let by = match amount {
        None => 0,
        Some(Amount::OnHand(wanted)) => i128::from(wanted) - on_hand,
        Some(Amount::By(by)) => i128::from(by),
    };
    if on_hand + by > i128::from(MAX_ON_HAND) {
        return Err(Unfit::TooMany);
    }
    if i128::from(stock.available()) + by < 0 {
        return Err(Unfit::BelowReserved);
    }
    let Ok(total) = u64::try_from(i128::from(stock.free()) + by) else {
        let missing = -(i128::from(stock.free()) + by);
        return Err(Unfit::Reclaim(u64::try_from(missing).unwrap_or(u64::MAX)));
    };
    let over = usize::from(spread.max(1));
    let mut free: Vec<u64> = stock.buckets.iter().map(|bucket| bucket.free).collect();
    free.resize(free.len().max(over), 0);
    let mut wanted = free.clone();
    if spread != stock.head.spread {
        wanted.fill(0);
        pour(wanted.get_mut(..over).unwrap_or_default(), total);
    } else if by >= 0 {
        let more = total.saturating_sub(stock.free());
        pour(wanted.get_mut(..over).unwrap_or_default(), more);
    } else {
        drain(&mut wanted, stock.free().saturating_sub(total));
    }
    let changes = wanted.iter().zip(free);
    Ok(changes
        .map(|(wanted, free)| wanted.cast_signed() - free.cast_signed())
        .collect())
}

/// Puts so many units into the emptiest buckets, which come to be level.
fn pour(buckets: &mut [u64], units: u64) {
    let below = |level: u64| {
        buckets
            .iter()
            .map(|free| level.saturating_sub(*free))
            .sum::<u64>()
    };
    // The highest level that the units fill every lower bucket to.
    let level = last_that(2 * MAX_ON_HAND, |level| below(level) <= units);
    let mut rest = units - below(level);
    for free in buckets {
        let more = u64::from(*free <= level && rest > 0);
        rest -= more;
        *free = level.max(*free) + more;
    }
}

/// Takes so many units of the fullest buckets, which come to be level. There must be as many.
fn drain(buckets: &mut [u64], units: u64) {
    let above = |level: u64| {
        buckets
            .iter()
            .map(|free| free.saturating_sub(level))
            .sum::<u64>()
    };
    // The level just above the lowest that the units are enough to take every fuller bucket to.
    let level = last_that(MAX_ON_HAND, |level| above(level) >= units);
    let mut spare = above(level) - units;
    for free in buckets {
        let kept = spare.min(free.saturating_sub(level));
        spare -= kept;
        *free = level.min(*free) + kept;
    }
}

/// The last number up to a limit of which something holds that holds of 0 and of all up to there.
fn last_that(limit: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, limit);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if holds(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stock::{Bucket, ExpiredHold};
    use kernel::Sku;
    use proptest::prelude::*;

    fn stock(free: &[u64], reserved: u64) -> Stock {
        let mut stock = Stock::new(Sku::parse("LAMP").unwrap());
        let bucket = |(number, &free): (usize, &u64)| Bucket {
            free,
            reserved: if number == 0 { reserved } else { 0 },
            ..Bucket::empty(u8::try_from(number).unwrap())
        };
        stock.buckets = free.iter().enumerate().map(bucket).collect();
        stock.head.spread = u8::try_from(free.len()).unwrap();
        stock
    }

    #[test]
    fn a_hold_takes_one_bucket_where_one_is_enough_and_several_where_none_is() {
        let parts = |free: &[u64], quantity, first| {
            let parts = allocate(&stock(free, 0), quantity, first)?;
            Some(
                parts
                    .iter()
                    .map(|p| (p.bucket, p.quantity))
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(parts(&[5, 5, 5], 3, 1), Some(vec![(1, 3)]));
        assert_eq!(parts(&[5, 2, 5], 3, 1), Some(vec![(2, 3)]));
        assert_eq!(parts(&[5, 2, 1], 3, 1), Some(vec![(0, 3)]));
        assert_eq!(parts(&[4, 2, 3], 8, 0), Some(vec![(0, 4), (2, 3), (1, 1)]));
        assert_eq!(parts(&[4, 0, 3], 7, 0), Some(vec![(0, 4), (2, 3)]));
        assert_eq!(parts(&[4, 2, 3], 10, 0), None);
    }

    #[test]
    fn staff_never_take_what_is_held() {
        let mut held = stock(&[2], 3);
        assert_eq!(levelled(&held, Some(Amount::OnHand(3)), 1), Ok(vec![-2]));
        assert_eq!(
            levelled(&held, Some(Amount::OnHand(2)), 1),
            Err(Unfit::BelowReserved)
        );
        assert_eq!(
            levelled(&held, Some(Amount::By(i64::MIN)), 1),
            Err(Unfit::BelowReserved)
        );
        assert_eq!(
            levelled(&held, Some(Amount::By(i64::MAX)), 1),
            Err(Unfit::TooMany)
        );
        held.expired.push(ExpiredHold {
            reservation: ReservationId::derive("", "late"),
            bucket: 0,
            quantity: 2,
        });
        assert_eq!(
            levelled(&held, Some(Amount::OnHand(2)), 1),
            Err(Unfit::Reclaim(1))
        );
    }

    #[test]
    fn more_comes_into_the_emptiest_and_fewer_are_taken_of_the_fullest() {
        let after = |free: &[u64], by| {
            let changes = levelled(
                &stock(free, 0),
                Some(Amount::By(by)),
                stock(free, 0).head.spread,
            );
            let free = free.iter().zip(changes.unwrap());
            free.map(|(free, change)| free.strict_add_signed(change))
                .collect::<Vec<_>>()
        };
        assert_eq!(after(&[9, 0, 3], 5), [9, 4, 4]);
        assert_eq!(after(&[0, 0, 0], 5), [2, 2, 1]);
        assert_eq!(after(&[9, 0, 3], -7), [3, 0, 2]);
        assert_eq!(after(&[4, 4, 4], -5), [3, 2, 2]);
    }

    proptest! {
        #[test]
        fn units_are_neither_lost_nor_made(
            free in prop::collection::vec(0u64..50, 1..16),
            by in -100i64..100,
            spread in 1u8..16,
        ) {
            let before = stock(&free, 0);
            let Ok(changes) = levelled(&before, Some(Amount::By(by)), spread) else {
                prop_assert!(before.free().cast_signed() + by < 0);
                return Ok(());
            };
            let free = |n: usize| free.get(n).copied().unwrap_or(0).cast_signed();
            let after: Vec<i64> = changes.iter().enumerate().map(|(n, by)| free(n) + by).collect();
            prop_assert!(after.iter().all(|free| *free >= 0));
            prop_assert_eq!(after.iter().sum::<i64>(), before.free().cast_signed() + by);
            if spread == before.head.spread {
                prop_assert!(changes.iter().all(|change| change * by >= 0), "{changes:?}");
            } else {
                let (spread_over, left) = after.split_at(usize::from(spread));
                prop_assert!(left.iter().all(|&free| free == 0));
                let (least, most) = (spread_over.iter().min(), spread_over.iter().max());
                prop_assert!(most.unwrap() - least.unwrap() <= 1);
            }
        }
    }
}
