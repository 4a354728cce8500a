//! What is told once a month: readings, amounts, and what turns gas into energy. All of it follows
//! from the days.

use crate::market::calendar::Day;
use crate::message::mscons::write::{Line, Location, Message, Place, Timing};
use crate::sample::first_of_month;
use crate::sample::world::source::{
    BOILER, FACTORY, Gas, HOUSEHOLD, Z_NUMBER_HUNDREDTHS, days, gas_volume,
};
use crate::sample::world::{World, decimal, label};

impl World {
    /// What is told in the morning after a month.
    pub(super) fn month_end(&mut self, last: Day) {
        self.power_reading(last);
        self.gas_reading(last);
        self.gas_energy(last);
        let first = first_of_month(last);
        let name = format!("energy {last}");
        // At first the first days of the month are left out: cancelled, and told right.
        let wrong = self.energy_and_peak(first.plus(DAYS_FORGOTTEN), last);
        self.post.send(&FACTORY, name.clone(), wrong.clone());
        let at = self.post.next_arrival(last);
        let cancellation = Message::cancelling(&wrong, &self.post.next_document(), at);
        self.post
            .send(&FACTORY, format!("cancellation {last}"), cancellation);
        let right = self.energy_and_peak(first, last);
        self.post.send(&FACTORY, name, right);
    }

    /// 13017: what the household's meter shows at the end of a day.
    pub(super) fn power_reading(&mut self, last: Day) {
        let counted = HOUSEHOLD.sum(self.seed, self.meters_set, last);
        let mut line = Line::obis("1-1:1.8.0", Timing::Instant);
        line.read_on = Some(last);
        let at = HOUSEHOLD.bounds(last).1;
        let value = decimal(POWER_METER_BEGAN_AT + counted, 3);
        line.push(Some((at, at)), value, label("220", &[]));
        let place = meter(HOUSEHOLD.location, "1EMH0009876543").with(line);
        let message = self.message(13_017, last).with(place);
        self.post
            .send(&HOUSEHOLD, format!("reading {last}"), message);
    }

    /// 13002: what the boiler's meter shows at the end of a gas day, and what turns the volume of
    /// the month into energy.
    pub(super) fn gas_reading(&mut self, last: Day) {
        let volume = gas_volume(self.seed, self.meters_set, last);
        let at = BOILER.bounds(last).1;
        let month = BOILER.span(first_of_month(last), last);
        let calorific = Gas::of(last).calorific_tenths;
        let mut reading = Line::obis("7-0:3.0.0", Timing::Instant);
        reading.read_on = Some(last.plus(1));
        let value = decimal(GAS_METER_BEGAN_AT + volume, 1);
        reading.push(Some((at, at)), value, label("220", &[]));
        let mut place = meter(GAS_METER_LOCATION, "7ELS0000456789").with(reading);
        for (obis, value) in [
            ("7-0:52.0.22", decimal(Z_NUMBER_HUNDREDTHS * 100, 4)),
            ("7-0:54.0.22", decimal(calorific * 100, 3)),
        ] {
            let mut line = Line::obis(obis, Timing::Interval);
            line.push(Some(month), value, label("220", &[]));
            place = place.with(line);
        }
        let message = self.message(13_002, last).with(place);
        self.post
            .send(&BOILER, format!("gas reading {last}"), message);
    }

    /// 13009: the energy of a gas month, in whole kWh (DVGW G 685).
    fn gas_energy(&mut self, last: Day) {
        let first = first_of_month(last);
        let mut line = Line::obis("7-0:33.86.0", Timing::Interval);
        let whole = (BOILER.sum(self.seed, first, last) + 500) / 1_000;
        let month = BOILER.span(first, last);
        line.push(Some(month), decimal(whole, 0), label("220", &[]));
        let place = Place::new(Location::Point(BOILER.location.to_owned())).with(line);
        let message = self.message(13_009, last).with(place);
        self.post
            .send(&BOILER, format!("gas energy {last}"), message);
    }

    /// 13016: energy and peak of the factory in the month that ends with `last`, counted from a day
    /// on.
    fn energy_and_peak(&self, counted_from: Day, last: Day) -> Message {
        let month = FACTORY.span(first_of_month(last), last);
        let energy = FACTORY.sum(self.seed, counted_from, last);
        let highest = days(counted_from, last)
            .flat_map(|day| FACTORY.truth(self.seed, day))
            .max();
        // Four times the energy of a quarter hour is its mean power.
        let peak = highest.unwrap_or(0) * 4;
        let mut place = Place::new(Location::Point(FACTORY.location.to_owned()));
        for (obis, timing, number) in [
            ("1-1:1.9.0", Timing::Interval, energy),
            ("1-1:1.6.0", Timing::Month, peak),
        ] {
            let mut line = Line::obis(obis, timing);
            line.push(Some(month), decimal(number, 3), label("220", &[]));
            place = place.with(line);
        }
        self.message(13_016, last).with(place)
    }

    /// The next message, about this day.
    pub(super) fn message(&self, pid: u32, day: Day) -> Message {
        let at = self.post.next_arrival(day);
        Message::new(pid, &self.post.next_document(), at)
    }
}

fn meter(location: &str, device: &str) -> Place {
    Place {
        device: Some(device.to_owned()),
        ..Place::new(Location::Point(location.to_owned()))
    }
}

/// The first days of a month that the wrong energy leaves out.
const DAYS_FORGOTTEN: i32 = 7;
/// What the meters showed when the first month of the world began: thousandths of a kWh, and
/// tenths of a cubic metre.
const POWER_METER_BEGAN_AT: i64 = 18_420_600;
const GAS_METER_BEGAN_AT: i64 = 5_127_304;
const GAS_METER_LOCATION: &str = "DE7000991011500000000000000067890";
