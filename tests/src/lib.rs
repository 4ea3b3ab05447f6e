//! Tests of the whole, through the walk and over the wire.
