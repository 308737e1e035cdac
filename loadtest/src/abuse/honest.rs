//! Honest candidates beside an attack: they sign in, on the device that they always have and on another one, from a network
//! of their own and from the attacker's; they ask for codes, and one takes a seat. Nothing of it may be lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::attack::Attack;
use super::browser::Browser;
use super::captcha::Means;
use super::findings::Tally;
use super::messages::bomb;
use super::people::{Member, home};
use super::seats;
use super::sign_ins::{End, sign_in};
use super::stage::Stage;
use crate::server::accounts::Person;

/// Between two acts of one.
const PAUSE: Duration = Duration::from_millis(300);
/// How often, and after how long, a form is sent again that came too soon.
const RETRIES_MAX: usize = 5;
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What candidate `place` does until it is over.
pub(super) async fn come(stage: &Stage, attack: Attack, place: usize, until: Instant, tally: &Arc<Tally>) {
    let Some(member) = stage.honest.get(place) else { return };
    if attack == Attack::Farm {
        take_a_seat(stage, member, tally).await;
    }
    for round in 0_u64.. {
        if attack == Attack::Messages && round % 4 == 0 {
            ask_for_a_code(stage, place, round, tally).await;
        }
        enter(stage, member, (attack, round), tally).await;
        if Instant::now() >= until {
            break;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Signs in: on the own device in even rounds, else on one that nobody knows; every other time beside the attacker.
async fn enter(stage: &Stage, member: &Member, (attack, round): (Attack, u64), tally: &Arc<Tally>) {
    let is_known = round % 2 == 0;
    // The attacker's very address: a school shares one.
    let from = if round % 4 < 2 { member.from } else { attack.address(round / 4) };
    let cookies = if is_known { member.device() } else { Vec::new() };
    let mut browser = Browser::new(&stage.target, from, tally).with(cookies);
    let (login, password) = (member.person.document(), member.person.password());
    let begun = Instant::now();
    let (mut end, mut captchas) =
        sign_in((&mut browser, &stage.exam), (&login, &password), Means::Sums, &stage.unseen).await;
    for _ in 0..RETRIES_MAX {
        if end != End::Waits {
            break;
        }
        // The address asks too often: the page says so, keeps what was typed, and people send it again.
        tokio::time::sleep(RETRY_AFTER).await;
        let (next, more) = sign_in((&mut browser, &stage.exam), (&login, &password), Means::Sums, &stage.unseen).await;
        (end, captchas) = (next, captchas + more);
    }
    let device = if is_known { "known" } else { "new" };
    let went = if end == End::In { Ok(()) } else { Err(format!("signing in on a {device} device: {}", end.as_str())) };
    tally.honest(begun.elapsed(), captchas, is_known, went);
}

async fn ask_for_a_code(stage: &Stage, place: usize, round: u64, tally: &Arc<Tally>) {
    let person = Person::of(stage.seed ^ 0x5eed, place as u64 * 10_000 + round);
    let begun = Instant::now();
    let sent = bomb(&stage.target, &stage.exam, home(60_000 + place as u64), person, Means::Sums, &stage.unseen).await;
    let went = if sent { Ok(()) } else { Err("asking for a code: none was sent".to_owned()) };
    tally.honest(begun.elapsed(), 0, false, went);
}

/// Signs in anew first: of all their sign-ins the server keeps the latest ones only.
async fn take_a_seat(stage: &Stage, member: &Member, tally: &Arc<Tally>) {
    let begun = Instant::now();
    let mut browser = Browser::new(&stage.target, member.from, tally).with(member.device());
    let (login, password) = (member.person.document(), member.person.password());
    let (end, captchas) = sign_in((&mut browser, &stage.exam), (&login, &password), Means::Sums, &stage.unseen).await;
    let went = match end {
        End::In => seats::take(&mut browser, &stage.exam).await.map(drop),
        end => Err(format!("not signed in: {}", end.as_str())),
    };
    tally.honest(begun.elapsed(), captchas, true, went.map_err(|why| format!("taking a seat: {why}")));
}
