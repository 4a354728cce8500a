//! What single segments mean, in both languages.

use mscons_gateway::text::Language;

use crate::explain::pieces;

/// What the values of the last segment of a message mean: those that have a meaning, joined.
fn meaning(segments: &str, language: Language) -> String {
    let text = format!("UNB+UNOC:3+A+B+261124:0815+R1'UNH+1+MSCONS:D:04B:UN:2.5'{segments}'");
    let last = pieces(text.as_bytes(), language).pop().unwrap();
    let meanings = last.parts.into_iter().map(|part| part.meaning);
    let told: Vec<String> = meanings.filter(|meaning| !meaning.is_empty()).collect();
    told.join(" | ")
}

#[test]
fn values_are_told_with_their_unit_time_and_check() {
    for (segments, german, english) in MEANINGS {
        assert_eq!(meaning(segments, Language::De), german, "{segments}");
        assert_eq!(meaning(segments, Language::En), english, "{segments}");
    }
}

/// Segments, and what the last of them means in German and in English.
const MEANINGS: [(&str, &str, &str); 32] = [
    (
        "DTM+163:202611222300?+00:303",
        "Beginn der Messperiode | 23.11.2026 00:00 MEZ · 2026-11-22T23:00:00Z | JJJJMMTTHHMM und Zeitzone",
        "start of the interval | 23 Nov 2026 00:00 CET · 2026-11-22T23:00:00Z | YYYYMMDDHHMM and time zone",
    ),
    (
        "DTM+7:202610250230:203",
        "Nutzungszeitpunkt | 25.10.2026 02:30 MESZ · 2026-10-25T00:30:00Z oder 25.10.2026 02:30 MEZ · 2026-10-25T01:30:00Z | JJJJMMTTHHMM",
        "instant for which the value counts | 25 Oct 2026 02:30 CEST · 2026-10-25T00:30:00Z or 25 Oct 2026 02:30 CET · 2026-10-25T01:30:00Z | YYYYMMDDHHMM",
    ),
    (
        "DTM+9:20261123:102",
        "Ablesedatum | Mo 23.11.2026 | JJJJMMTT",
        "date of the reading | Mon 23 Nov 2026 | YYYYMMDD",
    ),
    (
        "PIA+5+7-0?:9.98.0:Z02'QTY+79:12'DTM+306:20261024:102",
        "Leistungsperiode | Sa 24.10.2026: 24.10.2026 06:00 MESZ – 25.10.2026 06:00 MEZ | JJJJMMTT",
        "power period | Sat 24 Oct 2026: 24 Oct 2026 06:00 CEST – 25 Oct 2026 06:00 CET | YYYYMMDD",
    ),
    (
        "DTM+672:15:806",
        "Länge eines Intervalls | 15 Minuten | Minuten",
        "length of an interval | 15 minutes | minutes",
    ),
    (
        "DTM+163:202603290230:203",
        "Beginn der Messperiode | 29.03.2026 03:30 MESZ · 2026-03-29T01:30:00Z (diese Uhrzeit gibt es nicht, Sommerzeit begann) | JJJJMMTTHHMM",
        "start of the interval | 29 Mar 2026 03:30 CEST · 2026-03-29T01:30:00Z (this time does not exist, summer time began) | YYYYMMDDHHMM",
    ),
    (
        "DTM+163:202613012300?+00:303",
        "Beginn der Messperiode | passt nicht zum Format | JJJJMMTTHHMM und Zeitzone",
        "start of the interval | does not fit its format | YYYYMMDDHHMM and time zone",
    ),
    (
        "PIA+5+1-1?:1.29.0:SRW'QTY+220:1234,5",
        "Wahrer Wert | 1.234,5\u{a0}kWh",
        "true value | 1,234.5\u{a0}kWh",
    ),
    (
        "QTY+Z18:0.25:KWT",
        "Vorläufiger Wert | 0,25\u{a0}kW | kW",
        "preliminary value | 0.25\u{a0}kW | kW",
    ),
    (
        "QTY+67:1x",
        "Ersatzwert | keine Zahl",
        "substitute value | no number",
    ),
    (
        "LOC+172+41373559241",
        "Meldepunkt | Marktlokation, Prüfziffer stimmt",
        "metering point | market location, check digit fits",
    ),
    (
        "LOC+172+41373559242",
        "Meldepunkt | Marktlokation, Prüfziffer stimmt nicht",
        "metering point | market location, check digit does not fit",
    ),
    (
        "LOC+172+DE0001231011500000000000000012345",
        "Meldepunkt | Messlokation",
        "metering point | metering location",
    ),
    (
        "NAD+MS+9905048000007::293",
        "Absender der Nachricht | BDEW-Codenummer, Prüfziffer stimmt | BDEW",
        "sender of the message | BDEW code, check digit fits | BDEW",
    ),
    (
        "PIA+5+1-1?:1.29.0:SRW",
        "Produktidentifikation | Strom, Wirkarbeit Bezug (+), Lastgang, gesamt | OBIS-Kennzahl",
        "product identification | power, active energy, import (+), load profile, total | OBIS code",
    ),
    (
        "PIA+5+AUA:Z08",
        "Produktidentifikation | Ausfallarbeit | Medium",
        "product identification | lost work | medium",
    ),
    (
        "STS+Z32++Z92",
        "Ersatzwertbildungsverfahren | Interpolation",
        "how the substitute was made | interpolation",
    ),
    (
        "STS+10+Z36",
        "Grundlage der Energiemenge | Zählerstand zum Beginn vorhanden und übermittelt",
        "basis of the amount of energy | reading at the begin is known and was sent",
    ),
    (
        "RFF+Z13:13025",
        "Prüfidentifikator | Lastgang Marktlokation, Tranche",
        "Prüfidentifikator (use case) | load profile of a market location",
    ),
    (
        "RFF+Z13:17113",
        "Prüfidentifikator | Reklamation von Werten",
        "Prüfidentifikator (use case) | complaint about values",
    ),
    ("RFF+MG:1EMH1", "Gerätenummer", "meter number"),
    ("QTY+ZZZ:1", "unbekannter Code | 1", "unknown code | 1"),
    (
        "UNS+D+X",
        "Trennung von Kopf- und Positionsteil | nicht beschrieben",
        "between the head and the line items | not described",
    ),
    (
        "XYZ+1:2",
        "nicht beschrieben | nicht beschrieben",
        "not described | not described",
    ),
    (
        "UCM+1+MSCONS:D:04B:UN:2.5+4+29+UNT+2",
        "Bericht über den Verbrauch messbarer Dienstleistungen | Entwurfs-Version | Ausgabe 2004 B | UN/CEFACT | zurückgewiesen: diese Ebene und alle tieferen | Kontrollzähler entspricht nicht der Anzahl | Nachrichten-Endesegment",
        "metered services consumption report | draft version | directory 2004 B | UN/CEFACT | rejected: this level and all below | control count does not match | message trailer",
    ),
    ("ERC+Z10", "ID unbekannt", "id unknown"),
    (
        "IMD++Z11'FTX+Z06",
        "Werte fehlen im angegebenen Zeitintervall",
        "values missing in the period",
    ),
    (
        "AJT+Z34+G_0001",
        "Antwort Z34 aus Codeliste G_0001; was sie heißt, steht dort in „Entscheidungsbaum-Diagramme und Codelisten“ des BDEW (bdew-mako.de) | Codeliste Gas",
        "answer Z34 of code list G_0001: look it up there in \"Entscheidungsbaum-Diagramme und Codelisten\" of the BDEW (bdew-mako.de) | code list, gas",
    ),
    (
        "AJT+Z21+G_0050",
        "Abgelehnt: die angefragten Daten sind nicht vorhanden | Codeliste Gas",
        "refused: what is asked for is not there | code list, gas",
    ),
    (
        "AJT+Z55+S_0078",
        "Reklamation abgelehnt: entweder werden die Werte nicht geändert, oder eine weitere Prüfung ist veranlasst; welches von beidem dieser Code heißt, ist hier nicht bekannt: bitte den Partner fragen | Codeliste Strom",
        "complaint refused: either the values are not changed, or a further check was started; which of the two this code says is not known here: ask the partner | code list, power",
    ),
    (
        "AJT+A04+E_0442",
        "Die Werte sind nicht vorhanden: sie wurden nicht erfasst | Entscheidungsbaum",
        "the values are not there: they were not recorded | decision tree",
    ),
    ("AJT+A77", "unbekannter Code", "unknown code"),
];
