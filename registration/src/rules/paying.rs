//! What becomes of money: pure rules of one attempt to pay, of one refund, of settling what came, and of when to ask
//! again. Whatever is heard, from whomever, goes through these; stores and channels are elsewhere.

pub mod attempt;
pub mod refund;
pub mod schedule;
pub mod settling;

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
