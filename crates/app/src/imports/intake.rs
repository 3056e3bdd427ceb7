//! Reading a file of people, piece by piece: every row is written down as it stands, and nothing else happens yet.

use super::table::{Line, Table};
use super::text::{Last, Text};
use crate::context::PeopleCtx;
use crate::error::{Error, Kind};
use crate::users;
use aws_lc_rs::digest::{Context, SHA256};
use vestibule_model::id::ImportId;
use vestibule_model::import::{BadHeader, Cells, Column, Header, Import, Options, Read, State, Totals};
use vestibule_model::license::License;
use vestibule_model::permission::Permission;
use vestibule_model::trace::shown;
use vestibule_store as store;

/// The most bytes that a file has.
pub const LARGEST_FILE: u64 = 256 * 1024 * 1024;
/// The most rows that a file has.
pub const MOST_ROWS: u64 = 1_000_000;
/// How many rows are written down at once.
const AT_ONCE: usize = 500;

/// A file that is being read.
pub struct Intake {
    ctx: PeopleCtx,
    import: Import,
    hash: Context,
    bytes: u64,
    text: Text,
    table: Table,
    header: Option<Header>,
    waiting: Vec<(i64, Cells)>,
}

impl Intake {
    /// Begins to read a file.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for options that nobody could have; those of the store.
    pub async fn begin(ctx: &PeopleCtx, file_name: &str, options: Options) -> Result<Self, Error> {
        ctx.must(Permission::UserEdit)?;
        check(&options)?;
        let now = ctx.app.now();
        let name = shown(file_name.rsplit(['/', '\\']).next().unwrap_or(file_name).trim());
        let import = Import {
            id: ImportId::from_bytes(ctx.app.fresh_id(now)),
            created_at: now,
            created_by: users::by(ctx),
            file_name: if name.is_empty() { "people.csv".to_owned() } else { name },
            file_hash: [0; 32],
            options: Options { reach: ctx.permissions(), ..options },
            read: Read::default(),
            state: State::Reading,
            rows: 0,
            cursor: 0,
            planned: Totals::default(),
            applied: Totals::default(),
        };
        let new = import.clone();
        let written = super::scope(ctx).bulk().write(move |tx| {
            let new = new.clone();
            Box::pin(async move { store::imports::insert(tx, &new).await })
        });
        written.await?;
        Ok(Self {
            ctx: ctx.clone(),
            import,
            hash: Context::new(&SHA256),
            bytes: 0,
            text: Text::new(),
            table: Table::new(),
            header: None,
            waiting: Vec::new(),
        })
    }

    /// Takes some more bytes.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for what is no file of people; those of the store. Nothing of the file is kept then.
    pub async fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let taken = self.read(bytes, Last::No).await;
        self.keep_only_if(taken).await
    }

    /// Says that this was all. The rows are checked from now on, see [`super::go_on`].
    ///
    /// # Errors
    /// As [`Intake::take`].
    pub async fn end(mut self) -> Result<ImportId, Error> {
        let ended = self.finish().await;
        self.keep_only_if(ended).await?;
        Ok(self.import.id)
    }

    /// Says that no more comes: nothing of the file is kept. Where nobody is left to say so, a job forgets it after [`super::COMING`].
    pub async fn give_up(self) {
        // If the store does not answer now, the job does it.
        super::forget(&self.ctx, self.import.id).await.ok();
    }

    async fn keep_only_if(&mut self, outcome: Result<(), Error>) -> Result<(), Error> {
        if outcome.is_err() {
            super::forget(&self.ctx, self.import.id).await.ok();
        }
        outcome
    }

    async fn finish(&mut self) -> Result<(), Error> {
        self.read(&[], Last::Yes).await?;
        self.write_down().await?;
        if self.header.is_none() {
            return Err(no_header(&BadHeader::NoEmail));
        }
        if self.import.rows == 0 {
            return Err(Error::new(Kind::Invalid, "The file has a header and no rows.")
                .hint("Write one line for each person below it."));
        }
        self.import.file_hash.copy_from_slice(self.hash.clone().finish().as_ref());
        self.import.read.encoding = self.text.encoding().to_owned();
        self.import.read.delimiter = char::from(self.table.delimiter()).to_string();
        self.import.state = State::Checking;
        let (import, now) = (self.import.clone(), self.ctx.app.now());
        let written = super::scope(&self.ctx).bulk().write(move |tx| {
            let import = import.clone();
            Box::pin(async move {
                // A file that took too long to come is forgotten already.
                store::imports::locked(tx, import.id).await?.ok_or_else(too_slow)?;
                store::imports::update(tx, &import).await?;
                Ok(store::jobs::schedule(tx, store::imports::JOB, import.id.to_bytes(), now).await?)
            })
        });
        written.await
    }

    async fn read(&mut self, bytes: &[u8], last: Last) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        if self.bytes > LARGEST_FILE {
            return Err(Error::new(
                Kind::Invalid,
                format!("The file has more than {} MB.", LARGEST_FILE / 1024 / 1024),
            )
            .hint("Cut it into several files."));
        }
        self.hash.update(bytes);
        let text = self.text.read(bytes, last)?;
        let mut lines = self.table.read(&text)?;
        if last == Last::Yes {
            lines.extend(self.table.end()?);
        }
        for line in lines {
            self.line(line)?;
            if self.waiting.len() >= AT_ONCE {
                self.write_down().await?;
            }
        }
        Ok(())
    }

    fn line(&mut self, line: Line) -> Result<(), Error> {
        let Some(header) = &self.header else {
            let header = Header::read(&line.cells).map_err(|why| no_header(&why))?;
            self.import.read.columns = header.columns.iter().flatten().copied().collect();
            self.import.read.unknown.clone_from(&header.unknown);
            self.header = Some(header);
            return Ok(());
        };
        let mut cells = Cells::new();
        for (place, text) in line.cells.into_iter().enumerate() {
            let column = header.columns.get(place).copied().unwrap_or(Some(Column::Beyond));
            let text = text.trim();
            if let (Some(column), false) = (column, text.is_empty()) {
                cells.entry(column).or_insert_with(|| text.to_owned());
            }
        }
        if cells.is_empty() {
            return Ok(());
        }
        self.import.rows += 1;
        if self.import.rows > MOST_ROWS {
            return Err(Error::new(Kind::Invalid, format!("The file has more than {MOST_ROWS} rows."))
                .hint("Cut it into several files."));
        }
        self.waiting.push((line.number, cells));
        Ok(())
    }

    async fn write_down(&mut self) -> Result<(), Error> {
        let rows = std::sync::Arc::new(std::mem::take(&mut self.waiting));
        if rows.is_empty() {
            return Ok(());
        }
        let id = self.import.id;
        let written = super::scope(&self.ctx).bulk().write(move |tx| {
            let rows = std::sync::Arc::clone(&rows);
            Box::pin(async move {
                rows.iter().try_for_each(|(number, cells)| store::imports::add(tx, id, (*number, cells)))
            })
        });
        Ok(written.await?)
    }
}

fn too_slow() -> Error {
    Error::new(Kind::Invalid, "The file took too long to come.")
        .hint("Send it again, or cut it into several files.")
}

/// Options that nobody could have are told before a file is read.
fn check(options: &Options) -> Result<(), Error> {
    let unfit = |license: License| options.add_ons.iter().find(|add_on| !add_on.goes_with(license));
    match options.license.and_then(|license| unfit(license).map(|add_on| (license, add_on))) {
        None => Ok(()),
        Some((license, add_on)) => {
            Err(Error::new(Kind::Invalid, format!("{add_on} does not go with {license}."))
                .hint("Choose a license type that allows it, or leave the add-on out.")
                .about("addon"))
        }
    }
}

fn no_header(why: &BadHeader) -> Error {
    let known: Vec<&str> = Column::all().map(Column::as_str).collect();
    Error::new(Kind::Invalid, why.sentence()).hint(format!(
        "The first line names the columns, one of them email. Known are: {}.",
        known.join(", ")
    ))
}
