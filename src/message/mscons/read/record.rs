//! The open QTY: its value, its times, its status; closed into a row of the columns.

use crate::edifact::FindingCode;
use crate::edifact::scan::Segment;
use crate::edifact::separators::Separators;
use crate::market::calendar::UtcTime;
use crate::market::quantity::Decimal;
use crate::message::mscons::read::findings::{At, Findings, shown};
use crate::message::mscons::read::label::RawLabels;
use crate::message::mscons::read::state::Reader;
use crate::message::mscons::read::template::Alike;
use crate::message::mscons::read::time::{Clock, Dtm, Moment, within_calendar};
use crate::message::mscons::read::usual::UsualTimes;
use crate::series::{Row, Value};

/// A QTY and the DTM and STS that follow it. Its buffers are used again for the next.
pub(super) struct Record {
    is_open: bool,
    amount: Amount,
    text: Vec<u8>,
    labels: RawLabels,
    usual: UsualTimes,
    times: Times,
    /// Whether a date without a time is a gas day.
    pub(super) is_gas: bool,
    /// The QTY.
    pub(super) at: At,
}

#[derive(Clone, Copy, Default)]
enum Amount {
    #[default]
    Absent,
    Number(Decimal),
    /// In `Record::text`.
    Text,
}

/// The DTM of a record: of each qualifier the first counts.
#[derive(Clone, Copy, Default)]
struct Times {
    start: Slot,
    end: Slot,
    /// DTM+7, +9, +60: the instant of a reading, the first that is there counts.
    instants: [Slot; 3],
    /// DTM+306: a day, month or year.
    period: Slot,
    /// DTM+672.
    step_seconds: Option<i64>,
}

#[derive(Clone, Copy, Default)]
enum Slot {
    #[default]
    Absent,
    Unreadable,
    Read(Moment),
}

/// When a value counts.
struct Extent {
    start: Option<UtcTime>,
    end: Option<UtcTime>,
    is_reading: bool,
}

impl Slot {
    fn is_there(self) -> bool {
        match self {
            Self::Absent => false,
            Self::Unreadable | Self::Read(_) => true,
        }
    }

    fn moment(self) -> Option<Moment> {
        match self {
            Self::Read(moment) => Some(moment),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

impl Record {
    pub(super) fn new(separators: Separators) -> Self {
        Self {
            is_open: false,
            amount: Amount::default(),
            text: Vec::new(),
            labels: RawLabels::new(separators),
            usual: UsualTimes::new(separators),
            times: Times::default(),
            is_gas: false,
            at: At::default(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Opens the record of a QTY (C186: qualifier, quantity, unit).
    pub(super) fn open(&mut self, segment: &Segment<'_>, findings: &mut Findings) {
        self.is_open = true;
        self.at = findings.here();
        self.times = Times::default();
        let separators = segment.separators;
        let mut parts = separators.components(segment.element(1).unwrap_or_default());
        let mut next = || parts.next().unwrap_or_default();
        let (qualifier, quantity, unit) = (next(), next(), next());
        self.labels.open(qualifier, unit);
        if let Some(number) = Decimal::parse(quantity) {
            self.amount = Amount::Number(number);
            return;
        }
        let quantity = separators.unescape(quantity);
        if let Some(number) = Decimal::parse(&quantity) {
            self.amount = Amount::Number(number);
            return;
        }
        if quantity.is_empty() {
            self.amount = Amount::Absent;
            return;
        }
        self.amount = Amount::Text;
        let with_point = quantity
            .iter()
            .map(|&byte| if byte == b',' { b'.' } else { byte });
        self.text.clear();
        self.text.extend(with_point);
        if Decimal::parse_lenient(&quantity).is_none() {
            findings.add(FindingCode::BadNumber, || {
                format!(
                    "the quantity {} is no number of at most 18 digits",
                    shown(&quantity)
                )
            });
        }
    }

    /// Adds an STS.
    pub(super) fn add_status(&mut self, segment: &Segment<'_>) {
        if self.is_open {
            self.labels.add(segment.body());
        }
    }

    /// Adds a DTM.
    ///
    /// # Errors
    /// The DTM, if it is one of a record's times and does not fit its format.
    pub(super) fn add_time(&mut self, segment: &Segment<'_>, clock: &mut Clock) -> Result<(), Dtm> {
        if let Some((kind, moment)) = self.usual.read(segment.text, clock) {
            self.times.add(kind, Slot::Read(moment));
            return Ok(());
        }
        let dtm = Dtm::of(segment);
        if dtm.qualifier() == b"672" {
            let step = dtm.length_seconds();
            self.times.step_seconds = self.times.step_seconds.or(step);
            return if step.is_some() { Ok(()) } else { Err(dtm) };
        }
        let Some(kind) = Kind::of(dtm.qualifier()) else {
            return Ok(());
        };
        let moment = clock.moment(&dtm).filter(|moment| kind.takes(*moment));
        self.times
            .add(kind, moment.map_or(Slot::Unreadable, Slot::Read));
        if moment.is_some() { Ok(()) } else { Err(dtm) }
    }
}

impl Times {
    fn add(&mut self, kind: Kind, time: Slot) {
        let [seven, nine, sixty] = &mut self.instants;
        let slot = match kind {
            Kind::Start => &mut self.start,
            Kind::End => &mut self.end,
            Kind::Counts => seven,
            Kind::Read => nine,
            Kind::Changed => sixty,
            Kind::Period => &mut self.period,
        };
        if !slot.is_there() {
            *slot = time;
        }
    }
}

/// Which of a record's times a DTM is (2005).
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// 163.
    Start,
    /// 164.
    End,
    /// 7: the instant that a reading counts for.
    Counts,
    /// 9: when it was read.
    Read,
    /// 60: when the meter was changed.
    Changed,
    /// 306.
    Period,
}

impl Kind {
    fn of(qualifier: &[u8]) -> Option<Self> {
        Some(match qualifier {
            b"163" => Self::Start,
            b"164" => Self::End,
            b"7" => Self::Counts,
            b"9" => Self::Read,
            b"60" => Self::Changed,
            b"306" => Self::Period,
            _ => return None,
        })
    }

    /// A period must have an extent.
    fn takes(self, moment: Moment) -> bool {
        match self {
            Self::Period => moment.is_period(),
            Self::Start | Self::End | Self::Counts | Self::Read | Self::Changed => true,
        }
    }
}

impl Reader<'_> {
    /// Closes the open QTY, if there is one: a row.
    pub(super) fn close_record(&mut self) {
        if !self.record.is_open {
            return;
        }
        self.record.is_open = false;
        let Extent {
            start,
            end,
            is_reading,
        } = self.extent();
        if let (Some(from), Some(to)) = (start, end)
            && to <= from
            && !is_reading
        {
            self.findings
                .add_at(self.record.at, FindingCode::IntervalNotPositive, || {
                    format!("the interval from {from} ends at {to}")
                });
        }
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
        self.out.columns.push(Row {
            start,
            end,
            value,
            label,
        });
        self.values_of_line += 1;
        self.previous_start = start.or(self.previous_start);
    }

    /// The open QTY, if it is a number from one time to another: others may look like it. Nothing
    /// more of it may come.
    pub(super) fn alike(&mut self) -> Option<Alike> {
        let Record {
            is_open: true,
            amount: Amount::Number(_),
            times:
                Times {
                    start: Slot::Read(start),
                    end: Slot::Read(end),
                    ..
                },
            ..
        } = self.record
        else {
            return None;
        };
        let label = self.label();
        Some(Alike { start, end, label })
    }

    /// When the value counts: the first of these that fits.
    fn extent(&mut self) -> Extent {
        let times = self.record.times;
        let before = self.previous_start;
        if times.start.is_there() || times.end.is_there() {
            let start = self.instant_of(times.start, before);
            let end = if times.end.is_there() {
                self.instant_of(times.end, start)
            } else {
                later(start, times.step_seconds.or(self.dates.step_seconds))
            };
            return Extent::interval(start, end);
        }
        if let Some(slot) = times.instants.into_iter().find(|slot| slot.is_there()) {
            let instant = self.instant_of(slot, before);
            return Extent {
                start: instant,
                end: instant,
                is_reading: true,
            };
        }
        if times.period.is_there() {
            let start = self.instant_of(times.period, None);
            let moment = times.period.moment();
            let end = moment.and_then(|moment| self.clock.end(moment, self.record.is_gas));
            return Extent::interval(start, end);
        }
        self.extent_of_place()
    }

    /// When a value without DTM counts: by the dates of SG6.
    fn extent_of_place(&mut self) -> Extent {
        let is_gas = self.record.is_gas;
        let (start, end) = (self.dates.start, self.dates.end);
        let first = start.and_then(|moment| self.clock.instant(moment, is_gas, None));
        if let (Some(first), Some(step)) = (first, self.dates.step_seconds) {
            let start = later(Some(first), step.checked_mul(self.values_of_line));
            return Extent::interval(start, later(start, Some(step)));
        }
        let last = end.and_then(|moment| self.clock.instant(moment, is_gas, first));
        match (first, last) {
            (Some(_), Some(_)) => Extent::interval(first, last),
            (_, _) => Extent::interval(None, None),
        }
    }

    fn instant_of(&mut self, slot: Slot, after: Option<UtcTime>) -> Option<UtcTime> {
        self.clock
            .instant(slot.moment()?, self.record.is_gas, after)
    }

    /// The number of the row's label; the one of the row before, nearly always.
    fn label(&mut self) -> u32 {
        if let Some(number) = self.record.labels.known() {
            return number;
        }
        let label = self.record.labels.decoded(self.charset);
        let number = self.out.labels.intern(label);
        self.record.labels.learn(number);
        number
    }
}

impl Extent {
    fn interval(start: Option<UtcTime>, end: Option<UtcTime>) -> Self {
        Self {
            start,
            end,
            is_reading: false,
        }
    }
}

fn later(time: Option<UtcTime>, seconds: Option<i64>) -> Option<UtcTime> {
    within_calendar(time?.seconds().checked_add(seconds?)?)
}
