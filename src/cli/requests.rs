//! `requests`: what was asked for, and what came of it.

use std::io::Write;

use crate::cli::args::ListFormat;
use crate::cli::at_store::AtStore;
use crate::cli::call::Call;
use crate::cli::{Done, Failure};
use crate::format::table::Table;
use crate::market::calendar::UtcTime;
use crate::outbox::history::Event;
use crate::request::story::{Story, stories};

/// `requests`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// How they are printed
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let stories = stories(call.store(), u64::MAX, limit)?;
        if stories.is_empty() {
            call.nothing_found("nothing was asked for yet");
        }
        let mut out = call.results();
        match self.format {
            ListFormat::Table => table(&stories).write(&mut out)?,
            ListFormat::Json => {
                let list: Vec<_> = stories.iter().map(Story::json).collect();
                serde_json::to_writer_pretty(&mut out, &list)?;
                writeln!(out)?;
            }
        }
        out.flush()?;
        Ok(Done::Well)
    }
}

fn table(stories: &[Story]) -> Table {
    let header = [
        "number", "asked", "partner", "location", "obis", "from", "to", "state", "story",
    ];
    let rows = stories.iter().map(|story| {
        let request = &story.request;
        let time = |seconds: i64| UtcTime::from_seconds(seconds).to_string();
        vec![
            story.number.to_string(),
            time(request.asked),
            request.partner.clone(),
            request.location.clone(),
            request.obis.clone(),
            time(request.from),
            time(request.to),
            story.standing.name().to_owned(),
            on_one_line(&story.events),
        ]
    });
    Table::new(&header, rows.collect())
}

/// From draft to fulfilled.
fn on_one_line(events: &[Event]) -> String {
    let told = events.iter().map(Event::line);
    told.collect::<Vec<_>>().join(" → ")
}
