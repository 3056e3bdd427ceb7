//! Users, and the global table of addresses: one address is one user in a deployment.

use crate::dialect::is_duplicate;
use crate::error::Error;
use crate::personal_links;
use crate::scim_users::{self, Description};
use crate::statement::statements;
use crate::transaction::{GlobalTx, Tx};
use crate::user_runs;
use crate::value::{Row, Value, json, params};
use vestibule_model::email::Email;
use vestibule_model::id::{AccountId, UserId};
use vestibule_model::license::License;
use vestibule_model::user::{Field, Logins, Role, Status, User};

/// The columns of a user, as [`read`] takes them.
macro_rules! columns {
    () => {
        "u.id, u.email, u.status, u.role, u.login_work_email, u.login_sso, u.license, u.version, u.created_at, \
         u.updated_at, u.holdings, u.employee_id, u.email_changed_at, u.profile"
    };
}
pub(crate) use columns;

statements! { users:
    BY_ID = concat!("SELECT ", columns!(), " FROM users u WHERE u.account_id = $1 AND u.id = $2");
    BY_EMAIL = concat!("SELECT ", columns!(), " FROM users u WHERE u.account_id = $1 AND u.email_folded = $2");
    LOCKED = concat!("SELECT ", columns!(), " FROM users u WHERE u.account_id = $1 AND u.id = $2 {FOR_UPDATE}");
    LIST = concat!("SELECT ", columns!(), " FROM users u WHERE u.account_id = $1 AND u.id > $2 ORDER BY u.id LIMIT $3");
    BY_ADDRESS = concat!(
        "SELECT ", columns!(), " FROM users u WHERE u.account_id = $1 AND u.email_folded >= $2 AND u.email_folded < $3 \
         AND u.email_folded > $4 ORDER BY u.email_folded LIMIT $5"
    );
    BY_EMPLOYEE_ID = concat!(
        "SELECT ", columns!(), " FROM users u WHERE u.account_id = $1 AND u.employee_id = $2"
    );
    OWNER = concat!("SELECT ", columns!(), " FROM users u WHERE u.account_id = $1 AND u.role = 'owner' ORDER BY u.id LIMIT 1");
    // Said in these words it is answered from the index of those who are no members: with an order of ids everybody is walked along.
    ADMINISTRATORS = concat!("SELECT ", columns!(), " FROM users u WHERE u.account_id = $1 AND u.role <> 'member' \
                              AND u.role IN ('owner', 'admin') AND u.status = 'active' ORDER BY u.role DESC, u.id LIMIT $2");
    DELETE = "DELETE FROM users WHERE account_id = $1 AND id = $2 AND version = $3";
    OWNER_OF = "SELECT account_id, user_id FROM emails WHERE folded = $1";
    CLAIM = "INSERT INTO emails (folded, account_id, user_id) VALUES ($1, $2, $3) ON CONFLICT (folded) DO NOTHING";
    RELEASE = "DELETE FROM emails WHERE folded = $1 AND account_id = $2 AND user_id = $3";
    // It inserts nothing unless the address was claimed before.
    INSERT = "INSERT INTO users (account_id, id, email, email_folded, status, role, login_work_email, login_sso, \
              license, version, created_at, updated_at, profile, holdings, employee_id, email_changed_at, user_name, \
              user_name_folded, external_id, scim, scim_version, name_folded, last_name_folded) \
              SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23 \
              WHERE EXISTS (SELECT 1 FROM emails e WHERE e.folded = $4 AND e.account_id = $1 AND e.user_id = $2)";
    UPDATE = "UPDATE users SET email = $3, status = $5, role = $6, login_work_email = $7, login_sso = $8, license = $9, \
              version = version + 1, updated_at = $11, profile = $12, holdings = $13, employee_id = $14, \
              email_changed_at = $15, name_folded = $16, last_name_folded = $17 \
              WHERE account_id = $1 AND id = $2 AND email_folded = $4 AND version = $10";
    // No index but that of traits knows any of these columns.
    TURN = "UPDATE users SET status = $3, license = $4, holdings = $5, updated_at = $6, version = version + 1 \
            WHERE account_id = $1 AND id = $2 AND version = $7";
    TURN_AND_TELL = "UPDATE users SET status = $3, license = $4, holdings = $5, updated_at = $6, version = version + 1, \
                     scim = $8, scim_version = version + 1 WHERE account_id = $1 AND id = $2 AND version = $7";
    RENAME = "UPDATE users SET email = $3, email_folded = $4 WHERE account_id = $1 AND id = $2 AND version = $5";
    ADDRESS = "SELECT email_folded FROM users WHERE account_id = $1 AND id = $2 AND version = $3 {FOR_UPDATE}";
}

/// The owner and the administrators who are active, the owner first, at most so many.
///
/// # Errors
/// Those of the database.
pub async fn administrators(tx: &Tx<'_>, limit: u32) -> Result<Vec<User>, Error> {
    let rows = tx.rows(&ADMINISTRATORS, params![tx.account(), limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// The user with this id.
///
/// # Errors
/// Those of the database.
pub async fn by_id(tx: &Tx<'_>, id: UserId) -> Result<Option<User>, Error> {
    tx.row(&BY_ID, params![tx.account(), id]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The user with this id, whom nobody else changes before this transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn locked(tx: &Tx<'_>, id: UserId) -> Result<Option<User>, Error> {
    tx.row(&LOCKED, params![tx.account(), id]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The user of this account with this (folded) address.
///
/// # Errors
/// Those of the database.
pub async fn by_email(tx: &Tx<'_>, folded: &str) -> Result<Option<User>, Error> {
    tx.row(&BY_EMAIL, params![tx.account(), folded]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The user of this account with this Employee Unique ID.
///
/// # Errors
/// Those of the database.
pub async fn by_employee_id(tx: &Tx<'_>, employee_id: &str) -> Result<Option<User>, Error> {
    let row = tx.row(&BY_EMPLOYEE_ID, params![tx.account(), employee_id]).await?;
    row.map(|mut row| read(&mut row)).transpose()
}

/// Whose this (folded) address is, in the whole deployment.
///
/// # Errors
/// Those of the database.
pub async fn owner_of(tx: &GlobalTx<'_>, folded: &str) -> Result<Option<(AccountId, UserId)>, Error> {
    let Some(mut row) = tx.row(&OWNER_OF, params![folded]).await? else { return Ok(None) };
    let account = row.id("account_id", AccountId::from_bytes)?;
    Ok(Some((account, row.id("user_id", UserId::from_bytes)?)))
}

/// The owner of the account.
///
/// # Errors
/// Those of the database.
pub async fn owner(tx: &Tx<'_>) -> Result<Option<User>, Error> {
    tx.row(&OWNER, params![tx.account()]).await?.map(|mut row| read(&mut row)).transpose()
}

/// Users in order of id, which is the order in which they came; a page begins after the last id of the page before.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &Tx<'_>, after: Option<UserId>, limit: u32) -> Result<Vec<User>, Error> {
    let after = after.unwrap_or(UserId::from_bytes([0; 16]));
    let rows = tx.rows(&LIST, params![tx.account(), after, limit]).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// Users whose (folded) address begins with this, in order of address; a page begins after the last address of the page
/// before.
///
/// # Errors
/// Those of the database.
pub async fn by_address(
    tx: &Tx<'_>,
    prefix: &str,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<User>, Error> {
    let end = format!("{prefix}{}", char::MAX);
    let range = params![tx.account(), prefix, end.as_str(), after.unwrap_or_default(), limit];
    let rows = tx.rows(&BY_ADDRESS, range).await?;
    rows.into_iter().map(|mut row| read(&mut row)).collect()
}

/// How many users the account has.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &Tx<'_>) -> Result<i64, Error> {
    user_runs::total(tx).await
}

/// Makes a user and claims the address for it.
///
/// # Errors
/// [`Error::EmailTaken`] when the address is somebody's, in whatever account; [`Error::EmployeeIdTaken`]; those of the
/// database.
pub async fn insert(tx: &Tx<'_>, user: &User) -> Result<(), Error> {
    insert_described(tx, user, None).await
}

/// The same for somebody whom a directory brings, with what stands beside the record.
///
/// # Errors
/// As [`insert`]; [`Error::UserNameTaken`] when another user of the account has the name.
pub async fn insert_described(tx: &Tx<'_>, user: &User, said: Option<Description<'_>>) -> Result<(), Error> {
    let (account, folded) = (tx.account(), user.email.folded());
    let row = params![
        account,
        user.id,
        user.email.as_str(),
        folded,
        user.status.as_str(),
        user.role.as_str(),
        user.logins.work_email,
        user.logins.sso,
        user.license.map(License::as_str),
        user.version,
        user.created_at,
        user.updated_at,
        json(&user.profile)?,
        json(&user.holdings)?,
        user.employee_id.as_deref(),
        user.email_changed_at,
        said.map(|said| said.user_name),
        said.map(|said| said.user_name_folded),
        said.and_then(|said| said.external_id),
        said.map(|said| said.document),
        said.map(|said| said.version),
        name_folded(user),
        last_name_folded(user),
    ];
    let claim = params![folded, account, user.id];
    // One after the other: statements that are awaited together have no order while they are being prepared.
    let claimed = tx.execute(&CLAIM, claim).await? == 1;
    if claimed && tx.execute(&INSERT, row).await.map_err(sort)? == 1 {
        hold_link(tx, user)?;
        user_runs::count(tx, user.id, 1).await
    } else {
        Err(Error::EmailTaken)
    }
}

/// Deletes a user that was read at `user.version`, with everything that hangs on the record: the address is free again, the
/// password, the memberships and the pictures are gone. Sessions and links are ended by whoever deletes.
///
/// # Errors
/// [`Error::Stale`] when it changed since; those of the database.
pub async fn delete(tx: &Tx<'_>, user: &User) -> Result<(), Error> {
    let account = tx.account();
    if tx.execute(&DELETE, params![account, user.id, user.version]).await? == 0 {
        return Err(Error::Stale);
    }
    personal_links::free(tx, user.id)?;
    tx.execute(&RELEASE, params![user.email.folded(), account, user.id]).await?;
    user_runs::count(tx, user.id, -1).await
}

/// Tells when a user was to get an Employee Unique ID that another one has: the index is the last word.
fn sort(error: Error) -> Error {
    let taken = is_duplicate(&error, "users_by_employee_id", "users.account_id, users.employee_id");
    if taken { Error::EmployeeIdTaken } else { scim_users::sort(error) }
}

/// Writes a user that was read at `user.version`, and returns the new version.
///
/// # Errors
/// [`Error::Stale`] when it changed since; [`Error::EmailTaken`] when it got an address that is somebody's,
/// [`Error::EmployeeIdTaken`] when it got such an ID; those of the database.
pub async fn update(tx: &Tx<'_>, user: &User) -> Result<i64, Error> {
    if write(tx, user).await? {
        return Ok(user.version + 1);
    }
    // Another version, or another address: only now is it worth asking.
    let Some(mut row) = tx.row(&ADDRESS, params![tx.account(), user.id, user.version]).await? else {
        return Err(Error::Stale);
    };
    rename(tx, user, &row.text("email_folded")?).await?;
    match write(tx, user).await? {
        true => Ok(user.version + 1),
        false => Err(Error::Stale),
    }
}

/// As [`update`], of a user who was read as `before`. Where nothing differs but what activations and licenses turn, nothing else
/// is written: SQLite writes a row anew into each index of a column that a statement names, whether its value differs or not.
///
/// # Errors
/// As [`update`].
pub async fn update_from(tx: &Tx<'_>, before: &User, user: &User) -> Result<i64, Error> {
    match only_turns(before, user) {
        true => turned(user, tx.execute(&TURN, &turn(tx, user)?).await?),
        false => update(tx, user).await,
    }
}

/// As [`update_from`], with the document that a directory wrote of the user, which tells everything about the new version.
///
/// # Errors
/// As [`update`].
pub async fn update_and_tell(tx: &Tx<'_>, before: &User, user: &User, document: &str) -> Result<i64, Error> {
    if only_turns(before, user) {
        let mut row = turn(tx, user)?.to_vec();
        row.push(document.into());
        return turned(user, tx.execute(&TURN_AND_TELL, &row).await?);
    }
    let version = update(tx, user).await?;
    scim_users::rewrite(tx, user.id, document, version).await?;
    Ok(version)
}

fn turn<'u>(tx: &Tx<'_>, user: &'u User) -> Result<[Value<'u>; 7], Error> {
    Ok([
        tx.account().into(),
        user.id.into(),
        user.status.as_str().into(),
        user.license.map(License::as_str).into(),
        json(&user.holdings)?,
        user.updated_at.into(),
        user.version.into(),
    ])
}

/// The new version of a user whose row was turned, if it was.
fn turned(user: &User, rows: u64) -> Result<i64, Error> {
    match rows {
        0 => Err(Error::Stale),
        _ => Ok(user.version + 1),
    }
}

/// Whether nothing differs but status, license, what else is held, and the time.
fn only_turns(before: &User, user: &User) -> bool {
    let (status, license, updated_at) = (user.status, user.license, user.updated_at);
    let turned = User { status, license, updated_at, holdings: user.holdings.clone(), ..before.clone() };
    turned == *user
}

fn hold_link(tx: &Tx<'_>, user: &User) -> Result<(), Error> {
    match user.profile.value(&Field::PersonalLink) {
        Some(name) => personal_links::hold(tx, name, user.id),
        None => Ok(()),
    }
}

/// The name that others see, as it is searched for; `None` where it is the address.
fn name_folded(user: &User) -> Option<String> {
    let name = user.shown_name();
    (name != user.email.as_str()).then(|| searched(&name))
}

/// The last name, as it is searched for.
fn last_name_folded(user: &User) -> Option<String> {
    user.profile.value(&Field::LastName).map(searched)
}

fn searched(name: &str) -> String {
    name.replace('\0', "").to_lowercase()
}

async fn write(tx: &Tx<'_>, user: &User) -> Result<bool, Error> {
    hold_link(tx, user)?;
    let row = params![
        tx.account(),
        user.id,
        user.email.as_str(),
        user.email.folded(),
        user.status.as_str(),
        user.role.as_str(),
        user.logins.work_email,
        user.logins.sso,
        user.license.map(License::as_str),
        user.version,
        user.updated_at,
        json(&user.profile)?,
        json(&user.holdings)?,
        user.employee_id.as_deref(),
        user.email_changed_at,
        name_folded(user),
        last_name_folded(user),
    ];
    Ok(tx.execute(&UPDATE, row).await.map_err(sort)? == 1)
}

async fn rename(tx: &Tx<'_>, user: &User, before: &str) -> Result<(), Error> {
    let (account, folded) = (tx.account(), user.email.folded());
    if tx.execute(&CLAIM, params![folded, account, user.id]).await? == 0 {
        return Err(Error::EmailTaken);
    }
    tx.execute(&RELEASE, params![before, account, user.id]).await?;
    // A document may go on listing it.
    scim_users::add_address(tx, user.id, before).await?;
    let row = params![account, user.id, user.email.as_str(), folded, user.version];
    tx.execute(&RENAME, row).await.map(drop)
}

/// Reads a user from a row with [`columns!`].
pub(crate) fn read(row: &mut Row) -> Result<User, Error> {
    Ok(User {
        id: row.id("id", UserId::from_bytes)?,
        email: row.word("email", |text| Email::parse(text).ok())?,
        status: row.word("status", Status::from_word)?,
        role: row.word("role", Role::from_word)?,
        logins: Logins { work_email: row.boolean("login_work_email")?, sso: row.boolean("login_sso")? },
        license: row.word_or_null("license", License::from_word)?,
        holdings: row.json("holdings")?,
        employee_id: row.text_or_null("employee_id")?,
        email_changed_at: row.time_or_null("email_changed_at")?,
        profile: row.json("profile")?,
        version: row.integer("version")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}
