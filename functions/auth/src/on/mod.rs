//! What the service hears, one file for each thing.
