//! `/api/v1/payments` and `/api/v1/wallet`.

mod webhooks;
