use proptest::prelude::*;

use super::*;

/// Reads lanes to a list's end, a page after the other, each lane no further than `depth` at once.
fn paged(lanes: &[Vec<String>], descends: bool, limit: usize, depth: usize) -> Vec<String> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let read = |lane: &Vec<String>| {
            let behind = |place: &&String| match &after {
                None => true,
                Some(after) if descends => *place < after,
                Some(after) => *place > after,
            };
            let mut places: Vec<_> = lane.iter().filter(behind).cloned().collect();
            places.sort_unstable();
            if descends {
                places.reverse();
            }
            let more = places.len() > depth;
            places.truncate(depth);
            Lane {
                horizon: places.last().filter(|_| more).cloned(),
                places,
            }
        };
        let (page, next) = merged(lanes.iter().map(read).collect(), descends, limit);
        assert!(page.len() <= limit);
        all.extend(page);
        match next {
            Some(next) => {
                assert_ne!(Some(&next), after.as_ref(), "a page goes on");
                after = Some(next);
            }
            None => return all,
        }
    }
}

proptest! {
    /// However far each partition is read at once, a list has every place, once and in order.
    #[test]
    fn pages_of_all_partitions_are_the_whole_list_in_order(
        places in proptest::collection::btree_map("[a-e]{1,4}", 0_usize..4, 0..60),
        descends: bool,
        limit in 1_usize..8,
        depth in 1_usize..8,
    ) {
        let mut lanes = vec![Vec::new(); 4];
        for (place, lane) in &places {
            lanes[*lane].push(place.clone());
        }
        let mut whole: Vec<_> = places.into_keys().collect();
        if descends {
            whole.reverse();
        }
        prop_assert_eq!(paged(&lanes, descends, limit, depth), whole);
    }
}

#[test]
fn the_id_of_a_place_stands_behind_its_word() {
    let id = UserId::derive("", "ann");
    for word in ["", "ann", "ann lee", "2026-11-27T19:00:00.000Z"] {
        assert_eq!(id_of(&format!("{word}{SEPARATOR}{id}")), Some(id));
    }
    assert_eq!(id_of("ann"), None);
}

#[test]
fn every_list_has_an_index() {
    let by = |by: By, role, status| Listing {
        by,
        role,
        status,
        after: None,
        limit: 1,
    };
    for (listing, name, partitions) in [
        (by(By::Created, None, None), "users-by-created", 4),
        (
            by(By::Created, Some(Role::User), None),
            "users-by-created",
            4,
        ),
        (
            by(By::Created, Some(Role::Admin), None),
            "staff-by-created",
            1,
        ),
        (
            by(By::Created, None, Some(Status::Active)),
            "users-by-created",
            4,
        ),
        (
            by(By::Created, None, Some(Status::Erased)),
            "inactive-by-created",
            1,
        ),
        (
            by(By::Email("a".into()), Some(Role::Admin), None),
            "users-by-email",
            4,
        ),
        (by(By::Name("a".into()), None, None), "users-by-name", 4),
    ] {
        let (index, lanes) = lanes(&listing).unwrap();
        assert_eq!((index.name, lanes.len()), (name, partitions), "{listing:?}");
    }
}
