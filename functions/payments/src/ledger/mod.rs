//! The ledger: what money moved, from where to where.
