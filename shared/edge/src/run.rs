//! What a binary does: builds the service once, then serves.

use crate::clockwork::Clockwork;
use crate::endpoint::{App, Endpoint};
use crate::fallback::{self, Fallback};
use crate::log::Line;
use crate::records::{self, BatchConsumer, Consumer, Relay, Worker};
use crate::settings::Settings;
use crate::token::Verifier;
use crate::walk::Walk;
use aws::{Aws, Environment, StartError};
use aws_lambda_events::dynamodb::Event as StreamEvent;
use aws_lambda_events::sqs::SqsEvent;
use kernel::{Clock, SystemClock};
use lambda_http::{Body as RawBody, Request, Response};
use lambda_runtime::{LambdaEvent, service_fn};
use manifest::resources;
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Handler<In, Out> = Arc<dyn Fn(In) -> Boxed<Out> + Send + Sync>;
type Failure = lambda_runtime::Error;

/// Serves an endpoint.
pub fn run<E: Endpoint>() {
    started(
        E::ROW.name,
        Box::pin(async {
            let aws = Aws::connect(Environment::process()).await?;
            let settings = Settings::from_environment(aws.environment())?;
            // One after the other: side by side each would open a connection.
            let verifier = verifier(&aws, &settings, E::ROW.admits_tokens()).await?;
            let app = E::App::start(&aws).await?;
            let shared = Arc::new((Walk::<E>::new(settings, verifier), app));
            let handler: Handler<Request, Response<RawBody>> = Arc::new(move |request| {
                let shared = Arc::clone(&shared);
                Box::pin(async move { shared.0.answer(&shared.1, request).await })
            });
            serve_http(handler).await
        }),
    );
}

/// Serves the fallback.
pub fn run_fallback<F: Fallback>() {
    started(
        F::ROW.name,
        Box::pin(async {
            let settings = Settings::from_environment(&Environment::process())?;
            let handler: Handler<Request, Response<RawBody>> = Arc::new(move |request| {
                let response = fallback::answer::<F>(&settings, request);
                Box::pin(async move { response })
            });
            serve_http(handler).await
        }),
    );
}

/// Serves a consumer.
pub fn run_consumer<C: Consumer>() {
    started(
        C::ROW.name,
        Box::pin(async {
            let app = app::<C::App>().await?;
            serve(Arc::new(move |batch: SqsEvent| {
                let app = Arc::clone(&app);
                Box::pin(
                    async move { serde_json::to_value(records::consume::<C>(&app, batch).await) },
                )
            }))
            .await
        }),
    );
}

/// Serves a consumer of batches.
pub fn run_batch_consumer<C: BatchConsumer>() {
    started(
        C::ROW.name,
        Box::pin(async {
            let app = app::<C::App>().await?;
            serve(Arc::new(move |batch: SqsEvent| {
                let app = Arc::clone(&app);
                Box::pin(async move {
                    serde_json::to_value(records::consume_all::<C>(&app, batch).await)
                })
            }))
            .await
        }),
    );
}

/// Serves a worker.
pub fn run_worker<W: Worker>() {
    started(
        W::ROW.name,
        Box::pin(async {
            let app = app::<W::App>().await?;
            serve(Arc::new(move |batch: SqsEvent| {
                let app = Arc::clone(&app);
                Box::pin(async move { serde_json::to_value(records::work::<W>(&app, batch).await) })
            }))
            .await
        }),
    );
}

/// Serves the relay.
pub fn run_relay<R: Relay>() {
    started(
        R::ROW.name,
        Box::pin(async {
            let app = app::<R::App>().await?;
            serve(Arc::new(move |batch: StreamEvent| {
                let app = Arc::clone(&app);
                Box::pin(
                    async move { serde_json::to_value(records::relay::<R>(&app, batch).await) },
                )
            }))
            .await
        }),
    );
}

/// Serves a scheduled function.
pub fn run_clockwork<C: Clockwork>() {
    started(
        C::ROW.name,
        Box::pin(async {
            let app = app::<C::App>().await?;
            let handler = service_fn(move |_event: LambdaEvent<Value>| {
                let app = Arc::clone(&app);
                async move {
                    let (began, at) = (Instant::now(), SystemClock.now());
                    let outcome = C::run(&app, at).await;
                    let mut line = Line {
                        at: Some(at),
                        service: C::ROW.service,
                        function: C::ROW.name,
                        ..Line::default()
                    };
                    line.took = began.elapsed();
                    match &outcome {
                        Ok(done) => drop(line.more.insert("done".into(), (*done).into())),
                        Err(error) => line.error = Some(error.to_string()),
                    }
                    line.write();
                    outcome.map(|done| json!({ "done": done }))
                }
            });
            lambda_runtime::run(handler).await
        }),
    );
}

async fn app<A: App>() -> Result<Arc<A>, StartError> {
    let aws = Aws::connect(Environment::process()).await?;
    Ok(Arc::new(A::start(&aws).await?))
}

/// The verifier, with the public keys read while the function starts.
async fn verifier(aws: &Aws, settings: &Settings, needed: bool) -> Result<Verifier, StartError> {
    if !needed {
        return Ok(Verifier::none());
    }
    let table = aws.table(&resources::PLATFORM)?;
    Ok(Verifier::reading(
        table,
        &settings.issuer,
        &settings.audience,
        SystemClock.now(),
    )
    .await)
}

async fn serve_http(handler: Handler<Request, Response<RawBody>>) -> Result<(), Failure> {
    lambda_http::run(service_fn(move |request| {
        let answer = handler(request);
        async move { Ok::<_, std::convert::Infallible>(answer.await) }
    }))
    .await
}

async fn serve<In: serde::de::DeserializeOwned + Send + 'static>(
    handler: Handler<In, Result<Value, serde_json::Error>>,
) -> Result<(), Failure> {
    lambda_runtime::run(service_fn(move |event: LambdaEvent<In>| {
        let answer = handler(event.payload);
        async move { answer.await.map_err(Failure::from) }
    }))
    .await
}

/// Runs on one thread: a Lambda function answers one event at a time, and starts sooner this way.
fn started(name: &str, work: Pin<Box<dyn Future<Output = Result<(), Failure>>>>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = outcome {
        println!(
            "{}",
            json!({ "level": "ERROR", "function": name, "error": crate::log::chain(&*error), "phase": "start" })
        );
        std::process::exit(1);
    }
}
