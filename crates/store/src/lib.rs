//! Remembering what the model knows, in SQLite or PostgreSQL.
