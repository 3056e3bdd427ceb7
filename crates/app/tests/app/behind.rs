//! Looking behind the store: whole tables as text, to compare what was there before with what is there after.

use crate::world::World;
use rusqlite::types::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What a response, or an attempt, may always leave behind, whoever made it.
const TRACES: [&str; 4] = ["response_log", "sign_ins", "replays", "allowances"];

/// The tables of PostgreSQL, which are the same in every world.
static NAMES: OnceLock<Vec<String>> = OnceLock::new();

impl World {
    /// Every table as text, but for those in which each response leaves a trace.
    pub fn dump(&self) -> BTreeMap<String, String> {
        let mut tables = match &self.postgres {
            None => self.dump_sqlite(),
            Some(_) => self.dump_postgres(),
        };
        assert!(tables.contains_key("users") && tables.contains_key("sessions"));
        tables.retain(|table, _| !TRACES.contains(&table.as_str()));
        tables
    }

    /// How many rows a table has.
    pub fn count(&self, table: &str) -> usize {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        let count: i64 = match &self.postgres {
            None => self.sqlite().query_row(&sql, [], |row| row.get(0)).unwrap(),
            Some(database) => database.run(&sql).unwrap().unwrap().parse().unwrap(),
        };
        count.try_into().unwrap()
    }

    /// Every byte that SQLite keeps; nothing for PostgreSQL, whose files are elsewhere.
    pub fn raw_bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    fn sqlite(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("vestibule.db")).unwrap()
    }

    fn dump_sqlite(&self) -> BTreeMap<String, String> {
        let connection = self.sqlite();
        let mut names = connection
            .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
            .unwrap();
        let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        names.into_iter().map(|name| (name.clone(), sqlite_rows(&connection, &name))).collect()
    }

    fn dump_postgres(&self) -> BTreeMap<String, String> {
        let database = self.postgres.as_ref().unwrap();
        let names = NAMES.get_or_init(|| {
            let names = "SELECT string_agg(table_name, ',') FROM information_schema.tables \
                         WHERE table_schema = current_schema()";
            database.run(names).unwrap().unwrap().split(',').map(str::to_owned).collect()
        });
        // One statement: a connection costs more than what it asks.
        let rows = |name: &String| format!("SELECT '{name}' AS name, t::text AS row FROM {name} t");
        let rows = names.iter().map(rows).collect::<Vec<_>>().join(" UNION ALL ");
        let sql = format!("SELECT json_agg(json_build_array(name, row) ORDER BY name, row) FROM ({rows}) r");
        let found: Vec<(String, String)> =
            serde_json::from_str(&database.run(&sql).unwrap().unwrap()).unwrap();
        let mut tables: BTreeMap<String, String> =
            names.iter().map(|name| (name.clone(), String::new())).collect();
        for (name, row) in found {
            tables.entry(name).or_default().push_str(&row);
        }
        tables
    }
}

fn sqlite_rows(connection: &rusqlite::Connection, table: &str) -> String {
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_count();
    let mut found = statement.query([]).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = found.next().unwrap() {
        let cells: Vec<Value> = (0..columns).map(|column| row.get(column).unwrap()).collect();
        rows.push(format!("{cells:?}"));
    }
    rows.sort();
    rows.join("\n")
}
