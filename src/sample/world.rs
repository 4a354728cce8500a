//! The demo's world: some weeks of mails from three operators to one company.

mod month;
mod post;
mod source;

use crate::market::calendar::Day;
use crate::market::quantity::Decimal;
use crate::message::mscons::write::{Line, Location, Message, Place, Timing};
use crate::sample::world::post::Post;
use crate::sample::world::source::{BOILER, FACTORY, HOUSEHOLD, ROOF, Source};
use crate::sample::{SampleMail, first_of_month};
use crate::series::{Label, Value};

/// The mails of the weeks before `today`, in the order of their arrival.
///
/// Besides the ordinary days there are: a day whose mail never came, a series whose mail of
/// yesterday is late, substitutes that true values replace later, a mail that comes twice, one
/// without EDIFACT, a packed one, a truncated one, and the energy of a month that is cancelled and
/// replaced. Amounts of a month are the sums of its days, and meters count what the load profiles
/// say.
pub fn demo(today: Day, seed: u64) -> Vec<SampleMail> {
    let first = first_of_month(today.plus(-DAYS));
    let mut world = World {
        seed,
        meters_set: first,
        post: Post::default(),
    };
    world.power_reading(first.plus(-1));
    world.gas_reading(first.plus(-1));
    for ago in (1..=today.number() - first.number()).rev() {
        let day = today.plus(-ago);
        world.factory(day, ago);
        world.roof(day, ago);
        world.household(day, ago);
        world.boiler(day, ago);
        if first_of_month(day.plus(1)) == day.plus(1) {
            world.month_end(day);
        }
    }
    world.post.mails
}

/// What was sent so far, and what it follows from.
#[derive(Debug)]
struct World {
    seed: u64,
    /// The first day that the meters count.
    meters_set: Day,
    post: Post,
}

impl World {
    fn factory(&mut self, day: Day, ago: i32) {
        if ago != GAP_AGO {
            self.tell(&FACTORY, day, day);
        }
    }

    fn roof(&mut self, day: Day, ago: i32) {
        if ago > LATE_UNTIL_AGO {
            self.tell(&ROOF, day, day);
        }
        match ago {
            TWICE_AGO => self.post.send_last_again(),
            INVOICE_AGO => self.post.send_invoice(day),
            _ => {}
        }
    }

    fn household(&mut self, day: Day, ago: i32) {
        match ago {
            4..=6 => {
                let message = self.load_profile(&HOUSEHOLD, day, day, Telling::Substitute);
                self.post.send(&HOUSEHOLD, name(&HOUSEHOLD, day), message);
            }
            TRUNCATED_AGO => {
                let message = self.load_profile(&HOUSEHOLD, day, day, Telling::True);
                self.post.send_truncated(&HOUSEHOLD, message);
                self.tell(&HOUSEHOLD, day, day);
            }
            2 => {
                self.tell(&HOUSEHOLD, day, day);
                // Meanwhile the meter was read: true values for two of the three days.
                for corrected in [-4, -3] {
                    self.tell(&HOUSEHOLD, day.plus(corrected), day);
                }
            }
            _ => self.tell(&HOUSEHOLD, day, day),
        }
    }

    fn boiler(&mut self, day: Day, ago: i32) {
        if ago == PACKED_AGO {
            let message = self.load_profile(&BOILER, day, day, Telling::True);
            self.post.send_packed(&BOILER, &name(&BOILER, day), message);
        } else {
            self.tell(&BOILER, day, day);
        }
    }

    /// Sends the true values of `of`, the morning after `day`.
    fn tell(&mut self, source: &Source, of: Day, day: Day) {
        let message = self.load_profile(source, of, day, Telling::True);
        self.post.send(source, name(source, of), message);
    }

    fn load_profile(&self, source: &Source, of: Day, day: Day, telling: Telling) -> Message {
        let truth = source.truth(self.seed, of);
        let (numbers, label) = match telling {
            Telling::True => (truth, label("220", &[])),
            Telling::Substitute => (interpolated(&truth), label("67", &["Z32++Z92", "Z40++Z75"])),
        };
        let mut line = Line::obis(source.obis, Timing::Interval);
        for (time, number) in source.times(of).into_iter().zip(numbers) {
            line.push(Some(time), decimal(number, 3), label.clone());
        }
        let place = Place {
            period: Some(source.bounds(of)),
            ..Place::new(Location::Point(source.location.to_owned()))
        };
        self.message(source.pid, day).with(place.with(line))
    }
}

/// How values are told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Telling {
    /// As they are.
    True,
    /// As somebody makes them up who knows the energy of each hour alone.
    Substitute,
}

/// Each hour's energy, spread evenly over its quarters.
fn interpolated(numbers: &[i64]) -> Vec<i64> {
    let spread = |hour: &[i64]| {
        let (sum, count) = (hour.iter().sum::<i64>(), hour.len());
        (1..).take(count).scan(0, move |told, n| {
            // Up to quarter n, n parts of the sum are told: nothing is lost to rounding.
            let until = sum * n / i64::try_from(count).unwrap_or(1);
            let part = until - *told;
            *told = until;
            Some(part)
        })
    };
    numbers.chunks(4).flat_map(spread).collect()
}

fn name(source: &Source, day: Day) -> String {
    format!("{} {day}", source.name)
}

fn label(qualifier: &str, status: &[&str]) -> Label {
    Label {
        qualifier: qualifier.into(),
        unit: None,
        status: status.iter().map(|&status| status.into()).collect(),
    }
}

fn decimal(mantissa: i64, scale: u8) -> Value<'static> {
    Decimal::new(mantissa, scale).map_or(Value::Absent, Value::Number)
}

/// The demo has the whole month that holds this day, and what followed: seven weeks or more.
const DAYS: i32 = 49;
/// The factory's mail of this day never comes.
const GAP_AGO: i32 = 5;
/// The roof's mails from this day on are late.
const LATE_UNTIL_AGO: i32 = 1;
/// This day of the roof comes twice.
const TWICE_AGO: i32 = 5;
/// On this day an invoice comes.
const INVOICE_AGO: i32 = 4;
/// This day of the household comes truncated first, then whole.
const TRUNCATED_AGO: i32 = 3;
/// This day of the boiler is packed.
const PACKED_AGO: i32 = 7;

#[cfg(test)]
mod tests;
