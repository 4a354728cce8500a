//! Prüfidentifikatoren of MSCONS: which business case a message is.
//!
//! Source: BDEW AHB MSCONS 3.1g.

/// What is known of a Prüfidentifikator.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pid {
    /// RFF+Z13: five digits.
    pub number: u32,
    /// What it is, in English.
    pub name: &'static str,
    /// What the AHB calls it.
    pub german: &'static str,
    /// Whether its messages carry values.
    pub has_values: bool,
}

/// Cancels another message as a whole.
pub const CANCELLATION: u32 = 13_006;

/// What is known of this number; `None` if no version of MSCONS has it.
pub fn find(number: u32) -> Option<&'static Pid> {
    ALL.iter().find(|pid| pid.number == number)
}

const fn pid(number: u32, name: &'static str, german: &'static str) -> Pid {
    Pid {
        number,
        name,
        german,
        has_values: number != CANCELLATION,
    }
}

/// All Prüfidentifikatoren of MSCONS 2.4c and 2.5, and those of older versions that are still met.
pub const ALL: [Pid; 27] = [
    pid(13_001, "load profile (up to 2.2)", "Lastgang (bis 2.2)"),
    pid(13_002, "meter reading, gas", "Zählerstand (Gas)"),
    pid(13_003, "sum series", "Summenzeitreihe"),
    pid(13_005, "EEG transfer series", "EEG-Überführungszeitreihe"),
    pid(CANCELLATION, "cancellation", "Storno"),
    pid(13_007, "gas quality", "Gasbeschaffenheit"),
    pid(13_008, "load profile, gas", "Lastgang (Gas)"),
    pid(13_009, "energy, gas", "Energiemenge (Gas)"),
    pid(13_010, "normalised profile", "normiertes Profil"),
    pid(13_011, "profile family", "Profilschar"),
    pid(
        13_012,
        "TEP reference values",
        "TEP-Vergangenheitswerte mit Referenzmessung",
    ),
    pid(
        13_013,
        "allocation list, gas",
        "marktlokationsscharfe Allokationsliste Gas (MMMA)",
    ),
    pid(
        13_014,
        "balanced amount",
        "marktlokationsscharfe bilanzierte Menge (MMMA)",
    ),
    pid(
        13_015,
        "work and peak before supply",
        "Arbeit und Leistungsmaximum vor Lieferbeginn",
    ),
    pid(
        13_016,
        "energy and peak",
        "Energiemenge und Leistungsmaximum (Strom)",
    ),
    pid(13_017, "meter reading, power", "Zählerstand (Strom)"),
    pid(
        13_018,
        "load profile of a metering location",
        "Lastgang Messlokation, Netzkoppelpunkt, Netzlokation",
    ),
    pid(13_019, "energy, power", "Energiemenge (Strom)"),
    pid(
        13_020,
        "Redispatch transfer series",
        "Redispatch: Ausfallarbeitsüberführungszeitreihe",
    ),
    pid(13_021, "weather data", "Redispatch: meteorologische Daten"),
    pid(
        13_022,
        "lost work, single",
        "Redispatch: Einzelzeitreihe Ausfallarbeit",
    ),
    pid(
        13_023,
        "lost work, sum",
        "Redispatch: Ausfallarbeitssummenzeitreihe",
    ),
    pid(13_024, "load profile (before 2.4c)", "Lastgang (vor 2.4c)"),
    pid(
        13_025,
        "load profile of a market location",
        "Lastgang Marktlokation, Tranche",
    ),
    pid(
        13_026,
        "EEG transfer series, lost work",
        "Redispatch: EEG-Überführungszeitreihe aufgrund Ausfallarbeit",
    ),
    pid(13_027, "values of type 2", "Werte nach Typ 2"),
    pid(13_028, "POG basis", "Grundlage POG-Ermittlung"),
];
