//! The check of `[[report]]`.

use std::collections::HashSet;

use crate::config::check::deliveries::unknown_partner;
use crate::config::check::sending::no_address;
use crate::config::check::{Check, NAME_BYTES, is_name};
use crate::config::report::{Attachment, Report, Template};
use crate::config::smtp::address;
use crate::config::{ConfigFault, Gateway};

pub(super) fn check(gateway: &Gateway, faults: &mut Vec<ConfigFault>) {
    let mut names = HashSet::new();
    for (index, report) in gateway.report.iter().enumerate() {
        let section = format!("report[{index}]");
        let mut check = Check { section, faults };
        let name = report.name.as_str();
        if name.is_empty() {
            check.fault(
                "name",
                "is missing; give the report a name, such as `weekly`",
            );
        } else if !is_name(name) {
            let name = name.escape_debug();
            check.fault(
                "name",
                format!("`{name}` is no name; use up to {NAME_BYTES} of a-z, 0-9, `-` and `_`"),
            );
        } else if !names.insert(name) {
            let what = format!("`{name}` is the name of two reports; names must differ");
            check.fault("name", what);
        }
        check.recipients(report, gateway.smtp.is_on());
        check.content(report, gateway);
    }
}

impl Check<'_> {
    /// Who gets it.
    fn recipients(&mut self, report: &Report, is_sending: bool) {
        let mut known = HashSet::new();
        for recipient in &report.recipients {
            match address(recipient) {
                None => self.fault("recipients", no_address(recipient)),
                Some(address) if !known.insert(address) => {
                    let what = format!("`{address}` stands there twice; one mail is enough");
                    self.fault("recipients", what);
                }
                Some(_) => {}
            }
        }
        if report.schedule.is_set() && report.recipients.is_empty() {
            self.fault(
                "recipients",
                "is empty, so nobody would get it; give an address, or leave out `schedule`",
            );
        }
        if !report.recipients.is_empty() && !is_sending {
            self.fault(
                "recipients",
                "nothing is sent without a server; give [smtp] a host, or leave it out",
            );
        }
    }

    /// What is in it.
    fn content(&mut self, report: &Report, gateway: &Gateway) {
        for pattern in &report.series {
            if pattern.is_empty() || pattern.contains(char::is_control) {
                let pattern = pattern.escape_debug();
                self.fault(
                    "series",
                    format!(
                        "`{pattern}` means no series; write `location/obis`, such as `50120962218/*`"
                    ),
                );
            }
        }
        if report.series.len() > PATTERNS_MOST {
            let what = format!("has more than {PATTERNS_MOST} entries; use patterns with `*`");
            self.fault("series", what);
        }
        let is_about_series = report.template == Template::Energy;
        if !is_about_series && report.attach.iter().any(|one| *one != Attachment::Pdf) {
            self.fault(
                "attach",
                format!(
                    "a report with template = \"{}\" has no values to attach; use \"pdf\" alone, or template = \"energy\"",
                    report.template.name()
                ),
            );
        }
        let mut partners = gateway.partner.iter();
        let is_known = partners.any(|partner| partner.id == report.partner);
        match (report.template, report.partner.as_str()) {
            (Template::Scorecard, "") => self.fault(
                "partner",
                "is missing; a scorecard is about one: give the `id` of a [[partner]]",
            ),
            (Template::Scorecard, id) if !is_known => {
                self.fault("partner", unknown_partner(id, &gateway.partner));
            }
            (Template::Energy | Template::Digest, partner) if !partner.is_empty() => {
                self.fault("partner", "is for template = \"scorecard\"; leave it out");
            }
            (Template::Scorecard | Template::Energy | Template::Digest, _) => {}
        }
    }
}

/// More are a list that nobody reads.
const PATTERNS_MOST: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::partner::Partner;
    use crate::config::smtp::Smtp;

    fn faults(change: impl FnOnce(&mut Report)) -> Vec<String> {
        let mut report = Report {
            name: "weekly".to_owned(),
            schedule: "0 6 * * MON".parse().unwrap(),
            recipients: vec!["Werk 1 <energy@example.org>".to_owned()],
            series: vec!["5012*".to_owned()],
            attach: vec![Attachment::Pdf],
            ..Report::default()
        };
        change(&mut report);
        let gateway = Gateway {
            report: vec![report],
            partner: vec![Partner {
                name: "Netz".to_owned(),
                id: "9905048000007".to_owned(),
                ..Partner::default()
            }],
            smtp: Smtp {
                host: "smtp.example.org".to_owned(),
                ..Smtp::default()
            },
            ..Gateway::default()
        };
        let mut faults = Vec::new();
        check(&gateway, &mut faults);
        let lines = faults.into_iter();
        lines
            .map(|fault| format!("{}: {}", fault.key, fault.what))
            .collect()
    }

    fn one(change: impl FnOnce(&mut Report)) -> String {
        let faults = faults(change);
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults.into_iter().next().unwrap()
    }

    #[test]
    fn a_report_needs_a_name_and_somebody_who_gets_it() {
        assert_eq!(faults(|_| {}), [""; 0]);
        assert!(one(|report| report.name.clear()).starts_with("report[0].name: is missing"));
        let evil = one(|report| report.name = "a\r\nBcc: x@example.org".to_owned());
        assert!(evil.contains(r"`a\r\nBcc: x@example.org` is no name"));
        let nobody = one(|report| report.recipients.clear());
        assert!(nobody.contains("nobody would get it"), "{nobody}");
        let by_hand = faults(|report| {
            report.recipients.clear();
            report.schedule = "".parse().unwrap();
        });
        assert_eq!(by_hand, [""; 0]);
    }

    #[test]
    fn nothing_that_could_become_a_header_gets_through() {
        for evil in ["a@example.org\r\nBcc: x@example.org", "no address", ""] {
            let fault = one(|report| report.recipients.push(evil.to_owned()));
            assert!(fault.contains("is no mail address"), "{fault}");
        }
        let fault = one(|report| report.series.push("50\r\n12".to_owned()));
        assert!(fault.contains(r"`50\r\n12` means no series"), "{fault}");
        let twice = one(|report| report.recipients.push("energy@example.org".to_owned()));
        assert!(twice.contains("stands there twice"), "{twice}");
    }

    #[test]
    fn a_scorecard_is_about_a_partner_and_nothing_else_is() {
        let of = |partner: &'static str| {
            move |report: &mut Report| {
                report.template = Template::Scorecard;
                report.partner = partner.to_owned();
            }
        };
        assert_eq!(faults(of("9905048000007")), [""; 0]);
        assert!(one(of("")).contains("a scorecard is about one"));
        assert!(one(of("9905048000008")).contains("did you mean `9905048000007`?"));
        assert!(one(of("Netz")).contains("write its id, `9905048000007`"));
        let energy = one(|report| report.partner = "9905048000007".to_owned());
        assert!(energy.contains("is for template = \"scorecard\""));
        let values = one(|report| {
            report.template = Template::Digest;
            report.attach.push(Attachment::Xlsx);
        });
        assert!(values.contains("has no values to attach"), "{values}");
    }
}
