//! LIN, PIA, QTY: what was measured, and what kind of value it is.

use crate::explain::codes::{Codes, code};
use crate::explain::words::Words;
use crate::message::mscons::kind::ProductList;

/// 6063.
pub(in crate::explain) const QUANTITIES: Codes = &[
    code("220", "Wahrer Wert", "true value"),
    code("67", "Ersatzwert", "substitute value"),
    code("Z18", "Vorläufiger Wert", "preliminary value"),
    code("201", "Vorschlagswert", "proposed value"),
    code("20", "Nicht verwendbarer Wert", "unusable value"),
    code("187", "Prognosewert", "forecast"),
    code("79", "Energiemenge summiert", "sum of energy"),
    code("Z30", "Fehlender Wert", "missing value"),
    code(
        "Z31",
        "Angabe für Lieferschein",
        "amount for a delivery note",
    ),
    code("Z47", "Grundlage POG-Ermittlung", "basis of the POG"),
    code("46", "gelieferte Menge", "delivered amount"),
    code("11", "Aufteilungsmenge", "share"),
];

/// 4347.
pub(in crate::explain) const PRODUCT_FUNCTIONS: Codes =
    &[code("5", "Produktidentifikation", "product identification")];

/// 7140, where 7143 is `Z08`.
pub(in crate::explain) const MEDIA: Codes = &[
    code("AUA", "Ausfallarbeit", "lost work"),
    code("FPA", "Fahrplananteil", "share of a schedule"),
    code("SOL", "Sonneneinstrahlung", "solar irradiance"),
    code("WID", "Windgeschwindigkeit", "wind speed"),
];

/// 7143.
pub(in crate::explain) fn product_list(code: &str) -> Option<Words> {
    let lists = [
        (ProductList::Obis, Words::new("OBIS-Kennzahl", "OBIS code")),
        (
            ProductList::ObisLike,
            Words::new("BDEW OBIS-ähnliche Kennzahl", "code like OBIS, by BDEW"),
        ),
        (ProductList::Medium, Words::new("Medium", "medium")),
    ];
    let of_mscons = lists.iter().find(|(list, _)| list.code() == code);
    match (of_mscons, code) {
        (Some((_, words)), _) => Some(*words),
        (None, "Z11") => Some(Words::new("Produkt", "product")),
        (None, _) => None,
    }
}
