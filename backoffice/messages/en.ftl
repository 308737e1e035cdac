# Words of the staff's pages. Same keys as zh.ftl; a test checks it.
site-name = Payment review
demo = Demonstration
waiting = { $count ->
    [one] { $count } case waiting
   *[other] { $count } cases waiting
 }
sign-out = Sign out
to-queue = Back to the queue
sign-in-title = Staff sign-in
sign-in-lead = Every look at a screenshot and every decision is recorded.
sign-in-submit = Sign in
sign-in-wrong = The name or the password is wrong.
sign-in-too-many = Too many attempts. Please try again in a few minutes.
sign-in-busy = The system is busy. Please try again in a few seconds.
field-name = Name
field-password = Password

queue-title = Waiting
queue-next = Next
queue-previous = Previous
queue-more = { $count } more after these
waited-now = just now
waited-minutes = { $count } min
waited-hours = { $count } h
waited-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
 }
empty-title = No screenshots are waiting
empty-text = New ones appear here. This page reloads every 20 seconds.
done-confirmed = { $order } confirmed.
done-refused = { $order } sent back; the candidate sees the reason.

picture-title = Order screenshot
picture-alt = The order screenshot that the candidate uploaded
picture-hint = Full size in a new window
picture-none = No screenshot
case-title = Compare
amount = To pay
candidate = Candidate
document = ID number
mobile = Mobile
exam = Exam
sittings = Sitting
held = Seat held
submitted = Sent
reason = Reason
until = Kept until
decide-hint = Check amount, time and order number. The payer must be the candidate.
confirm = Confirm payment
refuse = Send back
refuse-submit = Send back; the candidate sees why
reason-legend = Reason (the candidate reads it, in Chinese)
reason-1 = Not the order details
reason-2 = The amount is not the fee
reason-3 = The payer is not the candidate
reason-4 = Amount, time or order number cannot be read
reason-own = More, or another reason
record-title = Record
record-empty = Nobody has worked on this yet.
action-looked = looked at the screenshot
action-confirmed = confirmed the payment
action-refused = sent the screenshot back
state-unpaid = To pay
state-review = In review
state-refused = Sent back
state-confirmed = Confirmed
state-lapsed = Time ran out
state-released = Given back
state-cancelled = Cancelled
refused-new-picture = The candidate has just sent another screenshot. Please compare again.
refused-decided = This case no longer waits for a decision. It is now: { $state }.
refused-reason = Choose or write a reason of at most 200 characters.
refused-seat-gone = The seat in sitting { $sitting } is gone and no other is free. Nothing was confirmed. Ask the candidate to choose another sitting.
refused-needs-first = The payment for { $subject } must be confirmed before this one. Please review that one first.
refused-unavailable = Seat numbers are being restored. Your decision is noted and will be carried out then; you can also try again in a few seconds.

error-bad-title = What was sent is incomplete
error-bad-text = Go back and try again.
error-forbidden-title = This cannot be opened that way
error-forbidden-text = The request did not come from a page of this site, and nothing was done.
error-not-found-title = There is no such page
error-not-found-text = The registration does not exist, or the address is incomplete.
error-broken-title = Something went wrong here
error-broken-text = This was not completed, and the problem has been recorded.
error-unavailable-title = The system is busy
error-unavailable-text = Please try again in a few seconds.

# Moving registrations
rebind-title = Move a registration
rebind-lead = For candidates who lost both mailbox and password: moves their registration to a new account. Make sure who they are. Both accounts are found by account number or document. What you do is recorded.
rebind-from = Old account: account or document number
rebind-to = New account: account or document number
rebind-from-title = Old account
rebind-to-title = New account
rebind-submit = Move it
rebind-look = Look at both
rebind-done = The registration was moved, and the old account signed out.
rebind-unknown = No account was found for { $number }.
rebind-several = Several accounts have { $number }. Use the account number, which "Accounts" shows.
rebind-same = Both numbers are of the same account.
rebind-conflict = The new account has a registration for the same exam itself.
rebind-nothing = The old account has no registration.

# Identities and faces
desks = Desks
desk-payments = Payments
desk-people = Identities
people-title = Identities
people-pictures = Pictures
people-identity = Identity
people-face = Face check
people-holding = The person with the document
people-live = Taken just now
people-verified = Verified photo
people-no-portrait = There is no verified photo to compare with
people-kind = Document
people-born = Date of birth
people-sex = Sex
sex-male = Male
sex-female = Female
kind-resident-id = Resident ID card
kind-hk-macau-permit = Hong Kong and Macau travel permit
kind-taiwan-permit = Taiwan travel permit
kind-passport = Passport
kind-hong-kong-id = Hong Kong ID card
kind-macau-id = Macau ID card
people-hint-identity = The face is that of the document, name and number are those on the right, the document is no copy.
people-hint-face = Both pictures show one person.
people-confirm = Accept
people-reason-1 = Name or number on the document is not legible
people-reason-2 = The document says something else
people-reason-3 = The face is not visible, or not that of the document
people-reason-4 = It is not the document itself
people-looked = looked at the picture
people-confirmed = accepted
people-refused = sent it back
people-gone = This one was decided, or has a new picture. Look at the next.
people-changed = The candidate changed name or number since. Nothing was accepted; they have to hand in again.
people-other-account = Another account is verified with this document. Nothing was accepted: look into it, send it back, and tell the candidate.
people-done-confirmed = Accepted.
people-done-refused = Sent back; the candidate sees the reason.
people-empty-title = No identity waits

# Reviews of forms and of earlier scores
desk-forms = Forms
desk-scores = Earlier scores
plain-pass = Pass
plain-differs = differs
plain-empty = Nothing waits now. This page looks again every 20 seconds.
plain-moved = This one was decided, or handed in anew. Look at the next.
plain-done-passed = Passed.
plain-done-refused = Sent back; the candidate sees the reason.
form-title = Registration forms
form-said = The candidate says
form-known = The roster says
form-nameless = No name yet
form-differences = { $count } differ
form-photo = Photo uploaded
form-photo-alt = Photo of the form
form-no-roster = This exam has no roster: check every line.
form-not-in-roster = The roster has no such document.
form-reason-1 = What you entered differs from your school record: check it and hand in again
form-reason-2 = You are not on the roster: ask your school
form-reason-3 = The photo is not clear
score-title = Earlier scores
score-ticket = Ticket number
score-score = Score
score-of = { $score } points ({ $year })
score-said = The candidate says
score-known = On record
score-hint = Ticket number and name fit, the document does not. Check the proof that the candidate brings.
score-gone = The result is not on record any more.
score-grants = Passing allows
score-reason-1 = No proof was shown: ask your school
score-reason-2 = The proof does not fit the result on record
score-reason-3 = The ticket number is wrong

# Correcting an account
correct-title = Accounts
correct-lead = For candidates who gave a wrong name or document number, or forgot the password and get no message. Make sure who they are and check the original document first. What you do is recorded.
correct-account = Account or document number
correct-account-hint = Candidates find the account number on My registrations.
correct-unknown = There is no such account. Please check the number.
correct-several = Several accounts have this document. Choose one:
correct-since = since
correct-find = Find account
correct-email = E-mail
correct-identity = Identity
correct-verified = Verified
correct-waiting = In review
correct-unproved = Not verified
correct-name = Name
correct-number = Correct document number
correct-number-hint = Leave empty to correct the name only.
correct-warn-login = The document number is the login: the candidate will sign in with the new one.
correct-warn-proved = Identity and face check must then be done again, and details that had passed go back to review. Seats and payments stay.
correct-submit = Correct
correct-other = Another account
correct-bad-name = A name is 2 to 40 letters; ·, spaces and hyphens may stand between them. Please check it.
correct-bad-number = This is no valid number for that kind of document. Please check it.
correct-same = This is what the account says already. Nothing was changed.
correct-taken = Another account signs in with this document number. Nothing was changed. Check the number; if both accounts are the candidate's, use "Move a registration".
correct-done = Corrected.
correct-done-login = Tell the candidate to sign in with the new document number. The password stays.
correct-done-prove = Tell the candidate to verify their identity again.
correct-done-reviews = { $count ->
    [one] One form that had passed is back in review.
   *[other] { $count } forms that had passed are back in review.
}
correct-code-title = Reset the password
correct-code-lead = For candidates whom no message reaches: tell them the code yourself.
correct-code-submit = Make a code
correct-code = Code { $code }
correct-code-how = Tell the candidate to open "Forgot the password" and enter the account, this code and a new password. It is good for 10 minutes and once; another code ends this one.
