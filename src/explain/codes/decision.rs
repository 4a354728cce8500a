//! ORDRSP: why something is refused or granted (AJT 4465), by the decision tree that was gone through
//! or the code list that the code is from (AJT 1082).
//!
//! Source of the trees (`E_…`): BDEW "Entscheidungsbaum-Diagramme und Codelisten" 4.1 to 4.3 (valid
//! from October 2025, April and October 2026), as the repository
//! Hochfrequenz/machine-readable_entscheidungsbaumdiagramme has them; a code of these trees means the
//! same in all three.
//!
//! Source of the code lists (`S_…` power, `G_…` gas): that repository has their titles alone. Which
//! codes they have is from the crate `automapper-validation` 0.38.0 (`data/answer_code_lists.json`),
//! the same in each of the three that has the list; messages of conuti-gmbh/maco-edi-testfiles and
//! tables of Apfelfrisch/EDI-Description agree where they have one. `S_0074`, `S_0076`, `S_0077`,
//! `S_0079`, `S_0092`, `G_0049`, `G_0075`, `G_0078` and `G_0082` have no second source. The document
//! itself was not read.
//!
//! Trees and lists of other requests than for values and master data are not here, nor lists whose
//! codes nobody explains.

use crate::explain::codes::{Code, Codes, code, find};
use crate::explain::words::Words;

/// What an answer means; `None` if its tree or list, or its code in that, is not known.
pub(in crate::explain) fn meaning(list: &str, code: &str) -> Option<Words> {
    find(codes_of(list)?, code)
}

/// The ways out of a tree, the codes of a list; `None` if it is not known.
pub(in crate::explain) fn codes_of(list: &str) -> Option<Codes> {
    let known = LISTS.iter().find(|(known, _)| *known == list);
    known.map(|(_, codes)| *codes)
}

/// The trees and their ways out, the code lists and their codes.
pub(in crate::explain) const LISTS: &[(&str, Codes)] = &[
    ("E_0254", END_OF_SUBSCRIPTION),
    ("E_0256", ORDER_OF_VALUES),
    ("E_0257", CANCELLATION),
    ("E_0441", MASTER_DATA_OF_SUPPLIER),
    ("E_0442", VALUES),
    ("E_0443", MASTER_DATA_OF_OPERATOR),
    ("E_3004", MASTER_DATA_OF_OPERATOR_GAS),
    // 17103, calorific values.
    ("G_0015", NO_RIGHT),
    // 17101, master data: a supplier, a metering operator asks.
    ("G_0049", NO_RIGHT),
    ("G_0078", NO_RIGHT),
    // 17102, values: a supplier, a grid operator asks.
    ("G_0050", NO_RIGHT_OR_NO_DATA),
    ("G_0082", NO_RIGHT_OR_NO_DATA),
    // 17004, values at an instant: of gas; a grid operator, a metering operator, a supplier asks.
    ("G_0075", WRONG_INSTANT),
    ("S_0073", WRONG_INSTANT),
    ("S_0074", WRONG_INSTANT),
    ("S_0075", WRONG_INSTANT),
    // 17113, complaints: of a grid operator, a metering operator, a supplier, a transmission operator.
    ("S_0076", COMPLAINT),
    ("S_0077", COMPLAINT),
    ("S_0078", COMPLAINT),
    ("S_0079", COMPLAINT),
    // Of which request was not found.
    ("S_0092", NO_RIGHT_OR_NO_DATA),
];

const Z15: Code = code(
    "Z15",
    "Abgelehnt: wer anfragt, ist dazu nicht berechtigt",
    "refused: who asks is not entitled to it",
);

const NO_RIGHT: Codes = &[Z15];

const NO_RIGHT_OR_NO_DATA: Codes = &[
    Z15,
    code(
        "Z21",
        "Abgelehnt: die angefragten Daten sind nicht vorhanden",
        "refused: what is asked for is not there",
    ),
];

/// The one code of these lists is sure. What it means is from a single, old source: the codes of
/// ORDRSP of 2016 in Hochfrequenz/EDILibrary ("Unzulässiger Sollablesezeitpunkt").
const WRONG_INSTANT: Codes = &[code(
    "Z19",
    "Abgelehnt: zum gewünschten Zeitpunkt ist keine Ablesung zulässig (unzulässiger Sollablesezeitpunkt)",
    "refused: no reading is admissible at the instant that was asked for (target time of reading)",
)];

/// `WiM` Strom Teil 2, 2.7.3 to 2.7.5, has two reasons to refuse a complaint, and the lists have two
/// codes. Which is which was found nowhere, so that both say the same, and that.
const COMPLAINT: Codes = &[
    Code {
        code: "Z54",
        words: ONE_OF_TWO,
    },
    Code {
        code: "Z55",
        words: ONE_OF_TWO,
    },
];

const ONE_OF_TWO: Words = Words::new(
    "Reklamation abgelehnt: entweder werden die Werte nicht geändert, oder eine weitere Prüfung ist veranlasst; welches von beidem dieser Code heißt, ist hier nicht bekannt: bitte den Partner fragen",
    "complaint refused: either the values are not changed, or a further check was started; which of the two this code says is not known here: ask the partner",
);

/// A supplier asks a metering operator for values.
const VALUES: Codes = &[
    code(
        "A01",
        "Falscher Prozess: der Lieferant ist der Lokation in diesem Zeitraum zugeordnet und muss reklamieren (ORDERS 17113)",
        "wrong process: the supplier is assigned to the location in this period and must complain (ORDERS 17113)",
    ),
    code(
        "A02",
        "Der Lieferant ist nicht berechtigt, diese Werte für diesen Zeitraum so zu erhalten",
        "the supplier is not entitled to get these values for this period like this",
    ),
    code(
        "A03",
        "Solche Werte kann es an dieser Lokation nicht geben",
        "there can be no such values at this location",
    ),
    code(
        "A04",
        "Die Werte sind nicht vorhanden: sie wurden nicht erfasst",
        "the values are not there: they were not recorded",
    ),
];

/// A supplier asks a grid operator for master data.
const MASTER_DATA_OF_SUPPLIER: Codes = &[code(
    "A01",
    "Der Lieferant ist für diesen Zeitraum nicht berechtigt",
    "the supplier is not entitled for this period",
)];

/// A metering operator asks a grid operator for master data.
const MASTER_DATA_OF_OPERATOR: Codes = &[
    code(
        "A01",
        "Der Messstellenbetreiber ist für diesen Zeitraum nicht berechtigt",
        "the metering operator is not entitled for this period",
    ),
    code(
        "A02",
        "An der Messlokation ist kein intelligentes Messsystem verbaut",
        "there is no smart metering system at the metering location",
    ),
    code(
        "A03",
        "Der Netzbetreiber hat an dieser Adresse keinen Stromanschluss",
        "the grid operator has no connection for power at this address",
    ),
];

/// The same, of gas.
const MASTER_DATA_OF_OPERATOR_GAS: Codes = &[
    code(
        "A01",
        "Der Messstellenbetreiber ist für diesen Zeitraum nicht berechtigt",
        "the metering operator is not entitled for this period",
    ),
    code(
        "A02",
        "Der Netzbetreiber hat an dieser Adresse keinen Gasanschluss",
        "the grid operator has no connection for gas at this address",
    ),
    code(
        "A03",
        "An dieser Adresse ist keine neue Messeinrichtung verbaut",
        "there is no new metering device at this address",
    ),
];

/// An energy service provider orders values from a metering operator.
const ORDER_OF_VALUES: Codes = &[
    code(
        "A01",
        "Abgelehnt: die Bindungsfrist des Angebots ist abgelaufen",
        "refused: the offer is no longer binding",
    ),
    code(
        "A04",
        "Abgelehnt: dieses Messprodukt gibt es nicht regelmäßig",
        "refused: this measurement product cannot be had regularly",
    ),
    code(
        "A05",
        "Abgelehnt: dieses Messprodukt gibt es nicht einmalig",
        "refused: this measurement product cannot be had once",
    ),
    code(
        "A06",
        "Abgelehnt: der Vertrag mit dem Messstellenbetreiber gilt nicht mehr",
        "refused: the contract with the metering operator is no longer valid",
    ),
    code(
        "A07",
        "Abgelehnt: der Messstellenbetreiber ist der Lokation in dieser Zeit nicht zugeordnet",
        "refused: the metering operator is not assigned to the location at that time",
    ),
    code(
        "A08",
        "Abgelehnt: die Einwilligung des Anschlussnutzers ist widerrufen oder abgelaufen",
        "refused: the consumer's consent was withdrawn or has ended",
    ),
    code(
        "A09",
        "Abgelehnt: das Gerät misst diese Werte nicht",
        "refused: the device does not measure these values",
    ),
    code(
        "A10",
        "Abgelehnt: nicht alle Messlokationen haben denselben Messstellenbetreiber",
        "refused: not all metering locations have the same metering operator",
    ),
    code("A11", "Bestellung angenommen", "order accepted"),
];

/// An energy service provider wants no more values.
const END_OF_SUBSCRIPTION: Codes = &[
    code(
        "A01",
        "Abgelehnt: bestellt war eine einmalige Übermittlung",
        "refused: values were ordered once only",
    ),
    code(
        "A02",
        "Abgelehnt: vor dem Beginn ist die Bestellung zu stornieren",
        "refused: before its begin the order is to be cancelled",
    ),
    code(
        "A03",
        "Abgelehnt: die Übermittlung ist dann schon beendet",
        "refused: the values have ended by then",
    ),
    code(
        "A04",
        "Abgelehnt: Werte nach diesem Ende sind schon übermittelt",
        "refused: values behind this end were sent already",
    ),
    code("A05", "Beendigung bestätigt", "end confirmed"),
];

/// An energy service provider cancels an order.
const CANCELLATION: Codes = &[
    code(
        "A01",
        "Abgelehnt: die Bestellung war nicht bestätigt",
        "refused: the order was not confirmed",
    ),
    code(
        "A02",
        "Abgelehnt: die regelmäßige Übermittlung hat schon begonnen",
        "refused: the regular values have begun already",
    ),
    code(
        "A03",
        "Abgelehnt: die einmalige Übermittlung ist schon erfolgt",
        "refused: the values were sent already",
    ),
    code("A04", "Stornierung bestätigt", "cancellation confirmed"),
];
