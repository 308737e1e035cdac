//! What lines of the audit say was done: one list, whose words stay what they are for as long as rows have them.

/// What was done. The words are those that the store has for it, in four dialects, each as old as what it speaks of.
#[derive(Debug, Clone, PartialEq, Eq, strum::AsRefStr, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum AuditAction {
    /// Looked at the page that shows a whole document number.
    LookedAtPerson,
    /// Looked at the picture of a payment, an identity or a face.
    LookedAtPicture,
    /// Confirmed a payment, an identity or a face.
    Confirmed,
    /// Refused a payment, an identity or a face; the detail is why.
    Refused,
    /// Looked at a form.
    #[strum(serialize = "application.look")]
    LookedAtForm,
    /// Looked at a form's photo.
    #[strum(serialize = "application.photo")]
    LookedAtPhoto,
    /// Let a form pass.
    #[strum(serialize = "application.pass")]
    PassedForm,
    /// Refused a form; the detail is why.
    #[strum(serialize = "application.refuse")]
    RefusedForm,
    /// Looked at the request to review an earlier score.
    #[strum(serialize = "score_review.look")]
    LookedAtScore,
    /// Let a request to review an earlier score pass: its subjects are the candidate's to choose.
    #[strum(serialize = "score_review.pass")]
    PassedScore,
    /// Refused a request to review an earlier score; the detail is why.
    #[strum(serialize = "score_review.refuse")]
    RefusedScore,
    /// Looked at a request for accommodations.
    #[strum(serialize = "accommodation.look")]
    LookedAtAccommodation,
    /// Looked at a proof of a request for accommodations.
    #[strum(serialize = "accommodation.proof")]
    LookedAtProof,
    /// Decided on a request for accommodations; the detail is why something was not granted.
    #[strum(serialize = "accommodation.decide")]
    DecidedAccommodation,
    /// Looked at who an account says to be.
    LookedAtAccount,
    /// Moved an account's registration away; the detail is the other account's number.
    AccountMovedTo,
    /// Moved another account's registration here; the detail is that account's number.
    AccountMovedFrom,
    /// Corrected who an account says to be; the detail is what, and why.
    AccountCorrected,
    /// Told a candidate a code for another password.
    AccountCodeTold,
    /// Somebody became a member of staff; the detail is what they may do.
    #[strum(serialize = "staff.added")]
    StaffAdded,
    /// Gave money back that came by no channel; what was seen is the refund's number.
    #[strum(serialize = "refund.by_hand")]
    RefundedByHand,
    /// Agreed that somebody else gave money back by hand; what was seen is the refund's number.
    #[strum(serialize = "refund.by_hand_agree")]
    AgreedToHand,
    /// Took back that money was given back by hand; what was seen is the refund's number.
    #[strum(serialize = "refund.by_hand_undo")]
    TookHandBack,
    /// Nobody agreed to a refund in time; the detail is how much it was.
    #[strum(serialize = "refund.expire")]
    RefundExpired,
    /// Began a school's payment for many candidates; what was seen is its number.
    #[strum(serialize = "group.begun")]
    GroupBegun,
    /// Looked through candidates whom a school may pay for; the detail is which ones.
    #[strum(serialize = "group.look")]
    LookedAtGroup,
    /// Took off a school's payment what could not be paid for.
    #[strum(serialize = "group.left_out")]
    GroupLeftOut,
    /// Began to pay for a school's list by a channel; the detail is which.
    #[strum(serialize = "group.paying")]
    GroupPaying,
    /// Looked through invoices, whose titles and tax numbers are whole; the detail is which ones.
    #[strum(serialize = "invoice.list")]
    LookedAtInvoices,
    /// Took invoices out as a file; the detail is which ones.
    #[strum(serialize = "invoice.export")]
    ExportedInvoices,
    /// Looked at the document of an invoice.
    #[strum(serialize = "invoice.look")]
    LookedAtInvoice,
    /// Handed an invoice back; the detail is of how much.
    #[strum(serialize = "invoice.hand_back")]
    HandedBackInvoice,
    /// Handed a credit note back; the detail is of how much.
    #[strum(serialize = "invoice.hand_back_credit")]
    HandedBackCredit,
    /// Let the orders of a school's payment go again.
    #[strum(serialize = "group.released")]
    GroupReleased,
    /// Wrote down that a school's transfer has come.
    #[strum(serialize = "group.received")]
    GroupReceived,
    /// A member of staff signed in.
    #[strum(serialize = "staff.signed_in")]
    StaffSignedIn,
    /// A sign-in with that name was refused.
    #[strum(serialize = "staff.refused")]
    StaffRefused,
    /// A member of staff ended every sign-in of theirs.
    #[strum(serialize = "staff.signed_out")]
    StaffSignedOut,
    /// A member of staff got another password.
    #[strum(serialize = "staff.password")]
    StaffPassword,
    /// A member of staff was kept out.
    #[strum(serialize = "staff.disabled")]
    StaffDisabled,
    /// A member of staff was let in again.
    #[strum(serialize = "staff.enabled")]
    StaffEnabled,
    /// A member of staff showed their second factor.
    #[strum(serialize = "staff.factor")]
    StaffFactor,
    /// A second factor of theirs was refused, behind the right password.
    #[strum(serialize = "staff.factor_refused")]
    StaffFactorRefused,
    /// A member of staff showed a recovery code.
    #[strum(serialize = "staff.recovered")]
    StaffRecovered,
    /// A member of staff set up a second factor.
    #[strum(serialize = "staff.enrolled")]
    StaffEnrolled,
    /// A member of staff took a passkey of theirs away.
    #[strum(serialize = "staff.passkey_removed")]
    StaffPasskeyRemoved,
    /// A member of staff got other recovery codes.
    #[strum(serialize = "staff.recovery_codes")]
    StaffRecoveryCodes,
    /// A member of staff's second factor was taken away.
    #[strum(serialize = "staff.factor_reset")]
    StaffFactorReset,
    /// Sign-ins of a member of staff were ended; the detail is which.
    #[strum(serialize = "staff.session_ended")]
    StaffSessionEnded,
    /// Somebody was invited to choose a password as a member of staff.
    #[strum(serialize = "staff.invited")]
    StaffInvited,
    /// A link was made by which a member of staff chooses another password.
    #[strum(serialize = "staff.link")]
    StaffLinkMade,
    /// A member of staff chose a password by a link.
    #[strum(serialize = "staff.joined")]
    StaffJoined,
    /// A member of staff signed in by the identity provider; the detail says whether its second factor counted.
    StaffSignedInByProvider,
    /// Nobody was signed in who came from the identity provider; the detail is a word for why.
    StaffRefusedByProvider,
    /// A member of staff is somebody at the identity provider from now on; the detail is at which.
    StaffProviderLinked,
    /// A member of staff is nobody there any more.
    StaffProviderUnlinked,
    /// Looked through payments; the detail is which ones.
    #[strum(serialize = "money.list")]
    LookedAtPayments,
    /// Looked at everything about one payment.
    #[strum(serialize = "money.look")]
    LookedAtPayment,
    /// Looked at the books.
    #[strum(serialize = "money.books")]
    LookedAtBooks,
    /// Looked at what people must see to, or at what reconciliation found of a day.
    #[strum(serialize = "money.open")]
    LookedAtOpenMoney,
    /// Took payments or findings out as a file; the detail is which ones and how many.
    #[strum(serialize = "money.export")]
    ExportedMoney,
    /// Wanted a refund; the detail is how much, and why.
    #[strum(serialize = "refund.want")]
    WantedRefund,
    /// Agreed to a refund that somebody else wanted.
    #[strum(serialize = "refund.agree")]
    AgreedToRefund,
    /// Withdrew a refund that waited for a second person.
    #[strum(serialize = "refund.withdraw")]
    WithdrewRefund,
    /// Had a refund sent again.
    #[strum(serialize = "refund.again")]
    SentRefundAgain,
    /// Had a channel asked after a payment.
    #[strum(serialize = "money.ask")]
    AskedChannel,
    /// Had the bill of a day fetched.
    #[strum(serialize = "bill.fetch")]
    FetchedBill,
    /// Brought the bill of a day as a file; the detail is its hash and its size.
    #[strum(serialize = "bill.import")]
    ImportedBill,
    /// Saw to a finding of reconciliation; the detail is what was done.
    #[strum(serialize = "finding.close")]
    ClosedFinding,
    /// Made a site, or changed one.
    #[strum(serialize = "site.save")]
    SavedSite,
    /// Took a site out of use.
    #[strum(serialize = "site.retire")]
    RetiredSite,
    /// Made a room, or changed one.
    #[strum(serialize = "room.save")]
    SavedRoom,
    /// Took a room out of use.
    #[strum(serialize = "room.retire")]
    RetiredRoom,
    /// Made and changed rooms by a list; the detail is how many.
    #[strum(serialize = "room.import")]
    ImportedRooms,
    /// Chose the rooms of a sitting; the detail is how many.
    #[strum(serialize = "sitting.rooms")]
    ChoseRooms,
    /// Set how many seats of a sitting are given out, from its rooms; the detail is before and after.
    #[strum(serialize = "sitting.capacity")]
    SetCapacity,
    /// Had a seed drawn for a sitting; the detail is its commitment.
    #[strum(serialize = "arrangement.seed")]
    DrewSeed,
    /// Changed the rules by which a sitting is arranged.
    #[strum(serialize = "arrangement.rules")]
    SetRules,
    /// Published who sits where; the detail is how many, and how many of them moved.
    #[strum(serialize = "arrangement.publish")]
    PublishedPlaces,
    /// Froze who sits where.
    #[strum(serialize = "arrangement.freeze")]
    FrozePlaces,
    /// Gave places to those who were confirmed later; the detail is how many.
    #[strum(serialize = "arrangement.late")]
    SeatedLate,
    /// Printed papers for a site, which name its candidates and show their photos; the detail is which ones.
    #[strum(serialize = "papers.print")]
    PrintedPapers,
    /// Took the people of a site onto a device for checking in; the detail is how many.
    #[strum(serialize = "checkin.snapshot")]
    TookSnapshot,
    /// Took photos of people of a site onto a device; the detail is how many.
    #[strum(serialize = "checkin.photos")]
    TookPhotos,
    /// Looked through who has come to a site.
    #[strum(serialize = "checkin.attendance")]
    LookedAtAttendance,
    /// Took out as a file who has come to a site; the detail is how many people, and in which form.
    #[strum(serialize = "checkin.export")]
    ExportedAttendance,
    /// Let somebody in with a doubt about who it is; what was seen is the entry's id.
    #[strum(serialize = "checkin.doubt")]
    Doubted,
    /// Looked at both photos of an entry in doubt; what was seen is its id.
    #[strum(serialize = "checkin.look")]
    LookedAtDoubt,
    /// Signed what an entry in doubt was; what was seen is its id.
    #[strum(serialize = "checkin.sign")]
    SignedDoubt,
    /// Let a member of staff work at a site's doors; the detail is who.
    #[strum(serialize = "checkin.assign")]
    AssignedInvigilator,
    /// Let a member of staff work there no more; the detail is who.
    #[strum(serialize = "checkin.dismiss")]
    DismissedInvigilator,
    /// Took a case over that somebody else worked on; the detail is who that was.
    #[strum(serialize = "case.take_over")]
    TookOverCase,
    /// Decided on a case, which can be taken back for a while; the detail is why it does not pass, if it does not.
    #[strum(serialize = "case.note")]
    NotedDecision,
    /// Took a decision back before anything followed from it.
    #[strum(serialize = "case.take_back")]
    TookBackDecision,
    /// A decision did not fit any more when it was to be carried out: its case waits again. The detail is a word for why.
    #[strum(serialize = "case.dropped")]
    DroppedDecision,
    /// A decision became an opinion of a case of which somebody else is asked, or stands as the only one; the detail says which.
    #[strum(serialize = "case.second_opinion")]
    SecondOpinion,
    /// A machine read the right number on a card and could not make out its name for sure: staff who are asked look at that. The detail
    /// is an index of whom the card was compared with.
    #[strum(serialize = "card.unsure")]
    CardUnsure,
    /// A candidate agreed to having their face looked at by a machine; the detail is which text of it.
    #[strum(serialize = "face.consent")]
    FaceConsentGiven,
    /// A candidate took that back: what was kept of the face is gone.
    #[strum(serialize = "face.withdraw")]
    FaceConsentWithdrawn,
    /// Searched the audit; the detail is for what.
    #[strum(serialize = "audit.search")]
    ReadAudit,
    /// Changed what the site says of itself; the detail is which version it became.
    #[strum(serialize = "imprint.change")]
    ChangedImprint,
    /// Brought a file for an import; the detail is how large it is.
    #[strum(serialize = "import.bring")]
    BroughtImport,
    /// Looked at lines of a file that was brought.
    #[strum(serialize = "import.look")]
    LookedAtImport,
    /// Took a file out that was brought, with what is wrong beside each line.
    #[strum(serialize = "import.take")]
    TookImport,
    /// Had an import applied; the detail is how many lines are to go.
    #[strum(serialize = "import.want")]
    WantedImport,
    /// An import was applied for whoever wanted it; the detail is of what, and what became of it.
    #[strum(serialize = "import.apply")]
    AppliedImport,
    /// Took a list of an exam out as a file; the detail is which, in which form, and whether numbers are whole.
    #[strum(serialize = "list.export")]
    ExportedList,
    /// Gave an import up.
    #[strum(serialize = "import.drop")]
    DroppedImport,
    /// Began a draft of an exam; the detail is from what.
    #[strum(serialize = "exam.draft_begin")]
    BeganDraft,
    /// Changed a draft of an exam; the detail is which part or file.
    #[strum(serialize = "exam.draft_change")]
    ChangedDraft,
    /// Gave a draft of an exam up.
    #[strum(serialize = "exam.draft_drop")]
    DroppedDraft,
    /// Applied a draft to an exam; the detail is which draft, and the hash of its files.
    #[strum(serialize = "exam.apply")]
    AppliedDraft,
    /// Opened an exam at once; the detail is the moment before and after.
    #[strum(serialize = "exam.open")]
    OpenedExam,
    /// Closed an exam at once; the detail is the moment before and after.
    #[strum(serialize = "exam.close")]
    ClosedExam,
    /// Took an exam out as files; the detail is their hash.
    #[strum(serialize = "exam.export")]
    ExportedExam,
    /// Looked for candidates; the detail is by what, masked, and how many were found.
    #[strum(serialize = "candidate.find")]
    SearchedCandidates,
    /// Opened a candidate's page.
    #[strum(serialize = "candidate.look")]
    LookedAtCandidate,
    /// Had something of a candidate shown whole; the detail is what.
    #[strum(serialize = "candidate.show")]
    ShownOfCandidate,
    /// Noted something about a candidate; what was seen is the note's id.
    #[strum(serialize = "candidate.note")]
    NotedOnCandidate,
    /// Struck out a note of their own; what was seen is its id.
    #[strum(serialize = "candidate.strike")]
    StruckNote,
    /// Answered what a candidate asked in writing; what was seen is the question's id.
    AnsweredInquiry,
    /// Made a key of the API; the detail is whose, and what it may do.
    #[strum(serialize = "key.made")]
    KeyMade,
    /// Made a key that replaces another; the detail is which, and until when the other one goes on.
    #[strum(serialize = "key.rotated")]
    KeyRotated,
    /// Ended a key of the API; the detail is whose it was.
    #[strum(serialize = "key.revoked")]
    KeyRevoked,
    /// Keys of the API were refused; the detail is why, and how often.
    #[strum(serialize = "key.refused")]
    KeyRefused,
    /// Entered an endpoint of webhooks; the detail is where it is, and what it is told.
    #[strum(serialize = "webhook.made")]
    WebhookMade,
    /// Changed an endpoint of webhooks; the detail is where it is now, and what it is told.
    #[strum(serialize = "webhook.changed")]
    WebhookChanged,
    /// Gave an endpoint of webhooks another secret; the detail is until when the one before signs, too.
    #[strum(serialize = "webhook.secret")]
    WebhookSecret,
    /// An endpoint of webhooks is told something again.
    #[strum(serialize = "webhook.enabled")]
    WebhookEnabled,
    /// An endpoint of webhooks is told nothing more; the detail is a word for why.
    #[strum(serialize = "webhook.disabled")]
    WebhookDisabled,
    /// Had webhooks sent again, or one to test an endpoint; the detail is which.
    #[strum(serialize = "webhook.again")]
    WebhookReplayed,
    /// A member of staff is there for something else; the detail is for what before, and for what now.
    #[strum(serialize = "staff.duty")]
    StaffDuty,
    /// Asked for something that two people do; the detail is what.
    #[strum(serialize = "approval.ask")]
    AskedApproval,
    /// Agreed to what somebody else asked for, which was done with that.
    #[strum(serialize = "approval.agree")]
    GaveApproval,
    /// Did not agree to what somebody else asked for.
    #[strum(serialize = "approval.refuse")]
    RefusedApproval,
    /// Took back what they had asked for.
    #[strum(serialize = "approval.withdraw")]
    WithdrewApproval,
    /// What a later version writes down, by its name.
    #[strum(default, transparent)]
    Other(String),
}
