# Sätze der Seiten, Berichte und Mails auf Deutsch. Jeder Schlüssel steht auch in en.ftl.

months_short = Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez
months_long = Januar Februar März April Mai Juni Juli August September Oktober November Dezember
weekdays_short = Mo Di Mi Do Fr Sa So

quality_measured = gemessen
quality_substitute = Ersatzwert
quality_preliminary = vorläufig
quality_disturbed = gestört
quality_missing = fehlt

chart_day = { $weekday } { $day }.
chart_day_of_month = { $day }.
chart_gap = Lücke
chart_corrected = korrigiert
chart_summary = { $title }, { $from } bis { $to }
chart_extremes = Kleinster Wert { $low }, größter { $high }, letzter { $last }
resolution_label = Auflösung
resolution_received = wie empfangen
resolution_quarter = Viertelstunde
resolution_hour = Stunde
resolution_day = Tag
resolution_month = Monat
resolution_year = Jahr
heat_map_title = Heatmap
duration_title = Dauerlinie
duration_covered = Werte für { $share } % der Zeit
peaks_title = Lastspitzen
peaks_when = Zeitraum
peaks_power = Leistung
peaks_none = keine Lastspitze
gaps_found =
    { $count ->
        [one] eine Lücke
       *[other] { $count } Lücken
    }
gaps_none = keine Lücken

nav_status = Status
nav_series = Zeitreihen
nav_gaps = Lücken
nav_messages = Nachrichten
nav_quarantine = Quarantäne
nav_outbox = Ausgang
gaps_ask = Anfragen …
requests_title = Anfragen
requests_intro = Wonach Partner gefragt wurden, und was daraus wurde.
requests_new = Neue Anfrage
requests_asked = Anfrage { $number } liegt im Ausgang und wird gleich gesendet.
requests_empty = Noch nichts angefragt
requests_empty_hint = Fehlende Werte fragt das Gateway selbst an, wenn [[expect]] request_after nennt; oder jemand fragt hier danach.
requests_when = Gefragt
requests_about = Wonach
requests_story = Verlauf
requests_written = geschrieben
requests_received = angekommen
requests_rejected = nicht lesbar
requests_accepted = angenommen
requests_refused = abgelehnt
requests_values = Werte erhalten
requests_form_intro = Ein Partner wird nach Werten gefragt, oder auf falsche hingewiesen. Vor dem Senden wird gezeigt, was hinausgeht.
requests_no_partner = Noch ist kein Partner eingerichtet. In gateway.toml einen [[partner]] mit id und mail eintragen.
requests_preview = Das würde gesendet
requests_subject = Betreff
requests_send = Senden
requests_show = Vorschau
requests_partner = Partner
requests_location = Markt- oder Messlokation
requests_location_hint = 11 Ziffern, oder DE und 31 Zeichen
requests_obis = OBIS-Kennzahl
requests_obis_hint = Leer: alles zu dieser Lokation. Reklamationen per ORDERS brauchen eine.
requests_what = Was
requests_from = Von
requests_to = Bis (ausschließlich)
requests_to_hint = 2026-12-01, oder 2026-12-01T06:00; ein Tag heißt: sein Beginn
requests_at = Zeitpunkt
requests_at_hint = Statt „von“ und „bis“, wenn nach Werten zu einem Zeitpunkt gefragt wird
requests_document = Dokumentennummer
requests_document_hint = Der Nachricht mit den falschen Werten; sie steht bei den Nachrichten
requests_text = Hinweis
requests_text_hint = Zu einer Reklamation, für den Menschen beim Partner
requests_change = Werte zu einem Zeitpunkt: Änderung (Gas)
requests_apportioning = Werte zu einem Zeitpunkt: Energie aufteilen (Strom)
requests_reading_in_between = Werte zu einem Zeitpunkt: Zwischenablesung
requests_missing = Reklamation: Werte fehlen
requests_too_high = Reklamation: Werte zu hoch
requests_too_low = Reklamation: Werte zu niedrig
requests_fault_missing = { $field }: fehlt.
requests_fault_time = { $field }: ist keine Zeit. So schreiben: 2026-11-01, 2026-11-01T06:00 oder 2026-11-01T05:00:00Z.
requests_fault_instant = Danach wird zu einem Zeitpunkt gefragt: nur „Zeitpunkt“ ausfüllen.
requests_fault_period = Danach wird für einen Zeitraum gefragt: „von“ und „bis“ ausfüllen, nicht „Zeitpunkt“.
requests_fault_backwards = Das Ende muss nach dem Anfang liegen.
requests_fault_no_server = Noch kann nichts gesendet werden: In gateway.toml braucht [smtp] host und sender.
requests_fault_check_digit = Die Prüfziffer von { $location } passt nicht: eine Ziffer ist vertippt.
requests_fault_not_over = { $until } ist noch nicht vorbei; gefragt werden kann nur nach Vergangenem.
requests_fault_other = So kann nicht gefragt werden: { $why }

outbox_title = Ausgang
outbox_empty = Noch nichts gesendet
outbox_empty_hint = Hier stehen Anfragen, Alarme und alle anderen Mails des Gateways, sobald es welche gibt.
outbox_lead = { $waiting ->
        [0] Nichts wartet auf den Versand
        [one] Eine Mail wartet auf den Versand
       *[other] { $waiting } Mails warten auf den Versand
    }, { $stuck ->
        [0] nichts auf eine Entscheidung.
        [one] eine auf eine Entscheidung.
       *[other] { $stuck } auf eine Entscheidung.
    }
outbox_written = Geschrieben
outbox_purpose = Wozu
outbox_to = An
outbox_state = Stand
outbox_request = Anfrage
outbox_answer = Antwort auf Anfrage
outbox_report = Bericht
outbox_alert = Alarm
outbox_test = Testmail
outbox_queued = wartet
outbox_sending = wird gesendet
outbox_deferred = noch einmal um { $when }
outbox_late = überfällig seit { $when }
outbox_sent = gesendet
outbox_failed = nicht gesendet
outbox_cancelled = verworfen
outbox_unknown = unbekannt, ob gesendet
outbox_bounced = zurückgekommen
outbox_send_again = Erneut senden
outbox_let_go = Nicht senden
outbox_asked = gefragt
outbox_received = angekommen
outbox_refused = abgelehnt
outbox_fulfilled = beantwortet
outbox_acknowledged = bestätigt
outbox_rejected = zurückgewiesen
outbox_only_rejected = Nur Zurückgewiesenes
outbox_all = Alle Mails
outbox_none_rejected = Nichts von uns wurde zurückgewiesen
nav_settings = Einstellungen
nav_skip = Zum Inhalt
footer_times = Zeiten in { $zone }
footer_metrics = Metriken
footer_health = Bereitschaft

status_sign_in_missing = Eine Anmeldung bei Microsoft fehlt
status_all_well = Alles läuft
status_starting = Das Gateway startet
status_mailboxes_down =
    { $count ->
        [one] Ein Postfach ist nicht erreichbar
       *[other] { $count } Postfächer sind nicht erreichbar
    }
status_store_failed = Die Ablage ist nicht bereit
status_no_mailbox = Noch kein Postfach eingerichtet
status_sign_in = Das Microsoft-Konto { $name } braucht eine Anmeldung
status_to_accounts = Zu den Konten
status_last_message = Letzte Nachricht { $when }
status_no_message = Noch keine Nachricht empfangen
status_since = läuft seit { $when }

total_mails = Mails
total_messages = Nachrichten
total_series = Zeitreihen
total_values = Werte
total_quarantine = in Quarantäne
total_overdue = überfällig
total_disk = auf der Platte
total_duplicates =
    { $count ->
        [one] eine kam doppelt und zählt einmal
       *[other] { $count } kamen doppelt und zählen einmal
    }

mailboxes = Postfächer
mailbox_up = erreichbar
mailbox_starting = startet
mailbox_down = nicht erreichbar
mailbox_down_act = Eingriff nötig
mailbox_needs_sign_in = Anmeldung nötig
mailbox_last_success = Zuletzt abgefragt
mailbox_next_poll = Nächste Abfrage
mailbox_never = noch nie
protocol_folder = Ordner
mailbox_down_since = Seit { $when }
mailbox_mails =
    { $count ->
        [one] eine Mail
       *[other] { $count } Mails
    }
mailbox_nothing_new = nichts Neues
mailbox_duplicates =
    { $count ->
        [one] eine doppelt
       *[other] { $count } doppelt
    }
mailbox_quarantined =
    { $count ->
        [one] eine in Quarantäne
       *[other] { $count } in Quarantäne
    }
mailbox_irrelevant =
    { $count ->
        [one] eine ohne EDIFACT
       *[other] { $count } ohne EDIFACT
    }
mailbox_too_large =
    { $count ->
        [one] eine zu groß
       *[other] { $count } zu groß
    }
mailbox_last_poll = Letzte Abfrage
mailbox_since_start = Seit dem Start
mailbox_retries = Das Gateway versucht es von selbst wieder.
mailbox_certificate = Zertifikat gültig bis

gallery = Zeitreihen
gallery_all =
    { $count ->
        [one] Die eine Zeitreihe
       *[other] Alle { $count } Zeitreihen
    }
gallery_until = bis { $when }
latest_messages = Neueste Nachrichten
all_messages = Alle Nachrichten

series_title = Zeitreihen
series_search = Suche
series_search_hint = Marktlokation, Messlokation oder OBIS-Kennzahl; * steht für beliebige Zeichen
series_search_button = Suchen
series_found =
    { $count ->
        [one] eine Zeitreihe
       *[other] { $count } Zeitreihen
    }
series_none = Keine Zeitreihe gefunden
series_none_hint = Zeitreihen entstehen von selbst, sobald eine Mail mit MSCONS ankommt.
series_location = Lokation
series_obis = OBIS-Kennzahl
series_unit = Einheit
series_kind = Art
series_from = Von
series_to = Bis
series_values = Werte
series_without_location = ohne Lokation
kind_interval = Intervallwerte
kind_reading = Zählerstand
kind_timeless = ohne Zeit
kind_virtual = virtuell

obis_active_import = Wirkarbeit, Bezug
obis_active_export = Wirkarbeit, Einspeisung
obis_reactive = Blindarbeit
obis_gas_volume = Gas, Volumen
obis_gas_energy = Gas, Energie
obis_temperature = Temperatur
obis_calorific = Gas, Brennwert
obis_z_number = Gas, Zustandszahl
obis_maximum = { $what }, Maximum
obis_reading = { $what }, Zählerstand
obis_profile = { $what }, Lastgang

period_day = Tag
period_week = Woche
period_month = Monat
period_year = Jahr
period_previous = Früher
period_next = Später
period_custom = Zeitraum und Stand
period_from = Von
period_to_exclusive = Bis vor
period_show = Anzeigen
period_week_of = KW { $number } · { $from } – { $to }
period_range = { $from } – { $to }
as_of_label = Bekannt am
as_of_hint = leer: was heute gilt
as_of_note = Stand vom { $when }: so, wie es damals bekannt war.
as_of_now = Heutigen Stand zeigen

fact_sum = Summe
fact_first = Erster Stand
fact_last = Letzter Stand
fact_difference = Differenz
fact_coverage = Abdeckung
fact_quality = Schlechteste Qualität
fact_values = Werte
fact_low = Kleinster
fact_high = Größter
fact_corrected = Korrigiert
fact_incomplete = unvollständig
fact_overlapping = Zeiträume überlappen sich

gaps_title = Lücken
gaps_more =
    { $count ->
        [one] und eine weitere
       *[other] und { $count } weitere
    }
gaps_intro = Was fehlt, zählt nirgends als null. Überfällig ist, was eine Erwartung ([[expect]]) nennt und nach seiner Frist nicht da ist.
gaps_no_expect = Noch wird nichts Bestimmtes erwartet. Mit [[expect]] in der Konfiguration sagt das Gateway von selbst, was zu spät ist.
gaps_overdue = Überfällig
gaps_overdue_none = Nichts ist überfällig
gaps_overdue_since = seit { $when }
gaps_surveyed = Stand { $when }
gaps_never_came = noch nie angekommen
gaps_values_missing =
    { $count ->
        [one] ein Wert fehlt
       *[other] { $count } Werte fehlen
    }
completeness = Vollständigkeit
completeness_hint = Ein Feld ist ein Tag, im Jahr ein Monat: voll, mit Ersatzwerten, teilweise oder leer.
completeness_none = Keine Zeitreihe mit Intervallen gefunden
completeness_cell = { $when }: { $present } von { $expected }, { $quality }
completeness_nothing = { $when }: nichts erwartet
values_title = Werte
values_none = Keine Werte in diesem Zeitraum
values_none_hint = Fehlende Werte sind nicht null: Für diesen Zeitraum ist nichts bekannt.
value_start = Beginn
value_end = Ende
value_instant = Zeitpunkt
value_number = Nr.
value_value = Wert
value_quality = Qualität
value_status = Status
value_source = Quelle
value_corrected =
    { $count ->
        [one] einmal korrigiert
       *[other] { $count }-mal korrigiert
    }
source_message = Nachricht { $number }
download = Herunterladen

messages_title = Nachrichten
messages_none = Noch keine Nachricht empfangen
messages_none_hint = Sobald in einem Postfach eine Mail mit EDIFACT liegt, erscheint sie hier.
message_arrived = Eingang
message_kind = Art
message_parties = Absender und Empfänger
message_document = Dokument
message_values = Werte
message_mail = Mail
message_cancelled = storniert
message_cancels = storniert { $document }
message_dated = vom { $when }
message_answered = { $what } in Mail { $mail } des Ausgangs
message_from_file = aus einer Datei
message_ahb_errors = AHB: { $count } Fehler
message_ahb_warnings =
    { $count ->
        [one] { $count } Warnung
       *[other] { $count } Warnungen
    }
message_ahb_kept = AHB: { $rules } Regeln erfüllt
message_ahb_unchecked = AHB: nicht geprüft

quarantine_title = Quarantäne
quarantine_intro = Was das Gateway nicht sicher versteht, zählt nicht und geht nicht verloren: Es wartet hier mit dem Grund. Die Mail bleibt auf dem Server.
quarantine_empty = Die Quarantäne ist leer
quarantine_empty_hint = Alles, was ankam, wurde verstanden.
quarantine_count =
    { $count ->
        [one] ein Eintrag
       *[other] { $count } Einträge
    }
quarantine_mailbox = Postfach { $name }
quarantine_messages = Nachrichten { $names }
quarantine_more =
    { $count ->
        [one] und ein weiterer
       *[other] und { $count } weitere
    }
quarantine_no_bytes = ohne Inhalt aufbewahrt
quarantine_number = Nr. { $number }

page_older = Ältere
page_newest = Neueste
page_previous = Zurück
page_next = Weiter
page_of = Seite { $page } von { $pages }

alert_resolved = Behoben: { $title }
alert_unwatched = Danach wird nicht mehr gesehen.
alert_mailbox_stale = Postfach { $name }: keine erfolgreiche Abfrage
alert_mailbox_stale_detail = Seit { $when } ist keine Abfrage gelungen. Der Grund steht auf der Statusseite.
alert_quarantine = Neues in der Quarantäne
alert_quarantine_detail =
    { $count ->
        [one] Ein Eintrag wartet dort.
       *[other] { $count } Einträge warten dort.
    }
alert_certificate = Postfach { $name }: das Zertifikat des Mailservers läuft ab
alert_certificate_detail = Es gilt bis { $when }. Danach ist keine Abfrage mehr möglich.
alert_outbox = Mails wurden nicht gesendet
alert_outbox_detail =
    { $mails ->
        [one] Eine Mail wartet im Ausgang
       *[other] { $mails } Mails warten im Ausgang
    } auf eine Entscheidung: noch einmal senden oder verwerfen.
alert_rejected = Partner haben Mails von uns zurückgewiesen
alert_rejected_detail =
    { $mails ->
        [one] Eine innerhalb eines Tages. Welche und warum,
       *[other] { $mails } innerhalb eines Tages. Welche und warum,
    } steht im Ausgang.
alert_disk = Die Platte ist fast voll
alert_disk_detail = Frei sind { $free } von { $total }. Ist sie voll, bleiben die Mails auf dem Server.
alert_account = Microsoft-Konto { $name } funktioniert nicht
alert_account_sign_in = Microsoft-Konto { $name }: Anmeldung nötig
alert_account_credential = Microsoft-Konto { $name }: sein Clientschlüssel oder Zertifikat läuft ab
alert_account_credential_detail = Gilt bis { $when }. Vorher bei der Anwendung einen neuen anlegen und hier mit seinem Ende eintragen.
alert_overdue = Erwartete Werte sind überfällig
alert_overdue_of = { $partner }: erwartete Werte sind überfällig
alert_overdue_detail =
    { $count ->
        [one] Eine Zeitreihe, seit { $when }.
       *[other] { $count } Zeitreihen, die erste seit { $when }.
    }

error_not_found = Diese Seite gibt es nicht
error_not_found_hint = Vielleicht ist die Adresse nicht vollständig.
error_no_series = Die Zeitreihe { $number } gibt es nicht
error_bad_address = Diese Adresse ist nicht lesbar
error_bad_address_hint = Was hinter dem Fragezeichen steht, ist doppelt, fehlt oder hat einen Wert, den diese Seite nicht kennt.
error_bad_period = Dieser Zeitraum ist nicht lesbar
error_bad_period_hint = Gebraucht werden Tage wie 2026-11-24 oder Zeitpunkte wie 2026-11-24T06:00, der Beginn vor dem Ende, höchstens elf Jahre.
error_unreadable = Diese Zeitreihe kann so nicht gelesen werden
error_forged = Dieses Formular gilt nicht
error_forged_hint = Es kam von einer anderen Seite, oder die Sitzung hat gewechselt. Nichts ist geändert: die Seite neu laden und noch einmal absenden.
error_bad_form = Dieses Formular ist nicht lesbar
error_too_large = Das ist zu groß
error_too_large_hint = Ein Formular darf 16 KiB haben.
refused = { $series }: { $why }
refused_readings = Zählerstände werden nicht summiert. Sehen Sie sie wie empfangen an: Die Differenz zweier ist, was dazwischen geflossen ist.
refused_timeless = Werte ohne Zeit haben keinen Tag oder Monat. Sehen Sie sie wie empfangen an.
refused_no_amount = Werte in { $unit } addieren sich nicht. Mengen (kWh, MWh, kvarh, m³) werden summiert, von Leistungen (kW, MW, kvar) wird die größte genommen.
refused_no_unit = Weder Nachricht noch OBIS-Kennzahl sagen die Einheit, also weiß niemand, ob sich die Werte addieren. Sehen Sie sie wie empfangen an.
refused_irregular = Ihre Werte stehen für Zeiten ungleicher Länge. Sehen Sie sie wie empfangen an.
refused_does_not_fit = Ihre Werte passen nicht in diese Auflösung: { $resolution }. Wählen Sie eine längere.
refused_too_large = Die Summe ab { $when } hat mehr als 38 Stellen.
refused_too_many = Das sind mehr als { $most } Zeilen. Wählen Sie einen kürzeren Zeitraum oder eine längere Auflösung.
virtual_refused = Virtuelle Zeitreihe { $name }: { $why }
virtual_unknown = Keine Zeitreihe passt zu ihrem Glied { $term }; die Seite der Zeitreihen listet sie auf.
virtual_ambiguous = { $count } Zeitreihen passen zu ihrem Glied { $term }. Schreiben Sie Lokation und OBIS-Kennzahl, als Lokation/OBIS.
virtual_no_intervals = Ihr Glied { $term } hat keine Intervalle; nur sie addieren sich.
virtual_cycle = Sie ist ein Teil ihrer selbst.
virtual_lengths = Ihre Teile haben Werte verschiedener Länge; nur gleiche addieren sich.
virtual_too_large = Ihr Wert ab { $when } hat mehr als 18 Stellen.
error_failed = Das hat nicht geklappt
error_failed_hint = Die Ablage konnte nicht gelesen werden. Der Grund steht im Protokoll des Gateways.
error_home = Zur Statusseite

login_title = Anmelden
login_intro = Lesen kann hier jeder, der die Seiten erreicht. Wer etwas ändert, meldet sich als Administrator an.
login_password = Kennwort
login_button = Anmelden
login_wrong = Das Kennwort stimmt nicht.
login_too_soon =
    { $seconds ->
        [one] Zu viele Versuche: in einer Sekunde geht es weiter.
       *[other] Zu viele Versuche: in { $seconds } Sekunden geht es weiter.
    }
login_forgotten = Noch kein Kennwort, oder vergessen? Dieser Befehl gibt auf dem Rechner des Gateways einen Link, mit dem man ein neues setzt:
login_name = Administrator
logout = Abmelden
login_closed = Zurzeit kann sich niemand anmelden
login_closed_hint = Der Tresor mit dem Kennwort lässt sich nicht lesen oder schreiben. Das Protokoll des Gateways nennt Datei und Grund.

setup_title = Kennwort setzen
setup_intro = Das Kennwort des Administrators. Ein früheres gilt danach nicht mehr, und alle anderen Anmeldungen enden.
setup_password = Neues Kennwort, mindestens 8 Zeichen
setup_repeated = Noch einmal
setup_button = Kennwort setzen
setup_length = Das Kennwort muss { $least } bis { $most } Zeichen haben.
setup_differ = Die beiden Eingaben sind verschieden.
setup_link_over = Dieser Link gilt nicht mehr
setup_link_over_hint = Er setzt ein Kennwort einmal, binnen 24 Stunden, und bis zum nächsten Start des Gateways. `mscons-gateway login-link` gibt auf dem Rechner des Gateways einen neuen.

accounts_title = Microsoft-Konten
accounts_intro = Postfächer bei Exchange Online melden sich mit einem Konto an, das hier verbunden wird. Dafür ist bei Microsoft Entra eine Anwendung registriert.
accounts_saved = { $name } ist gespeichert und gilt.
accounts_connect_again = { $name } ist gespeichert und gilt. Die bisherige Anmeldung gehört zu den früheren Angaben: bitte neu verbinden.
accounts_connected = { $name } ist verbunden.
accounts_disconnected = { $name } ist getrennt. Bei Microsoft bleibt die Zustimmung bestehen; wer auch das will, widerruft dort die Sitzungen.
accounts_works = { $name } funktioniert: Microsoft hat soeben ein Zugriffstoken gegeben.
accounts_removed = { $name } ist entfernt, und was davon versiegelt war, ist gelöscht.
accounts_removed_not_wiped = { $name } ist entfernt. Was davon versiegelt war, ließ sich nicht löschen; das Protokoll nennt den Grund.
accounts_not_added = Nicht hinzugefügt:
accounts_not_saved = { $name } ist nicht gespeichert:
accounts_not_removed = { $name } ist nicht entfernt:
accounts_stale = Die Datei wurde geändert, seit diese Seite geladen wurde. Nichts ist überschrieben; bitte noch einmal ansehen und speichern.
accounts_no_file = Diese Vorführung hat keine Datei, in der sich etwas ändern ließe. `mscons-gateway init` schreibt eine gateway.toml, `mscons-gateway run` läuft damit.
accounts_locked = Hier lässt sich nichts ändern:
accounts_to_be_made = Das Gateway läuft mit seinen Vorgaben, ohne Datei. Das erste Konto legt { $file } an; sie gilt von da an.
accounts_file_missing = { $file } gibt es nicht mehr. `mscons-gateway init` schreibt eine neue; oder die alte zurücklegen.
accounts_file_unreadable = { $file } lässt sich nicht lesen: { $why }
accounts_file_unwritable = { $file } lässt sich nicht schreiben: { $why }. Die Datei muss dem Gateway gehören, und in ihren Ordner muss es schreiben dürfen; in einem Container den Ordner einhängen, nicht die Datei.
accounts_file_faulty = { $file } hat Fehler; was gilt, ist der Stand davor. Sie zuerst beheben:
accounts_at_line = Zeile { $line }: { $what }
accounts_not_there = Dieses Konto steht nicht in der Datei.
accounts_there = Ein Konto dieses Namens gibt es schon.
accounts_of_environment = Dieses Konto bestimmen Variablen der Umgebung (MSCONS_GATEWAY__MICROSOFT__…); dort ändern. Hier lässt sich nur sein Clientschlüssel hinterlegen.
accounts_secret_stays = Der hinterlegte Clientschlüssel geht an keinen anderen Anmeldedienst als den, für den er eingetragen ist. Zum neuen Anmeldedienst auch den Clientschlüssel neu eintragen, oder den hinterlegten löschen.
accounts_secret_stays_there = Der Clientschlüssel kommt aus der Umgebung oder aus einer eigenen Datei und ginge ungefragt an einen anderen Anmeldedienst. Den Anmeldedienst deshalb in der Konfigurationsdatei ändern (authority).
accounts_in_use = Das Postfach { $name } meldet sich damit an. Dort zuerst ein anderes Konto eintragen (account), oder das Postfach entfernen.
accounts_in_use_sending = Damit wird gesendet. Zuerst in [smtp] ein anderes Konto eintragen (account).
accounts_fault = { $field }: { $what }
accounts_of_mailbox = Postfach { $name }, { $key }
accounts_secret_not_kept = Der Clientschlüssel konnte nicht aufbewahrt werden, und die Datei ist unverändert: { $why }
accounts_redirect = Umleitungs-URI
accounts_redirect_hint = In der App-Registrierung unter „Authentifizierung“, Plattform „Web“, genau so eintragen.
accounts_copy = Kopieren
accounts_copied = Kopiert
accounts_state_new = nicht verbunden
accounts_state_sign_in = braucht eine Anmeldung
accounts_state_fault = gestört
accounts_state_waits = wartet
accounts_state_connected = verbunden
accounts_state_works = funktioniert
accounts_state_untried = noch nicht benutzt
accounts_unused = Kein Postfach nutzt dieses Konto. In gateway.toml beim Postfach auth = "microsoft" und account = "{ $name }" eintragen, bevor es verbunden wird: danach richtet sich, was angefragt wird.
accounts_other_user = Angemeldet ist { $who }, das Postfach heißt { $mailbox }. Das ist richtig, wenn { $who } auf dieses freigegebene Postfach zugreifen darf; sonst neu verbinden und als { $mailbox } anmelden.
accounts_withheld = Angefragt, aber nicht gewährt: { $scopes }
accounts_unusable = Mit diesen Angaben lässt sich das Konto nicht benutzen.
accounts_not_read = Das Gateway hat dieses Konto noch nicht aus der Datei übernommen. SIGHUP, oder hier etwas speichern: Dann liest es die Datei neu.
accounts_who = Angemeldet als
accounts_since = Verbunden seit
accounts_renewed = Zuletzt erneuert
accounts_expires = Zugriffstoken gilt bis
accounts_scopes = Gewährte Rechte
accounts_answer = Antwort von Microsoft: { $answer }
accounts_connect = Account verbinden
accounts_connect_anew = Neu verbinden
accounts_test = Testen
accounts_disconnect = Trennen
accounts_registration = App-Registrierung
accounts_name = Name
accounts_name_hint = Postfächer nennen ihn in account; a–z, 0–9, - und _
accounts_tenant_id = Verzeichnis-ID (Mandant)
accounts_tenant_id_hint = Steht auf der Übersicht der App-Registrierung
accounts_client_id = Anwendungs-ID (Client)
accounts_client_id_hint = Steht ebenfalls auf der Übersicht
accounts_secret = Geheimer Clientschlüssel
accounts_secret_none = Keiner hinterlegt. Den „Wert“ eintragen, nicht die „Geheime ID“; er wird versiegelt aufbewahrt.
accounts_secret_sealed = Einer ist versiegelt hinterlegt und wird nie angezeigt. Leer lassen, damit er bleibt.
accounts_secret_in_file = Einer steht in der Datei. Ein neuer wird versiegelt aufbewahrt und der in der Datei entfernt; leer lassen, damit er bleibt.
accounts_secret_from_file = Steht in der Datei { $file } und lässt sich hier nicht ändern.
accounts_secret_until = Clientschlüssel gültig bis
accounts_secret_until_hint = Der letzte Tag, wie ihn die Registrierung zeigt. Zwei Wochen vorher kommt ein Alarm; leer: Niemand warnt.
accounts_secret_certificate = Ein Zertifikat tritt an seine Stelle (certificate_file).
accounts_forget_secret = Hinterlegten Clientschlüssel löschen
accounts_flow = Verfahren
accounts_flow_browser = Anmeldung im Browser
accounts_flow_code = Anmeldung mit einem Code, auf irgendeinem Gerät
accounts_flow_application = Die Anwendung selbst, ohne Person
accounts_authority = Anmeldedienst (authority)
accounts_authority_hint = Nur für nationale Clouds ändern
accounts_from = Kommt aus der Umgebung ({ $variable }) und lässt sich hier nicht ändern.
accounts_save = Speichern
accounts_remove = Konto entfernen
accounts_remove_hint = Nimmt { $name } aus der Datei und löscht Clientschlüssel und Anmeldung, die versiegelt hinterlegt sind. Das lässt sich nicht zurücknehmen.
accounts_remove_button = { $name } entfernen
accounts_add = Konto hinzufügen
accounts_add_button = Hinzufügen
accounts_back = Zu den Konten
accounts_account = Konto
accounts_refused = Das hat nicht geklappt
accounts_consent = Zustimmung für den ganzen Mandanten
accounts_consent_hint = Verlangt Microsoft die Zustimmung eines Administrators, öffnet er diesen Link:
accounts_consented = Zugestimmt
accounts_consented_hint = Microsoft hat die Zustimmung für den Mandanten notiert. Nun lässt sich das Konto in den Einstellungen verbinden.
accounts_declined = Keine Zustimmung
accounts_declined_hint = Die Zustimmung für den Mandanten wurde abgelehnt oder abgebrochen; geändert ist nichts. Zustimmen kann nur ein Administrator des Mandanten. Der Link dafür steht in den Einstellungen des Kontos.
accounts_away = Weiter zu Microsoft
accounts_away_hint = Der Browser geht zur Anmeldung bei Microsoft und kommt danach hierher zurück.
accounts_away_button = Bei Microsoft anmelden
accounts_code_title = Mit einem Code anmelden
accounts_code_hint = Auf irgendeinem Gerät diese Adresse öffnen, den Code eingeben und sich als Benutzer des Postfachs anmelden:
accounts_code_waits = Diese Seite sieht von selbst nach und sagt, wenn es so weit ist.
accounts_sign_in_as = Anmelden als
accounts_code_until = Code gilt bis
accounts_no_session = Diese Anmeldung gehört zu keiner Sitzung hier
accounts_no_session_hint = Was Microsoft schickt, zählt nur in dem Browser, in dem der Administrator die Verbindung begonnen hat und noch angemeldet ist. Dort anmelden, dann „Account verbinden“.
error_elsewhere = Bitte die Adresse des Gateways benutzen
error_elsewhere_hint = Eine Anmeldung gilt nur unter { $address }, und dorthin schickt Microsoft den Browser zurück. Die Seiten unter { $address } öffnen, oder web.base_url ändern.

init_welcome = Ich frage nach dem Postfach, probiere es aus und schreibe { $file }. Die Eingabetaste nimmt, was in Klammern steht.
init_protocol = Wie wird das Postfach gelesen?
init_protocol_imap = IMAP (üblich)
init_protocol_pop3 = POP3 (löscht nie)
init_protocol_maildir = Maildir auf diesem Rechner
init_address = Mailadresse
init_anyway = Trotzdem weiter?
init_host = Mailserver
init_username = Benutzername
init_port = Port (leer: die üblichen probieren)
init_secret = Wo soll das Kennwort stehen?
init_secret_text = in { $file }, nur für Sie lesbar
init_secret_env = in einer Umgebungsvariable
init_secret_file = in einer eigenen Datei
init_variable = Name der Variable
init_secret_path = Pfad der Datei
init_password = Kennwort (wird nicht angezeigt)
init_path = Verzeichnis
init_probing = Ich suche den Server …
init_found = Gefunden: Port { $port }, encryption = "{ $encryption }"
init_not_found = Dort antwortet kein Mailserver.
init_plain = Achtung: Der Server bietet hier keine Verschlüsselung; das Kennwort geht im Klartext über die Leitung.
init_ca_file = Der Aussteller des Zertifikats ist nicht bekannt. PEM-Datei mit dem Wurzelzertifikat (leer: keine)
init_folder = Ordner
init_trying = Ich probiere das Postfach und sehe die neuesten Mails durch …
init_failed = So kann das Gateway nicht abholen. Wie weiter?
init_again = noch einmal fragen
init_write = trotzdem schreiben
init_quit = abbrechen, nichts schreiben
init_looked = { $mails } Mails durchgesehen, { $found } davon mit MSCONS.
init_not_understood = Nicht verstanden: { $count }; `mscons-gateway quarantine` zeigt es nach dem Abholen.
init_sender = Absender { $address }, MP-ID { $party }: { $count } Übertragungen
init_series = { $location } { $obis }: { $values } Werte, { $interval }; { $rhythm }
init_interval_minutes = je { $minutes } min
init_interval_hours = je { $hours } h
init_interval_none = Zählerstände
init_rhythm = eine Nachricht alle { $days } Tage
init_rhythm_daily = täglich eine Nachricht
init_rhythm_once = bisher eine Nachricht
init_more = und { $count } weitere
init_proposed = In die Datei kommen { $partners } [[partner]] und { $series } [[expect]] für das, was regelmäßig kommt: Dann meldet das Gateway, was zu spät ist.
init_proposed_seldom = Was zu selten kam, steht dort als Kommentar: { $count } [[expect]].
init_release = Was geschieht mit geholten Mails?
init_keep = sie bleiben, wo sie sind
init_move = in einen anderen Ordner verschieben, sobald alles gespeichert ist
init_delete = löschen, sobald alles gespeichert ist
init_move_to = Ordner für Erledigtes
init_name = Name des Postfachs in Metriken und Seiten (a-z, 0-9, - und _)
init_unusable = Das geht nicht: { $what }
init_choose = Bitte eine Zahl von 1 bis { $last }.
init_yes = j
init_no = n
init_written = { $file } ist geschrieben.
init_set_variable = Vorher das Kennwort setzen: export { $name }=…
init_next = Weiter mit: mscons-gateway --config { $file } fetch
init_next_run = und dann: mscons-gateway --config { $file } run

decision_of_tree = Antwort { $code } aus Entscheidungsbaum { $tree }; was sie heißt, steht dort in „Entscheidungsbaum-Diagramme und Codelisten“ des BDEW (bdew-mako.de)
decision_of_list = Antwort { $code } aus Codeliste { $list }; was sie heißt, steht dort in „Entscheidungsbaum-Diagramme und Codelisten“ des BDEW (bdew-mako.de)
request_period = { $from } bis { $to }
request_subject = Anfrage: { $what } zu { $location } ({ $reference })
request_text =
    Guten Tag,

    wir bitten um { $what } für { $location }, Zeitraum: { $period } (Ende ausgenommen, Ortszeit).
request_obis = OBIS-Kennzahl: { $obis }
request_end =
    Bitte senden Sie die Werte als MSCONS-Datei an die Absenderadresse dieser Mail. Unser Zeichen: { $reference }.

    Mit freundlichen Grüßen
request_escalation = { $partner } antwortet nicht: { $location }
request_escalation_text = Nach Werten für { $location }, { $period }, wurde { $partner } dreimal gefragt, ohne Erfolg. Eben ging die vierte Anfrage hinaus. Bitte nachfassen.
request_load_profile = Lastgang
request_readings = Zählerstände
request_energy = Energiemenge
request_energy_and_peak = Energiemenge und Leistungsmaximum
request_calorific_value = Brennwert und Zustandszahl
request_missing = fehlende Werte
request_too_high = Prüfung zu hoher Werte aus Nachricht { $document }
request_too_low = Prüfung zu niedriger Werte aus Nachricht { $document }
test_mail_subject = Testmail von mscons-gateway
test_mail_text = Diese Mail hat mscons-gateway über { $server } gesendet, um { $when }. Das Senden funktioniert; mehr ist nicht zu tun.
explain_title = { $file } erklärt
explain_interchanges =
    { $count ->
        [one] { $count } Übertragungsdatei
       *[other] { $count } Übertragungsdateien
    }
explain_messages =
    { $count ->
        [one] { $count } Nachricht
       *[other] { $count } Nachrichten
    }
explain_values =
    { $count ->
        [one] { $count } Wert
       *[other] { $count } Werte
    }
explain_findings =
    { $count ->
        [0] keine Befunde
        [one] { $count } Befund
       *[other] { $count } Befunde
    }
explain_more_findings =
    { $count ->
        [one] und ein weiterer
       *[other] und { $count } weitere
    }
explain_more_values =
    { $count ->
        [one] ein weiterer Wert
       *[other] { $count } weitere Werte
    }
explain_interchange = Übertragungsdatei { $reference }
explain_from_to = von { $sender } an { $receiver }
explain_test = Test
explain_message = Nachricht { $reference }
explain_headless = Nachricht ohne Kopf
explain_segment = Segment { $number }
explain_unknown_segment = unbekanntes Segment
explain_bars = verhindert die Übernahme der Nachricht
explain_back = zur Übersicht
explain_footer = Erklärt von mscons-gateway { $version }. Zeiten in gesetzlicher Zeit (Europe/Berlin) und in UTC.
oauth_unknown_application = Microsoft kennt diese Anwendung in diesem Mandanten nicht. Anwendungs-ID (client_id) und Verzeichnis-ID (tenant_id) mit der App-Registrierung vergleichen.
oauth_application_disabled = Die Anwendung ist im Mandanten abgeschaltet. Ein Administrator muss sie unter „Unternehmensanwendungen“ wieder einschalten.
oauth_unknown_tenant = Diesen Mandanten gibt es nicht. Verzeichnis-ID (tenant_id) prüfen.
oauth_other_cloud = Der Mandant liegt in einer nationalen Cloud. Deren Adresse als authority eintragen.
oauth_tenant_needed = Dieses Verfahren braucht den eigenen Mandanten. Als tenant_id die Verzeichnis-ID statt „common“ eintragen.
oauth_wrong_secret = Der geheime Clientschlüssel ist falsch. Oft ist seine ID statt seines Wertes eingetragen: einen neuen anlegen und die Spalte „Wert“ kopieren.
oauth_secret_expired = Der geheime Clientschlüssel ist abgelaufen. In der App-Registrierung einen neuen anlegen und hier eintragen.
oauth_secret_missing = Die Anwendung muss sich ausweisen. Einen Clientschlüssel oder ein Zertifikat eintragen, oder in der Registrierung „Öffentliche Clientflows zulassen“ einschalten.
oauth_secret_unwanted = Die Anwendung ist als öffentlicher Client registriert und darf keinen Clientschlüssel senden. Ihn hier weglassen, oder die Plattform „Web“ registrieren.
oauth_certificate_refused = Microsoft erkennt das Zertifikat nicht an. Ist genau dieses Zertifikat bei der Anwendung hochgeladen, und gehört der Schlüssel dazu?
oauth_clock_wrong = Die Uhr dieses Rechners weicht von der Microsofts ab. Die Uhrzeit stellen (NTP).
oauth_redirect_differs = Die Umleitungsadresse steht nicht in der App-Registrierung. Dort unter „Web“ genau die hier angezeigte Adresse eintragen (web.base_url und /oauth/callback).
oauth_code_used_up = Diese Anmeldung ist schon benutzt oder zu alt. Die Anmeldung neu beginnen.
oauth_state_unknown = Diese Anmeldung wurde nicht hier begonnen, ist schon benutzt oder älter als zehn Minuten. Die Anmeldung neu beginnen.
oauth_settings_changed = Die Einstellungen des Kontos wurden während der Anmeldung geändert; sie gilt für die früheren. Neu beginnen.
oauth_grant_invalid = Microsoft nimmt die frühere Anmeldung nicht mehr an. Neu anmelden.
oauth_consent_missing = Niemand hat dem Zugriff der Anwendung zugestimmt. Neu anmelden und zustimmen, oder einen Administrator für alle zustimmen lassen.
oauth_declined = Die Anmeldung wurde abgelehnt oder abgebrochen. Neu anmelden und zustimmen.
oauth_admin_consent_needed = Nur ein Administrator des Mandanten kann diesem Zugriff zustimmen.
oauth_second_factor = Microsoft verlangt einen zweiten Faktor oder eine neue Anmeldung. Neu anmelden; ohne Menschen geht es auf Dauer nur mit client_credentials.
oauth_blocked_by_policy = Eine Richtlinie (bedingter Zugriff oder Sicherheitsstandards) sperrt den Zugriff. Ein Administrator muss die Anwendung oder die Adresse dieses Rechners ausnehmen.
oauth_not_assigned = Der Benutzer ist der Anwendung nicht zugewiesen. Ein Administrator weist ihn unter „Unternehmensanwendungen“ zu.
oauth_revoked = Das Kennwort wurde geändert oder die Sitzungen wurden widerrufen. Neu anmelden.
oauth_password_expired = Das Kennwort des Benutzers ist abgelaufen. Es ändern, dann neu anmelden.
oauth_unused = Die Anmeldung ist abgelaufen, weil sie zu lange nicht benutzt wurde. Neu anmelden.
oauth_sign_in_frequency = Der Mandant verlangt von Zeit zu Zeit eine neue Anmeldung. Neu anmelden; auf Dauer passt client_credentials besser.
oauth_single_page = Die Umleitungsadresse ist als Single-Page-Anwendung registriert; deren Anmeldungen enden nach 24 Stunden. Sie in der Registrierung unter „Web“ eintragen, dann neu anmelden.
oauth_user_disabled = Der Benutzer ist deaktiviert. Ein Administrator muss ihn wieder einschalten.
oauth_user_unknown = Diesen Benutzer gibt es im Mandanten nicht. Verzeichnis-ID und Benutzer prüfen.
oauth_user_locked = Der Benutzer ist nach zu vielen Fehlversuchen gesperrt. Warten, oder ihn von einem Administrator entsperren lassen.
oauth_scope_invalid = Was angefragt wird (scopes), gibt es so nicht, oder es gehört zu mehreren Diensten. scopes leer lassen oder berichtigen.
oauth_permission_missing = Der Registrierung fehlt die Berechtigung. Unter „API-Berechtigungen“ die von „Office 365 Exchange Online“ hinzufügen und zustimmen lassen.
oauth_withheld = Der Zugriff auf das Postfach wurde bei der Anmeldung nicht gewährt. Neu anmelden und allem zustimmen.
oauth_not_for_long = Microsoft hat keinen dauerhaften Zugriff gewährt (offline_access). Neu anmelden und zustimmen; eigene scopes müssen offline_access enthalten.
oauth_service_missing = Im Mandanten gibt es kein Exchange Online. Ein Administrator prüft die Lizenzen.
oauth_device_code_expired = Der Code ist abgelaufen oder unbekannt. Einen neuen anfordern.
oauth_not_connected = Das Konto ist noch nicht verbunden. Einmal bei Microsoft anmelden.
oauth_busy = Microsoft ist überlastet oder bittet um Geduld. Das Gateway versucht es von selbst wieder.
oauth_unreachable = Der Anmeldedienst ist nicht erreichbar. Das Gateway versucht es von selbst wieder; bleibt es so, Netz, Firewall und Proxy prüfen.
oauth_unreadable = Statt des Anmeldedienstes hat etwas anderes geantwortet, oder die Antwort war nicht ganz. Das Gateway versucht es von selbst wieder; bleibt es so, Proxy und authority prüfen.
oauth_misconfigured = Mit seinen Einstellungen lässt sich das Konto nicht benutzen. Die Meldung dazu nennt den Grund.
oauth_key_unfit = Der Schlüssel der versiegelten Geheimnisse fehlt, lässt sich nicht benutzen oder ist ein anderer. Den richtigen zurücklegen. Ist er verloren: den Ordner „secrets“ im Datenverzeichnis leeren, Clientschlüssel neu eingeben und die Konten neu verbinden.
oauth_seal_damaged = Was versiegelt aufbewahrt wurde, ist beschädigt. Das Konto trennen und neu verbinden; ist es der Clientschlüssel, ihn neu eingeben.
oauth_not_kept = Was versiegelt aufbewahrt wird, ließ sich nicht schreiben oder lesen. Das Protokoll nennt Datei und Grund.
oauth_other = Microsoft hat die Anmeldung abgelehnt. Der Text der Antwort nennt den Grund.

account_fault_name_missing = fehlt; dem Konto einen Namen geben, etwa `default`
account_fault_no_name = `{ $name }` ist kein Name; bis zu 64 Zeichen aus a-z, 0-9, `-` und `_`: Er steht in den Metriken
account_fault_name_twice = `{ $name }` heißen zwei Konten; Namen müssen verschieden sein
account_fault_tenant_missing = fehlt; die Verzeichnis-ID (Mandant) der Registrierung eintragen
account_fault_no_tenant = `{ $tenant }` ist weder eine Verzeichnis-ID noch eine Domain
account_fault_shared_tenant = nennt keinen Mandanten; ohne Person braucht es dessen eigene ID
account_fault_client_missing = fehlt; die Anwendungs-ID (Client) der Registrierung eintragen
account_fault_no_client = `{ $client }` ist keine Anwendungs-ID
account_fault_authority_with_path = hat keinen Pfad: etwa `https://login.microsoftonline.com`; der Mandant gehört zur Verzeichnis-ID
account_fault_authority_open = muss mit `https://` beginnen: Dorthin gehen Geheimnisse
account_fault_no_authority = `{ $authority }` ist keine Adresse; zu schreiben wie `https://login.microsoftonline.com`
account_fault_secret_and_certificate = geht nicht zusammen mit `certificate_file`; eines von beiden weglassen
account_fault_no_date = `{ $date }` ist kein Datum; zu schreiben wie `2027-05-31`
account_fault_not_default_scope = muss ohne Person genau einer sein, der auf `/.default` endet; weglassen für den von Exchange Online
account_fault_no_way_back = muss mit `https://` beginnen oder `http://localhost` sein: Anderswohin schickt Microsoft niemanden zurück; oder ein Verfahren mit einem Code wählen
account_fault_unchosen = fehlt; eines wählen von `{ $names }`

nav_reports = Berichte
chart_present = vorhanden
report_quarter = { $number }. Quartal { $year }
report_day_before = zum Vortag
report_week_before = zur Vorwoche
report_month_before = zum Vormonat
report_quarter_before = zum Vorquartal
report_year_before = zum Vorjahr
report_energy_title = Energiebericht { $name }
report_overview = Überblick
report_series = Zeitreihe
report_complete = Vollständig
report_peak = Spitze
report_incomplete = unvollständig
report_not_comparable = unvollständig
report_missing =
    { $count ->
        [one] ein Wert fehlt
       *[other] { $count } Werte fehlen
    }
report_doubtful = Vorläufig oder gestört
report_no_values = In diesem Zeitraum gibt es keine Werte.
report_all_complete =
    { $count ->
        [one] Die Zeitreihe ist vollständig.
       *[other] Alle { $count } Zeitreihen sind vollständig.
    }
report_some_complete =
    { $complete ->
        [0] Keine der { $all } Zeitreihen ist vollständig: sie haben Lücken, ihre Summen sind zu klein.
       *[other] { $complete } von { $all } Zeitreihen sind vollständig; die anderen haben Lücken, ihre Summen sind zu klein.
    }
report_corrected_values =
    { $count ->
        [one] Ein Wert wurde nachträglich korrigiert; es gilt der letzte.
       *[other] { $count } Werte wurden nachträglich korrigiert; es gilt jeweils der letzte.
    }
report_chart_words = Lastgang { $name }: Summe { $sum }, Spitze { $peak }, vollständig zu { $share }
report_charts_cut = Gezeichnet sind die ersten { $count } Zeitreihen.
report_series_cut = Der Bericht ist abgeschnitten: er zeigt { $told } Zeitreihen, { $more } weitere passen nicht hinein.
report_values_cut = Die angehängten Dateien sind abgeschnitten: es sind mehr Werte, als in eine Mail passen. Alle gibt mscons-gateway export.
report_silent =
    { $count ->
        [one] Eine Zeitreihe hat in diesem und im vorigen Zeitraum keine Werte; sie ist weggelassen.
       *[other] { $count } Zeitreihen haben in diesem und im vorigen Zeitraum keine Werte; sie sind weggelassen.
    }
report_unfit =
    { $count ->
        [one] Eine Zeitreihe hat keine Intervalle (Zählerstände, Tabellen); sie ist weggelassen.
       *[other] { $count } Zeitreihen haben keine Intervalle (Zählerstände, Tabellen); sie sind weggelassen.
    }
report_note_comparison = Verglichen wird nur, was vollständig ist; das Vorjahr bei Tagen und Wochen 52 Wochen früher, damit Wochentage zueinander passen. Spitzen sind die mittlere Leistung eines Intervalls (Viertelstunde: kWh × 4). Gastage beginnen um 6 Uhr.
digest_title = Montagsüberblick
digest_tasks =
    { $count ->
        [one] Eine Sache wartet auf Sie.
       *[other] { $count } Dinge warten auf Sie.
    }
digest_nothing_known = Noch ist keine Zeitreihe bekannt, über die etwas zu sagen wäre.
digest_all_well = Alles ist da, nichts wartet auf Sie. Eine gute Woche!
digest_gaps_only = Nichts wartet auf Sie; ein paar Werte fehlen, sind aber noch nicht überfällig oder von niemandem erwartet.
digest_note = Gezählt wird, was in diesem Zeitraum ankam; Lücken sind die der Liefertage, deren Werte schon da sein müssten. Was fehlt, zählt nirgends als null.
digest_cut = Es war mehr zu lesen, als in einen Bericht passt; manche Zahlen gelten nur für einen Teil.
digest_came_title = Was kam
digest_no_mail = Keine einzige Mail kam an. Bitte prüfen Sie das Postfach (mscons-gateway doctor).
digest_came =
    { $mails ->
        [one] Eine Mail brachte
       *[other] { $mails } Mails brachten
    } { $messages ->
        [one] eine Nachricht
       *[other] { $messages } Nachrichten
    } mit { $values } Werten.
digest_sender = { $name } ({ $count })
digest_senders = Nachrichten kamen von { $list }.
digest_missing_title = Was fehlt
digest_nothing_due = Von keinem Tag dieses Zeitraums müssten schon Werte da sein.
digest_complete =
    { $count ->
        [one] Nichts: die Zeitreihe ist lückenlos.
       *[other] Nichts: alle { $count } Zeitreihen sind lückenlos.
    }
digest_gaps =
    { $gaps ->
        [one] Eine von { $series } Zeitreihen hat Lücken
       *[other] { $gaps } von { $series } Zeitreihen haben Lücken
    }; { $missing ->
        [one] ein Wert fehlt
       *[other] { $missing } Werte fehlen
    } ({ $share } sind da).
digest_late =
    { $series }: { $missing ->
        [one] ein Wert
       *[other] { $missing } Werte
    }, überfällig seit { $since }
digest_late_of =
    { $series } von { $partner }: { $missing ->
        [one] ein Wert
       *[other] { $missing } Werte
    }, überfällig seit { $since }
digest_more_late =
    { $count ->
        [one] und eine weitere Zeitreihe
       *[other] und { $count } weitere Zeitreihen
    }
digest_chart = Vollständigkeit je Liefertag
digest_corrected_title = Was korrigiert wurde
digest_uncorrected = Nichts: kein bekannter Wert hat sich geändert.
digest_corrected =
    { $count ->
        [one] Ein bekannter Wert hat sich geändert.
       *[other] { $count } bekannte Werte haben sich geändert.
    }
digest_cancellations =
    { $count ->
        [one] Eine Nachricht nahm eine frühere zurück (Storno).
       *[other] { $count } Nachrichten nahmen frühere zurück (Storno).
    }
digest_correction =
    { $series }: { $count ->
        [one] ein Wert
       *[other] { $count } Werte
    }
digest_correction_by =
    { $series }: { $count ->
        [one] ein Wert
       *[other] { $count } Werte
    }, zusammen { $change }
digest_more_corrected =
    { $count ->
        [one] und eine weitere Zeitreihe
       *[other] und { $count } weitere Zeitreihen
    }
digest_attention_title = Was Ihre Aufmerksamkeit braucht
digest_quarantine =
    { $count ->
        [one] Ein Eintrag liegt in Quarantäne: ansehen, erneut versuchen oder verwerfen.
       *[other] { $count } Einträge liegen in Quarantäne: ansehen, erneut versuchen oder verwerfen.
    }
digest_unsent =
    { $count ->
        [one] Eine Mail von uns ging nicht hinaus: im Ausgang steht, warum.
       *[other] { $count } Mails von uns gingen nicht hinaus: im Ausgang steht, warum.
    }
digest_ask =
    { $count ->
        [one] Eine Zeitreihe ist überfällig: beim Absender nachfragen.
       *[other] { $count } Zeitreihen sind überfällig: bei den Absendern nachfragen.
    }
digest_no_attention = Nichts.
digest_main_title = Die Last der Woche
digest_main = Die größte Zeitreihe, { $name }, kam auf { $amount }.
digest_main_compared = Die größte Zeitreihe, { $name }, kam auf { $amount }; das sind { $change } { $before }.
digest_main_incomplete = Sie ist nur zu { $share } da; die Summe ist zu klein.
card_title = Datenlieferung { $partner }
card_lead = Wie die Messwerte von { $partner } ({ $id }) bei uns ankamen.
card_nothing_expected = Für diesen Zeitraum ist keine Lieferung vereinbart, an der sie zu messen wären.
card_complete = Alle vereinbarten Werte sind da. Vielen Dank!
card_incomplete =
    { $missing ->
        [one] Ein Wert von { $all } vereinbarten fehlt noch.
       *[other] { $missing } von { $all } vereinbarten Werten fehlen noch.
    }
card_figures = Kennzahlen
card_series = Je Zeitreihe
card_unknown = unbekannt
card_punctuality = Pünktlich
card_corrections = Korrigiert
card_syntax = Syntaxfehler
card_cancellations = Stornos
card_of_values = { $part } von { $all } Werten
card_of_days = { $part } von { $all } Liefertagen waren zur Frist vollständig
card_of_messages = von { $all } Nachrichten
card_of_files = in { $part } von { $all } Dateien
card_barred =
    { $count ->
        [one] eine konnte nicht ganz gelesen werden
       *[other] { $count } konnten nicht ganz gelesen werden
    }
card_days_unknown =
    { $count ->
        [one] von einem Tag ist es unbekannt
       *[other] von { $count } Tagen ist es unbekannt
    }
card_began = empfangen wird erst seit dem { $day }
card_no_deadline = es ist keine Frist vereinbart
card_no_values = es gibt keine Werte
card_no_messages = es kam keine Nachricht
card_chart_words =
    Vollständigkeit je Liefertag: { $share } der Werte sind da, { $count ->
        [0] kein Tag hat Lücken
        [one] ein Tag hat Lücken
       *[other] { $count } Tage haben Lücken
    }.
card_note_punctuality = Pünktlich ist ein Liefertag, der zur vereinbarten Frist vollständig bei uns war. Es zählt, wann unser Gateway die Mail annahm; stand es still, zählt das als spät.
card_note_syntax = Syntaxfehler sind Verstöße gegen EDIFACT oder die Nachrichtenbeschreibung in den Dateien, die in diesem Zeitraum ankamen; Vollständigkeit, Ersatzwerte und Korrekturen gelten den Liefertagen dieses Zeitraums, Stand heute.
card_rows_cut = Die Tabelle zeigt nicht alle { $count } Zeitreihen; die Kennzahlen gelten für alle.

reports_title = Berichte
reports_lead = Berichte gehen zur eingestellten Zeit als Mail hinaus. Die Vorschau zeigt, was ein Bericht jetzt sagen würde, und verschickt nichts.
reports_report = Bericht
reports_recipients = An
reports_next = Nächster
reports_last = Letzter
reports_preview = Vorschau
reports_look = Ansehen
reports_mail = Mail
reports_by_hand = nur von Hand
reports_energy = Energiebericht
reports_scorecard = Zeugnis eines Partners
reports_hint = Weitere Berichte stehen als [[report]] in gateway.toml.
digest_since = Mails werden erst seit dem { $day } angenommen; gezählt ist, was seither kam.
report_substitutes = { $share } Ersatzwerte
digest_late_title = Überfällig ist jetzt, auch aus anderen Wochen:
card_days = Tag für Tag
