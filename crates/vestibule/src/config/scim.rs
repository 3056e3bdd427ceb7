//! `[scim]`: the resource schemas that a deployment brings, as files. What may stand in one is said in `scim/schema`.

use super::Config;
use crate::output::Failure;
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};
use vestibule_scim::Registry;

/// `[scim]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Scim {
    pub(crate) schemas: Schemas,
}

/// Files, and folders of files that end in `.json`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Schemas {
    One(PathBuf),
    Several(Vec<PathBuf>),
}

impl Default for Schemas {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

/// The largest file, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// A schema or a resource type, and the file that has it.
struct Found {
    file: PathBuf,
    value: Value,
}

/// Reads what the section names; `name` is the file that is named in errors.
pub(super) fn read(config: &Config, name: &str) -> Result<Registry, Failure> {
    let named = match &config.scim.schemas {
        Schemas::One(path) => std::slice::from_ref(path),
        Schemas::Several(paths) => paths.as_slice(),
    };
    let wrong = |file: &Path, problem: &dyn std::fmt::Display| {
        Failure::usage(format!("{name}: `scim.schemas`: {}: {problem}.", file.display()))
            .hint("docs/scim.md says what such a file looks like.")
    };
    let (mut schemas, mut types) = (Vec::new(), Vec::new());
    for path in named {
        let path = config.path(path);
        for file in files(&path).map_err(|error| wrong(&path, &error))? {
            for value in resources(&file).map_err(|problem| wrong(&file, &problem))? {
                let found = Found { file: file.clone(), value };
                match found.value.get("endpoint") {
                    Some(_) => types.push(found),
                    None => schemas.push(found),
                }
            }
        }
    }
    // One more at a time, so that the file of the one that cannot be used is known.
    let mut registry = Registry::built_in();
    let (mut all_schemas, mut all_types) = (Vec::new(), Vec::new());
    for (found, is_type) in
        schemas.into_iter().map(|found| (found, false)).chain(types.into_iter().map(|found| (found, true)))
    {
        let list = if is_type { &mut all_types } else { &mut all_schemas };
        list.push(found.value);
        let tried = Registry::with(&Value::Array(all_types.clone()), &Value::Array(all_schemas.clone()));
        registry = tried.map_err(|problem| wrong(&found.file, &problem))?;
    }
    Ok(registry)
}

/// The file, or the files of the folder by name.
fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<std::io::Result<Vec<PathBuf>>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    Ok(files)
}

/// What a file has: a list, the answer of `/Schemas` or `/ResourceTypes`, or one alone.
fn resources(file: &Path) -> Result<Vec<Value>, String> {
    let size = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if size > LARGEST {
        return Err(format!("it has {size} bytes, and at most {LARGEST} are read"));
    }
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let mut value: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if let Some(listed) = value.get_mut("Resources") {
        value = listed.take();
    }
    match value {
        Value::Array(values) => Ok(values),
        one @ Value::Object(_) => Ok(vec![one]),
        _ => Err("this is no schema, no resource type and no list of them".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str =
        r#"{ "id": "urn:example:Room", "name": "Room", "attributes": [{ "name": "number" }] }"#;
    const KIND: &str = r#"[{ "name": "Room", "endpoint": "/Rooms", "schema": "urn:example:Room" }]"#;

    /// What these files in one folder come to.
    fn folder(files: &[(&str, &str)]) -> Result<Registry, Failure> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("schemas")).unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join("schemas").join(name), text).unwrap();
        }
        let mut config =
            Config::read("vestibule.toml", "[scim]\nschemas = \"schemas\"", std::iter::empty()).unwrap();
        config.folder = folder.path().to_owned();
        read(&config, "vestibule.toml")
    }

    #[test]
    fn a_folder_of_files_adds_its_schemas_and_resource_types_in_whichever_order() {
        let registry = folder(&[("a.json", KIND), ("b.json", SCHEMA), ("notes.txt", "none")]).unwrap();
        assert!(registry.at("/Rooms").is_some() && registry.at("/Users").is_some());
        assert_eq!(folder(&[]).unwrap().resource_types().len(), 2);
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named_with_the_reason() {
        let endpoint = KIND.replace("/Rooms", "/bulk");
        let twice = KIND.replace("/Rooms", "/users");
        for (text, file, reason) in [
            ("{", "b.json", "EOF"),
            ("3", "b.json", "no schema"),
            (KIND, "b.json", "two resource types"),
            (endpoint.as_str(), "b.json", "service's own"),
            (twice.as_str(), "b.json", "two resource types"),
            (r#"{ "id": "urn:x:B", "attributes": [{ "name": "a b" }] }"#, "b.json", "\"a b\""),
        ] {
            let failure = folder(&[("a.json", KIND), ("b.json", text), ("c.json", SCHEMA)]).unwrap_err();
            assert!(failure.message.contains(file) && failure.message.contains(reason), "{failure:?}");
        }
        let failure = folder(&[("a.json", KIND)]).unwrap_err();
        assert!(failure.message.contains("there is no schema urn:example:Room"), "{failure:?}");
    }
}
