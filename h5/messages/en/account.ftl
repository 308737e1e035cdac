# Accounts: signing in and up, what was forgotten, one's own page.

# Signing in
sign-in-title = Sign in
sign-in-lead = Use your account and password.
sign-in-submit = Sign in
sign-in-new = No account yet?
sign-in-new-link = Create one
sign-in-forgotten = Forgot the password
sign-in-find = Forgot the account? Find it by your document
sign-in-wrong = The account or the password is wrong. Check both and try again.
sign-in-wrong-email = The account or the password is wrong. Check both and try again. If you have just signed up by e-mail, open the link in the letter first.
form-too-many = Too many requests just came from here, and this one was not processed. Press again in { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}.
sign-in-too-many = Too many attempts. Try again in { $wait }, or ask for a new password.
sign-in-busy = Many people are signing in. Please try again in a few seconds.
sign-in-needed = Sign in to hold your seat. Your choice is remembered.
wait-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
wait-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
field-login = Account
field-login-username = User name
field-login-email = E-mail address
field-login-document = Document number
field-login-hint = A user name, e-mail address, document number or verified mobile number.
field-login-any = User name, e-mail address, document number or mobile number
field-login-any-hint = A mobile number works once it is verified.
field-login-error = Enter your account
field-login-none = Enter a user name, e-mail address, document number or mobile number

# Signing up
sign-up-title = Create an account
sign-up-lead = One account per person, for this exam and later ones.
sign-up-submit = Create account
sign-up-have = Have an account?
sign-up-have-link = Sign in
sign-up-exam-title = Which exam do you register for?
sign-up-exam-lead = Each exam asks for something else when you sign up. Please choose one first.
sign-up-taken = There is already an account for this document number. Please sign in, or ask for a new password.
sign-up-taken-username = Somebody has this user name. Please choose another.
sign-up-taken-email = There is already an account for this address. Please sign in, or ask for a new password.
sign-up-busy = Many people are signing up. Please try again in a few seconds; what you typed is still here.
sign-up-more = Document and name (optional, can be added later)
sign-up-letter = We sent a letter to { $email }. Open its link to finish.
field-username = User name
field-username-hint = 8 to 18 letters, or letters and digits.
field-username-error = A user name is 8 to 18 letters, or letters and digits
field-email = E-mail address
field-email-login-hint = You will sign in with it, so use one that you read.
field-email-error = Enter a whole address, such as name@example.com
field-name = Name
field-name-hint = As printed on your document.
field-name-optional = Optional. As printed on your document.
field-name-error = Enter your name as printed on your document
field-name-long = A name has at most { $most } characters
field-name-character = “{ $sign }” cannot be in a name. Write it as on your document
field-kind = Document
me-resident-id = ID number
kind-resident-id = Resident ID or residence permit
kind-hk-macau-permit = Mainland travel permit, Hong Kong and Macau
kind-taiwan-permit = Mainland travel permit, Taiwan
kind-passport = Passport
kind-hong-kong-id = Hong Kong ID
kind-macau-id = Macau ID
kind-foreign-resident-id = Foreign Permanent Resident ID Card
field-document = Document number
field-document-hint = You will sign in with it, and you cannot change it yourself. Please check it.
field-document-length = An ID number has 18 characters
field-document-character = An ID number has digits only; the last character may be X
field-document-place = The first six digits are not right. Compare them with your card
field-document-date = The date of birth in the number is not right. Compare it with your card
field-document-check = The last character does not fit the others. Compare the number with your card
field-document-form = This is no number of that document ({ $kind }). Check both
field-document-foreign = This is the number of a Foreign Permanent Resident ID Card. Choose that document; where it is not offered, ask the organiser
field-mobile = Mobile number
field-mobile-hint = The 11 digits of the phone you use.
field-mobile-optional = Optional. The 11 digits of the phone you use.
field-mobile-error = Enter an 11-digit mobile number
field-mobile-elsewhere = Only mobile numbers of mainland China work here: 11 digits that begin with 13 to 19. Numbers of Hong Kong, Macau, Taiwan and other countries get no messages from us; if you have no other, ask the organiser
field-password = Password
field-password-hint = At least { $min } characters; longer is safer.
field-password-hint-kinds = At least { $min } characters, with two of digits, letters and symbols.
field-password-error = Enter your password
field-password-length = A password has { $min } to { $max } characters
field-password-kinds = A password needs two of digits, letters and symbols
field-password-character = A password cannot begin or end with a space
field-password-wrong = The password is wrong
password-show = Show
password-hide = Hide
form-errors = There is a problem
form-busy = Sending…

# Agreement
agreement-tick = I have read and agree to the{" "}
agreement-link = terms of registration
agreement-error = Read the terms of registration and agree to them first
agreement-title = Terms of registration
agreement-what-title = What we collect
agreement-what = The name, document, mobile number and e-mail address you enter, and the photos and screenshots you upload while registering.
agreement-why-title = What it is for
agreement-why = Only for registering for this and later exams: to check who you are and whether you qualify, to seat you, and to tell you the outcome.
agreement-long-title = How long it is kept
agreement-long = Documents and photos are stored encrypted and deleted when the organiser's rules say so.
agreement-you-title = What you promise
agreement-you = What you enter is true, and only you use your account. A registration in another's name or with false data is void.

# Captcha
captcha-label = Characters in the picture
captcha-hint = Type the 5 characters; capitals do not matter. Cannot read them? Send the form once for another picture.
captcha-alt = A picture of 5 characters
captcha-missing = Type the characters in the picture
captcha-wrong = Those were not the characters, or the picture was too old. Look at the new one
captcha-sums = Cannot see the picture? Let your device check instead
captcha-sums-busy = Checking, this takes a few seconds…
captcha-sums-done = Checked. Nothing to type
captcha-no-script = If you cannot read pictures, turn JavaScript on: your device can do sums instead.
field-code = Code by SMS
field-code-hint = 6 digits, sent to the mobile number above.
field-code-plain-hint = The 6 digits in the message, good for 10 minutes.
field-code-told = Code from the office
field-code-told-hint = 6 digits, good for 10 minutes.
field-code-told-wrong = The code is wrong or no longer good. Check it, or ask the office for another
field-code-sent = The code is sent, and good for 10 minutes.
field-code-now = A code was sent to your phone. Enter it, and your password once more
field-code-error = Enter the code from the message
field-code-wrong = This is not the code, or it is too old. Check it or ask for another
code-send = Send a code
code-wait = Again in { "{n}" } s
code-failed = It was not sent. Check your connection and try again.
code-too-many = A code was just sent. Ask again in { $wait }
code-budget = Too many messages were sent today, so no code can be sent. Please try again tomorrow
code-number = This number cannot receive messages. Check it
code-sending = The message was not sent. Ask again in a minute

# Forgotten
forgotten-title = Forgot your password
forgotten-lead = Enter your account. We send a link or a code to its mailbox or phone.
forgotten-submit = Send
forgotten-staff = This site sends no letters or messages. Ask the examination office, with your name and document number. Once they know who you are, they tell you a code to enter here.
forgotten-to-sign-in = Sign in
forgotten-letter = If { $email } has an account, a letter is on its way. Open its link to choose a new password.
forgotten-code-title = Choose a new password
forgotten-code-lead = If there is such an account, a code or a letter is on its way to its phone or mailbox. Open the link of the letter, or enter the code here.
forgotten-code-none = Nothing came?
forgotten-code-again = Send again after a minute
forgotten-code-office = No message reaches you? Once the examination office knows who you are, it tells you a code to enter here.
field-new-password = New password
field-again = New password again
field-again-error = The two passwords differ
reset-title = Choose a new password
reset-lead = Account: { $email }. Your other devices will be signed out.
reset-submit = Save the new password
find-title = Find your account
find-lead = Your document and name show the account of your latest registration.
find-submit = Find
find-nothing = Nothing found. Check document, number and name; perhaps you gave no document when you signed up.
find-found = This is your account
find-found-lead = To keep it safe, only part of it is shown.
find-document = Document
find-document-yes = You can sign in with the document number

# Letters
letter-title = A letter is on its way
letter-more = Its link works once, within 30 minutes. Nothing there? Look among the junk.
letter-wait = One was just sent. Try again in { $wait }
link-title = This link no longer works
link-used = It has been used, or a newer one was sent.
link-expired = It has expired: links are good for 30 minutes.
link-unknown = It is incomplete or expired long ago. Open the whole link from the letter.
link-taken = Another account has this address. Please sign in with it.
link-again = Get another
link-sign-up-title = Finish creating your account
link-sign-up-text = This makes an account for { $email } and signs you in here.
link-sign-up-submit = Create account
link-email-title = Verify the address
link-email-text = This makes { $email } the address of your account; you can sign in with it.
link-email-submit = Confirm

# My page
me-orders = My registrations
me-account = About me
me-security = Account and security
me-number = Account number
me-number-hint = Tell it to the examination office when you contact them. Nobody can sign in with it.
me-copy = Copy
me-copy-hand = Copy it by hand
me-change = Change
me-add = Add
me-none = Not given
me-verified = Verified
me-unverified = Not verified
me-verify = Send a letter to verify
me-sign-out = Sign out
me-sign-out-everywhere = Sign out on other devices
to-me = Back to My account
to-form = Back to the form
said-account = Your account is ready, and you are signed in.
said-password = The new password is saved, and other devices are signed out.
said-email = The e-mail address is changed.
said-mobile = The mobile number is changed.
said-name = Saved.
said-details = Your details are saved.
said-eligibility = Saved. This account is now bound to your school record.
said-details-passed = Your details are handed in and have passed the review.
said-details-review = Your details are handed in and wait for the review.
said-fixed-title = Your seat was not changed
said-late-title = The screenshot was not taken
said-late = That seat is gone; your registration as it is now is below. If you have paid, do not pay again: where no screenshot is in yet, upload the same one here.
said-everywhere = Other devices are signed out.
change-submit = Save
change-password-title = Change the password
change-password-lead = Your other devices will be signed out.
field-own-password = Current password
change-email-title = Change the e-mail address
change-email-lead = We send a link to the new address; it counts once you open it.
change-email-letter = If { $email } can be used, a letter is on its way. Once you open its link, it is the address of your account.
change-email-submit = Send the letter
field-new-email = New address
change-mobile-title = Change the mobile number
field-new-mobile = New mobile number
claim-title = Correct name and document
claim-back = Back, change nothing

# Signed in or not
sign-in-ended = After signing in you return to the page that you were on.
sign-in-ended-form = What you filled in is still there: after signing in, one tap goes on with it.
cookies-title = Your password is right, but your browser did not keep you signed in
cookies-text = Cookies are turned off, so this site cannot keep you signed in. Turn them on and sign in again:
cookies-iphone = iPhone: Settings → Safari, turn off “Block All Cookies”.
cookies-android = Android: the browser's Settings → Site settings → Cookies, choose “Allow”.
cookies-private = In a private window, or in the browser of an app, open this site in the phone's own browser.
resume-title = Go on with your form
resume-lead = You are signed in. What you filled in is still there; press the button to go on.
resume-file = The picture was not kept: choose it again
resume-submit = Go on
resume-back = Leave it, and return to the page
which-title = Choose an account
which-lead = Several accounts have this mobile number. Choose the one to sign in to.
which-legend = Account
which-submit = Sign in to this account
which-error = Several accounts have this mobile number: choose whose password to change
which-unnamed = An account without a name
mobile-shared = This mobile number is used by { $accounts }. If that is you, sign in. If another candidate shares the number, tick the box below and submit again.
mobile-share-tick = Share this number with the account above; all messages go to it
mobile-full = Four accounts use this mobile number already: use another one
letter-resend = Nothing came: send another letter
letter-edit = Correct the address
letter-sign-in = When the link in the letter has finished it, sign in here
sign-up-submit-letter = Sign up and verify by e-mail
link-made-title = Your account is there
link-made-text = This link has been used and your account was made. Sign in.
field-password-common = This password is too common and easy to guess: choose another
field-password-kept = Your password is filled in; type another only to change it.
field-password-kept-new = Your new password is filled in.
reset-too-many = Too many wrong codes: try again in { $wait }
reset-tries-used = Too many wrong codes today: try again tomorrow, or ask the examination office
captcha-another = Cannot read it? Another picture
claim-login = You sign in with the document number, so you cannot change it yourself. If it is wrong, tell the examination office, with the account number on the page My account.
claim-verified = Your identity is verified. Only the examination office corrects name and document: tell them the account number on the page My account.
