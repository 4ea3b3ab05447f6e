//! Writes everything that follows from the manifest.
