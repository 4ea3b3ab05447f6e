use super::*;

#[test]
fn a_quantity_is_at_least_one() {
    for json in ["1", "40", "4294967295"] {
        let quantity: Quantity = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&quantity).unwrap(), json);
    }
    for json in ["0", "-1", "1.5", "1.0", "4294967296", "\"1\"", "null"] {
        assert!(
            serde_json::from_str::<Quantity>(json).is_err(),
            "{json} was read"
        );
    }
    let most = Quantity::new(u64::from(u32::MAX)).unwrap();
    assert_eq!(most.checked_add(Quantity::ONE), None);
    assert_eq!(
        Quantity::ONE.checked_add(Quantity::ONE),
        Quantity::new(2).ok()
    );
}
