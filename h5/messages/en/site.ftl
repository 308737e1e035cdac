# Words of the candidate's pages. Both languages have the same keys; a test compares them.

# Frame
site-name = Exam registration
skip = Skip to content
nav = Site
nav-me = My account
nav-sign-in = Sign in
display-to-elder = Larger view
display-to-ordinary = Standard view
display-title = Display
display-now = Pages are shown in
display-ordinary = standard view
display-elder = larger view
display-hint = The larger view has larger text and buttons, and one column. It follows you to other devices.
display-hint-elder = The top of every page leads back to the standard view. Other devices show the larger view, too, once you sign in.
language-switch = 中文
demo = Demonstration: nothing here is a real registration, and nothing is charged.
demo-sandbox = Texts, letters and specimen cards are in the sandbox
demo-label = Demo
signed-out = Your session has ended. Please sign in again.
ended-session = You are signed out
ended-session-text = A sign-in ends after { $idle } without use, after { $hours } in any case, or when you sign out elsewhere or change the password. What you sent or saved is kept.
session-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
session-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
session-ends-idle = Nothing was done here for a long time. You will be signed out in about 2 minutes.
session-ends-last = Your sign-in has reached its time limit and ends in about 2 minutes. What you are filling in is not lost: sign in again when you send it, and go on.
session-ends-at = You will be signed out at { $time }; please sign in again then. What you are filling in is not lost.
session-stay = Stay signed in
signed-out-link = Sign in and come back
offline = You are offline. What you filled in is still on the page: send it once you are back.
offline-held = You are offline. What you filled in is still on the page: send it once you are back. The time of your seat is kept by the server and is not affected.
footer-time = All times are Beijing time.
footer-privacy = Document numbers are stored encrypted and only ever shown in part.
notice-label = Notice
foot-operator = Run by { $operator }
foot-complaints = Complaints:{" "}
privacy-title = Privacy policy
privacy-years-title = How long your data is kept
privacy-years = { $count ->
    [one] One year
   *[other] { $count } years
} after your last exam has ended or you last used your account, whichever is later, we delete your name, document number, contact details, photos, forms and whatever else is personal. Records of registrations and payments are kept for the books, without your name or document number. You can sign up again at any time.
footer-poster = Open this site on a phone: QR code

# Home
home-search = Find an exam or a school
home-search-go = Find
home-search-none = Nothing found for “{ $sought }”
home-search-all = All exams
home-title = Exam registration
home-open = Open now
home-soon = Opening soon
home-closed = Closed
home-empty-title = No exam is open for registration
home-empty-text = New exams appear here as soon as the school publishes them. If you have registered already, see your registrations.
home-tickets = Admission tickets from { $when }
home-pay-until = Pay by { $when }
home-step-open = Open
home-step-soon = Not open yet
home-step-over = Closed
home-mine = My registration:
home-me = My account
exam-open = Open
exam-soon = Not open yet
exam-closed = Closed
exam-until = until { $when }
exam-from = from { $when }
exam-ended = since { $when }
exam-enter = Notice and sittings

# Waiting for a result
waits-reload = Reload this page to see whether there is a result
waits-live = This page updates by itself once there is a result.
waits-ready = There is a result. Reload this page to see it.
waits-done = There is a result. This page is being updated…

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
wechat-poster = Another phone? See the QR code of this site

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
error-too-large-text = A picture can have at most { $limit } MB; nothing was sent. Go back and choose another one, or make it smaller.
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
error-me = My account

# Help, and what every page has
offline-numbers = You are offline. Seat numbers update once you are back.
offline-numbers-held = You are offline. Seat numbers update once you are back. The time of your seat is kept by the server and is not affected.
site-description = Register for exams online: choose a sitting, pay, see the result of the review, print the admission ticket.
ask = Questions:
page-changed = Your registration has changed.
page-reload = Reload this page
home-days = Exam dates: { $days }

# A draft as candidates would see it, for staff.
preview-title = Preview
preview-until = This draft is not applied. The page is for staff only, and its buttons do nothing. The link ends { $until }.
preview-pages = Pages of the preview
preview-list = List of exams
preview-exam = The exam
preview-notice = Notice
preview-form = Form
preview-sittings = Sittings
preview-at-open = As it is once open
preview-at-now = As it is now
