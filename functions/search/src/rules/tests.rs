use super::*;

fn rule(number: u32, effect: Effect) -> Rule {
    Rule {
        id: RuleId::derive("", &number.to_string()),
        effect,
        enabled: true,
        note: None,
        version: 1,
        created_at: Timestamp::from_seconds(number.into()),
        updated_at: Timestamp::from_seconds(number.into()),
    }
}

fn trigger(query: &str, matching: Matching) -> Trigger {
    Trigger {
        query: query.to_owned(),
        matching,
    }
}

fn synonym(terms: &[&str], one_way: bool) -> Effect {
    Effect::Synonym {
        terms: terms.iter().map(|term| (*term).to_owned()).collect(),
        one_way,
    }
}

fn product(name: &str) -> ProductId {
    ProductId::derive("", name)
}

/// `term>other|another` of each expansion.
fn expansions(rules: &RuleSet, query: &str) -> Vec<String> {
    let expansions = rules.applied(query).expansions;
    let text = |expansion: &Expansion| {
        let others: Vec<_> = expansion.alternatives.iter().map(|t| t.join(" ")).collect();
        format!("{}>{}", expansion.term.join(" "), others.join("|"))
    };
    expansions.iter().map(text).collect()
}

#[test]
fn words_are_folded_and_without_what_stands_between_them() {
    for (text, expected) in [
        ("Coffee-Machine", "coffee machine"),
        ("  STRASSE  straße ", "strasse strasse"),
        ("\"a\" AND (b OR c*)", "a and b or c"),
        ("ﬁlter №5", "filter no5"),
        ("…", ""),
        ("", ""),
    ] {
        assert_eq!(words(text).join(" "), expected, "{text:?}");
    }
}

#[test]
fn synonyms_hold_for_each_term_of_a_query_in_both_directions_or_in_one() {
    let both = RuleSet::new([rule(1, synonym(&["sofa", "couch", "love seat"], false))]);
    for (query, expected) in [
        ("red Sofa", &["sofa>couch|love seat"][..]),
        ("love-seat", &["love seat>sofa|couch"]),
        ("love the seat", &[]),
        ("sofabed", &[]),
        (
            "sofa couch",
            &["sofa>couch|love seat", "couch>sofa|love seat"],
        ),
    ] {
        assert_eq!(expansions(&both, query), expected, "{query}");
    }
    let one_way = RuleSet::new([rule(1, synonym(&["laptop", "notebook"], true))]);
    assert_eq!(expansions(&one_way, "laptop"), ["laptop>notebook"]);
    assert!(expansions(&one_way, "notebook").is_empty());
}

#[test]
fn a_trigger_is_all_of_a_query_or_a_phrase_of_it() {
    let cases = [
        (Matching::Exact, "desk lamp", true),
        (Matching::Exact, "Desk-Lamp!", true),
        (Matching::Exact, "desk lamp black", false),
        (Matching::Phrase, "black desk lamp", true),
        (Matching::Phrase, "desk black lamp", false),
        (Matching::Phrase, "desk lamps", false),
        (Matching::Exact, "", false),
    ];
    for (matching, query, met) in cases {
        let rules = RuleSet::new([rule(
            1,
            Effect::Redirect {
                when: trigger("desk lamp", matching),
                url: "/lamps".to_owned(),
            },
        )]);
        let applied = rules.applied(query);
        assert_eq!(applied.redirect.is_some(), met, "{matching:?} {query}");
        assert_eq!(
            applied.rules.len(),
            usize::from(met),
            "{matching:?} {query}"
        );
    }
    let blank = trigger("…", Matching::Phrase);
    assert!(!blank.is_met_by(&words("anything")));
}

#[test]
fn pins_stand_in_the_order_of_their_rules_and_each_product_once() {
    let pin = |number, names: &[&str]| {
        rule(
            number,
            Effect::Pin {
                when: trigger("lamp", Matching::Phrase),
                products: names.iter().map(|name| product(name)).collect(),
            },
        )
    };
    // Given in another order than they were made in.
    let rules = RuleSet::new([pin(2, &["b", "c"]), pin(1, &["a", "b"])]);
    let applied = rules.applied("a lamp");
    assert_eq!(applied.pins, [product("a"), product("b"), product("c")]);
    assert_eq!(applied.rules.len(), 2);
}

#[test]
fn a_boost_without_a_query_holds_for_all_and_the_older_redirect_wins() {
    let boost = Effect::Boost {
        when: None,
        of: Boosted::Brand("Lanternfold".to_owned()),
        factor: 2.0,
    };
    let redirect = |url: &str| Effect::Redirect {
        when: trigger("returns", Matching::Exact),
        url: url.to_owned(),
    };
    let rules = RuleSet::new([
        rule(3, redirect("/new")),
        rule(2, redirect("/old")),
        rule(1, boost),
    ]);
    let applied = rules.applied("returns");
    assert_eq!(applied.redirect.as_deref(), Some("/old"));
    assert_eq!(applied.boosts[0].factor, 2.0);
    assert_eq!(applied.rules.len(), 2, "the newer redirect says nothing");
    assert_eq!(rules.applied("").boosts.len(), 1);
}

#[test]
fn a_rule_that_is_switched_off_says_nothing() {
    let mut off = rule(1, synonym(&["a", "b"], false));
    off.enabled = false;
    assert_eq!(RuleSet::new([off]).applied("a"), Applied::default());
}

#[test]
fn an_effect_reads_back_as_itself() {
    let effects = [
        synonym(&["a", "b"], true),
        Effect::Pin {
            when: trigger("lamp", Matching::Phrase),
            products: vec![product("a")],
        },
        Effect::Boost {
            when: None,
            of: Boosted::Category(CategoryId::derive("", "lamps")),
            factor: 0.5,
        },
        Effect::Redirect {
            when: trigger("lamp", Matching::Exact),
            url: "https://example.com/lamps".to_owned(),
        },
    ];
    for effect in effects {
        let text = serde_json::to_string(&effect).unwrap();
        assert_eq!(
            serde_json::from_str::<Effect>(&text).unwrap(),
            effect,
            "{text}"
        );
    }
}
