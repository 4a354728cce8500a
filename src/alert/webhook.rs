//! The webhook: one notice, one POST of JSON.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};

use crate::alert::book::Notice;
use crate::net::causes;

/// Where notices go. The address is a secret, and in no error.
#[derive(Clone)]
pub struct Webhook {
    client: Client,
    address: Url,
}

/// Why a notice was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Undelivered {
    /// The address of the configuration is none.
    #[error("alert.webhook is no address ({what}); it begins with `https://`")]
    BadAddress {
        /// What is wrong.
        what: String,
    },
    /// Nobody could be asked.
    #[error("alert.webhook on {host} could not be reached: {what}")]
    Unreachable {
        /// The host of the address.
        host: String,
        /// What the client said.
        what: String,
    },
    /// It answered, but did not take it.
    #[error("alert.webhook on {host} answered {status}")]
    Refused {
        /// The host of the address.
        host: String,
        /// Its answer.
        status: StatusCode,
    },
}

impl Undelivered {
    /// Whether the same notice would be refused again: a person must look at the address, or at
    /// what stands behind it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::BadAddress { .. } => true,
            Self::Unreachable { .. } => false,
            Self::Refused { status, .. } => {
                let is_busy = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
                status.is_client_error() && !is_busy.contains(status)
            }
        }
    }
}

impl Webhook {
    /// A webhook at this address.
    ///
    /// # Errors
    /// [`Undelivered::BadAddress`].
    pub fn new(address: &str) -> Result<Self, Undelivered> {
        let bad = |what: String| Undelivered::BadAddress { what };
        let address = Url::parse(address).map_err(|error| bad(error.to_string()))?;
        let client = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(ANSWER_LIMIT)
            // An alert is for the one who was named, not for whom that one names.
            .redirect(Policy::none())
            .user_agent(concat!("mscons-gateway/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| bad(error.to_string()))?;
        Ok(Self { client, address })
    }

    /// Sends a notice. The body of the answer is not read: it may be of any length.
    ///
    /// # Errors
    /// [`Undelivered`].
    pub async fn post(&self, notice: &Notice) -> Result<(), Undelivered> {
        let host = || self.address.host_str().unwrap_or_default().to_owned();
        let request = self.client.post(self.address.clone()).json(notice);
        let answer = request
            .send()
            .await
            .map_err(|error| Undelivered::Unreachable {
                host: host(),
                what: causes(&error.without_url()),
            })?;
        let status = answer.status();
        if status.is_success() {
            Ok(())
        } else {
            Err(Undelivered::Refused {
                host: host(),
                status,
            })
        }
    }
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self.address.host_str();
        f.debug_struct("Webhook")
            .field("host", &host)
            .finish_non_exhaustive()
    }
}

/// A server on another continent answers within a second.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Chat servers take a message within seconds, also where they are busy.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
