//! Tests of what may be chosen.
