# The wall
wall = Wall
wall-all = All exams
wall-views = Other views
wall-lead = Where the seats are: left, being paid for, paid. Choose an exam to watch it live, or to watch an opening again.
wall-none = There is no exam yet.
wall-exam = Exam
wall-opens = Opens
wall-mode = Wall mode
wall-plain-mode = Plain mode
wall-live = Back to now
wall-replay = Replay
wall-export = Save as one file
wall-late = Standing still for
wall-days = { $days } d { $hours } h
wall-age = { $seconds } s ago
wall-tone-good = Fine
wall-tone-plain = Note
wall-tone-care = Take care
wall-tone-bad = Trouble
wall-say-nothing = Nothing is on record yet
wall-say-nothing-hint = From 24 hours before the opening on, each second of the seats is written down here.
wall-say-stale = The numbers have stood still for { $span }
wall-say-failing = { $count } requests for seats failed within a minute by our fault; seats that are taken are safe
wall-say-behind = The ledger is { $seconds } s behind; seats are safe
wall-say-silent = { $count } payments begun within a minute and no money came; seats are safe
wall-say-unknown = Nobody knows what became of { $count } payments; seats are safe
wall-say-slow = The slowest requests for seats took { $time }; seats are safe
wall-say-before = Opens in { $span } · { $seats } seats
wall-say-closed = Registration has ended · { $percent } % paid
wall-say-full = Every seat is taken
wall-say-full-until = Every seat is taken · one may come back at { $time }
wall-say-open = Open { $span } · { $percent } % taken
wall-say-always-open = Open · { $percent } % taken
wall-left = Seats left
wall-paying = Being paid for
wall-paid = Paid
wall-waiting = Waiting outside
wall-frozen = To be confirmed
wall-held = To be paid
wall-ahead = Lapses unless paid
wall-opening = Opening
wall-band = All seats over time: { $paid } % are paid and { $held } % being paid for now.
wall-asked = Asked each second
wall-given = Given
wall-full = Full
wall-others = Refused
wall-took = Time taken
wall-half = Half
wall-most = 99 %
wall-room = Waiting room
wall-admitted = Let in
wall-ledger = Ledger
wall-behind = Behind
wall-payments = Payments
wall-begun = Begun
wall-came = Came
wall-unknown = Unknown
wall-sittings = { $count ->
    [one] One sitting, { $full } full
   *[other] { $count } sittings, { $full } full
}
wall-full-at = Full at { $time }
wall-seats-left = { $count } left
wall-needs = Needs you
wall-need-stale = No new numbers come: see whether the server runs.
wall-need-failing = { $count } requests for seats failed within a minute: see what went on then, and the log.
wall-need-behind = The ledger is { $seconds } s behind: look at the disk and the load of Postgres.
wall-need-silent = { $count } payments begun and no money came: ask the payment channel.
wall-need-unknown = Nobody knows what became of { $count } payments.
wall-need-slow = Requests for seats have become slow: see what went on then.
wall-need-clock = The clock of a store is { $ms } ms away from the server’s: set both by one source.
wall-need-uneven = { $full } sittings are full while { $left } seats are left in others: give the full ones more rooms.
wall-go-again = Look again
wall-go-replay = See that minute
wall-go-payments = Payments
wall-go-open = Money to see to
wall-go-rooms = Sittings and rooms
wall-processes = { $count ->
    [one] One process, version { $versions }
   *[other] { $count } processes, versions { $versions }
}
wall-epoch = { $pools ->
    [one] One pool, epoch { $epoch }
   *[other] { $pools } pools, epoch { $epoch }
}
wall-opened = Adopted at { $time }
wall-clock = Clocks { $ms } ms apart
wall-replayed = Replay
wall-moment = Moment
wall-speed = Speed
wall-still = Still
wall-to-opening = The opening
wall-back-5m = −5 min
wall-back-10s = −10 s
wall-on-10s = +10 s
wall-on-5m = +5 min
wall-line = Given a seat, by place in the waiting room: { $count } people in ten parts, the front first
wall-line-front = First 10 %
wall-line-back = Last 10 %
wall-need-short = The channel refuses refunds ({ $count }): the merchant’s balance is short, or the buyer’s account is out of order.
wall-need-disk = Only { $percent } % of a server’s disk is free: make room, a full disk stops registration.
wall-disk = { $percent } % of the disk free
