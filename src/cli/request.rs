//! `request`: a partner is asked for data.

use std::io::Write;

use crate::cli::args::{Stretch, read_time};
use crate::cli::at_store::AtStore;
use crate::cli::call::{Call, Caller, wait};
use crate::cli::{Done, Failure, open};
use crate::clock;
use crate::config::Gateway;
use crate::expect::overdue::survey;
use crate::format::table::Table;
use crate::request::acquire::{self, Decision};
use crate::request::{Desk, Fault, RequestFault, What, Wish};

/// `request`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Who is asked: `id` or `name` of a `[[partner]]`
    #[arg(
        long,
        value_name = "PARTNER",
        required_unless_present = "due",
        default_value = "",
        hide_default_value = true
    )]
    partner: String,
    /// Market or metering location
    #[arg(
        long,
        value_name = "LOCATION",
        required_unless_present = "due",
        default_value = "",
        hide_default_value = true
    )]
    location: String,
    /// OBIS code; complaints by ORDERS need one
    #[arg(long, value_name = "OBIS", default_value = "")]
    obis: String,
    #[command(flatten)]
    stretch: Stretch,
    /// The instant that is asked for, with `--values change | apportioning | reading-in-between`
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from", "to"])]
    at: Option<String>,
    /// What is asked for
    #[arg(long, value_enum, default_value_t = ValuesArg::LoadProfile, conflicts_with = "complaint")]
    values: ValuesArg,
    /// Complain instead: what is wrong with the values
    #[arg(long, value_enum)]
    complaint: Option<ComplaintArg>,
    /// Document number of the message with the wrong values (`messages` shows it)
    #[arg(long, value_name = "NUMBER", requires = "complaint")]
    document: Option<String>,
    /// What else a person should know of the complaint
    #[arg(long, value_name = "TEXT", default_value = "", requires = "complaint")]
    text: String,
    /// Ask for what is late, as the running gateway does by itself (`request_after` of `[[expect]]`)
    #[arg(long, conflicts_with_all = ["partner", "location", "obis", "from", "to", "at", "values", "complaint"])]
    due: bool,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
enum ValuesArg {
    /// Load profile
    LoadProfile,
    /// Meter readings
    Readings,
    /// A single amount of energy
    Energy,
    /// Amount of energy and peak power
    EnergyAndPeak,
    /// Calorific value and volume conversion factor of gas
    CalorificValue,
    /// Values at an instant: something changes (gas)
    Change,
    /// Values at an instant: energy is to be apportioned (power)
    Apportioning,
    /// Values at an instant: a reading in between
    ReadingInBetween,
}

/// What can be complained about.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
enum ComplaintArg {
    /// They have not come
    Missing,
    /// They are too high
    TooHigh,
    /// They are too low
    TooLow,
}

impl AtStore for Args {
    fn run(&self, call: &Call<'_>) -> Result<Done, Failure> {
        if self.due {
            return due(call, self.dry_run);
        }
        let (desk, wish) = self.wish(call.config)?;
        let partner = wish.partner.clone();
        let now = clock::now();
        let mut out = call.results();
        let draft = desk.draft(wish, now).map_err(refused)?;
        let numbers = wait(call.opened.ingest()?.dispatch(vec![draft]))??;
        for number in numbers {
            writeln!(out, "{number}")?;
            call.note(&format!(
                "request {number} to {partner} is in the outbox; `mscons-gateway requests` tells its story"
            ));
        }
        out.flush()?;
        if call.gateway.is_none() {
            call.note("no gateway runs; `mscons-gateway outbox send` sends it");
        }
        Ok(Done::Well)
    }

    fn without_store(
        &self,
        config: &Gateway,
        caller: &dyn Caller,
    ) -> Result<Option<Done>, Failure> {
        if self.due || !self.dry_run {
            return Ok(None);
        }
        let (desk, wish) = self.wish(config)?;
        let shown = desk.preview(&wish, clock::now()).map_err(refused)?;
        let mut out = caller.results();
        writeln!(out, "to       {}", shown.to)?;
        writeln!(out, "subject  {}", shown.subject)?;
        writeln!(out, "\n{}", shown.content.trim_end())?;
        out.flush()?;
        caller.note("nothing was sent; the number is made up");
        Ok(Some(Done::Well))
    }

    /// What is wrong with the request is said before anything is opened or made.
    fn check(&self, config: &Gateway) -> Result<(), Failure> {
        if self.due {
            return open::existing(config);
        }
        let (desk, wish) = self.wish(config)?;
        desk.preview(&wish, clock::now()).map_err(refused)?;
        Ok(())
    }
}

impl Args {
    fn wish(&self, config: &Gateway) -> Result<(Desk, Wish), Failure> {
        let zone = open::time_zone(config)?;
        let what = self.what()?;
        let (from, to) = match (&self.at, self.stretch.read(&zone)?) {
            (Some(at), _) if what.is_instant() => {
                let at = read_time("--at", at, &zone)?;
                (at, at)
            }
            (None, (Some(from), Some(to))) if !what.is_instant() => (from, to),
            _ if what.is_instant() => {
                return Err(Failure::Usage(
                    "this is asked for an instant: give --at".to_owned(),
                ));
            }
            _ => {
                let what = "this is asked for a period: give --from and --to".to_owned();
                return Err(Failure::Usage(what));
            }
        };
        let wish = Wish {
            partner: self.partner.clone(),
            location: self.location.clone(),
            obis: self.obis.clone(),
            from,
            to,
            what,
            by_itself: false,
        };
        Ok((Desk::new(config, zone), wish))
    }

    fn what(&self) -> Result<What, Failure> {
        let document = || {
            self.document.clone().ok_or_else(|| {
                let what = "which message brought the wrong values? give --document; `mscons-gateway messages` shows it";
                Failure::Usage(what.to_owned())
            })
        };
        let fault = match self.complaint {
            None => {
                return Ok(match self.values {
                    ValuesArg::LoadProfile => What::LoadProfile,
                    ValuesArg::Readings => What::Readings,
                    ValuesArg::Energy => What::EnergyAmount,
                    ValuesArg::EnergyAndPeak => What::EnergyAndPeak,
                    ValuesArg::CalorificValue => What::CalorificValue,
                    ValuesArg::Change => What::Change,
                    ValuesArg::Apportioning => What::Apportioning,
                    ValuesArg::ReadingInBetween => What::ReadingInBetween,
                });
            }
            Some(ComplaintArg::Missing) => Fault::Missing,
            Some(ComplaintArg::TooHigh) => Fault::TooHigh {
                document: document()?,
            },
            Some(ComplaintArg::TooLow) => Fault::TooLow {
                document: document()?,
            },
        };
        let text = self.text.clone();
        Ok(What::Complaint { fault, text })
    }
}

/// What is late, why it is asked for or not, and the requests.
fn due(call: &Call<'_>, is_dry: bool) -> Result<Done, Failure> {
    let now = clock::now();
    let survey = survey(call.store(), &open::plan(call.config), now)?;
    let lacks = acquire::look(call.store(), &survey, &call.config.partner, now)?;
    if lacks.is_empty() {
        call.nothing_found("nothing is late of what an [[expect]] with request_after names");
    }
    let header = [
        "partner",
        "location",
        "obis",
        "from",
        "to",
        "due since",
        "what is done",
    ];
    let rows = lacks.iter().map(|lack| {
        vec![
            lack.wish.partner.clone(),
            lack.wish.location.clone(),
            lack.wish.obis.clone(),
            lack.wish.from.to_string(),
            lack.wish.to.to_string(),
            lack.since.to_string(),
            in_words(lack.decision),
        ]
    });
    let mut out = call.results();
    Table::new(&header, rows.collect()).write(&mut out)?;
    out.flush()?;
    let desk = Desk::new(call.config, open::time_zone(call.config)?);
    let (drafts, faults) = desk.drafts(&lacks, now);
    for (wish, fault) in &faults {
        call.complain(&format!("{} at {}: {fault}", wish.location, wish.partner));
    }
    if is_dry {
        call.note(&format!(
            "{} mails would be sent; nothing was",
            drafts.len()
        ));
    } else if !drafts.is_empty() {
        let numbers = wait(call.opened.ingest()?.dispatch(drafts))??;
        call.note(&format!("{} mails are in the outbox", numbers.len()));
    }
    Ok(if faults.is_empty() {
        Done::Well
    } else {
        Done::WithFailures
    })
}

fn in_words(decision: Decision) -> String {
    match decision {
        Decision::Ask { nth: 1 } => "asked for".to_owned(),
        Decision::Ask { nth } if decision.escalates() => {
            format!("asked for, time {nth}, and a person is told")
        }
        Decision::Ask { nth } => format!("asked for, time {nth}"),
        Decision::Wait { until } => format!("an answer is waited for until {until}"),
        Decision::InOutbox { number } => format!("request {number} is still to be sent"),
        Decision::Refused { number } => format!("request {number} was refused: look at it"),
        Decision::EnoughToday => "the partner was asked often enough today".to_owned(),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what an error is turned into takes it"
)]
fn refused(fault: RequestFault) -> Failure {
    Failure::Usage(fault.to_string())
}
