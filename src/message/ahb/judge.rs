//! Puts the segments of a message before its rules, and finds the place of what they say.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use edi_energy::profile::Resolution;
use edi_energy::profile::validate::FMT_PREFIX;
use edi_energy::{Profile, ValidationIssue, ValidationSeverity};
use edifact_rs::Segment;

use crate::message::ahb::case::Case;
use crate::message::ahb::excuse::{Becomes, excuse};
use crate::message::ahb::shape::is_instant;

/// What a rule says, at all places where it says the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Issue {
    /// Its name.
    pub(super) rule: String,
    pub(super) is_error: bool,
    /// Numbers of the segments, from 0; at least one.
    pub(super) at: Vec<usize>,
    /// In words.
    pub(super) says: Says,
}

/// A sentence with an open place: what stands there is the message's own, and messages of one shape
/// have different values.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub(super) struct Says {
    before: String,
    /// Element and component whose value stands in between, the tag apart, from 0; and what follows.
    value: Option<((usize, usize), String)>,
}

impl Says {
    /// The sentence for a segment.
    pub(super) fn of(&self, segment: &Segment<'_>) -> String {
        match &self.value {
            None => self.before.clone(),
            Some((place, after)) => {
                format!("{}{:?}{after}", self.before, value(segment, *place))
            }
        }
    }

    /// Opens a sentence where it quotes the value of this place.
    fn opened(sentence: String, segment: &Segment<'_>, place: (usize, usize)) -> Self {
        let quoted = format!("{:?}", value(segment, place));
        match sentence.split_once(&quoted) {
            Some((before, after)) => Self {
                before: before.to_owned(),
                value: Some((place, after.to_owned())),
            },
            None => Self {
                before: sentence,
                value: None,
            },
        }
    }
}

fn value<'s>(segment: &'s Segment<'_>, (element, component): (usize, usize)) -> &'s str {
    let value = segment.component_str(element, component);
    value.unwrap_or_default()
}

/// What the rules say of a message, in the order of its segments; `None` if they failed on it.
pub(super) fn judge(case: &Case, segments: &[Segment<'_>]) -> Option<Vec<Issue>> {
    // The rules are another's code, and the message anybody's.
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let found = case.profile.validate(segments, case.column);
        let mut places = Places::new(case.profile, segments);
        let all = found
            .iter()
            .filter_map(|found| issue(case, segments, found, &mut places));
        let mut issues: Vec<Issue> = all.chain(wrong_instants(segments)).collect();
        issues.sort_by(|a, b| a.at.cmp(&b.at));
        together(issues)
    }));
    judged.ok()
}

/// Issues that say the same as one, each where it is met first.
fn together(issues: Vec<Issue>) -> Vec<Issue> {
    let mut places: HashMap<(String, Says), usize> = HashMap::new();
    let mut together: Vec<Issue> = Vec::new();
    for issue in issues {
        let key = (issue.rule.clone(), issue.says.clone());
        let place = *places.entry(key).or_insert(together.len());
        match together.get_mut(place) {
            Some(known) => known.at.extend(issue.at),
            None => together.push(issue),
        }
    }
    together
}

fn issue(
    case: &Case,
    segments: &[Segment<'_>],
    found: &ValidationIssue,
    places: &mut Places<'_>,
) -> Option<Issue> {
    let rule = found.rule_id()?.to_owned();
    if rule.starts_with("AHB-UNKNOWN") || rule.starts_with("AHB-SKIP") {
        // Told as what was not checked.
        return None;
    }
    let severity = found.severity;
    let mut is_error = matches!(
        severity,
        ValidationSeverity::Error | ValidationSeverity::Critical
    );
    let sentence = match rule.strip_prefix(FMT_PREFIX) {
        Some(condition) => of_condition(case, segments, found, condition)?,
        None => found.message.clone(),
    };
    match excuse(&rule, &sentence).map(|excuse| excuse.becomes) {
        Some(Becomes::Silent) => return None,
        Some(Becomes::Warning) => is_error = false,
        None => {}
    }
    let position = position(found);
    let segment = position.and_then(|at| segments.get(at));
    let says = match segment.zip(element(found)) {
        Some((segment, place)) => Says::opened(sentence, segment, place),
        None => Says {
            before: sentence,
            value: None,
        },
    };
    Some(Issue {
        at: vec![position.unwrap_or_else(|| places.of(&rule))],
        rule,
        is_error,
        says,
    })
}

/// Number of the segment, from 0.
fn position(found: &ValidationIssue) -> Option<usize> {
    usize::try_from(found.segment_position()?.checked_sub(1)?).ok()
}

/// Element and component.
fn element(found: &ValidationIssue) -> Option<(usize, usize)> {
    let (element, component) = found.element_index().zip(found.component_index())?;
    Some((element.into(), component.into()))
}

/// A Formatbedingung in its own words: those of the crate name the value in several ways.
fn of_condition(
    case: &Case,
    segments: &[Segment<'_>],
    found: &ValidationIssue,
    condition: &str,
) -> Option<String> {
    let segment = segments.get(position(found)?)?;
    let value = value(segment, element(found)?);
    let number = condition.rsplit('-').next().unwrap_or_default();
    let meaning = case.profile.ahb.conditions.get(number);
    let meaning = meaning.map_or_else(String::new, |text| format!(" ({text})"));
    let nr = found.context_get("nr").unwrap_or_default();
    let de = found.context_get("de").unwrap_or_default();
    Some(format!(
        "{} (Nr {nr}): DE {de} is {value:?}, which does not fulfil [{number}]{meaning}",
        segment.tag
    ))
}

/// DTM that claims format 303 and has another.
fn wrong_instants(segments: &[Segment<'_>]) -> impl Iterator<Item = Issue> {
    let claims = |segment: &Segment<'_>| segment.tag == "DTM" && value(segment, (0, 2)) == "303";
    let is_wrong = |segment: &Segment<'_>| !is_instant(value(segment, (0, 1)).as_bytes());
    let all = segments.iter().enumerate();
    all.filter(move |(_, segment)| claims(segment) && is_wrong(segment))
        .map(|(at, _)| Issue {
            rule: "SEM-DTM-VALUE".to_owned(),
            is_error: true,
            at: vec![at],
            says: Says {
                before: "DTM: DE 2380 is ".to_owned(),
                value: Some(((0, 1), ", not CCYYMMDDHHMMZZZ as 303 wants it".to_owned())),
            },
        })
}

/// Finds where something is missing or too often: the crate does not tell.
struct Places<'p> {
    profile: &'p Profile,
    resolution: Resolution,
    /// How often each rule was met.
    met: HashMap<String, usize>,
}

impl<'p> Places<'p> {
    fn new(profile: &'p Profile, segments: &[Segment<'_>]) -> Self {
        Self {
            profile,
            resolution: profile.resolve(segments),
            met: HashMap::new(),
        }
    }

    /// The segment that a rule speaks of when it is met again: the head of the group that lacks
    /// something, or what is too much.
    fn of(&mut self, rule: &str) -> usize {
        let met = self.met.entry(rule.to_owned()).or_insert(0);
        let before = *met;
        *met += 1;
        let Some(nr) = number_of(rule) else {
            return 0;
        };
        let structure = &self.profile.structure;
        let Some(&segment) = structure.by_nr.get(nr) else {
            return 0;
        };
        let is_missing = ["-MISSING", "-REQUIRED", "-PAKET-MIN"]
            .iter()
            .any(|end| rule.ends_with(end));
        let is_group = rule.split('-').any(|part| part.starts_with("SG"));
        let parent = |node: usize| structure.nodes.get(node).and_then(|node| node.parent);
        let places = if is_missing {
            let (node, within) = match parent(segment) {
                Some(group) if is_group => (group, parent(group)),
                within => (segment, within),
            };
            self.lacking(node, within)
        } else {
            self.standing(segment)
        };
        let place = places.get(before).or(places.last());
        place.copied().unwrap_or(0)
    }

    /// The heads of the groups of this kind that have no such segment or group.
    fn lacking(&self, node: usize, within: Option<usize>) -> Vec<usize> {
        let instances = self.resolution.instances.iter().enumerate();
        let lacking = instances.filter(|(id, instance)| {
            instance.node == within
                && self.resolution.count(*id, node) == 0
                && self.resolution.group_count(*id, node) == 0
        });
        lacking.map(|(_, instance)| instance.first).collect()
    }

    /// The segments of this kind.
    fn standing(&self, node: usize) -> Vec<usize> {
        let assigned = self.resolution.assigned.iter().enumerate();
        let of_node = assigned.filter(|(_, place)| place.is_some_and(|place| place.node == node));
        of_node.map(|(at, _)| at).collect()
    }
}

/// The number of the segment in the MIG that a rule names: `AHB-13018-SG9-00030-MISSING`.
fn number_of(rule: &str) -> Option<&str> {
    let behind = match rule.strip_prefix("AHB-") {
        // A Prüfidentifikator has five digits, too.
        Some(rest) => rest.split_once('-')?.1,
        None => rule,
    };
    behind
        .split('-')
        .find(|part| part.len() == 5 && part.bytes().all(|byte| byte.is_ascii_digit()))
}
