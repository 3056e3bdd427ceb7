//! What is not a function of anything: the time, and chance. Both are given to a deployment when it is composed, so that a
//! test can say what time it is and repeat what chance did.

use crate::error::Error;
use jiff::Timestamp;
use std::sync::Arc;
use vestibule_saml::{KeyKind, SigningKey};

/// The clock.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that says what this function says.
    #[must_use]
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// What it says.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// The source of randomness, and of the key pairs that are made with it.
#[derive(Clone)]
pub struct Random {
    fill: Arc<Fill>,
    make: Arc<MakeKey>,
}

type Fill = dyn Fn(&mut [u8]) + Send + Sync;
type MakeKey = dyn Fn(KeyKind) -> Result<SigningKey, Error> + Send + Sync;

impl Random {
    /// The operating system's, by way of aws-lc-rs.
    #[must_use]
    pub fn system() -> Self {
        Self::from_fn(|bytes| {
            #[expect(clippy::disallowed_methods, reason = "the one place that draws randomness")]
            let drawn = aws_lc_rs::rand::fill(bytes);
            #[expect(clippy::expect_used, reason = "without randomness nothing here is safe to go on")]
            drawn.expect("the operating system gives randomness");
        })
    }

    /// A source that fills bytes with this function; key pairs are new.
    #[must_use]
    pub fn from_fn(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self {
            fill: Arc::new(fill),
            make: Arc::new(|kind| SigningKey::generate(kind).map_err(Error::internal)),
        }
    }

    /// The same with key pairs from this function.
    #[must_use]
    pub fn with_keys(
        self,
        make: impl Fn(KeyKind) -> Result<SigningKey, Error> + Send + Sync + 'static,
    ) -> Self {
        Self { make: Arc::new(make), ..self }
    }

    /// Fills the bytes.
    pub fn fill(&self, bytes: &mut [u8]) {
        (self.fill)(bytes);
    }

    /// A new key pair. This takes long for RSA.
    ///
    /// # Errors
    /// When the library fails.
    pub(crate) fn key(&self, kind: KeyKind) -> Result<SigningKey, Error> {
        (self.make)(kind)
    }
}
