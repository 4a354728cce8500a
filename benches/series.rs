//! Series: packing, merging, exports and pictures, each beside a peer where there is one.
//!
//! ```text
//! cargo bench --features peers --bench series
//! ```
//!
//! Sizes are printed first. For XLSX and pictures there is no peer that writes the same: their
//! figures stand alone.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]
#![expect(clippy::cast_precision_loss, reason = "figures of three digits")]
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "what fails here is the bench"
)]

use std::hint::black_box;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use mscons_gateway::chart::{self, Frame, Point, png};
use mscons_gateway::extract::{Bounds, candidates};
use mscons_gateway::format::csv::Dialect;
use mscons_gateway::format::{Format, Record, Writer};
use mscons_gateway::market::calendar::{Day, UtcTime};
use mscons_gateway::message::mscons;
use mscons_gateway::query;
use mscons_gateway::sample;
use mscons_gateway::series::merge::{Spoken, merge};
use mscons_gateway::series::{Block, Columns, Labels, Row, Value};
use mscons_gateway::text::Language;
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};

fn main() {
    println!("| kind | values | ours, all columns, bytes a value | pco | zstd of delta varints |");
    println!("|---|---|---|---|---|");
    for kind in KINDS {
        for days in [1, 31] {
            let block = block(kind, days);
            let values = mantissas(&block);
            let count = values.len() as f64;
            println!(
                "| {kind} | {count} | {:.2} | {:.2} | {:.2} |",
                block.encode().len() as f64 / count,
                pco_pack(&values).len() as f64 / count,
                zstd_pack(&values).len() as f64 / count
            );
            assert_eq!(pco_unpack(&pco_pack(&values)), values);
            assert_eq!(zstd_unpack(&zstd_pack(&values)), values);
        }
    }
    divan::main();
}

/// Months of quarter hours: all columns of ours, the values alone of the peers.
mod pack {
    use super::{Bencher, ItemsCount, KINDS, black_box, block, mantissas, pco_pack, zstd_pack};

    #[divan::bench(args = KINDS)]
    fn ours(bencher: Bencher<'_, '_>, kind: &str) {
        let block = block(kind, 31);
        let items = ItemsCount::new(block.columns.len());
        bencher.counter(items).bench(|| black_box(&block).encode());
    }

    #[divan::bench(args = KINDS)]
    fn pco(bencher: Bencher<'_, '_>, kind: &str) {
        let values = mantissas(&block(kind, 31));
        let items = ItemsCount::new(values.len());
        bencher
            .counter(items)
            .bench(|| pco_pack(black_box(&values)));
    }

    #[divan::bench(args = KINDS)]
    fn zstd_of_delta_varints(bencher: Bencher<'_, '_>, kind: &str) {
        let values = mantissas(&block(kind, 31));
        let items = ItemsCount::new(values.len());
        bencher
            .counter(items)
            .bench(|| zstd_pack(black_box(&values)));
    }
}

/// The same back.
mod unpack {
    use super::{
        Bencher, Block, ItemsCount, KINDS, black_box, block, mantissas, pco_pack, pco_unpack,
        zstd_pack, zstd_unpack,
    };

    #[divan::bench(args = KINDS)]
    fn ours(bencher: Bencher<'_, '_>, kind: &str) {
        let block = block(kind, 31);
        let (bytes, items) = (block.encode(), ItemsCount::new(block.columns.len()));
        bencher
            .counter(items)
            .bench(|| Block::decode(black_box(&bytes)));
    }

    #[divan::bench(args = KINDS)]
    fn pco(bencher: Bencher<'_, '_>, kind: &str) {
        let values = mantissas(&block(kind, 31));
        let (bytes, items) = (pco_pack(&values), ItemsCount::new(values.len()));
        bencher
            .counter(items)
            .bench(|| pco_unpack(black_box(&bytes)));
    }

    #[divan::bench(args = KINDS)]
    fn zstd_of_delta_varints(bencher: Bencher<'_, '_>, kind: &str) {
        let values = mantissas(&block(kind, 31));
        let (bytes, items) = (zstd_pack(&values), ItemsCount::new(values.len()));
        bencher
            .counter(items)
            .bench(|| zstd_unpack(black_box(&bytes)));
    }
}

/// A month that was corrected so many times as a whole.
#[divan::bench(args = [0, 1, 10])]
fn merging(bencher: Bencher<'_, '_>, corrections: u64) {
    let block = block("factory", 31);
    let spoken: Vec<Spoken> = (0..=corrections)
        .map(|sequence| Spoken {
            sequence,
            block: block.clone(),
        })
        .collect();
    bencher
        .counter(ItemsCount::new(block.columns.len()))
        .with_inputs(|| spoken.clone())
        .bench_values(merge);
}

/// 20 MB of MSCONS as records: 237,000 values.
mod export {
    use super::{
        Bencher, Dialect, Format, ItemsCount, Record, Value, Writer, black_box, mscons,
        parquet_columns, query, sample,
    };

    #[divan::bench(args = [Format::Csv, Format::Ndjson, Format::Parquet, Format::Xlsx])]
    fn ours(bencher: Bencher<'_, '_>, format: Format) {
        measure(bencher, |records| {
            let mut writer = Writer::parsed(format, Dialect::default(), Vec::new()).unwrap();
            for record in records {
                writer.write(record).unwrap();
            }
            writer.finish().unwrap().len()
        });
    }

    /// The same rows as texts through the crate `csv`.
    #[divan::bench]
    fn csv_crate(bencher: Bencher<'_, '_>) {
        measure(bencher, |records| {
            let mut writer = csv::Writer::from_writer(Vec::new());
            for record in records {
                let (Some(start), Some(end), Value::Number(value)) =
                    (record.start, record.end, record.value)
                else {
                    continue;
                };
                let (start, end, value) = (start.to_string(), end.to_string(), value.to_string());
                let pid = record.pid.map(|pid| pid.to_string()).unwrap_or_default();
                let fields = [
                    record.sender,
                    record.receiver,
                    record.interchange,
                    record.message,
                    record.document,
                    &pid,
                    record.location.unwrap_or_default(),
                    record.device.unwrap_or_default(),
                    record.obis.unwrap_or_default(),
                    &start,
                    &end,
                    &value,
                    record.label.unit.as_deref().unwrap_or_default(),
                    &record.label.qualifier,
                    record.label.status.first().map_or("", |status| status),
                ];
                writer.write_record(fields).unwrap();
            }
            writer.into_inner().unwrap().len()
        });
    }

    /// Location, start, end and value as four columns by the crate `parquet` itself, zstd.
    #[divan::bench]
    fn parquet_crate(bencher: Bencher<'_, '_>) {
        measure(bencher, parquet_columns);
    }

    fn measure(bencher: Bencher<'_, '_>, write: impl Fn(&[Record<'_>]) -> usize + Sync) {
        let file = mscons::read(&sample::corpus(20_000_000));
        let records: Vec<Record<'_>> = file.interchanges.iter().flat_map(query::parsed).collect();
        let items = ItemsCount::new(records.len());
        bencher.counter(items).bench(|| write(black_box(&records)));
    }
}

/// A month of quarter hours.
mod picture {
    use super::{
        Bencher, Frame, Language, Point, Spoken, UtcTime, black_box, block, chart, merge, png,
    };

    #[divan::bench]
    fn load_profile_as_svg(bencher: Bencher<'_, '_>) {
        let points = points();
        bencher.bench(|| svg(black_box(&points)));
    }

    #[divan::bench]
    fn the_same_as_png(bencher: Bencher<'_, '_>) {
        let svg = svg(&points());
        bencher.bench(|| png::png(black_box(&svg), png::Theme::Light, 2.0));
    }

    fn points() -> Vec<Point> {
        let spoken = Spoken {
            sequence: 1,
            block: block("factory", 31),
        };
        chart::points(&merge(vec![spoken]), &[])
    }

    fn svg(points: &[Point]) -> String {
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
        let ends = |point: Option<&Point>| point.map_or(UtcTime::from_seconds(0), |p| p.start);
        let frame = Frame {
            title: "factory",
            unit: "kWh",
            from: ends(points.first()),
            to: ends(points.last()),
            width: 1_200,
            height: 420,
            language: Language::En,
            time_zone: &zone,
        };
        chart::load_profile(&frame, points)
    }
}

/// Days of one kind of the sample, behind each other, without the oddities of the last days.
fn block(kind: &str, days: i32) -> Block {
    let mails = sample::demo(TODAY, 1);
    let (mut columns, mut labels) = (Columns::default(), Labels::default());
    for ago in (ODD_DAYS..ODD_DAYS + days).rev() {
        let name = format!("{kind} {}", TODAY.plus(-ago));
        let mail = mails.iter().find(|mail| mail.name == name).expect("a day");
        for candidate in candidates(&mail.bytes, &Bounds::default()).candidates {
            for interchange in mscons::read(&candidate.bytes).interchanges {
                for row in interchange.columns.rows() {
                    let label = interchange.labels.get(row.label).cloned();
                    let label = labels.intern(label.unwrap_or_default());
                    columns.push(Row { label, ..row });
                }
            }
        }
    }
    Block {
        version: None,
        document_date: UtcTime::from_seconds(1_800_000_000),
        arrived: UtcTime::from_seconds(1_800_000_100),
        columns,
        labels,
    }
}

/// The numbers alone, in thousandths or whatever their scale is.
fn mantissas(block: &Block) -> Vec<i64> {
    let numbers = block.columns.rows().filter_map(|row| match row.value {
        Value::Number(number) => Some(number.mantissa()),
        Value::Absent | Value::Text(_) => None,
    });
    numbers.collect()
}

fn pco_pack(values: &[i64]) -> Vec<u8> {
    let config = pco::ChunkConfig::default();
    pco::standalone::simple_compress(values, &config).expect("numbers")
}

fn pco_unpack(bytes: &[u8]) -> Vec<i64> {
    pco::standalone::simple_decompress(bytes).expect("numbers")
}

fn zstd_pack(values: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() * 2);
    let mut last = 0;
    for value in values {
        let delta = value - last;
        last = *value;
        let mut folded = ((delta << 1) ^ (delta >> 63)).cast_unsigned();
        loop {
            let [low, ..] = folded.to_le_bytes();
            folded >>= 7;
            if folded == 0 {
                bytes.push(low & 0x7f);
                break;
            }
            bytes.push(low | 0x80);
        }
    }
    zstd::bulk::compress(&bytes, 3).expect("bytes")
}

fn zstd_unpack(bytes: &[u8]) -> Vec<i64> {
    let bytes = zstd::bulk::decompress(bytes, 1 << 20).expect("bytes");
    let (mut values, mut last, mut folded, mut shift) = (Vec::new(), 0_i64, 0_u64, 0);
    for byte in bytes {
        folded |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            last += (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed();
            values.push(last);
            (folded, shift) = (0, 0);
        }
    }
    values
}

fn parquet_columns(records: &[Record<'_>]) -> usize {
    use parquet::basic::{Compression, ZstdLevel};
    let schema = "message series { required binary location (UTF8); required int64 start; \
        required int64 end; required int64 value; }";
    let schema = parquet::schema::parser::parse_message_type(schema).unwrap();
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer = parquet::file::writer::SerializedFileWriter::new(
        Vec::new(),
        Arc::new(schema),
        Arc::new(properties),
    )
    .unwrap();
    let number = |value: Value<'_>| match value {
        Value::Number(number) => number.mantissa(),
        Value::Absent | Value::Text(_) => 0,
    };
    let seconds = |time: Option<UtcTime>| time.map_or(0, UtcTime::seconds);
    let locations: Vec<ByteArray> = records
        .iter()
        .map(|record| ByteArray::from(record.location.unwrap_or_default()))
        .collect();
    let columns: [Vec<i64>; 3] = [
        records.iter().map(|record| seconds(record.start)).collect(),
        records.iter().map(|record| seconds(record.end)).collect(),
        records.iter().map(|record| number(record.value)).collect(),
    ];
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let texts = column.typed::<ByteArrayType>();
    texts.write_batch(&locations, None, None).unwrap();
    column.close().unwrap();
    for values in &columns {
        let mut column = group.next_column().unwrap().unwrap();
        let numbers = column.typed::<Int64Type>();
        numbers.write_batch(values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap().len()
}

const KINDS: [&str; 3] = ["factory", "roof", "household"];
/// 2026-11-24.
const TODAY: Day = Day::from_number(20_781);
const ODD_DAYS: i32 = 8;
