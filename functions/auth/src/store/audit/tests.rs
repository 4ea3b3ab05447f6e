use super::*;

#[test]
fn months_go_back_over_the_turn_of_the_year() {
    let at = Timestamp::parse("2026-02-28T23:59:59.999Z").unwrap();
    let mut months = vec![month(at)];
    for _ in 0..3 {
        months.push(month_before(&months[months.len() - 1]));
    }
    assert_eq!(months, ["2026-02", "2026-01", "2025-12", "2025-11"]);
}
