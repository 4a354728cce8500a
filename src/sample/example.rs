//! One interchange of every Prüfidentifikator, as the AHB wants it, with invented content.
//!
//! Source: BDEW AHB MSCONS 3.1g (2.4c) and 3.2 (2.5), the columns of the Prüfidentifikatoren;
//! [`gas`] and [`power`] have the places of their sectors.

mod draw;
mod gas;
mod power;

use crate::market::pid::CANCELLATION;
use crate::message::mscons::kind::ProductList;
use crate::message::mscons::write::{Interchange, Location, Message, Place, Version};
use crate::sample::code::{market_location, metering_location};
use draw::Draw;

/// An interchange of this Prüfidentifikator; its numbers, days and lengths follow from the seed.
///
/// `None` if 2.4c and 2.5 do not have it.
pub fn example(pid: u32, version: Version, seed: u64) -> Option<Interchange> {
    let mut draw = Draw::new(version, seed);
    let message = if pid == CANCELLATION {
        let original = message(CANCELLED, &mut draw)?;
        Message::cancelling(&original, &draw.document(), draw.prepared)
    } else {
        message(pid, &mut draw)?
    };
    let (sender, receiver) = Draw::parties(pid);
    let interchange = Interchange {
        version,
        ..Interchange::new(sender, receiver, &draw.reference(), draw.prepared)
    };
    Some(interchange.with(message))
}

fn message(pid: u32, draw: &mut Draw) -> Option<Message> {
    let mut message = Message::new(pid, &draw.document(), draw.prepared);
    // Some Prüfidentifikatoren have a second kind of document, with other rules.
    let second = second_name_code(pid).filter(|_| draw.chance());
    if let Some(name_code) = second {
        name_code.clone_into(&mut message.name_code);
    }
    let is_second = second.is_some();
    let place = match pid {
        13_002 => gas::reading(draw),
        13_003 => power::sum_series(draw, is_second),
        13_005 => power::transfer(draw, "1-1:1.29.0", ProductList::Obis),
        13_007 => gas::quality(draw),
        13_008 => gas::load_profile(draw),
        13_009 => gas::energy(draw, is_second),
        13_010 => power::profile(draw, "H0"),
        13_011 => power::profile_family(draw),
        13_012 => power::profile(draw, "TEP"),
        13_013 => gas::allocation(draw),
        13_014 => gas::balanced_amount(draw),
        13_015 => power::before_supply(draw),
        13_016 => power::energy_and_peak(draw, is_second),
        13_017 => power::reading(draw),
        13_018 => power::load_profile(draw, metering_location),
        13_019 => power::energy(draw, is_second),
        13_020 => power::redispatch_transfer(draw, is_second),
        13_021 => power::weather(draw),
        13_022 => power::lost_work(draw),
        13_023 => power::lost_work_sum(draw),
        13_025 => power::load_profile(draw, market_location),
        13_026 => power::transfer(draw, "AUA", ProductList::Medium),
        13_027 => power::values_of_type_2(draw),
        13_028 => power::power_basis(draw),
        _ => return None,
    };
    message.places.push(place);
    if pid == 13_013 {
        message.list_version = Some(draw.version_time());
        // A list names several market locations.
        message.places.push(gas::allocation(draw));
    }
    // What these answer stands in an ORDERS, or in a UTILMD.
    if matches!(pid, 13_013 | 13_015 | 13_027) {
        message.answers = Some(format!("ORD{:09}", draw.number()));
    }
    Some(message)
}

/// BGM 1001 of the second kind of document, where there is one: daily series, delivery notes, and
/// what was before a supply began.
fn second_name_code(pid: u32) -> Option<&'static str> {
    match pid {
        13_003 => Some("Z39"),
        13_009 => Some("Z27"),
        13_016 => Some("Z42"),
        13_019 => Some("Z41"),
        13_020 => Some("Z69"),
        _ => None,
    }
}

/// A place of one point.
fn point(id: String) -> Place {
    Place::new(Location::Point(id))
}

/// What the example of a cancellation cancels.
const CANCELLED: u32 = 13_016;

#[cfg(test)]
mod tests;
