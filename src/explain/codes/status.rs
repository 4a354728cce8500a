//! STS: how a value was checked or made, and why it differs.

use crate::explain::codes::{Codes, code};

/// 9015.
pub(in crate::explain) const CATEGORIES: Codes = &[
    code(
        "Z33",
        "Plausibilisierungshinweis",
        "note on the plausibility",
    ),
    code(
        "Z32",
        "Ersatzwertbildungsverfahren",
        "how the substitute was made",
    ),
    code("Z34", "Korrekturgrund", "reason of the correction"),
    code(
        "Z40",
        "Grund der Ersatzwertbildung",
        "reason of the substitute",
    ),
    code("Z31", "Gasqualität", "gas quality"),
    code(
        "10",
        "Grundlage der Energiemenge",
        "basis of the amount of energy",
    ),
    code("6", "Tarif (bis 2.2)", "tariff (up to 2.2)"),
];

/// 4405.
pub(in crate::explain) const CLASSIFICATIONS: Codes = &[
    code(
        "Z36",
        "Zählerstand zum Beginn vorhanden und übermittelt",
        "reading at the begin is known and was sent",
    ),
    code(
        "Z37",
        "Zählerstand zum Ende vorhanden und übermittelt",
        "reading at the end is known and was sent",
    ),
    code(
        "Z38",
        "Zählerstand zum Beginn nicht vorhanden (Mengenabgrenzung)",
        "no reading at the begin (amount was apportioned)",
    ),
    code(
        "Z39",
        "Zählerstand zum Ende nicht vorhanden (Mengenabgrenzung)",
        "no reading at the end (amount was apportioned)",
    ),
];

/// 9013, of all categories: no code stands in two of them with two meanings.
pub(in crate::explain) const REASONS: Codes = &[
    // Z33: plausibility.
    code("Z83", "Kundenselbstablesung", "read by the customer"),
    code("Z84", "Leerstand", "vacant"),
    code(
        "Z85",
        "realer Zählerüberlauf geprüft",
        "overflow of the register checked",
    ),
    code(
        "Z86",
        "plausibel wegen Kontrollablesung",
        "plausible by a control reading",
    ),
    code(
        "Z87",
        "plausibel wegen Kundenhinweis",
        "plausible by the customer's word",
    ),
    code(
        "ZC3",
        "Austausch des Ersatzwertes",
        "replaces the substitute",
    ),
    code("ZR5", "Rechenwert (G 685)", "computed value (G 685)"),
    code(
        "ZS2",
        "Wert auf Basis der modernen Messeinrichtung",
        "value of a modern metering device",
    ),
    // Z32: how a value was substituted.
    code(
        "Z88",
        "Vergleichsmessung (geeicht)",
        "comparison meter (calibrated)",
    ),
    code(
        "Z89",
        "Vergleichsmessung (nicht geeicht)",
        "comparison meter (not calibrated)",
    ),
    code(
        "Z90",
        "Messwertnachbildung aus geeichten Werten",
        "modelled on calibrated values",
    ),
    code(
        "Z91",
        "Messwertnachbildung aus nicht geeichten Werten",
        "modelled on values that are not calibrated",
    ),
    code("Z92", "Interpolation", "interpolation"),
    code("Z93", "Haltewert", "last good value held"),
    code(
        "Z94",
        "Bilanzierung Netzabschnitt",
        "balance of a part of the grid",
    ),
    code("Z95", "Historische Messwerte", "values of the past"),
    code("ZJ2", "Statistische Methode", "statistical method"),
    code("ZQ8", "Aufteilung", "apportioned"),
    code(
        "ZQ9",
        "Werte des Störmengenzählwerks",
        "register of disturbed amounts",
    ),
    code(
        "ZR0",
        "Umgangs- und Korrekturmengen",
        "bypassed and corrected amounts",
    ),
    code(
        "ZS0",
        "Verfahren gemäß Angaben zur Messlokation",
        "method as told for the metering location",
    ),
    // Z34 and Z40: why a value was corrected or substituted.
    code("Z74", "kein Zugang", "no access"),
    code("Z75", "Kommunikationsstörung", "communication failed"),
    code("Z76", "Netzausfall", "outage of the grid"),
    code("Z77", "Spannungsausfall", "loss of voltage"),
    code("Z78", "Gerätewechsel", "change of the device"),
    code("Z79", "Kalibrierung", "calibration"),
    code(
        "Z80",
        "Gerät außerhalb der Betriebsbedingungen",
        "device out of its operating conditions",
    ),
    code(
        "Z81",
        "Messeinrichtung gestört oder defekt",
        "meter disturbed or defective",
    ),
    code("Z82", "Unsicherheit der Messung", "doubtful measurement"),
    code(
        "Z98",
        "Berücksichtigung Störmengenzählwerk",
        "register of disturbed amounts considered",
    ),
    code(
        "Z99",
        "Mengenumwertung unvollständig",
        "volume conversion incomplete",
    ),
    code(
        "ZA0",
        "Uhrzeit gestellt, Synchronisation",
        "clock was set, synchronised",
    ),
    code("ZA1", "Messwert unplausibel", "value implausible"),
    code(
        "ZA3",
        "falscher Wandlerfaktor",
        "wrong factor of the transformer",
    ),
    code("ZA4", "fehlerhafte Ablesung", "wrong reading"),
    code("ZA5", "Änderung der Berechnung", "computation changed"),
    code("ZA6", "Umbau der Messlokation", "metering location rebuilt"),
    code(
        "ZA7",
        "Datenbearbeitungsfehler",
        "error in processing the data",
    ),
    code(
        "ZA8",
        "Brennwertkorrektur",
        "correction of the calorific value",
    ),
    code(
        "ZA9",
        "Z-Zahl-Korrektur",
        "correction of the volume conversion factor",
    ),
    code(
        "ZB0",
        "Störung, Defekt Messeinrichtung",
        "fault or defect of the meter",
    ),
    code("ZB9", "Änderung Tarifschaltzeiten", "tariff times changed"),
    code("ZC2", "Tarifschaltgerät defekt", "tariff switch defective"),
    code(
        "ZC4",
        "Impulswertigkeit nicht ausreichend",
        "too few pulses",
    ),
    code(
        "ZJ8",
        "Energiemenge in ungemessenem Zeitintervall",
        "energy of a time that was not metered",
    ),
    code(
        "ZJ9",
        "Energiemenge aus dem ungepairten Zeitintervall",
        "energy of the time before pairing",
    ),
    code(
        "ZR1",
        "Wartungsarbeiten an geeichtem Messgerät",
        "maintenance of a calibrated meter",
    ),
    code("ZR2", "gestörte Werte", "disturbed values"),
    code(
        "ZR3",
        "Wartungsarbeiten an eichrechtskonformen Messgeräten",
        "maintenance of meters that conform to metrology law",
    ),
    code(
        "ZR4",
        "Konsistenz- und Synchronprüfung",
        "check of consistency and synchrony",
    ),
    code(
        "ZS9",
        "Grund gemäß Angaben zur Messlokation",
        "reason as told for the metering location",
    ),
    code(
        "ZT8",
        "Anforderung in die Vergangenheit",
        "asked for a time in the past",
    ),
    // Z31: gas quality.
    code("ZG3", "Umstellung der Gasqualität", "gas quality changed"),
];
