# Words of the candidate's pages. Both languages have the same keys; a test compares them.

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
