//! What a refusal means, and who can do something about it.
//!
//! Source: Microsoft, "Microsoft Entra authentication and authorization error codes"; codes that
//! are not in that list are known from users' reports. Microsoft says that codes may change, so
//! that the field `error` (RFC 6749 section 5.2, RFC 8628 section 3.5) decides where a code is not
//! known.

use serde::{Deserialize, Serialize};

use crate::text::Text;

macro_rules! meanings {
    ($( $(#[$doc:meta])* $variant:ident = $sentence:ident, $remedy:ident, [$($code:pat),*]; )+) => {
        /// What a refusal means.
        #[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Meaning {
            $( $(#[$doc])* $variant, )+
        }

        impl Meaning {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// What it means, and what to do, in a person's language.
            pub fn explain(self, text: &Text) -> String {
                match self {
                    $( Self::$variant => text.$sentence(), )+
                }
            }

            /// Who can do something about it.
            pub const fn remedy(self) -> Remedy {
                match self {
                    $( Self::$variant => Remedy::$remedy, )+
                }
            }

            /// The numbers after `AADSTS` that say so, as `50173, 53000–53004`; empty if none does.
            pub fn codes(self) -> String {
                let patterns: &[&str] = match self {
                    $( Self::$variant => &[$( stringify!($code) ),*], )+
                };
                patterns.join(", ").replace('_', "").replace("..=", "–")
            }

            /// By the number after `AADSTS`.
            fn of_code(code: u32) -> Option<Self> {
                match code {
                    $( $( $code => Some(Self::$variant), )* )+
                    _ => None,
                }
            }
        }
    };
}

meanings! {
    /// The application does not exist in this tenant.
    UnknownApplication = oauth_unknown_application, Configuration, [700_016, 70_001, 700_011];
    /// An administrator switched the application off.
    ApplicationDisabled = oauth_application_disabled, Administrator, [7_000_112];
    /// There is no such tenant.
    UnknownTenant = oauth_unknown_tenant, Configuration, [90_002, 900_023];
    /// The tenant is in a national cloud.
    OtherCloud = oauth_other_cloud, Configuration, [90_038, 900_382];
    /// `common` and the like do not serve here.
    TenantNeeded = oauth_tenant_needed, Configuration, [50_194, 9_001_023, 90_124, 90_130];
    /// The client secret is wrong.
    WrongSecret = oauth_wrong_secret, Configuration, [7_000_215];
    /// The client secret is past its end.
    SecretExpired = oauth_secret_expired, Configuration, [7_000_222];
    /// The application must prove itself, and did not.
    SecretMissing = oauth_secret_missing, Configuration, [7_000_218];
    /// A public client must not send a secret.
    SecretUnwanted = oauth_secret_unwanted, Configuration, [700_025];
    /// Certificate or signature is not that of the application.
    CertificateRefused = oauth_certificate_refused, Configuration, [700_027, 50_012, 50_013, 50_048, 700_030];
    /// The signed proof is too old or from the future.
    ClockWrong = oauth_clock_wrong, Configuration, [700_024];
    /// The redirect address is not that of the registration.
    RedirectDiffers = oauth_redirect_differs, Configuration, [50_011, 500_112];
    /// The code of the sign-in is used, too old, or another's.
    CodeUsedUp = oauth_code_used_up, SignIn, [54_005, 50_089, 501_481, 50_147, 501_491, 700_005];
    /// The browser came back with a state that is unknown, used, or older than ten minutes.
    StateUnknown = oauth_state_unknown, SignIn, [];
    /// The settings of the account were changed between the beginning of a sign-in and its end.
    SettingsChanged = oauth_settings_changed, SignIn, [];
    /// The refresh token is not accepted.
    GrantInvalid = oauth_grant_invalid, SignIn, [70_000, 9_002_313];
    /// Nobody has consented.
    ConsentMissing = oauth_consent_missing, SignIn, [65_001];
    /// The person declined.
    Declined = oauth_declined, SignIn, [65_004];
    /// Only an administrator may consent.
    AdminConsentNeeded = oauth_admin_consent_needed, Administrator, [90_094, 90_095];
    /// A second factor is asked for.
    SecondFactor = oauth_second_factor, SignIn, [50_072, 50_074, 50_076, 50_078, 50_079, 50_158];
    /// Conditional Access or security defaults block it.
    BlockedByPolicy = oauth_blocked_by_policy, Administrator, [53_000..=53_004, 530_003, 530_032, 530_035];
    /// The user is not assigned to the application.
    NotAssigned = oauth_not_assigned, Administrator, [50_105];
    /// Password changed, or sessions revoked.
    Revoked = oauth_revoked, SignIn, [50_173, 50_132, 50_133];
    /// The password is past its end.
    PasswordExpired = oauth_password_expired, SignIn, [50_055, 50_144];
    /// Not used for 90 days.
    Unused = oauth_unused, SignIn, [70_008, 700_082];
    /// The tenant wants a sign-in from time to time.
    SignInFrequency = oauth_sign_in_frequency, SignIn, [70_043];
    /// The redirect address is registered for a single-page application.
    SinglePage = oauth_single_page, Configuration, [700_084];
    /// The user is switched off.
    UserDisabled = oauth_user_disabled, Administrator, [50_057];
    /// There is no such user in this tenant.
    UserUnknown = oauth_user_unknown, Configuration, [50_034, 50_020, 16_000];
    /// Too many wrong passwords.
    UserLocked = oauth_user_locked, Administrator, [50_053];
    /// What is asked for does not exist.
    ScopeInvalid = oauth_scope_invalid, Configuration, [70_011, 28_000, 28_002, 28_003, 700_022, 700_023, 1_002_012, 900_144];
    /// The registration lacks the permission.
    PermissionMissing = oauth_permission_missing, Administrator, [500_011, 650_057, 650_056, 65_005];
    /// Access to the mailbox was not granted, though asked for.
    Withheld = oauth_withheld, SignIn, [];
    /// `offline_access` was not granted.
    NotForLong = oauth_not_for_long, SignIn, [];
    /// The tenant has no Exchange Online.
    ServiceMissing = oauth_service_missing, Administrator, [650_052];
    /// The device code is too old, or unknown.
    DeviceCodeExpired = oauth_device_code_expired, SignIn, [70_018..=70_020];
    /// Nobody has signed in yet.
    NotConnected = oauth_not_connected, SignIn, [];
    /// Microsoft is busy, or asks to come back later.
    Busy = oauth_busy, Wait, [90_033, 90_055, 50_196, 50_033, 50_087, 50_088, 90_006, 90_012, 90_024, 90_090, 80_001, 80_002, 80_005];
    /// Nobody could be asked.
    Unreachable = oauth_unreachable, Wait, [];
    /// An answer that is none of Microsoft's.
    Unreadable = oauth_unreadable, Wait, [];
    /// The account's settings, or the files that they name, cannot be used.
    Misconfigured = oauth_misconfigured, Configuration, [];
    /// The key of the sealed secrets is missing, is none, or is another one.
    KeyUnfit = oauth_key_unfit, Administrator, [];
    /// What was sealed does not open any more.
    SealDamaged = oauth_seal_damaged, Administrator, [];
    /// What is kept could not be written or read.
    NotKept = oauth_not_kept, Administrator, [];
    /// Nothing is known of it.
    Other = oauth_other, Administrator, [];
}

/// Who can do something about a refusal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Remedy {
    /// Nobody: it passes by itself.
    Wait,
    /// A user of the mailbox, by signing in again.
    SignIn,
    /// An administrator of the tenant, or of this machine.
    Administrator,
    /// Whoever configures the gateway.
    Configuration,
}

impl Meaning {
    /// By what stands in the answer: its status, the field `error`, and the code.
    pub fn of(status: u16, error: &str, code: Option<u32>) -> Self {
        if status == 429 || status >= 500 {
            return Self::Busy;
        }
        code.and_then(Self::of_code)
            .unwrap_or_else(|| Self::of_error(error))
    }

    /// Whether it passes by itself.
    pub fn is_transient(self) -> bool {
        self.remedy() == Remedy::Wait
    }

    fn of_error(error: &str) -> Self {
        match error {
            "invalid_client" => Self::WrongSecret,
            "unauthorized_client" => Self::UnknownApplication,
            "invalid_grant" => Self::GrantInvalid,
            "interaction_required" | "login_required" => Self::SecondFactor,
            "consent_required" => Self::ConsentMissing,
            "access_denied" | "authorization_declined" => Self::Declined,
            "invalid_scope" => Self::ScopeInvalid,
            "invalid_resource" => Self::PermissionMissing,
            "expired_token" | "bad_verification_code" => Self::DeviceCodeExpired,
            "temporarily_unavailable" | "server_error" => Self::Busy,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::text::Language;

    #[test]
    fn every_meaning_says_in_both_languages_what_it_is() {
        for language in [Language::De, Language::En] {
            let text = Text::new(language);
            let sentences = Meaning::ALL.iter().map(|meaning| meaning.explain(&text));
            let sentences: HashSet<String> = sentences.collect();
            assert_eq!(sentences.len(), Meaning::ALL.len());
            for sentence in sentences {
                assert!(
                    sentence.ends_with(['.', '?']) && !sentence.contains("oauth_"),
                    "{sentence}"
                );
            }
        }
    }

    #[test]
    fn the_codes_of_a_meaning_are_told_as_people_write_them() {
        assert_eq!(Meaning::Revoked.codes(), "50173, 50132, 50133");
        assert_eq!(
            Meaning::BlockedByPolicy.codes(),
            "53000–53004, 530003, 530032, 530035"
        );
        assert_eq!(Meaning::Declined.codes(), "65004");
        assert_eq!(Meaning::NotConnected.codes(), "");
    }

    #[test]
    fn a_code_goes_before_the_error_and_the_status_before_both() {
        for (status, error, code, meaning) in [
            (400, "invalid_grant", Some(50_173), Meaning::Revoked),
            (400, "invalid_grant", Some(53_003), Meaning::BlockedByPolicy),
            (
                401,
                "invalid_client",
                Some(7_000_222),
                Meaning::SecretExpired,
            ),
            (400, "invalid_grant", Some(1), Meaning::GrantInvalid),
            (400, "invalid_client", None, Meaning::WrongSecret),
            (400, "expired_token", None, Meaning::DeviceCodeExpired),
            (429, "invalid_grant", Some(50_173), Meaning::Busy),
            (503, "", None, Meaning::Busy),
            (400, "whatever", Some(2), Meaning::Other),
        ] {
            assert_eq!(
                Meaning::of(status, error, code),
                meaning,
                "{error} {code:?}"
            );
        }
    }

    #[test]
    fn what_passes_by_itself_is_told_from_what_does_not() {
        assert!(Meaning::Busy.is_transient());
        assert!(Meaning::Unreachable.is_transient());
        for meaning in [Meaning::SecretExpired, Meaning::Revoked, Meaning::Other] {
            assert!(!meaning.is_transient());
        }
    }
}
