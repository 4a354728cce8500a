//! Segments of the envelope, and CONTRL, which answers it.

use crate::explain::codes::envelope;
use crate::explain::dictionary::elements::{
    ACTION, AGENCY, ASSIGNED_CODE, CONTROLLED_BY, DATE, DIRECTORY, ERROR_AT, GROUP, INTERCHANGE,
    MESSAGE, MESSAGE_ID, RECEIVER, SENDER, SERVICE_SEGMENT, SYNTAX_ERROR, SYNTAX_ID, TIME_OF_DAY,
    TYPE_VERSION,
};
use crate::explain::dictionary::{SegmentKind, Value, coded, element, kind, text};

/// The segments, the frequent ones first.
pub(super) const SEGMENTS: &[SegmentKind] = &[
    kind(
        "UNH",
        "Nachrichten-Kopfsegment",
        "message header",
        &[
            &[MESSAGE],
            MESSAGE_ID,
            &[text(
                "0068",
                "Allgemeine Zuordnungsreferenz",
                "common access reference",
            )],
            &[
                text("0070", "Übermittlungsfolgenummer", "sequence of transfers"),
                coded(
                    "0073",
                    "Erste und letzte Übermittlung",
                    "first and last transfer",
                    envelope::TRANSFERS,
                ),
            ],
        ],
    ),
    kind(
        "UNT",
        "Nachrichten-Endesegment",
        "message trailer",
        &[
            &[text("0074", "Anzahl der Segmente", "number of segments")],
            &[MESSAGE],
        ],
    ),
    kind(
        "UNS",
        "Abschnitts-Kontrollsegment",
        "section control",
        &[&[coded("0081", "Abschnitt", "section", envelope::SECTIONS)]],
    ),
    kind(
        "UNB",
        "Nutzdaten-Kopfsegment",
        "interchange header",
        &[
            SYNTAX_ID,
            SENDER,
            RECEIVER,
            &[DATE, TIME_OF_DAY],
            &[INTERCHANGE],
            &[text(
                "0022",
                "Passwort des Empfängers",
                "receiver's password",
            )],
            &[coded(
                "0026",
                "Anwendungsreferenz",
                "application reference",
                envelope::APPLICATIONS,
            )],
            &[text("0029", "Verarbeitungspriorität", "priority")],
            &[text(
                "0031",
                "Bestätigungsanforderung",
                "acknowledgement request",
            )],
            &[text("0032", "Austauschvereinbarung", "agreement")],
            &[coded(
                "0035",
                "Test-Kennzeichen",
                "test indicator",
                envelope::TEST,
            )],
        ],
    ),
    kind(
        "UNZ",
        "Nutzdaten-Endesegment",
        "interchange trailer",
        &[
            &[text(
                "0036",
                "Anzahl der Nachrichten oder Gruppen",
                "number of messages or groups",
            )],
            &[INTERCHANGE],
        ],
    ),
    kind(
        "UNG",
        "Gruppen-Kopfsegment",
        "group header",
        &[
            &[text("0038", "Nachrichtengruppe", "group of messages")],
            &[element("0040", "Absender", "sender", Value::Party), AGENCY],
            &[
                element("0044", "Empfänger", "receiver", Value::Party),
                AGENCY,
            ],
            &[DATE, TIME_OF_DAY],
            &[GROUP],
            &[CONTROLLED_BY],
            &[TYPE_VERSION, DIRECTORY, ASSIGNED_CODE],
            &[text(
                "0058",
                "Passwort der Anwendung",
                "application password",
            )],
        ],
    ),
    kind(
        "UNE",
        "Gruppen-Endesegment",
        "group trailer",
        &[
            &[text("0060", "Anzahl der Nachrichten", "number of messages")],
            &[GROUP],
        ],
    ),
    kind(
        "UCI",
        "Übertragungsdatei-Antwort",
        "interchange response",
        &[
            &[INTERCHANGE],
            SENDER,
            RECEIVER,
            &[ACTION],
            &[SYNTAX_ERROR],
            &[SERVICE_SEGMENT],
            ERROR_AT,
        ],
    ),
    kind(
        "UCM",
        "Nachrichtenantwort",
        "message response",
        &[
            &[MESSAGE],
            MESSAGE_ID,
            &[ACTION],
            &[SYNTAX_ERROR],
            &[SERVICE_SEGMENT],
            ERROR_AT,
        ],
    ),
    kind(
        "UCS",
        "Segment-Fehleranzeige",
        "segment error",
        &[
            &[text(
                "0096",
                "Segmentposition in der Nachricht",
                "position of the segment",
            )],
            &[SYNTAX_ERROR],
        ],
    ),
    kind(
        "UCD",
        "Datenelement-Fehleranzeige",
        "data element error",
        &[&[SYNTAX_ERROR], ERROR_AT],
    ),
];
