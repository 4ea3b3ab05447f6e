//! What services tell each other.
