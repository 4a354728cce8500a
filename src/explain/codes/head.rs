//! BGM, DTM, RFF, NAD, CTA, COM, LOC: what a message is, when, by whom, where.

use crate::explain::codes::{Codes, code};

/// 1001.
pub(in crate::explain) const DOCUMENTS: Codes = &[
    code("7", "Prozessdatenbericht", "process data report"),
    code("270", "Lieferschein", "delivery note"),
    code("312", "Anerkennungsmeldung", "acknowledgement"),
    code(
        "313",
        "Anwendungssystemfehlermeldung",
        "application error message",
    ),
    code(
        "BK",
        "Zeitreihen im Rahmen der Bilanzkreisabrechnung",
        "series for the settlement of balance groups",
    ),
    code(
        "E40",
        "Bilanzkreiszuordnungsliste",
        "list of assignments to balance groups",
    ),
    code("Z05", "Clearingliste", "clearing list"),
    code("Z06", "normiertes Profil", "normalised profile"),
    code("Z10", "Geräteübernahme", "takeover of devices"),
    code(
        "Z11",
        "Weiterverpflichtung zum Betrieb der Messlokation",
        "obligation to go on operating the metering location",
    ),
    code(
        "Z12",
        "Änderung der Technik der Lokation",
        "change of the technique of a location",
    ),
    code("Z13", "Gerätewechselabsicht", "intended change of devices"),
    code(
        "Z14",
        "Stammdaten der Markt- oder Messlokation",
        "master data of a market or metering location",
    ),
    code(
        "Z15",
        "EEG-Überführungszeitreihe",
        "transfer series of renewable energy",
    ),
    code("Z16", "Profilschar", "profile family"),
    code(
        "Z19",
        "normiertes Profil, Profilschar",
        "normalised profile, profile family",
    ),
    code(
        "Z20",
        "Vergangenheitswerte für TEP mit Referenzmessung",
        "past values for temperature-dependent profiles with reference metering",
    ),
    code("Z21", "Gasbeschaffenheitsdaten", "gas quality"),
    code("Z23", "bilanzierte Menge (MMMA)", "balanced amount (MMMA)"),
    code("Z24", "Allokationsliste (MMMA)", "allocation list (MMMA)"),
    code(
        "Z27",
        "Bewegungsdaten im Kalenderjahr vor Lieferbeginn",
        "movement data of the calendar year before supply",
    ),
    code(
        "Z28",
        "Energiemenge und Leistungsmaximum",
        "amount of energy and peak",
    ),
    code(
        "Z29",
        "Abrechnung des Messstellenbetriebs vom MSB an den LF",
        "billing of metering to the supplier",
    ),
    code(
        "Z30",
        "Änderung Prognosegrundlage",
        "change of the forecast's basis",
    ),
    code(
        "Z31",
        "Änderung Gerätekonfiguration",
        "change of a device configuration",
    ),
    code("Z34", "Reklamation von Werten", "complaint about values"),
    code("Z39", "tägliche Summenzeitreihe", "daily sum series"),
    code(
        "Z41",
        "Lieferschein Grund- und Arbeitspreis",
        "delivery note, base and energy price",
    ),
    code(
        "Z42",
        "Lieferschein Arbeits- und Leistungspreis",
        "delivery note, energy and power price",
    ),
    code(
        "Z43",
        "Redispatch: Ausfallarbeitsüberführungszeitreihe",
        "Redispatch: transfer series of lost work",
    ),
    code(
        "Z44",
        "Redispatch: meteorologische Daten",
        "Redispatch: weather data",
    ),
    code(
        "Z45",
        "Redispatch: Einzelzeitreihe Ausfallarbeit",
        "Redispatch: single series of lost work",
    ),
    code(
        "Z46",
        "Redispatch: Ausfallarbeitssummenzeitreihe",
        "Redispatch: sum series of lost work",
    ),
    code(
        "Z48",
        "Lastgang Marktlokation, Tranche",
        "load profile of a market location or tranche",
    ),
    code(
        "Z50",
        "Redispatch: EEG-Überführungszeitreihe aufgrund Ausfallarbeit",
        "Redispatch: transfer series of renewable energy for lost work",
    ),
    code("Z51", "Sperrung", "disconnection"),
    code("Z52", "Entsperrung", "reconnection"),
    code(
        "Z55",
        "Reklamation der Übersicht der Definitionen oder einer Definition",
        "complaint about definitions",
    ),
    code(
        "Z56",
        "Änderung individueller Konfiguration",
        "change of an individual configuration",
    ),
    code(
        "Z57",
        "Übermittlung von Werten an ESA",
        "values for an energy service provider",
    ),
    code(
        "Z58",
        "Reklamation Profil, Profilschar",
        "complaint about a profile or profile family",
    ),
    code(
        "Z61",
        "Stammdaten der Marktlokation",
        "master data of a market location",
    ),
    code(
        "Z62",
        "Stammdaten der Messlokation",
        "master data of a metering location",
    ),
    code("Z68", "Änderung", "change"),
    code(
        "Z69",
        "Redispatch: tägliche Ausfallarbeitsüberführungszeitreihe",
        "Redispatch: daily transfer series of lost work",
    ),
    code(
        "Z72",
        "Beendigung einer Konfiguration",
        "end of a configuration",
    ),
    code(
        "Z73",
        "Bestellung einer Konfiguration",
        "order of a configuration",
    ),
    code(
        "Z74",
        "Bestellung eines Angebots einer Konfiguration",
        "order of an offer for a configuration",
    ),
    code(
        "Z76",
        "Reklamation einer Konfiguration",
        "complaint about a configuration",
    ),
    code("Z83", "Werte nach Typ 2", "values of type 2"),
    code("Z85", "Grundlage POG-Ermittlung", "basis of the POG"),
    code(
        "Z91",
        "Bestellung Änderung Abrechnungsdaten",
        "order to change billing data",
    ),
    code(
        "Z92",
        "Einrichtung Konfiguration aufgrund Zuordnung LF",
        "configuration because a supplier was assigned",
    ),
    code(
        "Z93",
        "Bestellung eines Angebots Änderung der Technik der Lokation",
        "order of an offer to change the technique of a location",
    ),
];

/// 1225.
pub(in crate::explain) const FUNCTIONS: Codes = &[
    code("9", "Original", "original"),
    code("1", "Storno", "cancellation"),
];

/// 2005.
pub(in crate::explain) const DATES: Codes = &[
    code("163", "Beginn der Messperiode", "start of the interval"),
    code("164", "Ende der Messperiode", "end of the interval"),
    code(
        "7",
        "Nutzungszeitpunkt",
        "instant for which the value counts",
    ),
    code("9", "Ablesedatum", "date of the reading"),
    code(
        "60",
        "Ausführungs- oder Änderungszeitpunkt",
        "instant of the change",
    ),
    code("306", "Leistungsperiode", "power period"),
    code("137", "Nachrichtendatum", "date of the document"),
    code("157", "Gültigkeit, Beginndatum", "valid from"),
    code("171", "Referenzdatum", "date of the reference"),
    code("203", "Ausführungsdatum", "date of execution"),
    code("273", "Betrachtungszeitintervall", "period in question"),
    code(
        "292",
        "geplanter Behebungszeitpunkt",
        "planned time of repair",
    ),
    code("293", "Versionsangabe", "version"),
    code("469", "frühestes Startdatum", "earliest start"),
    code("472", "spätestes Endedatum", "latest end"),
    code("492", "Bilanzierungsmonat", "balancing month"),
    code("672", "Länge eines Intervalls", "length of an interval"),
    code(
        "Z02",
        "verschobener Abmeldetermin",
        "postponed date of deregistration",
    ),
];

/// 2379.
pub(in crate::explain) const FORMATS: Codes = &[
    code(
        "303",
        "JJJJMMTTHHMM und Zeitzone",
        "YYYYMMDDHHMM and time zone",
    ),
    code(
        "304",
        "JJJJMMTTHHMMSS und Zeitzone",
        "YYYYMMDDHHMMSS and time zone",
    ),
    code("203", "JJJJMMTTHHMM", "YYYYMMDDHHMM"),
    code("204", "JJJJMMTTHHMMSS", "YYYYMMDDHHMMSS"),
    code("102", "JJJJMMTT", "YYYYMMDD"),
    code("610", "JJJJMM", "YYYYMM"),
    code("602", "JJJJ", "YYYY"),
    code("804", "Tage", "days"),
    code("805", "Stunden", "hours"),
    code("806", "Minuten", "minutes"),
];

/// 1153.
pub(in crate::explain) const REFERENCES: Codes = &[
    code("Z13", "Prüfidentifikator", "Prüfidentifikator (use case)"),
    code("MG", "Gerätenummer", "meter number"),
    code("AGK", "Konfigurations-ID", "configuration id"),
    code(
        "AGI",
        "Beantragungsnummer (ORDERS, die hier beantwortet wird)",
        "number of the order that this answers",
    ),
    code(
        "ACW",
        "Referenz einer vorangegangenen Nachricht",
        "reference of an earlier message",
    ),
    code(
        "ACE",
        "Nummer der Übertragungsdatei, auf die sich die Nachricht bezieht",
        "number of the interchange that this is about",
    ),
    code(
        "AGO",
        "Dokumentennummer der Original-Nachricht",
        "document number of the original message",
    ),
    code("ON", "Auftragsnummer der Bestellung", "number of the order"),
    code("TN", "Referenznummer des Vorgangs", "number of the case"),
    code(
        "Z30",
        "Referenz auf vorherige Stammdatenmeldung des MSB",
        "earlier master data of the metering operator",
    ),
    code("AAG", "Angebotsnummer", "number of the offer"),
    code(
        "AUU",
        "Referenz auf eine Zeitreihe",
        "reference to a series",
    ),
    code(
        "AVC",
        "Kundennummer beim Lieferanten",
        "customer number at the supplier",
    ),
    code(
        "Z03",
        "Positionsnummer des Angebots",
        "line number of the offer",
    ),
    code(
        "Z08",
        "MP-ID des nachfolgenden Netzbetreibers",
        "party id of the next grid operator",
    ),
    code("Z09", "Gerätenummer", "device number"),
    code("Z18", "Marktlokation", "market location"),
    code("Z19", "Messlokation", "metering location"),
    code("Z20", "Tranche", "tranche"),
    code("Z37", "Technische Ressource", "technical resource"),
    code("Z38", "Steuerbare Ressource", "controllable resource"),
    code(
        "Z41",
        "Vorgang der Anmeldung nach WiM",
        "case of the registration by WiM",
    ),
    code(
        "Z42",
        "Nachricht der betroffenen Antwort auf Bestellung",
        "message that answered the order",
    ),
    code(
        "Z43",
        "Vorgang der betroffenen Antwort auf Bestellung",
        "case that answered the order",
    ),
    code(
        "Z59",
        "Marktlokation der Kundenanlage",
        "market location of the customer's plant",
    ),
];

/// 3035.
pub(in crate::explain) const PARTIES: Codes = &[
    code("MS", "Absender der Nachricht", "sender of the message"),
    code("MR", "Empfänger der Nachricht", "receiver of the message"),
    code("DP", "Lieferort, Meldepunkt", "place of delivery"),
    code("DED", "Profilerstellung", "making of a profile"),
    code("Z15", "Überführungszeitreihe", "transfer series"),
    code("DDM", "Netzbetreiber", "grid operator"),
    code("DEB", "Messstellenbetreiber", "metering operator"),
    code("SU", "Lieferant", "supplier"),
    code("VY", "andere zugehörige Partei", "other party"),
    code(
        "Z03",
        "Messlokationsadresse",
        "address of the metering location",
    ),
    code("Z07", "Kunde des MSB", "customer of the metering operator"),
    code("Z09", "Kunde des LF", "customer of the supplier"),
    code(
        "Z22",
        "Lieferadresse für Altgeräte",
        "address for old devices",
    ),
    code(
        "Z23",
        "Marktlokationsadresse",
        "address of the market location",
    ),
    code("Z24", "Treffpunkt", "meeting point"),
    code(
        "Z31",
        "Übertragungsnetzbetreiber",
        "transmission system operator",
    ),
];

/// 3055.
pub(in crate::explain) const LISTS_OF: Codes = &[
    code("9", "GS1", "GS1"),
    code("293", "BDEW", "BDEW"),
    code("332", "DVGW", "DVGW"),
];

/// 3139.
pub(in crate::explain) const CONTACTS: Codes =
    &[code("IC", "Informationskontakt", "information contact")];

/// 3155.
pub(in crate::explain) const MEANS: Codes = &[
    code("TE", "Telefon", "telephone"),
    code("EM", "E-Mail", "e-mail"),
    code("FX", "Telefax", "fax"),
    code("AJ", "weiteres Telefon", "other telephone"),
    code("AL", "Handy", "mobile telephone"),
];

/// 3227.
pub(in crate::explain) const PLACES: Codes = &[
    code("172", "Meldepunkt", "metering point"),
    code("237", "Bilanzkreis", "balance group"),
    code("107", "Bilanzierungsgebiet", "balancing area"),
    code("231", "Regelzone", "control area"),
    code("Z04", "Profilbezeichnung", "name of a profile"),
    code("Z06", "Profilschar", "profile family"),
];
