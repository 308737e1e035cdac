//! What becomes of money: pure rules of one attempt to pay, of one refund, of settling what came, of giving up what was
//! paid for, and of when to ask again. Whatever is heard, from whomever, goes through these; stores and channels are elsewhere.

pub mod attempt;
pub mod refund;
pub mod schedule;
pub mod settling;
pub mod withdrawal;

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
