//! Names from ASN1Subject. It must never reorder: the order is that of the structure's page (API_ASN1Subject), which
//! the examples of "GetCertificateAuthorityCsr" show.

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{Any, ObjectIdentifier, PrintableStringRef, SetOfVec, Utf8StringRef};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use super::error::PcaError;
use super::input::Input;

/// Member, object identifier (RFC 4519, X.520), longest value (API_ASN1Subject).
const MEMBERS: [(&str, &str, usize); 14] = [
    ("Country", "2.5.4.6", 2),
    ("Organization", "2.5.4.10", 64),
    ("OrganizationalUnit", "2.5.4.11", 64),
    ("DistinguishedNameQualifier", "2.5.4.46", 64),
    ("State", "2.5.4.8", 128),
    ("CommonName", "2.5.4.3", 64),
    ("SerialNumber", "2.5.4.5", 64),
    ("Locality", "2.5.4.7", 128),
    ("Title", "2.5.4.12", 64),
    ("Surname", "2.5.4.4", 40),
    ("GivenName", "2.5.4.42", 16),
    ("Initials", "2.5.4.43", 5),
    ("Pseudonym", "2.5.4.65", 128),
    ("GenerationQualifier", "2.5.4.44", 3),
];

/// Those that are PrintableString by their definition (RFC 5280, appendix A.1).
const PRINTABLE: [&str; 3] = ["Country", "DistinguishedNameQualifier", "SerialNumber"];

/// Reads a name.
pub(crate) fn read(subject: Input<'_>) -> Result<Name, PcaError> {
    let mut parts = Vec::new();
    for (member, oid, longest) in MEMBERS {
        let Some(text) = subject.optional_text(member)? else {
            continue;
        };
        if text.chars().count() > longest || (member == "Country" && text.len() != 2) {
            return Err(PcaError::validation(format!(
                "1 validation error detected: Value '{text}' at \
                 'certificateAuthorityConfiguration.subject.{member}' failed to satisfy constraint: Member must \
                 have length less than or equal to {longest}"
            )));
        }
        parts.push(part(
            ObjectIdentifier::new_unwrap(oid),
            text,
            PRINTABLE.contains(&member),
        )?);
    }
    if let Some(custom) = subject.list("CustomAttributes")? {
        if !parts.is_empty() {
            return Err(PcaError::args(
                "Custom attributes cannot be used in combination with standard attributes.",
            ));
        }
        for attribute in custom {
            let attribute = Input::of(attribute)?;
            let oid = ObjectIdentifier::new(attribute.text("ObjectIdentifier")?)
                .map_err(|_| PcaError::args("ObjectIdentifier is not an object identifier."))?;
            parts.push(part(oid, attribute.text("Value")?, false)?);
        }
    }
    Ok(RdnSequence(parts))
}

fn part(oid: ObjectIdentifier, text: &str, printable: bool) -> Result<RelativeDistinguishedName, PcaError> {
    let refused = |_| PcaError::args(format!("The subject's value '{text}' cannot be encoded."));
    let value = if printable {
        Any::from(PrintableStringRef::new(text).map_err(refused)?)
    } else {
        Any::from(Utf8StringRef::new(text).map_err(refused)?)
    };
    let mut set = SetOfVec::new();
    set.insert(AttributeTypeAndValue { oid, value })
        .map_err(refused)?;
    Ok(RelativeDistinguishedName(set))
}
