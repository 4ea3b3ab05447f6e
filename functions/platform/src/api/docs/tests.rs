use super::*;
use flate2::read::GzDecoder;
use std::io::Read;

fn page() -> String {
    let mut page = String::new();
    GzDecoder::new(PAGE).read_to_string(&mut page).unwrap();
    page
}

#[test]
fn every_problem_that_the_walk_answers_has_its_anchor() {
    let page = page();
    for row in edge::rows::ALL {
        let anchor = format!("<article id=\"{}\">", row.code);
        assert_eq!(
            page.matches(&anchor).count(),
            1,
            "{}: regenerate docs/openapi.json",
            row.code
        );
    }
}

/// The page without the texts of these elements, and how many there were. A script's own text may
/// name the element; only what closes it ends it.
fn without(mut page: String, element: &str) -> (String, usize) {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let mut found = 0;
    while let Some(from) = page.find(&open) {
        let to = from + page[from..].find(&close).unwrap() + close.len();
        page.replace_range(from..to, "");
        found += 1;
    }
    (page, found)
}

#[test]
fn the_page_fetches_nothing_from_elsewhere() {
    let markup = without(without(page(), "script").0, "style").0;
    assert!(
        markup.contains("id=\"reference\""),
        "the page lost its body"
    );
    for fetching in ["src=", "@import", "http:", "https:", "href=\"/"] {
        assert!(!markup.contains(fetching), "{fetching} in {markup}");
    }
}

#[test]
fn the_policy_names_the_scripts_that_stand_in_the_page() {
    let (page, scripts) = without(page(), "script");
    assert_eq!(scripts, built::SCRIPTS.split(' ').count());
    assert_eq!(without(page, "style").1, built::STYLES.split(' ').count());
    assert!(!policy("").contains("unsafe"));
}

#[test]
fn the_page_may_call_the_api_at_its_own_origin_and_at_the_stages() {
    assert!(
        policy("https://api.example.com/shop")
            .contains("connect-src 'self' https://api.example.com;")
    );
    assert!(policy("").contains("connect-src 'self';"));
}
