use super::*;

/// A copy of the manifest's sources in a folder of the test's own.
fn copy(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("scaffold-{test}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let to = folder.join("shared/manifest/src");
    fs::create_dir_all(&to).unwrap();
    for file in ["routes.rs", "consumers.rs", "schedules.rs", "resources.rs"] {
        fs::copy(
            crate::root().join("shared/manifest/src").join(file),
            to.join(file),
        )
        .unwrap();
    }
    folder
}

fn read(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).unwrap()
}

#[test]
fn an_endpoint_gets_its_row_beside_its_service_s_others() {
    let root = copy("endpoint");
    let done = start(
        &root,
        "categories-get",
        Some(("GET", "/api/v1/categories/{id}")),
    )
    .unwrap();
    assert!(
        done.iter().any(|line| line.contains("cargo xtask gen")),
        "{done:?}"
    );
    let routes = read(&root, "shared/manifest/src/routes.rs");
    let products = routes
        .split("\n    products {\n")
        .nth(1)
        .unwrap()
        .split("\n    }\n")
        .next()
        .unwrap();
    assert!(
        products.contains("CATEGORIES_GET  GET  \"/api/v1/categories/{id}\"  Public  Browse;"),
        "{products}"
    );
    let resources = read(&root, "shared/manifest/src/resources.rs");
    let grants = resources
        .split("\ngrants! {\n")
        .nth(1)
        .unwrap()
        .split("\n}\n")
        .next()
        .unwrap();
    assert!(grants.contains("routes::CATEGORIES_GET:  Reads(&PRODUCTS);"));
    let code = read(&root, "functions/products/src/api/categories_get.rs");
    for line in [
        "//! `GET /api/v1/categories/{id}`: say in a sentence what it does.",
        "use crate::Products;",
        "use edge::{Anyone, Call, Doc, Endpoint, NoContent, ObjectParams, Problem};",
        "    const ROW: &'static Route = &routes::CATEGORIES_GET;",
        "    type Params = ObjectParams<String>;",
    ] {
        assert!(
            code.lines().any(|it| it == line),
            "{line} is not in\n{code}"
        );
    }
    let binary = read(&root, "functions/products/src/bin/categories-get.rs");
    assert!(
        binary.contains("edge::run::<products::api::CategoriesGet>()"),
        "{binary}"
    );
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn a_new_service_gets_a_block_of_its_own() {
    let root = copy("service");
    start(&root, "reviews-write", Some(("POST", "/api/v1/reviews"))).unwrap();
    let routes = read(&root, "shared/manifest/src/routes.rs");
    assert!(routes.contains("\n    reviews {\n        REVIEWS_WRITE  POST  \"/api/v1/reviews\"  Shopper  Write;\n    }\n}\n"));
    let code = read(&root, "functions/reviews/src/api/write.rs");
    for line in [
        "pub struct WriteReviews;",
        "    type Params = ();",
        "    type Caller = Shopper;",
    ] {
        assert!(
            code.lines().any(|it| it == line),
            "{line} is not in\n{code}"
        );
    }
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn consumers_and_schedules_join_their_lists() {
    let root = copy("lists");
    start(&root, "products-on-review-published", None).unwrap();
    start(&root, "products-sweep-holds", None).unwrap();
    let consumers = read(&root, "shared/manifest/src/consumers.rs");
    assert!(consumers.contains("name: function_name!(PRODUCTS_ON_REVIEW_PUBLISHED)"));
    assert!(
        consumers.contains(", &PRODUCTS_ON_REVIEW_PUBLISHED];"),
        "{consumers}"
    );
    let schedules = read(&root, "shared/manifest/src/schedules.rs");
    assert!(
        schedules.contains(", &PRODUCTS_SWEEP_HOLDS];"),
        "{schedules}"
    );
    let consumer = read(&root, "functions/products/src/on/review_published.rs");
    assert!(
        consumer.contains("pub struct ReviewPublished;"),
        "{consumer}"
    );
    fs::remove_dir_all(root).unwrap();
}

#[test]
fn what_is_taken_or_malformed_is_refused() {
    let root = copy("refused");
    for (name, route) in [
        ("products-list", Some(("GET", "/api/v1/other"))),
        ("products-all", Some(("GET", "/api/v1/products"))),
        ("products-patch", Some(("PATCH", "/api/v1/products"))),
        ("products-slash", Some(("GET", "/api/v1/other/"))),
        ("Products-List", None),
        ("products", None),
        ("products--list", None),
    ] {
        assert!(start(&root, name, route).is_err(), "{name}");
    }
    fs::remove_dir_all(root).unwrap();
}
