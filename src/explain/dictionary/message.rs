//! Segments of what messages are made of.

use crate::explain::codes::{answer, head, request, status, value as product_codes};
use crate::explain::dictionary::elements::{
    ADDRESS_LINE, CODE_LIST, FEATURE, LINE, LIST_OF, MEASURED, NAME_LINE, PLACE_NAME, PRODUCT_ID,
    STREET_LINE, TEXT_LINE, UNIT,
};
use crate::explain::dictionary::{SegmentKind, Value, coded, element, kind, text};

/// The segments, the frequent ones first.
pub(super) const SEGMENTS: &[SegmentKind] = &[
    kind(
        "DTM",
        "Datum, Uhrzeit, Zeitspanne",
        "date, time, period",
        &[&[
            coded("2005", "Bedeutung", "function", head::DATES),
            element("2380", "Zeit", "time", Value::Time),
            coded("2379", "Format", "format", head::FORMATS),
        ]],
    ),
    kind(
        "QTY",
        "Menge",
        "quantity",
        &[&[
            coded(
                "6063",
                "Art der Menge",
                "kind of quantity",
                product_codes::QUANTITIES,
            ),
            element("6060", "Menge", "quantity", Value::Quantity),
            UNIT,
        ]],
    ),
    kind(
        "STS",
        "Status",
        "status",
        &[
            &[
                coded("9015", "Kategorie", "category", status::CATEGORIES),
                CODE_LIST,
                LIST_OF,
            ],
            &[
                coded("4405", "Status", "status", status::CLASSIFICATIONS),
                CODE_LIST,
                LIST_OF,
            ],
            &[
                coded("9013", "Anlass", "reason", status::REASONS),
                CODE_LIST,
                LIST_OF,
            ],
        ],
    ),
    kind(
        "LIN",
        "Position",
        "line item",
        &[
            &[LINE],
            &[coded("1229", "Handlung", "action", request::DESCRIPTIONS)],
            PRODUCT_ID,
        ],
    ),
    kind(
        "PIA",
        "Produktidentifikation",
        "product identification",
        &[
            &[coded(
                "4347",
                "Bedeutung",
                "function",
                product_codes::PRODUCT_FUNCTIONS,
            )],
            PRODUCT_ID,
            PRODUCT_ID,
            PRODUCT_ID,
            PRODUCT_ID,
            PRODUCT_ID,
        ],
    ),
    kind(
        "LOC",
        "Ort",
        "place",
        &[
            &[coded(
                "3227",
                "Art des Ortes",
                "kind of place",
                head::PLACES,
            )],
            &[
                element("3225", "Ortsangabe", "place", Value::Place),
                CODE_LIST,
                LIST_OF,
                PLACE_NAME,
            ],
            &[
                element("3223", "zugehöriger Ort", "related place", Value::Place),
                CODE_LIST,
                LIST_OF,
                PLACE_NAME,
            ],
        ],
    ),
    kind(
        "NAD",
        "Beteiligter, Name und Anschrift",
        "party, name and address",
        &[
            &[coded("3035", "Rolle", "role", head::PARTIES)],
            &[
                element("3039", "Beteiligter", "party", Value::Party),
                CODE_LIST,
                LIST_OF,
            ],
            &[ADDRESS_LINE; 5],
            &[
                NAME_LINE,
                NAME_LINE,
                NAME_LINE,
                NAME_LINE,
                NAME_LINE,
                text("3045", "Format des Namens", "format of the name"),
            ],
            &[STREET_LINE; 4],
            &[text("3164", "Ort", "city")],
            &[text("3229", "Land-Untereinheit", "part of the country")],
            &[text("3251", "Postleitzahl", "postcode")],
            &[text("3207", "Land", "country")],
        ],
    ),
    kind(
        "RFF",
        "Referenz",
        "reference",
        &[&[
            coded(
                "1153",
                "Art der Referenz",
                "kind of reference",
                head::REFERENCES,
            ),
            element("1154", "Referenz", "reference", Value::Reference),
            text("1156", "Zeile", "line"),
        ]],
    ),
    kind(
        "BGM",
        "Beginn der Nachricht",
        "beginning of message",
        &[
            &[
                coded("1001", "Nachrichtenname", "document name", head::DOCUMENTS),
                CODE_LIST,
                LIST_OF,
            ],
            &[text("1004", "Dokumentennummer", "document number")],
            &[coded(
                "1225",
                "Nachrichtenfunktion",
                "message function",
                head::FUNCTIONS,
            )],
        ],
    ),
    kind(
        "CCI",
        "Merkmal",
        "characteristic",
        &[
            &[coded("7059", "Klasse", "class", request::CLASSES)],
            &[MEASURED],
            &[
                element("7037", "Merkmal", "characteristic", Value::Characteristic),
                CODE_LIST,
                LIST_OF,
                FEATURE,
                FEATURE,
            ],
        ],
    ),
    kind(
        "CAV",
        "Merkmalswert",
        "value of a characteristic",
        &[&[
            coded(
                "7111",
                "Merkmalswert",
                "value",
                request::CHARACTERISTIC_VALUES,
            ),
            CODE_LIST,
            LIST_OF,
            text("7110", "Merkmalswert", "value"),
        ]],
    ),
    kind(
        "CTA",
        "Ansprechpartner",
        "contact",
        &[
            &[coded("3139", "Funktion", "function", head::CONTACTS)],
            &[
                text("3413", "Kontakt, Nummer", "contact number"),
                text("3412", "Kontakt", "contact"),
            ],
        ],
    ),
    kind(
        "COM",
        "Kommunikationsverbindung",
        "communication",
        &[&[
            text("3148", "Adresse", "address"),
            coded("3155", "Art", "kind", head::MEANS),
        ]],
    ),
    kind(
        "IMD",
        "Produkt- oder Leistungsbeschreibung",
        "description",
        &[
            &[text("7077", "Beschreibungsformat", "format")],
            &[
                coded("7081", "Produkt, Leistung", "item", request::ITEMS),
                CODE_LIST,
                LIST_OF,
            ],
            &[
                coded("7009", "Beschreibung", "description", request::DIRECTIONS),
                CODE_LIST,
                LIST_OF,
            ],
        ],
    ),
    kind(
        "FTX",
        "Freier Text",
        "free text",
        &[
            &[coded("4451", "Textbezug", "subject", request::TEXTS)],
            &[text("4453", "Textfunktion", "function")],
            &[text("4441", "Text, Code", "text code"), CODE_LIST, LIST_OF],
            &[TEXT_LINE; 5],
            &[text("3453", "Sprache", "language")],
        ],
    ),
    kind(
        "AJT",
        "Einzelheiten zu einer Anpassung",
        "adjustment details",
        &[
            &[element(
                "4465",
                "Antwortcode",
                "code of the answer",
                Value::Decision,
            )],
            &[element(
                "1082",
                "Entscheidungsbaum, Codeliste",
                "decision tree, code list",
                Value::DecisionTree,
            )],
        ],
    ),
    kind(
        "ERC",
        "Fehlercode",
        "application error",
        &[&[
            coded(
                "9321",
                "Anwendungsfehler",
                "application error",
                answer::APPLICATION_ERRORS,
            ),
            CODE_LIST,
            LIST_OF,
        ]],
    ),
    kind(
        "CNT",
        "Kontrollsumme",
        "control total",
        &[&[
            text("6069", "Art der Summe", "kind of total"),
            element("6066", "Summe", "total", Value::Quantity),
            UNIT,
        ]],
    ),
    kind(
        "CUX",
        "Währung",
        "currency",
        &[&[
            text("6347", "Währungsverwendung", "use of the currency"),
            text("6345", "Währung", "currency"),
            text("6343", "Art der Währung", "kind of currency"),
        ]],
    ),
    kind(
        "MOA",
        "Geldbetrag",
        "monetary amount",
        &[&[
            text("5025", "Art des Betrags", "kind of amount"),
            text("5004", "Geldbetrag", "amount"),
            text("6345", "Währung", "currency"),
        ]],
    ),
    kind(
        "MEA",
        "Maßangaben",
        "measurements",
        &[
            &[text("6311", "Zweck", "purpose")],
            &[MEASURED],
            &[UNIT, text("6314", "Messwert", "measured value")],
        ],
    ),
    kind(
        "PRI",
        "Preis",
        "price",
        &[&[
            text("5125", "Art des Preises", "kind of price"),
            text("5118", "Preis", "price"),
        ]],
    ),
    kind(
        "SEQ",
        "Reihenfolge",
        "sequence",
        &[
            &[text("1229", "Handlung", "action")],
            &[text("1050", "Reihenfolge", "sequence")],
        ],
    ),
    kind(
        "AUT",
        "Authentifizierung",
        "authentication",
        &[
            &[text("9280", "Prüfergebnis", "validation result")],
            &[text("9282", "Prüfschlüssel", "validation key")],
        ],
    ),
];
