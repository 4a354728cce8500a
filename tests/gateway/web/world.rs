//! A small world for the pages: a store in memory with series of every kind and every mishap.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::DateTime;

use mscons_gateway::extract::Head;
use mscons_gateway::mailbox::{Cursor, Listing, MailId, Mark, Outcome};
use mscons_gateway::market::calendar::{Day, UtcTime, legal_day};
use mscons_gateway::market::quantity::Decimal;
use mscons_gateway::series::merge::Spoken;
use mscons_gateway::series::{Block, Columns, Key, Kind, Label, Labels, Row, Value};
use mscons_gateway::store::ledger::{
    Batch, Examined, Hash, InterchangeRecord, MailRecord, MessageRecord, MessageReference,
    QuarantineRecord, SeriesEntry, Totals,
};
use mscons_gateway::store::outbox::{OutboxRecord, Route, Undone};
use mscons_gateway::store::request::{AskedRecord, ReplyRecord, RequestRecord};
use mscons_gateway::store::{Compacted, Each, Store, StoreError};

/// A store that holds what it was made with.
#[derive(Default)]
pub(crate) struct World {
    series: Vec<SeriesEntry>,
    blocks: Vec<(u32, Spoken)>,
    messages: Vec<(u64, MessageRecord)>,
    mails: Vec<(u64, MailRecord)>,
    quarantine: Vec<(u64, QuarantineRecord)>,
    fails: bool,
}

/// The local time of Berlin.
pub(crate) fn at(local: &str) -> UtcTime {
    let zoned = local
        .parse::<DateTime>()
        .unwrap()
        .in_tz("Europe/Berlin")
        .unwrap();
    UtcTime::from_seconds(zoned.timestamp().as_second())
}

/// What a value is, by the number of its interval from the start of the series.
type Says = fn(i64) -> Option<(i64, &'static str)>;

impl World {
    /// Five weeks over the end of summer time, and what may happen in them.
    pub(crate) fn eventful() -> World {
        let mut world = World::default();
        let malo = key("50120962218", "1-1:1.29.0", Kind::Interval, None);
        world.say(
            &malo,
            ("2026-10-19T00:00", "2026-11-23T00:00"),
            900,
            |quarter| {
                // A gap, substitutes, and values that are not final.
                match quarter {
                    2140..2152 => None,
                    2330..2390 => Some((bakery(quarter), "67")),
                    3280.. => Some((bakery(quarter), "Z18")),
                    _ => Some((bakery(quarter), "220")),
                }
            },
        );
        world.say(
            &malo,
            ("2026-11-15T10:00", "2026-11-15T14:00"),
            900,
            |quarter| Some((bakery(quarter + 40) / 2, "220")),
        );
        world.rest();
        world
    }

    /// A store that cannot be read.
    pub(crate) fn broken() -> World {
        World {
            fails: true,
            ..World::default()
        }
    }

    /// A message that speaks of a series from one instant to another.
    fn say(&mut self, key: &Key, (from, to): (&str, &str), step: i64, says: Says) {
        let (from, to) = (at(from).seconds(), at(to).seconds());
        let (mut columns, mut labels) = (Columns::default(), Labels::default());
        for number in 0..(to - from) / step {
            let Some((value, qualifier)) = says(number) else {
                continue;
            };
            let status = if qualifier == "67" {
                vec!["Z40++Z75".into()]
            } else {
                Vec::new()
            };
            let unit = key.unit.as_deref().map(Into::into);
            let label = labels.intern(Label {
                qualifier: qualifier.into(),
                unit,
                status,
            });
            let start = from + number * step;
            let is_timeless = key.kind == Kind::Timeless;
            let time = |seconds| (!is_timeless).then(|| UtcTime::from_seconds(seconds));
            columns.push(Row {
                start: time(start),
                end: time(start + step),
                value: Value::Number(Decimal::new(value, 3).unwrap()),
                label,
            });
        }
        self.deliver(key, to, columns, labels);
    }

    /// Series of the other kinds, and what strangers send.
    fn rest(&mut self) {
        let metering = "DE0001231011500000000000000012345";
        let sun = key(metering, "1-1:2.29.0", Kind::Interval, None);
        self.say(&sun, ("2026-10-19T00:00", "2026-11-23T00:00"), 900, |q| {
            Some((sunlight(q), "220"))
        });
        let gas = key("50999000142", "7-20:99.33.17", Kind::Interval, Some("KWH"));
        self.say(
            &gas,
            ("2026-11-01T06:00", "2026-11-23T06:00"),
            3600,
            |hour| {
                Some((
                    18_000 + (hour * 7919 % 97) * 60 - (hour % 24 - 12).abs() * 700,
                    "220",
                ))
            },
        );
        let reactive = key(metering, "1-1:3.29.0", Kind::Interval, Some("K3"));
        self.say(
            &reactive,
            ("2026-11-16T00:00", "2026-11-23T00:00"),
            900,
            |q| (q % 31 != 0).then_some((1_250 + q * 31 % 700, "220")),
        );
        let mut meter = key("50120962226", "1-1:1.8.0", Kind::Reading, None);
        meter.device = Some("1EMH0012345678".to_owned());
        self.read_meter(&meter);
        let power = key(
            "11XTSO-AREA----X/11XBALANCE---0/C1",
            "1-1:9.6.0",
            Kind::Interval,
            Some("KWT"),
        );
        self.say(&power, ("2026-11-20T00:00", "2026-11-22T00:00"), 900, |q| {
            Some(((q - 96) * 1_500, "79"))
        });
        let profile = key("", "9991000000044", Kind::Timeless, Some("P1"));
        self.say(
            &profile,
            ("2026-11-01T00:00", "2026-11-01T01:00"),
            300,
            |at| Some((at * 1000, "187")),
        );
        let odd = key(
            "<script>alert(1)</script>",
            "\"><img src=x>",
            Kind::Interval,
            Some("&amp;"),
        );
        self.say(&odd, ("2026-11-20T00:00", "2026-11-20T02:00"), 900, |q| {
            Some((q, "220"))
        });
        self.cancel_one();
        self.set_aside();
    }

    fn read_meter(&mut self, key: &Key) {
        for month in 1..=11 {
            let (mut columns, mut labels) = (Columns::default(), Labels::default());
            let qualifier = if month == 7 { "67" } else { "220" };
            let label = labels.intern(Label {
                qualifier: qualifier.into(),
                ..Label::default()
            });
            let time = at(&format!("2026-{month:02}-01T00:00"));
            let value =
                Value::Number(Decimal::new(20_431 + month * 312 + month % 3 * 40, 0).unwrap());
            columns.push(Row {
                start: Some(time),
                end: Some(time),
                value,
                label,
            });
            self.deliver(key, time.seconds(), columns, labels);
        }
    }

    /// Makes mail, message and block of what was said.
    fn deliver(&mut self, key: &Key, until: i64, columns: Columns, labels: Labels) {
        let arrived = until + 9 * 3600 + 417;
        let mail = self.next();
        self.mails.push((mail, mail_record(arrived)));
        let sequence = self.next();
        let values = u64::try_from(columns.len()).unwrap();
        self.messages.push((
            sequence,
            message_record(sequence, mail, arrived, values, key),
        ));
        let times: Vec<UtcTime> = columns.rows().filter_map(|row| row.start).collect();
        let day =
            |time: Option<&UtcTime>| time.map_or(Day::from_number(0), |time| legal_day(*time));
        let (first, last) = (day(times.first()), day(times.last()));
        let known = self.series.iter_mut().find(|entry| entry.key == *key);
        let id = if let Some(entry) = known {
            (entry.first, entry.last) = (entry.first.min(first), entry.last.max(last));
            entry.values += values;
            entry.id
        } else {
            let id = u32::try_from(self.series.len()).unwrap() + 1;
            let key = key.clone();
            self.series.push(SeriesEntry {
                id,
                key,
                first,
                last,
                values,
            });
            id
        };
        let arrived = UtcTime::from_seconds(arrived);
        let block = Block {
            version: None,
            document_date: arrived,
            arrived,
            columns,
            labels,
        };
        self.blocks.push((id, Spoken { sequence, block }));
    }

    fn next(&self) -> u64 {
        u64::try_from(self.mails.len() + self.messages.len()).unwrap() + 1
    }

    fn cancel_one(&mut self) {
        let (_, message) = self.messages.last_mut().unwrap();
        message.cancelled_by = Some(99);
    }

    fn set_aside(&mut self) {
        let record = |name: &str, reasons: &[&str]| QuarantineRecord {
            mail: 1,
            arrived: at("2026-11-22T09:12").seconds(),
            mailbox: "metering".to_owned(),
            name: name.to_owned(),
            messages: vec!["7".to_owned()],
            reasons: reasons.iter().map(|why| (*why).to_owned()).collect(),
            place: None,
        };
        self.quarantine = vec![
            (
                3,
                record(
                    "MSCONS_20261121.zip/a.edi",
                    &["segment 412, byte 18,204: UNT 0074 says 410 segments, the message has 411"],
                ),
            ),
            (
                8,
                record(
                    "<b>rechnung</b>.edi",
                    &[
                        "segment 9, byte 611: no quantity in QTY",
                        "segment 12, byte 702: DTM+163 is no time",
                    ],
                ),
            ),
        ];
    }

    fn guard(&self) -> Result<(), StoreError> {
        if self.fails {
            let (what, detail) = ("the store".to_owned(), "for the test".to_owned());
            return Err(StoreError::Damaged { what, detail });
        }
        Ok(())
    }
}

impl Store for World {
    fn interchange(&self, _: &Hash) -> Result<Option<InterchangeRecord>, StoreError> {
        Ok(None)
    }

    fn message_by_reference(&self, _: &MessageReference) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    fn next_sequence(&self) -> Result<u64, StoreError> {
        Ok(self.next())
    }

    fn apply_all(&self, _: &[&Batch], _: u64) -> Result<(), StoreError> {
        panic!("pages only read")
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn cursor(&self, _: &str, _: &str) -> Result<Option<Cursor>, StoreError> {
        Ok(None)
    }

    fn settled(&self, _: &str, ids: &[MailId]) -> Result<Vec<bool>, StoreError> {
        Ok(vec![false; ids.len()])
    }

    fn outbox_record(&self, _: u64) -> Result<Option<OutboxRecord>, StoreError> {
        Ok(None)
    }

    fn outbox(&self, _: u64, _: usize) -> Result<Vec<(u64, OutboxRecord)>, StoreError> {
        self.guard()?;
        Ok(Vec::new())
    }

    fn outbox_undone(
        &self,
        _: Route,
        _: i64,
        _: usize,
    ) -> Result<Vec<(u64, OutboxRecord)>, StoreError> {
        Ok(Vec::new())
    }

    fn sent(&self, _: &str) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    fn answers(&self, _: &[u8; 32]) -> Result<Vec<u64>, StoreError> {
        Ok(Vec::new())
    }

    fn asked(&self, _: usize) -> Result<Vec<AskedRecord>, StoreError> {
        Ok(Vec::new())
    }

    fn request(&self, _: u64) -> Result<Option<RequestRecord>, StoreError> {
        Ok(None)
    }

    fn requests(&self, _: u64, _: usize) -> Result<Vec<(u64, RequestRecord)>, StoreError> {
        Ok(Vec::new())
    }

    fn replies(&self, _: u64) -> Result<Vec<(u64, ReplyRecord)>, StoreError> {
        Ok(Vec::new())
    }

    fn rejected(&self, _: u64, _: usize) -> Result<Vec<(u64, i64)>, StoreError> {
        Ok(Vec::new())
    }

    fn unlisted(&self, _: &str, _: &Listing) -> Result<Vec<Mark>, StoreError> {
        Ok(Vec::new())
    }

    fn series(&self) -> Result<Vec<SeriesEntry>, StoreError> {
        self.guard()?;
        Ok(self.series.clone())
    }

    fn blocks(
        &self,
        series: u32,
        _: Range<Day>,
        as_of: Option<UtcTime>,
    ) -> Result<Vec<Spoken>, StoreError> {
        let is_known = |spoken: &Spoken| as_of.is_none_or(|as_of| spoken.block.arrived <= as_of);
        let of_series = self
            .blocks
            .iter()
            .filter(|(id, spoken)| *id == series && is_known(spoken));
        Ok(of_series.map(|(_, spoken)| spoken.clone()).collect())
    }

    fn message(&self, sequence: u64) -> Result<Option<MessageRecord>, StoreError> {
        Ok(self
            .messages
            .iter()
            .find(|(at, _)| *at == sequence)
            .map(|(_, found)| found.clone()))
    }

    fn examined(&self, _: u64) -> Result<Option<Examined>, StoreError> {
        Ok(None)
    }

    fn messages(&self, below: u64, limit: usize) -> Result<Vec<(u64, MessageRecord)>, StoreError> {
        self.guard()?;
        let newest = self.messages.iter().rev().filter(|(at, _)| *at < below);
        Ok(newest.take(limit).cloned().collect())
    }

    fn mail(&self, sequence: u64) -> Result<Option<MailRecord>, StoreError> {
        Ok(self
            .mails
            .iter()
            .find(|(at, _)| *at == sequence)
            .map(|(_, found)| found.clone()))
    }

    fn mails(&self, below: u64, limit: usize) -> Result<Vec<(u64, MailRecord)>, StoreError> {
        Ok(self
            .mails
            .iter()
            .rev()
            .filter(|(at, _)| *at < below)
            .take(limit)
            .cloned()
            .collect())
    }

    fn quarantine(&self) -> Result<Vec<(u64, QuarantineRecord)>, StoreError> {
        self.guard()?;
        Ok(self.quarantine.clone())
    }

    fn remove_from_quarantine(&self, _: u64) -> Result<bool, StoreError> {
        panic!("pages only read")
    }

    fn totals(&self) -> Result<Totals, StoreError> {
        self.guard()?;
        Ok(Totals {
            mails: u64::try_from(self.mails.len()).unwrap(),
            interchanges: u64::try_from(self.messages.len()).unwrap(),
            messages: u64::try_from(self.messages.len()).unwrap(),
            series: u64::try_from(self.series.len()).unwrap(),
            values: self.series.iter().map(|entry| entry.values).sum(),
            quarantine: u64::try_from(self.quarantine.len()).unwrap(),
            duplicates: 3,
            outbox: Undone::default(),
            database_bytes: 18_400_000,
            archive_bytes: 3_700_000,
        })
    }

    fn interchanges(
        &self,
        _: u64,
        _: usize,
    ) -> Result<Vec<(u64, Hash, InterchangeRecord)>, StoreError> {
        Ok(Vec::new())
    }

    fn verify(
        &self,
        _: &mut dyn FnMut(StoreError),
        _: &mut dyn FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        panic!("pages verify nothing")
    }

    fn compact(
        &self,
        _: &mut dyn FnMut(u64, u64) -> io::Result<()>,
    ) -> Result<Compacted, StoreError> {
        panic!("the pages do not compact")
    }

    fn dump(&self, _: &mut Each<'_>) -> Result<(), StoreError> {
        panic!("pages copy nothing")
    }
}

/// The world as the pages take it.
pub(crate) fn shared(world: World) -> Arc<dyn Store> {
    Arc::new(world)
}

fn key(location: &str, obis: &str, kind: Kind, unit: Option<&str>) -> Key {
    Key {
        location: location.to_owned(),
        device: None,
        obis: obis.to_owned(),
        kind,
        unit: unit.map(str::to_owned),
    }
}

fn mail_record(arrived: i64) -> MailRecord {
    MailRecord {
        mailbox: "metering".to_owned(),
        folder: "INBOX".to_owned(),
        id: MailId::Imap {
            validity: 1,
            uid: 1,
        },
        arrived,
        size_bytes: 48_000,
        head: Head {
            message_id: "1@netz.example".to_owned(),
            from: "edifact@netz.example".to_owned(),
            subject: "MSCONS <script>alert(1)</script> Lastgänge".to_owned(),
        },
        interchanges: Vec::new(),
        outcome: Outcome::Stored,
    }
}

fn message_record(sequence: u64, mail: u64, arrived: i64, values: u64, key: &Key) -> MessageRecord {
    let pid = match (key.kind, key.obis.starts_with('7')) {
        (Kind::Interval, false) => 13025,
        (Kind::Interval, true) => 13008,
        (Kind::Reading, _) => 13017,
        (Kind::Timeless, _) => 13011,
    };
    MessageRecord {
        interchange: [0; 32],
        mail,
        reference: MessageReference {
            sender: "9905048000007".to_owned(),
            receiver: "9985046000001".to_owned(),
            interchange: format!("REF{sequence:05}"),
            message: "1".to_owned(),
        },
        kind: "MSCONS".to_owned(),
        version: "2.4c".to_owned(),
        document: format!("DOC20261123{sequence:06}"),
        pid: Some(pid),
        document_date: Some(arrived - 1200),
        arrived,
        cancels: None,
        values,
        offset_bytes: 0,
        length_bytes: 0,
        cancelled_by: None,
    }
}

/// Thousandths of a kWh a quarter: ovens from two to ten, a shop until six, closed on Sundays.
fn bakery(quarter: i64) -> i64 {
    let (day, slot) = (quarter / 96, quarter % 96);
    let noise = (quarter * 7919) % 613;
    let is_sunday = day % 7 == 6;
    let load = match slot {
        8..40 if !is_sunday => 9_400 - (slot - 20).abs() * 130,
        40..72 if !is_sunday => 4_300 - (slot - 52).abs() * 40,
        _ => 1_150,
    };
    load + noise
}

fn sunlight(quarter: i64) -> i64 {
    let (day, slot) = (quarter / 96, quarter % 96);
    let height = 400 - (slot - 48) * (slot - 48);
    let clouds = 40 + (day * 37) % 60;
    (height.max(0) * clouds / 6).max(0)
}
