# The words of candidates’ pages. Both languages have the same keys; a test checks it.

# Waiting list
list-title = Waiting list
list-join-link = Join the waiting list
list-position-link = Waiting list: number { $number }
list-lead = This sitting is full. Join the waiting list, and a seat that comes back is held for you in your turn. You need not watch this page.
list-join = Join the waiting list
list-joining = Joining the waiting list…
list-position = Your position on the list
list-position-number = Number { $number }
list-waiting = On the list
list-waiting-number = { $count ->
    [one] 1 person
   *[other] { $count } people
 }
list-lapses = Let pass
list-lapses-number = { $count ->
    [one] 1; after { $most } you are off the list
   *[other] { $count }; after { $most } you are off the list
 }
list-refreshes = As of { $time }; this page updates itself. You can close it and keep your position.
list-next-title = What happens next
list-next-first = A seat that comes back goes to the list first, in the order of joining. Everybody else still sees the sitting as full.
list-next-everybody = A seat that comes back is open to everybody. It is held for the list in order as soon as possible, but somebody quicker may take it first.
list-next-offer = When it is your turn, a seat is held for you for { $held }. Pay within that time.
list-next-any = The seat may be in any sitting of this group, not only the one shown here.
list-hears-letter = You will get an e-mail when it is your turn.
list-hears-message = You will get a text message when it is your turn.
list-hears-page = We have neither an e-mail address nor a mobile number of yours: it will only be shown here, so please look in often.
list-next-missed = If you do not pay in time you go to the end of the list. After { $count } seats that were not paid or were given back you are off the list.
list-next-end = After registration closes ({ $when }), or shortly before the sitting begins, no more seats are given out and the list ends. Waiting costs nothing and promises nothing.
list-next-one = You can wait for one sitting of a group. If you take another seat of the group meanwhile, your waiting ends.
list-leave = Leave the list
list-leave-text = Your position is not kept. If you join again you start at the end.
list-leave-submit = Leave the list
list-box-title = You are on a waiting list
list-box-text = Number { $number } of { $count }. When it is your turn, a seat is held for you for { $held }.
list-box-link = See your position
list-moving-title = A seat is being held for you
list-moving-text = This takes a few seconds; the page updates itself.
list-free-title = There is a free seat
list-free-text = You need not wait: choose it now.
list-free-go = Choose a seat
list-spent-title = You are off the list
list-spent-text = { $count } seats that were held for you were not paid in time or were given back, so you cannot wait any more. Whenever a seat is free you can still choose it.
list-closed-title = The waiting list has ended
list-closed-text = Registration has closed, or the sitting is about to begin. No more seats are given out.
list-early-title = Registration has not begun
list-early-text = It begins { $when }. A list is needed only once a sitting is full.
list-elsewhere-title = You are waiting for another sitting
list-elsewhere-text = You can wait for one sitting of a group. To wait for this one, leave the other list first.
list-seated-title = You have a seat
list-seated-text = You have a seat of this group, so you cannot wait for another.
list-off-title = You cannot join the waiting list now
list-off-text = This exam takes nobody on its waiting list at the moment. Please look again later.
list-away = We are restoring our data and you have not joined the list. Please try again in a few seconds.
list-away-leaving = We are restoring our data and you are still on the list. Please try again in a few seconds.
