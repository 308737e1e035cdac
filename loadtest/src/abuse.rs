//! What attackers get: each attack is played from addresses of its own, with honest candidates beside it, and counted.
//!
//! In reading order: [`attack`] names the attacks, [`findings`] what is said of each; `browser` is what an attacker and a
//! candidate send, `captcha` and `solver` how captchas are answered, `people` who has accounts; `sign_ins`, `messages`,
//! `seats` and `pictures` play the attacks, `honest` whoever must lose nothing, and `play` all of it on one `stage`.

pub mod attack;
mod browser;
mod captcha;
pub mod findings;
mod honest;
mod messages;
mod people;
mod pictures;
pub mod play;
mod seats;
mod sign_ins;
mod solver;
mod stage;
