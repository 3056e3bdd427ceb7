//! How messages travel through a browser: HTTP-Redirect and HTTP-POST (SAML-Bindings, sections 3.4 and 3.5).
//!
//! What lives here: the names of the bindings, the text that goes into an address or a form field, and back. What does
//! not: the form field of a response, which is read together with it (`response::decode`), and pages that post forms
//! (`server`). The one thing to know: what comes in is bounded before it is unpacked.

use std::fmt;

mod deflate;
mod post;
mod redirect;

pub use post::{post_decode, post_value};
pub use redirect::{MAX_INFLATED, Redirected, inflate, redirect_decode, redirect_url};

/// A way through the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binding {
    /// In the query of an address.
    Redirect,
    /// In the field of a form.
    Post,
}

impl Binding {
    /// The URI that metadata and requests name it by.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Redirect => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
            Self::Post => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        }
    }

    /// The binding that a URI names, if it goes through the browser with the whole message.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        [Self::Redirect, Self::Post].into_iter().find(|binding| binding.uri() == uri)
    }
}

/// Whether a message asks or answers, which decides the name of its parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// A request, in `SAMLRequest`.
    Request,
    /// A response, in `SAMLResponse`.
    Response,
}

impl Direction {
    /// The name of the parameter or of the form field.
    #[must_use]
    pub const fn parameter(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}

/// Why a message could not be unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The packed message is larger than any message is.
    Size {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The unpacked message would be larger than any message is.
    Inflated {
        /// The limit, in bytes.
        limit: usize,
    },
    /// It is not Base64.
    Base64,
    /// It is not compressed with DEFLATE.
    Deflate,
    /// A parameter is not percent-encoded text.
    Encoding {
        /// Its name.
        parameter: &'static str,
    },
    /// A parameter is there twice.
    Repeated {
        /// Its name.
        parameter: &'static str,
    },
    /// There is no message, or a request and a response.
    NotOneMessage,
    /// A signature without its algorithm, or the other way round.
    HalfSigned,
    /// The message is packed in a way that is not known here.
    UnknownEncoding,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size { limit } => write!(f, "The message is larger than {limit} bytes."),
            Self::Inflated { limit } => write!(f, "The message unpacks to more than {limit} bytes."),
            Self::Base64 => f.write_str("The message is not Base64 of the standard alphabet."),
            Self::Deflate => {
                f.write_str("The message is not compressed with DEFLATE (SAML-Bindings, section 3.4.4.1).")
            }
            Self::Encoding { parameter } => {
                write!(f, "The parameter {parameter} is not percent-encoded UTF-8.")
            }
            Self::Repeated { parameter } => write!(f, "The parameter {parameter} is there more than once."),
            Self::NotOneMessage => f.write_str("There must be one of SAMLRequest and SAMLResponse."),
            Self::HalfSigned => f.write_str("SigAlg and Signature must both be there, or neither."),
            Self::UnknownEncoding => f.write_str("The SAMLEncoding is not the DEFLATE encoding."),
        }
    }
}

impl std::error::Error for Error {}
