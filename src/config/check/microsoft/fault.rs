//! What can be wrong with a Microsoft account, in the words of a person's language.

use crate::text::Text;

/// What is wrong with a Microsoft account, and what to do: the part of the sentence that follows the
/// name of the field.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum AccountFault {
    /// It has no name.
    NameMissing,
    /// Its name cannot be one.
    NoName(String),
    /// Another one has the same name.
    NameTwice(String),
    /// No tenant is given.
    TenantMissing,
    /// What is given can be no tenant.
    NoTenant(String),
    /// The tenant is one of the names that stand for many, and the flow needs one.
    SharedTenant,
    /// No application is given.
    ClientMissing,
    /// What is given can be no application.
    NoClient(String),
    /// The authority has a path.
    AuthorityWithPath,
    /// Secrets would go out in clear text.
    AuthorityOpen,
    /// The authority is no address.
    NoAuthority(String),
    /// There is a client secret beside a certificate.
    SecretAndCertificate,
    /// The last day of the client secret is none.
    NoDate(String),
    /// The flow takes one scope, of another kind.
    NotDefaultScope,
    /// Microsoft sends no browser back to the pages' address.
    NoWayBack,
    /// Who signs in by one of several accounts says by none of these.
    Unchosen(String),
}

impl AccountFault {
    /// What is wrong, and what to do.
    pub fn explain(&self, text: &Text) -> String {
        match self {
            Self::NameMissing => text.account_fault_name_missing(),
            Self::NoName(name) => text.account_fault_no_name(name),
            Self::NameTwice(name) => text.account_fault_name_twice(name),
            Self::TenantMissing => text.account_fault_tenant_missing(),
            Self::NoTenant(tenant) => text.account_fault_no_tenant(tenant),
            Self::SharedTenant => text.account_fault_shared_tenant(),
            Self::ClientMissing => text.account_fault_client_missing(),
            Self::NoClient(client) => text.account_fault_no_client(client),
            Self::AuthorityWithPath => text.account_fault_authority_with_path(),
            Self::AuthorityOpen => text.account_fault_authority_open(),
            Self::NoAuthority(authority) => text.account_fault_no_authority(authority),
            Self::SecretAndCertificate => text.account_fault_secret_and_certificate(),
            Self::NoDate(date) => text.account_fault_no_date(date),
            Self::NotDefaultScope => text.account_fault_not_default_scope(),
            Self::NoWayBack => text.account_fault_no_way_back(),
            Self::Unchosen(names) => text.account_fault_unchosen(names),
        }
    }
}
