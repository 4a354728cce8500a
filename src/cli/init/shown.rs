//! What the trial of a mailbox found, for the person who reads along.

use crate::cli::output;
use crate::text::Text;
use crate::upkeep::doctor::{Examined, Verdict};
use crate::upkeep::proposal::Proposal;
use crate::upkeep::survey::{Series, Survey};

/// Each step of the trial, and what to do about it.
pub(super) fn checks(examined: &Examined) {
    for check in &examined.checks {
        let (_, step) = check.name.split_once(": ").unwrap_or_default();
        let mark = match check.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "!",
            Verdict::Fault => "!!",
        };
        output::note(&format!("  {mark:2} {step}: {}", check.said));
        if !check.advice.is_empty() {
            output::note(&format!("     -> {}", check.advice));
        }
    }
}

/// Who sends, and what.
pub(super) fn survey(survey: &Survey, text: &Text) {
    let Survey {
        mails,
        with_mscons,
        not_understood,
        senders,
        series,
    } = survey;
    output::note(&text.init_looked(*mails as u64, *with_mscons as u64));
    if *not_understood > 0 {
        output::note(&text.init_not_understood(*not_understood as u64));
    }
    for sender in senders.iter().take(SHOWN) {
        let count = sender.interchanges as u64;
        let line = text.init_sender(&sender.address, &sender.party, count);
        output::note(&format!("  {line}"));
    }
    for one in series.iter().take(SHOWN) {
        output::note(&format!("  {}", describe(one, text)));
    }
    let more = series.len().saturating_sub(SHOWN);
    if more > 0 {
        output::note(&format!("  {}", text.init_more(more as u64)));
    }
}

/// What is put into the file for it.
pub(super) fn proposal(proposal: &Proposal, text: &Text) {
    if proposal.partners.is_empty() && proposal.expects.is_empty() {
        return;
    }
    let regular = proposal.expects.iter().filter(|one| one.is_regular).count();
    let seldom = proposal.expects.len() - regular;
    output::note(&text.init_proposed(proposal.partners.len() as u64, regular as u64));
    if seldom > 0 {
        output::note(&text.init_proposed_seldom(seldom as u64));
    }
}

fn describe(series: &Series, text: &Text) -> String {
    let interval = match u64::try_from(series.interval_minutes).unwrap_or(0) {
        0 => text.init_interval_none(),
        minutes if minutes % 60 == 0 => text.init_interval_hours(minutes / 60),
        minutes => text.init_interval_minutes(minutes),
    };
    let days = series.rhythm_days.and_then(|days| u64::try_from(days).ok());
    let rhythm = match days {
        None => text.init_rhythm_once(),
        Some(1) => text.init_rhythm_daily(),
        Some(days) => text.init_rhythm(days),
    };
    let values = series.values as u64;
    text.init_series(&series.location, &series.obis, values, &interval, &rhythm)
}

/// As many as a person reads.
const SHOWN: usize = 20;
