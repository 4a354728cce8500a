//! `[web]`: pages, API and metrics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pages, API and metrics.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Address and port of pages and API.
    #[schemars(extend("de" = "Adresse und Port der Seiten und der API."))]
    pub listen: String,
    /// Where browsers reach the pages (Microsoft sends them back there); empty: `http://localhost`, at the port of `listen`.
    #[schemars(extend("de" = "Wo Browser die Seiten erreichen (Microsoft schickt sie dorthin zurück); leer: `http://localhost`, am Port von `listen`."))]
    pub base_url: String,
    /// Address and port of `/metrics`; empty: on `listen`.
    #[schemars(extend("de" = "Adresse und Port von `/metrics`; leer: bei `listen`."))]
    pub metrics_listen: String,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            base_url: String::new(),
            metrics_listen: String::new(),
        }
    }
}

impl Web {
    /// Where browsers reach the pages: a scheme, a host, maybe a port.
    pub fn address(&self) -> String {
        if !self.base_url.is_empty() {
            return self.base_url.trim_end_matches('/').to_owned();
        }
        match self.listen.rsplit_once(':') {
            None | Some((_, "80")) => "http://localhost".to_owned(),
            Some((_, port)) => format!("http://localhost:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_at_the_port_where_they_are_unless_somebody_says_otherwise() {
        let at = |listen: &str, base_url: &str| {
            let (listen, base_url) = (listen.to_owned(), base_url.to_owned());
            Web {
                listen,
                base_url,
                ..Web::default()
            }
            .address()
        };
        assert_eq!(Web::default().address(), "http://localhost:8080");
        assert_eq!(at("0.0.0.0:9090", ""), "http://localhost:9090");
        assert_eq!(at("[::]:80", ""), "http://localhost");
        let ours = "https://gateway.example.org";
        assert_eq!(at("0.0.0.0:9090", "https://gateway.example.org/"), ours);
    }
}
