//! One person is one person at every door, however each door writes the name: sign-up, roster, earlier results, a forgotten
//! account, and staff who search.

use registration::desk::staff::Role;
use registration::model::document::{Document, DocumentKind};
use registration::model::facts::ScoreReviewState;
use registration::model::person::PersonName;
use registration::people::accounts::NewAccount;
use registration::people::candidates::Looking;

use crate::cet::{Cet, line, past_scores, roster};
use crate::post::stranger;
use crate::world::{PASSWORD, World, document};

/// A number of the roster's people, and their name at each door: roster, sign-up, look-up, earlier result, forgotten account,
/// search.
const PEOPLE: [(u32, [&str; 6]); 4] = [
    (
        31,
        [
            "阿依古丽.吐尔逊",
            "阿依古丽·吐尔逊",
            "\u{202d}阿依古丽 • 吐尔逊",
            "阿依古丽丶吐尔逊",
            "阿依古丽吐尔逊",
            "阿依古丽\u{318d}吐尔逊",
        ],
    ),
    (32, ["OʻZBEKOV ALI", "O'Zbekov Ali", "ozbekov ali", "Oʼzbekov Ali", "O’ZBEKOV ALI", "o`zbekov ali"]),
    (33, ["赵\u{e863}", "赵䶮", "赵\u{200b}䶮", "赵 䶮", "赵\u{e863}", "赵䶮"]),
    (
        34,
        [
            "\"DE LA CRUZ, MARIA\"",
            "De la Cruz，Maria",
            "de la cruz maria",
            "DE LA CRUZ MARIA",
            "De La Cruz , Maria",
            "DE-LA-CRUZ MARIA",
        ],
    ),
];

/// The number of a ticket of somebody's earlier exam.
fn ticket(number: u32) -> String {
    format!("1101000099990{number}")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_found_at_every_door_however_the_name_is_written() {
    let world = World::usual().await;
    let exam = Cet::import(&world).await;
    let (mut people, mut scores) = (roster(), past_scores());
    for (number, names) in &PEOPLE {
        people += &line(*number, names[0], "cet4", "");
        // Of another document: by the name alone.
        let (ticket, other) = (ticket(*number), document(950 + number));
        scores += &format!("{ticket},resident_id,{other},{},cet4,2016,600\n", names[3]);
    }
    exam.write("2020-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00", &people);
    std::fs::write(exam.dir().join("past_scores.csv"), scores).unwrap();
    exam.import_again().await.unwrap();
    let staff = world.registration.staff.add("boss", "a long password", Role::Administrator).await.unwrap();
    let registration = &world.registration;
    for (number, [_, signs_up, looks_up, _, forgets, searches]) in &PEOPLE {
        let own = document(*number);
        let account = NewAccount::parse(signs_up, &own, "13812345678", PASSWORD).unwrap();
        let account = registration.accounts.register(account).await.unwrap();
        let seen = exam.look_up_as(account.id, *number, looks_up).await.unwrap_or_else(|why| panic!("{number}: {why}"));
        exam.bind(account.id, &seen).await.unwrap();
        let ticket = ticket(*number).parse().unwrap();
        let page = exam.page();
        let asked = registration.eligibility.request_score_review(account.id, &page, None, &ticket).await.unwrap();
        assert!(matches!(asked, ScoreReviewState::Waiting { .. }), "{number}: {asked:?}");

        // A number is typed with what people write between its parts.
        let typed = format!("{} {}-{}", &own[..6], &own[6..14], &own[14..]);
        let typed = Document::parse(DocumentKind::ResidentId, &typed).unwrap();
        let name: PersonName = forgets.parse().unwrap();
        let found = registration.accounts.forgot_account(&name, &typed, &stranger()).await.unwrap();
        assert_eq!(found.len(), 1, "{number}: a forgotten account");
        let found = registration.candidates.find(&Looking::everywhere(&staff), searches).await.unwrap();
        assert!(found.hits.iter().any(|hit| hit.who.number == account.number), "{number}: {:?}", found.read_as);
        let kept = registration.eligibility.person(account.id, &crate::cet::cet(), None).await.unwrap().unwrap();
        let is_odd = |c: char| c.is_control() || ('\u{e000}'..='\u{f8ff}').contains(&c) || c == '\u{200b}';
        assert!(!kept.record.name.expose().contains(is_odd), "{number}: papers can print it");
    }
    world.finish().await;
}
