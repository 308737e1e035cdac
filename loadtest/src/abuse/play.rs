//! Plays attacks one after the other, each for its time, with honest candidates beside it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, future, stream};

use super::attack::Attack;
use super::browser::Browser;
use super::captcha::Means;
use super::findings::{Finding, Findings, Tally};
use super::people::{Member, home, sign_up};
use super::stage::Stage;
use super::{honest, messages, pictures, seats, sign_ins};
use crate::cli::AbuseArgs;
use crate::server::accounts::{AccountsError, Person};
use crate::server::target::{Target, TargetError};

/// Pause of an attacker who was told to wait, or who has to.
const PAUSE: Duration = Duration::from_millis(50);

/// Why nothing could be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The server cannot be a target.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The server makes no accounts.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
}

/// Plays what was asked for.
///
/// # Errors
/// When the server cannot be attacked: it is another machine, or makes no accounts.
pub async fn play(arguments: &AbuseArgs, step: impl Fn()) -> Result<Findings, PlayError> {
    // Another machine is never a target: nobody's consent makes an attack on it ours to play.
    let target = Target::resolve(&arguments.url, false).await?;
    let began = jiff::Timestamp::now();
    let seed = arguments.seed.unwrap_or_else(|| u64::try_from(began.as_nanosecond()).unwrap_or_default() >> 10);
    let unseen = Arc::new(Tally::new(Duration::ZERO));
    let mut stage = Stage {
        target,
        exam: arguments.exam.clone(),
        seed,
        honest: Vec::new(),
        victims: Vec::new(),
        at_once: arguments.at_once,
        lasts: arguments.lasts,
        unseen,
    };
    stage.honest = stage.members(0, arguments.honest).await?;
    stage.victims = stage.members(10_000, arguments.victims).await?;
    step();
    let attacks = if arguments.only.is_empty() { Attack::ALL.to_vec() } else { arguments.only.clone() };
    let mut findings = Findings {
        url: stage.target.url.clone(),
        exam: stage.exam.clone(),
        began_at: began.to_string(),
        attacks: Vec::new(),
    };
    for attack in Attack::ALL.into_iter().filter(|attack| attacks.contains(attack)) {
        step();
        findings.attacks.push(stage.play(attack).await);
    }
    Ok(findings)
}

impl Stage {
    /// Accounts of people who live in networks of their own.
    async fn members(&self, first: u64, count: u16) -> Result<Vec<Member>, PlayError> {
        let made = (0..u64::from(count)).map(|index| {
            let (person, from) = (Person::of(self.seed, first + index), home(first + index));
            sign_up(&self.target, &self.exam, person, from, Means::Sums, &self.unseen)
        });
        let made: Vec<Result<Member, String>> = stream::iter(made).buffered(4).collect().await;
        made.into_iter().collect::<Result<_, _>>().map_err(|why| AccountsError::Refused(why).into())
    }

    async fn play(&self, attack: Attack) -> Finding {
        let tally = Arc::new(Tally::new(self.lasts));
        let until = Instant::now() + self.lasts;
        let honest = (0..self.honest.len()).map(|place| honest::come(self, attack, place, until, &tally));
        let honest = future::join_all(honest);
        match attack {
            Attack::Release => {
                future::join(self.release(until, &tally), honest).await;
            }
            Attack::ResetCodes => {
                future::join(self.guess(until, &tally), honest).await;
            }
            _ => {
                let acts = stream::iter(0_u64..).take_until(tokio::time::sleep(self.lasts));
                let acts = acts.for_each_concurrent(self.at_once, |number| self.act(attack, number, &tally));
                future::join(acts, honest).await;
            }
        }
        tally.finding(attack)
    }

    /// One act of an attack of which many go on at once.
    async fn act(&self, attack: Attack, number: u64, tally: &Arc<Tally>) {
        let from = attack.address(number);
        let person = Person::of(self.seed ^ 0xfa23, number);
        match attack {
            Attack::Spray => sign_ins::spray(self, from, number, tally).await,
            Attack::Stuffing => sign_ins::stuff(self, from, person, number, tally).await,
            Attack::Messages => {
                // Every prefix of mobiles has a budget: whoever means it for the money has few prefixes of his own.
                let sent = messages::bomb(&self.target, &self.exam, from, person, Means::Reader, tally).await;
                tally.tried(if sent { "sent" } else { "refused" });
                tally.got(u64::from(sent));
            }
            Attack::Captcha => {
                let read = pictures::read(&self.target, from, person, tally).await;
                tally.tried(read.map_or("failed", |is_right| if is_right { "read" } else { "misread" }));
                tally.got(u64::from(read == Some(true)));
            }
            Attack::Farm => self.farm(from, Person::of(self.seed ^ 0xfa12, number), tally).await,
            Attack::Release | Attack::ResetCodes => {}
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    /// One more account with a seat.
    async fn farm(&self, from: IpAddr, person: Person, tally: &Arc<Tally>) {
        let member = match sign_up(&self.target, &self.exam, person, from, Means::Reader, tally).await {
            Ok(member) => member,
            Err(why) => return tally.tried(&why),
        };
        let mut browser = Browser::new(&self.target, from, tally).with(member.cookies);
        match seats::take(&mut browser, &self.exam).await {
            Ok(_) => {
                tally.tried("seat held");
                tally.got(1);
            }
            Err(why) => tally.tried(&why),
        }
    }

    /// One account, one seat, again and again: is it ever held longer than it would have been?
    async fn release(&self, until: Instant, tally: &Arc<Tally>) {
        let Some(member) = self.victims.first() else { return };
        let mut browser = Browser::new(&self.target, member.from, tally).with(member.cookies.clone());
        let mut first: Option<Instant> = None;
        let mut won = 0;
        while Instant::now() < until {
            match seats::take(&mut browser, &self.exam).await {
                Ok(seat) => {
                    let first = *first.get_or_insert(seat.until);
                    let longer = seat.until.saturating_duration_since(first).as_secs();
                    tally.got(longer.saturating_sub(won));
                    won = won.max(longer);
                    let is_back = seats::give_back(&mut browser, &seat).await;
                    tally.tried(if is_back { "given back and taken again" } else { "not given back" });
                }
                Err(why) => tally.tried(&why),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Codes for one account's password, from the first on.
    async fn guess(&self, until: Instant, tally: &Arc<Tally>) {
        let Some(victim) = self.victims.get(1).or(self.victims.first()) else { return };
        let mut browser = Browser::new(&self.target, Attack::ResetCodes.address(0), tally);
        if !messages::forget(&mut browser, victim, tally).await {
            return tally.tried("no code was sent");
        }
        let mut page = String::new();
        for number in 0_u32.. {
            if Instant::now() >= until {
                break;
            }
            let code = format!("{:06}", number.wrapping_mul(7_919) % 1_000_000);
            let end = messages::guess(&mut browser, victim, &code, &mut page, tally).await;
            tally.tried(end);
            tally.got(u64::from(matches!(end, "looked at" | "password taken")));
            tokio::time::sleep(PAUSE).await;
        }
    }
}
