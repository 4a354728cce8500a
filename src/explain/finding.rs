//! Findings in both languages.

mod german;

use crate::edifact::{Finding, FindingCode};
use crate::explain::shown::printable;
use crate::explain::words::Words;
use crate::text::Language;

/// What a finding is called in records and in the store.
pub(super) fn name(code: FindingCode) -> &'static str {
    match code {
        FindingCode::StrayBytes => "stray_bytes",
        FindingCode::MessageWithoutInterchange => "message_without_interchange",
        FindingCode::BadServiceCharacters => "bad_service_characters",
        FindingCode::MessageHeadBroken => "message_head_broken",
        FindingCode::Truncated => "truncated",
        FindingCode::MissingUnz => "missing_unz",
        FindingCode::SegmentCountWrong => "segment_count_wrong",
        FindingCode::MessageReferenceDiffers => "message_reference_differs",
        FindingCode::MessageCountWrong => "message_count_wrong",
        FindingCode::InterchangeReferenceDiffers => "interchange_reference_differs",
        FindingCode::UnknownCharset => "unknown_charset",
        FindingCode::Undecodable => "undecodable",
        FindingCode::UnknownSegment => "unknown_segment",
        FindingCode::UnknownPid => "unknown_pid",
        FindingCode::BadNumber => "bad_number",
        FindingCode::BadTime => "bad_time",
        FindingCode::BadDocumentDate => "bad_document_date",
        FindingCode::CheckDigit => "check_digit",
        FindingCode::SegmentTooLong => "segment_too_long",
        FindingCode::NoValues => "no_values",
        FindingCode::CancelsNothing => "cancels_nothing",
        FindingCode::IntervalNotPositive => "interval_not_positive",
        FindingCode::TooMuch => "too_much",
        FindingCode::Incomplete => "incomplete",
    }
}

/// What was found.
pub(super) fn title(code: FindingCode) -> Words {
    let (de, en) = match code {
        FindingCode::StrayBytes => (
            "Bytes außerhalb von Übertragungsdateien",
            "bytes outside of interchanges",
        ),
        FindingCode::MessageWithoutInterchange => (
            "Nachricht ohne Übertragungsdatei",
            "message without interchange",
        ),
        FindingCode::BadServiceCharacters => {
            ("unbrauchbare Trennzeichen", "unusable service characters")
        }
        FindingCode::MessageHeadBroken => (
            "Nachrichtenkopf fehlt oder ist unvollständig",
            "message header missing or incomplete",
        ),
        FindingCode::Truncated => ("abgeschnitten", "truncated"),
        FindingCode::MissingUnz => ("UNZ fehlt", "UNZ is missing"),
        FindingCode::SegmentCountWrong => (
            "Anzahl der Segmente stimmt nicht",
            "number of segments is wrong",
        ),
        FindingCode::MessageReferenceDiffers => (
            "Nachrichtenreferenzen sind verschieden",
            "message references differ",
        ),
        FindingCode::MessageCountWrong => (
            "Anzahl der Nachrichten stimmt nicht",
            "number of messages is wrong",
        ),
        FindingCode::InterchangeReferenceDiffers => (
            "Datenaustauschreferenzen sind verschieden",
            "interchange references differ",
        ),
        FindingCode::UnknownCharset => ("unbekannter Zeichensatz", "unknown charset"),
        FindingCode::Undecodable => (
            "Zeichen außerhalb des Zeichensatzes",
            "characters outside of the charset",
        ),
        FindingCode::UnknownSegment => ("unbekanntes Segment", "unknown segment"),
        FindingCode::UnknownPid => ("unbekannter Prüfidentifikator", "unknown Prüfidentifikator"),
        FindingCode::BadNumber => ("Menge ist keine Zahl", "quantity is no number"),
        FindingCode::BadTime => (
            "Zeitangabe passt nicht zum Format",
            "time does not fit its format",
        ),
        FindingCode::BadDocumentDate => (
            "Nachrichtendatum ist keine Zeit",
            "document date is no time",
        ),
        FindingCode::CheckDigit => ("Prüfziffer stimmt nicht", "check digit does not fit"),
        FindingCode::SegmentTooLong => (
            "Segment oder Kennung zu lang",
            "segment or identifier too long",
        ),
        FindingCode::NoValues => ("keine Werte", "no values"),
        FindingCode::CancelsNothing => ("Storno ohne Bezug", "cancellation without a reference"),
        FindingCode::IntervalNotPositive => (
            "Ende liegt nicht nach dem Beginn",
            "end is not after the start",
        ),
        FindingCode::TooMuch => (
            "mehr Werte oder Nachrichten als in eine Übertragungsdatei passen",
            "more values or messages than an interchange may hold",
        ),
        FindingCode::Incomplete => ("Angabe fehlt", "something is missing"),
    };
    Words::new(de, en)
}

/// What stood there, and what was expected.
pub(super) fn detail(finding: &Finding, language: Language) -> String {
    let sentence = match language {
        Language::De => german::sentence(&finding.detail),
        Language::En => None,
    };
    printable(sentence.unwrap_or_else(|| finding.detail.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_that_of_the_records() {
        for code in [
            "stray_bytes",
            "bad_number",
            "truncated",
            "check_digit",
            "no_values",
        ] {
            let read: FindingCode = serde_json::from_str(&format!("\"{code}\"")).unwrap();
            assert_eq!(name(read), code);
        }
    }
}
