//! The test identity provider over HTTP, as a browser and a service provider see it.
//!
//! `place` runs one on a port of its own; `honest`, `refusals` and `attacks` hold the cases. The one thing to know: what
//! leaves is judged by `saml::response::verify`, the verifier that every sign-in goes through.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod honest;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod place;
#[cfg(test)]
mod refusals;
