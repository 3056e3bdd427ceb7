//! Following the chain of an account from its first record to its last.

use super::hash;
use crate::context::{App, OperatorCtx};
use crate::error::Error;
use serde::Serialize;
use vestibule_model::account::Account;
use vestibule_model::audit::{Head, Record};
use vestibule_store::audit::Kept;
use vestibule_store::{self as store};

/// How many records are read at once.
const AT_ONCE: u32 = 500;

/// What came of following a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The label of the account.
    pub account: String,
    /// How many records were followed.
    pub records: i64,
    /// The last of them, to be kept elsewhere.
    pub head: Head,
    /// The first thing that is wrong; `None` when the chain is whole.
    pub broken: Option<Broken>,
}

/// Where a chain is broken, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// The number of the record.
    pub number: i64,
    /// `changed`, `missing`, `out_of_order` or `cut`.
    pub kind: &'static str,
    /// The same in a sentence.
    pub message: String,
}

impl Broken {
    fn new(number: i64, kind: &'static str, message: impl Into<String>) -> Self {
        Self { number, kind, message: message.into() }
    }
}

/// Follows the chain of an account. `kept` is a head that somebody wrote down before: the chain has to lead there, so that
/// an end that was cut off, or written anew, is seen.
///
/// # Errors
/// [`crate::Kind::NotFound`] when there is no such account.
pub async fn verify(ctx: &OperatorCtx, label: &str, kept: Option<Head>) -> Result<Verified, Error> {
    let account = ctx.account(label).await?;
    follow(&ctx.app, &account, kept).await
}

/// Follows the chain of every account.
///
/// # Errors
/// When the store does not answer.
pub async fn verify_all(ctx: &OperatorCtx) -> Result<Vec<Verified>, Error> {
    let accounts = ctx.app.store().read(|tx| Box::pin(store::accounts::list(tx))).await?;
    let mut verified = Vec::with_capacity(accounts.len());
    for account in accounts {
        verified.push(follow(&ctx.app, &account, None).await?);
    }
    Ok(verified)
}

async fn follow(app: &App, account: &Account, kept: Option<Head>) -> Result<Verified, Error> {
    let scope = app.store().account(account.id);
    let known = scope.read(|tx| Box::pin(async move { store::audit::head(tx).await }));
    let known: Result<Head, store::Error> = known.await;
    let known = known?;
    let mut walk = Walk { account, expected: [Some(known), kept], at: Head::NONE };
    let mut broken = None;
    loop {
        let after = walk.at.number;
        let page = scope
            .read(move |tx| Box::pin(async move { store::audit::following(tx, after, None, AT_ONCE).await }));
        let page: Result<Vec<Kept>, store::Error> = page.await;
        let page = page?;
        broken = broken.or_else(|| page.iter().find_map(|kept| walk.step(kept).err()));
        if broken.is_some() || page.len() < AT_ONCE as usize {
            break;
        }
    }
    if broken.is_none() {
        let now = scope.read(|tx| Box::pin(async move { store::audit::head(tx).await }));
        let now: Result<Head, store::Error> = now.await;
        broken = walk.end(now?);
    }
    Ok(Verified { account: account.label.to_string(), records: walk.at.number, head: walk.at, broken })
}

/// How far the chain was followed.
struct Walk<'a> {
    account: &'a Account,
    /// Where it has to lead.
    expected: [Option<Head>; 2],
    at: Head,
}

impl Walk<'_> {
    /// Goes on to the next record.
    fn step(&mut self, kept: &Kept) -> Result<(), Broken> {
        let number = self.at.number + 1;
        if kept.number != number {
            return Err(Broken::new(number, "missing", format!("Record {number} is missing.")));
        }
        let changed =
            |what: &str| Err(Broken::new(number, "changed", format!("Record {number} was changed: {what}.")));
        if hash(&kept.text) != kept.hash {
            return changed("its text does not have its hash");
        }
        let Ok(record) = Record::parse(&kept.text) else {
            return changed("its text cannot be read");
        };
        if record.number != number || record.account != self.account.id {
            return Err(Broken::new(
                number,
                "out_of_order",
                format!("Record {number} says that it is record {} of {}.", record.number, record.account),
            ));
        }
        if record.previous != self.at.hash {
            return Err(Broken::new(
                number,
                "out_of_order",
                format!("Record {number} does not follow the one before it."),
            ));
        }
        if Kept::of(&record, kept.text.clone(), kept.hash) != *kept {
            return changed("a column differs from its text");
        }
        self.at = Head { number, hash: kept.hash };
        let differs = |head: &Head| head.number == number && head.hash != kept.hash;
        if self.expected.iter().flatten().any(differs) {
            return changed("it is not the one that was written down as the head");
        }
        Ok(())
    }

    /// Whether it led where it has to; `now` is the head after the last record was read.
    fn end(&self, now: Head) -> Option<Broken> {
        let last = self.at.number;
        let beyond = self.expected.iter().flatten().map(|head| head.number).max().unwrap_or(0);
        if beyond > last {
            let cut =
                format!("The chain ends at record {last}, and was at record {beyond}: its end was cut off.");
            return Some(Broken::new(last + 1, "cut", cut));
        }
        (last > now.number).then(|| {
            let number = now.number + 1;
            Broken::new(number, "out_of_order", format!("Record {number} was not appended by this program."))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::hash;
    use jiff::Timestamp;
    use vestibule_model::account::{Label, VanityState};
    use vestibule_model::audit::{Actor, Deed, Entrance, Hash, Subject};
    use vestibule_model::id::AccountId;

    fn account() -> Account {
        Account {
            id: AccountId::from_bytes([1; 16]),
            label: Label::parse("acme").unwrap(),
            name: "Acme".to_owned(),
            state: VanityState::Approved,
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn kept(number: i64, previous: Hash) -> Kept {
        let record = Record {
            number,
            time: Timestamp::UNIX_EPOCH,
            account: account().id,
            actor: Actor::Operator,
            entrance: Entrance::CommandLine,
            address: None,
            deed: Deed::AccountFileApplied,
            subject: Subject::account(&account()),
            changes: Vec::new(),
            previous,
        };
        let text = record.text().unwrap();
        let hash = hash(&text);
        Kept::of(&record, text, hash)
    }

    fn chain(length: i64) -> Vec<Kept> {
        let mut previous = Hash::NONE;
        let link = |number| {
            let kept = kept(number, previous);
            previous = kept.hash;
            kept
        };
        (1..=length).map(link).collect()
    }

    /// What is wrong with these rows, beside a row of the head at this number.
    fn broken(rows: &[Kept], head: i64) -> Option<(i64, &'static str)> {
        let account = account();
        let whole = chain(9);
        let at = usize::try_from(head).unwrap();
        let known = whole[..at].last().map_or(Head::NONE, |kept| Head { number: head, hash: kept.hash });
        let mut walk = Walk { account: &account, expected: [Some(known), None], at: Head::NONE };
        let found = rows.iter().find_map(|kept| walk.step(kept).err()).or_else(|| walk.end(known));
        found.map(|broken| (broken.number, broken.kind))
    }

    #[test]
    fn whatever_is_done_to_a_chain_is_seen_at_the_place_where_it_was_done() {
        assert_eq!(broken(&chain(4), 4), None);
        assert_eq!(broken(&[], 0), None);
        let mut rows = chain(4);
        rows.remove(1);
        assert_eq!(broken(&rows, 4), Some((2, "missing")));
        let mut rows = chain(4);
        rows[2].text = rows[2].text.replace("acme", "beta");
        assert_eq!(broken(&rows, 4), Some((3, "changed")), "the text");
        let mut rows = chain(4);
        rows[2].text = rows[2].text.replace("acme", "beta");
        rows[2].hash = hash(&rows[2].text);
        assert_eq!(broken(&rows, 4), Some((3, "changed")), "the text and its hash, but not the columns");
        let mut rows = chain(4);
        rows[1].actor = "service".to_owned();
        assert_eq!(broken(&rows, 4), Some((2, "changed")), "a column");
        let mut rows = chain(4);
        rows.swap(1, 2);
        (rows[1].number, rows[2].number) = (2, 3);
        assert_eq!(broken(&rows, 4), Some((2, "out_of_order")));
        let mut rows = chain(4);
        rows[2] = kept(3, Hash([7; 32]));
        assert_eq!(broken(&rows, 4), Some((3, "out_of_order")), "one that follows another one");
        assert_eq!(broken(&chain(3), 4), Some((4, "cut")));
        assert_eq!(broken(&chain(4), 3), Some((4, "out_of_order")), "one that the head does not know");
    }
}
