# Words of the candidate's pages. Same keys as zh.ftl; a test checks it.

# Frame
site-name = Exam registration
skip = Skip to content
nav = Site
nav-me = My registrations
nav-sign-in = Sign in
language-switch = 中文
demo = Demonstration: nothing here is a real registration, and nothing is charged.
offline = You are offline. Seat numbers update once you are back. The time of your seat is kept by the server and is not affected.
footer-time = All times are Beijing time.
footer-privacy = Document numbers are stored encrypted and only ever shown in part.

# Home
home-title = Exam registration
home-open = Open now
home-soon = Opening soon
home-closed = Closed
home-empty-title = No exam is open for registration
home-empty-text = New exams appear here as soon as the school publishes them. If you have registered already, see your registrations.
home-mine = My registration:
home-me = My registrations
exam-open = Open
exam-soon = Not open yet
exam-closed = Closed
exam-until = until { $when }
exam-from = from { $when }
exam-ended = since { $when }
exam-enter = Notice and sittings

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

# Hold
hold-label = Your seat
hold-until = Your seat is held until { $time }
hold-left = Time left
hold-pay = Pay
hold-upload = Upload
hold-over-title = The time for your seat is up
hold-over-text = If you have not paid, do not pay now.
hold-over-paid = Paid already? Upload the screenshot
hold-over-next = Choose again
hold-say-short = Three minutes left for your seat

# Progress
progress = Step { $step } of { $steps } · { $name }
step-sittings = Choose a sitting
step-payment = Payment
step-review = Review
step-done-name = Registered
step-done = Done
step-now = Your turn
step-waiting = Waiting
step-refused = Not accepted
step-later = Not yet
step-since = since { $when }
step-until = until { $when }

# Signing in and up
sign-in-title = Sign in
sign-in-lead = Use your ID number and password.
sign-in-submit = Sign in
sign-in-new = No account yet?
sign-in-new-link = Create one
sign-in-wrong = The ID number or the password is wrong. Check both and try again.
form-too-many = Too many requests just came from here, and this one was not processed. Press again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}.
sign-in-too-many = Too many attempts. Please try again in a few minutes.
sign-in-busy = Many people are signing in. Please try again in a few seconds.
sign-in-needed = Sign in to hold your seat. Your choice is remembered.
sign-up-title = Create an account
sign-up-lead = One account per person, for this exam and later ones.
sign-up-submit = Create account
sign-up-have = Have an account?
sign-up-have-link = Sign in
sign-up-taken = There is already an account for this ID number. Please sign in.
sign-up-busy = Many people are signing up. Please try again in a few seconds; what you typed is still here.
field-name = Name
field-name-hint = As printed on your ID card.
field-name-error = Enter your name as printed on your ID card
field-document = ID number
field-document-hint = The 18 characters of your resident ID, or of your residence permit for Hong Kong, Macau and Taiwan residents. This is your login and cannot be changed.
field-document-error = Enter your ID number
field-document-length = An ID number has 18 characters
field-document-character = An ID number has digits only; the last character may be X
field-document-place = The first six digits are not right. Compare them with your card
field-document-date = The date of birth in the number is not right. Compare it with your card
field-document-check = The last character does not fit the others. Compare the number with your card
field-mobile = Mobile number
field-mobile-hint = The 11 digits of the phone you use.
field-mobile-error = Enter an 11-digit mobile number
field-password = Password
field-password-hint = { $min } to { $max } characters.
field-password-error = Enter your password
field-password-length = A password has { $min } to { $max } characters
field-password-character = A password cannot begin or end with a space
password-show = Show
password-hide = Hide
form-errors = There is a problem
form-busy = Sending…

# Payment
pay-title = Payment
pay-amount = To pay
pay-order = Registration number
pay-code-title = Pay by QR code
pay-code-alt = QR code of the payment page
pay-code-save = Save the code
pay-code-hint = You can also press and hold the picture.
pay-code-link = Cannot scan? Open the payment page
pay-step-save = Save the code to your album
pay-step-scan = In WeChat, open Scan, tap Album and choose the code
pay-step-fill = Fill in payer and candidate and pay { $amount }
pay-step-back = Come back here and upload a screenshot of the order
pay-self-title = The payer must be the candidate
pay-self-text = Enter the same name, mobile and ID number as in your account. A payment with other details does not count.
pay-self-who = Your account
pay-upload-title = Upload the order screenshot
pay-upload-lead = After paying, find the order in WeChat and take a screenshot of it:
pay-path-1 = WeChat
pay-path-2 = Me
pay-path-3 = Services
pay-path-4 = Wallet
pay-path-5 = Transactions
pay-path-6 = Order details
pay-upload-what = Amount, time and order number must be readable.
pay-submit = Send screenshot
pay-busy = Uploading. Please keep this page open…
pay-release-title = I do not want this seat
pay-release-text = Your seat goes back at once. If you have paid, do not give it back; upload your screenshot first.
pay-release-submit = Give the seat back
pay-lapsed-title = The time for your seat is up
pay-lapsed-text = Your seat may already have gone back. If you have not paid, do not pay now; choose a sitting again.
pay-lapsed-paid = If you have paid, upload your screenshot as usual: as long as the sitting has a free seat, it is yours again.
pay-lapsed-next = Choose again
pay-refused-title = Your screenshot was not accepted
pay-refused-reason = Reason: { $reason }
pay-refused-text = Your seat is kept until { $when }. Upload another screenshot before then. If you have paid, use the order you have; do not pay again.
upload-legend = Order screenshot
upload-limit = A JPG or PNG picture of at most { $limit } MB.
upload-album = From album
upload-camera = Camera
upload-chosen = Chosen: { $name }
upload-preview = Preview of the chosen picture
upload-none = Choose the order screenshot first
upload-too-large = This picture is larger than { $limit } MB. Take the screenshot again, or crop it, and choose again.
upload-too-many-pixels = This picture has too many pixels. Use a screenshot, not a scan.
upload-not-a-picture = This file is not a JPG or PNG picture. Please choose another.
upload-heic = This is a HEIC picture, which cannot be read here. Take a screenshot of the order details and choose that.
upload-too-many = { $count } screenshots have been sent for this registration, and no more can be. Please contact the school.
upload-lapsed-closed = The time for your seat is up and registration has closed. The screenshot was not sent. If you have paid, keep the order and contact the school.
upload-lapsed-full = The time for your seat is up and the sitting is full. The screenshot was not sent. If you have paid, keep the order and contact the school.
upload-busy = Many people are uploading. Please send it again in a few seconds.
upload-not-now = No screenshot can be sent now. See My registrations.

# Outcome
receipt-review-title = Sent, waiting for review
receipt-review-text = Staff will check your screenshot. Your seat is kept however long that takes.
receipt-confirmed-title = You are registered
receipt-confirmed-text = Your payment has been checked and your seat is confirmed.
receipt-number = Registration number
receipt-exam = Exam
receipt-candidate = Candidate
receipt-document = ID number
receipt-sittings = Sitting
receipt-amount = Amount
receipt-submitted = Sent
receipt-decided = Confirmed
receipt-next = What comes next
receipt-next-review = The review usually takes one working day. The result appears under My registrations.
receipt-next-refused = If it is not accepted, you will see why and can upload again without paying again.
receipt-next-keep = Keep a screenshot of this page.
receipt-next-ticket = Once tickets can be printed, download yours under My registrations.
receipt-again = Sent the wrong picture?
receipt-again-text = You can upload another; the last one counts. Do not pay again.
receipt-me = My registrations
ended-title = Your seat has been given back
ended-text = This registration has ended and the seat is free for others. You can choose a sitting again.
ended-cancelled = No acceptable screenshot came in time, and this registration was cancelled. While registration is open you can choose again. If you have paid, contact the school.
ended-next = Choose again

# My registrations
me-title = My registrations
me-empty-title = You have no registrations
me-empty-text = Choose an exam and read its notice, then choose a sitting.
me-empty-next = See open exams
me-account = My details
me-name = Name
me-document = ID number
me-mobile = Mobile
me-sign-out = Sign out
order-unpaid = To pay
order-review = In review
order-refused = Not accepted
order-confirmed = Confirmed
order-lapsed = Time ran out
order-released = Given back
order-cancelled = Cancelled
order-do-pay = Continue to payment
order-do-again = Upload again
order-do-view = Details
order-do-choose = Choose again
order-note-unpaid = Pay and upload the screenshot by { $when }
order-note-review = Sent { $when }
order-note-refused = Reason: { $reason }
order-note-lapsed = The time for the seat is up. If you have paid, you can still upload the screenshot
order-note-confirmed = Confirmed { $when }

# Waiting room
room-title = Waiting room
room-refused-title = No seat is held yet: there is a line
room-refused-text = Your place in it is taken, and your choice is remembered. When it is your turn, this page takes you back to it.
room-position = Your place in line
room-position-number = No. { $number }
room-ahead = Ahead of you
room-ahead-number = { $count ->
    [one] { $shown } person
   *[other] { $shown } people
 }
room-next = Nobody. You are next.
room-wait = Expected wait
room-wait-short = Less than a minute
room-wait-minutes = About { $minutes } minutes
room-wait-hours = { $hours ->
    [one] About { $hours } hour
   *[other] About { $hours } hours
 }
room-wait-hours-minutes = About { $hours } h { $minutes } min
room-wait-unknown = Being estimated
room-wait-full = Not known until a seat is free
room-opens-in = Opens in
room-opens = Opens
room-present = Here now
room-present-number = { $count ->
    [one] { $shown } person
   *[other] { $shown } people
 }
room-updated = As of { $time }.
room-refreshes = Refreshes in about { $seconds } seconds.
room-refresh = Refresh now
room-full-title = No seat is free at the moment
room-full-until = Nobody is let in meanwhile, so that nobody comes in vain. A seat may come back from { $time }; the line then moves on in order.
room-full-text = Nobody is let in meanwhile, so that nobody comes in vain. When a seat comes back, the line moves on in order.
room-away-title = Your place cannot be looked up just now
room-away-text = The system is recovering, which usually takes a few seconds. This page tries again by itself; please leave it open.
room-kept-title = Your place is kept
room-kept-before = You may close this page. After the opening, come back on any device with the same account.
room-kept-text = You may close this page. Come back on any device with the same account.
room-turn = When it is your turn you have { $minutes } minutes to take a seat. After that you would have to queue again.
room-how-title = How the line works
room-how-text = Everybody who is here before the opening is shuffled at the opening; it makes no difference how early you came. Whoever comes later queues behind them in order of arrival. Each account has one place: more pages or devices do not make it faster. When it is your turn, this page takes you to the sittings.
room-check-title = How to check the order
room-check-text = The order follows from a seed. It is drawn before the first person comes, and its SHA-256 is published; the seed itself follows after the opening. Anybody can check: the seed has the published SHA-256, so it was not exchanged; with the seed as the key, take the HMAC-SHA256 of the candidate code and its first 52 bits: the smaller number is ahead.
room-check-link = See the public data
room-commitment = SHA-256 of the seed
room-commitment-short = This line's seed has SHA-256 { $digits }….
room-seed = Seed
room-seed-later = Published after the opening
room-candidate = Candidate code
gate-title = There is a line for seats now
gate-text = Many people are here. Please enter the waiting room; you choose a sitting when it is your turn.
gate-early-title = The waiting room is open
gate-early-text = Everybody who is in it before the opening is shuffled at the opening; it makes no difference how early you come.
gate-place-title = You are in the line
gate-place-text = Your place is kept. You choose a sitting when it is your turn.
gate-later = The waiting room opens 30 minutes before. Everybody in it at the opening is shuffled, so there is no need to come earlier.
gate-turn-title = It is your turn
gate-turn-text = Please take a seat before { $time }. After that you would have to queue again.
gate-turn-hint = Take a seat before { $time }. It is then held for { $minutes } minutes.
gate-hint = One place per account, on any device.
gate-enter = Enter the waiting room
gate-back = See my place
choose-soon-room = Registration opens { $when }.

# WeChat
wechat-title = Open this page in your browser
wechat-text = Registration cannot be completed inside WeChat. Two steps open this page in the browser of your phone.
wechat-step-1 = At the top right, tap
wechat-step-1-dots = the three dots
wechat-step-2 = Then choose: Open in browser
wechat-or = Or copy the address and paste it into your browser:
wechat-copy = Copy the address
wechat-copied = Copied
wechat-copy-hand = Press and hold the address to copy it

# Poster
poster-title = Poster
poster-alt = QR code of this site
poster-how = Scan the code with your browser, or type the address.
poster-wechat = Scanned with WeChat? Tap the three dots at the top right, then: Open in browser.

# Errors
error-not-found-title = There is no such page
error-not-found-text = The address may be incomplete, or the page has moved.
error-forbidden-title = This cannot be opened that way
error-forbidden-text = The request did not come from a page of this site, and nothing was done. Please use the pages of this site.
error-method-title = Please use the pages of this site
error-method-text = This address cannot be opened directly.
error-too-large-title = The file is too large
error-too-large-text = A picture can have at most { $limit } MB; nothing was sent. Go back, take the screenshot again or crop it, and choose again.
error-bad-title = What was sent is incomplete
error-bad-text = The connection may have broken off. Go back and send it again.
error-too-many-title = Too many requests
error-too-many-text = Too many requests just came from this network or account. Try again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}. A seat you hold is not affected.
error-broken-title = Something went wrong here
error-broken-text = This was not completed, and the problem has been recorded. Please try again later. A seat you hold is not lost by this.
error-unavailable-title = The system is busy
error-unavailable-text = This was not completed. Reload in a few seconds. A seat you hold is not lost by this.
error-again = Try again
error-home = Home
error-me = My registrations
