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
        assert_eq!(page.matches(&anchor).count(), 1, "{}: regenerate docs/openapi.json", row.code);
    }
}

#[test]
fn the_page_fetches_nothing_from_elsewhere() {
    let page = page();
    let markup = [("<script>", "</script>"), ("<style>", "</style>")].iter().fold(
        page,
        |mut page, (open, close)| {
            while let Some(from) = page.find(open) {
                let to = from + page[from..].find(close).unwrap() + close.len();
                page.replace_range(from..to, "");
            }
            page
        },
    );
    assert!(markup.contains("id=\"reference\""), "the page lost its body");
    for fetching in ["src=", "@import", "http:", "https:", "href=\"/"] {
        assert!(!markup.contains(fetching), "{fetching} in {markup}");
    }
}

#[test]
fn the_policy_names_the_scripts_that_stand_in_the_page() {
    assert_eq!(page().matches("<script>").count(), built::SCRIPTS.split(' ').count());
    assert_eq!(page().matches("<style>").count(), built::STYLES.split(' ').count());
    assert!(!policy("").contains("unsafe"));
}

#[test]
fn the_page_may_call_the_api_at_its_own_origin_and_at_the_stages() {
    assert!(policy("https://api.example.com/shop").contains("connect-src 'self' https://api.example.com;"));
    assert!(policy("").contains("connect-src 'self';"));
}
