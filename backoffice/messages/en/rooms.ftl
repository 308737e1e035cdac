# Sites, rooms and places
rooms = Rooms
rooms-tab = Sites and rooms
places-tab = Places
save = Save
saved = Saved.
retire = Take out of use
retire-hint = No new sitting uses it from then on; those that do go on.
use-again = Use again
retired = Out of use
in-use = In use
rooms-title = Sites and rooms
rooms-back = All sites
sites-none = There is no site yet. Enter one, or import rooms from a sheet.
site-called = Site
site-name-zh = Name in Chinese
site-name-en = Name in English (optional)
site-address = Address
site-address-zh = Address in Chinese
site-address-en = Address in English (optional)
site-way-zh = How to find the gate, in Chinese (optional)
site-way-en = How to find the gate, in English (optional)
site-position = On the map (optional)
site-hint = The position is latitude and longitude, such as 30.2637, 120.1202. Name, address and the way to the gate appear on admission tickets.
site-rooms = Rooms
site-state = State
site-new = New site
site-change = Change the site
site-retired = No new sitting uses this site.
site-no-rooms = This site has no room yet.
rooms-list-title = Import rooms from a sheet
rooms-list-how = A file of Excel (XLSX, XLS) or CSV whose first line names its columns: site, name, layout; perhaps floor, order (s, columns, rows), spacing (dense, checkered, alternate), prefix, step_free (yes, no), lift (yes, no), spare_seats, address. A site that is not there is made if its address is given. If one line is wrong nothing is imported; the same file twice changes nothing.
rooms-list-file = File
room-name = Room
room-floor = Floor
room-seats = Seats
room-spacing = Spacing
room-new = New room
room-saved = The room is saved.
room-change = Change the room
room-layout = Seats
room-layout-hint = Rows and columns such as 5x6, or the seats of each column such as 7-8-8-7, or drawn row by row from the front: o a seat, w a seat that a wheelchair reaches, x a seat that is not used, _ an aisle or nothing.
room-order = Numbering
room-prefix = Before the number of a seat (optional)
room-spare = Spare seats (empty: as the sitting's rules say)
room-step-free = Reached without steps (ground floor or lift)
room-lift = Has a lift
room-holds = { $count ->
    [one] With this spacing one seat is used.
   *[other] With this spacing { $count } seats are used.
}
room-holds-short = { $count ->
    [one] one seat
   *[other] { $count } seats
}
room-in-use = Nothing was changed: places in this room are published, so its seats stay as they are until that sitting has begun. Name and floor can be changed.
rooms-published = Nothing was changed: the places of this sitting are published. Arrange it anew before its rooms change.
order-serpentine = Like an S, column by column
order-columns = By column, from the front
order-rows = By row, from the left
spacing-dense = All seats
spacing-checkered = Every second seat (chessboard)
spacing-alternate = Every second column
fault-site-name = The name of a site has 1 to 100 characters on one line.
fault-address = The address has 1 to 200 characters on one line.
fault-way = The way to the gate has at most 500 characters on one line.
fault-position = Write latitude and longitude, such as 30.2637, 120.1202.
fault-room-name = The name of a room has 1 to 60 characters on one line.
fault-floor = A floor has at most 20 characters.
fault-prefix = What stands before a seat's number has at most 8 letters and digits.
fault-plan = The seats cannot be read: write 5x6, 7-8-8-7, or draw them row by row with o, w, x and _.
fault-letter = Row { $row } of the seats has “{ $letter }”: only o, w, x and _ are known.
fault-no-seat = There would be no seat.
fault-too-large = A room has at most 100 rows, 100 columns and 2,000 seats.
fault-spare = Spare seats are a whole number, fewer than the room has seats.
fault-name-taken = Another one has this name.
plan-front = Front
plan-unused = seat not used
plan-wheelchair = wheelchair
by-school = school
by-class = class
by-paper = paper
places-title = Places by sitting
places-lead = For each sitting choose rooms and rules, look at the plan, then publish it. When its rules are saved for the first time, a seed is drawn and its SHA-256 is public at once.
places-none = There is no sitting.
places-sitting = Sitting
places-starts = Begins
places-confirmed = Confirmed
places-state = Places
places-list = Waiting list
places-list-number = { $waiting ->
    [one] 1 person
   *[other] { $waiting } people
 }
places-list-kept = { $waiting ->
    [one] 1 person
   *[other] { $waiting } people
 }; free and kept for the list: { $kept }
places-list-group = { $waiting ->
    [one] 1 person
   *[other] { $waiting } people
 } in the whole group
places-list-group-kept = { $waiting ->
    [one] 1 person
   *[other] { $waiting } people
 } in the whole group; free here and kept for the list: { $kept }
stage-none = Not set up
stage-set-up = Not published
stage-published = Published
stage-anew = Being arranged anew
stage-frozen = Final
places-number = Number
places-room-number = Room { $number }
places-rooms = Rooms of this sitting
places-no-rooms = No room is chosen yet.
places-more-rooms = { $count ->
    [one] One more room is not listed.
   *[other] { $count } more rooms are not listed.
}
places-seats = Seats
places-people = People
places-hold = Rooms hold
places-capacity = Seats given out
places-published = Published
places-seated = Have a place
places-seated-of = { $seats } people, and { $late } who came later
places-commitment = SHA-256 of the seed
places-commitment-hint = It is public on the candidates' site. The seed follows with the places, and anybody can check the draw.
places-too-few = { $count ->
    [one] One seat is missing
   *[other] { $count } seats are missing
}
places-too-few-act = More people are confirmed than the rooms hold. Add rooms, or keep fewer spare seats.
places-differ = The rooms hold { $rooms }, and { $capacity } seats are given out
places-differ-act = You can set the number of seats from the rooms. When the exam's files are imported again, sittings.csv decides: write the same number there.
places-set-capacity = { $count ->
    [one] Give out one seat
   *[other] Give out { $count } seats
}
capacity-refused = The number of seats was not changed: the seat engine did not take it. Try again later, or change it in the exam's files.
places-together = { $count ->
    [one] One room serves another sitting, too
   *[other] { $count } rooms serve another sitting, too
}
places-together-act = These sittings begin less than three hours before or after this one and use the same room. Make sure that they do not overlap, or choose other rooms.
places-granted-since = { $count ->
    [one] 1 person was granted accommodations after places were published
   *[other] { $count } people were granted accommodations after places were published
 }
places-granted-since-act = Their places do not follow from what was granted. Arrange the sitting anew, or see to it in the room.
places-next = Next
places-next-rooms = Choose rooms first.
places-next-rules = Choose rules below and save them.
places-next-preview = Look at the plan, then publish it. Until then candidates read that places are not arranged yet.
places-next-anew = Another seed is drawn. Candidates see their present places until you publish.
places-next-published = Candidates see their room and seat. Whoever is confirmed later gets a free seat by itself, and nobody moves.
places-next-frozen = The places are final. Whoever is confirmed later still gets a free seat.
places-public = The public record of the draw is at { $path } of the candidates' site.
places-preview = Look at the plan
places-anew = Arrange anew…
places-anew-hint = Another seed is drawn. Once you publish again, some candidates have another room or seat; each of them is told, and tickets that were printed are no longer valid. Nothing changes before that.
places-anew-submit = Draw another seed and arrange anew
places-freeze = Make final…
places-freeze-hint = Final places are not arranged anew.
places-freeze-submit = Make final
places-choose = Choose rooms
places-choose-none = There is no room to choose from.
places-choose-hint = Enter the number that is on the door; rooms without one are not used. They are numbered from 1 in this order.
places-choose-all = Add all { $count } rooms of { $site }
places-choose-submit = Save the rooms
places-did-rooms = The rooms are saved.
places-did-capacity = The number of seats is changed.
places-did-rules = The rules are saved.
places-did-publish = The places are published: candidates see them now.
places-did-anew = Another seed is drawn, and its SHA-256 is public.
places-did-freeze = The places are final.
rules-title = Rules
rules-together = Keep together
rules-mixed = nobody: everybody is mixed
rules-apart = Neighbours differ by
rules-diagonal = diagonal neighbours count, too
rules-one-paper = One kind of paper in a room
rules-spare-seats = Spare seats in each room
rules-spare-rooms = Spare rooms (the last ones stay empty)
rules-few = When few are left for the last room
rules-join = At most so many join the room before
rules-first = Saving draws the seed, and its SHA-256 is public at once. Please save the rules before registration ends.
rules-again = Changing rules draws no other seed.
rules-numbers = Nothing was saved: spare seats, spare rooms and numbers of people are whole numbers from 0 to 999.
few-stay = they have it to themselves
few-join = up to the number below, they take spare seats of the room before
few-even = they are evened out with the room before
arrange-no-rooms = The sitting has no rooms: choose them first.
arrange-begun = Nothing was published: the sitting has begun.
arrange-published = The places are published. Arrange the sitting anew to change them.
arrange-frozen = The places are final.
arrange-changed = Nothing was published: people, rooms or rules have changed since you looked. Please look at the plan below.
arrange-moves-not-agreed = { $count ->
    [one] Nothing was published: one candidate would have another place. Agree to that first.
   *[other] Nothing was published: { $count } people would have another place. Agree to that first.
}
arrange-contradiction = The rules contradict each other: people cannot be kept together and apart by the same thing.
draft-title = Plan: { $sitting }
draft-back = Back to the sitting
draft-counts = { $people } people in { $rooms } rooms, of { $all } that were chosen.
draft-all-kept = Every rule is kept
draft-broken = { $count ->
    [one] One rule is not kept
   *[other] { $count } rules are not kept
}
draft-broken-act = Change rooms or rules and look again, or publish it so: the public record lists them.
draft-broken-each = See each of them
draft-broken-more = { $count } more are not listed.
draft-moves = { $count ->
    [one] One candidate would have another room or seat
   *[other] { $count } people would have another room or seat
}
draft-moves-act = Each of them is told. What they saw or printed before is no longer valid.
draft-agree = { $count ->
    [one] I know that one candidate moves
   *[other] I know that { $count } people move
}
draft-publish-hint = Candidates then see their room and seat, and the seed is public.
draft-publish = { $people ->
    [one] Publish the place of one candidate
   *[other] Publish places of { $people } people
}
draft-more-rooms = { $count } more rooms are not listed: put ?room=NUMBER behind the address to see one.
broken-unplaced = no seat
broken-school = neighbours of one school
broken-class = neighbours of one class
broken-paper = neighbours with one paper
broken-need = what was granted is lacking
broken-papers = several papers in a room
broken-spare-seats = spare seats used
broken-spare-rooms = spare rooms used
broken-at-seats = { $room }, seats { $one } and { $other }
broken-at-papers = { $room }, { $count } kinds
broken-at-spare = { $room }, { $count }
broken-at-rooms = { $count }
need-front-row = front row
need-step-free = no steps
need-wheelchair = wheelchair seat
need-own-room = room of their own
need-extra-time = room for more time
seats-taken = { $count } people, { $seats } seats
seats-given-up = Places that are struck out were given up; nobody else gets them.
did-rooms = chose rooms
did-capacity = changed the number of seats
did-seed = drew a seed
did-rules = saved rules
did-publish = published places
did-freeze = made places final
did-late = seated late candidates
papers-link = Print papers for the sites
papers-one-room = Print this room's papers
papers-title = Papers for the sites
papers-of = Papers: { $site }
papers-lead = Door sheets, seating plans, attendance lists, desk labels, invigilators' records and paper counts, site by site.
papers-nobody = Nobody has a seat yet.
papers-without = { $count ->
    [one] One candidate has no ticket number yet
   *[other] { $count } candidates have no ticket number yet
}
papers-without-act = Numbers are given once tickets can be printed. Printed now, the papers show the number of the registration instead.
papers-room = One room only (optional)
papers-room-hint = The number on its door, 12 for example. Without one, all rooms of this site are printed.
papers-no-room = Nothing was printed: this site has no room with that number.
papers-all = Print all papers
papers-all-short = all papers
papers-all-hint = The counts first, then room by room, so that what goes into one envelope lies together.
papers-counts = Paper counts
papers-counts-hint = how many papers of each kind go into each room
papers-door = Door sheets
papers-door-hint = room number, times and seats, for the door
papers-map = Seating plans
papers-map-hint = with photos and accommodations, for invigilators only
papers-attendance = Attendance lists
papers-attendance-hint = each candidate signs
papers-labels = Desk labels
papers-labels-hint = to be cut and stuck on desks
papers-record = Invigilators' records
papers-record-hint = filled in and signed by the invigilators
papers-audit-hint = The papers show names and photos: printing them is written to the record. Destroy them afterwards as the rules say.
papers-printed = Seats as published, no. { $generation } · printed { $when } by { $name }
papers-usual = Usual print
papers-large = Large print
papers-extra-until = Extra time (until { $until })
papers-note-all = Extra time in this room: it ends at { $until }.
papers-note-some = Candidates with extra time end at { $until }.
papers-note-percent = Some candidates in this room have { $percent } % extra time.
papers-no-press = Nothing can be printed now
papers-no-press-act = The server has no Chinese font. Ask the operators to install one and start it again.
papers-busy = Other papers are being printed
papers-busy-who = { $name } is printing “{ $title }”, begun { $when }: { $done } of { $rooms } rooms are done. Only one at a time can be printed; please come back later.
papers-not-begun = Printing has not begun: only one at a time can be printed. Wait until the other one is done.
papers-running = Printing
papers-progress = { $done } of { $rooms } rooms are done
papers-looks-again = This page looks again every { $seconds } seconds. You may leave it and come back.
papers-done = The papers are ready
papers-ready = { $rooms ->
    [one] The papers of one room are ready
   *[other] The papers of { $rooms } rooms are ready
}
papers-kept = The file is kept for { $minutes } minutes, and only you can fetch it.
papers-pdf = Download the PDF ({ $size })
papers-zip = Download the ZIP ({ $size })
papers-zip-how = There are many rooms, so the ZIP has several PDFs: print them in the order of their names.
papers-how = Print on A4, black and white, at actual size.
papers-more = Print other papers
papers-missing = { $count ->
    [one] One character has no font
   *[other] { $count } characters have no font
}
papers-missing-act = A box with its number stands in its place. Ask the operators to install a font and print again, or correct it by hand.
papers-failed = Nothing was printed
papers-failed-title = Nothing was printed
papers-again = Go back and print again
papers-fault-forbidden = You are no longer allowed to print these papers.
papers-fault-large = It is more than one file holds. Print one kind at a time, or one room at a time.
papers-fault-slow = It took too long and was stopped. Print one kind at a time.
papers-fault-broken = We failed, and it has been noted. Try again; if it fails again, ask the operators.
did-print = Printed papers
did-count-rooms = { $count ->
    [one] one room
   *[other] { $count } rooms
}
did-count-people = { $count ->
    [one] one candidate
   *[other] { $count } candidates
}
did-publish-people = { $people ->
    [one] one candidate
   *[other] { $people } candidates
}
did-publish-moved = { $people } candidates, of whom { $moved } sit elsewhere now
