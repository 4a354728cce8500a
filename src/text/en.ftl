# Sentences of pages, reports and mails in English. Every key stands in de.ftl, too.

months_short = Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
months_long = January February March April May June July August September October November December
weekdays_short = Mon Tue Wed Thu Fri Sat Sun

quality_measured = measured
quality_substitute = substitute
quality_preliminary = preliminary
quality_disturbed = disturbed
quality_missing = missing

chart_day = { $weekday } { $day }
chart_day_of_month = { $day }
chart_gap = gap
chart_corrected = corrected
chart_summary = { $title }, { $from } to { $to }
chart_extremes = Least value { $low }, greatest { $high }, last { $last }
resolution_label = Resolution
resolution_received = as received
resolution_quarter = quarter hour
resolution_hour = hour
resolution_day = day
resolution_month = month
resolution_year = year
heat_map_title = Heat map
duration_title = Duration curve
duration_covered = values for { $share } % of the time
peaks_title = Peaks
peaks_when = when
peaks_power = power
peaks_none = no peak
gaps_found =
    { $count ->
        [one] one gap
       *[other] { $count } gaps
    }
gaps_none = no gaps

nav_status = Status
nav_series = Time series
nav_gaps = Gaps
nav_messages = Messages
nav_quarantine = Quarantine
nav_outbox = Outbox
gaps_ask = Ask for it …
requests_title = Requests
requests_intro = What partners were asked for, and what came of it.
requests_new = New request
requests_asked = Request { $number } is in the outbox and is sent at once.
requests_empty = Nothing was asked for yet
requests_empty_hint = The gateway asks for missing values by itself where [[expect]] has request_after; or somebody asks here.
requests_when = Asked
requests_about = For
requests_story = Story
requests_written = written
requests_received = received
requests_rejected = rejected
requests_accepted = accepted
requests_refused = refused
requests_values = values came
requests_form_intro = A partner is asked for values, or told of wrong ones. What will go out is shown before it is sent.
requests_no_partner = There is no partner yet. Add a [[partner]] with id and mail to gateway.toml.
requests_preview = This would be sent
requests_subject = Subject
requests_send = Send
requests_show = Preview
requests_partner = Partner
requests_location = Market or metering location
requests_location_hint = 11 digits, or DE and 31 characters
requests_obis = OBIS code
requests_obis_hint = Empty: all of this location. Complaints by ORDERS need one.
requests_what = What
requests_from = From
requests_to = To (exclusive)
requests_to_hint = 2026-12-01, or 2026-12-01T06:00; a day means its beginning
requests_at = Instant
requests_at_hint = Instead of “from” and “to”, for values at an instant
requests_document = Document number
requests_document_hint = Of the message with the wrong values; the messages show it
requests_text = Remark
requests_text_hint = To a complaint, for the person at the partner
requests_change = Values at an instant: a change (gas)
requests_apportioning = Values at an instant: energy is apportioned (power)
requests_reading_in_between = Values at an instant: a reading in between
requests_missing = Complaint: values are missing
requests_too_high = Complaint: values are too high
requests_too_low = Complaint: values are too low
requests_fault_missing = { $field }: is missing.
requests_fault_time = { $field }: is no time. Write 2026-11-01, 2026-11-01T06:00 or 2026-11-01T05:00:00Z.
requests_fault_instant = That is asked for an instant: fill in “instant” alone.
requests_fault_period = That is asked for a period: fill in “from” and “to”, not “instant”.
requests_fault_backwards = The end must be after the beginning.
requests_fault_no_server = Nothing can be sent yet: [smtp] in gateway.toml needs host and sender.
requests_fault_check_digit = The check digit of { $location } does not fit: a digit was mistyped.
requests_fault_not_over = { $until } is not over; only what is past can be asked for.
requests_fault_other = It cannot be asked like this: { $why }

outbox_title = Outbox
outbox_empty = Nothing sent yet
outbox_empty_hint = Requests, alerts and all other mails of the gateway are listed here as soon as there are any.
outbox_lead = { $waiting ->
        [0] Nothing waits to be sent
        [one] One mail waits to be sent
       *[other] { $waiting } mails wait to be sent
    }, { $stuck ->
        [0] nothing for a decision.
        [one] one for a decision.
       *[other] { $stuck } for a decision.
    }
outbox_written = Written
outbox_purpose = What for
outbox_to = To
outbox_state = State
outbox_request = Request
outbox_answer = Answer to a request
outbox_report = Report
outbox_alert = Alert
outbox_test = Test mail
outbox_queued = waits
outbox_sending = being sent
outbox_deferred = again at { $when }
outbox_late = late since { $when }
outbox_sent = sent
outbox_failed = not sent
outbox_cancelled = let go
outbox_unknown = nobody knows whether sent
outbox_bounced = came back
outbox_send_again = Send again
outbox_let_go = Do not send
outbox_asked = asked
outbox_received = received
outbox_refused = refused
outbox_fulfilled = answered
outbox_acknowledged = acknowledged
outbox_rejected = rejected
outbox_only_rejected = Only what was rejected
outbox_all = All mails
outbox_none_rejected = Nothing of ours was rejected
nav_settings = Settings
nav_skip = Skip to content
footer_times = Times in { $zone }
footer_metrics = Metrics
footer_health = Readiness

status_sign_in_missing = A sign-in at Microsoft is missing
status_all_well = All is well
status_starting = The gateway is starting
status_mailboxes_down =
    { $count ->
        [one] One mailbox cannot be reached
       *[other] { $count } mailboxes cannot be reached
    }
status_store_failed = The store is not ready
status_no_mailbox = No mailbox is set up yet
status_sign_in = The Microsoft account { $name } needs a sign-in
status_to_accounts = To the accounts
status_last_message = Last message { $when }
status_no_message = No message received yet
status_since = running since { $when }

total_mails = mails
total_messages = messages
total_series = time series
total_values = values
total_quarantine = in quarantine
total_overdue = overdue
total_disk = on disk
total_duplicates =
    { $count ->
        [one] one came twice and counts once
       *[other] { $count } came twice and count once
    }

mailboxes = Mailboxes
mailbox_up = reachable
mailbox_starting = starting
mailbox_down = unreachable
mailbox_down_act = needs a person
mailbox_needs_sign_in = needs a sign-in
mailbox_last_success = Last polled
mailbox_next_poll = Next poll
mailbox_never = never yet
protocol_folder = Folder
mailbox_down_since = Since { $when }
mailbox_mails =
    { $count ->
        [one] one mail
       *[other] { $count } mails
    }
mailbox_nothing_new = nothing new
mailbox_duplicates =
    { $count ->
        [one] one known already
       *[other] { $count } known already
    }
mailbox_quarantined =
    { $count ->
        [one] one in quarantine
       *[other] { $count } in quarantine
    }
mailbox_irrelevant =
    { $count ->
        [one] one without EDIFACT
       *[other] { $count } without EDIFACT
    }
mailbox_too_large =
    { $count ->
        [one] one too large
       *[other] { $count } too large
    }
mailbox_last_poll = Last poll
mailbox_since_start = Since the start
mailbox_retries = The gateway tries again by itself.
mailbox_certificate = Certificate valid until

gallery = Time series
gallery_all =
    { $count ->
        [one] The one series
       *[other] All { $count } series
    }
gallery_until = until { $when }
latest_messages = Latest messages
all_messages = All messages

series_title = Time series
series_search = Search
series_search_hint = Market location, metering location or OBIS code; * stands for any characters
series_search_button = Search
series_found =
    { $count ->
        [one] one series
       *[other] { $count } series
    }
series_none = No series found
series_none_hint = Series come into being by themselves, as soon as a mail with MSCONS arrives.
series_location = Location
series_obis = OBIS code
series_unit = Unit
series_kind = Kind
series_from = From
series_to = To
series_values = Values
series_without_location = without location
kind_interval = interval values
kind_reading = meter reading
kind_timeless = without time
kind_virtual = virtual

obis_active_import = active energy, import
obis_active_export = active energy, export
obis_reactive = reactive energy
obis_gas_volume = gas, volume
obis_gas_energy = gas, energy
obis_temperature = temperature
obis_calorific = gas, calorific value
obis_z_number = gas, Z-number
obis_maximum = { $what }, maximum
obis_reading = { $what }, reading
obis_profile = { $what }, load profile

period_day = Day
period_week = Week
period_month = Month
period_year = Year
period_previous = Earlier
period_next = Later
period_custom = Period and state of knowledge
period_from = From
period_to_exclusive = Until before
period_show = Show
period_week_of = Week { $number } · { $from } – { $to }
period_range = { $from } – { $to }
as_of_label = As known on
as_of_hint = empty: what holds today
as_of_note = As of { $when }: what was known then.
as_of_now = Show what holds today

fact_sum = Sum
fact_first = First reading
fact_last = Last reading
fact_difference = Difference
fact_coverage = Coverage
fact_quality = Worst quality
fact_values = Values
fact_low = Least
fact_high = Greatest
fact_corrected = Corrected
fact_incomplete = incomplete
fact_overlapping = periods overlap

gaps_title = Gaps
gaps_more =
    { $count ->
        [one] and one more
       *[other] and { $count } more
    }
gaps_intro = What is missing never counts as zero. Overdue is what an expectation ([[expect]]) names and is not there after its deadline.
gaps_no_expect = Nothing in particular is expected yet. With [[expect]] in the configuration the gateway tells by itself what is late.
gaps_overdue = Overdue
gaps_overdue_none = Nothing is overdue
gaps_overdue_since = since { $when }
gaps_surveyed = as of { $when }
gaps_never_came = has never arrived
gaps_values_missing =
    { $count ->
        [one] one value is missing
       *[other] { $count } values are missing
    }
completeness = Completeness
completeness_hint = A cell is a day, in a year a month: full, with substitutes, in part or empty.
completeness_none = No series of intervals found
completeness_cell = { $when }: { $present } of { $expected }, { $quality }
completeness_nothing = { $when }: nothing expected
values_title = Values
values_none = No values in this period
values_none_hint = Missing is not zero: nothing is known of this period.
value_start = Start
value_end = End
value_instant = Instant
value_number = No.
value_value = Value
value_quality = Quality
value_status = Status
value_source = Source
value_corrected =
    { $count ->
        [one] corrected once
       *[other] corrected { $count } times
    }
source_message = Message { $number }
download = Download

messages_title = Messages
messages_none = No message received yet
messages_none_hint = As soon as a mailbox holds a mail with EDIFACT, it appears here.
message_arrived = Arrived
message_kind = Kind
message_parties = Sender and receiver
message_document = Document
message_values = Values
message_mail = Mail
message_cancelled = cancelled
message_cancels = cancels { $document }
message_dated = dated { $when }
message_answered = { $what } in mail { $mail } of the outbox
message_from_file = from a file
message_ahb_errors =
    AHB: { $count ->
        [one] { $count } error
       *[other] { $count } errors
    }
message_ahb_warnings =
    { $count ->
        [one] { $count } warning
       *[other] { $count } warnings
    }
message_ahb_kept = AHB: { $rules } rules kept
message_ahb_unchecked = AHB: not checked

quarantine_title = Quarantine
quarantine_intro = What the gateway does not surely understand does not count and is not lost: it waits here with its reason. The mail stays at the server.
quarantine_empty = Quarantine is empty
quarantine_empty_hint = Everything that arrived was understood.
quarantine_count =
    { $count ->
        [one] one entry
       *[other] { $count } entries
    }
quarantine_mailbox = Mailbox { $name }
quarantine_messages = Messages { $names }
quarantine_more =
    { $count ->
        [one] and one more
       *[other] and { $count } more
    }
quarantine_no_bytes = kept without content
quarantine_number = No. { $number }

page_older = Older
page_newest = Newest
page_previous = Back
page_next = Next
page_of = Page { $page } of { $pages }

alert_resolved = Resolved: { $title }
alert_unwatched = It is no longer watched.
alert_mailbox_stale = Mailbox { $name }: no successful poll
alert_mailbox_stale_detail = No poll has succeeded since { $when }. The status page says why.
alert_quarantine = Something new is in quarantine
alert_quarantine_detail =
    { $count ->
        [one] One entry waits there.
       *[other] { $count } entries wait there.
    }
alert_certificate = Mailbox { $name }: the mail server's certificate is about to end
alert_certificate_detail = It is valid until { $when }. After that no poll can succeed.
alert_outbox = Mails were not sent
alert_outbox_detail =
    { $mails ->
        [one] One mail waits in the outbox
       *[other] { $mails } mails wait in the outbox
    } for a decision: send again, or let go.
alert_rejected = Partners rejected mails of ours
alert_rejected_detail =
    { $mails ->
        [one] One within a day. The outbox says
       *[other] { $mails } within a day. The outbox says
    } which, and why.
alert_disk = The disk is nearly full
alert_disk_detail = { $free } of { $total } are free. Once it is full, mails stay at the server.
alert_account = Microsoft account { $name } does not work
alert_account_sign_in = Microsoft account { $name } needs a sign-in
alert_account_credential = Microsoft account { $name }: its client secret or certificate is about to end
alert_account_credential_detail = It is valid until { $when }. Make a new one at the application before, and enter it here with its end.
alert_overdue = Expected values are overdue
alert_overdue_of = { $partner }: expected values are overdue
alert_overdue_detail =
    { $count ->
        [one] One series, since { $when }.
       *[other] { $count } series, the first since { $when }.
    }

error_not_found = There is no such page
error_not_found_hint = Perhaps the address is not complete.
error_no_series = There is no series { $number }
error_bad_address = This address cannot be read
error_bad_address_hint = What stands behind the question mark is there twice, is missing, or has a value that this page does not know.
error_bad_period = This period cannot be read
error_bad_period_hint = It takes days like 2026-11-24 or instants like 2026-11-24T06:00, the start before the end, eleven years at most.
error_unreadable = This series cannot be read so
error_forged = This form does not count
error_forged_hint = It came from another site, or the session has changed. Nothing is changed: load the page again, and send it once more.
error_bad_form = This form cannot be read
error_too_large = That is too large
error_too_large_hint = A form may have 16 KiB.
refused = { $series }: { $why }
refused_readings = Meter readings are not summed. Look at them as received: the difference of two is what flowed between them.
refused_timeless = Values without time have no day or month. Look at them as received.
refused_no_amount = Values in { $unit } do not add up. Amounts (kWh, MWh, kvarh, m³) are summed, of powers (kW, MW, kvar) the greatest is taken.
refused_no_unit = Neither message nor OBIS code tells the unit, so that nobody knows whether the values add up. Look at them as received.
refused_irregular = Its values stand for times of no regular length. Look at them as received.
refused_does_not_fit = Its values do not fit into this resolution: { $resolution }. Choose a longer one.
refused_too_large = The sum from { $when } on has more than 38 digits.
refused_too_many = That is more than { $most } rows. Choose a shorter period or a longer resolution.
virtual_refused = Virtual series { $name }: { $why }
virtual_unknown = No series fits its term { $term }; the page of the series lists them.
virtual_ambiguous = { $count } series fit its term { $term }. Write location and OBIS code, as location/obis.
virtual_no_intervals = Its term { $term } has no intervals; only they add up.
virtual_cycle = It is a part of itself.
virtual_lengths = Its parts have values of different lengths; only equal ones add up.
virtual_too_large = Its value from { $when } on has more than 18 digits.
error_failed = That did not work
error_failed_hint = The store could not be read. The gateway's log says why.
error_home = To the status page

login_title = Log in
login_intro = Whoever reaches these pages can read them. Whoever changes something logs in as the administrator.
login_password = Password
login_button = Log in
login_wrong = The password is wrong.
login_too_soon =
    { $seconds ->
        [one] Too many attempts: try again in a second.
       *[other] Too many attempts: try again in { $seconds } seconds.
    }
login_forgotten = No password yet, or forgotten? On the gateway's machine, this command gives a link that sets a new one:
login_name = Administrator
logout = Log out
login_closed = Nobody can log in at present
login_closed_hint = The vault with the password cannot be read or written. The gateway's log names file and reason.

setup_title = Set the password
setup_intro = The administrator's password. An earlier one ends with it, and so do all other logins.
setup_password = New password, 8 characters at least
setup_repeated = Once more
setup_button = Set the password
setup_length = The password must have { $least } to { $most } characters.
setup_differ = The two entries differ.
setup_link_over = This link serves no more
setup_link_over_hint = It sets a password once, within 24 hours, and until the gateway starts again. On the gateway's machine, `mscons-gateway login-link` gives a new one.

accounts_title = Microsoft accounts
accounts_intro = Mailboxes at Exchange Online sign in by an account that is connected here. For that, an application is registered at Microsoft Entra.
accounts_saved = { $name } is saved and in force.
accounts_connect_again = { $name } is saved and in force. The earlier sign-in belongs to the earlier entries: please connect again.
accounts_connected = { $name } is connected.
accounts_disconnected = { $name } is disconnected. Microsoft still knows the consent; whoever wants that gone, too, revokes the sessions there.
accounts_works = { $name } works: Microsoft has just given an access token.
accounts_removed = { $name } is removed, and what was kept sealed of it is deleted.
accounts_removed_not_wiped = { $name } is removed. What was kept sealed of it could not be deleted; the log says why.
accounts_not_added = Not added:
accounts_not_saved = { $name } is not saved:
accounts_not_removed = { $name } is not removed:
accounts_stale = The file was changed since this page was loaded. Nothing is overwritten; please look again, then save.
accounts_no_file = This demo has no file that could be changed. `mscons-gateway init` writes a gateway.toml, `mscons-gateway run` runs by it.
accounts_locked = Nothing can be changed here:
accounts_to_be_made = The gateway runs by its defaults, without a file. The first account makes { $file }, which counts from then on.
accounts_file_missing = { $file } does not exist; `mscons-gateway init` writes one, or put the old one back.
accounts_file_unreadable = { $file } cannot be read: { $why }
accounts_file_unwritable = { $file } cannot be written: { $why }. The gateway must own the file and be allowed to write into its folder; in a container mount the folder, not the file.
accounts_file_faulty = { $file } has faults; what it said before is in force. Put them right first:
accounts_at_line = line { $line }: { $what }
accounts_not_there = This account does not stand in the file.
accounts_there = There is an account of this name already.
accounts_of_environment = Variables of the environment (MSCONS_GATEWAY__MICROSOFT__…) say what this account is; change it there. Only its client secret can be entered here.
accounts_secret_stays = The client secret that is kept goes to no other sign-in service than the one that it was entered for. With the new sign-in service enter the client secret anew, too, or delete the one that is kept.
accounts_secret_stays_there = The client secret comes from the environment or from a file of its own, and would go to another sign-in service unasked. So change the sign-in service in the configuration's file (authority).
accounts_in_use = The mailbox { $name } signs in by it. Name another account there first (account), or remove the mailbox.
accounts_in_use_sending = Mail is sent by it. Name another account in [smtp] first (account).
accounts_fault = { $field }: { $what }
accounts_of_mailbox = mailbox { $name }, { $key }
accounts_secret_not_kept = The client secret could not be kept, and the file is unchanged: { $why }
accounts_redirect = Redirect URI
accounts_redirect_hint = Enter it exactly so in the app registration, under “Authentication”, platform “Web”.
accounts_copy = Copy
accounts_copied = Copied
accounts_state_new = not connected
accounts_state_sign_in = needs a sign-in
accounts_state_fault = does not work
accounts_state_waits = waits
accounts_state_connected = connected
accounts_state_works = works
accounts_state_untried = not used yet
accounts_unused = No mailbox uses this account. Write auth = "microsoft" and account = "{ $name }" at the mailbox in gateway.toml before it is connected: what is asked for follows from that.
accounts_other_user = { $who } is signed in, and the mailbox is { $mailbox }. That is right where { $who } may open this shared mailbox; else connect again, and sign in as { $mailbox }.
accounts_withheld = Asked for, but not granted: { $scopes }
accounts_unusable = The account cannot be used with what is entered.
accounts_not_read = The gateway has not taken this account over from the file yet. SIGHUP, or saving something here, makes it read the file again.
accounts_who = Signed in as
accounts_since = Connected since
accounts_renewed = Last renewed
accounts_expires = Access token good until
accounts_scopes = What was granted
accounts_answer = Microsoft answered: { $answer }
accounts_connect = Connect account
accounts_connect_anew = Connect again
accounts_test = Test
accounts_disconnect = Disconnect
accounts_registration = App registration
accounts_name = Name
accounts_name_hint = Mailboxes name it in account; a–z, 0–9, - and _
accounts_tenant_id = Directory (tenant) ID
accounts_tenant_id_hint = Stands on the overview of the app registration
accounts_client_id = Application (client) ID
accounts_client_id_hint = Stands on the overview, too
accounts_secret = Client secret
accounts_secret_none = None is kept. Enter the “Value”, not the “Secret ID”; it is kept sealed.
accounts_secret_sealed = One is kept sealed, and never shown. Leave this empty to keep it.
accounts_secret_in_file = One stands in the file. A new one is kept sealed, and the one in the file is removed; leave this empty to keep it.
accounts_secret_from_file = Stands in the file { $file } and cannot be changed here.
accounts_secret_until = Client secret valid until
accounts_secret_until_hint = The last day, as the registration shows it. An alert comes two weeks before; empty: nobody warns.
accounts_secret_certificate = A certificate stands in for it (certificate_file).
accounts_forget_secret = Delete the client secret that is kept
accounts_flow = How it is connected
accounts_flow_browser = Sign-in by browser
accounts_flow_code = Sign-in by a code, on any device
accounts_flow_application = The application itself, without a person
accounts_authority = Sign-in service (authority)
accounts_authority_hint = Change it for national clouds only
accounts_from = Comes from the environment ({ $variable }) and cannot be changed here.
accounts_save = Save
accounts_remove = Remove the account
accounts_remove_hint = Takes { $name } out of the file, and deletes client secret and sign-in that are kept sealed. This cannot be undone.
accounts_remove_button = Remove { $name }
accounts_add = Add an account
accounts_add_button = Add
accounts_back = To the accounts
accounts_account = Account
accounts_refused = That did not work
accounts_consent = Consent for the whole tenant
accounts_consent_hint = Where Microsoft wants an administrator's consent, they open this link:
accounts_consented = Consent given
accounts_consented_hint = Microsoft has noted the consent for the tenant. Now the account can be connected in the settings.
accounts_declined = No consent
accounts_declined_hint = The consent for the tenant was declined or cancelled; nothing is changed. Only an administrator of the tenant can consent. The link for it is in the account's settings.
accounts_away = On to Microsoft
accounts_away_hint = The browser goes to sign in at Microsoft, and comes back here afterwards.
accounts_away_button = Sign in at Microsoft
accounts_code_title = Sign in by a code
accounts_code_hint = On any device, open this address, enter the code, and sign in as the mailbox's user:
accounts_code_waits = This page looks by itself, and says when it is done.
accounts_sign_in_as = Sign in as
accounts_code_until = Code good until
accounts_no_session = This sign-in belongs to no session here
accounts_no_session_hint = What Microsoft sends counts only in the browser in which the administrator began to connect, and is still logged in. Log in there, then “Connect account”.
error_elsewhere = Please use the gateway's own address
error_elsewhere_hint = A login holds under { $address } alone, and Microsoft sends the browser back there. Open the pages under { $address }, or change web.base_url.

init_welcome = I ask about the mailbox, try it, and write { $file }. Enter takes what stands in brackets.
init_protocol = How is the mailbox read?
init_protocol_imap = IMAP (usual)
init_protocol_pop3 = POP3 (never deletes)
init_protocol_maildir = a Maildir on this machine
init_address = Mail address
init_anyway = Go on anyway?
init_host = Mail server
init_username = User name
init_port = Port (empty: try the usual ones)
init_secret = Where shall the password be kept?
init_secret_text = in { $file }, readable by you alone
init_secret_env = in an environment variable
init_secret_file = in a file of its own
init_variable = Name of the variable
init_secret_path = Path of the file
init_password = Password (is not shown)
init_path = Directory
init_probing = Looking for the server …
init_found = Found: port { $port }, encryption = "{ $encryption }"
init_not_found = No mail server answers there.
init_plain = Beware: the server offers no encryption here; the password passes in plain text.
init_ca_file = The certificate's issuer is not known. PEM file with the root certificate (empty: none)
init_folder = Folder
init_trying = Trying the mailbox, and looking through the newest mails …
init_failed = The gateway cannot fetch like this. How to go on?
init_again = ask again
init_write = write it anyway
init_quit = stop, write nothing
init_looked = Looked through { $mails } mails, { $found } of them with MSCONS.
init_not_understood = Not understood: { $count }; `mscons-gateway quarantine` shows it after fetching.
init_sender = sender { $address }, MP-ID { $party }: { $count } interchanges
init_series = { $location } { $obis }: { $values } values, { $interval }; { $rhythm }
init_interval_minutes = of { $minutes } min
init_interval_hours = of { $hours } h
init_interval_none = meter readings
init_rhythm = a message every { $days } days
init_rhythm_daily = a message a day
init_rhythm_once = one message so far
init_more = and { $count } more
init_proposed = The file gets { $partners } [[partner]] and { $series } [[expect]] for what comes regularly: then the gateway tells what is late.
init_proposed_seldom = What came too seldom stands there as a comment: { $count } [[expect]].
init_release = What happens to fetched mails?
init_keep = they stay where they are
init_move = move them to another folder once all is stored
init_delete = delete them once all is stored
init_move_to = Folder for what is done
init_name = Name of the mailbox in metrics and pages (a-z, 0-9, - and _)
init_unusable = That cannot be: { $what }
init_choose = A number from 1 to { $last }, please.
init_yes = y
init_no = n
init_written = { $file } is written.
init_set_variable = Set the password first: export { $name }=…
init_next = Next: mscons-gateway --config { $file } fetch
init_next_run = and then: mscons-gateway --config { $file } run

decision_of_tree = answer { $code } of decision tree { $tree }: look it up there in "Entscheidungsbaum-Diagramme und Codelisten" of the BDEW (bdew-mako.de)
decision_of_list = answer { $code } of code list { $list }: look it up there in "Entscheidungsbaum-Diagramme und Codelisten" of the BDEW (bdew-mako.de)
request_period = { $from } to { $to }
request_subject = Request: { $what } of { $location } ({ $reference })
request_text =
    Hello,

    please send us the { $what } of { $location }, period: { $period } (end excluded, local time).
request_obis = OBIS code: { $obis }
request_end =
    Please send the values as an MSCONS file to the sender's address of this mail. Our reference: { $reference }.

    Kind regards
request_escalation = { $partner } does not answer: { $location }
request_escalation_text = { $partner } was asked three times for values of { $location }, { $period }, to no effect. The fourth request has just gone out. Please follow up.
request_load_profile = load profile
request_readings = meter readings
request_energy = amount of energy
request_energy_and_peak = amount of energy and peak power
request_calorific_value = calorific value and volume conversion factor
request_missing = missing values
request_too_high = a check of too high values from message { $document }
request_too_low = a check of too low values from message { $document }
test_mail_subject = Test mail from mscons-gateway
test_mail_text = mscons-gateway has sent this mail by { $server }, at { $when }. Sending works; there is nothing else to do.
explain_title = { $file } explained
explain_interchanges =
    { $count ->
        [one] { $count } interchange
       *[other] { $count } interchanges
    }
explain_messages =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    }
explain_values =
    { $count ->
        [one] { $count } value
       *[other] { $count } values
    }
explain_findings =
    { $count ->
        [0] no findings
        [one] { $count } finding
       *[other] { $count } findings
    }
explain_more_findings =
    { $count ->
        [one] and one more
       *[other] and { $count } more
    }
explain_more_values =
    { $count ->
        [one] one more value
       *[other] { $count } more values
    }
explain_interchange = Interchange { $reference }
explain_from_to = from { $sender } to { $receiver }
explain_test = test
explain_message = Message { $reference }
explain_headless = Message without a header
explain_segment = segment { $number }
explain_unknown_segment = unknown segment
explain_bars = keeps the message from being stored
explain_back = to the overview
explain_footer = Explained by mscons-gateway { $version }. Times in German legal time (Europe/Berlin) and in UTC.
oauth_unknown_application = Microsoft does not know this application in this tenant. Compare application ID (client_id) and directory ID (tenant_id) with the app registration.
oauth_application_disabled = The application is switched off in the tenant. An administrator must switch it on again under “Enterprise applications”.
oauth_unknown_tenant = There is no such tenant. Check the directory ID (tenant_id).
oauth_other_cloud = The tenant is in a national cloud. Write that cloud's address as authority.
oauth_tenant_needed = This flow needs the tenant itself. Write the directory ID as tenant_id, not “common”.
oauth_wrong_secret = The client secret is wrong. Often its ID was entered instead of its value: make a new one and copy the column “Value”.
oauth_secret_expired = The client secret has expired. Make a new one in the app registration and enter it here.
oauth_secret_missing = The application must prove itself. Enter a client secret or a certificate, or switch on “Allow public client flows” in the registration.
oauth_secret_unwanted = The application is registered as a public client and must not send a secret. Leave it out here, or register the platform “Web”.
oauth_certificate_refused = Microsoft does not accept the certificate. Is this very certificate uploaded to the application, and is the key its own?
oauth_clock_wrong = The clock of this machine differs from Microsoft's. Set the clock (NTP).
oauth_redirect_differs = The redirect address is not in the app registration. Enter there, under “Web”, exactly the address that is shown here (web.base_url and /oauth/callback).
oauth_code_used_up = This sign-in is used already, or too old. Begin the sign-in again.
oauth_state_unknown = This sign-in was not begun here, is used already, or is older than ten minutes. Begin the sign-in again.
oauth_settings_changed = The settings of the account were changed during the sign-in, which is for the earlier ones. Begin again.
oauth_grant_invalid = Microsoft no longer accepts the earlier sign-in. Sign in again.
oauth_consent_missing = Nobody has consented to the application's access. Sign in again and consent, or let an administrator consent for all.
oauth_declined = The sign-in was declined or cancelled. Sign in again and consent.
oauth_admin_consent_needed = Only an administrator of the tenant can consent to this access.
oauth_second_factor = Microsoft asks for a second factor or a new sign-in. Sign in again; without a person only client_credentials works in the long run.
oauth_blocked_by_policy = A policy (Conditional Access or security defaults) blocks the access. An administrator must exclude the application or this machine's address.
oauth_not_assigned = The user is not assigned to the application. An administrator assigns them under “Enterprise applications”.
oauth_revoked = The password was changed, or the sessions were revoked. Sign in again.
oauth_password_expired = The user's password has expired. Change it, then sign in again.
oauth_unused = The sign-in has expired, since it was not used for too long. Sign in again.
oauth_sign_in_frequency = The tenant asks for a new sign-in from time to time. Sign in again; in the long run client_credentials suits better.
oauth_single_page = The redirect address is registered as a single-page application; its sign-ins end after 24 hours. Enter it under “Web” in the registration, then sign in again.
oauth_user_disabled = The user is disabled. An administrator must enable them again.
oauth_user_unknown = There is no such user in the tenant. Check directory ID and user.
oauth_user_locked = The user is locked after too many attempts. Wait, or let an administrator unlock them.
oauth_scope_invalid = What is asked for (scopes) does not exist like this, or belongs to several services. Leave scopes empty, or correct them.
oauth_permission_missing = The registration lacks the permission. Add that of “Office 365 Exchange Online” under “API permissions”, and have it consented to.
oauth_withheld = Access to the mailbox was not granted at the sign-in. Sign in again and consent to everything.
oauth_not_for_long = Microsoft granted no lasting access (offline_access). Sign in again and consent; scopes of your own must hold offline_access.
oauth_service_missing = There is no Exchange Online in the tenant. An administrator checks the licences.
oauth_device_code_expired = The code has expired or is unknown. Ask for a new one.
oauth_not_connected = The account is not connected yet. Sign in with Microsoft once.
oauth_busy = Microsoft is overloaded, or asks to come back later. The gateway tries again by itself.
oauth_unreachable = The sign-in service cannot be reached. The gateway tries again by itself; if it stays so, check network, firewall and proxy.
oauth_unreadable = Something else answered instead of the sign-in service, or the answer was not whole. The gateway tries again by itself; if it stays so, check proxy and authority.
oauth_misconfigured = The account cannot be used as it is configured. The message beside it gives the reason.
oauth_key_unfit = The key of the sealed secrets is missing, cannot be used, or is another one. Put the right one back. If it is lost: empty the folder “secrets” in the data directory, enter client secrets again and connect the accounts anew.
oauth_seal_damaged = What was kept sealed is damaged. Disconnect the account and connect it anew; if it is the client secret, enter it again.
oauth_not_kept = What is kept sealed could not be written or read. The log names file and reason.
oauth_other = Microsoft refused the sign-in. The text of the answer gives the reason.

account_fault_name_missing = is missing; give the account a name, such as `default`
account_fault_no_name = `{ $name }` is no name; use up to 64 of a-z, 0-9, `-` and `_`: it is a label in metrics
account_fault_name_twice = `{ $name }` is the name of two accounts; names must differ
account_fault_tenant_missing = is missing; give the directory (tenant) ID of the registration
account_fault_no_tenant = `{ $tenant }` is neither a directory ID nor a domain
account_fault_shared_tenant = names no tenant; client_credentials needs the tenant's own ID
account_fault_client_missing = is missing; give the application (client) ID of the registration
account_fault_no_client = `{ $client }` is no application ID
account_fault_authority_with_path = is without a path: such as `https://login.microsoftonline.com`; the tenant goes to `tenant_id`
account_fault_authority_open = must begin with `https://`: secrets go there
account_fault_no_authority = `{ $authority }` is no address; write it as `https://login.microsoftonline.com`
account_fault_secret_and_certificate = cannot go with `certificate_file`; leave out one of them
account_fault_no_date = `{ $date }` is no date; write it as `2027-05-31`
account_fault_not_default_scope = must be one that ends in `/.default` for client_credentials; leave it out for that of Exchange Online
account_fault_no_way_back = must begin with `https://`, or be `http://localhost`: Microsoft sends nobody back elsewhere; or use flow = "device_code"
account_fault_unchosen = is missing; choose one of `{ $names }`

nav_reports = Reports
chart_present = present
report_quarter = Q{ $number } { $year }
report_day_before = to the day before
report_week_before = to the week before
report_month_before = to the month before
report_quarter_before = to the quarter before
report_year_before = to the year before
report_energy_title = Energy report { $name }
report_overview = Overview
report_series = Series
report_complete = Complete
report_peak = Peak
report_incomplete = incomplete
report_not_comparable = incomplete
report_missing =
    { $count ->
        [one] one value is missing
       *[other] { $count } values are missing
    }
report_doubtful = Preliminary or disturbed
report_no_values = There are no values in this period.
report_all_complete =
    { $count ->
        [one] The series is complete.
       *[other] All { $count } series are complete.
    }
report_some_complete =
    { $complete ->
        [0] None of the { $all } series is complete: they have gaps, and their sums are too small.
       *[other] { $complete } of { $all } series are complete; the others have gaps, and their sums are too small.
    }
report_corrected_values =
    { $count ->
        [one] One value was corrected later; the last one counts.
       *[other] { $count } values were corrected later; the last one counts each time.
    }
report_chart_words = Load profile { $name }: sum { $sum }, peak { $peak }, { $share } complete
report_charts_cut = The first { $count } series are drawn.
report_series_cut = The report is cut off: it shows { $told } series, { $more } more find no room.
report_values_cut = The attached files are cut off: there are more values than fit into a mail. All of them gives mscons-gateway export.
report_silent =
    { $count ->
        [one] One series has no values in this period and the one before; it is left out.
       *[other] { $count } series have no values in this period and the one before; they are left out.
    }
report_unfit =
    { $count ->
        [one] One series has no intervals (readings, tables); it is left out.
       *[other] { $count } series have no intervals (readings, tables); they are left out.
    }
report_note_comparison = Only what is complete is compared; the year before of days and weeks 52 weeks earlier, so that weekdays match. Peaks are the mean power of an interval (quarter hour: kWh × 4). Gas days begin at 6 o'clock.
digest_title = Monday digest
digest_tasks =
    { $count ->
        [one] One thing waits for you.
       *[other] { $count } things wait for you.
    }
digest_nothing_known = No series is known yet that something could be said about.
digest_all_well = Everything is here, and nothing waits for you. Have a good week!
digest_gaps_only = Nothing waits for you; a few values are missing, but are not overdue yet, or nobody expects them.
digest_note = Counted is what came in this period; gaps are those of the delivery days whose values are due. What is missing counts nowhere as zero.
digest_cut = There was more to read than fits into a report; some figures are of a part only.
digest_came_title = What came
digest_no_mail = Not a single mail came. Please look at the mailbox (mscons-gateway doctor).
digest_came =
    { $mails ->
        [one] One mail brought
       *[other] { $mails } mails brought
    } { $messages ->
        [one] one message
       *[other] { $messages } messages
    } with { $values } values.
digest_sender = { $name } ({ $count })
digest_senders = Messages came from { $list }.
digest_missing_title = What is missing
digest_nothing_due = No day of this period has values that are due.
digest_complete =
    { $count ->
        [one] Nothing: the series has no gap.
       *[other] Nothing: none of the { $count } series has a gap.
    }
digest_gaps =
    { $gaps ->
        [one] One of { $series } series has gaps
       *[other] { $gaps } of { $series } series have gaps
    }; { $missing ->
        [one] one value is missing
       *[other] { $missing } values are missing
    } ({ $share } are here).
digest_late =
    { $series }: { $missing ->
        [one] one value
       *[other] { $missing } values
    }, overdue since { $since }
digest_late_of =
    { $series } of { $partner }: { $missing ->
        [one] one value
       *[other] { $missing } values
    }, overdue since { $since }
digest_more_late =
    { $count ->
        [one] and one more series
       *[other] and { $count } more series
    }
digest_chart = Completeness by delivery day
digest_corrected_title = What was corrected
digest_uncorrected = Nothing: no known value has changed.
digest_corrected =
    { $count ->
        [one] One known value has changed.
       *[other] { $count } known values have changed.
    }
digest_cancellations =
    { $count ->
        [one] One message cancelled an earlier one.
       *[other] { $count } messages cancelled earlier ones.
    }
digest_correction =
    { $series }: { $count ->
        [one] one value
       *[other] { $count } values
    }
digest_correction_by =
    { $series }: { $count ->
        [one] one value
       *[other] { $count } values
    }, { $change } in all
digest_more_corrected =
    { $count ->
        [one] and one more series
       *[other] and { $count } more series
    }
digest_attention_title = What needs your attention
digest_quarantine =
    { $count ->
        [one] One entry is in quarantine: look at it, try it again, or drop it.
       *[other] { $count } entries are in quarantine: look at them, try them again, or drop them.
    }
digest_unsent =
    { $count ->
        [one] One mail of ours did not go out: the outbox says why.
       *[other] { $count } mails of ours did not go out: the outbox says why.
    }
digest_ask =
    { $count ->
        [one] One series is overdue: ask its sender.
       *[other] { $count } series are overdue: ask their senders.
    }
digest_no_attention = Nothing.
digest_main_title = The load of the period
digest_main = The largest series, { $name }, came to { $amount }.
digest_main_compared = The largest series, { $name }, came to { $amount }; that is { $change } { $before }.
digest_main_incomplete = Only { $share } of it are here; the sum is too small.
card_title = Data delivery { $partner }
card_lead = How the metered values of { $partner } ({ $id }) reached us.
card_nothing_expected = No delivery is agreed for this period that they could be measured by.
card_complete = All values that were agreed are here. Thank you!
card_incomplete =
    { $missing ->
        [one] One of { $all } values that were agreed is still missing.
       *[other] { $missing } of { $all } values that were agreed are still missing.
    }
card_figures = Figures
card_series = By series
card_unknown = unknown
card_punctuality = Punctual
card_corrections = Corrected
card_syntax = Faults of syntax
card_cancellations = Cancellations
card_of_values = { $part } of { $all } values
card_of_days = { $part } of { $all } delivery days were complete when due
card_of_messages = of { $all } messages
card_of_files = in { $part } of { $all } files
card_barred =
    { $count ->
        [one] one could not be read as a whole
       *[other] { $count } could not be read as a whole
    }
card_days_unknown =
    { $count ->
        [one] of one day it is unknown
       *[other] of { $count } days it is unknown
    }
card_began = mails are received only since { $day }
card_no_deadline = no deadline is agreed
card_no_values = there are no values
card_no_messages = no message came
card_chart_words =
    Completeness by delivery day: { $share } of the values are here, { $count ->
        [0] no day has gaps
        [one] one day has gaps
       *[other] { $count } days have gaps
    }.
card_note_punctuality = A delivery day is punctual that was complete here when it was due. What counts is when our gateway took the mail in; if it stood still, that counts as late.
card_note_syntax = Faults of syntax are breaches of EDIFACT or of the message's description in the files that came in this period; completeness, substitutes and corrections are of the delivery days of this period, as of today.
card_rows_cut = The table does not show all { $count } series; the figures are of all of them.

reports_title = Reports
reports_lead = Reports go out as mails when they are scheduled. A preview shows what a report would say now, and sends nothing.
reports_report = Report
reports_recipients = To
reports_next = Next
reports_last = Last
reports_preview = Preview
reports_look = Look
reports_mail = Mail
reports_by_hand = by hand only
reports_energy = Energy report
reports_scorecard = Partner scorecard
reports_hint = More reports stand as [[report]] in gateway.toml.
digest_since = Mails are taken in only since { $day }; counted is what came since then.
report_substitutes = { $share } substitutes
digest_late_title = Overdue now, other weeks included:
card_days = Day by day
