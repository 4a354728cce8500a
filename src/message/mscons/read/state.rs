//! What the segments so far have said: the message, the series, the open QTY.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::edifact::FindingCode;
use crate::edifact::charset::Charset;
use crate::edifact::scan::Segment;
use crate::edifact::separators::Separators;
use crate::market::calendar::UtcTime;
use crate::market::obis;
use crate::message::mscons::read::findings::{At, Budget, Findings, shown};
use crate::message::mscons::read::place::{Dates, Names, Part, Place};
use crate::message::mscons::read::record::Record;
use crate::message::mscons::read::run::Run;
use crate::message::mscons::read::template::Templates;
use crate::message::mscons::read::time::{Clock, Dtm, Moment};
use crate::message::mscons::{Group, Interchange, Message, rules};
use crate::series::{Columns, Labels};

/// The reader of one interchange.
pub(super) struct Reader<'a> {
    /// The file.
    pub(super) bytes: &'a [u8],
    pub(super) out: Interchange,
    pub(super) charset: Charset,
    pub(super) findings: Findings,
    pub(super) clock: Clock,
    /// UNG so far.
    pub(super) groups: u64,
    /// Messages before the group under way.
    pub(super) messages_before_group: usize,
    /// The message under way.
    pub(super) message: Option<Message>,
    pub(super) kind: Kind,
    pub(super) has_pid: bool,
    /// Whether bytes that the charset does not have were noted in it.
    pub(super) is_undecodable: bool,
    /// DTM+293 before the first LOC (13013).
    pub(super) head_version: Option<Moment>,
    pub(super) place: Place,
    pub(super) dates: Dates,
    pub(super) names: Names,
    /// Identifiers of the interchange whose check digit does not fit.
    misfits: HashSet<Box<str>>,
    obis: Option<Arc<str>>,
    /// QTYs of this LIN so far.
    pub(super) values_of_line: i64,
    /// Start of the row before in this LIN.
    pub(super) previous_start: Option<UtcTime>,
    pub(super) record: Record,
    pub(super) templates: Templates,
    pub(super) run: Run,
    /// Whether the next row belongs to the group of the row before.
    pub(super) is_same_group: bool,
}

/// What the message under way is.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Kind {
    Mscons,
    /// Another type, or no message is under way.
    Other,
    /// Its UNH is missing.
    WithoutHead,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], separators: Separators, budget: Budget) -> Self {
        Self {
            bytes,
            out: Interchange::default(),
            charset: Charset::Latin1,
            findings: Findings::new(budget),
            clock: Clock::default(),
            groups: 0,
            messages_before_group: 0,
            message: None,
            kind: Kind::Other,
            has_pid: false,
            is_undecodable: false,
            head_version: None,
            place: Place::default(),
            dates: Dates::default(),
            names: Names::default(),
            misfits: HashSet::new(),
            obis: None,
            values_of_line: 0,
            previous_start: None,
            record: Record::new(separators),
            templates: Templates::new(separators),
            run: Run::default(),
            is_same_group: false,
        }
    }

    /// Takes note of the segment that comes.
    pub(super) fn go_to(&mut self, number: u32, segment: &Segment<'_>) {
        self.findings.go_to(At {
            number,
            offset: segment.offset,
        });
    }

    /// A component as text; empty if it is not there, and cut if it is too long for an identifier.
    pub(super) fn text<'s>(&mut self, segment: &Segment<'s>, n: usize, c: usize) -> Cow<'s, str> {
        let component = segment.component(n, c).unwrap_or_default();
        self.identifier(&component)
    }

    /// A component as text; cut if it is too long for an identifier.
    pub(super) fn identifier<'s>(&mut self, component: &Cow<'s, [u8]>) -> Cow<'s, str> {
        let text = self.charset.decode_borrowed(component);
        if component.len() <= MAX_IDENTIFIER_BYTES {
            return text;
        }
        self.findings.add(FindingCode::SegmentTooLong, || {
            format!(
                "an identifier of {} bytes; {MAX_IDENTIFIER_BYTES} are the most that is read",
                component.len()
            )
        });
        text.chars().take(MAX_IDENTIFIER_BYTES).collect()
    }

    /// A component as text, if it is there and not empty.
    pub(super) fn given<'s>(
        &mut self,
        segment: &Segment<'s>,
        n: usize,
        c: usize,
    ) -> Option<Cow<'s, str>> {
        Some(self.text(segment, n, c)).filter(|text| !text.is_empty())
    }

    /// A component that names what many rows share, if it is there and not empty.
    pub(super) fn name(&mut self, segment: &Segment<'_>, n: usize, c: usize) -> Option<Arc<str>> {
        let text = self.given(segment, n, c)?;
        Some(self.names.shared(&text))
    }

    /// Notes bytes that the charset does not have: once a message, and once outside of any.
    pub(super) fn check_charset(&mut self, segment: &Segment<'_>) {
        if self.is_undecodable || self.charset.has(segment.text) {
            return;
        }
        self.is_undecodable = true;
        let charset = self.charset;
        self.findings.add(FindingCode::Undecodable, || {
            format!(
                "{} has bytes that {charset} (UNB 0001) does not have",
                shown(segment.text)
            )
        });
    }

    /// Notes a check digit that does not fit: once an interchange and identifier.
    pub(super) fn check_digit_misfits(&mut self, code: &str) {
        if self.misfits.insert(code.into()) {
            self.findings.add(FindingCode::CheckDigit, || {
                format!("the check digit of {code} does not fit")
            });
        }
    }

    pub(super) fn is_mscons(&self) -> bool {
        self.kind == Kind::Mscons
    }

    /// Takes a segment between UNB and UNZ. The frequent ones come first.
    pub(super) fn take(&mut self, segment: &Segment<'_>) {
        let tag = segment.tag();
        if self.is_mscons() {
            match tag {
                b"QTY" => return self.qty(segment),
                b"DTM" => return self.dtm(segment),
                b"STS" => return self.record.add_status(segment),
                b"LIN" => return self.lin(segment),
                b"PIA" => return self.pia(segment),
                b"LOC" => return self.loc(segment),
                b"NAD" => return self.nad(segment),
                b"CCI" => return self.cci(segment),
                b"UNS" => {
                    self.close_record();
                    return;
                }
                _ => {}
            }
        }
        match tag {
            b"UNH" => self.unh(segment),
            b"UNT" => self.unt(segment),
            _ if self.message.is_none() => self.begin_without_unh(segment),
            b"BGM" => self.bgm(segment),
            b"RFF" => self.rff(segment),
            b"DTM" => self.dtm(segment),
            tag if self.is_mscons() && !rules::has_segment(tag) => {
                self.findings.add(FindingCode::UnknownSegment, || {
                    format!("segment {} is not one of MSCONS; left out", shown(tag))
                });
            }
            _ => {}
        }
    }

    pub(super) fn in_message(&mut self, change: impl FnOnce(&mut Message)) {
        if let Some(message) = &mut self.message {
            change(message);
        }
    }

    /// LIN: a new series of the place; some senders name it here, and not in PIA.
    fn lin(&mut self, segment: &Segment<'_>) {
        self.close_record();
        let obis = self.name(segment, 3, 0);
        self.begin_line(obis);
    }

    /// PIA: the OBIS code.
    fn pia(&mut self, segment: &Segment<'_>) {
        self.is_same_group = false;
        self.obis = self.name(segment, 2, 0);
    }

    pub(super) fn begin_line(&mut self, obis: Option<Arc<str>>) {
        self.obis = obis;
        self.values_of_line = 0;
        self.previous_start = None;
        self.is_same_group = false;
    }

    fn dtm(&mut self, segment: &Segment<'_>) {
        if self.record.is_open() {
            if let Err(unreadable) = self.record.add_time(segment, &mut self.clock) {
                self.bad_time(&unreadable);
            }
            return;
        }
        let dtm = Dtm::of(segment);
        let is_readable = match dtm.qualifier() {
            b"672" if self.dates.part == Part::Place => {
                let step = dtm.length_seconds();
                self.dates.step_seconds = self.dates.step_seconds.or(step);
                step.is_some()
            }
            b"137" => {
                self.document_date(&dtm);
                true
            }
            b"163" | b"164" | b"293" => self.date(&dtm),
            _ => true,
        };
        if !is_readable {
            self.bad_time(&dtm);
        }
    }

    /// A date of SG6, or the version in the head of the message. Whether it can be read.
    fn date(&mut self, dtm: &Dtm) -> bool {
        let slot = match (self.dates.part, dtm.qualifier()) {
            (Part::Place, b"163") => &mut self.dates.start,
            (Part::Place, b"164") => &mut self.dates.end,
            (Part::Place, b"293") => &mut self.dates.version,
            (Part::Head, b"293") => &mut self.head_version,
            (Part::Head | Part::Place | Part::Values, _) => return true,
        };
        let moment = self.clock.moment(dtm);
        *slot = slot.or(moment);
        moment.is_some()
    }

    /// DTM+137. Without it the arrival says which message is newer: it bars nothing.
    fn document_date(&mut self, dtm: &Dtm) {
        let moment = self.clock.moment(dtm);
        let date = moment.and_then(|moment| self.clock.instant(moment, false, None));
        self.in_message(|message| message.document_date = message.document_date.or(date));
        if date.is_none() {
            self.findings.add(FindingCode::BadDocumentDate, || {
                format!("the document date {} is no time", shown(dtm.text()))
            });
        }
    }

    /// A DTM that does not fit its format. Of other types of message it is not said.
    fn bad_time(&mut self, dtm: &Dtm) {
        if self.is_mscons() {
            self.findings.add(FindingCode::BadTime, || {
                format!(
                    "{} is no time of the format {}",
                    shown(dtm.text()),
                    shown(dtm.format())
                )
            });
        }
    }

    fn qty(&mut self, segment: &Segment<'_>) {
        self.begin_value();
        self.record.open(segment, &mut self.findings);
    }

    /// Closes the value before, and begins another.
    pub(super) fn begin_value(&mut self) {
        self.close_record();
        self.dates.part = Part::Values;
        if !self.is_same_group {
            self.begin_group();
        }
    }

    /// Begins a group with the row that comes: what holds at the QTY counts. Groups that are equal
    /// and adjacent are one.
    fn begin_group(&mut self) {
        let row = self.out.columns.len();
        let version = self.dates.version.or(self.head_version);
        let group = Group {
            location: self.location(),
            device: self.place.device.clone(),
            obis: self.obis.clone(),
            version: version.and_then(|moment| self.clock.instant(moment, false, None)),
            rows: row..row,
        };
        self.record.is_gas = self.obis.as_deref().is_some_and(obis::is_gas);
        self.is_same_group = true;
        let Some(message) = &mut self.message else {
            return;
        };
        if let Some(last) = message.groups.last_mut() {
            last.rows.end = row;
            if last.names_the_same(&group) {
                return;
            }
        }
        message.groups.push(group);
    }

    /// Whether more was read than is kept of an interchange.
    pub(super) fn has_too_much(&self) -> bool {
        self.out.columns.len() > MAX_VALUES || self.out.messages.len() > MAX_MESSAGES
    }

    /// Lets go of all messages and values, since there are more than are kept.
    pub(super) fn give_up(&mut self) {
        self.close_record();
        self.message = None;
        self.kind = Kind::Other;
        self.findings.end_message();
        self.findings.add(FindingCode::TooMuch, || {
            format!(
                "more than {MAX_VALUES} values or {MAX_MESSAGES} messages in one interchange: ask the sender to split it"
            )
        });
        self.out.messages = Vec::new();
        self.out.columns = Columns::default();
        self.out.labels = Labels::default();
        self.out.is_too_much = true;
    }

    pub(super) fn finish(mut self, bytes: Range<usize>) -> (Interchange, Budget) {
        self.out.bytes = bytes;
        self.out.columns.shrink();
        let (findings, left) = self.findings.finish();
        self.out.findings = findings;
        (self.out, left)
    }
}

/// Values of an interchange: a file of 100 MB has so many where each has its times.
pub(super) const MAX_VALUES: usize = 1_500_000;
/// Messages of an interchange: each has records of its own, which are made durable together.
const MAX_MESSAGES: usize = 10_000;
/// The longest identifier that is read: the standard's longest has 70 characters. A file repeats
/// what holds for many values; the bound keeps what is kept of it in proportion.
const MAX_IDENTIFIER_BYTES: usize = 256;
