//! The hold engine: Redis decides who gets a seat, Postgres remembers it.
//!
//! In reading order: [`ids`], [`hold`], [`sitting`], [`waiting_list`] and [`waiting_room`] are plain types; [`engine`] is the only
//! door to seats; [`pool`] is what changes together, as this process knows it; [`store`] is Redis and [`ledger`] Postgres, [`tls`] how either is
//! reached over other people's networks; [`sync`] carries events from one to
//! the other and [`restore`] goes the other way; [`api`] is the JSON API.

pub mod api;
pub mod engine;
pub mod hold;
pub mod ids;
pub mod ledger;
pub mod pool;
pub mod restore;
pub mod sitting;
pub mod store;
pub mod sync;
pub mod tls;
pub mod waiting_list;
pub mod waiting_room;
