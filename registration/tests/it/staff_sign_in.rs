//! Sign-ins of staff, their second factor, and the links by which they choose a password.

use std::net::IpAddr;

use registration::desk::permits::Forbidden;
use registration::desk::staff::{
    By, FactorError, OPEN_MAX, OpenSession, Origin, RecoveryCode, Role, SessionToken, Shown, StaffError,
    StaffLinkError, StaffLinkKind, StaffMember, StaffSignInError,
};
use testkit::app_code;

use crate::world::World;

/// Where somebody works.
const OFFICE: [u8; 4] = [198, 51, 100, 7];

fn from(address: [u8; 4]) -> Origin<'static> {
    Origin {
        address: Some(IpAddr::from(address)),
        agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0",
        device: None,
    }
}

impl World {
    /// Somebody whose password was right.
    async fn half_in(&self, member: &StaffMember) -> OpenSession {
        let token = self.registration.staff.begin(member, &from(OFFICE)).await.unwrap();
        self.opened(&token).await.unwrap()
    }

    async fn opened(&self, token: &SessionToken) -> Option<OpenSession> {
        self.registration.staff.open(token, true).await.unwrap()
    }

    /// Sets an app up: its secret, the sign-in, and the recovery codes.
    async fn enrolled(&self, member: &StaffMember) -> (String, OpenSession, Vec<RecoveryCode>) {
        let open = self.half_in(member).await;
        let new = self.registration.staff.new_factor(member);
        let enrolled = self.registration.staff.enrol(&open, &new.sealed, &app_code(&new.secret)).await.unwrap();
        (new.secret, self.opened(&enrolled.token).await.unwrap(), enrolled.codes)
    }

    /// Half a minute later: the code of now has not counted yet.
    async fn half_a_minute_later(&self) {
        self.execute("UPDATE registration.staff_factors SET last_step = 0").await;
    }

    async fn actions(&self, name: &str) -> Vec<String> {
        let written = "SELECT action FROM registration.audit WHERE subject = $1 ORDER BY id";
        let rows = self.sql().await.query(written, &[&format!("staff.{name}")]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sign_in_of_staff_ends_by_itself_or_with_a_word() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let clerk = staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let token = staff.begin(&clerk, &from(OFFICE)).await.unwrap();
    let here = world.opened(&token).await.unwrap();
    assert_eq!((here.session.agent.as_str(), here.session.address.as_str()), ("Firefox, Linux", "198.51.100.*"));
    let there = staff.begin(&clerk, &from(OFFICE)).await.unwrap();
    // One is ended, and no other.
    let other = world.opened(&there).await.unwrap();
    assert!(staff.end_own(&here, other.session.number).await.unwrap());
    assert!(!staff.end_own(&here, other.session.number).await.unwrap(), "it has ended");
    assert!(world.opened(&there).await.is_none() && world.opened(&token).await.is_some());
    // Nobody ends somebody else's.
    let chief = staff.add("chief", "long-enough-2", Role::Administrator).await.unwrap();
    assert!(!staff.end_own(&world.half_in(&chief).await, here.session.number).await.unwrap());
    // Only what somebody asks for keeps it open, and that is written down once a minute.
    let last = "UPDATE registration.staff_sessions SET seen_at = now() - interval '29 minutes'";
    world.execute(last).await;
    assert!(staff.open(&token, false).await.unwrap().is_some());
    world.execute("UPDATE registration.staff_sessions SET seen_at = seen_at - interval '1 minute'").await;
    assert!(world.opened(&token).await.is_none(), "thirty minutes, as only a page has asked by itself");
    world.execute(last).await;
    assert!(world.opened(&token).await.is_some(), "somebody works");
    world.execute("UPDATE registration.staff_sessions SET seen_at = seen_at - interval '20 minutes'").await;
    assert!(world.opened(&token).await.is_some(), "and has been seen to");
    world.execute("UPDATE registration.staff_sessions SET began_at = now() - interval '10 hours'").await;
    assert!(world.opened(&token).await.is_none(), "a working day is over");
    // Whoever is disabled is out, by a sign-in that has begun meanwhile as well.
    let token = staff.begin(&clerk, &from(OFFICE)).await.unwrap();
    world.execute("UPDATE registration.staff SET disabled_at = now() WHERE name = 'clerk'").await;
    assert!(world.opened(&token).await.is_none(), "nobody of the staff");
    world.execute("UPDATE registration.staff SET disabled_at = NULL WHERE name = 'clerk'").await;
    // Another epoch ends all: the version before signs out by it, and so does another password.
    let token = staff.begin(&clerk, &from(OFFICE)).await.unwrap();
    world.execute("UPDATE registration.staff SET session_epoch = session_epoch + 1 WHERE name = 'clerk'").await;
    assert!(world.opened(&token).await.is_none());
    let clerk = staff.member(clerk.id).await.unwrap().unwrap();
    let (here, there) =
        (staff.begin(&clerk, &from(OFFICE)).await.unwrap(), staff.begin(&clerk, &from(OFFICE)).await.unwrap());
    staff.end_others(&world.opened(&here).await.unwrap()).await.unwrap();
    assert!(world.opened(&here).await.is_some() && world.opened(&there).await.is_none());
    staff.sign_out_here(&world.opened(&here).await.unwrap()).await.unwrap();
    assert!(world.opened(&here).await.is_none());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_of_a_member_are_so_many_and_no_more() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let clerk = staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let (secret, first, _) = world.enrolled(&clerk).await;
    // Whoever knows the password alone ends nobody's sign-in.
    for _ in 0..OPEN_MAX + 3 {
        staff.begin(&clerk, &from([203, 0, 113, 9])).await.unwrap();
    }
    let open = async || staff.sessions(&clerk).await.unwrap().iter().filter(|session| session.is_open).count();
    let most = usize::try_from(OPEN_MAX).unwrap();
    assert_eq!(open().await, most + 1);
    assert!(staff.sessions(&clerk).await.unwrap().iter().any(|one| one.number == first.session.number && one.is_open));
    for _ in 0..OPEN_MAX {
        world.half_a_minute_later().await;
        let half = world.half_in(&clerk).await;
        staff.show_factor(&half, Shown::Code(&app_code(&secret)), &from(OFFICE)).await.unwrap();
    }
    let all = staff.sessions(&clerk).await.unwrap();
    assert_eq!(all.iter().filter(|one| one.is_open && one.factor_at.is_some()).count(), most);
    assert!(all.iter().any(|one| one.number == first.session.number && !one.is_open), "it was used longest ago");
    world.finish().await;
}

/// A code counts once, also where two show it in the same moment; what is not shown again is refused.
#[tokio::test(flavor = "multi_thread")]
async fn d6_of_two_who_show_the_same_code_at_once_one_is_let_in() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let clerk = staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let (secret, _, codes) = world.enrolled(&clerk).await;
    let again = staff.show_factor(&world.half_in(&clerk).await, Shown::Code(&app_code(&secret)), &from(OFFICE)).await;
    assert!(matches!(again, Err(FactorError::Used)), "it set the app up: {again:?}");
    for _ in 0..3 {
        world.half_a_minute_later().await;
        let code = app_code(&secret);
        let (one, other) = (world.half_in(&clerk).await, world.half_in(&clerk).await);
        let show = async |open: &OpenSession| staff.show_factor(open, Shown::Code(&code), &from(OFFICE)).await;
        let (first, second) = tokio::join!(show(&one), show(&other));
        let (is_in, refused) = if first.is_ok() { (first, second) } else { (second, first) };
        assert!(matches!(refused, Err(FactorError::Used)), "{refused:?}");
        let is_in = world.opened(&is_in.unwrap()).await.unwrap();
        assert!(is_in.session.factor_at.is_some());
    }
    // Recovery codes, too; and the token of before opens nothing.
    let token = staff.begin(&clerk, &from(OFFICE)).await.unwrap();
    let (one, other) = (world.opened(&token).await.unwrap(), world.half_in(&clerk).await);
    let code = codes[3].in_groups().to_lowercase();
    let show = async |open: &OpenSession| staff.show_factor(open, Shown::Recovery(&code), &from(OFFICE)).await;
    let (first, second) = tokio::join!(show(&one), show(&other));
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert!(first.is_err() || world.opened(&token).await.is_none());
    assert_eq!(staff.factors(&clerk).await.unwrap().codes_left, 9);
    assert_eq!(world.actions("clerk").await.iter().filter(|action| *action == "staff.factor").count(), 3);
    // Nothing of it can be read in the database.
    let row = "SELECT encode(f.secret, 'escape') || string_agg(encode(c.code, 'escape'), '') FROM registration.staff_factors f
         JOIN registration.staff_recovery_codes c USING (staff) GROUP BY f.secret";
    let stored: String = world.sql().await.query_one(row, &[]).await.unwrap().get(0);
    assert!(!stored.contains(&secret.replace(' ', "")) && !stored.contains(&codes[0].in_groups().replace('-', "")));
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_guesses_codes_waits_and_keeps_nobody_out() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let clerk = staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let (secret, _, codes) = world.enrolled(&clerk).await;
    let half = world.half_in(&clerk).await;
    let mut looked_at = 0;
    for network in 0..6 {
        for _ in 0..6 {
            let wrong = staff.show_factor(&half, Shown::Code("000000"), &from([203, 0, 113, network])).await;
            match wrong {
                Err(FactorError::Wrong) => looked_at += 1,
                Err(FactorError::TooMany { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(looked_at, 20, "five from each network, and twenty a day from all that are not theirs");
    // The member: where they work, and elsewhere with a recovery code.
    let away = from([192, 0, 2, 1]);
    world.half_a_minute_later().await;
    let late = staff.show_factor(&half, Shown::Code(&app_code(&secret)), &away).await;
    assert!(matches!(late, Err(FactorError::TooMany { .. })), "{late:?}");
    assert!(staff.show_factor(&half, Shown::Recovery(&codes[0].in_groups()), &away).await.is_ok());
    let half = world.half_in(&clerk).await;
    assert!(staff.show_factor(&half, Shown::Code(&app_code(&secret)), &from(OFFICE)).await.is_ok());
    // And anywhere in a browser of theirs, for which others cannot speak.
    let own = Origin { device: Some("their laptop"), ..away };
    world.half_a_minute_later().await;
    let half = world.half_in(&clerk).await;
    assert!(staff.show_factor(&half, Shown::Code(&app_code(&secret)), &own).await.is_ok());
    for _ in 0..6 {
        staff.sign_in_from("clerk", "wrong-password", &away).await.unwrap_err();
    }
    let refused = staff.sign_in_from("clerk", "long-enough-2", &away).await;
    assert!(matches!(refused, Err(StaffSignInError::TooMany { .. })), "{refused:?}");
    assert!(staff.sign_in_from("clerk", "long-enough-2", &own).await.is_ok());
    // Five minutes later one more is looked at.
    world.execute("UPDATE registration.staff_tries SET last_at = last_at - interval '5 minutes'").await;
    let half = world.half_in(&clerk).await;
    let elsewhere = from([192, 0, 2, 2]);
    let wrong = staff.show_factor(&half, Shown::Code("000000"), &elsewhere).await;
    assert!(matches!(wrong, Err(FactorError::Wrong)), "{wrong:?}");
    let late = staff.show_factor(&half, Shown::Code("000000"), &elsewhere).await;
    assert!(matches!(late, Err(FactorError::TooMany { .. })), "{late:?}");
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_factor_is_set_up_by_whoever_has_none_and_changed_with_a_fresh_one() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let clerk = staff.add("clerk", "long-enough-2", Role::Reviewer).await.unwrap();
    let half = world.half_in(&clerk).await;
    let none = staff.show_factor(&half, Shown::Code("000000"), &from(OFFICE)).await;
    assert!(matches!(none, Err(FactorError::NotEnrolled)), "{none:?}");
    let new = staff.new_factor(&clerk);
    let link = format!("otpauth://totp/Seathold:clerk?secret={}&issuer=Seathold", new.secret.replace(' ', ""));
    assert_eq!((new.secret.len(), new.link), (39, link));
    let wrong = staff.enrol(&half, &new.sealed, "000000").await.err();
    assert!(matches!(wrong, Some(FactorError::Wrong)), "{wrong:?}");
    // Its page is this member's.
    let chief = staff.add("chief", "long-enough-2", Role::Administrator).await.unwrap();
    let foreign = staff.enrol(&world.half_in(&chief).await, &new.sealed, &app_code(&new.secret)).await.err();
    assert!(matches!(foreign, Some(FactorError::Stale)), "{foreign:?}");
    let enrolled = staff.enrol(&half, &new.sealed, &app_code(&new.secret)).await.unwrap();
    let open = world.opened(&enrolled.token).await.unwrap();
    // Whoever has the password alone sets up no other one.
    let (other, second) = (staff.new_factor(&clerk), world.half_in(&clerk).await);
    let refused = staff.enrol(&second, &other.sealed, &app_code(&other.secret)).await.err();
    assert!(matches!(refused, Some(FactorError::Enrolled)), "{refused:?}");
    assert!(matches!(staff.new_recovery_codes(&second).await, Err(FactorError::Enrolled)));
    // Nor does whoever showed it too long ago.
    let mut stale = open.clone();
    stale.session.factor_at = stale.session.factor_at.map(|at| at - registration::desk::staff::FRESH_MAX);
    assert!(staff.enrol(&stale, &other.sealed, &app_code(&other.secret)).await.is_err());
    let codes = staff.new_recovery_codes(&open).await.unwrap();
    let old = staff.show_factor(&second, Shown::Recovery(&enrolled.codes[0].in_groups()), &from(OFFICE)).await;
    assert!(matches!(old, Err(FactorError::Wrong)) && codes.len() == 10, "{old:?}");
    // Another phone: the sign-ins that the former one let in are over.
    world.half_a_minute_later().await;
    let before = staff.show_factor(&second, Shown::Code(&app_code(&new.secret)), &from(OFFICE)).await.unwrap();
    let changed = staff.enrol(&open, &other.sealed, &app_code(&other.secret)).await.unwrap();
    assert!(world.opened(&changed.token).await.is_some() && world.opened(&before).await.is_none());
    // Taken away, and every sign-in with it.
    assert!(staff.reset_factor(By::Operator, "clerk").await.unwrap());
    assert!(world.opened(&changed.token).await.is_none() && !staff.factors(&clerk).await.unwrap().has_app);
    assert!(!staff.reset_factor(By::Operator, "clerk").await.unwrap());
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lets_somebody_choose_a_password_once() {
    let world = World::usual().await;
    let staff = &world.registration.staff;
    let chief = staff.add("chief", "long-enough-2", Role::Administrator).await.unwrap();
    let (by, clerk) = (By::Administrator(&chief), world.reviewer.clone());
    let token = |path: String| path.strip_prefix("/join?token=").unwrap().to_owned();
    assert!(matches!(
        staff.invite(By::Administrator(&clerk), "new", Role::Administrator).await,
        Err(StaffError::Forbidden(Forbidden))
    ));
    let first = token(staff.invite(by, "li.na", Role::Finance).await.unwrap().path());
    assert!(matches!(staff.invite(by, "li.na", Role::Finance).await, Err(StaffError::NameTaken)));
    let (member, kind) = staff.look_at_link(&first).await.unwrap();
    assert_eq!((member.name.as_str(), member.role, kind), ("li.na", Role::Finance, StaffLinkKind::Invitation));
    assert!(matches!(staff.join(&first, "short").await, Err(StaffLinkError::Password(_))), "it stays good");
    // Another link ends it.
    let second = token(staff.link_for(by, "li.na").await.unwrap().path());
    assert!(matches!(staff.join(&first, "long-enough-3").await, Err(StaffLinkError::Used)));
    let (one, other) = tokio::join!(staff.join(&second, "long-enough-3"), staff.join(&second, "long-enough-4"));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let password = if one.is_ok() { "long-enough-3" } else { "long-enough-4" };
    let member = staff.sign_in("li.na", password, None).await.unwrap();
    // Whoever asks for another one is signed in until it is chosen.
    let open = staff.begin(&member, &from(OFFICE)).await.unwrap();
    let third = token(staff.link_for(By::Operator, "li.na").await.unwrap().path());
    assert!(world.opened(&open).await.is_some());
    staff.join(&third, "long-enough-5").await.unwrap();
    assert!(world.opened(&open).await.is_none());
    // Its time, its owner, and what it is not.
    let fourth = token(staff.link_for(by, "li.na").await.unwrap().path());
    world.execute("UPDATE registration.staff_links SET expires_at = now() WHERE used_at IS NULL").await;
    assert!(matches!(staff.join(&fourth, "long-enough-6").await, Err(StaffLinkError::Expired)));
    let fifth = token(staff.link_for(by, "li.na").await.unwrap().path());
    assert!(matches!(staff.set_disabled_by(by, "chief", true).await, Err(StaffError::Oneself)));
    assert!(staff.set_disabled_by(by, "li.na", true).await.unwrap());
    assert!(matches!(staff.join(&fifth, "long-enough-6").await, Err(StaffLinkError::Used)));
    assert!(matches!(staff.link_for(by, "li.na").await, Err(StaffError::Disabled)));
    assert!(matches!(staff.join(&"x".repeat(80), "long-enough-6").await, Err(StaffLinkError::Unknown)));
    assert!(matches!(staff.sign_in("li.na", "long-enough-5", None).await, Err(StaffSignInError::Wrong)));
    let written = world.actions("li.na").await;
    let expected = ["staff.added", "staff.invited", "staff.link", "staff.joined", "staff.signed_in", "staff.link"];
    assert_eq!(written[..6], expected);
    let lines = staff.lines(by, false).await.unwrap();
    let line = lines.iter().find(|line| line.member.name == "li.na").unwrap();
    assert!(line.last_at.is_some() && line.link_until.is_none() && line.member.disabled_at.is_some());
    assert!(matches!(staff.lines(By::Administrator(&clerk), true).await, Err(StaffError::Forbidden(_))));
    world.finish().await;
}
