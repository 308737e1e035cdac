//! What two people do together: asked for, agreed to by another one, done once and exactly so; and what keeps it from being done.

use http::StatusCode;
use registration::desk::permits::approvals::{Act, Applied, ApprovalError, ApprovalId, ApprovalState, Failed, Second};
use registration::desk::staff::{By, Duty, Reach, Role, StaffError, StaffMember};
use registration::lists::List;
use reservation::ids::{ExamId, SittingId};
use uuid::Uuid;

use crate::house::{DOCUMENTS, EXAM, House};

const SITTING: &str = "/arrange/degree-english/morning";
const LIST: &str = "考点,地址,考场,座位,座位号前缀\n东校区,学府路 1 号,301,2x2,H\n";

/// A house with two administrators who have nothing to do with each other, signed in, and somebody else.
pub(super) async fn by_two() -> House {
    let mut house = House::open_by_two().await;
    house.import("exam", EXAM, &[]).await;
    for name in ["chief", "deputy"] {
        house.hire(name, Role::Administrator).await;
        house.sign_in(name).await;
    }
    house.hire("wang.fang", Role::Finance).await;
    house
}

impl House {
    pub(super) async fn member_called(&self, name: &str) -> StaffMember {
        let all = self.registration.staff.list().await.unwrap();
        all.into_iter().find(|one| one.name == name).unwrap()
    }

    /// What somebody asked for last.
    async fn newest(&self, name: &str) -> (ApprovalId, ApprovalState, Option<Failed>) {
        let member = self.member_called(name).await;
        let asked = self.registration.approvals.asked(&member).await.unwrap();
        (asked[0].id, asked[0].state, asked[0].failed)
    }

    pub(super) async fn asks(&mut self, path: &str, form: &str) -> ApprovalId {
        let asked = self.by("chief").post(path, form).await;
        assert_eq!((asked.0, &asked.1[..]), (StatusCode::SEE_OTHER, "/approvals?done=asked"), "{}", asked.2);
        let (id, state, _) = self.newest("chief").await;
        assert_eq!(state, ApprovalState::Waiting);
        id
    }

    pub(super) async fn agrees(&mut self, name: &str, id: ApprovalId) -> (StatusCode, String, String) {
        self.by(name).post(&format!("/approvals/{}/agree", id.0), "").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_is_two_people_s_and_is_given_once_as_it_was_asked_for() {
    let mut house = by_two().await;
    let form = "role=seating&exam=degree-english&schools=1101";
    let id = house.asks("/staff/wang.fang/duty", form).await;
    assert_eq!(house.member_called("wang.fang").await.role, Role::Finance, "nothing has happened yet");
    let again = house.by("chief").post("/staff/wang.fang/duty", form).await;
    assert_eq!(again.1, "/approvals?done=already");
    // Whoever asked does not agree; whom it is about neither, whatever they may.
    assert_eq!(house.agrees("chief", id).await.0, StatusCode::CONFLICT);
    let whom = StaffMember { role: Role::Administrator, ..house.member_called("wang.fang").await };
    let door = house.registration.approvals.clone();
    assert!(matches!(door.agree(Second::Member(&whom), id).await, Err(ApprovalError::NotSecond)));
    let finance = StaffMember { role: Role::Finance, ..house.member_called("deputy").await };
    assert!(matches!(door.agree(Second::Member(&finance), id).await, Err(ApprovalError::Forbidden(_))));

    let page = house.by("deputy").get("/approvals").await.2;
    assert!(page.contains("双人复核 <small>1</small>") && page.contains("财务"), "{page}");
    assert!(page.contains("考试：学位外语考试") && page.contains("学校：1101"), "{page}");
    // Of two who agree at once one does.
    let (deputy, third) = (house.member_called("deputy").await, house.hire("third", Role::Administrator).await);
    let both = tokio::join!(door.agree(Second::Member(&deputy), id), door.agree(Second::Member(&third), id));
    let done = [&both.0, &both.1].into_iter().filter(|one| matches!(one, Ok(Applied::Done))).count();
    assert_eq!(done, 1, "{both:?}");
    let reach = Reach::of(vec!["degree-english".parse().unwrap()], vec![], vec!["1101".parse().unwrap()]);
    assert_eq!(Duty::of(&house.member_called("wang.fang").await), Duty { role: Role::Seating, reach });
    assert_eq!(house.newest("chief").await.1, ApprovalState::Done);
    let late = house.agrees("deputy", id).await;
    assert!(late.0 == StatusCode::CONFLICT && late.2.contains("已经处理过"), "{}", late.2);
    let sql = house.stores.pool().get().await.unwrap();
    let lines = "SELECT action FROM registration.audit WHERE action ~ '^approval|^staff.duty' ORDER BY id";
    let lines: Vec<String> = sql.query(lines, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(lines, ["approval.ask", "approval.agree", "staff.duty"]);
    ends_otherwise(&mut house).await;
    invites(&mut house).await;
    house.registration.stop().await;
}

/// Changed meanwhile, too late, taken back, refused; and whoever lately let the asker in is no second person.
async fn ends_otherwise(house: &mut House) {
    let staff = house.registration.staff.clone();
    let path = "/staff/wang.fang/duty";
    let id = house.asks(path, "role=reviewer").await;
    staff.set_duty(By::Operator, "wang.fang", &Role::Finance.into()).await.unwrap();
    let changed = house.agrees("deputy", id).await;
    assert!(changed.0 == StatusCode::CONFLICT && changed.2.contains("在申请之后变了"), "{}", changed.2);
    assert_eq!(house.newest("chief").await.2, Some(Failed::Changed));
    assert_eq!(house.member_called("wang.fang").await.role, Role::Finance);

    let id = house.asks(path, "role=reviewer").await;
    house.sql("UPDATE registration.approvals SET asked_at = asked_at - interval '25 h', expires_at = now() WHERE state = 'waiting'").await;
    assert_eq!(house.agrees("deputy", id).await.0, StatusCode::CONFLICT, "a day has passed");
    let over = id;
    let id = house.asks(path, "role=reviewer").await;
    let asked = house.registration.approvals.asked(&house.member_called("chief").await).await.unwrap();
    let state = asked.iter().find(|one| one.id == over).unwrap().state;
    assert_eq!(state, ApprovalState::Expired, "nobody has taken it back");
    assert_eq!(house.by("deputy").post(&format!("/approvals/{}/withdraw", id.0), "").await.0, StatusCode::NOT_FOUND);
    assert_eq!(
        house.by("chief").post(&format!("/approvals/{}/withdraw", id.0), "").await.1,
        "/approvals?done=withdrawn"
    );
    assert_eq!(house.agrees("deputy", id).await.0, StatusCode::CONFLICT);
    let id = house.asks(path, "role=reviewer").await;
    assert_eq!(house.by("deputy").post(&format!("/approvals/{}/refuse", id.0), "").await.1, "/approvals?done=refused");

    let id = house.asks(path, "role=auditor").await;
    let deputy = house.member_called("deputy").await;
    staff.link_for(By::Administrator(&deputy), "chief").await.unwrap();
    let tied = house.agrees("deputy", id).await;
    assert!(tied.0 == StatusCode::CONFLICT && tied.2.contains("90 天"), "{}", tied.2);
    // The operator stands in.
    let door = house.registration.approvals.clone();
    assert!(matches!(door.agree(Second::Operator, id).await, Ok(Applied::Done)));
    assert_eq!(house.member_called("wang.fang").await.role, Role::Auditor);
    house.sql("DELETE FROM registration.staff_links").await;
    assert_eq!(house.by("chief").post("/staff/chief/duty", "role=reviewer").await.1, "/approvals?done=oneself");
}

/// Who can let others in is let in by two; anybody else by one.
async fn invites(house: &mut House) {
    let one = house.by("chief").post("/staff/invite", "name=gate.1&role=invigilator").await;
    assert!(one.0 == StatusCode::OK && one.2.contains("/join?token="), "{}", one.2);
    let page = house.by("chief").get("/staff").await.2;
    assert!(page.contains("等待接受邀请"), "{page}");
    house.sql("UPDATE registration.staff_links SET expires_at = now() - interval '1 s'").await;
    assert!(house.by("chief").get("/staff").await.2.contains("邀请已失效，未加入"));
    let id = house.asks("/staff/invite", "name=vice&role=administrator").await;
    assert!(house.registration.staff.list().await.unwrap().iter().all(|one| one.name != "vice"));
    house.hire("fourth", Role::Administrator).await;
    house.sign_in("fourth").await;
    let agreed = house.agrees("fourth", id).await;
    assert!(
        agreed.0 == StatusCode::OK && agreed.2.contains("/join?token=") && agreed.2.contains("vice"),
        "{}",
        agreed.2
    );
    // The last of them stays.
    let staff = house.registration.staff.clone();
    for name in ["deputy", "third", "fourth", "vice"] {
        staff.set_disabled(name, true).await.unwrap();
    }
    let last = staff.set_duty(By::Operator, "chief", &Role::Finance.into()).await;
    assert!(matches!(last, Err(StaffError::LastAdministrator)), "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn places_capacities_registrations_and_long_lists_are_two_people_s() {
    let mut house = by_two().await;
    house.registration.rooms.import_here(LIST.as_bytes()).await.unwrap();
    let site = house.by("chief").get("/rooms").await.2;
    let site = site.split_once("/rooms/sites/").unwrap().1.split('"').next().unwrap().to_owned();
    let order = house.order(DOCUMENTS[0]).await;
    let new =
        registration::people::accounts::NewAccount::parse("李娜", DOCUMENTS[1], "13912345679", "secret-1").unwrap();
    let to = house.registration.accounts.register(new).await.unwrap().id;
    house.by("chief").post(&format!("{SITTING}/site"), &format!("site={site}")).await;
    house.post(&format!("{SITTING}/rules"), "spare_seats=1").await;
    capacity(&mut house).await;
    // Closed for so long, it is two people's still.
    let closed =
        EXAM.replace("id = \"degree-english\"", "id = \"closed\"").replace("closes_at = 2090", "closes_at = 2021");
    house.import("closed", &closed, &[]).await;
    house.by("chief").post("/arrange/closed/morning/site", &format!("site={site}")).await;
    house.post("/arrange/closed/morning/rules", "spare_seats=1").await;
    house.asks("/arrange/closed/morning/capacity", "").await;
    rebinds(&mut house, order.account, to).await;
    let confirmed = format!(
        "UPDATE registration.orders SET state = 'confirmed', decided_kind = 'system', decided_at = now() WHERE id = '{}'",
        order.id
    );
    house.sql(&confirmed).await;
    publishes(&mut house).await;
    takes_out(&mut house).await;
    house.registration.stop().await;
}

/// Fewer seats while people ask for them.
async fn capacity(house: &mut House) {
    let (exam, sitting): (ExamId, SittingId) = ("degree-english".parse().unwrap(), "morning".parse().unwrap());
    let chief = house.member_called("chief").await;
    let id = house.asks(&format!("{SITTING}/capacity"), "").await;
    let rooms = house.registration.rooms.clone();
    assert_eq!(rooms.capacity(&chief, &exam, &sitting).await.unwrap(), 5);
    assert_eq!(house.agrees("deputy", id).await.1, "/approvals?done=done");
    assert_eq!(rooms.capacity(&chief, &exam, &sitting).await.unwrap(), 3);
    // What was asked for of other numbers is not done.
    let act = Act::Capacity { exam: exam.clone(), sitting: sitting.clone(), before: 5, after: 2 };
    let id = house.registration.approvals.ask(&chief, &act).await.unwrap();
    assert_eq!(house.agrees("deputy", id).await.0, StatusCode::CONFLICT);
    assert_eq!(rooms.capacity(&chief, &exam, &sitting).await.unwrap(), 3);
    assert_eq!(house.newest("chief").await.2, Some(Failed::Changed));
}

/// A registration goes to another account.
async fn rebinds(
    house: &mut House,
    from: registration::model::ids::AccountId,
    to: registration::model::ids::AccountId,
) {
    let number = |account: registration::model::ids::AccountId| account.0.simple().to_string().to_uppercase();
    let form = format!("from={}&to={}&sure=true", number(from), number(to));
    let id = house.asks("/accounts/rebind", &form).await;
    let owner = async |house: &House| {
        let sql = house.stores.pool().get().await.unwrap();
        sql.query_one("SELECT account FROM registration.orders", &[]).await.unwrap().get::<_, Uuid>(0)
    };
    assert_eq!(owner(house).await, from.0);
    // Who one of them says to be has changed since.
    let (accounts, chief) = (house.registration.accounts.clone(), house.member_called("chief").await);
    let document = accounts.account(to).await.unwrap().unwrap().document.unwrap();
    accounts.correct(&chief, to.into(), "李丽娜".parse().unwrap(), document, "核对原件").await.unwrap();
    assert_eq!(house.agrees("deputy", id).await.0, StatusCode::CONFLICT);
    assert_eq!((house.newest("chief").await.2, owner(house).await), (Some(Failed::Changed), from.0));
    let id = house.asks("/accounts/rebind", &form).await;
    let page = house.by("deputy").get("/approvals").await.2;
    assert!(page.contains(&number(from)) && page.contains(&number(to)), "{page}");
    assert!(page.contains("张*") && page.contains("1101**********002X") && page.contains("李**"), "{page}");
    assert!(!page.contains("李丽娜") && !page.contains(DOCUMENTS[0]), "masked: {page}");
    assert_eq!(house.agrees("deputy", id).await.1, "/approvals?done=done");
    assert_eq!(owner(house).await, to.0);
}

/// Who sits where: exactly the plan that was looked at.
async fn publishes(house: &mut House) {
    let publish = format!("{SITTING}/publish");
    let stale = house.by("chief").post(&publish, "token=old").await;
    assert!(stale.0 == StatusCode::CONFLICT && stale.2.contains("有变化"), "{}", stale.2);
    let draft = house.get(&format!("{SITTING}/draft")).await.2;
    let token = draft.split_once("name=\"token\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let id = house.asks(&publish, &format!("token={token}")).await;
    assert_eq!(house.agrees("deputy", id).await.1, "/approvals?done=done");
    let sql = house.stores.pool().get().await.unwrap();
    let seats = "SELECT count(*) FROM registration.seat_assignments";
    assert_eq!(sql.query_one(seats, &[]).await.unwrap().get::<_, i64>(0), 1);
}

/// A long list is taken out once.
async fn takes_out(house: &mut House) {
    let (exam, sql): (ExamId, _) = ("degree-english".parse().unwrap(), house.stores.pool().get().await.unwrap());
    let short = house.by("chief").post("/exports/roster.csv", "exam=degree-english").await;
    assert_eq!(short.0, StatusCode::OK, "one person takes a short list out: {}", short.2);
    let people = "INSERT INTO registration.roster (exam, document_index, person_index, line_index, record)
        SELECT 'degree-english', decode(lpad(to_hex(n), 64, '0'), 'hex'), decode(lpad(to_hex(n), 64, '0'), 'hex'),
            decode(lpad(to_hex(n), 64, '0'), 'hex'), '' FROM generate_series(1, 1001) n";
    sql.batch_execute(people).await.unwrap();
    let long = house.post("/exports/roster.csv", "exam=degree-english").await;
    assert!(long.0 == StatusCode::UNPROCESSABLE_ENTITY && long.2.contains("要由另一个人同意"), "{}", long.2);
    let (id, state, _) = house.newest("chief").await;
    assert_eq!(state, ApprovalState::Waiting);
    let (chief, deputy) = (house.member_called("chief").await, house.member_called("deputy").await);
    let act = |is_whole| Act::Export { exam: exam.clone(), list: List::Roster, is_whole };
    let door = house.registration.approvals.clone();
    assert!(!door.take(&chief, id, &act(false)).await.unwrap(), "nobody has agreed");
    assert_eq!(house.agrees("deputy", id).await.1, "/approvals?done=done");
    let page = house.by("chief").get("/approvals").await.2;
    assert!(page.contains(&format!("name=\"approval\" value=\"{}\"", id.0)), "{page}");
    assert!(!door.take(&deputy, id, &act(false)).await.unwrap(), "another's");
    assert!(!door.take(&chief, id, &act(true)).await.unwrap(), "another list");
    assert!(door.take(&chief, id, &act(false)).await.unwrap());
    assert!(!door.take(&chief, id, &act(false)).await.unwrap(), "once");
}
