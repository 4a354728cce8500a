//! The frame of a message: UNH to UNT, and what its head says of it (BGM, RFF).

use std::borrow::Cow;

use crate::edifact::FindingCode;
use crate::edifact::scan::Segment;
use crate::market::pid;
use crate::message::mscons::Message;
use crate::message::mscons::read::findings::shown;
use crate::message::mscons::read::interchange::states;
use crate::message::mscons::read::place::{Dates, Place};
use crate::message::mscons::read::state::{Kind, Reader};

impl Reader<'_> {
    /// UNH: a message begins.
    pub(super) fn unh(&mut self, segment: &Segment<'_>) {
        self.end_message_without_unt(segment.offset);
        self.findings.begin_message();
        self.is_undecodable = false;
        let reference = self.text(segment, 1, 0);
        self.findings.name_message(&reference);
        self.check_charset(segment);
        let kind = self.text(segment, 2, 0);
        let version = self
            .given(segment, 2, 4)
            .unwrap_or_else(|| self.text(segment, 2, 2));
        for (part, what) in [(&reference, "reference (0062)"), (&kind, "type (0065)")] {
            if part.is_empty() {
                self.findings.add(FindingCode::MessageHeadBroken, || {
                    format!("UNH does not say the message's {what}")
                });
            }
        }
        self.kind = match &*kind {
            "MSCONS" => Kind::Mscons,
            _ => Kind::Other,
        };
        self.begin_message(Message {
            bytes: segment.offset..segment.offset,
            reference: reference.into_owned(),
            kind: kind.into_owned(),
            version: version.into_owned(),
            ..Message::default()
        });
    }

    /// A segment between messages: what follows up to UNT is a message that has lost its UNH. It
    /// says nothing that can be read, but it was sent, and must not go unseen.
    pub(super) fn begin_without_unh(&mut self, segment: &Segment<'_>) {
        self.findings.begin_message();
        self.findings.add(FindingCode::MessageHeadBroken, || {
            format!(
                "from segment {} to UNT nothing stands in a message: UNH is missing or broken",
                shown(segment.tag())
            )
        });
        self.begin_message(Message {
            bytes: segment.offset..segment.offset,
            ..Message::default()
        });
        self.kind = Kind::WithoutHead;
    }

    fn begin_message(&mut self, message: Message) {
        self.has_pid = false;
        self.head_version = None;
        self.place = Place::default();
        self.dates = Dates::default();
        self.begin_line(None);
        self.message = Some(message);
    }

    /// UNT: the message ends.
    pub(super) fn unt(&mut self, segment: &Segment<'_>) {
        self.close_record();
        let Some(message) = self.message.take() else {
            self.begin_without_unh(segment);
            return self.unt(segment);
        };
        if self.kind != Kind::WithoutHead {
            self.check_unt(segment, &message);
        }
        self.end_message(message, segment.end);
    }

    fn check_unt(&mut self, segment: &Segment<'_>, message: &Message) {
        self.check_charset(segment);
        let counted = self.findings.segment();
        let stated = self.text(segment, 1, 0);
        if !states(&stated, counted.into()) {
            self.findings.add(FindingCode::SegmentCountWrong, || {
                format!(
                    "UNT says {} segments, there are {counted}",
                    shown(stated.as_bytes())
                )
            });
        }
        let reference = self.text(segment, 2, 0);
        if reference != message.reference {
            self.findings.add(FindingCode::MessageReferenceDiffers, || {
                format!(
                    "UNT names message {}, UNH {}",
                    shown(reference.as_bytes()),
                    shown(message.reference.as_bytes())
                )
            });
        }
    }

    /// A message that ends without its UNT: something is missing.
    pub(super) fn end_message_without_unt(&mut self, end: usize) {
        self.close_record();
        if let Some(message) = self.message.take() {
            if self.kind != Kind::WithoutHead {
                self.findings.add(FindingCode::Truncated, || {
                    format!(
                        "message {} ends without UNT",
                        shown(message.reference.as_bytes())
                    )
                });
            }
            self.end_message(message, end);
        }
    }

    fn end_message(&mut self, mut message: Message, end: usize) {
        message.bytes.end = end.max(message.bytes.start);
        if let Some(group) = message.groups.last_mut() {
            group.rows.end = self.out.columns.len();
        }
        if self.is_mscons() {
            message.is_cancellation |= message.pid == Some(pid::CANCELLATION);
            if message.is_cancellation && message.cancels.is_none() {
                self.findings.add(FindingCode::CancelsNothing, || {
                    "a cancellation without RFF+ACW does not say what it cancels".to_owned()
                });
            } else if !message.is_cancellation && message.groups.is_empty() {
                self.findings.add(FindingCode::NoValues, || {
                    "the message has no QTY".to_owned()
                });
            }
        }
        message.is_barred = self.findings.end_message();
        self.kind = Kind::Other;
        self.is_undecodable = false;
        self.out.messages.push(message);
    }

    /// BGM: what the message is, and its number.
    pub(super) fn bgm(&mut self, segment: &Segment<'_>) {
        let (name_code, document) = (self.text(segment, 1, 0), self.text(segment, 2, 0));
        let is_cancellation = segment.component(3, 0).as_deref() == Some(b"1");
        if let Some(message) = &mut self.message {
            message.name_code = name_code.into_owned();
            message.document = document.into_owned();
            message.is_cancellation = is_cancellation;
        }
    }

    /// RFF: references of the message, or names of the place.
    pub(super) fn rff(&mut self, segment: &Segment<'_>) {
        match segment.component(1, 0).as_deref() {
            Some(b"Z13") if !self.has_pid => {
                let code = self.text(segment, 1, 1);
                self.pid(&code);
            }
            Some(b"AGI") => {
                let document = self.given(segment, 1, 1);
                self.in_message(|message| message.answers = document.map(Cow::into_owned));
            }
            Some(b"ACW") => {
                let document = self.given(segment, 1, 1);
                self.in_message(|message| message.cancels = document.map(Cow::into_owned));
            }
            Some(b"MG") => {
                let name = self.name(segment, 1, 1);
                self.device(name);
            }
            Some(b"AGK") => {
                let name = self.name(segment, 1, 1);
                self.configuration(name);
            }
            _ => {}
        }
    }

    /// RFF+Z13, the first of the message.
    fn pid(&mut self, code: &str) {
        self.has_pid = true;
        let is_pid = code.len() == 5 && code.bytes().all(|byte| byte.is_ascii_digit());
        let number = code.parse().ok().filter(|_| is_pid);
        self.in_message(|message| message.pid = number);
        if self.is_mscons() && number.and_then(pid::find).is_none() {
            self.findings.add(FindingCode::UnknownPid, || {
                format!(
                    "Prüfidentifikator {} is not known; its values are read all the same",
                    shown(code.as_bytes())
                )
            });
        }
    }
}
