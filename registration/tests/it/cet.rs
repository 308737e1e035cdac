//! An exam like CET: a roster, past scores, two campuses, a written and an oral part.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use registration::eligibility::{BindError, LookUpError, SeenPerson};
use registration::exams::definition::{ImportError, Imported};
use registration::model::document::DocumentKind;
use registration::model::exam::Exam;
use registration::model::facts::EligibilityState;
use registration::model::ids::AccountId;
use registration::model::order::Order;
use registration::people::accounts::Account;
use registration::seats::OrderError;
use reservation::ids::ExamId;

use crate::world::{World, document, ids};

const EXAM: &str = r#"
id = "cet"
title = { zh = "四六级", en = "CET" }
organiser = { zh = "考试院", en = "Office" }
hold_seconds = 86400
grace_seconds = 60
opens_at = OPENS
closes_at = CLOSES
fee = "30.00"
payment_url = "https://pay.example.com/"
[notice]
zh = ["协议"]
en = ["Agreement"]
[[steps]]
title = { zh = "资格", en = "Eligibility" }
tasks = ["eligibility"]
[[steps]]
title = { zh = "笔试", en = "Written" }
tasks = ["sittings:written"]
[[steps]]
title = { zh = "缴费", en = "Pay" }
tasks = ["payment:written"]
[eligibility]
documents = ["resident_id", "macau_id", "taiwan_permit"]
unused_hours = 12
[eligibility.score_review]
title = { zh = "CET6 资格复核", en = "CET-6 review" }
grants = ["cet6", "set6"]
score_min = 425
year_min = 2005
scores_of = ["cet4"]
[[parts]]
id = "written"
title = { zh = "笔试", en = "Written" }
is_many = true
campus = "own"
[[subjects]]
id = "cet4"
title = { zh = "英语四级", en = "CET-4" }
part = "written"
needs_eligibility = true
[[subjects]]
id = "cet6"
title = { zh = "英语六级", en = "CET-6" }
part = "written"
needs_eligibility = true
[[subjects]]
id = "set6"
title = { zh = "六级口试", en = "SET-6" }
part = "written"
needs_eligibility = true
"#;
const ORGANISATIONS: &str = "code,level,parent,name_zh,name_en
99,province,,临江省,Linjiang
99301,school,99,临江大学,Linjiang University
993010,campus,99301,本部,Main
993011,campus,99301,分部,Branch
";
const SITTINGS: &str = "id,subject,campus,starts_at,capacity
cet4-main,cet4,993010,2090-06-12T09:00:00+08:00,50
cet6-main,cet6,993010,2090-06-12T15:00:00+08:00,50
cet4-branch,cet4,993011,2090-06-12T09:00:00+08:00,50
";
pub(crate) const ROSTER_HEAD: &str = "document_kind,document_number,name,school,campus,level,years,entry_year,grade,\
                                      department,major,class,student_number,note,subjects,barred\n";

/// One line of the roster, of the main campus.
pub(crate) fn line(number: u32, name: &str, subjects: &str, barred: &str) -> String {
    let document = document(number);
    format!(
        "resident_id,{document},{name},99301,993010,本科,4,2016,01,工商管理,会计,1,0{number},,{subjects},{barred}\n"
    )
}

/// People 1 to 3 may sit CET-4, 4 is barred from CET-6, 5 may sit both, 6 is of the branch, which runs no CET-6, 8 may
/// not sit the oral one.
pub(crate) fn roster() -> String {
    let mut text = ROSTER_HEAD.to_owned();
    for number in 1..=3 {
        text += &line(number, "王芳", "cet4", "");
    }
    text += &line(4, "李四", "cet4", "cet6");
    text += &line(5, "赵六", "cet4 cet6 set6", "");
    text += &line(6, "孙七", "cet4", "").replace("993010", "993011");
    text += &line(8, "周八", "cet4 cet6", "");
    text += "macau_id,52345678,张三·李四,99301,993010,专科,3,2016,01,化学,物理,1,07,,cet4,\n";
    text
}

/// Person 1 passed CET-4, person 2 did not; ticket 3333 is of somebody with the name of person 3; 4444 is too old.
pub(crate) fn past_scores() -> String {
    let mut text = "ticket_number,document_kind,document_number,name,subject,year,score\n".to_owned();
    let mut add = |ticket: &str, number: u32, name: &str, subject: &str, year: u16, score: u16| {
        writeln!(text, "{ticket},resident_id,{},{name},{subject},{year},{score}", document(number)).unwrap();
    };
    add("110100001111111", 1, "王方", "cet4", 2016, 425);
    add("110100002222222", 2, "王芳", "cet4", 2016, 424);
    add("110100003333333", 900, "王芳", "cet4", 2015, 600);
    add("110100004444444", 3, "王芳", "cet4", 2004, 600);
    add("110100005555555", 3, "王芳", "cet6", 2016, 600);
    text
}

/// What is asked of the exam in these tests.
pub(crate) struct Cet<'a> {
    pub(crate) world: &'a World,
}

pub(crate) fn cet() -> ExamId {
    "cet".parse().unwrap()
}

impl<'a> Cet<'a> {
    /// Imports the exam, open now.
    pub(crate) async fn import(world: &'a World) -> Self {
        let cet = Self { world };
        cet.write("2020-01-01T00:00:00+08:00", "2089-01-01T00:00:00+08:00", &roster());
        cet.import_again().await.unwrap();
        cet
    }

    pub(crate) fn dir(&self) -> PathBuf {
        self.world.stores.dir().join("cet")
    }

    /// Writes the exam's files with that window and roster.
    pub(crate) fn write(&self, opens_at: &str, closes_at: &str, roster: &str) {
        let dir = self.dir();
        std::fs::create_dir_all(&dir).unwrap();
        let exam = EXAM.replace("OPENS", opens_at).replace("CLOSES", closes_at);
        std::fs::write(dir.join("exam.toml"), exam).unwrap();
        std::fs::write(dir.join("organisations.csv"), ORGANISATIONS).unwrap();
        std::fs::write(dir.join("sittings.csv"), SITTINGS).unwrap();
        std::fs::write(dir.join("roster.csv"), roster).unwrap();
        std::fs::write(dir.join("past_scores.csv"), past_scores()).unwrap();
    }

    pub(crate) async fn import_again(&self) -> Result<Imported, ImportError> {
        self.world.registration.exams.import(&self.dir()).await
    }

    /// Imports the exam of the next year besides: the same people and past scores.
    pub(crate) async fn import_next(&self) -> Arc<Exam> {
        let dir = self.world.stores.dir().join("cet-next");
        std::fs::create_dir_all(&dir).unwrap();
        for file in ["exam.toml", "organisations.csv", "sittings.csv", "roster.csv", "past_scores.csv"] {
            let text = std::fs::read_to_string(self.dir().join(file)).unwrap();
            std::fs::write(dir.join(file), text.replace("id = \"cet\"", "id = \"cet-next\"")).unwrap();
        }
        self.world.registration.exams.import(&dir).await.unwrap();
        self.world.registration.exams.get(&"cet-next".parse().unwrap()).unwrap()
    }

    pub(crate) fn page(&self) -> Arc<Exam> {
        self.world.registration.exams.get(&cet()).unwrap()
    }

    pub(crate) async fn account(&self, number: u32) -> Account {
        self.world.candidate(500 + number).await
    }

    pub(crate) async fn orders(&self, account: AccountId) -> Vec<Order> {
        self.world.registration.orders.of(account).await.unwrap()
    }

    /// Looks up a person of the roster who is called 王芳.
    pub(crate) async fn look_up(&self, account: AccountId, number: u32) -> Result<SeenPerson, LookUpError> {
        self.look_up_as(account, number, "王芳").await
    }

    pub(crate) async fn look_up_as(
        &self,
        account: AccountId,
        number: u32,
        name: &str,
    ) -> Result<SeenPerson, LookUpError> {
        let (orders, document) = (self.orders(account).await, document(number));
        let typed = (DocumentKind::ResidentId, document.as_str(), name);
        self.world.registration.eligibility.look_up(account, &self.page(), &orders, typed).await
    }

    pub(crate) async fn bind(&self, account: AccountId, seen: &SeenPerson) -> Result<EligibilityState, BindError> {
        let orders = self.orders(account).await;
        self.world.registration.eligibility.bind(account, &self.page(), &orders, seen).await
    }

    /// Looks a person up and binds them.
    pub(crate) async fn bind_to(&self, account: AccountId, number: u32) -> Result<EligibilityState, BindError> {
        let seen = self.look_up(account, number).await.unwrap();
        self.bind(account, &seen).await
    }

    pub(crate) async fn hold(&self, account: AccountId, sitting: &str) -> Result<Order, OrderError> {
        self.world.registration.orders.hold(account, &cet(), &ids(&[sitting]), false).await
    }

    pub(crate) async fn state(&self, account: AccountId) -> EligibilityState {
        self.world.registration.eligibility.state(account, &cet()).await.unwrap()
    }

    pub(crate) async fn is_bound(&self, account: AccountId) -> bool {
        self.state(account).await != EligibilityState::None
    }

    /// Makes every binding so many hours older.
    pub(crate) async fn let_pass(&self, hours: u32) {
        let statement = format!("UPDATE registration.bindings SET bound_at = bound_at - interval '{hours} hours'");
        self.world.execute(&statement).await;
    }
}
