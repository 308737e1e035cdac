//! What the machine may have read on the pictures of the gallery's cases.

use jiff::SignedDuration;
use registration::Fen;
use registration::desk::payments::{Compared, Double, Pictured, Place, Reading, Review, Verdict};
use registration::model::order::{OrderId, OrderState};
use uuid::Uuid;

/// Read and right; read and wrong, with doubles, where something `is_wrong`; given up where it is decided.
pub(super) fn of(case: &Review, is_wrong: bool) -> (Reading, Vec<Double>) {
    if case.order.state != OrderState::WaitingReview {
        return (Reading::Unread, Vec::new());
    }
    let (amount, verdict) =
        if is_wrong { (Fen(10_200), Verdict::Differs) } else { (case.order.amount, Verdict::Agrees) };
    let at = case.order.created_at + SignedDuration::from_mins(if is_wrong { -3 * 24 * 60 } else { 3 });
    let payee = if is_wrong { "阿克苏地区职业技术学校教材发行服务站" } else { "临江大学" };
    let pictured = Pictured {
        order_number: Some("4200002456202611221234567890".to_owned()),
        merchant_number: is_wrong.then(|| "1000107101202611220123456789".to_owned()),
        amount: Compared { read: Some(amount), verdict },
        payee: Compared { read: Some(payee.to_owned()), verdict: Verdict::Unknown },
        paid_at: Compared { read: Some(at), verdict },
    };
    let double = |number: u128, place, is_alike, has_same_number| Double {
        picture: Uuid::from_u128(number),
        place,
        is_alike,
        has_same_number,
    };
    let order = OrderId::from_bits(0xA5_F3C4_9D21);
    let own = Place::Order { order, is_own: true, amount: Fen(12_000) };
    let other = Place::Order { order, is_own: false, amount: Fen(12_000) };
    let doubles = vec![
        double(11, other, true, true),
        double(12, own, false, true),
        double(13, Place::Hidden, true, false),
        double(14, Place::Before, true, false),
    ];
    (Reading::Read(Box::new(pictured)), if is_wrong { doubles } else { Vec::new() })
}
