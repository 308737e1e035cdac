# Words of the candidate's pages. Both languages have the same keys; a test compares them.

# Exam
exam-window = Registration
exam-window-to = to
exam-fee = Fee
exam-deadline = Pay by
exam-hold = Seat held for
exam-hold-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
 }
notice-title = Before you register
notice-read = Read all of it
notice-agree = I have read and understood this notice
sittings-title = Choose a sitting
sittings-one = You can choose one.
sittings-one-of-group = You can choose one of this group.
sittings-any = You can choose more than one.
sittings-none = None of this group
sittings-free-group = Other sittings
sittings-empty-title = No sittings published yet
sittings-empty-text = They will appear here. Please come back later.
sittings-wait-title = Seat numbers are being restored
sittings-wait-text = This usually takes a few seconds. Please reload the page. Seats already held are safe.
level-ample = { $free } of { $capacity } left
level-low = More than half taken, { $free } of { $capacity } left
level-full = Full
level-release = A seat may come back from { $time }
live-on = Seat numbers are live
live-off = Seats as of { $time }. Reload for the latest.
live-lost = Live seat numbers lost. Reconnecting.
choose-submit = Hold my seat and pay
choose-submit-guest = Sign in and hold my seat
choose-submit-again = Change to this sitting
choose-busy = Holding your seat…
choose-hint = Your seat is then held for { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
 }.
choose-soon = Registration opens { $when }. Reload this page then to choose a sitting.
choose-closed = Registration has closed. If you hold a seat, it is under My registrations.
have-unpaid-title = You hold a seat
have-unpaid-text = Changing gives up the seat you hold. If the new sitting turns out to be full, your old seat may be gone too.
have-review-title = You are registered; your screenshot is being reviewed
have-review-text = The sitting cannot be changed during the review.
have-refused-title = Your screenshot was not accepted
have-refused-text = Your seat is still held. Please upload another screenshot. Do not pay again.
have-confirmed-title = You are registered
have-go = See my registration
hold-error-none = Choose a sitting
hold-error-agree = Read the notice and tick the box
hold-error-full = That sitting has just filled up. You can choose another.
hold-error-full-until = That sitting has just filled up. You can choose another, or look again at { $time }.
hold-error-group = Only one sitting of a group can be chosen, and you already have one of this group.
hold-error-not-open = Registration is not open now. No seat was held.
hold-error-unavailable = Seat numbers are being restored. No seat was held. Please try again in a few seconds.
hold-error-unknown = That sitting no longer exists. Please choose again.
hold-error-have = You are already registered for this exam.

# Progress
progress = Step { $step } of { $steps } · { $name }
step-done = Done
step-now = Your turn
step-waiting = Waiting
step-refused = Not accepted
step-later = Not yet
step-since = since { $when }
step-from = opens { $when }
step-over = ended { $when }
step-optional = (optional)
step-until = until { $when }

# Refused choices
choice-not-eligible = You are not eligible for { $subject }.
choice-requires = Register for { $needs } first: { $subject } needs it.
choice-other-campus = Your school does not let you choose { $campus }. Please ask your school if you have questions.
choice-campus-closed = { $campus } is not open for registration now. Choose another campus, or watch your school’s notices.
choice-no-fee = The fee of this subject is not set yet, so it cannot be chosen.
drop-paid = A subject that is paid for cannot be dropped.
drop-last = You cannot drop every subject: keep at least one.
drop-needed = You are registered for { $subject }, which needs this subject. Drop { $subject } first.
hold-error-blocked = Please finish the earlier steps first.
or = { " or " }
