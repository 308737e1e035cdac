# Words of the candidate's pages. Both languages have the same keys; a test compares them.

# Waiting room
room-title = Waiting room
room-refused-title = No seat is held yet: there is a line
room-refused-text = Your position in it is taken, and your choice is remembered. When it is your turn, this page takes you back to it.
room-position = Your position in line
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
room-away-title = Your position cannot be looked up just now
room-away-text = The system is recovering, which usually takes a few seconds. This page tries again by itself; please leave it open.
room-kept-title = Your position is kept
room-kept-before = You may close this page. After the opening, come back on any device with the same account.
room-kept-text = You may close this page. Come back on any device with the same account.
room-turn = When it is your turn you have { $minutes } minutes to take a seat. After that you would have to queue again.
room-how-title = How the line works
room-how-text = Everybody who is here before the opening is shuffled at the opening; it makes no difference how early you came. Whoever comes later queues behind them in order of arrival. Each account has one position: more pages or devices do not make it faster. When it is your turn, this page takes you to the sittings.
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
gate-position-title = You are in the line
gate-position-text = Your position is kept. You choose a sitting when it is your turn.
gate-later = The waiting room opens 30 minutes before. Everybody in it at the opening is shuffled, so there is no need to come earlier.
gate-turn-title = It is your turn
gate-turn-text = Please take a seat before { $time }. After that you would have to queue again.
gate-turn-hint = Take a seat before { $time }. It is then held for { $held }.
gate-hint = One position per account, on any device.
gate-enter = Enter the waiting room
gate-back = See my position
choose-soon-room = Registration opens { $when }.
