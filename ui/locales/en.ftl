# Leadline in English. Keys by screen; selectors keep lists of the domain in one place.

app-name = Leadline
problem-no-answer = The window got no answer from the program behind it. Your work is saved. Close Leadline and open it again.
stopped-title = This screen stopped. Your work is saved.
stopped-text = Open it again to go on where you were.
stopped-reload = Open it again
stopped-copy = Copy report

## Lists of the domain
status = { $status ->
    [new] New
    [in_progress] In progress
    [cnp] CNP
    [interested] Interested
    [qualified] Qualified
    [converted] Converted
    [lost] Lost
   *[other] { $status }
}
role = { $role ->
    [super_admin] Super Admin
    [admin] Admin
    [manager] Manager
    [team_lead] Team Lead
    [salesperson] Salesperson
    [recovery_agent] Recovery Agent
    [finance_manager] Finance Manager
    [analyst] Analyst
   *[other] { $role }
}
role-team = { $role }, { $team }
field = { $field ->
    [name] Name
    [phone] Phone
    [alt_phone] Other phone
    [email] E-mail
    [budget] Budget
    [source] Source
    [language] Language
    [do_not_call] Do not call
   *[other] { $field }
}
field-inside = { $field ->
    [name] name
    [phone] phone
    [alt_phone] other phone
    [email] e-mail
    [budget] budget
    [source] source
    [language] language
    [do_not_call] do not call
   *[other] { $field }
}
tab = { $tab ->
    [fresh] Fresh
    [working] Working
    [converted] Converted
    [dropped] Dropped
   *[all] All
}
filter-more = Filter
filter-more-some = { $count ->
    [1] 1 filter
   *[other] { $count } filters
}
filter-by-due = Next follow-up
filter-by-interest = Interest
filter-by-source = Source
filter-by-language = Language
filter-by-tag = Tag
filter-by-owner = Owner
filter-by-created = Added
filter-by-updated = Changed
filter-by-next = Planned for
filter-order = Order
filter-due = { $state ->
    [missed] Missed
    [today] Today
    [upcoming] Upcoming
   *[not_set] Not set
}
order = { $sort ->
    [created] Added last
    [due] Next follow-up
    [name] Name
    [interest] Interest
    [status] Status
   *[changed] Changed last
}
palette = Search leads, pages and actions
palette-hint = Name, number, page or action
palette-open = open
palette-acts = only pages and actions
palette-none = Nothing is called that here.
palette-all = Show all { $count } in Leads
palette-sync = Sync now
palette-theme = Next theme
palette-lock = Lock
palette-sign-out = Sign out
sheet = Keys
key-place = { $place ->
    [anywhere] Anywhere
    [list] In the list
    [lead] On a lead
    [queue] In the calling queue
   *[due] On Follow-ups
}
key = { $act ->
    [palette] search and actions
    [sheet] this sheet
    [undo] undo
    [add] add a lead
    [queue] to the calling queue
    [leads] to leads
    [follow-ups] to follow-ups
    [attention] to needs attention
    [check-in] check in, check out
    [pause] pause, resume
    [theme] next theme
    [zoom] larger, smaller, as it was
    [move] up and down
    [open] open
    [search] search
    [filter] filter
    [tick] tick
    [tick-range] tick several
    [tick-all] tick all
    [copy] copy as CSV
    [bulk] status, tag, follow-up, drop, assign those ticked
    [step] previous, next lead
    [log] log a call
    [follow-up] plan a follow-up
    [status] change the status
    [next] next step
    [assign] assign
    [note] write a note
    [conflict] keep this or that value
    [close] close
    [outcome] how the call went
    [outcome-typing] the same while typing
    [date] when to call next
    [call] call
    [end] end the call
    [save] save, next lead
    [skip] back, put off
    [done] done
   *[days] move by days
}
queue-note = Notes
queue-note-kept = Kept as you type
queue-note-hint = What was said?
queue-earlier = Earlier
queue-known = What you know
queue-last-three = Last three
queue-behind = Next, already open
queue-more = { $count } more
queue-last = Nobody waits behind this one.
queue-total = { $count } to call
queue-how = How did it go?
queue-how-keys = press a number, or Alt and a number while typing
queue-next = Next call
queue-type-time = Type a time
queue-save = Save, next lead
queue-saved = { $name }: { $outcome }
queue-undone = { $name }: taken back, and in the queue again
queue-pick-first = Say how it went first: press Alt and a number.
queue-call = Call
queue-call-hint = Dials the number and starts the clock
presence-one = { $name } is on this lead
presence-two = { $first } and { $second } are on this lead
presence-more = { $first } and { $count } others are on this lead
presence-calls = { $name } is calling this lead
presence-calls-elsewhere = You are calling this lead on another computer
queue-taken = { $name }: { $why }
dial-copied = { $why } The number is copied.
queue-end = End call
queue-on-call = On call
queue-call-ended = Ended
queue-why = Why now:
queue-empty = Nobody to call now
queue-closed = Calling hours are { $from } to { $until }
queue-empty-text = Callbacks, new leads and retries come here by themselves.
queue-empty-passed = { $count ->
    [1] You put one lead off; it comes again when you reopen this page.
   *[other] You put { $count } leads off; they come again when you reopen this page.
}
why-overdue = you promised to call { $when }.
why-due = you promised to call { $when }.
why-hot = interest { $level } and no next step planned.
why-fresh = never called, here since { $when }.
why-retry = no answer { $when }, { $tries } of { $most } tries.
why-unplanned = no next step planned since { $when }.
after-overdue = missed { $when }
after-due = due { $when }
after-hot = hot
after-fresh = new, { $when }
after-retry = try { $tries } of { $most }
after-unplanned = no next step
pace-of = of { $target } leads
pace-label = Leads called today
pace-expected = where { $time } should be: { $count }
pace-on = On pace
pace-behind = { $count } behind
due-tab = { $tab ->
    [missed] Missed
    [today] Today
   *[upcoming] Upcoming
}
due-everyone = Everyone’s
due-more = Show { $count } more
due-done-verb = Done
due-done = { $name }: follow-up done
due-moved = { $name }: moved to { $days ->
    [1] tomorrow
   *[other] { $days } days from today
}
due-keys-done = done
due-keys-move = move by days
due-none-missed = Nothing missed
due-none-missed-text = Every follow-up up to today was kept.
due-none-today = Nothing is due today
due-clear-until = All clear until { $when }
due-none-today-text = Press U on a lead to plan the next call.
due-none-upcoming = Nothing planned yet
due-none-upcoming-text = Press U on a lead to plan the next call.
payments-tab = { $tab ->
    [due] Due
    [week] This week
    [promised] Promised
    [completed] Completed
    [all] All
   *[records] All payments
}
payment-status = { $status ->
    [pending] Pending
    [partial] Partial
    [completed] Completed
   *[overdue] Overdue
}
payment-flag = { $flag ->
    [unconverted] Something was paid, and this lead is not converted. Convert it, or reverse the payment.
    [contested] Package or plan were set twice at the same time. Check which is right, and set it again.
    [outdone] One entry was reversed twice at the same time. It counts once.
    [over_paid] More was paid than the package says. Refund it, or correct the package.
   *[twice] This reference number stands on two payments. Reverse one, if it is the same money.
}
payments-search = Name or phone
payments-mine = Handed to me
payments-flagged = To check
payments-customer = Customer
payments-package = Package
payments-paid = Paid
payments-balance = Balance
payments-next = Next due
payments-status = Status
payments-day = Day
payments-amount = Amount
payments-mode = Mode
payments-reference = Reference number
payments-by = Entered by
payments-sums = Paid { $paid }, to collect { $balance }
payments-today = Received today { $sum } in { $count }
payments-records-sum = { $count } payments and refunds, together { $sum }
payments-none-due = Nothing to collect
payments-none-due-text = Every customer in sight has paid in full.
payments-none-week = Nothing is due this week
payments-none-week-text = Instalments and promises of the next seven days stand here, and what is late.
payments-none-promised = Nobody’s promise is open
payments-none-promised-text = Press 2 on a customer to note when they say they will pay.
payments-none-completed = Nobody has paid in full yet
payments-none-completed-text = Customers move here by themselves when the package is paid.
payments-none-all = No customers yet
payments-none-all-text = Converted leads stand here, with what they paid.
payments-none-found = No customers found
payments-none-found-text = Nobody fits this search and these filters.
payments-none-records = No payments yet
payments-clear = Clear filters
instalment-paid = Paid
instalment-today = Due today
instalment-open = Not due
payment-add = Add payment
payment-promise = Promise
payment-refund = Refund
payment-discount = Discount
payment-package = Set package
payment-total-paid = Total paid
payment-remaining = Remaining
payment-last = Last payment
payment-discounts = Discounts
payment-refunded = Refunded
payment-over-paid = Paid too much
payment-overdue = Late
payment-plan = Instalments
payment-plan-change = change plan
payment-plan-none = There is no plan. Press I to make one.
payment-plan-paid = { $paid } of { $all } paid
payment-plan-even = { $parts } even parts
payment-plan-more = Another instalment
payment-plan-remove = Take this instalment out
payment-missing = { $amount } missing
payment-promised = Promised
payment-promised-sum = Promised { $amount } for { $day }
payment-promised-day = Promised for { $day }
payment-is-paid = Paid
payment-not-paid = Not paid
payment-promise-day = When they will pay
payment-history = Payments
payment-history-sum = { $count ->
    [one] 1 entry, paid { $sum }
   *[other] { $count } entries, paid { $sum }
}
payment-history-none = Nothing was entered yet.
payment-history-note = A wrong entry is corrected by an opposite entry, so the history stays true.
payment-kind = { $kind ->
    [payment] Payment
    [refund] Refund
    [discount] Discount
    [reversal] Correction
   *[promise] Promise
}
payment-reverse = Reverse this entry
payment-statement = Statement
payment-statement-label = Save the statement as a PDF
payment-receipt-label = Save receipt { $number } as a PDF{ $state ->
    [provisional]  (provisional: the server numbers it)
   *[given] { "" }
}
payment-print-choice = { $paper ->
    [roll] 80 mm
   *[a4] A4
}, { $language ->
    [hindi] Hindi
   *[english] English
}
payment-print-saved = Saved as { $path }
payment-form = { $form ->
    [payment] Add a payment
    [refund] Give money back
    [discount] Take something off the package
    [package] Set the package
    [plan] Instalments
    [promise] When will they pay?
   *[reverse] Reverse this entry
}
payment-save = { $form ->
    [payment] Add payment
    [refund] Refund
    [discount] Give discount
    [package] Set package
    [plan] Set plan
    [promise] Note promise
   *[reverse] Reverse
}
payment-done = { $form ->
    [payment] Payment added
    [refund] Refund noted
    [discount] Discount given
    [package] Package set
    [plan] Plan set
    [promise] Promise noted
   *[reverse] Entry reversed
}
payment-package-total = Package, empty for none
payment-amount-any = Amount, if they said one
payment-amount-right = Right amount, empty to take it out
payment-note = Note
payment-reason = Reason
payment-undone-reason = Undone right away
interest-word = { $level ->
    [1] Interested
    [2] Interested
    [3] Exploring
   *[other] Hot Lead
}
weekday = { $day ->
    [0] Mon
    [1] Tue
    [2] Wed
    [3] Thu
    [4] Fri
    [5] Sat
   *[6] Sun
}
month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}

## Times
moment-today = Today { $time }
moment-yesterday = Yesterday { $time }
moment-tomorrow = Tomorrow { $time }
moment-day = { $day }, { $time }
day-near = { $weekday } { $day }
day-far = { $day } { $month }
day-other-year = { $day } { $month } { $year }
ago-now = Just now
ago-minutes = { $count } m ago
ago-hours = { $count } h ago
ago-yesterday = Yesterday
lasting-minutes = { $count } min
lasting-whole-hours = { $count } h
lasting-hours = { $hours } h { $minutes } min
lasting-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}

## Badges and marks
badge-interest = { $word } { $level }
badge-not-set = Not set
badge-missed = Missed · { $day }
mark-attention = needs attention
mark-conflict = conflict
mark-proposal = edits to take or drop
mark-waiting = waits for server
mark-not-sent = not sent

## Sync pill and panel
pill-synced = Synced
pill-sending = Sending { $done } of { $total }
pill-offline = Offline, { $count } to send
pill-offline-empty = Offline
pill-busy = Server busy, retry in { $seconds } s
pill-loading = Loading { $done } of { $total }
pill-attention = { $count ->
    [one] 1 needs attention
   *[other] { $count } need attention
}
pill-update = Update needed, read-only
pill-sign-in = Sign in again to send
pill-cant-save = Can’t save
record-synced = Everything sent
record-leaving = { $count ->
    [one] Goes to somebody else once 1 edit is sent. It takes no more edits.
   *[other] Goes to somebody else once { $count } edits are sent. It takes no more edits.
}
record-not-sent = { $count ->
    [one] 1 edit not sent yet
   *[other] { $count } edits not sent yet
}
record-attention = { $count ->
    [one] 1 edit needs attention: { $why }
   *[other] { $count } edits need attention: { $why }
}

## Deeds on the timeline, after a name
deed-created = added this lead
deed-edited = changed this lead
deed-field-from = changed { $field } from { $from } to { $to }
deed-do-not-call = asked that nobody calls: { $why }
deed-may-call = allowed calls again
deed-comment = commented: { $text }
deed-setting = changed a setting: { $what }
deed-payment = payments: { $what }
deed-field = changed { $field } to { $to }
deed-field-emptied = emptied { $field }
deed-status = changed status from { $from } to { $to }
deed-status-reason = changed status from { $from } to { $to }: { $reason }
deed-interest = set interest to { $level }, { $word }
deed-follow-up = set a follow-up for { $when }
deed-follow-up-note = set a follow-up for { $when }: { $note }
deed-follow-up-moved = moved a follow-up to { $when }
deed-follow-up-done = did a follow-up: { $outcome }
deed-follow-up-cancelled = cancelled a follow-up
deed-call = called: { $outcome }
deed-note = wrote “{ $text }”
deed-note-edited = edited a note
deed-tag = added the tag { $tag }
deed-tag-removed = removed the tag { $tag }
deed-deleted = deleted this lead
deed-deleted-reason = deleted this lead: { $reason }
deed-restored = restored this lead
deed-restored-reason = restored this lead: { $reason }
deed-undone = took back: { $what }
deed-assigned = gave this lead to { $to }
deed-assigned-nobody = took this lead from its owner
deed-assigned-why = gave this lead to { $to }: { $why }
deed-collector = gave what is owed to { $to } to collect: { $why }
deed-waiting = left this lead waiting: { $why }

## Edits waiting to be sent
edit-created = Lead added
edit-edited = Lead changed
edit-field = { $field } changed
edit-comment = Comment
edit-setting = Setting changed: { $what }
edit-attendance = Attendance: { $status }
edit-payment = { $what }
edit-preference = A preference of yours
edit-status = Status changed to { $to }
edit-interest = Interest set to { $level }
edit-follow-up = Follow-up set, { $when }
edit-follow-up-moved = Follow-up moved, { $when }
edit-follow-up-done = Follow-up done, “{ $outcome }”
edit-follow-up-cancelled = Follow-up cancelled
edit-call = Call logged, “{ $outcome }”
edit-note = { $count ->
    [one] Note, 1 character
   *[other] Note, { $count } characters
}
edit-note-edited = Note edited
edit-tag = Tag { $tag } added
edit-tag-removed = Tag { $tag } removed
edit-deleted = Lead deleted
edit-restored = Lead restored
edit-undone = Taken back: { $what }
edit-assigned = Given to { $to }
edit-assigned-nobody = Owner taken off
edit-collector = Collected by { $to }
edit-waiting = Waits for somebody who can have it

topic-lead = new lead
topic-comment = comment
topic-setting = setting
topic-payment = payments
topic-status = status
topic-interest = interest
topic-follow-up = follow-up
topic-call = call
topic-note = note
topic-tag = tag
topic-deletion = deletion
topic-owner = owner

## Frame
page-dashboard = Dashboard
lead-page = Open as a page
page-queue = Calling queue
page-leads = Leads
page-follow-ups = Follow-ups
page-payments = Payments
bell-label = { $missed } follow-ups missed, { $today } today, { $unread } unread notifications
bell-panel-label = Notifications
bell-title = { $unread ->
    [0] Notifications
    [1] You have 1 new alert
   *[other] You have { $unread } new alerts
}
bell-read-all = Mark all as read
bell-missed = { $count ->
    [1] 1 follow-up was missed
   *[other] { $count } follow-ups were missed
}
bell-today = { $count ->
    [1] 1 follow-up is due today
   *[other] { $count } follow-ups are due today
}
bell-none = Nothing was told you yet
bell-all = View all notifications
notice-assigned = Assigned to you:
notice-converted = Converted:
notice-dropped = Dropped:
notice-deleted = Deleted:
notice-status = Now { $status }:
notice-commented = New comment:
notice-mentioned = You are mentioned:
notice-missed = Follow-up missed:
notice-due = It was due { $when }
notice-by = { $by } · { $ago }
notice-unread = Unread
notice-mark-read = Mark as read
notice-mark-unread = Mark as unread
notice-remove = Remove
notice-removed = Notification removed
page-notices = Notifications
notices-all = All
notices-unread = Unread
notices-none-unread = Everything is read
notices-none-text = What happens to your leads while somebody else works on them is told here.
notices-keys-toggle = read or unread
notices-keys-remove = remove
page-attention = Needs attention
page-users = Users
page-permissions = Permissions
page-devices = Devices
page-assignment = Assignment
page-deleted = Deleted items
page-attendance = Attendance
page-audit = Audit log
page-quarantine = Quarantine
page-account = My account
page-forbidden = { $page } is not in your role.
role-changed = You are now { $role }.
role-changed-page = You are now { $role }. { $page } is not in it.
sidebar-admin = Admin
sidebar-label = Pages
search-all = Search name or phone
user-menu-label = You
welcome = Welcome, { $name }
theme-dark = Dark
theme-light = Light
theme-system = As the system has it
sign-out = Sign out
lock = Lock
switch-person = Switch person
quit = Quit Leadline
close = Close
save = Save
leave = Leave
more = More
open = Open
toast-undo = Undo
copied = Copied
copy-text = Copy text
start-failed = Leadline can’t show this profile

## Sync panel
sync-panel-label = Sync
sync-offline-since = Offline since { $when }
sync-offline-text = Keep working. Everything is saved on this computer and goes out by itself.
sync-synced-text = Everything you did is on the server, and everything new is here.
sync-sending-text = What you did is on its way. Keep working.
sync-busy-text = The server asked for a pause. Everything is saved on this computer and goes out by itself.
sync-loading-text = Today’s and the newest leads are here. You can start calling.
sync-attention-text = Some edits were not accepted. The others are not held up.
sync-update-text = This version is older than the server’s records. What you did still goes out; update Leadline to edit again.
sync-sign-in-text = Keep working. Everything is saved on this computer and goes out once you sign in again.
sync-cant-save-text = What was saved before is safe. What you type now stays in its field until it can be saved.
sync-sign-in-why = The server wants you to sign in again.
sync-why = Why:
sync-tried = Last try { $last }
sync-tried-next = Last try { $last }, next in { $seconds } s
sync-try-now = Try now
sync-to-send = { $count ->
    [one] 1 to send
   *[other] { $count } to send
}
sync-oldest-first = oldest first, { $size }
sync-more = and { $count } more
sync-stuck = { $count ->
    [one] 1 edit was not accepted.
   *[other] { $count } edits were not accepted.
}
sync-stuck-text = The others are not held up.
sync-decide = Decide what to do
sync-received = Received up to
sync-received-nothing = nothing yet
sync-on-this-computer = On this computer
sync-here = { $count } leads so far
sync-here-complete = { $count } leads, complete
sync-server = Server
sync-updates = Updates
sync-live = arrive at once
sync-polling = asked for now and then

## Sign-in
sign-in = Sign in
sign-in-title = Sign in to Leadline
sign-in-text = The first time needs the server. After that you work with or without a network.
sign-in-server = Server address
sign-in-server-missing = Type the address of your Leadline server.
sign-in-server-odd = That is not an address. It looks like https://leads.example.com or 192.168.1.20:8440.
sign-in-email = E-mail
sign-in-email-missing = Type your e-mail address.
sign-in-email-odd = That is not an e-mail address. It looks like name@example.com.
sign-in-password = Password
sign-in-password-missing = Type your password.
sign-in-show-password = Show password
sign-in-busy = Signing in
sign-in-again = Sign in again
demo-account = Fill in the demo’s administrator
back = Back
have-invitation = I have an invitation or a code
people-here = People on this computer
people-title = Who is it?
people-text = Each has their own copy on this computer, which only their password opens.
people-other = Sign in as somebody else
profile-last-used = last used { $when }
someone-else = Someone else
forgot-password = Forgot the password?
unlock = Unlock
unlock-busy = Unlocking
unlock-text = Locked. Your work is saved on this computer.
repair = Repair this copy
go-on = Go on
repair-busy = Repairing
repair-text = The damaged file is set aside. What was not sent yet is read out of it, and the rest comes from the server.
repair-whole = This copy is whole; nothing was changed.
repair-kept =
    Repaired. { $kept ->
        [0] Nothing was waiting to be sent.
        [one] The one edit that was not sent yet is kept.
       *[other] All { $kept } edits that were not sent yet are kept.
    } The damaged file: { $file }
repair-lost =
    Repaired. { $kept ->
        [one] One edit that was not sent yet is kept,
       *[other] { $kept } edits that were not sent yet are kept,
    } { $lost ->
        [one] one is lost.
       *[other] { $lost } are lost.
    } The damaged file: { $file }
repair-uncounted =
    Repaired. { $kept ->
        [one] One edit that was not sent yet is kept.
       *[other] { $kept } edits that were not sent yet are kept.
    } Others may be lost. The damaged file: { $file }
repair-incomplete = Not all drafts and refused edits could be read.
lease-ended-title = Sign in once with the server
lease-ended-text = This copy works for some days without the server, and that time is over. Your work is saved here and goes out after you sign in.
wiped-title = This copy is gone
wiped-text = An administrator had it wiped, it was too long without the server, or its key is lost. It can’t be opened here any more. Sign in to begin a new one.
cut-off-title = This computer was cut off
cut-off-text = What was not sent yet is kept on the server for a manager to read. Nothing here can be opened.
recover-text = What it had not sent stays sealed in its folder. Whoever runs the server gets it back with:
old-copy-title = Type your old password once
old-copy-revoked-title = This computer’s copy is closed
old-password = Old password
old-copy-open = Open this copy
old-copy-new-text = Don’t know the old one? Begin a new copy. The old one stays as it is.
old-copy-revoked-text = You may begin a new copy. The old one stays closed.
begin-new = Begin a new copy
older-copy = older copy
older-copy-left = A new copy began. What the older one had not sent stays sealed in its folder; whoever runs the server gets it back with: { $command }
signed-in-toast = Signed in as { $name }
signed-out-toast = Signed out. What is not sent yet stays here and goes out after the next sign-in.
signed-out-everywhere-toast = Signed out everywhere
second-factor-title = Two-step sign-in
second-factor-text = Type the six digits your authenticator app shows now. Without the app, type one of your recovery codes.
second-factor-code = Code
key-file-title = May the key lie in a file?
key-file-text = Leads are stored encrypted. This computer has no keychain for the key, so it would lie in a file that only your user account can read.
key-file-safety = Your password still locks the key. Without this, nothing can be kept here, and you can’t sign in.
key-file-refused = Not signed in: there is no place for the key. Turn this computer’s keychain on, or sign in again and allow the file.
allow = Allow
not-now = Not now
invitation-title = Join with an invitation
invitation-text = Paste the link or the code you were given, and choose a password. A code for a forgotten password works the same way.
invitation-code = Invitation link or code
invitation-placeholder = leadline://join?… or K7QF-2MXD-9TRA
invitation-missing = Paste the link or the code from your invitation.
invitation-read = Joins { $server }
invitation-password = New password
invitation-password-missing = Choose a password.
invitation-submit = Set password and sign in
password-advice = Four or more words that don’t belong together make a good one.
password-too-weak = This password is too easy to guess.
password-strength-label = Strength of the password
password-strength = { $score ->
    [0] Very weak
    [1] Weak
    [2] Fair
    [3] Good
   *[4] Strong
}
sign-in-back = Back to leads
sign-in-version = Leadline { $version }

## Forms
field-required = required
field-empty = not set
note = Note
draft-kept = Draft kept as you type
select-none = Not set
budget-placeholder = { $currency }
phone-duplicate = { $name } has this number.
open-it = Open it

## Leads
add-lead = Add lead
tabs-label = Pools
search-list = Filter this list
search-list-label = Filter by name, phone or e-mail
filter-status = Status
filter-status-label = Statuses
filter-status-one = Status: { $status }
filter-status-some = Status: { $count } of { $all }
clear-filters = Clear filters
lead-total = { $number ->
    [one] 1 lead
   *[other] { $count } leads
}
column-name = Name
column-phone = Phone
column-status = Status
column-owner = Owner
column = { $column ->
    [name] Name
    [phone] Phone
    [status] Status
    [interest] Interest
    [next] Next follow-up
    [owner] Owner
    [source] Source
    [language] Language
    [tags] Tags
    [created] Added
   *[updated] Updated
}
column-mark = Mark
columns = Columns
columns-usual = As at the beginning
column-fixed = The name is always there.
column-no-room = no room now
column-up = { $column } further left
column-down = { $column } further right
density-label = Density
density = { $density ->
    [comfortable] Comfortable
    [cards] Cards
   *[compact] Compact
}
interest-of = { $level } of 5
tick-lead = Tick { $name }
tick-all = Tick all
days = { $span ->
    [today] Today
    [yesterday] Yesterday
    [tomorrow] Tomorrow
    [last-7] Last 7 days
   *[next-7] Next 7 days
}
span = { $from } – { $to }
span-from = from { $from }
span-to = until { $to }
chips-label = Filters
chip = { $title }: { $values }
chip-many = { $count } of them
chip-somebody = somebody
chip-remove = Take off { $part }
nothing-fits = No lead here fits { $parts }.
bulk-label = What to do with those ticked
bulk-count = { $count } selected
bulk-all = Select all { $count }
bulk-left = { $count } left the list
bulk-all-left = { $number ->
    [one] The lead you had selected left this list.
   *[other] The { $count } leads you had selected left this list.
}
bulk-status = Status
bulk-tag = Tag
bulk-follow-up = Follow-up
bulk-follow-up-for = Follow-up for { $count }
bulk-drop = Drop
bulk-copy = Copy CSV
bulk-clear = Clear the selection
bulk-progress = { $done } of { $total }
bulk-stop = Stop
bulk-stopped = stopped
bulk-done = { $number ->
    [0] Nothing changed
   *[other] { $count } changed
}
bulk-undone = { $number ->
    [0] Nothing taken back
   *[other] { $count } taken back
}
bulk-assigned = { $number ->
    [0] None assigned
   *[other] { $count } assigned
}
bulk-waiting = ({ $count } wait for the server)
bulk-not = { $count } not: { $why }
bulk-not-others = { $count } more not
copied-leads = { $number ->
    [one] 1 lead copied as CSV
   *[other] { $count } leads copied as CSV
}
copy-failed = The clipboard took nothing. Try again with this window in front.
views = Views
views-none = Save a filter, an order and columns under a name, and come back to them with a click.
views-full = { $most } views are kept at most. Delete one first.
view-name = Name of the view
view-save = Save view
view-replace = Replace
view-saved = View “{ $name }” saved
view-default = Open the list with { $name }
view-rename = Rename { $name }
view-delete = Delete { $name }
view-deleted = View “{ $name }” deleted
list-failed = The list can’t be read
no-leads-found = No leads found
nothing-matches = No lead here matches “{ $search }”.
nothing-yet = No lead is on this computer yet.
nothing-in-tab = This pool is empty.
show-all = Show all { $count }
search-everywhere = Search all { $count }
first-sync-title = Getting your leads
first-sync-count = { $done } of { $total }
first-sync-text = Today’s and the newest are here. You can start calling.
pager-label = Positions
pager-empty = 0 of 0
pager-range = { $first }–{ $last } of { $total }
pager-previous = Prev
pager-next = Next
pager-page = Page { $page }
lead-added-toast = { $name } added

## Drawer
lead = Lead
position = { $at } of { $total }
previous-lead = Previous lead
next-lead = Next lead
lead-added = added { $when }
assign = Assign
assign-to = Give it to
assign-filter = Name or team
assign-none = Nobody of that name can be given leads.
assign-me = { $name } (you)
nobody = Nobody
open-leads = { $number ->
    [one] 1 open
   *[other] { $count } open
}
assigned = Now { $name }’s lead
assigned-nobody = Nobody owns it now
assigned-waits = Waits for the server
owner-asked = To { $name }: waits for the server
owner-asked-nobody = To nobody: waits for the server
take-back = Take back
needs-server = Needs the server, which is out of reach.
delete-lead = Delete
delete-title = Delete { $name }?
delete-text = It leaves every list. An Admin finds it under Deleted items and can restore it.
delete-it = Delete
keep-it = Keep it
delete-undone = Undone at once
deleted-toast = { $name } deleted
deleted-by = Deleted by { $name }, { $when }
edited-after-deletion = Edited after deletion by somebody who did not know.
restore = Restore
restore-title = Restore { $name }?
restore-text = It comes back to its owner’s list with everything that was in it.
restore-keep = Leave deleted
restored-toast = { $name } restored
reason-missing = Say why, in a few words.
section-proposals = Proposed by an earlier owner
proposals-aside = { $count ->
    [one] 1 to take or drop
   *[other] { $count } to take or drop
}
proposed = proposed
proposal-by = Proposed by { $name }. T takes it, D drops it
proposal-to = { $name } → { $value }
proposal-now = Now:
proposal-when = wrote { $wrote }, arrived { $arrived }
proposal-take = Take
proposal-drop = Drop
proposal-taken = Taken
proposal-dropped = Dropped
proposal-not-yours = The lead’s owner takes or drops it.
owner-you = Yours
owner-nobody = Nobody owns this lead
owner-provisional = { $name }, waits for the server
owner-provisional-why = The server decides who owns a lead; until it answers this is what was asked for.
status-review = Two people moved the status at once. The furthest along shows; set it again if that is wrong.
drop-reason = Dropped: { $reason }
log-call = Log call
follow-up = Follow-up
next-step = { $to ->
    [interested] Interested
    [qualified] Qualify
    [converted] Convert
   *[in_progress] { $from ->
        [lost] Reopen
       *[other] Start work
    }
}
status-menu = Move to
status-deleted = This lead is deleted. Restore it first.
status-final = A converted lead stays converted.
status-not-yours = Moving this lead is not in your role.
status-changed = Status is now { $status }
asks-why = asks why
reason-label = Reason
reason-drop = Why is it dropped?
reason-reopen = Why is it opened again?
reason-placeholder = In a few words
drop-it = Drop it
reopen-it = Reopen it
interest = Interest
interest-set = Interest is now { $level }, { $word }
interest-is = { $level }, { $word }
interest-only-interested = Interest is set while a lead is Interested.
section-contact = Contact
section-tags = Tags
section-follow-ups = Follow-ups
section-notes = Notes
section-custom = More fields
section-comments = Comments
comment-hint = Type @ to name somebody
comment-add = Write a comment
comment-save = Comment
comment-mention = People to name
do-not-call = Do not call
follow-up-far = That is { $days } days ahead; follow-ups more than { $most } days ahead are easily forgotten.
section-timeline = Timeline
enter-to-edit = Click to edit
click-to-edit = Edit { $field }
edit-label = { $field }: { $value }. Edit
conflict-title = { $field }: two people changed it. Pick one.
conflict-before = was { $value }
conflict-mine = Mine
conflict-theirs = Theirs
conflict-shown = { $time }, shown until you pick
conflict-shown-by = { $by }, { $time }, shown now
conflict-by = { $by }, { $time }
conflict-keep = Keep
tag-add = Add tag
tag-remove = Remove the tag { $tag }
follow-ups-none = None set.
follow-ups-settled = { $count ->
    [one] 1 settled
   *[other] { $count } settled
}
follow-ups-hide = Hide settled
follow-up-new = New follow-up
follow-up-move = Move the follow-up
follow-up-moved = Follow-up moved
follow-up-done = Follow-up done: { $outcome }
follow-up-set = Follow-up set for { $when }
follow-up-note = What for?
next-in = Next in
plus-days = +{ $count } d
pick = Pick…
set-outcome = Set outcome
move = Move
cancel-it = Cancel it
cancelled = Cancelled
month-previous = Previous month
month-next = Next month
month-of-year = { $month } { $year }
pick-day = Day
time = Time
when = When
when-example = tomorrow 4pm
times-of = Times of { $zone }
note-by = { $by }, { $when }
note-unplaced = This could not be placed in its note.
note-placeholder = Write a note
note-add = Add note
notes-none = None written.
timeline-all = All
timeline-calls = Calls
timeline-changes = Changes
timeline-notes = Notes
timeline-follow-ups = Follow-ups
timeline-here = from this computer
timeline-elsewhere = from another computer
timeline-none = Nothing of this kind.
timeline-not-sent = not sent yet
timeline-arrived = edited offline, arrived { $when }
timeline-more = { $count ->
    [one] Show 1 more
   *[other] Show { $count } more
}
you = You
record-left = { $name } is no longer with you
record-left-unnamed = This lead is not here
record-unread = This lead can’t be read
record-left-typed = What you typed is kept here:

## My account
account-offline = Your account is kept by the server.
account-profile = Profile
account-sign-in = Signing in
account-this-computer = This computer
account-name = Name
account-name-missing = Type your name.
account-name-changed = Name changed
edit = Edit
copy = Copy
copy-all = Copy all
idle-lock = Lock when nobody is here
idle-lock-text = After this long without a key or a click. What you typed stays.
idle-lock-after = After { $minutes } minutes
idle-lock-never = Never
zoom = Size
zoom-text = Of everything in the window. Ctrl + and Ctrl − change it anywhere, Ctrl 0 puts it back.
zoom-percent = { $percent } %
remind = Remind me of follow-ups
remind-text = A notification of this computer, also while the window is closed to the tray or locked. Locked, it names nobody.
remind-due = At the due minute
remind-before = Also { $minutes } minutes before
remind-off = Never
quiet = Quiet hours
quiet-text = No reminders then. What was due is told afterwards.
quiet-none = None
close-to-tray = When I close the window
close-to-tray-text = In the tray, Leadline goes on syncing and reminding. Quit is in its menu, and behind your name.
close-to-tray-on = Keep it in the tray
close-to-tray-off = Quit
dialling = Calling
dialling-tel = By the program this computer has for tel: links
dialling-sip = By the program this computer has for sip: links
dialling-command = By a command
dialling-command-line = By the command { $line }
dialling-off = Not from here: the number is copied
dialling-line = Command
dialling-line-hint = The program and its arguments; {"{number}"} is where the number goes. No shell runs it.
dialling-saved = Calling was changed
password-text = Also opens your copy on this computer, with or without a network.
password-change = Change password
password-changed = Password changed
password-old = Present password
two-step-on = on
two-step-text = A code from your phone besides the password, so that a password alone lets nobody in.
two-step-on-text = Signing in asks for a code from your authenticator app. Unlocking this computer does not.
two-step-set-up = Set up
two-step-turn-on = Turn on
two-step-turn-off = Turn off
two-step-turned-off = Two-step sign-in is off
two-step-keep = Keep it on
two-step-set-up-title = Set up two-step sign-in
two-step-scan = Scan this with an authenticator app on your phone.
two-step-qr = QR code of the secret below
two-step-or-type = Or type this into the app:
two-step-code = Six digits from the app
two-step-six = Type the six digits that the app shows.
two-step-codes-title = Recovery codes
two-step-codes-text = Each lets you in once without the app. They are shown only now: keep them where you keep passwords.
two-step-kept = I have kept them
sessions = Where you are signed in
sessions-text = End a session you don’t know. What was not sent there yet goes out at the next sign-in.
sessions-keep = Keep them
session-computer = Computer
session-used = Last used
session-began = Signed in
session-end = End
session-end-of = End the session on { $name }
session-ended = Session ended
session-this = this computer
sign-out-everywhere = Sign out everywhere
sign-out-everywhere-title = Sign out everywhere?
sign-out-everywhere-text = Every computer, this one too, asks for your password again. What is not sent yet stays on each and goes out afterwards.

## Needs attention
attention-count = { $count ->
    [one] 1 edit waits for your decision
   *[other] { $count } edits wait for your decision
}
attention-keys-move = move
attention-keys-open = open lead
attention-keys-undo = undo
attention-notices = { $count ->
    [one] 1 notice to read
   *[other] { $count } notices to read
}
attention-both = { $edits }, { $notices } to read
attention-proposed = Passed on
attention-quarantined = Kept for a manager
attention-unsaved = Not saved
attention-send = Send to manager
attention-sent = Kept for a manager to decide
attention-assignment = Not assigned
attention-arrived = You wrote it { $wrote }, it arrived { $arrived }
attention-dismissed = Dismissed
dismiss = Dismiss
attention-refused = Not accepted
attention-topic = , { $topic }
attention-when = You wrote it { $wrote }, answered { $refused }
attention-you-wrote = You wrote
attention-it-is-now = It is now
attention-retry = Try again
attention-retried = Sent again as a new edit
attention-discarded = Discarded
attention-gone = The lead is not on this computer any more.
attention-left = A lead that left
attention-none = Nothing needs you
attention-none-text = Every edit you made was accepted or is on its way.
open-lead = Open lead
discard = Discard

## Administration
admin-offline = This page needs the server
admin-failed = This page can’t be shown
admin-stale = This may be out of date: { $why }
admin-again = Try again
admin-refresh = Ask again
admin-deeds = What to do
admin-deeds-of = What to do with { $name }
scope = { $scope ->
    [all] All
    [team] Team
    [own] Own
    [converted] Converted
    [view] View
   *[none] –
}
scope-meaning = { $scope ->
    [all] every record, or yes
    [team] of the own team
    [own] own records
    [converted] converted leads
    [view] everything, to look at
   *[none] not in the role
}

## Users and teams
users-people = People
users-teams = Teams
users-search = Find a person
users-invite = Invite
users-email = E-mail
users-role = Role
users-team = Team
users-status = Status
users-last-seen = Last seen
users-two-step = Two-step
users-active = Active
users-invited = Invited
users-disabled = Disabled
users-never = Never
users-on = On
users-off = Off
users-no-team = No team
users-none = Nobody found
users-none-text = Nobody’s name, e-mail, role or team holds “{ $search }”.
users-change-role = Change role…
users-change-team = Change team…
users-new-code = New code…
users-enable = Enable
users-enable-first = disabled
users-disable = Disable…
users-enabled = { $name } may sign in again.
users-disabled-toast = { $name } is disabled.
disable-title = Disable { $name }?
disable-text = Their sessions end at once and they can’t sign in. What they have not sent yet goes to quarantine. Their leads stay with them until somebody reassigns them. Enabling lets them in again.
disable-keep = Keep access
disable-act = Disable
role-title = Role of { $name }
role-is = Now { $role }.
role-is-now = { $name } is now { $role }.
role-make = Make { $role }
role-gains = Gains
role-loses = Loses
role-moves = Reaches elsewhere
role-at-once = It takes effect at once, on every computer that is online.
role-own = This is your own role. Whether you can change it back is up to another administrator.
difference-pages = { $count ->
    [one] Page
   *[other] Pages
}
difference-new = { $scope ->
    [all] Everywhere
    [team] For the team
    [own] For own records
    [converted] For converted leads
   *[view] To look at
}
difference-gone = No more
difference-reach = { $to ->
    [all] Everywhere
    [team] For the team
    [own] For own records
    [converted] For converted leads
   *[view] Only to look at
}, until now { $from ->
    [all] everywhere
    [team] for the team
    [own] for own records
    [converted] for converted leads
   *[view] only to look at
}
team-title = Team of { $name }
team-hint = The role decides whether the team’s records come with it.
team-move = Move
team-is-now = { $name } is now in { $team }.
team-is-now-none = { $name } is now in no team.
team-new = Name of a new team
team-create = Add team
team-made = Team { $team } added
team-rename = Rename
team-rename-of = Rename { $team }
team-name-of = Name of { $team }
team-renamed = Now called { $team }
teams-people = People
teams-who = Who
teams-none = No teams yet
teams-none-text = A team lets its Team Lead see and assign what its people work on.
invite-title = Invite somebody
invite-name-missing = Type their name.
invite-email-missing = Type their e-mail address.
invite-make = Invite
code-title-new = { $name } is invited
code-title = New code for { $name }
code-text-new = Send the link, or read the code out. It sets the password and opens the account.
code-text = Send the link, or read the code out. It sets a new password; until then the old one stays.
code-until = Good until { $when }, once.
code-once = It is shown only now. A new code makes this one void.
code-copy = Copy code
code-copy-link = Copy link
code-done = Done

## Permissions
permissions-search = Find an action
permissions-legend = What the words mean
permissions-read-only = Built in: to be read, not changed. A person’s rights come with their role.
permissions-action = Action
permissions-yours = yours
permissions-none = No action found
permissions-none-text = No action holds “{ $search }”.

## Devices
devices-search = Find a person or device
devices-count = { $count ->
    [one] 1 device
   *[other] { $count } devices
}
devices-person = Person
devices-device = Device
devices-version = Version
devices-waiting = Waiting
devices-lease = Lease until
devices-lease-over = Over since { $when }
devices-state = State
devices-active = Active
devices-revoked = Revoked
devices-wipe-ordered = Wipe ordered
devices-wiped = Wiped
devices-unknown = It has not said
devices-this = this computer
devices-none = No devices
devices-none-text = A device is listed once somebody signs in on it.
devices-none-match = No person or device here holds “{ $search }”.
devices-revoke = Revoke…
devices-wipe = Wipe…
devices-whose = { $name }’s { $device }
devices-pending = { $count ->
    [one] 1 edit waits on it; it goes to quarantine at its next contact.
   *[other] { $count } edits wait on it; they go to quarantine at its next contact.
}
devices-this-warning = This is the computer you are using.
revoke-title = Revoke { $device }?
revoke-text = Its session ends at once, and from then on it can only upload what it has not sent, into quarantine.
revoke-act = Revoke it
revoke-done = { $device } is revoked.
wipe-title = Wipe { $device }?
wipe-text = At its next contact it uploads what it has not sent into quarantine and destroys its key; nothing on it can be read after that.
wipe-act = Wipe it
wipe-done = { $device } is told to wipe itself.

## Deleted items
deleted-search = Find a deleted lead
deleted-count = { $count ->
    [one] 1 deleted lead
   *[other] { $count } deleted leads
}
deleted-who = Deleted by
deleted-when = When
deleted-reason = Why
deleted-edited = edited after deletion
deleted-edited-why = Somebody who did not know of the deletion went on editing.
deleted-none = Nothing is deleted
deleted-none-text = A deleted lead leaves every list and waits here.
deleted-more = { $count ->
    [one] Show 1 more
   *[other] Show { $count } more
}
restore-of = Restore { $name }
restored = { $name } is restored.

## Attendance
attendance = Your attendance
attendance-status = { $status ->
    [present] Present
    [paused] Paused
   *[absent] Absent
}
attendance-paused-for = Paused: { $reason }
attendance-pending = pending
attendance-since = { $status } since { $when }
attendance-pending-why = { $status }, as soon as the server is reached
attendance-key = { $act } ({ $key })
attendance-refused = Not taken: { $why } Press to close.
check-in = Check in
check-out = Check out
resume = Resume
pause = Pause
pause-why = Why do you pause?
pause-for = Pause for { $reason }
attendance-waits = { $status }: waits for the server, and counts from when it hears of it.
attendance-now-present = You are present.
attendance-now-paused = You are paused: { $reason }. No leads are given to you meanwhile.
attendance-now-paused-plain = You are paused. No leads are given to you.
attendance-now-absent = You are checked out.
attendance-ended = You were checked out: { $reason }.
attendance-floor = Floor
attendance-log = Log
attendance-reason = Reason
attendance-by = By
attendance-by-server = the server
attendance-copy = Copy as CSV
attendance-copied = { $number ->
    [1] 1 line is copied.
   *[other] { $count } lines are copied.
}
attendance-none-text = Who checks in is written here.
attendance-none-match = Nobody checked in or out that fits these filters.
floor-person = Person
floor-team = Team
floor-status = Status
floor-since = Since
floor-lead = On lead
floor-since-at = { $when }, { $lasting }
floor-never = Never checked in
floor-live = Live
floor-as-of = Not live: as of { $when }
floor-not-live = Not live yet
floor-none = Nobody checks in here
floor-none-text = Salespeople and Recovery agents whom you see stand here, with whether they are at work.

## Audit log
audit-when = When
audit-who = Who
audit-what = What
audit-about = About
audit-details = Details
audit-anybody = Anybody
audit-anything = Any action
audit-somebody = One person
audit-nobody = nobody signed in
audit-from = From
audit-to = To
audit-day = { $label } { $day }
audit-today = today
audit-any-day = Any day
audit-lead-is = Lead: { $name }
audit-one-lead = one lead
audit-all-leads = Show every lead
audit-older = Load older
lead-audit = Audit log of this lead
audit-end = { $count ->
    [one] 1 entry, all there is
   *[other] { $count } entries, all there are
}
audit-none = No entries
audit-none-text = What people do is written here.
audit-none-match = Nothing was done that fits these filters.

## Quarantine
quarantine-count = { $count ->
    [one] 1 edit is put aside
   *[other] { $count } edits are put aside
}
quarantine-lease = Lease ended
quarantine-disabled = Person disabled
quarantine-revoked = Device revoked
quarantine-recovered = Recovered
quarantine-restored = After a restore
quarantine-sent = Sent by its author
quarantine-sent-why = { $name } wrote this on { $device }. It was refused, and they ask you to let it in.
quarantine-lease-why = { $name } wrote this on { $device }, which had been without the server for too long, and the lead had moved on.
quarantine-disabled-why = { $name } wrote this on { $device } and was disabled before it arrived.
quarantine-revoked-why = { $name } wrote this on { $device }, which was revoked before it arrived.
quarantine-recovered-why = Taken from { $name }’s profile on { $device } with the recovery key.
quarantine-restored-why = { $name } wrote this on { $device }; after the server was restored it is not in their role.
quarantine-when = Wrote it { $wrote }, arrived { $arrived }
quarantine-typed = Typed
quarantine-lead-gone = A lead that is not here
quarantine-release = Release
quarantine-release-not = Your role may not do this edit itself. Somebody who may can release it.
quarantine-released = Let through
quarantine-drop = Drop
quarantine-dropped = Dropped
quarantine-drop-title = Drop { $name }’s edit?
quarantine-drop-text = { $edit }. It can’t be brought back; copy what was typed first if somebody may need it.
quarantine-none = Nothing is put aside
quarantine-none-text = Edits land here when their author or device was cut off before they arrived.

# The dashboard
dashboard-failed = The figures could not be read
dashboard-title = { $role } dashboard
dashboard-day = { $weekday } { $day } { $month }
dashboard-start = Start calling
dashboard-pace = Pace
greeting = Welcome back, { $name }.
greeting-due = Welcome back, { $name }. { $count ->
    [0] You have no follow-ups today.
    [1] You have 1 follow-up today.
   *[other] You have { $count } follow-ups today.
}
cards-label = Today
card-none = –
card-minutes = { $minutes } m
card-hours = { $hours } h { $minutes } m
card-not-begun = { $count } not begun yet
card-qualified = { $count } qualified
card-this-month = { $count } this month
card-not-assigned = { $count } not assigned yet
card-next = next at { $when }
card-oldest = oldest { $when }
card-assigned-today = Leads assigned today
card-due-today = Follow-ups due today
card-in-progress = In-progress leads
card-converted = Converted leads
card-missed = Missed follow-ups
card-created-today = Total leads today
card-converted-today = Conversions today
card-dropped-today = Dropped today
card-unassigned = Unassigned leads
card-response = Avg response time
card-active = Agents active
card-checked-in = { $count } checked in today
spans-label = Days of the charts
span-named = { $span ->
    [today] Today
    [last7] 7 days
    [last30] 30 days
   *[month] This month
}
span-first = From
span-last = To
due-now = Today and missed
due-all = All { $count }
due-now-none = Nothing is due, and nothing was missed.
chart-none = No leads came in these days.
figure-of = { $what }: { $count }
percent = { $number } %
funnel = Funnel
funnel-aside = leads of these days that reached each step
sources = Sources
sources-aside = hatched: converted
sources-source = Source
sources-leads = Leads
sources-converted = Converted
sources-rate = Rate
agents = Team
agents-aside = in the days above
agents-none = Nobody is in your team yet.
agents-name = Agent
agents-assigned = Assigned
agents-called = Called
agents-converted = Converted
agents-missed = Missed now
trend-own = Leads called
trend-own-aside = today is outlined: not over yet
trend-team = Leads, day by day
trend-team-aside = solid: new, dots: dropped, dashes: converted
trend-as-table = As a table
trend-as-chart = As a chart
trend-day = Day
trend-called = Called
trend-new = New
trend-converted = Converted
trend-dropped = Dropped
trend-target = target { $count }
filter-by-assigned = Assigned
filter-by-converted = Converted
filter-by-dropped = Dropped
filter-by-called = Called
filter-by-caller = Called by

page-reports = Reports
report-as-of = Counted by the server, { $when }
report-stale = The server is out of reach. This is what it counted { $when }.
report-again = Count again
report-nothing = –
report-total = Leads
report-total-aside = created in these days
report-converted = Converted
report-dropped = Dropped
report-by-now = of them, by now
report-rate = Conversion rate
report-rate-aside = converted of all
report-first-call = To the first call
report-to-convert = To conversion
report-median = half of them, by now
report-ninth = half of them; nine in ten within { $span }
report-people = By owner
report-teams = By team
report-team = Team
report-nobody = nobody
report-weeks = Week by week
report-weeks-head = Week of
report-first-calls = Speed to the first call
report-first-calls-aside = from creation, by anybody
report-never-called = not called yet
report-promises = Follow-ups of open leads
report-promises-aside = by the next promise
report-due = { $state ->
    [overdue] overdue
    [today] due today
    [upcoming] later
   *[nothing] nothing planned
}
report-cnp = Calls and what came of them
report-cnp-aside = leads by how often they were called
report-calls = Calls
report-tries = { $count ->
    [one] 1 call
   *[other] { $count } calls
}
report-tries-more = { $count } calls and more
report-tried = { $state ->
    [all] Leads
    [reached] Reached
    [waiting] CNP now
    [converted] Converted
   *[dropped] Dropped
}
report-ages = Age of open leads
report-ages-aside = since they were created
report-all = Show all lines
report-fewer = Show fewer lines
report-status = Status
report-statuses = { $count } statuses
report-widen = Take this out
report-no-source = no source
report-person = one person
report-one-team = one team
report-no-owner = no owner
report-no-team = no team
report-reached = reached { $status }
report-aged = { $status }, { $age }
report-age = { $bucket ->
    [0] under a day
    [1] 1 to 3 days
    [2] 3 to 7 days
    [3] 7 to 30 days
   *[other] 30 days and more
}
report-called = { $bucket ->
    [0] within 5 min
    [1] 5 to 15 min
    [2] 15 min to 1 h
    [3] 1 to 4 h
    [4] 4 h to 1 day
   *[other] after a day or more
}
report-called-within = first called { $when }
report-rows = { $count ->
    [one] 1 lead
   *[other] { $shown } leads
}
report-phone = Phone
report-owner = Owner
report-created = Created
report-more = Show more
report-none = No leads like this in these days.

## Assignment: how leads are given out
assignment-switch = Give new leads out by these rules
assignment-save = Save rules
assignment-discard = Discard
assignment-saved = The rules are saved.
assignment-rules = Rules
assignment-rules-hint = The first rule that fits a lead and finds somebody gives it; who is next in turn gets it. Write traits like “language Tamil, source Facebook, tag VIP”.
assignment-dry-run = Dry run
assignment-all-present = As if everybody were at work
assignment-try = Who would get the last 100 leads?
rule-add = Add a rule
rule-place = No.
rule-on = On
rule-on-of = Rule { $place } is on
rule-name = Name
rule-name-of = Name of rule { $place }
rule-of = Leads
rule-kind-of = Which leads rule { $place } gives
rule-new = New ones
rule-converted = Converted ones, to Recovery
rule-when = That have
rule-when-of = What leads of rule { $place } have
rule-every = any
rule-needs = To people who know
rule-needs-of = What people of rule { $place } know
rule-anybody = anything
rule-team = Of the team
rule-team-of = Team of rule { $place }
rule-any-team = Any team
rule-sticky = Number comes back to its owner
rule-sticky-of = By rule { $place } a number comes back to its owner
rule-deeds = What can be done with a rule
rule-up = Move { $name } up
rule-down = Move { $name } down
rule-remove = Remove { $name }
takers = People
takers-hint = Leave a limit empty for none. A share of 2 gets two leads where others get one; 0 gets none.
taker-person = Who
taker-role = Works as
taker-per-day = Leads a day
taker-per-day-of = Leads a day for { $name }
taker-open = Open leads at most
taker-open-of = Open leads at most for { $name }
taker-share = Share
taker-share-of = Share of { $name }
taker-skills = Knows
taker-skills-of = What { $name } knows
taker-any = no limit
taker-no-skills = nothing special
dry-run-none = There are no leads yet.
dry-run-lead = Newest leads
dry-run-source = Came from
dry-run-to = Would go to
dry-run-why = Because
dry-run-nobody = nobody: waits
auto-assign = Auto-assign
auto-assigned = { $given ->
    [0] Nothing was left to give out.
    [one] One lead was given out.
   *[other] { $given } leads were given out.
}
auto-assigned-some = Given out: { $given }. Still waiting: { $waiting }; nobody could have them.
