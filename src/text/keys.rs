//! One function for each sentence of `de.ftl` and `en.ftl`.

use fluent_bundle::FluentValue;

use crate::text::Text;

macro_rules! sentences {
    ($( $(#[$doc:meta])* $key:ident $( ( $($argument:ident : $kind:ty),+ ) )? ; )+) => {
        impl Text {
            $(
                #[doc = concat!("The sentence `", stringify!($key), "`.")]
                $(#[$doc])*
                pub fn $key(&self $( $(, $argument: $kind)+ )?) -> String {
                    self.sentence(
                        stringify!($key),
                        &[$( $((stringify!($argument), FluentValue::from($argument))),+ )?],
                    )
                }
            )+
        }

        /// All keys.
        #[cfg(test)]
        pub(super) const KEYS: &[&str] = &[$(stringify!($key)),+];
    };
}

sentences! {
    months_short;
    months_long;
    weekdays_short;

    quality_measured;
    quality_substitute;
    quality_preliminary;
    quality_disturbed;
    quality_missing;

    chart_day(weekday: &str, day: &str);
    chart_day_of_month(day: &str);
    chart_gap;
    chart_corrected;
    chart_summary(title: &str, from: &str, to: &str);
    chart_extremes(low: &str, high: &str, last: &str);
    resolution_label;
    resolution_received;
    resolution_quarter;
    resolution_hour;
    resolution_day;
    resolution_month;
    resolution_year;
    heat_map_title;
    duration_title;
    duration_covered(share: &str);
    peaks_title;
    peaks_when;
    peaks_power;
    peaks_none;
    gaps_found(count: u64);
    gaps_none;

    nav_status;
    nav_series;
    nav_gaps;
    nav_messages;
    nav_quarantine;
    nav_skip;
    footer_times(zone: &str);
    footer_metrics;
    footer_health;

    status_all_well;
    status_starting;
    status_mailboxes_down(count: u64);
    status_store_failed;
    status_no_mailbox;
    status_last_message(when: &str);
    status_no_message;
    status_since(when: &str);

    total_mails;
    total_messages;
    total_series;
    total_values;
    total_quarantine;
    total_overdue;
    total_disk;
    total_duplicates(count: u64);

    mailboxes;
    mailbox_up;
    mailbox_starting;
    mailbox_down;
    mailbox_down_act;
    mailbox_needs_sign_in;
    mailbox_last_success;
    mailbox_next_poll;
    mailbox_never;
    protocol_folder;
    mailbox_down_since(when: &str);
    mailbox_mails(count: u64);
    mailbox_nothing_new;
    mailbox_duplicates(count: u64);
    mailbox_quarantined(count: u64);
    mailbox_irrelevant(count: u64);
    mailbox_too_large(count: u64);
    mailbox_last_poll;
    mailbox_since_start;
    mailbox_retries;
    mailbox_certificate;

    gallery;
    gallery_all(count: u64);
    gallery_until(when: &str);
    latest_messages;
    all_messages;

    series_title;
    series_search;
    series_search_hint;
    series_search_button;
    series_found(count: u64);
    series_none;
    series_none_hint;
    series_location;
    series_obis;
    series_unit;
    series_kind;
    series_from;
    series_to;
    series_values;
    series_without_location;
    kind_interval;
    kind_reading;
    kind_timeless;
    kind_virtual;

    obis_active_import;
    obis_active_export;
    obis_reactive;
    obis_gas_volume;
    obis_gas_energy;
    obis_temperature;
    obis_calorific;
    obis_z_number;
    obis_maximum(what: &str);
    obis_reading(what: &str);
    obis_profile(what: &str);

    period_day;
    period_week;
    period_month;
    period_year;
    period_previous;
    period_next;
    period_custom;
    period_from;
    period_to_exclusive;
    period_show;
    period_week_of(number: &str, from: &str, to: &str);
    period_range(from: &str, to: &str);
    as_of_label;
    as_of_hint;
    as_of_note(when: &str);
    as_of_now;

    fact_sum;
    fact_first;
    fact_last;
    fact_difference;
    fact_coverage;
    fact_quality;
    fact_values;
    fact_low;
    fact_high;
    fact_corrected;
    fact_incomplete;
    fact_overlapping;

    gaps_title;
    gaps_more(count: u64);
    gaps_intro;
    gaps_no_expect;
    gaps_overdue;
    gaps_overdue_none;
    gaps_overdue_since(when: &str);
    gaps_surveyed(when: &str);
    gaps_never_came;
    gaps_values_missing(count: u64);
    completeness;
    completeness_hint;
    completeness_none;
    completeness_cell(when: &str, present: &str, expected: &str, quality: &str);
    completeness_nothing(when: &str);
    values_title;
    values_none;
    values_none_hint;
    value_start;
    value_end;
    value_instant;
    value_number;
    value_value;
    value_quality;
    value_status;
    value_source;
    value_corrected(count: u64);
    source_message(number: &str);
    download;

    messages_title;
    messages_none;
    messages_none_hint;
    message_arrived;
    message_kind;
    message_parties;
    message_document;
    message_values;
    message_mail;
    message_cancelled;
    message_cancels(document: &str);
    message_dated(when: &str);
    message_from_file;

    quarantine_title;
    quarantine_intro;
    quarantine_empty;
    quarantine_empty_hint;
    quarantine_count(count: u64);
    quarantine_mailbox(name: &str);
    quarantine_messages(names: &str);
    quarantine_more(count: u64);
    quarantine_no_bytes;
    quarantine_number(number: &str);

    page_older;
    page_newest;
    page_previous;
    page_next;
    page_of(page: &str, pages: &str);

    alert_resolved(title: &str);
    alert_unwatched;
    alert_mailbox_stale(name: &str);
    alert_mailbox_stale_detail(when: &str);
    alert_quarantine;
    alert_quarantine_detail(count: u64);
    alert_certificate(name: &str);
    alert_certificate_detail(when: &str);
    alert_disk;
    alert_disk_detail(free: &str, total: &str);
    alert_overdue;
    alert_overdue_of(partner: &str);
    alert_overdue_detail(count: u64, when: &str);
    alert_account(name: &str);
    alert_account_sign_in(name: &str);
    alert_account_certificate(name: &str);
    alert_account_certificate_detail(when: &str);

    error_not_found;
    error_not_found_hint;
    error_no_series(number: &str);
    error_bad_period;
    error_bad_period_hint;
    error_unreadable;
    refused(series: &str, why: &str);
    refused_readings;
    refused_timeless;
    refused_no_amount(unit: &str);
    refused_no_unit;
    refused_irregular;
    refused_does_not_fit(resolution: &str);
    refused_too_large(when: &str);
    refused_too_many(most: u64);
    virtual_refused(name: &str, why: &str);
    virtual_unknown(term: &str);
    virtual_ambiguous(term: &str, count: u64);
    virtual_no_intervals(term: &str);
    virtual_cycle;
    virtual_lengths;
    virtual_too_large(when: &str);
    error_failed;
    error_failed_hint;
    error_home;

    init_welcome(file: &str);
    init_protocol;
    init_protocol_imap;
    init_protocol_pop3;
    init_protocol_maildir;
    init_address;
    init_anyway;
    init_host;
    init_username;
    init_port;
    init_secret;
    init_secret_text(file: &str);
    init_secret_env;
    init_secret_file;
    init_variable;
    init_secret_path;
    init_password;
    init_path;
    init_probing;
    init_found(port: &str, encryption: &str);
    init_not_found;
    init_plain;
    init_ca_file;
    init_folder;
    init_trying;
    init_failed;
    init_again;
    init_write;
    init_quit;
    init_looked(mails: u64, found: u64);
    init_not_understood(count: u64);
    init_sender(address: &str, party: &str, count: u64);
    init_series(location: &str, obis: &str, values: u64, interval: &str, rhythm: &str);
    init_interval_minutes(minutes: u64);
    init_interval_hours(hours: u64);
    init_interval_none;
    init_rhythm(days: u64);
    init_rhythm_daily;
    init_rhythm_once;
    init_more(count: u64);
    init_proposed(partners: u64, series: u64);
    init_proposed_seldom(count: u64);
    init_release;
    init_keep;
    init_move;
    init_delete;
    init_move_to;
    init_name;
    init_unusable(what: &str);
    init_choose(last: u64);
    init_yes;
    init_no;
    init_written(file: &str);
    init_set_variable(name: &str);
    init_next(file: &str);
    init_next_run(file: &str);

    test_mail_subject;
    test_mail_text(server: &str, when: &str);

    explain_title(file: &str);
    explain_interchanges(count: u64);
    explain_messages(count: u64);
    explain_values(count: u64);
    explain_findings(count: u64);
    explain_more_findings(count: u64);
    explain_more_values(count: u64);
    explain_interchange(reference: &str);
    explain_from_to(sender: &str, receiver: &str);
    explain_test;
    explain_message(reference: &str);
    explain_headless;
    explain_segment(number: &str);
    explain_unknown_segment;
    explain_bars;
    explain_back;
    explain_footer(version: &str);
    oauth_unknown_application;
    oauth_application_disabled;
    oauth_unknown_tenant;
    oauth_other_cloud;
    oauth_tenant_needed;
    oauth_wrong_secret;
    oauth_secret_expired;
    oauth_secret_missing;
    oauth_secret_unwanted;
    oauth_certificate_refused;
    oauth_clock_wrong;
    oauth_redirect_differs;
    oauth_code_used_up;
    oauth_state_unknown;
    oauth_grant_invalid;
    oauth_consent_missing;
    oauth_declined;
    oauth_admin_consent_needed;
    oauth_second_factor;
    oauth_blocked_by_policy;
    oauth_not_assigned;
    oauth_revoked;
    oauth_password_expired;
    oauth_unused;
    oauth_sign_in_frequency;
    oauth_single_page;
    oauth_user_disabled;
    oauth_user_unknown;
    oauth_user_locked;
    oauth_scope_invalid;
    oauth_permission_missing;
    oauth_withheld;
    oauth_not_for_long;
    oauth_service_missing;
    oauth_device_code_expired;
    oauth_not_connected;
    oauth_busy;
    oauth_unreachable;
    oauth_unreadable;
    oauth_not_kept;
    oauth_other;
}
