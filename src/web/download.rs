//! Downloads: values in every format, and what is in quarantine as it came.

use std::io::{self, Write};

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path, Query};
use tokio::sync::mpsc;

use crate::format::{Format, Shape, Writer};
use crate::market::calendar::UtcTime;
use crate::query::Resampled;
use crate::series::Kind;
use crate::store::ledger::SeriesEntry;
use crate::web::Context;
use crate::web::pages::series::{as_of, entry, known};
use crate::web::pages::{PageError, error};
use crate::web::period::{Period, Query as Address, Unit};

/// `/series/{id}/values.{extension}`: the values of a period, or all of them.
pub(crate) async fn values(
    context: Data<Context>,
    path: Path<(u32, String)>,
    address: Query<Address>,
) -> HttpResponse {
    let (id, extension) = path.into_inner();
    let Some(format) = format(&extension) else {
        return error::answer(&context.text, &PageError::NotFound);
    };
    let asked = {
        let context = context.clone();
        actix_web::web::block(move || Wanted::read(&context, id, &address)).await
    };
    match asked {
        Ok(Ok(wanted)) => stream(context, wanted, format),
        Ok(Err(error)) => error::answer(&context.text, &error),
        Err(error) => error::answer(&context.text, &PageError::Failed(error.to_string())),
    }
}

/// `/quarantine/{number}/content`: the bytes of an entry, as they came.
pub(crate) async fn quarantined(context: Data<Context>, number: Path<u64>) -> HttpResponse {
    let read = {
        let context = context.clone();
        actix_web::web::block(move || content(&context, *number)).await
    };
    match read {
        Ok(Ok(bytes)) => HttpResponse::Ok()
            .content_type("application/octet-stream")
            .insert_header(attachment("quarantine.edi"))
            .body(bytes),
        Ok(Err(error)) => error::answer(&context.text, &error),
        Err(error) => error::answer(&context.text, &PageError::Failed(error.to_string())),
    }
}

fn content(context: &Context, number: u64) -> Result<Vec<u8>, PageError> {
    let entries = context.store.quarantine()?;
    let (_, record) = entries
        .into_iter()
        .find(|(at, _)| *at == number)
        .ok_or(PageError::NotFound)?;
    let place = record.place.ok_or(PageError::NotFound)?;
    Ok(context.archive.read(place)?.1)
}

/// What is asked for.
struct Wanted {
    entry: SeriesEntry,
    period: (UtcTime, UtcTime),
    as_of: Option<UtcTime>,
    resampled: Option<Resampled>,
}

impl Wanted {
    fn read(context: &Context, id: u32, address: &Address) -> Result<Self, PageError> {
        let entry = entry(context, id)?;
        let all = known(&entry, &context.text);
        let is_given = |part: &Option<String>| part.as_ref().is_some_and(|part| !part.is_empty());
        let period = if is_given(&address.from) || is_given(&address.unit) {
            let zone = context.text.time_zone();
            let last = context.text.zoned(all.1.seconds()).date();
            let period = Period::read(address, (Unit::Year, last), zone)?;
            (period.from, period.to)
        } else {
            all
        };
        let as_of = as_of(address, &context.text)?;
        let catalogue = context.catalogue();
        // Read before the answer begins, so that a refusal is an answer of its own.
        let resampled = match address.resolution()? {
            Some(resolution) => Some(catalogue.resampled(&entry, resolution, period, as_of)?),
            None => None,
        };
        Ok(Self {
            entry,
            period,
            as_of,
            resampled,
        })
    }

    /// The period in parts that are read one after the other, so that memory is bounded.
    fn parts(&self) -> Vec<(UtcTime, UtcTime)> {
        let (from, to) = (self.period.0.seconds(), self.period.1.seconds());
        match self.entry.key.kind {
            Kind::Timeless => vec![self.period],
            Kind::Interval | Kind::Reading => (from..to)
                .step_by(PART_SECONDS)
                .map(|start| {
                    let end = start.saturating_add(i64::try_from(PART_SECONDS).unwrap_or(i64::MAX));
                    (
                        UtcTime::from_seconds(start),
                        UtcTime::from_seconds(end.min(to)),
                    )
                })
                .collect(),
        }
    }

    fn file_name(&self, format: Format) -> String {
        let key = &self.entry.key;
        let name = [key.location.as_str(), &key.obis].join("_");
        let safe: String = name
            .chars()
            .take(80)
            .map(|c| {
                if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        format!("{safe}.{}", format.extension())
    }
}

/// Writes on a thread that may block, and sends while it writes. Whoever reads slowly slows the
/// writing; whoever leaves ends it. A failure breaks the answer off, so that it is not mistaken
/// for all of it.
fn stream(context: Data<Context>, wanted: Wanted, format: Format) -> HttpResponse {
    let (sender, mut receiver) = mpsc::channel(CHUNKS_IN_FLIGHT);
    let name = attachment(&wanted.file_name(format));
    tokio::task::spawn_blocking(move || {
        let body = Body {
            chunk: Vec::with_capacity(CHUNK_BYTES),
            sender: sender.clone(),
        };
        if let Err(error) = write(&context, &wanted, format, body) {
            tracing::warn!(series = wanted.entry.id, %error, "a download broke off");
            // Nobody is left to tell if this fails.
            let _ = sender.blocking_send(Err(error));
        }
    });
    let chunks = futures_util::stream::poll_fn(move |task| receiver.poll_recv(task));
    HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header(name)
        .streaming(chunks)
}

fn write(context: &Context, wanted: &Wanted, format: Format, body: Body) -> io::Result<()> {
    let shape = match &wanted.resampled {
        Some(_) => Shape::Resampled,
        None => Shape::Stored,
    };
    let writer = Writer::new(format, context.dialect, shape, body)?;
    let mut writer = writer.in_zone(&context.time_zone);
    if let Some(resampled) = &wanted.resampled {
        for record in resampled.records() {
            writer.write(&record)?;
        }
        writer.finish()?;
        return Ok(());
    }
    for part in wanted.parts() {
        let values = context
            .catalogue()
            .values(&wanted.entry, part, wanted.as_of)
            .map_err(io::Error::other)?;
        for record in values.records() {
            writer.write(&record)?;
        }
    }
    writer.finish()?;
    Ok(())
}

/// A body that is sent in chunks while it is written.
struct Body {
    chunk: Vec<u8>,
    sender: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for Body {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunk.extend_from_slice(bytes);
        if self.chunk.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.chunk.is_empty() {
            return Ok(());
        }
        let full = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK_BYTES));
        let sent = self.sender.blocking_send(Ok(Bytes::from(full)));
        sent.map_err(|_| io::Error::new(io::ErrorKind::BrokenPipe, "the reader left"))
    }
}

fn format(extension: &str) -> Option<Format> {
    Format::ALL
        .into_iter()
        .find(|format| *format != Format::Table && format.extension() == extension)
}

fn attachment(name: &str) -> (header::HeaderName, String) {
    (
        header::CONTENT_DISPOSITION,
        format!("attachment; filename=\"{name}\""),
    )
}

/// A month: 2,976 quarter-hours are read at once.
const PART_SECONDS: usize = 31 * 86_400;
/// What is sent at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// Written, but not yet sent.
const CHUNKS_IN_FLIGHT: usize = 4;
