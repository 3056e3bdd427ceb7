//! What becomes of one row: the same story when it is foreseen and when it is written.

use crate::context::App;
use crate::directory::people::{self, Setting};
use crate::directory::{arrivals, follow_file};
use crate::error::{Error, Kind};
use crate::links::{self, Purpose};
use vestibule_model::account::Account;
use vestibule_model::group::Membership;
use vestibule_model::import::{
    Altered, Import, Note, Placement, Row, Totals, Verdict, Wish, placement, seats_left, wish,
};
use vestibule_model::license::{Inventory, License};
use vestibule_model::permission::Roles;
use vestibule_model::provision::{Settled, Source, Wanted};
use vestibule_model::user::{Logins, Status, User};
use vestibule_store::{self as store, Tx};

/// Where rows are judged.
pub(super) struct Ground<'a> {
    pub(super) app: &'a App,
    pub(super) account: &'a Account,
    pub(super) import: &'a Import,
    pub(super) roles: Roles,
    pub(super) how: How,
}

/// Whether rows are written.
pub(super) enum How {
    /// They are foreseen, with the seats that the account has.
    Foresee(Inventory),
    /// They are written.
    Write,
}

/// What becomes of a row.
pub(super) type Judged = (Verdict, Note);

/// Whom a row is about.
struct Found {
    before: Option<User>,
    memberships: Vec<Membership>,
}

/// Judges a row, and counts it.
pub(super) async fn judge(
    tx: &Tx<'_>,
    ground: &Ground<'_>,
    row: &Row,
    totals: &mut Totals,
) -> Result<Judged, Error> {
    let judged = match wish(&row.cells, &ground.import.options) {
        Ok(wish) => look(tx, ground, (row, &wish), totals).await?,
        Err(problems) => refused(problems.iter().map(|problem| problem.sentence()).collect()),
    };
    totals.count(judged.0);
    totals.no_seat += u64::from(judged.1.code == Some(vestibule_model::code::Code::NoSeat.number()));
    Ok(judged)
}

async fn look(
    tx: &Tx<'_>,
    ground: &Ground<'_>,
    (row, wish): (&Row, &Wish),
    totals: &mut Totals,
) -> Result<Judged, Error> {
    let address = wish.email.folded();
    if let Some(first) = store::imports::first_of(tx, ground.import.id, address).await?
        && first < row.number
    {
        let sentence = format!("Line {first} is about the same address, and counts.");
        return Ok(refused(vec![sentence, "Keep one row for each person.".to_owned()]));
    }
    let owner = store::users::owner_of(tx, address).await?;
    if owner.is_some_and(|(account, _)| account != tx.account()) {
        return Ok(refused_by(&store::Error::EmailTaken.into()));
    }
    let found = find(tx, ground, owner.map(|(_, user)| user), wish).await?;
    if let Some(user) = &found.before
        && let Some(lacking) = ground.import.options.reach.lacking(ground.roles.of(&user.role))
    {
        let sentence = format!("{} may do more than whoever brought the file: {lacking}.", user.email);
        return Ok(refused(vec![sentence, "An administrator can bring it.".to_owned()]));
    }
    if let Some(sentence) = employee_id_taken(tx, ground, (row, wish), found.before.as_ref()).await? {
        return Ok(refused(vec![
            sentence,
            "Take it from that user first, or leave the cell empty.".to_owned(),
        ]));
    }
    let wanted = wanted(wish, found.before.as_ref(), ground.import);
    if found.before.is_none() && wanted.gains == Logins::WORK_EMAIL {
        match arrivals::may_be_invited(tx, &wish.email).await {
            Err(error) if error.kind() == Kind::Conflict => return Ok(refused_by(&error)),
            may => may?,
        }
    }
    let setting = Setting::new(ground.app, ground.account, Source::Csv);
    let before = found.before.as_ref();
    let settled = match &ground.how {
        How::Foresee(seats) => {
            people::foresee(tx, &setting, &wanted, before, &seats_left(seats, totals)).await?
        }
        How::Write => people::settle_unless_refused(tx, &setting, &wanted, before).await?,
    };
    let settled = match settled {
        Ok(settled) => settled,
        Err(refusal) => return Ok(refused_by(&people::refused(refusal))),
    };
    let placed = placement(&found.memberships, &wish.groups);
    if let How::Write = ground.how {
        follow(tx, ground, (&setting, &settled, &placed), before).await?;
    }
    totals.move_seats(&settled.take, &settled.free);
    totals.mails += u64::from(before.is_none() && mail(&settled.user).is_some());
    Ok(told(settled, placed, before))
}

/// The user whom a row is about, if there is one. Nobody else changes a user who is about to be written.
async fn find(
    tx: &Tx<'_>,
    ground: &Ground<'_>,
    user: Option<vestibule_model::id::UserId>,
    wish: &Wish,
) -> Result<Found, Error> {
    let Some(id) = user else { return Ok(Found { before: None, memberships: Vec::new() }) };
    let before = match ground.how {
        How::Foresee(_) => store::users::by_id(tx, id).await?,
        How::Write => store::users::locked(tx, id).await?,
    };
    let memberships = match wish.groups.is_empty() {
        true => Vec::new(),
        false => store::groups::of_user(tx, id).await?,
    };
    Ok(Found { before, memberships })
}

/// Why the Employee Unique ID of a row cannot be had.
async fn employee_id_taken(
    tx: &Tx<'_>,
    ground: &Ground<'_>,
    (row, wish): (&Row, &Wish),
    before: Option<&User>,
) -> Result<Option<String>, Error> {
    let Some(Some(wanted)) = &wish.wanted.employee_id else { return Ok(None) };
    let holder = store::users::by_employee_id(tx, wanted).await?;
    let taken = |by: &str| format!("{by} has this Employee Unique ID.");
    if let How::Write = ground.how {
        let other = holder.filter(|holder| before.is_none_or(|user| user.id != holder.id));
        return Ok(other.map(|other| taken(other.email.as_str())));
    }
    let held = holder.as_ref().map(|holder| holder.email.folded());
    let asked = (wanted.as_str(), held.filter(|address| *address != wish.email.folded()));
    let by = store::imports::wants_employee_id(tx, ground.import.id, asked, row.number).await?;
    Ok(by.map(|(address, line)| match line {
        Some(line) => format!("Line {line} gives this Employee Unique ID to {address}."),
        None => taken(&address),
    }))
}

/// What is wanted: somebody new who is no *SSO user* is invited, and signs in with a password.
fn wanted(wish: &Wish, before: Option<&User>, import: &Import) -> Wanted {
    let gains = match (before, import.options.sso) {
        (None, false) => Logins::WORK_EMAIL,
        _ => wish.wanted.gains,
    };
    // The spelling of a known address stays.
    let email = before.is_none().then(|| wish.email.clone());
    Wanted { gains, email, ..wish.wanted.clone() }
}

/// The mail that somebody new gets.
fn mail(user: &User) -> Option<Purpose> {
    match (user.logins.work_email, user.status) {
        (true, _) => Some(Purpose::Invitation),
        (false, Status::Pending) => Some(Purpose::VerifyEmail),
        _ => None,
    }
}

/// What follows from a record that was written: groups, and the mail to somebody new.
async fn follow(
    tx: &Tx<'_>,
    ground: &Ground<'_>,
    (setting, settled, placed): (&Setting, &Settled, &Placement),
    before: Option<&User>,
) -> Result<(), Error> {
    let user = &settled.user;
    follow_file(tx, ground.app, user.id, placed, setting.now).await?;
    let Some(purpose) = mail(user).filter(|_| before.is_none()) else { return Ok(()) };
    let mut link = links::fresh(ground.app, user.id, purpose, setting.now);
    if user.status == Status::Pending {
        // The license type comes when the mailbox confirms; Basic where the file names none, as it does for others.
        link.row.license = ground.import.options.license.or(Some(License::Basic));
    }
    let place = (ground.app, ground.account);
    match purpose {
        Purpose::VerifyEmail => links::send_verification(tx, place, user, &link).await?,
        _ => links::send_invitation(tx, place, user, &link).await?,
    }
    Ok(())
}

fn told(settled: Settled, placed: Placement, before: Option<&User>) -> Judged {
    let changes: Vec<Altered> = settled.changes.into_iter().map(Altered::from).chain(placed.change).collect();
    let verdict = match (before, settled.user.status) {
        (None, Status::Pending) => Verdict::Pending,
        (None, _) => Verdict::New,
        (Some(_), _) if changes.is_empty() => Verdict::Unchanged,
        (Some(_), _) => Verdict::Changed,
    };
    let mut sentences: Vec<String> = settled.warnings.iter().map(|step| step.found.to_string()).collect();
    match (before, settled.user.status) {
        (None, Status::Pending) => sentences.push(
            "The domain is not associated with the account: the mailbox has to confirm the address first."
                .to_owned(),
        ),
        (Some(_), Status::Inactive) => {
            sentences.push("The user is inactive, and stays so.".to_owned());
        }
        _ => {}
    }
    (verdict, Note { code: None, sentences, changes })
}

fn refused(sentences: Vec<String>) -> Judged {
    (Verdict::Refused, Note { sentences, ..Note::default() })
}

/// A refusal in the words of an error.
pub(super) fn refused_by(error: &Error) -> Judged {
    let sentences = std::iter::once(error.message()).chain(error.advice()).map(str::to_owned).collect();
    let code = error.code().map(|code| code.number());
    (Verdict::Refused, Note { code, sentences, changes: Vec::new() })
}
