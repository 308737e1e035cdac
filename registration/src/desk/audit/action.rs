//! What lines of the audit say was done: one list, whose words stay what they are for as long as rows have them.

/// The list: what an action means, its name here, and the store's word for it.
macro_rules! actions {
    ($($(#[$meaning:meta])+ $name:ident = $word:literal,)+) => {
        /// What was done. The words are those that the store has for it, in four dialects, each as old as what it speaks of.
        #[derive(Debug, Clone, PartialEq, Eq, strum::AsRefStr, strum::EnumString, strum::VariantNames)]
        #[strum(serialize_all = "snake_case")]
        pub enum AuditAction {
            $($(#[$meaning])+ #[strum(serialize = $word)] $name,)+
            /// What a later version writes down, by its name.
            #[strum(default, transparent)]
            Other(String),
        }
    };
}

actions! {
    /// Looked at the page that shows a whole document number.
    LookedAtPerson = "looked_at_person",
    /// Looked at the picture of a payment, an identity or a face.
    LookedAtPicture = "looked_at_picture",
    /// Confirmed a payment, an identity or a face.
    Confirmed = "confirmed",
    /// Refused a payment, an identity or a face; the detail is why.
    Refused = "refused",
    /// Looked at a form.
    LookedAtForm = "application.look",
    /// Looked at a form's photo.
    LookedAtPhoto = "application.photo",
    /// Let a form pass.
    PassedForm = "application.pass",
    /// Refused a form; the detail is why.
    RefusedForm = "application.refuse",
    /// Looked at the request to review an earlier score.
    LookedAtScore = "score_review.look",
    /// Let a request to review an earlier score pass: its subjects are the candidate's to choose.
    PassedScore = "score_review.pass",
    /// Refused a request to review an earlier score; the detail is why.
    RefusedScore = "score_review.refuse",
    /// Looked at a request for accommodations.
    LookedAtAccommodation = "accommodation.look",
    /// Looked at a proof of a request for accommodations.
    LookedAtProof = "accommodation.proof",
    /// Decided on a request for accommodations; the detail is why something was not granted.
    DecidedAccommodation = "accommodation.decide",
    /// Looked at who an account says to be.
    LookedAtAccount = "looked_at_account",
    /// Moved an account's registration away; the detail is the other account's number.
    AccountMovedTo = "account_moved_to",
    /// Moved another account's registration here; the detail is that account's number.
    AccountMovedFrom = "account_moved_from",
    /// Corrected who an account says to be; the detail is what, and why.
    AccountCorrected = "account_corrected",
    /// Ended every sign-in of an account; the detail is why.
    AccountSignedOut = "account_signed_out",
    /// Told a candidate a code for another password.
    AccountCodeTold = "account_code_told",
    /// Somebody became a member of staff; the detail is what they may do.
    StaffAdded = "staff.added",
    /// Gave money back that came by no channel; what was seen is the refund's number.
    RefundedByHand = "refund.by_hand",
    /// Agreed that somebody else gave money back by hand; what was seen is the refund's number.
    AgreedToHand = "refund.by_hand_agree",
    /// Took back that money was given back by hand; what was seen is the refund's number.
    TookHandBack = "refund.by_hand_undo",
    /// Nobody agreed to a refund in time; the detail is how much it was.
    RefundExpired = "refund.expire",
    /// Began a school's payment for many candidates; what was seen is its number.
    GroupBegun = "group.begun",
    /// Looked through candidates whom a school may pay for; the detail is which ones.
    LookedAtGroup = "group.look",
    /// Took off a school's payment what could not be paid for.
    GroupLeftOut = "group.left_out",
    /// Began to pay for a school's list by a channel; the detail is which.
    GroupPaying = "group.paying",
    /// Looked through invoices, whose titles and tax numbers are whole; the detail is which ones.
    LookedAtInvoices = "invoice.list",
    /// Took invoices out as a file; the detail is which ones.
    ExportedInvoices = "invoice.export",
    /// Looked at the document of an invoice.
    LookedAtInvoice = "invoice.look",
    /// Handed an invoice back; the detail is of how much.
    HandedBackInvoice = "invoice.hand_back",
    /// Handed a credit note back; the detail is of how much.
    HandedBackCredit = "invoice.hand_back_credit",
    /// Let the orders of a school's payment go again.
    GroupReleased = "group.released",
    /// Wrote down that a school's transfer has come.
    GroupReceived = "group.received",
    /// A member of staff signed in.
    StaffSignedIn = "staff.signed_in",
    /// A sign-in with that name was refused.
    StaffRefused = "staff.refused",
    /// A member of staff ended every sign-in of theirs.
    StaffSignedOut = "staff.signed_out",
    /// A member of staff got another password.
    StaffPassword = "staff.password",
    /// A member of staff was kept out.
    StaffDisabled = "staff.disabled",
    /// A member of staff was let in again.
    StaffEnabled = "staff.enabled",
    /// A member of staff showed their second factor.
    StaffFactor = "staff.factor",
    /// A second factor of theirs was refused, behind the right password.
    StaffFactorRefused = "staff.factor_refused",
    /// A member of staff showed a recovery code.
    StaffRecovered = "staff.recovered",
    /// A member of staff set up a second factor.
    StaffEnrolled = "staff.enrolled",
    /// A member of staff took a passkey of theirs away.
    StaffPasskeyRemoved = "staff.passkey_removed",
    /// A member of staff got other recovery codes.
    StaffRecoveryCodes = "staff.recovery_codes",
    /// A member of staff's second factor was taken away.
    StaffFactorReset = "staff.factor_reset",
    /// Sign-ins of a member of staff were ended; the detail is which.
    StaffSessionEnded = "staff.session_ended",
    /// Somebody was invited to choose a password as a member of staff.
    StaffInvited = "staff.invited",
    /// A link was made by which a member of staff chooses another password.
    StaffLinkMade = "staff.link",
    /// A member of staff chose a password by a link.
    StaffJoined = "staff.joined",
    /// A member of staff signed in by the identity provider; the detail says whether its second factor counted.
    StaffSignedInByProvider = "staff_signed_in_by_provider",
    /// Nobody was signed in who came from the identity provider; the detail is a word for why.
    StaffRefusedByProvider = "staff_refused_by_provider",
    /// A member of staff is somebody at the identity provider from now on; the detail is at which.
    StaffProviderLinked = "staff_provider_linked",
    /// A member of staff is nobody there any more.
    StaffProviderUnlinked = "staff_provider_unlinked",
    /// Looked through payments; the detail is which ones.
    LookedAtPayments = "money.list",
    /// Looked at everything about one payment.
    LookedAtPayment = "money.look",
    /// Looked at the books.
    LookedAtBooks = "money.books",
    /// Looked at what people must see to, or at what reconciliation found of a day.
    LookedAtOpenMoney = "money.open",
    /// Took payments or findings out as a file; the detail is which ones and how many.
    ExportedMoney = "money.export",
    /// Wanted a refund; the detail is how much, and why.
    WantedRefund = "refund.want",
    /// Agreed to a refund that somebody else wanted.
    AgreedToRefund = "refund.agree",
    /// Withdrew a refund that waited for a second person.
    WithdrewRefund = "refund.withdraw",
    /// Had a refund sent again.
    SentRefundAgain = "refund.again",
    /// Had a channel asked after a payment.
    AskedChannel = "money.ask",
    /// Had the bill of a day fetched.
    FetchedBill = "bill.fetch",
    /// Brought the bill of a day as a file; the detail is its hash and its size.
    ImportedBill = "bill.import",
    /// Saw to a finding of reconciliation; the detail is what was done.
    ClosedFinding = "finding.close",
    /// Made a site, or changed one.
    SavedSite = "site.save",
    /// Took a site out of use.
    RetiredSite = "site.retire",
    /// Made a room, or changed one.
    SavedRoom = "room.save",
    /// Took a room out of use.
    RetiredRoom = "room.retire",
    /// Made and changed rooms by a list; the detail is how many.
    ImportedRooms = "room.import",
    /// Chose the rooms of a sitting; the detail is how many.
    ChoseRooms = "sitting.rooms",
    /// Set how many seats of a sitting are given out, from its rooms; the detail is before and after.
    SetCapacity = "sitting.capacity",
    /// Had a seed drawn for a sitting; the detail is its commitment.
    DrewSeed = "arrangement.seed",
    /// Changed the rules by which a sitting is arranged.
    SetRules = "arrangement.rules",
    /// Published who sits where; the detail is how many, and how many of them moved.
    PublishedPlaces = "arrangement.publish",
    /// Froze who sits where.
    FrozePlaces = "arrangement.freeze",
    /// Gave places to those who were confirmed later; the detail is how many.
    SeatedLate = "arrangement.late",
    /// Printed papers for a site, which name its candidates and show their photos; the detail is which ones.
    PrintedPapers = "papers.print",
    /// Took the people of a site onto a device for checking in; the detail is how many.
    TookSnapshot = "checkin.snapshot",
    /// Took photos of people of a site onto a device; the detail is how many.
    TookPhotos = "checkin.photos",
    /// Looked through who has come to a site.
    LookedAtAttendance = "checkin.attendance",
    /// Took out as a file who has come to a site; the detail is how many people, and in which form.
    ExportedAttendance = "checkin.export",
    /// Let somebody in with a doubt about who it is; what was seen is the entry's id.
    Doubted = "checkin.doubt",
    /// Looked at both photos of an entry in doubt; what was seen is its id.
    LookedAtDoubt = "checkin.look",
    /// Signed what an entry in doubt was; what was seen is its id.
    SignedDoubt = "checkin.sign",
    /// Let a member of staff work at a site's doors; the detail is who.
    AssignedInvigilator = "checkin.assign",
    /// Let a member of staff work there no more; the detail is who.
    DismissedInvigilator = "checkin.dismiss",
    /// Took a case over that somebody else worked on; the detail is who that was.
    TookOverCase = "case.take_over",
    /// Decided on a case, which can be taken back for a while; the detail is why it does not pass, if it does not.
    NotedDecision = "case.note",
    /// Took a decision back before anything followed from it.
    TookBackDecision = "case.take_back",
    /// A decision did not fit any more when it was to be carried out: its case waits again. The detail is a word for why.
    DroppedDecision = "case.dropped",
    /// A decision became an opinion of a case of which somebody else is asked, or stands as the only one; the detail says which.
    SecondOpinion = "case.second_opinion",
    /// A machine read the right number on a card and could not make out its name for sure: staff who are asked look at that. The detail
    /// is an index of whom the card was compared with.
    CardUnsure = "card.unsure",
    /// A candidate agreed to having their face looked at by a machine; the detail is which text of it.
    FaceConsentGiven = "face.consent",
    /// A candidate took that back: what was kept of the face is gone.
    FaceConsentWithdrawn = "face.withdraw",
    /// Had somebody before them with their document: a face, or who they are, is confirmed; the detail is of which kind the document was.
    SeenInPerson = "face.in_person",
    /// Took back that a face, or who somebody is, was confirmed in person; the detail is why.
    TookInPersonBack = "face.in_person_undo",
    /// Searched the audit; the detail is for what.
    ReadAudit = "audit.search",
    /// Changed what the site says of itself; the detail is which version it became.
    ChangedImprint = "imprint.change",
    /// Set after how many years data of candidates goes; the detail is before and after.
    SetRetention = "retention.set",
    /// What was personal of a candidate is gone, as the rule says.
    ForgotAccount = "retention.forgot",
    /// Lists of an exam are gone, as the rule says; the detail is how many lines.
    ForgotLists = "retention.forgot_lists",
    /// Kept an account whatever the rule says; the detail is why.
    HeldAccount = "retention.hold",
    /// Let an account go again that was kept whatever the rule says.
    LetAccountGo = "retention.let_go",
    /// Brought a file for an import; the detail is how large it is.
    BroughtImport = "import.bring",
    /// Looked at lines of a file that was brought.
    LookedAtImport = "import.look",
    /// Took a file out that was brought, with what is wrong beside each line.
    TookImport = "import.take",
    /// Had an import applied; the detail is how many lines are to go.
    WantedImport = "import.want",
    /// An import was applied for whoever wanted it; the detail is of what, and what became of it.
    AppliedImport = "import.apply",
    /// Took a list of an exam out as a file; the detail is which, in which form, and whether numbers are whole.
    ExportedList = "list.export",
    /// Gave an import up.
    DroppedImport = "import.drop",
    /// Began a draft of an exam; the detail is from what.
    BeganDraft = "exam.draft_begin",
    /// Changed a draft of an exam; the detail is which part or file.
    ChangedDraft = "exam.draft_change",
    /// Gave a draft of an exam up.
    DroppedDraft = "exam.draft_drop",
    /// Applied a draft to an exam; the detail is which draft, and the hash of its files.
    AppliedDraft = "exam.apply",
    /// Opened an exam at once; the detail is the moment before and after.
    OpenedExam = "exam.open",
    /// Closed an exam at once; the detail is the moment before and after.
    ClosedExam = "exam.close",
    /// Took an exam out as files; the detail is their hash.
    ExportedExam = "exam.export",
    /// Looked for candidates; the detail is by what, masked, and how many were found.
    SearchedCandidates = "candidate.find",
    /// Opened a candidate's page.
    LookedAtCandidate = "candidate.look",
    /// Had something of a candidate shown whole; the detail is what.
    ShownOfCandidate = "candidate.show",
    /// Noted something about a candidate; what was seen is the note's id.
    NotedOnCandidate = "candidate.note",
    /// Struck out a note of their own; what was seen is its id.
    StruckNote = "candidate.strike",
    /// Answered what a candidate asked in writing; what was seen is the question's id.
    AnsweredInquiry = "answered_inquiry",
    /// Made a key of the API; the detail is whose, and what it may do.
    KeyMade = "key.made",
    /// Made a key that replaces another; the detail is which, and until when the other one goes on.
    KeyRotated = "key.rotated",
    /// Ended a key of the API; the detail is whose it was.
    KeyRevoked = "key.revoked",
    /// Keys of the API were refused; the detail is why, and how often.
    KeyRefused = "key.refused",
    /// Entered an endpoint of webhooks; the detail is where it is, and what it is told.
    WebhookMade = "webhook.made",
    /// Changed an endpoint of webhooks; the detail is where it is now, and what it is told.
    WebhookChanged = "webhook.changed",
    /// Gave an endpoint of webhooks another secret; the detail is until when the one before signs, too.
    WebhookSecret = "webhook.secret",
    /// An endpoint of webhooks is told something again.
    WebhookEnabled = "webhook.enabled",
    /// An endpoint of webhooks is told nothing more; the detail is a word for why.
    WebhookDisabled = "webhook.disabled",
    /// Had webhooks sent again, or one to test an endpoint; the detail is which.
    WebhookReplayed = "webhook.again",
    /// A member of staff is there for something else; the detail is for what before, and for what now.
    StaffDuty = "staff.duty",
    /// Asked for something that two people do; the detail is what.
    AskedApproval = "approval.ask",
    /// Agreed to what somebody else asked for, which was done with that.
    GaveApproval = "approval.agree",
    /// Did not agree to what somebody else asked for.
    RefusedApproval = "approval.refuse",
    /// Took back what they had asked for.
    WithdrewApproval = "approval.withdraw",
}
