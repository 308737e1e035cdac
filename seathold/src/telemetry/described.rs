//! What the numbers of `/metrics` mean, as Prometheus and Grafana show it beside them; docs/operating.md says more.

use metrics::{describe_counter, describe_gauge, describe_histogram};

/// Counters without labels. They are there from the beginning, at 0: of a counter that appears with its first count, Prometheus
/// sees no increase.
const COUNTERS: [(&str, &str); 29] = [
    ("seathold_connections_stalled_total", "Connections cut off because they read nothing for 30 s"),
    ("seathold_queue_refusals_total", "Requests refused because a pool's queue was full"),
    ("seathold_script_faults_total", "Calls of Redis that had to be asked again"),
    ("seathold_holds_expired_total", "Holds that lapsed"),
    ("seathold_offers_total", "Seats held for those who wait longest on a waiting list"),
    ("seathold_ledger_rows_total", "Rows written to the ledger"),
    ("seathold_sync_faults_total", "Times that the ledger could not be written"),
    ("seathold_parked_events_total", "Events that the ledger refused"),
    ("seathold_ledger_contradictions_total", "Holds about which Redis and the ledger said different things"),
    ("seathold_settle_conflicts_total", "Decisions of the ledger that Redis could not follow"),
    ("seathold_ledger_went_back_total", "Times that Postgres came back with older data than Redis knows"),
    ("seathold_clock_set_forward_total", "Times that Redis's clock was set forward"),
    ("seathold_paper_characters_missing_total", "Papers printed with a character that no font has"),
    ("registration_bindings_total", "Accounts bound to a person of a roster"),
    ("registration_faces_passed_total", "Face checks passed"),
    ("registration_pictures_handed_in_total", "Pictures of payments handed in"),
    ("registration_orders_confirmed_total", "Payments that staff confirmed"),
    ("registration_payments_received_total", "Payments that came by a channel"),
    ("registration_payments_strange_total", "Words of a channel about a payment that fit nothing known of it"),
    ("registration_notifications_foreign_total", "Notifications about another merchant or number"),
    ("registration_notifications_other_amount_total", "Notifications of another amount than was asked for"),
    ("registration_orders_withdrawn_total", "Paid seats that candidates gave up"),
    ("registration_groups_begun_total", "Lists of orders that schools pay for"),
    ("registration_refunds_expired_total", "Refunds to which nobody agreed in time"),
    ("registration_places_published_total", "Seats in rooms published by a draw"),
    ("registration_places_late_total", "Seats in rooms given to those who were confirmed later"),
    ("registration_accounts_forgotten_total", "Accounts whose personal data went, as the rule of retention says"),
    ("registration_messages_failed_total", "Codes that did not go out"),
    (
        "registration_new_devices_not_told_total",
        "Sign-ins on new devices whose owners were not told, because too many were",
    ),
];

/// Counters with labels: each appears with its first count.
const LABELLED: [(&str, &str); 20] = [
    ("seathold_api_requests_total", "Answers of the JSON API, by operation and status"),
    ("seathold_seats_asked_total", "Requests for seats by whatever door, by exam and outcome, as the wall shows them"),
    ("seathold_connections_refused_total", "Connections turned away for want of a place, by listener"),
    ("seathold_requests_refused_total", "Requests answered 503 because too much was under way, by listener"),
    (
        "seathold_api_keys_refused_total",
        "Keys of the API that were refused, by why: mistyped, unknown, ended, scope, exam",
    ),
    ("seathold_limited_total", "Requests answered 429, by what was too often: address, key, candidate"),
    ("seathold_notifications_refused_total", "Notifications of payments answered with an error, by why"),
    ("registration_notifications_refused_total", "Notifications that were not genuine or could not be taken, by why"),
    ("registration_identities_verified_total", "Identities verified, by the way they were proved"),
    ("registration_codes_refused_total", "Codes not sent because a budget of the day was spent"),
    ("registration_sign_ups_refused_total", "Accounts not made because a network's budget of the day was spent"),
    (
        "registration_seats_refused_by_network_total",
        "Seats not given because a network holds as many as its exam allows",
    ),
    ("registration_refunds_begun_total", "Refunds, by what they are for"),
    ("registration_outbox_total", "Letters and messages, by topic and what became of them"),
    ("registration_webhooks_total", "Tries to deliver webhooks, by outcome: sent, failed, given_up"),
    ("registration_webhook_endpoints_disabled_total", "Endpoints of webhooks that are told nothing more, by why"),
    ("registration_reminders_total", "Reminders written, by kind"),
    ("registration_pictures_read_total", "Pictures of payments that the machine worked on, by outcome"),
    ("registration_job_failed_total", "Rounds of a job that broke off, by its name"),
    ("registration_bills_late_total", "Bills of channels that did not come in time"),
];

const GAUGES: [(&str, &str); 10] = [
    ("seathold_connections", "Connections that are open, by listener"),
    ("seathold_ledger_lag_seconds", "How old the newest event is that the ledger has not got, by pool"),
    ("seathold_clock_ahead_seconds", "How far a store's clock is ahead of this machine's"),
    ("seathold_room_on", "1 while an exam's waiting room is on"),
    ("seathold_room_waiting", "Candidates in an exam's waiting room"),
    ("seathold_room_admitted", "Candidates let through an exam's waiting room"),
    ("seathold_list_waiting", "Candidates on the waiting lists of a pool"),
    ("seathold_list_kept", "Free seats of a pool that are kept for its waiting lists"),
    ("registration_outbox_late_seconds", "How late the oldest letter or message is that should have left"),
    ("registration_job_last_success_timestamp_seconds", "When a job last did all that there was to do"),
];

const HISTOGRAMS: [(&str, &str); 3] = [
    (BATCH, "Requests that went to Redis in one call, by script"),
    ("seathold_script_seconds", "How long a call of Redis took"),
    ("seathold_ledger_commit_seconds", "How long the ledger's writer took for a transaction"),
];

/// The one histogram that counts requests and no seconds.
pub(super) const BATCH: &str = "seathold_batch_requests";

/// Tells the recorder, which must be installed, what all of them mean.
pub(super) fn describe() {
    for (name, text) in COUNTERS {
        describe_counter!(name, text);
        metrics::counter!(name).increment(0);
    }
    LABELLED.iter().for_each(|(name, text)| describe_counter!(*name, *text));
    GAUGES.iter().for_each(|(name, text)| describe_gauge!(*name, *text));
    HISTOGRAMS.iter().for_each(|(name, text)| describe_histogram!(*name, *text));
}
