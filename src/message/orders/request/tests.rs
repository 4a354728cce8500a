use super::*;

const MARKET_LOCATION: &str = "41373559241";
const METERING_LOCATION: &str = "DE0001231011500000000000000012345";

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

fn october() -> Period {
    Period {
        start: at("2026-09-30T22:00:00Z"),
        end: at("2026-10-31T23:00:00Z"),
    }
}

fn asked(role: Role, sector: Sector, asks: &Ask) -> Result<Orders, RequestError> {
    request(&Request {
        role,
        sector,
        document: "ORD1",
        asks,
        now: at("2026-11-24T09:00:30Z"),
    })
}

fn values(values: Values, location: &str) -> Ask {
    Ask::Values {
        values,
        location: location.to_owned(),
        period: october(),
    }
}

fn complaint() -> Complaint {
    Complaint {
        fault: Fault::Missing,
        values: Values::LoadProfile,
        place: Place::Location(METERING_LOCATION.to_owned()),
        obis: "1-1:1.29.0".to_owned(),
        when: When::Period(october()),
        text: String::new(),
        contact: Contact {
            name: "P Getty".to_owned(),
            phone: None,
            mail: Some("meter@example.org".to_owned()),
        },
    }
}

fn complained(complaint: Complaint) -> Result<Orders, RequestError> {
    asked(Role::Supplier, Sector::Power, &Ask::Complaint(complaint))
}

#[test]
fn what_is_wanted_follows_from_sector_and_location() {
    let coded = |sector, wanted, location| {
        let orders = asked(Role::Supplier, sector, &values(wanted, location)).unwrap();
        (orders.name_code, orders.item.unwrap_or_default())
    };
    for (sector, wanted, location, name_code, item) in [
        (
            Sector::Power,
            Values::LoadProfile,
            MARKET_LOCATION,
            "Z48",
            "",
        ),
        (
            Sector::Power,
            Values::LoadProfile,
            METERING_LOCATION,
            "7",
            "Z11",
        ),
        (
            Sector::Power,
            Values::EnergyAndPeak,
            MARKET_LOCATION,
            "Z28",
            "",
        ),
        (
            Sector::Power,
            Values::EnergyAmount,
            MARKET_LOCATION,
            "7",
            "Z35",
        ),
        (
            Sector::Power,
            Values::Readings,
            METERING_LOCATION,
            "7",
            "Z12",
        ),
        (
            Sector::Gas,
            Values::LoadProfile,
            MARKET_LOCATION,
            "7",
            "Z11",
        ),
        (Sector::Gas, Values::Readings, METERING_LOCATION, "7", "Z12"),
    ] {
        let expected = (name_code.to_owned(), item.to_owned());
        assert_eq!(coded(sector, wanted, location), expected, "{wanted:?}");
    }
}

#[test]
fn nobody_asks_what_the_market_does_not_have() {
    let roles = [
        Role::Supplier,
        Role::GridOperator,
        Role::TransmissionOperator,
        Role::MeteringOperator,
    ];
    let sectors = [Sector::Power, Sector::Gas];
    let who = |ask: &Ask| {
        let all = sectors
            .iter()
            .flat_map(|sector| roles.map(|role| (role, *sector)));
        let is_asked = |(role, sector): &(Role, Sector)| {
            !matches!(
                asked(*role, *sector, ask),
                Err(RequestError::NotAsked { .. })
            )
        };
        let found: Vec<String> = all
            .filter(is_asked)
            .map(|(role, sector)| format!("{role} {sector}"))
            .collect();
        found.join(", ")
    };
    let determination = |reason| Ask::Determination {
        reason,
        location: METERING_LOCATION.to_owned(),
        at: at("2026-11-30T23:00:00Z"),
    };
    let calorific_value = Ask::CalorificValue {
        location: METERING_LOCATION.to_owned(),
        period: october(),
    };
    for (ask, expected) in [
        (
            values(Values::LoadProfile, MARKET_LOCATION),
            "supplier power, supplier gas",
        ),
        (
            values(Values::EnergyAndPeak, MARKET_LOCATION),
            "supplier power",
        ),
        (calorific_value, "supplier gas"),
        (
            determination(Reason::Apportioning),
            "supplier power, grid operator power",
        ),
        (
            determination(Reason::ApportioningOfReadings),
            "metering operator power",
        ),
        (determination(Reason::Change), "grid operator gas"),
        (
            determination(Reason::ReadingInBetween),
            "supplier power, grid operator power, metering operator power, grid operator gas",
        ),
        (
            Ask::Complaint(complaint()),
            "supplier power, grid operator power, transmission system operator power, metering operator power",
        ),
    ] {
        assert_eq!(who(&ask), expected, "{ask:?}");
    }
}

#[test]
fn a_location_must_be_one_of_the_right_kind() {
    for (wanted, location, fault) in [
        (
            Values::LoadProfile,
            "41373559242",
            "the check digit of 41373559242",
        ),
        (
            Values::LoadProfile,
            "DE00",
            "\"DE00\" is no market location (11 digits) or metering",
        ),
        (
            Values::Readings,
            MARKET_LOCATION,
            "is no metering location (33 characters)",
        ),
        (
            Values::EnergyAmount,
            METERING_LOCATION,
            "is no market location (11 digits), which",
        ),
        (Values::EnergyAmount, "", "\"\" is no market location"),
        (
            Values::EnergyAmount,
            "4137355924\n",
            "\"4137355924\\n\" is no market location",
        ),
        (Values::EnergyAmount, "C816417ST77", "is no market location"),
    ] {
        let error = asked(Role::Supplier, Sector::Power, &values(wanted, location)).unwrap_err();
        assert!(error.to_string().contains(fault), "{error}");
    }
    let of_configuration = Complaint {
        place: Place::Configuration("C-1".to_owned()),
        ..complaint()
    };
    let error = complained(of_configuration).unwrap_err();
    assert!(
        matches!(error, RequestError::WrongLocation { .. }),
        "{error}"
    );
    let of_market_location = Complaint {
        place: Place::Location(MARKET_LOCATION.to_owned()),
        ..complaint()
    };
    let asks = Ask::Complaint(of_market_location);
    assert!(asked(Role::Supplier, Sector::Power, &asks).is_ok());
    let error = asked(Role::MeteringOperator, Sector::Power, &asks).unwrap_err();
    assert!(
        matches!(error, RequestError::WrongLocation { .. }),
        "{error}"
    );
}

#[test]
fn a_period_must_be_one_and_over() {
    let Period { start, end } = october();
    let now = at("2026-11-24T09:00:30Z");
    let ahead = at("2026-11-24T09:01:00Z");
    let odd = at("2026-10-01T00:00:01Z");
    for (start, end, expected) in [
        (
            end,
            start,
            RequestError::PeriodNotPositive {
                start: end,
                end: start,
            },
        ),
        (
            start,
            start,
            RequestError::PeriodNotPositive { start, end: start },
        ),
        (start, ahead, RequestError::NotOver { until: ahead, now }),
        (start, odd, RequestError::NotAMinute { at: odd }),
        (odd, end, RequestError::NotAMinute { at: odd }),
    ] {
        let asks = Ask::Values {
            values: Values::LoadProfile,
            location: MARKET_LOCATION.to_owned(),
            period: Period { start, end },
        };
        assert_eq!(asked(Role::Supplier, Sector::Power, &asks), Err(expected));
    }
    let calorific_value = |period| Ask::CalorificValue {
        location: METERING_LOCATION.to_owned(),
        period,
    };
    let gas_days = Period {
        start: at("2026-10-01T04:00:00Z"),
        end: at("2026-11-01T05:00:00Z"),
    };
    assert!(asked(Role::Supplier, Sector::Gas, &calorific_value(gas_days)).is_ok());
    let error = asked(Role::Supplier, Sector::Gas, &calorific_value(october())).unwrap_err();
    assert!(
        matches!(error, RequestError::NotADayBoundary { .. }),
        "{error}"
    );
}

#[test]
fn readings_have_an_instant_and_all_else_a_period() {
    let reading = at("2026-10-31T23:00:00Z");
    let too_high = || Fault::TooHigh {
        document: "D1".to_owned(),
    };
    let case = |values, fault, when| {
        complained(Complaint {
            fault,
            values,
            when,
            ..complaint()
        })
    };
    let is_wrong = |result| matches!(result, Err(RequestError::WrongTime { .. }));
    assert!(case(Values::Readings, too_high(), When::At(reading)).is_ok());
    assert!(case(Values::Readings, Fault::Missing, When::Period(october())).is_ok());
    assert!(is_wrong(case(
        Values::Readings,
        too_high(),
        When::Period(october())
    )));
    assert!(is_wrong(case(
        Values::LoadProfile,
        too_high(),
        When::At(reading)
    )));
    let ahead = When::At(at("2026-11-24T10:00:00Z"));
    let error = case(Values::Readings, Fault::Missing, ahead).unwrap_err();
    assert!(matches!(error, RequestError::NotOver { .. }), "{error}");
}

#[test]
fn texts_must_fit_their_place_and_the_charset() {
    let document = |document: &str| {
        request(&Request {
            role: Role::Supplier,
            sector: Sector::Power,
            document,
            asks: &values(Values::LoadProfile, MARKET_LOCATION),
            now: at("2026-11-24T09:00:00Z"),
        })
    };
    let faults = [
        document("").unwrap_err(),
        document(&"X".repeat(36)).unwrap_err(),
        document("A€").unwrap_err(),
        document("A\r\nB").unwrap_err(),
        complained(Complaint {
            fault: Fault::TooLow {
                document: String::new(),
            },
            ..complaint()
        })
        .unwrap_err(),
        complained(Complaint {
            text: "a\u{85}".to_owned(),
            ..complaint()
        })
        .unwrap_err(),
        complained(Complaint {
            text: "a".repeat(513),
            ..complaint()
        })
        .unwrap_err(),
        complained(Complaint {
            obis: "1.29.0".to_owned(),
            ..complaint()
        })
        .unwrap_err(),
        complained(Complaint {
            obis: "1-1:1.29.0\n".to_owned(),
            ..complaint()
        })
        .unwrap_err(),
    ];
    let faults = faults.map(|fault| fault.to_string());
    assert_eq!(
        faults.each_ref().map(String::as_str),
        [
            "the document number has 0 characters; 1 to 35 are allowed",
            "the document number has 36 characters; 1 to 35 are allowed",
            "the document number holds '€', which UNOC (ISO 8859-1, no control characters) does not have; write it in other letters",
            "the document number holds '\\r', which UNOC (ISO 8859-1, no control characters) does not have; write it in other letters",
            "the number of the MSCONS has 0 characters; 1 to 70 are allowed",
            "the text holds '\\u{85}', which UNOC (ISO 8859-1, no control characters) does not have; write it in other letters",
            "the text has 513 characters; 1 to 512 are allowed",
            "\"1.29.0\" is no OBIS code; write it as 1-1:1.29.0",
            "the OBIS code holds '\\n', which UNOC (ISO 8859-1, no control characters) does not have; write it in other letters",
        ]
    );
}

#[test]
fn a_complaint_names_somebody_who_can_be_reached() {
    let case = |name: &str, phone: Option<&str>, mail: Option<&str>| {
        complained(Complaint {
            contact: Contact {
                name: name.to_owned(),
                phone: phone.map(str::to_owned),
                mail: mail.map(str::to_owned),
            },
            ..complaint()
        })
    };
    assert!(case("P Getty", Some("+493222271020"), None).is_ok());
    for (name, phone, mail) in [
        ("", None, Some("a@b.c")),
        ("P", None, None),
        ("P", None, Some("nobody")),
        ("P", Some("030 1234"), Some("a@b.c")),
        ("P", Some("+"), None),
        ("P", None, Some("a@b.c\n")),
    ] {
        assert!(
            case(name, phone, mail).is_err(),
            "{name} {phone:?} {mail:?}"
        );
    }
}
