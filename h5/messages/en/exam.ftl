# Words of the candidate's pages. Both languages have the same keys; a test compares them.

# Exam
exam-window = Registration
exam-window-to = to
exam-fee = Fee
exam-deadline = Pay by
exam-contact = Questions
exam-hold = Seat held for
exam-hold-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
 }
notice-title = Before you register
notice-read = Read all of it
notice-agree = I have read and understood this notice
sittings-title = Choose a sitting
sittings-title-many = Choose subjects
sittings-one = Choose one sitting.
sittings-one-of-group = You can choose one of this group.
sittings-any = You can choose more than one.
sittings-none = None: { $group }
sitting-mine = Yours · { $state }
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
choose-submit-many = Save and hold the seats
choose-submit-guest = Sign in and hold my seat
choose-submit-again = Change to this sitting
choose-busy = Holding your seat…
choose-hint = Your seat is then held for { $held }.
choose-hint-again = Changing does not start the clock again: pay by { $time }.
choose-soon = Registration opens { $when }. Reload this page then to choose a sitting.
choose-closed = Registration has closed. If you hold a seat, it is under My account.
have-unpaid-title = You hold a seat
have-unpaid-text = Your seat stays yours until you have the new one. The time to pay stays the same.
have-unpaid-far = Changing to another province gives up your seat first; if the new sitting turns out to be full, the old seat may be gone too.
have-go = See my registration
hold-error-none = Choose a sitting
hold-error-none-of = Choose at least one subject: { $part }
hold-error-agree = Read the notice and tick the box
hold-error-full = That sitting has just filled up. You can choose another.
hold-error-full-until = That sitting has just filled up. You can choose another, or look again at { $time }.
hold-error-group = Only one sitting of a group can be chosen, and you already have one of this group.
hold-error-not-open = Registration is not open now. No seat was held.
hold-error-unavailable = Seat numbers are being restored. No seat was held. Please try again in a few seconds.
hold-error-unknown = That sitting no longer exists. Please choose again.
hold-error-have = You are already registered for this exam.
hold-error-paying = A payment of this order is under way. You can change the session once it has come to an end.

# Progress
progress = Step { $step } of { $steps } · { $name }
step-done = Done
step-now = Your turn
step-waiting = Waiting
step-refused = Not accepted
step-later = Not yet
step-since = handed in { $when }
step-from = opens { $when }
step-over = ended { $when }
step-optional = (optional)
step-until = Closes { $when }
step-pay-until = Seat held until { $when }

# Refused choices
choice-not-eligible = You are not eligible for { $subject }.
choice-requires = Register for { $needs } first: { $subject } needs it.
choice-other-campus = Your school does not let you choose { $campus }. Please ask your school if you have questions.
choice-too-late = This sitting has begun, or begins too soon. Please choose another.
sitting-begun = Has begun
sitting-closing = Begins soon: registration is over
choice-campus-closed = { $campus } is not open for registration now. Choose another campus, or watch your school's notices.
choice-no-fee = The fee of this subject is not set yet, so it cannot be chosen.
choice-group-had = You have { $subject }, so this one cannot be chosen
drop-paid = A subject that is paid for cannot be dropped.
drop-paying = A payment of this order is under way. You can drop the subject once it has come to an end.
drop-last = You cannot drop every subject: keep at least one.
drop-needed = You are registered for { $subject }, which needs this subject. Drop { $subject } first.
hold-error-blocked = Please finish the earlier steps first.
or = { " or " }

# Overview of an exam
exam-hold-hours = { $hours } hours
exam-now = Next: { $task }
exam-now-guest = Register
exam-now-waiting = { $task }: waiting for the result
exam-now-refused = { $task }: not accepted
exam-now-not-yet = Not open yet
exam-now-over = Closed
exam-opens = Opens { $when }. Come back to this page then.
exam-over = This step closed { $when }.
exam-ahead = You can do this step ahead of time.
exam-reason = Reason: { $reason }
exam-start = Start registration
exam-back = Back to the exam
exam-complete-title = You are registered
exam-ticket-from = The admission ticket can be printed from { $when }.
exam-ticket-later = When admission tickets can be printed will be announced; you print yours on this page then.
steps-title = Steps
window-from = Opens:
window-until = Closes:
window-pay-until = Pay by:
change-details = Change the form
read-notice = Read the notice again
change-sitting = Change the sitting
choose-more = Choose more subjects
seats-title = See free seats
task-notice = Notice
task-identity = Identity check
task-face = Face check
task-eligibility = Eligibility
task-details = Registration form
task-review = Review of the form
task-sittings = Choose a sitting
task-sittings-of = Choose subjects: { $part }
task-payment = Payment
task-payment-of = Payment: { $part }
task-ticket = Admission ticket
lead-notice = Please read the notice and confirm. It takes some two minutes.
lead-identity = Have your document at hand. Once checked, it counts for all exams.
lead-face = Take a photo of your face with your phone; it is compared with your document. Make sure your face is well lit.
lead-eligibility = Enter your document to look up your school record and the subjects you may sit.
lead-details = Please fill in the form. You can save it and come back at any time.
lead-review = Your form is being reviewed. You can go on once it has passed.
lead-review-refused = Please change the form as the reason says and hand it in again.
lead-sittings = Your seat is held for a while once you choose. Please pay within that time.
lead-payment = Your seat is held. Please pay before the deadline.
lead-ticket = You can print your admission ticket now.
go-notice = Read the notice
go-identity = Verify your identity
go-face = Start the face check
go-eligibility = Look up eligibility
go-details = Fill in the form
go-sittings = Choose

# Notice
notice-part-title = About choosing subjects
notice-province = Notice of the province
notice-school = Notice of the school
notice-campus = Notice of the campus
notice-agree-full = I have read and understood the above, and agree
notice-submit = Agree and go on
notice-sign-in = Sign in to agree
notice-decline = Decline and go back
notice-error = Tick the box first, to say that you have read it and agree
notice-agreed = You have agreed to the above.

# My subjects
mine-title = My subjects
mine-person = Who is registered
mine-how = Registration
mine-unpaid = Unpaid in all
mine-drop = Drop this subject
mine-drop-text = The seat goes back at once and the { $fee } need not be paid; there may be no seat when you want it again. Other subjects stay.
mine-drop-paid = If you have paid, do not drop it: upload the screenshot of the order first.
mine-drop-submit = Yes, drop it
mine-by-candidate = Registered by candidate
mine-not-arranged = Room not assigned
drop-refused-title = This subject cannot be dropped

# Campus
campus-title = Campus
campus-label = Campus where you register
campus-hint = These campuses are open now. Some open later: watch your school's notices.
campus-submit = Choose
campus-other = Others
campus-choose = Choose a campus
level-province = province
level-school = school
level-campus = campus
campus-fixed = Your school does not let its candidates register elsewhere, so the campus is fixed.
sittings-none-here-title = Not offered at this campus
sittings-none-here-text = Choose another campus, or ask your school.

# Registration form
details-locked = Your verified details
details-locked-hint = This comes from your identity check and your account and cannot be changed here.
details-asked = Please fill in
details-missing = Enter: { $label }
details-choose = Choose: { $label }
details-born = Enter the date of birth that is on your document
details-too-long = { $label }: at most { $most } characters, on one line
details-review-hint = What you hand in is compared at once; where it differs, staff decide, usually within one working day.
details-submit = Hand in
details-submit-again = Save changes
details-save = Save for later
details-mobile-hint = The mobile number is changed under My account, which leads back here; what you filled in is kept.
details-mobile-link = Change mobile number
details-draft-again = These changes have not been handed in. What you handed in before still stands.
details-discard = Discard these changes
details-kept = Kept automatically; not handed in yet.
details-lost = Not kept for the moment. It is tried again once you are online.
effects-review = When you save changes, the form is reviewed anew. What equals your school's record passes at once; otherwise staff decide, usually within one working day.
effects-review-staff = Staff then review it anew, usually within one working day.
effects-order = After a change staff look at your registration again. Your seat is kept and your payment counts: do not pay twice. While your screenshot is still being reviewed, you can send another one on the page of your registration.
effects-paid = The seat whose payment you handed in is kept meanwhile.
effects-held-title = Your seat is not paid for and is held until { $when } only
effects-held-text = Changing the form gives you no more time. If staff have to review it, you cannot choose a sitting until they have decided; a seat that is not paid for in time is released and may be taken by then. It is best to pay first.
effects-held-pay = Pay first
effects-refused-title = Upload your order screenshot again by { $when }
effects-refused-text = Changing the form gives you no more time. You can upload during the review, too. After that time the seat is released, and you cannot choose a sitting until the review has passed.
details-over = Registration has ended; the form cannot be changed any more.
details-draft = This is what you filled in last time. It was kept for you and has not been handed in.
details-again = You can change it while registration is open.
details-refused-title = The review did not pass
details-refused-text = Please change the form and hand it in again. Another review takes about one working day.
field-optional = (optional)
field-choose = Choose
sex-male = Male
sex-female = Female

photo-error-missing = Choose a photo
photo-error-different = The photo does not show the person whose identity was checked, so the form cannot be handed in. Choose a photo of yourself.
photo-error-no-face = There is no face on the photo. Choose one that shows you from the front, bareheaded.
photo-error-poor = The face cannot be seen well enough. Choose an evenly lit, sharp photo.
photo-error-gone = The photo has expired. Please choose it again.
photo-error-tries = { $count } photos were compared today. Please try again tomorrow.

# Where a registration stands: one sentence, one button
stand-closed = Registration closed { $when }.
stand-reviewed = Review of the form: passed
stand-reviewed-next = { "Next: " }{ $task }.{ " " }
stand-ahead = { $task }: not open yet
stand-over = { $task }: closed
stand-unpaid = Your seat is held until { $when }. Please pay and upload the screenshot before then.
stand-unpaid-before = { " " }The other subject can be paid for once this one is.
stand-owed = Your payment has arrived, but the seat was gone
stand-owed-text = Choose another sitting of the same fee by { $when }; otherwise the money goes back the way it came.
stand-cancelled = Your registration was cancelled
stand-since = Sent { $when }; staff are looking at it.{ " " }
stand-days = It usually takes { $days ->
    [one] one working day
   *[other] { $days } working days
}.{ " " }
stand-hears-letter = You get an e-mail once there is a result, and it appears here.
stand-hears-message = You get a text message once there is a result, and it appears here.
stand-hears-page = The result appears on this page.
stand-change-waiting = You are registered; your change is under review
stand-change-waiting-text = You changed the form. Your payment counts and your seat stays; there is nothing to pay.{ " " }
stand-change-refused = You are registered; your change was not accepted
stand-change-refused-text = Your payment counts and your seat stays. Please change the form as the reason says and hand it in again.
stand-score-waiting = { $task }: waiting
stand-score-refused = { $task }: not accepted
stand-score-passed = { $task }: passed
stand-score-look = See the review
step-passed = Passed
exam-look = See the registration
exam-days = Exam dates
mine-eligible = Eligible for
have-fixed = After the screenshot is in, you cannot change the sitting yourself. If you must, please ask the organiser.
