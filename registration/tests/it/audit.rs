//! The audit's chain: whatever is done to lines or links is found out, and nobody waits for linking.

use std::time::Duration;

use registration::desk::audit::AuditAction;
use registration::desk::audit::chain::SignedHead;
use registration::desk::audit::search::SearchError;
use registration::desk::audit::sought::Sought;
use registration::desk::audit::verify::{AuditFault, Verified};
use registration::desk::staff::Role;
use tokio_postgres::Client;

use crate::world::World;

const WRITERS: i64 = 32;
const LINES: i64 = 12;
/// What somebody does who has the database and its owner's rights.
const WITHOUT_GUARDS: &str = "SET session_replication_role = replica";
const KEEP: &str = "CREATE TABLE audit_kept AS TABLE registration.audit;
     CREATE TABLE chain_kept AS TABLE registration.audit_chain;
     CREATE TABLE head_kept AS TABLE registration.audit_head";
const GIVE_BACK: &str =
    "DELETE FROM registration.audit_chain; DELETE FROM registration.audit; DELETE FROM registration.audit_head;
     INSERT INTO registration.audit OVERRIDING SYSTEM VALUE SELECT * FROM audit_kept;
     INSERT INTO registration.audit_chain SELECT * FROM chain_kept;
     INSERT INTO registration.audit_head SELECT * FROM head_kept";
/// Makes every hash from a place on anew, as the program makes them.
const MAKE_ANEW: &str = r"DO $$
    DECLARE
        of_chain uuid := (SELECT chain FROM registration.audit_head);
        before bytea := decode(repeat('00', 32), 'hex');
        each record;
    BEGIN
        FOR each IN SELECT * FROM registration.audit_chain ORDER BY seq LOOP
            before := sha256('seathold audit link 1'::bytea || '\x00'::bytea || uuid_send(of_chain) || int8send(each.seq)
                || before || int8send((extract(epoch FROM each.sealed_at) * 1000000)::bigint) || each.bytes);
            UPDATE registration.audit_chain SET hash = before WHERE seq = each.seq;
        END LOOP;
        UPDATE registration.audit_head SET hash = before;
    END $$";

async fn write_lines(world: &World, subject: &'static str) {
    let writers = (0..WRITERS).map(|writer| {
        let (pool, staff) = (world.stores.pool(), world.reviewer.id.0);
        tokio::spawn(async move {
            for line in 0..LINES {
                let mut client = pool.get().await.unwrap();
                let transaction = client.transaction().await.unwrap();
                let sql = "INSERT INTO registration.audit (at, staff, action, subject, detail)
                    VALUES (now(), $1, 'refused', $2, $3)";
                let detail = format!("{writer} · {line} 字迹不清");
                transaction.execute(sql, &[&staff, &format!("{subject}.{writer:02}"), &detail]).await.unwrap();
                // Others end meanwhile, with higher numbers.
                tokio::time::sleep(Duration::from_millis((writer * 7 + line) as u64 % 20)).await;
                transaction.commit().await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

async fn linked(world: &World) -> Verified {
    let client = world.stores.pool().get().await.unwrap();
    loop {
        let lines: i64 = client.query_one("SELECT count(*) AS n FROM registration.audit", &[]).await.unwrap().get("n");
        let verified = world.registration.audit.verify(&[]).await.unwrap();
        assert_eq!(verified.faults, []);
        if verified.links == lines {
            return verified;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What is found after somebody did that, which is then undone.
async fn after(world: &World, owner: &Client, heads: &[SignedHead], deed: &str) -> Vec<AuditFault> {
    owner.batch_execute(deed).await.unwrap_or_else(|error| panic!("{deed}: {error:?}"));
    let found = world.registration.audit.verify(heads).await.unwrap().faults;
    owner.batch_execute(GIVE_BACK).await.unwrap();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_done_to_the_audit_is_found_out() {
    let world = World::usual().await;
    let other = world.another_process().await;
    write_lines(&world, "order").await;
    linked(&world).await;
    let first = world.registration.audit.signed_head().await.unwrap();
    write_lines(&world, "form").await;
    let links = linked(&world).await.links;
    let second = other.audit.signed_head().await.unwrap();
    let heads = [first.clone(), second.clone()];
    assert_eq!((heads[0].seq < heads[1].seq, heads[1].seq), (true, links));
    // Nothing links any more, and so nothing hides a deed.
    world.registration.stop().await;
    other.stop().await;
    let good = world.registration.audit.verify(&heads).await.unwrap();
    assert_eq!((good.faults, good.heads, good.late), (Vec::new(), 2, None));

    let pool = world.stores.pool();
    let owner = pool.get().await.unwrap();
    let refused = owner.execute("UPDATE registration.audit SET detail = NULL WHERE id = 5", &[]).await;
    assert!(refused.is_err(), "lines stay as they are");
    owner.batch_execute(KEEP).await.unwrap();
    owner.batch_execute(WITHOUT_GUARDS).await.unwrap();
    let row = owner.query_one("SELECT line FROM registration.audit_chain WHERE seq = 9", &[]).await.unwrap();
    let line: i64 = row.get("line");
    let (seq, last) = (9, second.seq);

    let changed = format!("UPDATE registration.audit SET detail = 'all well' WHERE id = {line}");
    assert_eq!(after(&world, &owner, &heads, &changed).await, [AuditFault::Changed { line, seq }]);
    let moved = format!("UPDATE registration.audit SET at = at - interval '1 microsecond' WHERE id = {line}");
    assert_eq!(after(&world, &owner, &heads, &moved).await, [AuditFault::Changed { line, seq }]);
    let removed = format!("DELETE FROM registration.audit WHERE id = {line}");
    assert_eq!(after(&world, &owner, &heads, &removed).await, [AuditFault::Removed { line, seq }]);
    let unlinked = format!("{removed}; DELETE FROM registration.audit_chain WHERE seq = 9");
    let found = after(&world, &owner, &heads, &unlinked).await;
    assert_eq!(found[0], AuditFault::Gap { seq: 9 }, "{found:?}");
    let slipped_in = "UPDATE registration.audit_chain SET seq = -seq - 1 WHERE seq > 9;
        UPDATE registration.audit_chain SET seq = -seq WHERE seq < 0;
        INSERT INTO registration.audit_chain SELECT 10, -1, bytes, sealed_at, hash FROM registration.audit_chain WHERE seq = 9";
    owner.batch_execute("ALTER TABLE registration.audit_chain DROP CONSTRAINT audit_chain_seq_check").await.unwrap();
    let found = after(&world, &owner, &heads, slipped_in).await;
    assert!(matches!(found[0], AuditFault::Broken { seq: 10, .. }), "{found:?}");
    let swapped = "UPDATE registration.audit_chain SET seq = -8 WHERE seq = 9;
        UPDATE registration.audit_chain SET seq = 9 WHERE seq = 8;
        UPDATE registration.audit_chain SET seq = 8 WHERE seq = -8";
    let found = after(&world, &owner, &heads, swapped).await;
    assert!(matches!(found[0], AuditFault::Broken { seq: 8, .. }), "{found:?}");

    // Cut, or made anew as a whole: nothing inside the database tells, what was signed outside does.
    let short = "DELETE FROM registration.audit_chain WHERE seq > 100";
    let found = after(&world, &owner, &[], short).await;
    assert_eq!(found, [AuditFault::ShorterThanItSays { seq: 100, said: last }]);
    let cut = format!(
        "DELETE FROM registration.audit WHERE id IN (SELECT line FROM registration.audit_chain WHERE seq > 100); {short};
         UPDATE registration.audit_head SET seq = 100, hash = (SELECT hash FROM registration.audit_chain WHERE seq = 100)"
    );
    assert_eq!(after(&world, &owner, &[], &cut).await, []);
    assert_eq!(after(&world, &owner, &heads, &cut).await, [AuditFault::Cut { seq: 100, signed: last }]);
    let remade = format!(
        "UPDATE registration.audit SET action = 'confirme' WHERE id = {line};
         UPDATE registration.audit_chain SET bytes = decode(replace(encode(bytes, 'hex'),
             encode(int8send(7) || 'refused', 'hex'), encode(int8send(8) || 'confirme', 'hex')), 'hex') WHERE seq = 9;
         {MAKE_ANEW}"
    );
    assert_eq!(after(&world, &owner, &[], &remade).await, []);
    let found = after(&world, &owner, &heads, &remade).await;
    assert_eq!(found, [AuditFault::Remade { seq: first.seq }, AuditFault::Remade { seq: last }]);
    let forged = SignedHead { seq: 3, ..first.clone() };
    let found = world.registration.audit.verify(&[forged]).await.unwrap().faults;
    assert_eq!(found, [AuditFault::Forged { seq: 3 }]);
    assert_eq!(world.registration.audit.verify(&heads).await.unwrap().faults, [], "all was undone");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_is_searched_on_record_and_by_administrators_alone() {
    let world = World::usual().await;
    let (audit, staff) = (&world.registration.audit, &world.registration.staff);
    let admin = staff.add("admin", "long-enough-1", Role::Administrator).await.unwrap();
    write_lines(&world, "order").await;
    let refused = audit.search(&world.reviewer, &Sought::default()).await;
    assert!(matches!(refused, Err(SearchError::Forbidden(_))), "{refused:?}");

    let by_reviewer = Sought { staff: Some("reviewer".into()), ..Sought::default() };
    let page = audit.search(&admin, &by_reviewer).await.unwrap();
    assert_eq!(page.len(), 51, "the list goes on");
    assert!(page.is_sorted_by(|a, b| a.id > b.id));
    let next = audit.search(&admin, &Sought { before: Some(page[49].id), ..by_reviewer.clone() }).await.unwrap();
    assert_eq!(next[0], page[50]);
    let one = Sought { subject: Some("order.07".into()), action: Some("refused".into()), ..by_reviewer };
    assert_eq!(audit.search(&admin, &one).await.unwrap().len(), usize::try_from(LINES).unwrap());
    let staff_lines = Sought { action: Some("staff.".into()), ..Sought::default() };
    let found = audit.search(&admin, &staff_lines).await.unwrap();
    assert!(found.iter().all(|line| line.entry.action == AuditAction::StaffAdded), "{found:?}");
    let nobody = Sought { staff: Some("nobody".into()), ..Sought::default() };
    assert_eq!(audit.search(&admin, &nobody).await.unwrap(), []);
    let future = Sought { from: Some("2090-01-01T00:00:00Z".parse().unwrap()), ..Sought::default() };
    assert_eq!(audit.search(&admin, &future).await.unwrap(), []);

    let looks = Sought { action: Some("audit.search".into()), ..Sought::default() };
    let looks = audit.search(&admin, &looks).await.unwrap();
    let details: Vec<_> = looks.iter().map(|line| line.entry.detail.clone().unwrap_or_default()).collect();
    assert_eq!(looks.len(), 7, "{details:?}");
    assert!(details.contains(&"who=reviewer action=refused subject=order.07".to_owned()), "{details:?}");
    world.registration.stop().await;
}
