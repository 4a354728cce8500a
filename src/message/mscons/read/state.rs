//! What the segments so far have said: the message, the place, the series, the open QTY.

use std::ops::Range;

use crate::edifact::FindingCode;
use crate::edifact::charset::Charset;
use crate::edifact::scan::{Scanner, Segment};
use crate::edifact::separators::Separators;
use crate::market::calendar::UtcTime;
use crate::market::{location, obis, pid};
use crate::message::mscons::read::findings::{Findings, shown};
use crate::message::mscons::read::record::Record;
use crate::message::mscons::read::template::Templates;
use crate::message::mscons::read::time::{self, Moment};
use crate::message::mscons::{Group, Interchange, Message};

/// The reader of one interchange.
pub(super) struct Reader<'a> {
    /// The file.
    pub(super) bytes: &'a [u8],
    pub(super) out: Interchange,
    pub(super) charset: Charset,
    pub(super) findings: Findings,
    /// The message under way.
    message: Option<Message>,
    is_mscons: bool,
    /// Number of the interchange's segment that is the message's UNH.
    unh_segment: u32,
    segment: u32,
    /// Where the segment under way ends, its terminator included.
    segment_end: usize,
    has_pid: bool,
    /// DTM+293 before the first LOC (13013).
    head_version: Option<Moment>,
    place: Place,
    pub(super) dates: Dates,
    obis: Option<String>,
    /// QTYs of this LIN so far.
    pub(super) values_of_lin: i64,
    /// Start of the row before in this LIN.
    pub(super) previous_start: Option<UtcTime>,
    pub(super) record: Record,
    pub(super) templates: Templates,
    /// Whether the next row belongs to the group of the row before.
    is_same_group: bool,
}

/// Where the values were measured (SG5, SG6).
#[derive(Default)]
struct Place {
    /// LOC+237: from and to.
    balance: Option<(String, String)>,
    /// Any other LOC.
    code: Option<String>,
    /// CCI+15 7037.
    characteristic: Option<String>,
    /// RFF+AGK.
    configuration: Option<String>,
    /// RFF+MG.
    device: Option<String>,
}

/// DTM between LOC and the first QTY (SG6).
#[derive(Default)]
pub(super) struct Dates {
    is_open: bool,
    pub(super) start: Option<Moment>,
    pub(super) end: Option<Moment>,
    /// DTM+672, in seconds.
    pub(super) step_seconds: Option<i64>,
    version: Option<Moment>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], separators: Separators, findings: Findings) -> Self {
        Self {
            bytes,
            out: Interchange::default(),
            charset: Charset::Latin1,
            findings,
            message: None,
            is_mscons: false,
            unh_segment: 0,
            segment: 0,
            segment_end: 0,
            has_pid: false,
            head_version: None,
            place: Place::default(),
            dates: Dates::default(),
            obis: None,
            values_of_lin: 0,
            previous_start: None,
            record: Record::default(),
            templates: Templates::new(separators),
            is_same_group: false,
        }
    }

    /// Takes note of the segment that comes.
    pub(super) fn at_segment(&mut self, number: u32, bytes: Range<usize>) {
        self.segment = number;
        self.segment_end = bytes.end;
        let in_message = self.message.is_some();
        self.findings.segment = if in_message {
            number - self.unh_segment + 1
        } else {
            number
        };
        self.findings.offset = bytes.start;
    }

    /// A component as text; empty if it is not there.
    pub(super) fn text(&self, segment: &Segment<'_>, n: usize, c: usize) -> String {
        segment
            .component(n, c)
            .map(|bytes| self.charset.decode(&bytes))
            .unwrap_or_default()
    }

    /// A component as text, if it is there and not empty.
    fn given(&self, segment: &Segment<'_>, n: usize, c: usize) -> Option<String> {
        Some(self.text(segment, n, c)).filter(|text| !text.is_empty())
    }

    /// Takes a segment between UNB and UNZ. The frequent ones come first.
    pub(super) fn take(&mut self, segment: &Segment<'_>) {
        match segment.tag() {
            b"QTY" if self.is_mscons => self.qty(segment),
            b"DTM" => self.dtm(segment),
            b"STS" if self.is_mscons => self.record.add_status(segment),
            b"LIN" => {
                self.close_record();
                self.obis = self.given(segment, 3, 0);
                self.values_of_lin = 0;
                self.previous_start = None;
                self.is_same_group = false;
            }
            b"PIA" => {
                self.obis = self.given(segment, 2, 0);
                self.is_same_group = false;
            }
            b"LOC" => self.loc(segment),
            b"NAD" => self.nad(segment),
            b"RFF" => self.rff(segment),
            b"CCI" if segment.component(1, 0).as_deref() == Some(b"15") => {
                self.place.characteristic = self.given(segment, 3, 0);
                self.is_same_group = false;
            }
            b"UNH" => self.unh(segment),
            b"UNT" => self.unt(segment),
            b"BGM" => self.bgm(segment),
            b"UNS" => {
                self.close_record();
            }
            b"UNG" | b"UNE" => {}
            tag if self.is_mscons && !KNOWN_TAGS.contains(&tag) => {
                self.findings.note(FindingCode::UnknownSegment, || {
                    format!("segment {} is not one of MSCONS; left out", shown(tag))
                });
            }
            _ => {}
        }
    }

    fn unh(&mut self, segment: &Segment<'_>) {
        self.end_message_without_unt(segment.offset);
        let version = self
            .given(segment, 2, 4)
            .unwrap_or_else(|| self.text(segment, 2, 2));
        let message = Message {
            bytes: segment.offset..segment.offset,
            reference: self.text(segment, 1, 0),
            kind: self.text(segment, 2, 0),
            version,
            ..Message::default()
        };
        self.is_mscons = message.kind == "MSCONS";
        self.unh_segment = self.segment;
        self.findings.begin_message(&message.reference);
        self.findings.segment = 1;
        self.has_pid = false;
        self.head_version = None;
        self.place = Place::default();
        self.dates = Dates::default();
        self.obis = None;
        self.values_of_lin = 0;
        self.previous_start = None;
        self.is_same_group = false;
        self.message = Some(message);
    }

    fn unt(&mut self, segment: &Segment<'_>) {
        self.close_record();
        let Some(message) = self.message.take() else {
            return;
        };
        let counted = self.segment - self.unh_segment + 1;
        let stated = self.text(segment, 1, 0);
        if stated.trim_start_matches('0') != counted.to_string() {
            self.findings.note(FindingCode::SegmentCountWrong, || {
                format!(
                    "UNT says {} segments, there are {counted}",
                    shown(stated.as_bytes())
                )
            });
        }
        let reference = self.text(segment, 2, 0);
        if reference != message.reference {
            self.findings
                .note(FindingCode::MessageReferenceDiffers, || {
                    format!(
                        "UNT names message {}, UNH {}",
                        shown(reference.as_bytes()),
                        shown(message.reference.as_bytes())
                    )
                });
        }
        self.end_message(message, self.segment_end);
    }

    /// A message that ends without its UNT: something is missing.
    pub(super) fn end_message_without_unt(&mut self, end: usize) {
        self.close_record();
        if let Some(message) = self.message.take() {
            self.findings.add(FindingCode::Truncated, || {
                format!(
                    "message {} ends without UNT",
                    shown(message.reference.as_bytes())
                )
            });
            self.end_message(message, end);
        }
    }

    fn end_message(&mut self, mut message: Message, end: usize) {
        message.bytes.end = end.max(message.bytes.start);
        if self.is_mscons {
            message.is_cancellation |= message.pid == Some(pid::CANCELLATION);
            let known = message.pid.map(pid::find);
            if let (Some(number), Some(None)) = (message.pid, known) {
                self.findings.note(FindingCode::UnknownPid, || {
                    format!(
                        "Prüfidentifikator {number} is not known; its values are read all the same"
                    )
                });
            }
            if message.is_cancellation && message.cancels.is_none() {
                self.findings.add(FindingCode::CancelsNothing, || {
                    "a cancellation without RFF+ACW does not say what it cancels".to_owned()
                });
            } else if !message.is_cancellation && message.groups.is_empty() {
                self.findings.note(FindingCode::NoValues, || {
                    "the message has no QTY".to_owned()
                });
            }
        }
        message.is_barred = self.findings.is_barred;
        self.findings.message = None;
        self.is_mscons = false;
        self.out.messages.push(message);
    }

    fn bgm(&mut self, segment: &Segment<'_>) {
        let (name_code, document) = (self.text(segment, 1, 0), self.text(segment, 2, 0));
        let is_cancellation = segment.component(3, 0).as_deref() == Some(b"1");
        if let Some(message) = &mut self.message {
            message.name_code = name_code;
            message.document = document;
            message.is_cancellation = is_cancellation;
        }
    }

    fn rff(&mut self, segment: &Segment<'_>) {
        let value = self.given(segment, 1, 1);
        let Some(qualifier) = segment.component(1, 0) else {
            return;
        };
        match &*qualifier {
            b"Z13" if !self.has_pid => {
                self.has_pid = true;
                let is_pid =
                    |text: &String| text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
                let number = value.filter(is_pid).and_then(|text| text.parse().ok());
                if let Some(message) = &mut self.message {
                    message.pid = number;
                }
            }
            b"AGI" => self.in_message(|message| message.answers = value),
            b"ACW" => self.in_message(|message| message.cancels = value),
            b"MG" => {
                self.place.device = value;
                self.is_same_group = false;
            }
            b"AGK" => {
                self.place.configuration = value;
                self.is_same_group = false;
            }
            _ => {}
        }
    }

    fn in_message(&mut self, change: impl FnOnce(&mut Message)) {
        if let Some(message) = &mut self.message {
            change(message);
        }
    }

    fn nad(&mut self, segment: &Segment<'_>) {
        self.close_record();
        self.is_same_group = false;
        let is_party = matches!(segment.component(1, 0).as_deref(), Some(b"MS" | b"MR"));
        self.place = if is_party {
            let place = std::mem::take(&mut self.place);
            Place {
                device: None,
                configuration: None,
                ..place
            }
        } else {
            Place::default()
        };
    }

    fn loc(&mut self, segment: &Segment<'_>) {
        self.close_record();
        self.is_same_group = false;
        self.obis = None;
        self.values_of_lin = 0;
        self.previous_start = None;
        self.dates = Dates {
            is_open: true,
            ..Dates::default()
        };
        let Place { balance, code, .. } = std::mem::take(&mut self.place);
        self.place = Place {
            balance,
            code,
            ..Place::default()
        };
        if segment.component(1, 0).as_deref() == Some(b"237") {
            self.place.balance = Some((self.text(segment, 2, 0), self.text(segment, 3, 0)));
            return;
        }
        let code = self
            .given(segment, 2, 0)
            .or_else(|| self.given(segment, 2, 3));
        if code != self.place.code
            && let Some(code) = &code
            && location::check_digit_fits(code) == Some(false)
        {
            self.findings.note(FindingCode::CheckDigit, || {
                format!("the check digit of {code} does not fit")
            });
        }
        self.place.code = code;
    }

    fn dtm(&mut self, segment: &Segment<'_>) {
        if self.record.is_open() {
            self.record.add_time(segment, &mut self.findings);
            return;
        }
        let Some([qualifier, text, format]) = time::parts(segment) else {
            return;
        };
        let moment = time::moment(&text, &format);
        let slot = match &*qualifier {
            b"137" => {
                let date = moment.and_then(|moment| moment.instant(false, None));
                if date.is_none() {
                    self.findings.note(FindingCode::BadTime, || {
                        format!("the document date {} is no time", shown(&text))
                    });
                }
                self.in_message(|message| message.document_date = message.document_date.or(date));
                return;
            }
            b"672" if self.dates.is_open => {
                let step = time::length_seconds(&text, &format);
                if step.is_none() {
                    self.bad_time(&text);
                }
                self.dates.step_seconds = self.dates.step_seconds.or(step);
                return;
            }
            b"163" if self.dates.is_open => &mut self.dates.start,
            b"164" if self.dates.is_open => &mut self.dates.end,
            b"293" if self.dates.is_open => &mut self.dates.version,
            b"293" => &mut self.head_version,
            _ => return,
        };
        *slot = slot.or(moment);
        if moment.is_none() {
            self.bad_time(&text);
        }
    }

    fn bad_time(&mut self, text: &[u8]) {
        if self.is_mscons {
            self.findings.add(FindingCode::BadTime, || {
                format!("{} is no time", shown(text))
            });
        }
    }

    fn qty(&mut self, segment: &Segment<'_>) {
        if let Some(value) = self.close_record() {
            let raw = self.bytes.get(self.record.offset..segment.offset);
            self.templates.learn(raw.unwrap_or_default(), value);
        }
        self.dates.is_open = false;
        self.record.open(segment, &mut self.findings);
        self.join_group();
    }

    /// Puts the row that is opened to the group of the row before, or to a new one: what holds at
    /// the QTY counts, whatever comes before it is closed.
    fn join_group(&mut self) {
        let row = self.out.columns.len();
        let rows = row..row + 1;
        if self.is_same_group
            && let Some(group) = self
                .message
                .as_mut()
                .and_then(|message| message.groups.last_mut())
        {
            group.rows.end = rows.end;
            return;
        }
        self.record.is_gas = self.obis.as_deref().is_some_and(obis::is_gas);
        let version = self.dates.version.or(self.head_version);
        let group = Group {
            location: self.place.name(),
            device: self.place.device.clone(),
            obis: self.obis.clone(),
            version: version.and_then(|moment| moment.instant(false, None)),
            rows,
        };
        self.in_message(|message| message.groups.push(group));
        self.is_same_group = true;
    }

    /// Takes the values that come and look like one before, as long as they do and another value
    /// follows; gives the number of their segments.
    pub(super) fn take_alike(&mut self, scanner: &mut Scanner<'_>) -> u32 {
        if !(self.is_mscons && self.is_same_group && self.record.is_open()) {
            return 0;
        }
        let (mut at, mut rest) = scanner.upcoming();
        let mut segments = 0_u32;
        while let Some((value, length)) = self.templates.read(rest) {
            self.close_record();
            self.out.columns.push(value.row());
            self.values_of_lin += 1;
            self.previous_start = Some(value.start);
            segments = segments.saturating_add(value.segments);
            at += length;
            rest = self.bytes.get(at..).unwrap_or_default();
        }
        if segments > 0 {
            scanner.skip_to(at);
            let rows = self.out.columns.len();
            self.in_message(|message| {
                if let Some(group) = message.groups.last_mut() {
                    group.rows.end = rows;
                }
            });
        }
        segments
    }

    pub(super) fn finish(mut self, bytes: Range<usize>) -> Interchange {
        self.out.bytes = bytes;
        self.out.findings = self.findings.finish();
        self.out
    }
}

impl Place {
    /// The `location` of the record: the place; a transfer series is named by all of its parts
    /// together; without a place, the configuration.
    fn name(&self) -> Option<String> {
        let Some((from, to)) = &self.balance else {
            return self.code.clone().or_else(|| self.configuration.clone());
        };
        let parts = [
            Some(from),
            Some(to),
            self.code.as_ref(),
            self.characteristic.as_ref(),
        ];
        let given: Vec<&str> = parts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        (!given.is_empty()).then(|| given.join("/"))
    }
}

/// Tags of MSCONS (D.99A to D.04B) that carry nothing that is read here.
const KNOWN_TAGS: [&[u8]; 13] = [
    b"CTA", b"COM", b"CUX", b"MOA", b"MEA", b"CAV", b"CCI", b"SEQ", b"STS", b"QTY", b"DTM", b"CNT",
    b"AUT",
];
