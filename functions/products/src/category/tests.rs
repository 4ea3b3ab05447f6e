use super::*;
use proptest::prelude::*;

fn id(name: &str) -> CategoryId {
    CategoryId::derive("", name)
}

fn category(name: &str, parent: Option<&str>) -> Category {
    Category {
        id: id(name),
        name: name.into(),
        slug: Slug::parse(name).unwrap(),
        parent_id: parent.map(id),
        version: 1,
        closing_until: None,
        created_at: Timestamp::MIN,
        updated_at: Timestamp::MIN,
    }
}

/// `a` holds `b` and `d`, `b` holds `c`; `e` stands alone.
fn tree() -> Tree {
    Tree::new(
        7,
        [
            category("c", Some("b")),
            category("a", None),
            category("b", Some("a")),
            category("e", None),
            category("d", Some("a")),
        ],
    )
}

#[test]
fn a_category_cannot_hang_below_itself() {
    let tree = tree();
    for (moved, parent, expected) in [
        ("a", Some("a"), Err(Misplaced::Cycle)),
        ("a", Some("c"), Err(Misplaced::Cycle)),
        ("a", Some("e"), Ok(())),
        ("c", Some("a"), Ok(())),
        ("b", None, Ok(())),
        ("b", Some("nowhere"), Err(Misplaced::NoParent)),
    ] {
        assert_eq!(
            tree.may_hang(Some(id(moved)), parent.map(id)),
            expected,
            "{moved} {parent:?}"
        );
    }
    assert_eq!(tree.may_hang(None, Some(id("c"))), Ok(()));
}

#[test]
fn the_tree_is_only_so_deep() {
    let name = |level: usize| format!("l{level}");
    let chain = (0..DEPTH_MAX).map(|level| {
        let parent = level.checked_sub(1).map(name);
        category(&name(level), parent.as_deref())
    });
    let tree = Tree::new(
        1,
        chain.chain([category("one", None), category("two", Some("one"))]),
    );
    let last = Some(id(&name(DEPTH_MAX - 1)));
    let above = Some(id(&name(DEPTH_MAX - 2)));
    assert_eq!(tree.may_hang(None, last), Err(Misplaced::TooDeep));
    assert_eq!(tree.may_hang(None, above), Ok(()));
    assert_eq!(
        tree.may_hang(Some(id("one")), above),
        Err(Misplaced::TooDeep)
    );
    assert_eq!(tree.may_hang(Some(id("two")), above), Ok(()));
}

#[test]
fn paths_descendants_and_totals_follow_the_tree() {
    let tree = tree();
    let slugs: Vec<_> = tree.path(id("c")).iter().map(|c| c.slug.as_str()).collect();
    assert_eq!(slugs, ["a", "b", "c"]);
    let mut below = tree.with_descendants(id("a"));
    below.sort();
    let mut expected = vec![id("a"), id("b"), id("c"), id("d")];
    expected.sort();
    assert_eq!(below, expected);
    assert!(tree.with_descendants(id("nowhere")).is_empty());
    let own = HashMap::from([(id("c"), 2), (id("d"), 3), (id("e"), 5), (id("gone"), 9)]);
    let totals = tree.totals(&own);
    assert_eq!(totals[&id("a")], 5);
    assert_eq!(totals[&id("b")], 2);
    assert_eq!(totals[&id("e")], 5);
    assert_eq!(tree.children(None), [id("a"), id("e")]);
}

proptest! {
    /// Moves that are allowed never make a circle: every category still hangs on the top.
    #[test]
    fn allowed_moves_keep_a_tree(
        count in 1_usize..12,
        moves in proptest::collection::vec((0_usize..12, proptest::option::of(0_usize..12)), 0..40)
    ) {
        let name = |n: usize| format!("n{n}");
        let mut tree = Tree::new(0, (0..count).map(|n| category(&name(n), None)));
        for (moved, parent) in moves {
            let (moved, parent) = (id(&name(moved % count)), parent.map(|p| id(&name(p % count))));
            if tree.may_hang(Some(moved), parent).is_ok() {
                let mut category = tree.get(moved).unwrap().clone();
                category.parent_id = parent;
                tree = tree.with(category);
            }
            let tops = tree.children(None).to_vec();
            let reached: usize = tops.iter().map(|&top| tree.with_descendants(top).len()).sum();
            prop_assert_eq!(reached, count);
        }
    }
}
