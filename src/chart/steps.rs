//! Points to steps on pixels: as they are, or one a pixel column with its least and greatest value.

use crate::market::calendar::UtcTime;
use crate::series::quality::Quality;

use crate::chart::Point;

/// What is drawn over one stretch of the time axis. Places in pixels from the start of the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it begins.
    pub from: f64,
    /// Where it ends; equal to `from` for a reading.
    pub to: f64,
    /// The least value.
    pub low: f64,
    /// The greatest value.
    pub high: f64,
    /// The mean of its values.
    pub mean: f64,
    /// The quality that most of its values have.
    pub quality: Quality,
    /// The worst quality of its values.
    pub worst: Quality,
    /// Whether one of its values was corrected.
    pub corrected: bool,
    /// Whether it begins where the step before it ends, in time.
    pub joined: bool,
    /// How many of its values have each quality, from best to worst.
    votes: [u32; 5],
}

/// A stretch of the time axis without a value, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
}

/// Everything that is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Steps {
    /// The steps in order of time, never more than three a pixel.
    pub steps: Vec<Step>,
    /// The gaps in order of time; those less than a pixel apart are one.
    pub gaps: Vec<Gap>,
    /// The least value and the instant in pixels.
    pub low: Option<(f64, f64)>,
    /// The greatest value and the instant in pixels.
    pub high: Option<(f64, f64)>,
    /// The last value and the instant in pixels.
    pub last: Option<(f64, f64)>,
}

/// The time axis: which instants lie on which pixels.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// The instant at 0.
    pub from: UtcTime,
    /// The instant at `pixels`.
    pub to: UtcTime,
    /// Length of the axis.
    pub pixels: f64,
}

impl Scale {
    /// Where an instant lies, at the nearest end if it is outside.
    #[expect(
        clippy::cast_precision_loss,
        reason = "pixels; spans of time are far below 2^52 s"
    )]
    pub fn place(self, at: UtcTime) -> f64 {
        let span = self.to.seconds().saturating_sub(self.from.seconds()).max(1) as f64;
        let since = at.seconds().saturating_sub(self.from.seconds()) as f64;
        (since / span * self.pixels).clamp(0.0, self.pixels)
    }
}

/// The steps and gaps of points in order of time. Points outside of the scale are left out.
///
/// Up to three points a pixel are drawn as they are. Of more, each pixel column keeps mean, least
/// and greatest value, so that no peak is lost; and every gap stays, however short.
pub fn steps(points: &[Point], scale: Scale) -> Steps {
    let mut drawn = Steps::default();
    let inside = || {
        points.iter().filter(|point| {
            let is_reading = point.start == point.end;
            (point.end > scale.from || is_reading && point.end >= scale.from)
                && point.start < scale.to
        })
    };
    #[expect(clippy::cast_precision_loss, reason = "a number of points")]
    let is_dense = inside().count() as f64 > POINTS_A_PIXEL * scale.pixels;
    let (mut known_until, mut drawn_until) = (None, None);
    for point in inside() {
        let is_reading = point.start == point.end;
        let (from, to) = (scale.place(point.start), scale.place(point.end));
        if let Some(until) = known_until.filter(|until| !is_reading && *until < point.start) {
            drawn.add_gap(scale.place(until), from);
        }
        known_until = known_until.max(Some(point.end));
        let Some(value) = point.value.filter(|value| value.is_finite()) else {
            drawn.add_gap(from, to);
            continue;
        };
        let joined = is_reading || drawn_until == Some(point.start);
        drawn.add_value(Step::of(point, value, (from, to), joined), is_dense);
        drawn_until = drawn_until.max(Some(point.end));
    }
    drawn
}

impl Steps {
    fn add_gap(&mut self, from: f64, to: f64) {
        match self.gaps.last_mut() {
            Some(last) if from - last.to < 1.0 => last.to = last.to.max(to),
            Some(_) | None => self.gaps.push(Gap { from, to }),
        }
    }

    fn add_value(&mut self, step: Step, is_dense: bool) {
        let here = (step.mean, f64::midpoint(step.from, step.to));
        self.last = Some(here);
        if self.low.is_none_or(|(low, _)| step.low < low) {
            self.low = Some(here);
        }
        if self.high.is_none_or(|(high, _)| step.high > high) {
            self.high = Some(here);
        }
        match self.steps.last_mut() {
            // A gap within one column does not split it: the gap is drawn over it.
            Some(last) if is_dense && step.from < last.from.floor() + 1.0 => last.absorb(&step),
            Some(_) | None => self.steps.push(step),
        }
    }
}

impl Step {
    fn of(point: &Point, value: f64, (from, to): (f64, f64), joined: bool) -> Self {
        let mut votes = [0; RANKS.len()];
        for (vote, quality) in votes.iter_mut().zip(RANKS) {
            *vote = u32::from(quality == point.quality);
        }
        Self {
            from,
            to,
            low: value,
            high: value,
            mean: value,
            quality: point.quality,
            worst: point.quality,
            corrected: point.corrected,
            joined,
            votes,
        }
    }

    fn absorb(&mut self, later: &Self) {
        self.to = later.to;
        self.low = self.low.min(later.low);
        self.high = self.high.max(later.high);
        self.worst = self.worst.max(later.worst);
        self.corrected |= later.corrected;
        let mine = f64::from(self.votes.iter().sum::<u32>());
        let theirs = f64::from(later.votes.iter().sum::<u32>());
        self.mean += (later.mean - self.mean) * theirs / (mine + theirs);
        for (vote, more) in self.votes.iter_mut().zip(later.votes) {
            *vote += more;
        }
        // On a tie the worse one, which comes later, wins.
        let most = self
            .votes
            .iter()
            .zip(RANKS)
            .max_by_key(|(votes, _)| **votes);
        self.quality = most.map_or(self.worst, |(_, quality)| quality);
    }
}

/// The qualities from best to worst, as the votes of a step are counted.
const RANKS: [Quality; 5] = [
    Quality::Measured,
    Quality::Substitute,
    Quality::Preliminary,
    Quality::Disturbed,
    Quality::Missing,
];
/// Up to here each point is a step of its own: three steps a pixel are still a line.
const POINTS_A_PIXEL: f64 = 3.0;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QUARTER: i64 = 900;

    fn point(number: i64, value: Option<f64>) -> Point {
        Point {
            start: UtcTime::from_seconds(number * QUARTER),
            end: UtcTime::from_seconds((number + 1) * QUARTER),
            value,
            quality: if value.is_some() {
                Quality::Measured
            } else {
                Quality::Missing
            },
            corrected: false,
        }
    }

    fn scale(points: i64, pixels: f64) -> Scale {
        let (from, to) = (
            UtcTime::from_seconds(0),
            UtcTime::from_seconds(points * QUARTER),
        );
        Scale { from, to, pixels }
    }

    #[test]
    fn few_points_are_drawn_as_they_are() {
        let points: Vec<Point> = (0..96).map(|at| point(at, Some(1.0))).collect();
        let drawn = steps(&points, scale(96, 960.0));
        assert_eq!(drawn.steps.len(), 96);
        assert!(drawn.gaps.is_empty());
        assert!(drawn.steps.iter().skip(1).all(|step| step.joined));
    }

    #[test]
    fn a_year_of_quarter_hours_keeps_its_peak_and_its_one_gap() {
        let points: Vec<Point> = (0..35_040)
            .map(|at| {
                point(
                    at,
                    match at {
                        7_777 => Some(99.5),
                        20_000 => None,
                        _ => Some(1.0),
                    },
                )
            })
            .collect();
        let drawn = steps(&points, scale(35_040, 900.0));
        assert!(drawn.steps.len() <= 900);
        assert!(drawn.steps.iter().any(|step| step.high > 99.0));
        assert_eq!(drawn.high.map(|(value, _)| value), Some(99.5));
        assert_eq!(drawn.gaps.len(), 1);
    }

    #[test]
    fn what_no_point_speaks_of_is_a_gap_like_a_missing_value() {
        let unspoken = [point(0, Some(1.0)), point(4, Some(1.0))];
        let missing = [
            point(0, Some(1.0)),
            point(1, None),
            point(2, None),
            point(3, None),
            point(4, Some(1.0)),
        ];
        let scale = scale(5, 500.0);
        assert_eq!(
            steps(&unspoken, scale).gaps,
            [Gap {
                from: 100.0,
                to: 400.0
            }]
        );
        assert_eq!(steps(&unspoken, scale).gaps, steps(&missing, scale).gaps);
        assert!(!steps(&missing, scale).steps[1].joined);
    }

    #[test]
    fn a_column_is_drawn_in_the_colour_of_most_and_marked_with_the_worst() {
        let mut points: Vec<Point> = (0..8).map(|at| point(at, Some(1.0))).collect();
        points[3].quality = Quality::Disturbed;
        let drawn = steps(&points, scale(8, 1.0));
        assert_eq!(drawn.steps.len(), 1);
        assert_eq!(drawn.steps[0].quality, Quality::Measured);
        assert_eq!(drawn.steps[0].worst, Quality::Disturbed);
    }

    #[test]
    fn readings_are_points_without_gaps_between() {
        let readings: Vec<Point> = (0..3)
            .map(|day| {
                let at = UtcTime::from_seconds(day * 86_400);
                Point {
                    start: at,
                    end: at,
                    ..point(0, Some(1.0))
                }
            })
            .collect();
        let drawn = steps(
            &readings,
            Scale {
                pixels: 100.0,
                ..scale(3 * 96, 100.0)
            },
        );
        assert_eq!(drawn.steps.len(), 3);
        assert!(drawn.gaps.is_empty());
    }

    #[test]
    fn what_is_no_number_is_a_gap() {
        let drawn = steps(
            &[point(0, Some(f64::NAN)), point(1, Some(1.0))],
            scale(2, 100.0),
        );
        assert_eq!(drawn.gaps.len(), 1);
        assert_eq!(drawn.low, Some((1.0, 75.0)));
    }

    proptest! {
        #[test]
        fn however_many_points_there_are_no_gap_is_hidden_and_no_extreme_lost(
            values in prop::collection::vec(prop::option::weighted(0.9, -50.0..50.0_f64), 1..3000),
            pixels in 1.0..400.0_f64,
        ) {
            let points: Vec<Point> =
                (0_i64..).zip(&values).map(|(at, value)| point(at, *value)).collect();
            let scale = scale(i64::try_from(points.len()).unwrap(), pixels);
            let drawn = steps(&points, scale);
            for point in points.iter().filter(|point| point.value.is_none()) {
                let place = f64::midpoint(scale.place(point.start), scale.place(point.end));
                prop_assert!(drawn.gaps.iter().any(|gap| gap.from <= place && place <= gap.to));
            }
            let known = values.iter().flatten().copied();
            prop_assert_eq!(drawn.high.map(|(value, _)| value), known.clone().reduce(f64::max));
            prop_assert_eq!(drawn.low.map(|(value, _)| value), known.reduce(f64::min));
            prop_assert!(f64::from(u32::try_from(drawn.steps.len()).unwrap()) <= 3.0 * pixels + 2.0);
            prop_assert!(f64::from(u32::try_from(drawn.gaps.len()).unwrap()) <= pixels + 2.0);
        }
    }
}
