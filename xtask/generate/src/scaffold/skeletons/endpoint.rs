//! `METHOD PATH`: say in a sentence what it does.

use super::Service;
use edge::{Call, Doc, Endpoint, NoContent, ObjectParams, Problem, Shopper};
use manifest::{Route, routes};

/// `METHOD PATH`
pub struct Skeleton;

impl Endpoint for Skeleton {
    const ROW: &'static Route = &routes::PRODUCTS_GET;
    const DOC: Doc = Doc {
        summary: "",
        detail: "",
        problems: &[],
    };
    type App = Service;
    type Caller = Shopper;
    type Params = ObjectParams<String>;
    type Query = ();
    type Body = ();
    type Reply = NoContent;

    async fn call(_service: &Service, _call: Call<Self>) -> Result<Self::Reply, Problem> {
        todo!("what it answers")
    }
}
