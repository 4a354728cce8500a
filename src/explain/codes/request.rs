//! ORDERS and ORDRSP: what is ordered, by which products and properties.

use crate::explain::codes::{Codes, code};

/// 7081.
pub(in crate::explain) const ITEMS: Codes = &[
    code("Z01", "Start Abo", "begin of a subscription"),
    code("Z02", "Ende Abo", "end of a subscription"),
    code("Z03", "ohne Abo", "without subscription"),
    code(
        "Z10",
        "Abrechnungsbrennwert und Zustandszahl",
        "calorific value and volume conversion factor",
    ),
    code("Z11", "Lastgangdaten", "load profile"),
    code("Z12", "Zählerstände", "meter readings"),
    code("Z13", "Werteermittlung", "determination of values"),
    code("Z14", "Lieferrichtung", "direction of supply"),
    code("Z35", "Energiemenge Einzelwert", "single amount of energy"),
    code(
        "Z46",
        "Abgrenzung von Energiemengen",
        "apportioning of amounts of energy",
    ),
    code("Z47", "Abgrenzung", "apportioning"),
    code("Z48", "Wechselereignis", "change of supplier or operator"),
    code("Z49", "Zwischenablesung", "reading in between"),
    code("Z53", "innerhalb der Arbeitszeit", "in working hours"),
    code(
        "Z54",
        "auch außerhalb der Arbeitszeit",
        "also out of working hours",
    ),
    code("Z55", "Änderung Konfiguration", "change of a configuration"),
    code(
        "Z57",
        "Abbestellung Zählzeitdefinition",
        "end of a definition of tariff times",
    ),
    code(
        "Z58",
        "Wechsel sämtlicher technischen Einrichtungen",
        "change of all devices",
    ),
    code(
        "Z59",
        "Teilweiser Wechsel technischer Einrichtungen",
        "change of some devices",
    ),
    code(
        "Z60",
        "Abbestellung Messprodukt mit Zählzeitdefinition des LF",
        "end of a product with tariff times of the supplier",
    ),
    code(
        "Z61",
        "Direkter Vertrag MSB und AN",
        "direct contract of metering operator and user",
    ),
    code(
        "Z62",
        "Direkter Vertrag MSB und ANN",
        "direct contract of metering operator and owner",
    ),
    code(
        "Z63",
        "Änderung im Lokationsbündel",
        "change in the bundle of locations",
    ),
    code("Z64", "Neukonfiguration", "new configuration"),
    code(
        "Z65",
        "Konfiguration unverändert",
        "configuration unchanged",
    ),
    code(
        "Z66",
        "Beendigung Konfiguration (ruhende Marktlokation)",
        "end of the configuration (market location at rest)",
    ),
    code(
        "Z67",
        "Aktivierung Konfiguration (ruhende Marktlokation)",
        "start of the configuration (market location at rest)",
    ),
];

/// 7009.
pub(in crate::explain) const DIRECTIONS: Codes = &[
    code(
        "Z06",
        "Erzeugung: Marktlokation liefert Energie ins Netz",
        "generation: feeds into the grid",
    ),
    code(
        "Z07",
        "Verbrauch: Marktlokation entnimmt Energie aus dem Netz",
        "consumption: takes from the grid",
    ),
];

/// 1229.
pub(in crate::explain) const DESCRIPTIONS: Codes = &[
    code(
        "Z16",
        "Erforderliches Produkt der Tranche",
        "product for a tranche",
    ),
    code(
        "Z19",
        "Erforderliches Produkt der Messlokation",
        "product for a metering location",
    ),
    code("Z42", "Zählzeitdefinition", "definition of tariff times"),
    code(
        "Z54",
        "Erforderliches Produkt der Marktlokation",
        "product for a market location",
    ),
    code(
        "Z55",
        "Erforderliches Produkt der Netzlokation",
        "product for a network location",
    ),
    code(
        "Z56",
        "Erforderliches Produkt der Steuerbaren Ressource",
        "product for a controllable resource",
    ),
    code(
        "Z64",
        "Erforderliches Produkt Schaltzeitdefinitionen",
        "product for switching times",
    ),
    code(
        "Z65",
        "Erforderliches Produkt Leistungskurvendefinitionen",
        "product for power curves",
    ),
    code(
        "Z66",
        "Erforderliches Produkt Ad-hoc-Steuerkanal",
        "product for an ad-hoc control channel",
    ),
    code(
        "Z67",
        "Messprodukt für Werte nach Typ 2 aus Backend",
        "product for values of type 2 from the backend",
    ),
    code(
        "Z68",
        "Konfigurationserlaubnis für Werte nach Typ 2 aus SMGW",
        "permission for values of type 2 from the gateway",
    ),
    code(
        "Z69",
        "Schaltzeitdefinition",
        "definition of switching times",
    ),
    code(
        "Z70",
        "Leistungskurvendefinition",
        "definition of a power curve",
    ),
    code(
        "Z79",
        "Bestandteil eines Produktpakets",
        "part of a package of products",
    ),
];

/// 4451.
pub(in crate::explain) const TEXTS: Codes = &[
    code("AAI", "Allgemeine Information", "general information"),
    code("AAO", "Fehlerbeschreibung", "description of the error"),
    code("AAP", "Antwort", "answer"),
    code(
        "ABO",
        "Information über die Abweichung",
        "information on the deviation",
    ),
    code("ACB", "Zusätzliche Informationen", "additional information"),
    code("AFH", "Reklamation", "complaint"),
    code("Z02", "Ortsangabe des AHB-Fehlers", "place of the error"),
    code(
        "Z04",
        "Werte zu hoch im angegebenen Zeitintervall",
        "values too high in the period",
    ),
    code(
        "Z05",
        "Werte zu niedrig im angegebenen Zeitintervall",
        "values too low in the period",
    ),
    code(
        "Z06",
        "Werte fehlen im angegebenen Zeitintervall",
        "values missing in the period",
    ),
    code(
        "Z07",
        "Übersicht der Definition fehlt",
        "list of definitions missing",
    ),
    code(
        "Z08",
        "Übersicht der Definition ist unplausibel",
        "list of definitions implausible",
    ),
    code("Z09", "Ausgerollte Definition fehlt", "definition missing"),
    code(
        "Z10",
        "Ausgerollte Definition ist unplausibel",
        "definition implausible",
    ),
    code("Z13", "Internetseite", "web page"),
    code("Z17", "Zieladresse URI", "target address (URI)"),
    code(
        "Z19",
        "Konfiguration wirkt nicht",
        "configuration has no effect",
    ),
    code(
        "Z20",
        "Konfiguration wirkt teilweise",
        "configuration has part of its effect",
    ),
    code(
        "Z21",
        "Werte werden nicht nach Vorgaben übermittelt",
        "values are not sent as ordered",
    ),
    code(
        "Z23",
        "Zertifikatsnutzer (Subject)",
        "subject of the certificate",
    ),
    code("Z24", "Aussteller (Issuer)", "issuer of the certificate"),
    code("Z27", "IP-Adresse des Absenders", "sender's IP address"),
    code("Z28", "IP-Range des Absenders", "sender's IP range"),
    code(
        "Z29",
        "Endpunkt-Adresse (IP:Port)",
        "address of the end point (IP:port)",
    ),
    code("Z30", "Zertifikatsinformationen", "certificate"),
    code("Z31", "WakeUp Port", "wake-up port"),
    code("Z32", "APN-Kommunikationsdaten", "APN data"),
    code(
        "Z33",
        "APN-Kommunikationsdaten-Zugriffsparameter",
        "APN access data",
    ),
];

/// 7059.
pub(in crate::explain) const CLASSES: Codes = &[
    code("15", "Zeitreihentyp", "type of the series"),
    code("ACH", "Ablesegrund (2.2)", "reason of the reading (2.2)"),
    code("Z02", "Standardlastprofil", "standard load profile"),
    code(
        "Z03",
        "tagesparameterabhängiges Lastprofil",
        "load profile that depends on the day",
    ),
    code("Z04", "Standardeinspeiseprofil", "standard feed-in profile"),
    code(
        "Z05",
        "tagesparameterabhängiges Einspeiseprofil",
        "feed-in profile that depends on the day",
    ),
    code(
        "Z35",
        "Beschreibung erforderlicher Wert",
        "description of a value",
    ),
    code(
        "Z37",
        "Basis zur Bildung der Tranchengröße",
        "basis of the size of a tranche",
    ),
    code(
        "Z39",
        "Code der Zählzeitdefinition",
        "code of the tariff times",
    ),
    code(
        "Z41",
        "Keine Zählzeit für Messprodukt erforderlich",
        "no tariff times needed",
    ),
    code(
        "Z52",
        "Code der Schaltzeitdefinition",
        "code of the switching times",
    ),
    code(
        "Z53",
        "Code der Leistungskurvendefinition",
        "code of the power curve",
    ),
    code(
        "Z54",
        "Änderungsmöglichkeit der Konfiguration im SMGW",
        "how the configuration may be changed",
    ),
    code("Z60", "Schwellwerte", "thresholds"),
    code("Z66", "Produkteigenschaft", "property of the product"),
];

/// 7037. That of a transfer series (`BI1`, …) is a name and no code of this list.
pub(in crate::explain) const CHARACTERISTICS: Codes = &[
    code("Z08", "Konzessionsabgabe", "concession fee"),
    code("Z25", "Wandler", "transformer"),
    code("Z26", "Kommunikationseinrichtung", "communication device"),
    code("Z27", "Technische Steuereinrichtung", "control device"),
    code("Z64", "Mengenumwerter", "volume converter"),
    code("Z75", "Smartmeter-Gateway", "smart meter gateway"),
    code("Z76", "Steuerbox", "control box"),
    code("Z77", "Prognosegrundlage", "basis of the forecast"),
    code("ZC4", "mittels Berechnungsformel", "by a formula"),
    code("ZD1", "Prozentual", "by percentage"),
    code("ZD4", "Zähleinrichtung", "meter"),
    code(
        "ZF7",
        "selbstständige Änderungsmöglichkeit erforderlich",
        "must be changed independently",
    ),
    code(
        "ZF8",
        "selbstständige Änderungsmöglichkeit nicht erforderlich",
        "need not be changed independently",
    ),
];

/// 7111.
pub(in crate::explain) const CHARACTERISTIC_VALUES: Codes = &[
    code(
        "Z38",
        "Prognose auf Basis von Profilen",
        "forecast by profiles",
    ),
    code("Z39", "Prognose auf Basis von Werten", "forecast by values"),
    code("Z88", "NB", "grid operator"),
    code(
        "ZA9",
        "Energie in Schwachlastzeiten separat erfassen",
        "meter energy of off-peak times separately",
    ),
    code(
        "ZB0",
        "Energie in Schwachlastzeiten nicht separat erfassen",
        "do not meter energy of off-peak times separately",
    ),
    code(
        "ZC9",
        "Zweite Messung für Vergleichsmessung erforderlich",
        "second meter needed for comparison",
    ),
    code(
        "ZH9",
        "Code der Produkteigenschaft",
        "code of the product's property",
    ),
    code(
        "ZV4",
        "Wertedetails zum Produkt",
        "details of the product's values",
    ),
];
