//! Admission tickets: one, one that has changed beside a sitting without a seat, not yet, and a choice of several.

use jiff::SignedDuration;
use registration::model::exam_rules::AccommodationKind;
use registration::model::order::OrderState;
use registration::model::room::ticket::{Admission, Generation, Holder, Ticket, TicketSerial};
use registration::model::room::{Position, RoomId, SeatPlace, Site, SiteId};
use registration::rules::tickets::TicketRefusal;
use uuid::Uuid;

use super::{Studio, account, an_order, exam_page, now, text};
use crate::pages::ticket::{self, all, none};
use crate::view::layout::Visitor;
use crate::words::ticket::Phone;

/// As long as codes are.
const CODE: &str = "NCFOXN%TS3DHZN4HAF*PQFKKGTNA.Q/R8WRU2FCN8ABJ7VLM9E:IVL4CDKSNPG4CG3OO$2DI+8UUSTQOQ$A%WIV9RKQ-L2O3CDPE1TMJU1SE\
                    8AHFS2MK9P5R7%YIOH3MQ1C40IE6";

pub(super) fn ticket(name: &str, generation: u16, printed: Option<u16>) -> Ticket {
    let of = account(name);
    Ticket {
        sitting: "en-1".parse().unwrap(),
        number: "VCJ85CVU".parse().unwrap(),
        serial: TicketSerial(4_711),
        generation: Generation(generation),
        issued_at: now(),
        code: CODE.to_owned(),
        place: SeatPlace {
            sitting: "en-1".parse().unwrap(),
            site: Site {
                id: SiteId(Uuid::from_u128(1)),
                name: text("临江大学东校区", "Linjiang University, East Campus"),
                address: text("桐浦市湖滨路 100 号", "100 Hubin Road, Tongpu"),
                way: text(
                    "地铁 2 号线湖滨站 3 口出，沿湖滨路向东步行约四百米，从东门进。",
                    "Metro line 2 to Hubin, exit 3; 400 m east along Hubin Road; enter by the east gate.",
                ),
                position: Some(Position { latitude: 31.2, longitude: 121.4 }),
            },
            room: RoomId(Uuid::from_u128(2)),
            room_name: "一号楼 302".to_owned(),
            floor: "3 层".to_owned(),
            room_number: 12,
            seat: 1,
            label: "H01".to_owned(),
            assigned_at: now(),
        },
        holder: Holder { name: of.name, document: of.document, has_photo: false },
        granted: Vec::new(),
        printed: printed.map(Generation),
    }
}

impl Studio {
    pub(super) fn tickets(&mut self) {
        let (w, mut exam) = (self.w, exam_page());
        exam.rules.ticket.arrive_minutes = Some(40);
        exam.rules.ticket.closes_minutes = Some(15);
        exam.rules.ticket.minutes = Some(120);
        exam.rules.ticket.rules = Some(exam.notice.clone());
        let order = an_order(OrderState::Confirmed);
        let mut both = order.clone();
        both.sittings.push(order.sittings[0].clone());
        let mut long = ticket("阿卜杜热西提·买买提依明·艾合买提江", 2, Some(1));
        long.granted = AccommodationKind::ALL.to_vec();
        let shots = [
            ("ticket", &order, vec![Admission::Ticket(Box::new(ticket("张伟", 1, None)))], true),
            (
                "ticket-changed",
                &both,
                vec![Admission::Ticket(Box::new(long)), Admission::NotArranged("en-1".parse().unwrap())],
                false,
            ),
        ];
        for (name, order, admissions, can_print) in shots {
            let view = ticket::View {
                exam: &exam,
                order,
                admissions: &admissions,
                phone: Phone::Other,
                can_print,
                now: now(),
            };
            self.add(name, "ticket", None, Visitor::SignedIn, &ticket::body(w, &view));
        }
        let from = now() + SignedDuration::from_hours(200);
        let later = none::body(w, &exam, &order, TicketRefusal::NotYet(from), now());
        self.add("ticket-not-yet", "ticket", None, Visitor::SignedIn, &later);
        self.add("tickets", "ticket", None, Visitor::SignedIn, &all::body(w, &exam, &[order.clone(), both], now()));
    }
}

/// The code on the page is small enough for a phone's screen, and is read again as it was written.
#[test]
fn d7_a_tickets_code_is_of_version_7_at_most_and_is_scanned() {
    use ticketcode::{CODE_CHARS_MAX, Entry, KeyId, PublicKeys, SigningKey, Tag};

    let key = SigningKey::new(Tag::of("degree-english"), KeyId(u16::MAX), &[7; 32]).unwrap();
    let entry = Entry {
        key: KeyId(1),
        exam: Tag::of("degree-english"),
        sitting: Tag::of("en-1"),
        serial: u64::MAX,
        room: u16::MAX,
        seat: u16::MAX,
        not_before: now(),
        not_after: now() + SignedDuration::from_hours(3),
        generation: u16::MAX,
    };
    let code = key.sign(&entry);
    assert!(code.len() <= CODE_CHARS_MAX);
    let picture = image::load_from_memory(&pagekit::qr_code::code(&code).unwrap()).unwrap().to_luma8();
    // Ten pixels a module, four modules of white on both sides; version 1 has 21, and each further one four more.
    let modules = picture.width() / 10 - 8;
    let version = (modules - 17) / 4;
    assert!(version <= 7, "version {version}");
    let side = usize::try_from(picture.width()).unwrap();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
        picture.get_pixel(u32::try_from(x).unwrap(), u32::try_from(y).unwrap()).0[0]
    });
    let (meta, read) = prepared.detect_grids()[0].decode().unwrap();
    assert_eq!((meta.version.0, read.as_str()), (usize::try_from(version).unwrap(), code.as_str()));
    let keys: PublicKeys = [key.public()].into_iter().collect();
    assert_eq!(keys.verify(&read).unwrap().serial, u64::MAX);
}
