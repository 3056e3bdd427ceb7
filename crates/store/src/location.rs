//! `store.url`: where the data lives, and so which engine keeps it.

use crate::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

/// A database that can be opened.
#[derive(Clone)]
pub struct Location(pub(crate) Place);

#[derive(Clone)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Box<tokio_postgres::Config>),
}

impl Location {
    /// Reads `sqlite:path` (relative to `folder`) or `postgres://…`.
    ///
    /// # Errors
    /// [`Error::Location`] says what is wrong; it never repeats the text, which may hold a password.
    pub fn parse(url: &str, folder: &Path) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return sqlite(path, folder).map(Place::Sqlite).map(Self);
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return postgres(url).map(Box::new).map(Place::Postgres).map(Self);
        }
        Err(Error::Location("expected sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE"))
    }
}

fn sqlite(path: &str, folder: &Path) -> Result<PathBuf, Error> {
    // Both spellings that people know from other programs: sqlite:///absolute and sqlite:relative.
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.ends_with('/') || path.contains(['?', '\0']) || path.starts_with(":memory:") {
        return Err(Error::Location("expected the path of a file after sqlite:"));
    }
    Ok(folder.join(path))
}

fn postgres(url: &str) -> Result<tokio_postgres::Config, Error> {
    let mut config: tokio_postgres::Config =
        url.parse().map_err(|_| Error::Location("this is no address of a PostgreSQL database"))?;
    if config.get_hosts().is_empty() {
        return Err(Error::Location("the address of the PostgreSQL database names no host"));
    }
    // Said here, because the driver would only say at the first connection that it cannot.
    if config.get_ssl_mode() == tokio_postgres::config::SslMode::Require {
        return Err(Error::Location("sslmode=require: this program speaks to PostgreSQL without TLS"));
    }
    if config.get_application_name().is_none() {
        config.application_name("vestibule");
    }
    Ok(config)
}

impl fmt::Display for Location {
    /// The location without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = match &self.0 {
            Place::Sqlite(path) => return write!(f, "sqlite:{}", path.display()),
            Place::Postgres(config) => config,
        };
        f.write_str("postgres://")?;
        for (index, host) in config.get_hosts().iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match host {
                tokio_postgres::config::Host::Tcp(name) => write!(f, "{comma}{name}")?,
                #[cfg(unix)]
                tokio_postgres::config::Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
            }
        }
        write!(f, "/{}", config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(url: &str) -> Result<String, String> {
        let read = Location::parse(url, Path::new("/etc/vestibule"));
        read.map(|location| location.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_path_is_relative_to_the_folder_of_the_caller() {
        assert_eq!(shown("sqlite:vestibule.db").unwrap(), "sqlite:/etc/vestibule/vestibule.db");
        assert_eq!(shown("sqlite:/var/lib/v.db").unwrap(), "sqlite:/var/lib/v.db");
        assert_eq!(shown("sqlite:///var/lib/v.db").unwrap(), "sqlite:/var/lib/v.db");
    }

    #[test]
    fn tls_that_cannot_be_had_is_refused_by_name() {
        assert!(shown("postgres://u@h/v?sslmode=require").unwrap_err().contains("sslmode=require"));
        assert_eq!(shown("postgres://u@h/v?sslmode=disable").unwrap(), "postgres://h/v");
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(shown("postgres://u:s3cret@db.example:5433/v").unwrap(), "postgres://db.example/v");
        for bad in
            ["postgres://u:s3cret@", "postgres://u:s3cret@h:x/v", "mysql://u:s3cret@h/v", "sqlite:", "s3cret"]
        {
            assert!(!shown(bad).unwrap_err().contains("s3cret"), "{bad}");
        }
    }
}
