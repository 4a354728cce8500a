//! OBIS codes in words.
//!
//! Source: IEC 62056-61; BDEW code list of OBIS codes and media.

use std::borrow::Cow;

use crate::explain::words::Words;
use crate::market::obis::{self, Groups};
use crate::text::Language;

/// What a code measures: `Strom, Wirkarbeit Bezug (+), Lastgang, gesamt`. What is not known of it is
/// named by its number. `None` if it has not the form of an OBIS code.
pub(super) fn in_words(code: &str, language: Language) -> Option<String> {
    let groups = obis::groups(code)?;
    let mut words = vec![*find(&MEDIA, groups.medium)?];
    match groups.medium {
        "1" => words.extend(power(groups)),
        "7" => words.extend(gas(groups)),
        _ => {}
    }
    let mut said: Vec<Cow<'_, str>> = words
        .iter()
        .map(|words| words.in_language(language).into())
        .collect();
    if groups.medium == "1" && words.len() > 1 {
        said.extend(tariff(groups.tariff, language));
    }
    Some(said.join(", "))
}

/// Quantity and kind. Codes that are only like OBIS (`1-1:9.99.0`) have a kind of their own, and
/// mean no quantity.
fn power(groups: Groups<'_>) -> Vec<Words> {
    let Some(kind) = find(&KINDS, groups.kind) else {
        return Vec::new();
    };
    let is_power = matches!(groups.kind, "4" | "5" | "6" | "7");
    let quantity = POWER.iter().find(|(code, ..)| *code == groups.quantity);
    let quantity = quantity.map(|(_, energy, power)| if is_power { *power } else { *energy });
    let losses = (groups.channel == LOSSES).then_some(Words::new("Verluste", "losses"));
    [quantity, Some(*kind), losses]
        .into_iter()
        .flatten()
        .collect()
}

fn gas(groups: Groups<'_>) -> Vec<Words> {
    let known = GAS.iter().find(|(quantity, kind, _)| {
        *quantity == groups.quantity && ["*", groups.kind].contains(kind)
    });
    let state = match (groups.quantity, groups.kind, groups.channel) {
        ("99", "33", "10") => Some(Words::new("vorläufig", "provisional")),
        ("99", "33", "20") => Some(Words::new("endgültig", "final")),
        _ => None,
    };
    let period = find(&PERIODS, groups.tariff).copied();
    [known.map(|(.., words)| *words), state, period]
        .into_iter()
        .flatten()
        .collect()
}

fn tariff(code: &str, language: Language) -> Option<Cow<'static, str>> {
    let word = Words::new("Tarif", "tariff").in_language(language);
    match code {
        "" | "255" => None,
        "0" => Some(Words::new("gesamt", "total").in_language(language).into()),
        tariff => Some(format!("{word} {tariff}").into()),
    }
}

fn find<'t>(table: &'t [(&str, Words)], code: &str) -> Option<&'t Words> {
    let known = table.iter().find(|(known, _)| *known == code);
    known.map(|(_, words)| words)
}

/// The channel of losses.
const LOSSES: &str = "66";

/// A.
const MEDIA: [(&str, Words); 8] = [
    ("1", Words::new("Strom", "power")),
    ("4", Words::new("Heizkosten", "heat cost")),
    ("5", Words::new("Kälte", "cooling")),
    ("6", Words::new("Wärme", "heat")),
    ("7", Words::new("Gas", "gas")),
    ("8", Words::new("Kaltwasser", "cold water")),
    ("9", Words::new("Warmwasser", "hot water")),
    ("0", Words::new("abstrakt", "abstract")),
];

/// C of power: as an energy, and as a power.
const POWER: [(&str, Words, Words); 16] = [
    (
        "1",
        Words::new("Wirkarbeit Bezug (+)", "active energy, import (+)"),
        Words::new("Wirkleistung Bezug (+)", "active power, import (+)"),
    ),
    (
        "2",
        Words::new("Wirkarbeit Lieferung (−)", "active energy, export (−)"),
        Words::new("Wirkleistung Lieferung (−)", "active power, export (−)"),
    ),
    (
        "3",
        Words::new("Blindarbeit induktiv", "reactive energy, inductive"),
        Words::new("Blindleistung induktiv", "reactive power, inductive"),
    ),
    (
        "4",
        Words::new("Blindarbeit kapazitiv", "reactive energy, capacitive"),
        Words::new("Blindleistung kapazitiv", "reactive power, capacitive"),
    ),
    (
        "5",
        Words::new("Blindarbeit Quadrant I", "reactive energy, quadrant I"),
        Words::new("Blindleistung Quadrant I", "reactive power, quadrant I"),
    ),
    (
        "6",
        Words::new("Blindarbeit Quadrant II", "reactive energy, quadrant II"),
        Words::new("Blindleistung Quadrant II", "reactive power, quadrant II"),
    ),
    (
        "7",
        Words::new("Blindarbeit Quadrant III", "reactive energy, quadrant III"),
        Words::new("Blindleistung Quadrant III", "reactive power, quadrant III"),
    ),
    (
        "8",
        Words::new("Blindarbeit Quadrant IV", "reactive energy, quadrant IV"),
        Words::new("Blindleistung Quadrant IV", "reactive power, quadrant IV"),
    ),
    (
        "9",
        Words::new("Scheinarbeit Bezug", "apparent energy, import"),
        Words::new("Scheinleistung Bezug", "apparent power, import"),
    ),
    (
        "10",
        Words::new("Scheinarbeit Lieferung", "apparent energy, export"),
        Words::new("Scheinleistung Lieferung", "apparent power, export"),
    ),
    ("31", CURRENT_1, CURRENT_1),
    ("51", CURRENT_2, CURRENT_2),
    ("71", CURRENT_3, CURRENT_3),
    ("32", VOLTAGE_1, VOLTAGE_1),
    ("52", VOLTAGE_2, VOLTAGE_2),
    ("72", VOLTAGE_3, VOLTAGE_3),
];
const CURRENT_1: Words = Words::new("Strom Phase 1", "current, phase 1");
const CURRENT_2: Words = Words::new("Strom Phase 2", "current, phase 2");
const CURRENT_3: Words = Words::new("Strom Phase 3", "current, phase 3");
const VOLTAGE_1: Words = Words::new("Spannung Phase 1", "voltage, phase 1");
const VOLTAGE_2: Words = Words::new("Spannung Phase 2", "voltage, phase 2");
const VOLTAGE_3: Words = Words::new("Spannung Phase 3", "voltage, phase 3");

/// D of power.
const KINDS: [(&str, Words); 7] = [
    ("4", Words::new("laufender Mittelwert", "running average")),
    ("5", Words::new("letzter Mittelwert", "last average")),
    ("6", Words::new("Maximum", "maximum")),
    ("7", Words::new("Momentanwert", "momentary value")),
    ("8", Words::new("Zählerstand", "register")),
    ("9", Words::new("Vorschub", "advance of the register")),
    ("29", Words::new("Lastgang", "load profile")),
];

/// C and D of gas; `*` is any D.
const GAS: [(&str, &str, Words); 14] = [
    ("3", "0", Words::new("Betriebsvolumen", "operating volume")),
    ("3", "1", NORMAL_VOLUME),
    ("3", "2", NORMAL_VOLUME),
    ("13", "2", NORMAL_VOLUME),
    ("33", "2", Words::new("Energie", "energy")),
    ("33", "86", Words::new("Energie", "energy")),
    ("33", "47", Words::new("Leistungsmaximum", "peak")),
    (
        "52",
        "0",
        Words::new("Zustandszahl", "volume conversion factor"),
    ),
    ("54", "0", Words::new("Brennwert", "calorific value")),
    ("9", "98", Words::new("Allokation", "allocation")),
    (
        "99",
        "33",
        Words::new("Energie je Stunde", "energy per hour"),
    ),
    ("99", "41", Words::new("Temperatur", "temperature")),
    ("99", "42", Words::new("Druck", "pressure")),
    (
        "70",
        "*",
        Words::new("Gaskomponente", "component of the gas"),
    ),
];
const NORMAL_VOLUME: Words = Words::new("Normvolumen", "normal volume");

/// E of gas, where it is a period.
const PERIODS: [(&str, Words); 3] = [
    ("16", Words::new("Stunde", "hour")),
    ("20", Words::new("Tag", "day")),
    ("22", Words::new("Monat", "month")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_as_far_as_it_is_known() {
        for (code, german, english) in [
            (
                "1-1:1.29.0",
                "Strom, Wirkarbeit Bezug (+), Lastgang, gesamt",
                "power, active energy, import (+), load profile, total",
            ),
            (
                "1-1:2.8.1",
                "Strom, Wirkarbeit Lieferung (−), Zählerstand, Tarif 1",
                "power, active energy, export (−), register, tariff 1",
            ),
            (
                "1-1:1.6.0",
                "Strom, Wirkleistung Bezug (+), Maximum, gesamt",
                "power, active power, import (+), maximum, total",
            ),
            (
                "7-20:99.33.17",
                "Gas, Energie je Stunde, endgültig",
                "gas, energy per hour, final",
            ),
            (
                "7-0:54.0.22",
                "Gas, Brennwert, Monat",
                "gas, calorific value, month",
            ),
            (
                "7-0:70.60.92",
                "Gas, Gaskomponente",
                "gas, component of the gas",
            ),
            ("1-1:9.99.0", "Strom", "power"),
            ("6-0:1.0.0", "Wärme", "heat"),
        ] {
            assert_eq!(in_words(code, Language::De).as_deref(), Some(german));
            assert_eq!(in_words(code, Language::En).as_deref(), Some(english));
        }
        for other in ["AUA", "", "x-1:1.8.0"] {
            assert_eq!(in_words(other, Language::De), None, "{other}");
        }
    }
}
