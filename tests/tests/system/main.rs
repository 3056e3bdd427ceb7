//! Whole-system tests: the built program beside real counterparts. Each test starts what it needs and leaves nothing behind;
//! where a counterpart is missing the test is recorded as skipped, with the reason.

#[cfg(test)]
mod administrator;
#[cfg(test)]
mod attacks;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod counterparts;
#[cfg(test)]
mod cures;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod deployment;
#[cfg(test)]
mod dialects;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod drafts;
#[cfg(test)]
mod guides;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod keycloak;
#[cfg(test)]
mod lemonldap_ng;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod provisioning;
#[cfg(test)]
mod pysaml2;
#[cfg(test)]
mod simplesamlphp;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod sub_accounts;
