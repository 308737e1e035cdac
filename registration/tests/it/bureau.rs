//! A world with vendors that say what the test told them.

use gateways::aliyun::face_verify::AliyunFaceVerifyConfig;
use gateways::aliyun::two_elements::AliyunTwoElementsConfig;
use gateways::settings::Variables;
use gateways::tencent::face_compare::TencentFaceConfig;
use gateways::tencent::id_card_ocr::TencentOcrConfig;
use gateways::{CardReader, FaceComparer, Gateways, Liveness, TwoElements};
use registration::desk::case::Subject;
use registration::model::exam_rules::{AccountRules, CardCheck, LoginKind, MobileRule};
use registration::model::ids::AccountId;
use registration::people::accounts::{Account, NewAccount, SignUpForm};
use registration::people::identity::IdentityError;
use registration::pictures::kept::Slot;
use testkit::Vendors;

use crate::world::{Setup, World, document, picture};

pub(crate) struct Bureau {
    pub(crate) world: World,
    pub(crate) vendors: Vendors,
}

/// How long the cards of these tests are good.
pub(crate) const VALID: &str = "2016.07.21-2096.07.21";

impl Bureau {
    pub(crate) async fn start() -> Self {
        let vendors = Vendors::start().await;
        let variables = Variables::default().with(vendors.variables());
        let gateways = Gateways {
            cards: Some(CardReader::tencent(TencentOcrConfig::of(&variables).unwrap())),
            faces: Some(FaceComparer::tencent(TencentFaceConfig::of(&variables).unwrap())),
            liveness: Some(Liveness::aliyun(AliyunFaceVerifyConfig::of(&variables).unwrap())),
            two_elements: Some(TwoElements::aliyun(AliyunTwoElementsConfig::of(&variables).unwrap())),
            ..Gateways::default()
        };
        let setup = Setup { capacities: vec![1], gateways, ..Setup::default() };
        Self { world: World::start(setup).await, vendors }
    }

    /// A candidate who consented.
    pub(crate) async fn candidate(&self, number: u32) -> Account {
        let account = self.world.candidate(number).await;
        self.consent(account.id).await;
        account
    }

    /// A candidate who signs in by e-mail and may say to be anybody.
    pub(crate) async fn free_candidate(&self, email: &str) -> AccountId {
        let rules = AccountRules { login: LoginKind::Email, mobile: MobileRule::No, ..AccountRules::default() };
        let form = SignUpForm { email, password: "secret-1", ..SignUpForm::default() };
        let new = NewAccount::check(&form, &rules, false).unwrap();
        let account = self.world.registration.accounts.register(new).await.unwrap().id;
        self.consent(account).await;
        account
    }

    /// Agrees to all that is asked for, each by itself.
    async fn consent(&self, account: AccountId) {
        self.world.registration.identity.consent(account).await.unwrap();
        self.world.registration.face_consents().give(account).await.unwrap();
    }

    /// Hands in a card on which the vendor reads this person.
    pub(crate) async fn card(&self, account: AccountId, name: &str, number: u32) -> Result<(), IdentityError> {
        self.vendors.card(name, &document(number), VALID);
        self.draft_card(account).await;
        self.world.registration.identity.check_card(account, CardCheck::Auto).await
    }

    pub(crate) async fn draft_card(&self, account: AccountId) {
        for slot in [Slot::CardFront, Slot::CardBack] {
            self.world.registration.identity.draft(account, slot, picture()).await.unwrap();
        }
    }

    /// Hands in a photo of somebody holding a document.
    pub(crate) async fn hold_document(&self, account: AccountId) -> Result<Subject, IdentityError> {
        let identity = &self.world.registration.identity;
        identity.draft(account, Slot::Holding, picture()).await?;
        identity.hand_in(account).await?;
        Ok(Subject::Identity(account))
    }

    /// How many rows of pictures there are in a state.
    pub(crate) async fn pictures(&self, state: &str) -> i64 {
        let statement = "SELECT count(*) FROM registration.identity_pictures WHERE state = $1";
        self.world.sql().await.query_one(statement, &[&state]).await.unwrap().get(0)
    }
}
