//! The codes of refused sign-ins, the sentence each carries in the log, and what to do about it.
//!
//! Numbers and messages are promises to users (behaviour.md section 9); `docs/errors.md` has an anchor for each.

use std::fmt;

macro_rules! codes {
    ($($name:ident = $number:literal, $message:literal, $cure:literal;)*) => {
        /// Why a sign-in was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $message] $name = $number),* }

        impl Code {
            /// Every code, in order of number.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The sentence that the log shows.
            #[must_use]
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message),* }
            }

            /// What an administrator can do about it.
            #[must_use]
            pub fn cure(self) -> &'static str {
                match self { $(Self::$name => $cure),* }
            }
        }
    };
}

codes! {
    Unreadable = 1001, "The response could not be read (encoding, size, XML)",
        "Send the tracking ID to whoever runs the identity provider: its message is damaged or not SAML. Check that nothing between it and this service (a proxy, a filter) rewrites the form.";
    NotSigned = 1002, "The response is not signed in a way that covers the assertion",
        "Let the identity provider sign the response or the assertion (either is enough).";
    Signature = 1003, "The signature does not verify",
        "The message was changed after it was signed, or was signed with another key than the certificate says. Check that nothing rewrites the response on its way; if the identity provider changed its key, upload its new certificate.";
    Certificate = 1004, "The certificate does not match the current SSO settings",
        "If the identity provider has a new certificate, take it from the identity provider itself (its metadata, or whoever runs it) and add it to the SSO connection. The one that came with the response is shown to be compared, and never to be added: anybody may have made that response.";
    Issuer = 1005, "The issuer does not match the current SSO settings",
        "Compare the issuer that was asserted with the one configured, letter by letter (http or https, slash at the end), and correct the one that is wrong.";
    Destination = 1006, "The destination or recipient is not this service",
        "At the identity provider, set the assertion consumer service (ACS, reply) URL to the one shown here, letter by letter.";
    Audience = 1007, "The audience does not match the service provider entity ID",
        "At the identity provider, set the audience (SP entity ID, identifier) to the entity ID shown here; both spellings, with https:// and without, are accepted.";
    Time = 1008, "The response has expired or is not valid yet (clock difference shown)",
        "If the difference is a few minutes, correct the clock of the identity provider (NTP). If it is longer, the person used an old page: sign in again.";
    RequestUnknown = 1009, "The response answers no request of this browser",
        "Let the person start again from the sign-in page in the same browser, with cookies allowed, and finish within 15 minutes.";
    Replay = 1010, "The response was used before",
        "Let the person start again from the sign-in page; going back or reloading sends the old response. If nobody did that, somebody may have copied the response.";
    Encryption = 1011, "Encryption: required and missing, or could not be decrypted",
        "Give the identity provider our current metadata: it names the certificate and the ciphers to encrypt with. If the connection does not require encryption, it may also be turned off there.";
    Status = 1012, "The identity provider reported a failure (its status shown)",
        "The identity provider itself refused the person: read its words here and look into its own log. Often the person is not assigned to the application. If it signed the person in another way than the connection asks for (`authn_contexts`), the step authn_context shows both: let it ask for that way, or correct the connection.";
    Inactive = 1013, "The user is inactive",
        "Activate the user if the person may sign in again.";
    NotHere = 1014, "The user does not exist or does not belong to this account",
        "The address belongs to a user of another account. Let the person give that user another address, or have people of the domain asked to move here, on the page of the domain.";
    EmailTaken = 1015, "The e-mail already belongs to another user",
        "Find the two users, and give one of them another address.";
    NoEmail = 1016, "No e-mail address was asserted",
        "Let the identity provider send the address as NameID or in an attribute, and map that attribute to E-mail. What was sent is shown here.";
    Unsolicited = 1017, "Unsolicited responses are not accepted",
        "Let people start at the sign-in page of this service, and give the tile at the identity provider that address as its start page; or choose \"restart\" for unsolicited responses.";
    Algorithm = 1018, "A weak or unknown algorithm was used",
        "Set the identity provider to sign with RSA-SHA256 (or stronger). Only if it cannot, allow SHA-1 in the SSO connection.";
    NotSsoUser = 1020, "The user is not an SSO user and has been blocked for SSO login by the \"Prior to Sign-in\" option, please manually import the SSO user.",
        "Add the SSO login type to the user, or choose \"At sign-in\" or \"Link at sign-in\" under Provision users.";
    UnknownUser = 1021, "The user is unknown and this account does not create users at sign-in",
        "Create the user first (directory, import, portal), or choose \"At sign-in\" under Provision users.";
    Unverified = 1022, "The e-mail address is not verified yet",
        "The person opens the link in the verification mail, which an administrator can send again. For a whole domain: claim and prove it at Domains, or have the operator associate it with the account; then its users need no mail.";
    NoLicense = 1030, "No license type: the default is None and no rule granted one",
        "Set a default license type, or add a license rule that matches this person.";
    NoSeat = 1031, "No seat is left for the license type (SCIM: 409, \"You can't add paid users\", no scimType, the code in our extension member)",
        "Free a seat by deactivating somebody, order more seats, or set a fallback license type.";
}

impl Code {
    /// The sentence for lists, where nothing is known but the code: it is true of everything that has the code.
    #[must_use]
    pub fn in_lists(self) -> &'static str {
        match self {
            Self::Status => "The identity provider did not sign the person in as asked",
            other => other.message(),
        }
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u16 {
        self as u16
    }

    /// Whether it is about a person whom a verified response named. Under every other code nothing that the response says
    /// counts as proven.
    #[must_use]
    pub fn is_about_the_person(self) -> bool {
        match self {
            Self::Inactive
            | Self::NotHere
            | Self::EmailTaken
            | Self::NoEmail
            | Self::NotSsoUser
            | Self::UnknownUser
            | Self::Unverified
            | Self::NoLicense
            | Self::NoSeat => true,
            Self::Unreadable
            | Self::NotSigned
            | Self::Signature
            | Self::Certificate
            | Self::Issuer
            | Self::Destination
            | Self::Audience
            | Self::Time
            | Self::RequestUnknown
            | Self::Replay
            | Self::Encryption
            | Self::Status
            | Self::Unsolicited
            | Self::Algorithm => false,
        }
    }

    /// The code with this number.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_number_and_says_what_to_do() {
        for code in Code::ALL {
            assert_eq!(Code::from_number(code.number()), Some(*code));
            assert!(code.message().len() > 10 && code.cure().len() > 30, "{code}");
        }
        assert_eq!(Code::from_number(1019), None);
    }

    #[test]
    fn x20_a_certificate_is_to_be_had_from_the_identity_provider_and_never_from_a_response() {
        let cure = Code::Certificate.cure();
        assert!(
            cure.contains("from the identity provider itself") && cure.contains("never to be added"),
            "{cure}"
        );
        for code in [Code::NotSigned, Code::Signature, Code::Certificate] {
            for offer in ["take over", "shown here", "this certificate", "trust it"] {
                assert!(!code.cure().contains(offer), "{code}: {}", code.cure());
            }
        }
    }

    #[test]
    fn the_reference_of_codes_says_the_same() {
        let reference = include_str!("../../../docs/errors.md");
        for code in Code::ALL {
            let (_, section) = reference.split_once(&format!("\n## {code}\n")).unwrap_or_default();
            assert!(section.starts_with(&format!("\n**{}**\n", code.message())), "{code}: message");
            assert!(section.contains(&format!("*What to do:* {}", code.cure())), "{code}: cure");
        }
    }
}
