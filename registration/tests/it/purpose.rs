//! A demo and real candidates never share data, whatever an earlier version allowed.

use registration::desk::staff::{Role, StaffSignInError};
use registration::store::purpose::{PublicSignIn, Purpose, PurposeError, establish};
use testkit::TestStores;

use crate::world::World;

const PUBLIC: PublicSignIn = PublicSignIn { name: "demo", password: "demo-seathold" };

async fn settled(stores: &TestStores, wanted: Purpose) -> Result<(), PurposeError> {
    establish(&stores.pool(), wanted, PUBLIC).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_server_decides_for_good() {
    for (first, other) in [(Purpose::Demo, Purpose::Real), (Purpose::Real, Purpose::Demo)] {
        let stores = TestStores::start().await;
        settled(&stores, first).await.unwrap();
        settled(&stores, first).await.unwrap();
        let refused = settled(&stores, other).await.unwrap_err();
        let fits = match other {
            Purpose::Demo => matches!(refused, PurposeError::IsReal),
            Purpose::Real => matches!(refused, PurposeError::IsDemo),
        };
        assert!(fits, "{refused}");
        settled(&stores, first).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_start_at_once_agree() {
    let stores = TestStores::start().await;
    let (demo, real) = tokio::join!(settled(&stores, Purpose::Demo), settled(&stores, Purpose::Real));
    assert!(demo.is_ok() != real.is_ok(), "{demo:?} {real:?}");
}

/// Data of a version that kept no word of it.
async fn undecided() -> World {
    let world = World::usual().await;
    world.execute("DELETE FROM registration.staff").await;
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_an_earlier_version_speaks_for_itself() {
    // Candidates and nobody of the staff: never a demo, which has somebody.
    let world = undecided().await;
    world.candidate(1).await;
    assert!(matches!(settled(&world.stores, Purpose::Demo).await, Err(PurposeError::IsReal)));
    settled(&world.stores, Purpose::Real).await.unwrap();

    // The demo's member of staff alone, with candidates who were shown around.
    let world = undecided().await;
    world.candidate(1).await;
    world.registration.staff.add(PUBLIC.name, PUBLIC.password, Role::Administrator).await.unwrap();
    assert!(matches!(settled(&world.stores, Purpose::Real).await, Err(PurposeError::IsDemo)));
    settled(&world.stores, Purpose::Demo).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_to_real_data_with_the_public_password() {
    let world = undecided().await;
    let staff = &world.registration.staff;
    staff.add(PUBLIC.name, PUBLIC.password, Role::Administrator).await.unwrap();
    staff.add("li.min", "long-enough-1", Role::Reviewer).await.unwrap();
    assert!(matches!(settled(&world.stores, Purpose::Demo).await, Err(PurposeError::IsReal)));
    assert!(staff.sign_in(PUBLIC.name, PUBLIC.password, None).await.is_ok(), "nothing was changed by what was refused");
    settled(&world.stores, Purpose::Real).await.unwrap();
    assert!(matches!(staff.sign_in(PUBLIC.name, PUBLIC.password, None).await, Err(StaffSignInError::Wrong)));
    assert!(staff.sign_in("li.min", "long-enough-1", None).await.is_ok());
    let written = "SELECT count(*) FROM registration.audit WHERE action = 'staff.password' AND subject = 'staff.demo'";
    assert_eq!(world.sql().await.query_one(written, &[]).await.unwrap().get::<_, i64>(0), 1);

    // Somebody whose name it is and who has a password of their own keeps both.
    // What was done stays written down, unless somebody owns the database.
    let unwritten = "SET session_replication_role = replica; DELETE FROM registration.audit_chain;
        DELETE FROM registration.audit; SET session_replication_role = DEFAULT";
    world.execute(&format!("{unwritten}; DELETE FROM registration.staff WHERE name = 'demo'")).await;
    staff.add(PUBLIC.name, "a-password-of-my-own", Role::Reviewer).await.unwrap();
    settled(&world.stores, Purpose::Real).await.unwrap();
    assert!(staff.sign_in(PUBLIC.name, "a-password-of-my-own", None).await.is_ok());
}
