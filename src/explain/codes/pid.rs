//! Prüfidentifikatoren: those of MSCONS are known to the market, those of ORDERS and ORDRSP here.

use crate::explain::codes::{Codes, code, find};
use crate::explain::words::Words;
use crate::market::pid;

/// The use case that a Prüfidentifikator names, of whatever type of message.
pub(in crate::explain) fn use_case(number: u32) -> Option<Words> {
    let of_mscons = pid::find(number);
    of_mscons
        .map(|known| Words::new(known.german, known.name))
        .or_else(|| find(PIDS, &number.to_string()))
}

/// 1154 of RFF+Z13, in ORDERS and ORDRSP; those of MSCONS are in [`crate::market::pid`].
pub(in crate::explain) const PIDS: Codes = &[
    code(
        "17001",
        "Bestellung Geräteübernahme",
        "order to take over devices",
    ),
    code(
        "17002",
        "Weiterverpflichtung MSBA",
        "obligation of the old metering operator to go on",
    ),
    code("17004", "Anforderung von Werten", "request of values"),
    code(
        "17005",
        "Bestellung Rechnungsabwicklung MSB über LF",
        "order of billing by the supplier",
    ),
    code(
        "17006",
        "Beendigung Rechnungsabwicklung MSB über LF",
        "end of billing by the supplier",
    ),
    code(
        "17007",
        "Bestellung von Werten für ESA",
        "order of values by an energy service provider",
    ),
    code(
        "17008",
        "Abbestellung von Werten für ESA",
        "end of values for an energy service provider",
    ),
    code(
        "17009",
        "Anzeige Gerätewechselabsicht",
        "notice of an intended change of devices",
    ),
    code(
        "17011",
        "Bestellung eines Angebots Änderung Technik",
        "order of an offer to change the technique",
    ),
    code(
        "17101",
        "Anfrage Stammdaten Marktlokation",
        "request of master data of a market location",
    ),
    code("17102", "Anfrage von Werten", "request of values"),
    code(
        "17103",
        "Anfrage Brennwert und Zustandszahl",
        "request of calorific value and volume conversion factor",
    ),
    code(
        "17104",
        "Anfrage vom MSB Gas",
        "request by the metering operator for gas",
    ),
    code(
        "17110",
        "Anforderung Allokationsliste",
        "request of an allocation list",
    ),
    code("17113", "Reklamation von Werten", "complaint about values"),
    code("17115", "Sperrauftrag", "order to disconnect"),
    code("17116", "Anfrage Sperrung", "inquiry about a disconnection"),
    code("17117", "Entsperrauftrag", "order to reconnect"),
    code(
        "17118",
        "Bestellung Konfigurationsänderung",
        "order to change a configuration",
    ),
    code(
        "17120",
        "Bestellung Änderung Prognosegrundlage",
        "order to change the forecast's basis",
    ),
    code("17121", "Bestellung Änderung", "order of a change"),
    code(
        "17122",
        "Reklamation einer Definition",
        "complaint about a definition",
    ),
    code(
        "17123",
        "Bestellung Änderung Zählzeitdefinition",
        "order to change the definition of tariff times",
    ),
    code(
        "17126",
        "Anfrage Stammdaten Messlokation",
        "request of master data of a metering location",
    ),
    code(
        "17128",
        "Reklamation einer Konfiguration",
        "complaint about a configuration",
    ),
    code(
        "17129",
        "Bestellung Beendigung einer Konfiguration",
        "order to end a configuration",
    ),
    code(
        "17130",
        "Bestellung einer Konfiguration",
        "order of a configuration",
    ),
    code(
        "17131",
        "Bestellung eines Angebots einer Konfiguration",
        "order of an offer for a configuration",
    ),
    code("17132", "Anfrage Stammdaten", "request of master data"),
    code(
        "17133",
        "Bestellung Änderung Abrechnungsdaten",
        "order to change billing data",
    ),
    code(
        "17134",
        "Einrichtung Konfiguration aufgrund Zuordnung LF, von NB an MSB",
        "configuration because a supplier was assigned, from the grid operator",
    ),
    code(
        "17135",
        "Einrichtung Konfiguration aufgrund Zuordnung LF, von MSB an MSB",
        "configuration because a supplier was assigned, from a metering operator",
    ),
    code(
        "17201",
        "Anforderung normierter Profile, Profilscharen",
        "request of normalised profiles",
    ),
    code(
        "17202",
        "Anforderung Lieferantenclearingliste",
        "request of a supplier's clearing list",
    ),
    code(
        "17203",
        "Anforderung Bilanzkreiszuordnungsliste",
        "request of a list of assignments to balance groups",
    ),
    code(
        "17204",
        "Anforderung Clearingliste BAS",
        "request of a clearing list BAS",
    ),
    code(
        "17205",
        "Anforderung Clearingliste DZR",
        "request of a clearing list DZR",
    ),
    code(
        "17206",
        "Anforderung Bilanzierungsgebietsclearingliste",
        "request of a balancing area's clearing list",
    ),
    code(
        "17207",
        "Ab-/Bestellung BK-SZR auf Aggregationsebene RZ",
        "order or end of sum series of a control area",
    ),
    code(
        "17208",
        "Anforderung Clearingliste ÜNB-DZR",
        "request of a clearing list ÜNB-DZR",
    ),
    code("17209", "Anforderung Ausfallarbeit", "request of lost work"),
    code(
        "17210",
        "Anforderung Lieferantenausfallarbeitsclearingliste",
        "request of a supplier's clearing list of lost work",
    ),
    code(
        "17211",
        "Reklamation Profile, Profilscharen",
        "complaint about profiles",
    ),
    code(
        "17301",
        "Anforderung von Stammdaten oder Messwerten (UBA)",
        "request of master data or values by the authority (UBA)",
    ),
    code("19001", "Bestätigung der Bestellung", "order confirmed"),
    code("19002", "Ablehnung der Bestellung", "order refused"),
    code(
        "19003",
        "Bestätigung der Weiterverpflichtung",
        "obligation to go on confirmed",
    ),
    code(
        "19004",
        "Ablehnung der Weiterverpflichtung",
        "obligation to go on refused",
    ),
    code(
        "19005",
        "Bestätigung der Änderung der Technik",
        "change of technique confirmed",
    ),
    code(
        "19006",
        "Ablehnung der Änderung der Technik",
        "change of technique refused",
    ),
    code(
        "19007",
        "Ablehnung der Anforderung von Werten",
        "request of values refused",
    ),
    code(
        "19009",
        "Bestätigung Beendigung Rechnungsabwicklung MSB",
        "end of billing by the supplier confirmed",
    ),
    code(
        "19010",
        "Ablehnung Beendigung Rechnungsabwicklung MSB",
        "end of billing by the supplier refused",
    ),
    code(
        "19011",
        "Bestätigung der Ab-/Bestellung von Werten (ESA)",
        "order or end of values confirmed (energy service provider)",
    ),
    code(
        "19012",
        "Ablehnung der Ab-/Bestellung von Werten (ESA)",
        "order or end of values refused (energy service provider)",
    ),
    code(
        "19013",
        "Bestätigung der Stornierung einer Bestellung (ESA)",
        "cancellation of an order confirmed (energy service provider)",
    ),
    code(
        "19014",
        "Ablehnung der Stornierung einer Bestellung (ESA)",
        "cancellation of an order refused (energy service provider)",
    ),
    code(
        "19015",
        "Bestätigung Gerätewechselabsicht",
        "intended change of devices confirmed",
    ),
    code(
        "19016",
        "Ablehnung Gerätewechselabsicht",
        "intended change of devices refused",
    ),
    code(
        "19101",
        "Ablehnung der Anfrage Stammdaten",
        "request of master data refused",
    ),
    code(
        "19102",
        "Ablehnung der Anfrage von Werten",
        "request of values refused",
    ),
    code(
        "19103",
        "Ablehnung der Anfrage Brennwert und Zustandszahl",
        "request of calorific value refused",
    ),
    code(
        "19104",
        "Ablehnung der Anfrage vom MSB Gas",
        "request by the metering operator for gas refused",
    ),
    code(
        "19110",
        "Ablehnung der Anforderung Allokationsliste",
        "request of an allocation list refused",
    ),
    code(
        "19114",
        "Ablehnung der Reklamation von Werten",
        "complaint about values refused",
    ),
    code(
        "19116",
        "Bestätigung Sperr-/Entsperrauftrag",
        "order to dis- or reconnect confirmed",
    ),
    code(
        "19117",
        "Ablehnung Sperr-/Entsperrauftrag",
        "order to dis- or reconnect refused",
    ),
    code(
        "19118",
        "Bestätigung Anfrage Sperrung",
        "inquiry about a disconnection confirmed",
    ),
    code(
        "19119",
        "Ablehnung Anfrage Sperrung",
        "inquiry about a disconnection refused",
    ),
    code("19120", "Mitteilung zur Änderung", "notice of a change"),
    code(
        "19121",
        "Mitteilung zur Änderung Prognosegrundlage",
        "notice of a change of the forecast's basis",
    ),
    code(
        "19123",
        "Ablehnung der Reklamation einer Definition",
        "complaint about a definition refused",
    ),
    code(
        "19124",
        "Mitteilung zur Änderung Zählzeitdefinition",
        "notice of a change of tariff times",
    ),
    code(
        "19127",
        "Mitteilung zur Konfigurationsänderung",
        "notice of a change of a configuration",
    ),
    code(
        "19128",
        "Bestätigung Stornierung Sperr-/Entsperrauftrag",
        "cancellation of an order to dis- or reconnect confirmed",
    ),
    code(
        "19129",
        "Ablehnung Stornierung Sperr-/Entsperrauftrag",
        "cancellation of an order to dis- or reconnect refused",
    ),
    code(
        "19130",
        "Bearbeitungsstand Reklamation Konfiguration",
        "state of a complaint about a configuration",
    ),
    code(
        "19131",
        "Mitteilung zur Beendigung einer Konfiguration",
        "notice of the end of a configuration",
    ),
    code(
        "19132",
        "Mitteilung zur Bestellung einer Konfiguration",
        "notice of the order of a configuration",
    ),
    code(
        "19133",
        "Bearbeitungsstand Änderung Abrechnungsdaten",
        "state of a change of billing data",
    ),
    code(
        "19204",
        "Ablehnung Ab-/Bestellung der Aggregationsebene",
        "order or end of an aggregation refused",
    ),
    code(
        "19301",
        "Ablehnung der Anforderung (UBA)",
        "request by the authority refused",
    ),
    code(
        "19302",
        "Bestätigung Ende des Abos (UBA)",
        "end of the subscription of the authority confirmed",
    ),
];
