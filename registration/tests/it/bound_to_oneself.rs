//! Who is verified binds only themselves; who meets somebody else's binding is not alone; and a document that is verified
//! elsewhere is said before a face is looked at.

use registration::eligibility::BindError;
use registration::model::document::{Document, DocumentKind};
use registration::people::identity::IdentityError;

use crate::bureau::Bureau;
use crate::cet::Cet;
use crate::world::{World, document};

async fn messages(world: &World, kind: &str) -> i64 {
    let count = "SELECT count(*) FROM registration.outbox WHERE kind = $1";
    world.sql().await.query_one(count, &[&kind]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_who_is_verified_binds_only_themselves() {
    let bureau = Bureau::start().await;
    let cet = Cet::import(&bureau.world).await;
    let verified = bureau.candidate(1).await;
    bureau.card(verified.id, "王芳", 1).await.unwrap();
    let other = cet.look_up(verified.id, 2).await.unwrap();
    let refused = cet.bind(verified.id, &other).await;
    assert!(matches!(refused, Err(BindError::NotThemselves)), "{refused:?}");
    let own = cet.look_up(verified.id, 1).await.unwrap();
    cet.bind(verified.id, &own).await.unwrap();
    // Who is not verified may still bind whom they looked up, as the exam has it.
    let free = bureau.candidate(77).await;
    let found = cet.look_up(free.id, 2).await.unwrap();
    cet.bind(free.id, &found).await.unwrap();
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn b9_who_is_bound_hears_that_somebody_else_asked() {
    let bureau = Bureau::start().await;
    let cet = Cet::import(&bureau.world).await;
    let (first, second) = (bureau.candidate(70).await, bureau.candidate(71).await);
    let seen = cet.look_up(first.id, 1).await.unwrap();
    cet.bind(first.id, &seen).await.unwrap();
    // Nothing is sent from here, so that what is to be told can be counted.
    bureau.world.registration.stop().await;
    let seen = cet.look_up(second.id, 1).await.unwrap();
    for _ in 0..3 {
        let refused = cet.bind(second.id, &seen).await;
        assert!(matches!(refused, Err(BindError::OtherAccount)), "{refused:?}");
    }
    assert_eq!(messages(&bureau.world, "binding_asked").await, 1, "once a day");
    bureau.world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_a_document_that_is_verified_elsewhere_is_said_before_the_face() {
    let bureau = Bureau::start().await;
    let identity = &bureau.world.registration.identity;
    let owner = bureau.candidate(1).await;
    bureau.card(owner.id, "王芳", 1).await.unwrap();
    let other = bureau.free_candidate("li.na@example.com").await;
    let declare = async |name: &str| {
        let own = Document::parse(DocumentKind::ResidentId, &document(1)).unwrap();
        identity.declare(other, name.parse().unwrap(), own).await.unwrap();
        identity.begin_liveness(other, "https://exam.example.edu/".to_owned(), None).await
    };
    let refused = declare("王芳").await;
    assert!(matches!(refused, Err(IdentityError::OtherAccount)), "{refused:?}");
    let stranger = declare("李娜").await;
    assert!(!matches!(stranger, Err(IdentityError::OtherAccount)), "a number alone tells nothing: {stranger:?}");
    bureau.world.finish().await;
}
