//! The same values elsewhere: appended to a file, in `SQLite`, in `redb`, and as one Parquet file.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use redb::{Database, ReadableDatabase, TableDefinition};
use rusqlite::Connection;

use crate::files::Shape;
use crate::{bytes_in, milliseconds};

type Numbers = Vec<(u32, i64, i64)>;

/// Prints a row for each.
pub(crate) fn measure(shape: Shape, home: &Path) -> Result<()> {
    let commits = commits(shape);
    for (name, peer) in PEERS {
        let directory = home.join(name);
        std::fs::create_dir(&directory)?;
        let (seconds, read_ms) = peer(shape, &commits, &directory)?;
        let values = shape.values() as f64;
        let bytes = bytes_in(&directory)? as f64;
        let read = read_ms.map_or("–".to_owned(), |ms| format!("{ms:.1}"));
        let (rate, size) = (values / seconds, bytes / values);
        println!("| {name} | {rate:.0} | {size:.2} | – | {read} |");
    }
    Ok(())
}

/// Seconds until all is durable, and milliseconds of reading a year of one series again.
type Peer = fn(Shape, &[Numbers], &Path) -> Result<(f64, Option<f64>)>;

const PEERS: [(&str, Peer); 4] = [
    ("append 16 bytes a value, fdatasync", append),
    ("SQLite, WAL, synchronous=FULL", sqlite),
    ("redb", redb),
    ("Parquet, one file at the end, zstd", parquet_file),
];

/// The values of some files, as many as share a flush of ours.
fn commits(shape: Shape) -> Vec<Numbers> {
    let mut commits = vec![Numbers::new()];
    for file in shape.files() {
        if let Some(last) = commits.last_mut() {
            last.extend(shape.numbers(file, 0));
            if last.len() >= VALUES_A_COMMIT {
                commits.push(Numbers::new());
            }
        }
    }
    commits
}

/// The limit: nothing is sorted, nothing can be found.
fn append(_: Shape, commits: &[Numbers], home: &Path) -> Result<(f64, Option<f64>)> {
    let mut file = File::create(home.join("values"))?;
    let begin = Instant::now();
    for commit in commits {
        let bytes: Vec<u8> = commit
            .iter()
            .flat_map(|(_, start, value)| [start.to_le_bytes(), value.to_le_bytes()])
            .flatten()
            .collect();
        file.write_all(&bytes)?;
        file.sync_data()?;
    }
    Ok((begin.elapsed().as_secs_f64(), None))
}

fn sqlite(shape: Shape, commits: &[Numbers], home: &Path) -> Result<(f64, Option<f64>)> {
    let mut database = Connection::open(home.join("values.db"))?;
    database.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536;
         create table value (series integer, start integer, value integer,
                             primary key (series, start)) without rowid;",
    )?;
    let begin = Instant::now();
    for commit in commits {
        let transaction = database.transaction()?;
        {
            let mut insert = transaction.prepare("insert into value values (?, ?, ?)")?;
            for row in commit {
                insert.execute(*row)?;
            }
        }
        transaction.commit()?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let read_ms = least(|| {
        let mut select = database.prepare(
            "select start, value from value where series = 0 and start >= ? and start < ?",
        )?;
        let (from, to) = shape.last_year();
        let rows = select.query_map((from.seconds(), to.seconds()), |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?.len())
    })?;
    database.close().map_err(|(_, error)| error)?;
    Ok((seconds, Some(read_ms)))
}

fn redb(shape: Shape, commits: &[Numbers], home: &Path) -> Result<(f64, Option<f64>)> {
    const VALUES: TableDefinition<'_, (u32, i64), i64> = TableDefinition::new("values");
    let database = Database::builder()
        .set_cache_size(64 << 20)
        .create(home.join("values.redb"))?;
    let begin = Instant::now();
    for commit in commits {
        let transaction = database.begin_write()?;
        {
            let mut table = transaction.open_table(VALUES)?;
            for (series, start, value) in commit {
                table.insert((*series, *start), *value)?;
            }
        }
        transaction.commit()?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let read_ms = least(|| {
        let (from, to) = shape.last_year();
        let table = database.begin_read()?.open_table(VALUES)?;
        let mut rows = Numbers::new();
        for row in table.range((0, from.seconds())..(0, to.seconds()))? {
            let (key, value) = row?;
            rows.push((0, key.value().1, value.value()));
        }
        Ok(rows.len())
    })?;
    Ok((seconds, Some(read_ms)))
}

/// As a batch job would: everything in memory, then sorted, then one file. Nothing is durable before.
fn parquet_file(_: Shape, commits: &[Numbers], home: &Path) -> Result<(f64, Option<f64>)> {
    let schema =
        "message values { required int32 series; required int64 start; required int64 value; }";
    let schema = Arc::new(parse_message_type(schema)?);
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let properties = WriterProperties::builder().set_compression(zstd).build();
    let begin = Instant::now();
    let mut rows: Numbers = commits.iter().flatten().copied().collect();
    rows.sort_unstable();
    let file = File::create(home.join("values.parquet"))?;
    let mut writer = SerializedFileWriter::new(&file, schema, Arc::new(properties))?;
    for part in rows.chunks(1 << 20) {
        let mut group = writer.next_row_group()?;
        let series: Vec<i32> = part.iter().map(|row| row.0.cast_signed()).collect();
        let starts: Vec<i64> = part.iter().map(|row| row.1).collect();
        let values: Vec<i64> = part.iter().map(|row| row.2).collect();
        let mut column = group.next_column()?.context("a column")?;
        column
            .typed::<Int32Type>()
            .write_batch(&series, None, None)?;
        column.close()?;
        for numbers in [starts, values] {
            let mut column = group.next_column()?.context("a column")?;
            column
                .typed::<Int64Type>()
                .write_batch(&numbers, None, None)?;
            column.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    file.sync_all()?;
    Ok((begin.elapsed().as_secs_f64(), None))
}

/// The least milliseconds of some tries.
fn least(read: impl Fn() -> Result<usize>) -> Result<f64> {
    let mut least = f64::MAX;
    for _ in 0..crate::READS {
        let begin = Instant::now();
        std::hint::black_box(read()?);
        least = least.min(milliseconds(begin));
    }
    Ok(least)
}

/// Some 64 mails of a day of quarter hours each.
const VALUES_A_COMMIT: usize = 6_144;
