//! CONTRL and APERAK: what was received, and what is wrong with it.

use crate::explain::codes::{Codes, code};

/// 0083.
pub(in crate::explain) const ACTIONS: Codes = &[
    code(
        "4",
        "zurückgewiesen: diese Ebene und alle tieferen",
        "rejected: this level and all below",
    ),
    code(
        "7",
        "Empfang bestätigt, keine Syntaxfehler",
        "received, no syntax error",
    ),
];

/// 0085.
pub(in crate::explain) const SYNTAX_ERRORS: Codes = &[
    code(
        "2",
        "Syntax-Version oder -Ebene nicht unterstützt",
        "syntax version or level not supported",
    ),
    code(
        "7",
        "Empfänger ist nicht der tatsächliche Empfänger",
        "receiver is not the actual receiver",
    ),
    code("12", "Ungültiger Wert", "invalid value"),
    code("13", "Fehlt", "missing"),
    code(
        "15",
        "An dieser Position nicht unterstützt",
        "not supported in this position",
    ),
    code("16", "Zu viele Bestandteile", "too many parts"),
    code(
        "19",
        "Ungültige Dezimalschreibung",
        "invalid decimal notation",
    ),
    code(
        "20",
        "Zeichen ungültig als Service-Zeichen",
        "character invalid as service character",
    ),
    code("21", "Ungültige Zeichen", "invalid characters"),
    code(
        "22",
        "Ungültige Service-Zeichen",
        "invalid service characters",
    ),
    code(
        "23",
        "Unbekannter Absender der Übertragungsdatei",
        "unknown sender of the interchange",
    ),
    code(
        "25",
        "Test-Kennzeichen nicht unterstützt",
        "test indicator not supported",
    ),
    code("26", "Duplikat gefunden", "duplicate"),
    code(
        "28",
        "Referenzen stimmen nicht überein",
        "references do not match",
    ),
    code(
        "29",
        "Kontrollzähler entspricht nicht der Anzahl",
        "control count does not match",
    ),
    code("32", "Tiefere Ebene leer", "lower level empty"),
    code(
        "35",
        "Zu viele Segment-Wiederholungen",
        "too many repetitions of the segment",
    ),
    code(
        "36",
        "Zu viele Segmentgruppen-Wiederholungen",
        "too many repetitions of the segment group",
    ),
    code("37", "Ungültige Zeichenart", "invalid type of characters"),
    code(
        "38",
        "Fehlende Ziffer vor dem Dezimalzeichen",
        "no digit before the decimal mark",
    ),
    code("39", "Datenelement zu lang", "data element too long"),
    code("40", "Datenelement zu kurz", "data element too short"),
];

/// 0013.
pub(in crate::explain) const SERVICE_SEGMENTS: Codes = &[
    code("UNA", "Trennzeichen-Vorgabe", "service string advice"),
    code("UNB", "Nutzdaten-Kopfsegment", "interchange header"),
    code("UNH", "Nachrichten-Kopfsegment", "message header"),
    code("UNT", "Nachrichten-Endesegment", "message trailer"),
    code("UNZ", "Nutzdaten-Endesegment", "interchange trailer"),
];

/// 9321.
pub(in crate::explain) const APPLICATION_ERRORS: Codes = &[
    code("Z10", "ID unbekannt", "id unknown"),
    code(
        "Z14",
        "Objekt im IT-System nicht gefunden",
        "object not found",
    ),
    code(
        "Z15",
        "Objekt im IT-System nicht eindeutig",
        "object ambiguous",
    ),
    code(
        "Z16",
        "Objekt nicht mehr im Netzgebiet",
        "object no longer in the grid",
    ),
    code(
        "Z17",
        "Absender ist dem Objekt zum angegebenen Zeitpunkt nicht zugeordnet",
        "sender not assigned to the object at that time",
    ),
    code(
        "Z18",
        "Empfänger ist dem Objekt zum angegebenen Zeitpunkt nicht zugeordnet",
        "receiver not assigned to the object at that time",
    ),
    code(
        "Z19",
        "Gerätenummer zum angegebenen Zeitpunkt an der Messlokation nicht bekannt",
        "meter number not known at that time",
    ),
    code(
        "Z20",
        "OBIS-Kennzahl zum angegebenen Zeitpunkt am Objekt nicht bekannt",
        "OBIS code not known at that time",
    ),
    code(
        "Z21",
        "Geschäftsvorfallinterne Referenzierung fehlerhaft",
        "references inside of the case are wrong",
    ),
    code(
        "Z24",
        "Zuordnungs-Tupel unbekannt",
        "tuple of the assignment unknown",
    ),
    code(
        "Z25",
        "Absender ist dem Objekt des Zuordnungs-Tupels nicht zugeordnet",
        "sender not assigned to the object of the tuple",
    ),
    code(
        "Z26",
        "Empfänger ist dem Objekt des Zuordnungs-Tupels nicht zugeordnet",
        "receiver not assigned to the object of the tuple",
    ),
    code(
        "Z27",
        "Vorkomma-Stellenzahl des Zählwertes ist zu lang",
        "too many digits before the decimal mark",
    ),
    code(
        "Z29",
        "Erforderliche Angabe für diesen Anwendungsfall fehlt",
        "required item missing",
    ),
    code("Z30", "Zeitreihe unvollständig", "series incomplete"),
    code(
        "Z31",
        "Geschäftsvorfall wird vom Empfänger zurückgewiesen",
        "case refused by the receiver",
    ),
    code(
        "Z33",
        "Referenziertes Geschäftsvorfall-Tupel nicht vorhanden",
        "referenced tuple of the case does not exist",
    ),
    code(
        "Z34",
        "Zeitintervall negativ oder Null",
        "interval negative or zero",
    ),
    code("Z35", "Format nicht eingehalten", "format not kept"),
    code(
        "Z37",
        "Geschäftsvorfall darf vom Sender nicht gesendet werden",
        "sender may not send this case",
    ),
    code(
        "Z38",
        "Anzahl der übermittelten Codes überschreitet Paketdefinition",
        "more codes than the package allows",
    ),
    code(
        "Z39",
        "Code nicht aus erlaubtem Wertebereich",
        "code not allowed",
    ),
    code(
        "Z40",
        "Segment- oder Segmentgruppenwiederholbarkeit überschritten",
        "segment or group repeated too often",
    ),
    code("Z41", "Zeitangabe unplausibel", "time implausible"),
    code(
        "Z42",
        "Konfigurations-ID zum angegebenen Zeitpunkt nicht bekannt",
        "configuration id not known at that time",
    ),
    code(
        "Z43",
        "Geschäftsvorfall für Objekt mit der Eigenschaft nicht erlaubt",
        "case not allowed for an object of this property",
    ),
    code(
        "Z44",
        "Eigenschaft des Objekts weicht von der im Geschäftsvorfall ab",
        "property of the object differs from that of the case",
    ),
];
