//! Account files, put together key by key.

use toml::{Table, Value};

/// An account file in the making.
#[derive(Clone)]
pub struct Wanted(Table);

impl Wanted {
    /// A file that only names its account.
    pub fn of(label: &str) -> Self {
        Self(Table::from_iter([("account".to_owned(), label.into())]))
    }

    /// Reads a text, as `export` wrote it.
    pub fn read(text: &str) -> Self {
        Self(toml::from_str(text).unwrap())
    }

    /// Sets a key; the last name of the path is the key, the others are tables.
    pub fn set<const N: usize>(mut self, path: [&str; N], value: impl Into<Value>) -> Self {
        let (key, tables) = path.split_last().unwrap();
        let mut table = &mut self.0;
        for name in tables {
            let entry = table.entry(*name).or_insert_with(|| Table::new().into());
            table = entry.as_table_mut().unwrap();
        }
        table.insert((*key).to_owned(), value.into());
        self
    }

    /// Takes a key of `[sso]` out.
    pub fn without_sso(mut self, key: &str) -> Self {
        self.0.get_mut("sso").unwrap().as_table_mut().unwrap().remove(key).unwrap();
        self
    }

    /// Takes a whole section out.
    pub fn without(mut self, section: &str) -> Self {
        self.0.remove(section).unwrap();
        self
    }

    /// Associates a domain.
    pub fn domain(self, name: &str) -> Self {
        self.set(["domains", name, "managed"], false)
    }

    /// Enforces SSO for a domain, but for these addresses.
    pub fn enforced(self, name: &str, exempt: &[&str]) -> Self {
        let exempt: Vec<Value> = exempt.iter().map(|address| (*address).into()).collect();
        self.set(["domains", name, "managed"], true)
            .set(["domains", name, "enforce_sso"], true)
            .set(["domains", name, "exempt"], exempt)
    }

    pub fn text(&self) -> String {
        toml::to_string(&self.0).unwrap()
    }
}
