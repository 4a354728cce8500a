//! Data elements that several segments have.

use crate::explain::codes::{answer, envelope, head};
use crate::explain::dictionary::{Element, Value, coded, element, text};

pub(super) const AGENCY: Element =
    coded("0007", "Codevergabe", "code issued by", envelope::AGENCIES);
pub(super) const DATE: Element = element(
    "0017",
    "Datum der Erstellung",
    "date of preparation",
    Value::Date,
);
pub(super) const TIME_OF_DAY: Element = element(
    "0019",
    "Uhrzeit der Erstellung",
    "time of preparation",
    Value::TimeOfDay,
);
pub(super) const INTERCHANGE: Element =
    text("0020", "Datenaustauschreferenz", "interchange reference");
pub(super) const GROUP: Element = text("0048", "Gruppenreferenz", "group reference");
pub(super) const CONTROLLED_BY: Element = coded(
    "0051",
    "Verwaltende Organisation",
    "controlling agency",
    envelope::CONTROLLING_AGENCIES,
);
pub(super) const TYPE_VERSION: Element = coded(
    "0052",
    "Versionsnummer",
    "version number",
    envelope::TYPE_VERSIONS,
);
pub(super) const DIRECTORY: Element = coded(
    "0054",
    "Freigabenummer",
    "release number",
    envelope::DIRECTORIES,
);
pub(super) const ASSIGNED_CODE: Element = text("0057", "Nachrichtenversion", "message version");
pub(super) const MESSAGE: Element = text("0062", "Nachrichtenreferenz", "message reference");
pub(super) const MESSAGE_TYPE: Element = coded(
    "0065",
    "Nachrichtentyp",
    "message type",
    envelope::MESSAGE_TYPES,
);
pub(super) const ACTION: Element = coded("0083", "Aktion", "action", answer::ACTIONS);
pub(super) const SYNTAX_ERROR: Element = coded(
    "0085",
    "Syntaxfehler",
    "syntax error",
    answer::SYNTAX_ERRORS,
);
pub(super) const SERVICE_SEGMENT: Element = coded(
    "0013",
    "Service-Segment",
    "service segment",
    answer::SERVICE_SEGMENTS,
);
pub(super) const ELEMENT_AT: Element = text(
    "0098",
    "Position des Datenelements",
    "position of the data element",
);
pub(super) const COMPONENT_AT: Element = text(
    "0104",
    "Position des Gruppendatenelements",
    "position of the component",
);
pub(super) const CODE_LIST: Element = text("1131", "Codeliste", "code list");
pub(super) const LIST_OF: Element = coded("3055", "Codepflege", "code list of", head::LISTS_OF);
pub(super) const PLACE_NAME: Element = element("3224", "Ortsangabe", "place", Value::Place);
pub(super) const MEASURED: Element = text("6313", "Gemessene Dimension", "measured dimension");
pub(super) const UNIT: Element = element("6411", "Maßeinheit", "unit", Value::Unit);
pub(super) const PRODUCT: Element = element("7140", "Produkt", "product", Value::Product);
pub(super) const PRODUCT_LIST: Element = element(
    "7143",
    "Art der Produktnummer",
    "kind of product number",
    Value::ProductList,
);
pub(super) const LINE: Element = text("1082", "Positionsnummer", "line number");
pub(super) const SYNTAX_ID: &[Element] = &[
    element("0001", "Zeichensatz", "charset", Value::Charset),
    coded(
        "0002",
        "Syntaxversion",
        "syntax version",
        envelope::SYNTAX_VERSIONS,
    ),
];
pub(super) const SENDER: &[Element] = &[
    element("0004", "Absender", "sender", Value::Party),
    AGENCY,
    text("0008", "interne Kennung", "internal id"),
];
pub(super) const RECEIVER: &[Element] = &[
    element("0010", "Empfänger", "receiver", Value::Party),
    AGENCY,
    text("0014", "interne Kennung", "internal id"),
];
pub(super) const MESSAGE_ID: &[Element] = &[
    MESSAGE_TYPE,
    TYPE_VERSION,
    DIRECTORY,
    CONTROLLED_BY,
    ASSIGNED_CODE,
];
pub(super) const ERROR_AT: &[Element] = &[ELEMENT_AT, COMPONENT_AT];
pub(super) const PRODUCT_ID: &[Element] = &[PRODUCT, PRODUCT_LIST, CODE_LIST, LIST_OF];
pub(super) const TEXT_LINE: Element = text("4440", "Text", "text");
pub(super) const NAME_LINE: Element = text("3036", "Name", "name");
pub(super) const ADDRESS_LINE: Element = text("3124", "Name und Anschrift", "name and address");
pub(super) const STREET_LINE: Element = text("3042", "Straße, Hausnummer", "street");
pub(super) const FEATURE: Element = text("7036", "Merkmal", "characteristic");
