//! The open QTY: its value, its times, its status; closed into a row of the columns.

use crate::edifact::FindingCode;
use crate::edifact::scan::Segment;
use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::message::mscons::read::findings::{Findings, shown};
use crate::message::mscons::read::state::Reader;
use crate::message::mscons::read::template::Alike;
use crate::message::mscons::read::time::{self, Moment};
use crate::series::{Label, Row, Value};

/// A QTY and the DTM and STS that follow it. Its buffers are used again for the next.
#[derive(Default)]
pub(super) struct Record {
    is_open: bool,
    amount: Amount,
    text: Vec<u8>,
    /// Qualifier, unit and status as received: rows that share them share a label.
    label: RawLabel,
    last: Option<(RawLabel, u32)>,
    start: Slot,
    end: Slot,
    /// DTM+7, +9, +60: the instant of a reading, the first that is there counts.
    instants: [Slot; 3],
    /// DTM+306: a day, month or year.
    period: Slot,
    step_seconds: Option<i64>,
    /// Whether a date without a time is a gas day.
    pub(super) is_gas: bool,
    /// Number and offset of the QTY.
    segment: u32,
    pub(super) offset: usize,
}

#[derive(Clone, Default, Eq, PartialEq)]
struct RawLabel {
    qualifier: Vec<u8>,
    unit: Vec<u8>,
    /// The bodies of the STS, each behind a terminator that cannot stand in them.
    status: Vec<u8>,
}

#[derive(Clone, Copy, Default)]
enum Amount {
    #[default]
    Absent,
    Number(Decimal),
    /// In `Record::text`.
    Text,
}

/// A DTM of the record: the first of a qualifier counts.
#[derive(Clone, Copy, Default)]
enum Slot {
    #[default]
    Absent,
    Unreadable,
    Read(Moment),
}

impl Slot {
    fn is_there(self) -> bool {
        !matches!(self, Self::Absent)
    }

    fn instant(self, is_gas: bool, after: Option<UtcTime>) -> Option<UtcTime> {
        match self {
            Self::Read(moment) => moment.instant(is_gas, after),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

impl Record {
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Opens the record of a QTY (C186: qualifier, quantity, unit).
    pub(super) fn open(&mut self, segment: &Segment<'_>, findings: &mut Findings) {
        self.is_open = true;
        (self.segment, self.offset) = (findings.segment, findings.offset);
        self.label.qualifier.clear();
        self.label.unit.clear();
        self.label.status.clear();
        self.start = Slot::Absent;
        self.end = Slot::Absent;
        self.instants = [Slot::Absent; 3];
        self.period = Slot::Absent;
        self.step_seconds = None;
        self.amount = Amount::Absent;
        let Some(element) = segment.element(1) else {
            return;
        };
        let mut parts = segment.components(element);
        self.label
            .qualifier
            .extend_from_slice(&parts.next().unwrap_or_default());
        let value = parts.next().unwrap_or_default();
        self.label
            .unit
            .extend_from_slice(&parts.next().unwrap_or_default());
        if let Some(number) = Decimal::parse(&value) {
            self.amount = Amount::Number(number);
        } else if !value.is_empty() {
            self.amount = Amount::Text;
            self.text.clear();
            self.text.extend(
                value
                    .iter()
                    .map(|&byte| if byte == b',' { b'.' } else { byte }),
            );
            if Decimal::parse_lenient(&value).is_none() {
                findings.add(FindingCode::BadNumber, || {
                    format!(
                        "the quantity {} is no number of at most 18 digits",
                        shown(&value)
                    )
                });
            }
        }
    }

    /// Adds an STS: elements joined by `+`, components by `:`, unescaped.
    pub(super) fn add_status(&mut self, segment: &Segment<'_>) {
        if !self.is_open {
            return;
        }
        let status = &mut self.label.status;
        if segment.has_usual_separators() {
            status.extend_from_slice(&segment.unescape(segment.body()));
        } else {
            for (n, element) in segment.elements().enumerate() {
                if n > 0 {
                    status.push(b'+');
                }
                for (c, component) in segment.components(element).enumerate() {
                    if c > 0 {
                        status.push(b':');
                    }
                    status.extend_from_slice(&component);
                }
            }
        }
        status.push(STATUS_END);
    }

    /// Adds a DTM.
    pub(super) fn add_time(&mut self, segment: &Segment<'_>, findings: &mut Findings) {
        let fast = if segment.has_usual_separators() {
            fast_time(segment.body())
        } else {
            None
        };
        let (qualifier, moment) = if let Some((qualifier, moment)) = fast {
            (qualifier, Some(moment))
        } else {
            let Some([qualifier, text, format]) = time::parts(segment) else {
                return;
            };
            if &*qualifier == b"672" {
                self.step_seconds = self.step_seconds.or(time::length_seconds(&text, &format));
                return;
            }
            let Some(kind) = Kind::of(&qualifier) else {
                return;
            };
            let moment = time::moment(&text, &format);
            let is_readable = moment.is_some_and(|moment| kind.takes(moment));
            if !is_readable {
                let (text, format) = (shown(&text), shown(&format));
                findings.add(FindingCode::BadTime, || {
                    format!("{text} is no time of the format {format}")
                });
            }
            (kind, moment.filter(|_| is_readable))
        };
        let slot = match qualifier {
            Kind::Start => &mut self.start,
            Kind::End => &mut self.end,
            Kind::Instant(n) => match self.instants.get_mut(n) {
                Some(slot) => slot,
                None => return,
            },
            Kind::Period => &mut self.period,
        };
        if !slot.is_there() {
            *slot = moment.map_or(Slot::Unreadable, Slot::Read);
        }
    }
}

/// Which of a record's times a DTM is (2005).
#[derive(Clone, Copy)]
enum Kind {
    Start,
    End,
    Instant(usize),
    Period,
}

impl Kind {
    fn of(qualifier: &[u8]) -> Option<Self> {
        Some(match qualifier {
            b"163" => Self::Start,
            b"164" => Self::End,
            b"7" => Self::Instant(0),
            b"9" => Self::Instant(1),
            b"60" => Self::Instant(2),
            b"306" => Self::Period,
            _ => return None,
        })
    }

    /// A period must have an extent.
    fn takes(self, moment: Moment) -> bool {
        match self {
            Self::Period => moment.end(false).is_some(),
            Self::Start | Self::End | Self::Instant(_) => true,
        }
    }
}

/// The form that nearly every value of the German market has: `163:YYYYMMDDHHMM?+00:303` under the
/// default separators. The general way reads it, too; this one does it without splitting.
fn fast_time(body: &[u8]) -> Option<(Kind, Moment)> {
    let (qualifier, rest) = body.split_at_checked(4)?;
    let (digits, zone) = rest.split_at_checked(12)?;
    if zone != b"?+00:303" {
        return None;
    }
    let kind = match qualifier {
        b"163:" => Kind::Start,
        b"164:" => Kind::End,
        _ => return None,
    };
    match time::moment(digits, b"203")? {
        Moment::Local(local) => Some((kind, Moment::Utc(UtcTime::from_seconds(local)))),
        Moment::Utc(_) | Moment::Day(_) | Moment::Month(..) | Moment::Year(_) => None,
    }
}

impl Reader<'_> {
    /// Closes the open QTY, if there is one: a row. Gives it if others may look like it.
    pub(super) fn close_record(&mut self) -> Option<Alike> {
        if !self.record.is_open {
            return None;
        }
        self.record.is_open = false;
        let (start, end) = self.times();
        let label = self.label();
        let text;
        let value = match self.record.amount {
            Amount::Absent => Value::Absent,
            Amount::Number(number) => Value::Number(number),
            Amount::Text => {
                text = self.charset.decode(&self.record.text);
                Value::Text(&text)
            }
        };
        if let (Some(from), Some(to)) = (start, end)
            && to <= from
            && self.record.end.is_there()
        {
            let here = (self.findings.segment, self.findings.offset);
            (self.findings.segment, self.findings.offset) =
                (self.record.segment, self.record.offset);
            self.findings.add(FindingCode::IntervalNotPositive, || {
                format!("the interval from {from} ends at {to}")
            });
            (self.findings.segment, self.findings.offset) = here;
        }
        self.out.columns.push(Row {
            start,
            end,
            value,
            label,
        });
        self.values_of_lin += 1;
        self.previous_start = start.or(self.previous_start);
        self.alike(value, label)
    }

    /// The value that is closed here, if its times are instants by themselves.
    fn alike(&self, value: Value<'_>, label: u32) -> Option<Alike> {
        let (Slot::Read(Moment::Utc(start)), Slot::Read(Moment::Utc(end)), Value::Number(number)) =
            (self.record.start, self.record.end, value)
        else {
            return None;
        };
        Some(Alike {
            start,
            end,
            number,
            label,
            segments: self.findings.segment.saturating_sub(self.record.segment),
        })
    }

    /// Start and end of the row: the first of these that fits.
    fn times(&self) -> (Option<UtcTime>, Option<UtcTime>) {
        let record = &self.record;
        let is_gas = record.is_gas;
        let before = self.previous_start;
        if record.start.is_there() || record.end.is_there() {
            let start = record.start.instant(is_gas, before);
            let end = if record.end.is_there() {
                record.end.instant(is_gas, start)
            } else {
                let step = record.step_seconds.or(self.dates.step_seconds);
                later(start, step)
            };
            return (start, end);
        }
        if let Some(slot) = record.instants.iter().find(|slot| slot.is_there()) {
            let instant = slot.instant(is_gas, before);
            return (instant, instant);
        }
        if record.period.is_there() {
            let end = match record.period {
                Slot::Read(moment) => moment.end(is_gas),
                Slot::Absent | Slot::Unreadable => None,
            };
            return (record.period.instant(is_gas, None), end);
        }
        let dates = &self.dates;
        let first = dates.start.and_then(|moment| moment.instant(is_gas, None));
        if let (Some(first), Some(step)) = (first, dates.step_seconds) {
            let start = later(Some(first), step.checked_mul(self.values_of_lin));
            return (start, later(start, Some(step)));
        }
        match (first, dates.end) {
            (Some(first), Some(end)) => (Some(first), end.instant(is_gas, Some(first))),
            (_, _) => (None, None),
        }
    }

    /// The number of the row's label; the one of the row before, nearly always.
    fn label(&mut self) -> u32 {
        if let Some((last, number)) = &self.record.last
            && *last == self.record.label
        {
            return *number;
        }
        let raw = self.record.label.clone();
        let decode = |bytes: &[u8]| self.charset.decode(bytes).into_boxed_str();
        let status = raw.status.split(|byte| *byte == STATUS_END);
        let count = status.clone().count() - 1;
        let number = self.out.labels.intern(Label {
            qualifier: decode(&raw.qualifier),
            unit: (!raw.unit.is_empty()).then(|| decode(&raw.unit)),
            status: status.take(count).map(decode).collect(),
        });
        self.record.last = Some((raw, number));
        number
    }
}

fn later(time: Option<UtcTime>, seconds: Option<i64>) -> Option<UtcTime> {
    Some(UtcTime::from_seconds(
        time?.seconds().checked_add(seconds?)?,
    ))
}

/// Ends a status in `RawLabel::status`; ASCII "unit separator", which no charset level admits.
const STATUS_END: u8 = 0x1F;
