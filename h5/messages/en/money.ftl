# Group payment, late money, wrong amounts, invoices. Both languages have the same keys; a test compares them.

# Locked by a group payment
lock-text = This fee is locked by your school's group payment until { $when }. Until then please do not pay yourself; it cannot be changed or dropped either.{ " " }
lock-held = Your seat is still held only until { $held }; the lock does not make that longer. If your school has not paid by then, the seat is released, and while registration is open you can choose a sitting again.{ " " }
lock-held-longer = Your seat is held until { $held }; if your school has not paid when the lock ends, you can pay yourself.{ " " }
lock-ask = If in doubt, please ask your school.
lock-line = Locked by your school's payment until { $when }
lock-line-held = Locked by your school's payment; seat held until { $when }
lock-bar = Locked by your school's payment. If it has not paid by then, the seat is released.
lock-over = If your school has not paid, the seat was released; you can choose again.
lock-over-text = If your school did not pay in time, your seat has gone back. While registration is open you can choose a sitting again; then tell your school the number of the new order.
lock-paid = Paid by your school
lock-paid-text = Your school has paid for you.{ " " }
order-locked = Locked
hold-error-locked = Your registration is locked by your school's group payment until { $when } and cannot be changed now. If in doubt, please ask your school.
receipt-school-text = Your school has paid for you, and your seat is confirmed.
refund-to-school = It goes back to the school that paid.
withdraw-way-school = To the school that paid

# Money that is paid late
late-other-text = The sitting has begun, so no seat in it can be held for you. If you have not paid, do not pay now; you can choose another sitting.
late-other-channel = If you have paid on this site, do not pay again: once the money is here you can choose another sitting of the same fee, or get the money back.
late-other-paid = If you have paid, do not pay again: upload the screenshot and choose another sitting of the same fee.
late-closed-title = Payment has closed
late-closed-text = The time to pay is over and the seat is no longer kept. Registration has closed, so no sitting can be chosen any more. Please do not pay now.
late-closed-look = Paid already? See what to do
order-note-closed = Payment has closed. If you have paid, see what to do
upload-not-by-picture = This exam takes no screenshots of payments, so it was not sent. Please pay as this page says; if you have paid, the seat is confirmed once the money is here.

# Not the amount due
wrong-amount-title = Not the amount due
wrong-amount-text = { $came } came, and { $due } is due. A payment of another amount does not count: all of it goes back, at no cost.
wrong-amount-again = Please pay again, and leave the amount as it is.

# Receipt
receipt-free = Free
receipt-paid-by = Paid with
receipt-free-text = This exam is free of charge, and your seat is confirmed.

# Invoices
invoice-section = Invoice
invoice-title = Ask for an invoice
invoice-offer = You can ask for an electronic invoice for what you have paid.
invoice-kind = The invoice is for
invoice-person = A person
invoice-organisation = A company or organisation
invoice-name = Invoice title
invoice-name-hint = A person's name, or the organisation's full name as on its licence.
invoice-code = Tax number
invoice-code-hint = Not needed for a person. For an organisation: its 18-character credit code, or its earlier tax number of 15, 18 or 20 characters.
invoice-amount = Amount
invoice-asked = Asked for
invoice-note = You can change this until the invoice is made, and not afterwards. Please check it carefully.
invoice-submit = Ask for the invoice
invoice-change-submit = Save changes
invoice-back = Back
invoice-change = Change title or tax number
invoice-wanted = Waiting to be made
invoice-wanted-text = The examination office will make it soon; you can download it here. Until then you can change it.
invoice-made = Made
invoice-made-at = Invoice
invoice-nothing = Not made any more
invoice-nothing-text = All of the fee has gone back, so there is nothing to invoice.
invoice-crediting = Credit note on its way
invoice-crediting-text = Money has gone back since the invoice was made. The examination office will make a credit note; you can download it here.
invoice-credited = Credit note made
invoice-credit-note = Credit note
invoice-download = Download invoice
invoice-credit-download = Download credit note
invoice-error-kind = Choose whom the invoice is for
invoice-error-title = Enter the invoice title, at most { $count } characters
invoice-error-code = Enter the organisation's tax number; without one, choose “A person”
invoice-error-characters = A tax number has digits and Latin letters only. Please check for full-width or other characters
invoice-error-length = A tax number has 18 characters, an earlier one 15, 18 or 20; this has { $count }
invoice-error-check = This tax number has a typing error: its check character does not fit. Please compare it with the licence, and mind 0 and O, 1 and I, 2 and Z
invoice-error-issued = The invoice has been made, so the title was not changed. To have it replaced, please ask the examination office.
said-invoice = You have asked for an invoice
