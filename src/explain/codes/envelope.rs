//! UNB, UNG, UNH, UNS: the envelope.

use crate::explain::codes::{Codes, code};

/// 0002.
pub(in crate::explain) const SYNTAX_VERSIONS: Codes = &[
    code("1", "Version 1", "version 1"),
    code("2", "Version 2", "version 2"),
    code("3", "Version 3", "version 3"),
    code("4", "Version 4", "version 4"),
];

/// 0007.
pub(in crate::explain) const AGENCIES: Codes = &[
    code("14", "GS1", "GS1"),
    code("500", "BDEW", "BDEW"),
    code("501", "EASEE-gas", "EASEE-gas"),
    code("502", "DVGW", "DVGW"),
    code("ZZZ", "vereinbart (EIC)", "mutually agreed (EIC)"),
];

/// 0026.
pub(in crate::explain) const APPLICATIONS: Codes = &[
    code("EM", "Energiemenge", "amount of energy"),
    code(
        "TL",
        "Lastgang, beliebiger Zeitraum",
        "load profile, any period",
    ),
    code(
        "VL",
        "Verrechnungsliste, Zählerstand",
        "billing list, meter reading",
    ),
];

/// 0035.
pub(in crate::explain) const TEST: Codes = &[code(
    "1",
    "Übertragungsdatei ist ein Test",
    "the interchange is a test",
)];

/// 0065.
pub(in crate::explain) const MESSAGE_TYPES: Codes = &[
    code(
        "MSCONS",
        "Bericht über den Verbrauch messbarer Dienstleistungen",
        "metered services consumption report",
    ),
    code("ORDERS", "Bestellung", "order"),
    code("ORDRSP", "Bestellantwort", "response to an order"),
    code("ORDCHG", "Bestelländerung", "change of an order"),
    code(
        "APERAK",
        "Anwendungsfehler- und Bestätigungsnachricht",
        "application error and acknowledgement",
    ),
    code(
        "CONTRL",
        "Syntax- und Servicebericht",
        "syntax and service report",
    ),
    code("COMDIS", "Handelsunstimmigkeit", "commercial dispute"),
    code("IFTSTA", "Multimodaler Statusbericht", "status report"),
    code("INSRPT", "Prüfbericht", "inspection report"),
    code("INVOIC", "Rechnung", "invoice"),
    code("PARTIN", "Partnerstammdaten", "party information"),
    code("PRICAT", "Preisliste, Katalog", "price list, catalogue"),
    code("QUOTES", "Angebot", "quote"),
    code("REMADV", "Zahlungsavis", "remittance advice"),
    code("REQOTE", "Anfrage", "request for a quote"),
    code(
        "UTILMD",
        "Netzanschluss-Stammdaten",
        "utilities master data",
    ),
    code(
        "UTILTS",
        "Netznutzungszeiten-Nachricht",
        "utilities time series",
    ),
];

/// 0052.
pub(in crate::explain) const TYPE_VERSIONS: Codes =
    &[code("D", "Entwurfs-Version", "draft version")];

/// 0054.
pub(in crate::explain) const DIRECTORIES: Codes = &[
    code("99A", "Ausgabe 1999 A", "directory 1999 A"),
    code("04B", "Ausgabe 2004 B", "directory 2004 B"),
    code("07B", "Ausgabe 2007 B", "directory 2007 B"),
    code("09B", "Ausgabe 2009 B", "directory 2009 B"),
    code("10A", "Ausgabe 2010 A", "directory 2010 A"),
    code("3", "dritte Ausgabe (CONTRL)", "third edition (CONTRL)"),
];

/// 0051.
pub(in crate::explain) const CONTROLLING_AGENCIES: Codes = &[code("UN", "UN/CEFACT", "UN/CEFACT")];

/// 0073.
pub(in crate::explain) const TRANSFERS: Codes =
    &[code("C", "Beginn", "first"), code("F", "Ende", "last")];

/// 0081.
pub(in crate::explain) const SECTIONS: Codes = &[
    code(
        "D",
        "Trennung von Kopf- und Positionsteil",
        "between the head and the line items",
    ),
    code(
        "S",
        "Trennung von Positions- und Summenteil",
        "between the line items and the summary",
    ),
];
