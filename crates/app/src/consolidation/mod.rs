//! Consolidation: somebody is a user here, and the address is of a domain that another account has proved and manages. The person is
//! asked to use another address, or to move there where that account wants it.
//!
//! `question` says who is asked: a session that begins for such a person is held, and opens the question alone until it is
//! answered. `invitation` mails the link by which somebody moves, `moving` is what it does, `address` is the way to another address.
//!
//! The one thing to know: to have signed in here is no proof for the other account, because whoever runs this account's identity
//! provider can be anybody in it. Nobody moves, or gets an address, without the mailbox.

mod address;
mod invitation;
mod moving;
mod question;

pub use address::{Changing, ask_for_address, change_address, inspect_address};
pub(crate) use invitation::is_offered;
pub use invitation::{Invited, MOST_INVITED, ask_for_link, ask_from_outside, invite};
pub use moving::{Moved, Offer, carry_out, inspect};
pub use question::{Asks, defer};
pub(crate) use question::{Standing, begin, standing};
