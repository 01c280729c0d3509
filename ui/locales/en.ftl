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
   *[other] { $field }
}
tab = { $tab ->
    [fresh] Fresh
    [working] Working
    [converted] Converted
    [dropped] Dropped
   *[all] All
}
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
record-synced = Everything sent
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

## Edits waiting to be sent
edit-created = Lead added
edit-field = { $field } changed
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

topic-lead = new lead
topic-status = status
topic-interest = interest
topic-follow-up = follow-up
topic-call = call
topic-note = note
topic-tag = tag

## Frame
page-leads = Leads
page-attention = Needs attention
sidebar-label = Pages
search-all = Search name or phone
user-menu-label = You
welcome = Welcome, { $name }
theme-dark = Dark
theme-light = Light
theme-system = As the system has it
sign-out = Sign out
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
column-next = Next follow-up
column-owner = Owner
column-source = Source
column-updated = Updated
column-mark = Mark
list-failed = The list can’t be read
no-leads-found = No leads found
nothing-matches = No lead here matches “{ $search }”.
nothing-of-status = No lead here has one of these statuses.
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
interest-only-interested = Interest is set while a lead is Interested.
section-contact = Contact
section-tags = Tags
section-follow-ups = Follow-ups
section-notes = Notes
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
times-of = Times of { $zone }
note-by = { $by }, { $when }
note-unplaced = This could not be placed in its note.
note-placeholder = Write a note
note-add = Add note
notes-none = None written.
timeline-all = All
timeline-calls = Calls
timeline-changes = Changes
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

## Needs attention
attention-count = { $count ->
    [one] 1 edit waits for your decision
   *[other] { $count } edits wait for your decision
}
attention-keys-move = move
attention-keys-open = open lead
attention-keys-undo = undo
attention-refused = Not accepted
attention-topic = , { $topic }
attention-when = You wrote it { $wrote }, answered { $refused }
attention-you-wrote = You wrote
attention-it-is-now = It is now
attention-retry = Try again
attention-retried = Sent again as a new edit
attention-discarded = Discarded
attention-gone = The lead is not on this computer any more.
attention-none = Nothing needs you
attention-none-text = Every edit you made was accepted or is on its way.
open-lead = Open lead
discard = Discard
