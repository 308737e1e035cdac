//! Stand-ins for third parties that check signatures like the real ones: for demos and tests, on loopback only.
