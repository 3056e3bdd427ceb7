//! `cargo xtask keycloak`: the whole-system tests that need Keycloak. It is a stage of its own, outside of continuous integration:
//! Keycloak is some 170 MB to fetch, and takes a minute to start. The summary of `cargo xtask test` names
//! its test among those that were skipped, and this command.

use std::fs;
use std::path::PathBuf;

use crate::test::suite;
use crate::{Outcome, shell};

/// The newest that runs on Java 17.
const VERSION: &str = "26.7.3";

/// Where it is kept, relative to the root of the repository.
const PLACE: &str = "target/keycloak";

/// Installs Keycloak if need be, and runs its tests.
pub fn run() -> Outcome {
    let keycloak = installed()?;
    shell::run(&mut shell::cargo(&["build", "--package", "vestibule"]))?;
    let tests =
        ["test", "--package", "vestibule-system-tests", "--test", "system", "keycloak", "--", "--nocapture"];
    let mut command = shell::cargo(&tests);
    command.env("VESTIBULE_TEST_KEYCLOAK", keycloak).env("VESTIBULE_TEST_PROGRAM", suite::program()?);
    shell::run(&mut command)
}

/// Where Keycloak is; it is fetched with Maven and unpacked first, if it is not there.
fn installed() -> Outcome<PathBuf> {
    let place = shell::root().join(PLACE);
    let keycloak = place.join(format!("keycloak-{VERSION}"));
    if keycloak.join("bin/kc.sh").is_file() {
        return Ok(keycloak);
    }
    for program in ["java", "mvn", "unzip"] {
        shell::read(&mut shell::command("sh", &["-c", &format!("command -v {program}")]))
            .map_err(|_| format!("{program} is missing (Debian: openjdk-17-jre-headless maven unzip)"))?;
    }
    fs::create_dir_all(&place).map_err(|error| format!("{PLACE}: {error}"))?;
    let artifact = format!("-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip");
    let folder = format!("-DoutputDirectory={}", place.display());
    println!("Fetching Keycloak {VERSION} with Maven");
    shell::run(&mut shell::command("mvn", &["-q", "-B", "dependency:copy", &artifact, &folder]))?;
    let archive = place.join(format!("keycloak-quarkus-dist-{VERSION}.zip")).display().to_string();
    shell::run(&mut shell::command("unzip", &["-q", "-o", &archive, "-d", PLACE]))?;
    Ok(keycloak)
}
