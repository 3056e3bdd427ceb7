//! The real counterparts that the tests talk to, as packages of Debian: said by name and reason, installed where missing.
//! On another system nothing is installed; the tests that miss something then skip themselves, by name.

use std::path::Path;

use crate::{Outcome, shell};

/// Packages, and what they are for.
const PACKAGES: [(&[&str], &str); 9] = [
    (&["postgresql"], "the second database; a cluster of its own is started in a temporary folder"),
    (
        &["simplesamlphp", "php-cli", "php-xml", "php-mbstring", "php-curl", "php-sqlite3"],
        "a real identity provider, on PHP's own web server",
    ),
    (
        &[
            "liblemonldap-ng-portal-perl",
            "liblasso-perl",
            "libgd-securityimage-perl",
            "libgd-perl",
            "libimage-magick-perl",
            "libxml-simple-perl",
            "libio-string-perl",
            "libplack-perl",
        ],
        "LemonLDAP::NG, another real identity provider, on Perl's own web server",
    ),
    (
        &["python3-venv", "xmlsec1", "openssl"],
        "pysaml2, a third real identity provider, on Python's own web server, and aiosmtpd, a real mail server",
    ),
    (&["chromium", "chromium-driver"], "a real browser, headless"),
    (
        &["libxmlsec1-dev", "pkg-config", "python3-xmlsec"],
        "the XML signature library that ours is compared with",
    ),
    (&["knot"], "a real name server, for the proof of domains"),
    (&["npm"], "axe-core, which judges whether everybody can use the pages"),
    (&["g++"], "libFuzzer, which is C++"),
];

/// Python packages, each with its version, and where it is installed for the tests.
const PYTHON: [(&str, &str, &str); 2] =
    [("pysaml2", "7.5.5", "target/pysaml2"), ("aiosmtpd", "1.4.6", "target/aiosmtpd")];

/// The judge of accessibility, its version, and where npm puts it for the tests.
const AXE: (&str, &str, &str) = ("axe-core", "4.14.1", "target/axe-core");

/// Debian's hook that may forbid the start of services at installation.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// Says what is used, and installs what is missing.
pub fn run() -> Outcome {
    packages()?;
    PYTHON.iter().for_each(|(package, version, place)| python(package, version, place));
    axe();
    Ok(())
}

/// Fetches axe-core by npm, once. Without it, its test is skipped by name.
fn axe() {
    let (package, version, place) = AXE;
    println!("The tests use {package} {version} from npm, in {place}.");
    let folder = shell::root().join(place);
    let shown =
        std::fs::read_to_string(folder.join("node_modules/axe-core/package.json")).unwrap_or_default();
    if shown.contains(&format!("\"version\": \"{version}\"")) {
        return;
    }
    let wanted = format!("{package}@{version}");
    let options =
        ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", place, &wanted];
    let made = std::fs::create_dir_all(&folder)
        .map_err(|error| error.to_string())
        .and_then(|()| shell::run(&mut shell::command("npm", &options)));
    if let Err(error) = made {
        println!("{package} is not there, and its test is skipped by name: {error}");
    }
}

/// Installs a Python package into a place of its own, once. Without it, its tests are skipped by name.
fn python(package: &str, version: &str, place: &str) {
    println!("The tests use {package} {version} from the Python package index, in {place}.");
    let pip = format!("{place}/bin/pip");
    let shown = shell::read(&mut shell::command(&pip, &["show", package])).unwrap_or_default();
    if shown.contains(&format!("Version: {version}\n")) {
        return;
    }
    let wanted = format!("{package}=={version}");
    let made = shell::run(&mut shell::command("python3", &["-m", "venv", "--clear", place]))
        .and_then(|()| shell::run(&mut shell::command(&pip, &["install", "--quiet", &wanted])));
    if let Err(error) = made {
        std::fs::remove_dir_all(shell::root().join(place)).ok();
        println!("{package} is not there, and its tests are skipped by name: {error}");
    }
}

fn packages() -> Outcome {
    println!("The tests use these Debian packages:");
    for (packages, reason) in &PACKAGES {
        println!("  {}: {reason}", packages.join(" "));
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        println!(
            "This is no Debian: nothing is installed, and tests that miss something are skipped by name."
        );
        return Ok(());
    }
    let missing: Vec<&str> = PACKAGES
        .iter()
        .flat_map(|(packages, _)| *packages)
        .copied()
        .filter(|name| !installed(name))
        // npm comes with Node.js too, from elsewhere than Debian.
        .filter(|name| *name != "npm" || !on_path("npm"))
        .collect();
    if missing.is_empty() {
        println!("All of them are installed.");
        return Ok(());
    }
    println!("Installing: {}", missing.join(" "));
    install(&missing)
        .map_err(|error| format!("{error}\n(cargo xtask test --offline-only needs none of them)"))
}

fn installed(package: &str) -> bool {
    let query = shell::read(&mut shell::command("dpkg-query", &["-W", "-f=${db:Status-Abbrev}", package]));
    query.is_ok_and(|status| status.starts_with("ii"))
}

/// Whether a program of this name can be run.
pub fn on_path(program: &str) -> bool {
    shell::read(&mut shell::command("sh", &["-c", &format!("command -v {program}")])).is_ok()
}

fn install(packages: &[&str]) -> Outcome {
    as_root(&["apt-get", "-q", "update"])?;
    // The tests start what they need themselves, elsewhere and under their own configuration.
    let forbid = !Path::new(POLICY).exists();
    if forbid {
        as_root(&[
            "sh",
            "-c",
            &format!("printf '#!/bin/sh\\nexit 101\\n' > {POLICY} && chmod 755 {POLICY}"),
        ])?;
    }
    let install =
        ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=600", "install", "--no-install-recommends"];
    let outcome = as_root(&[&install[..], packages].concat());
    if forbid {
        as_root(&["rm", POLICY])?;
    }
    outcome
}

/// Runs a command as root: directly if we are, otherwise through sudo.
fn as_root(arguments: &[&str]) -> Outcome {
    let root = shell::read(&mut shell::command("id", &["-u"]))?.trim() == "0";
    let prefix: &[&str] = if root { &["env"] } else { &["sudo", "env"] };
    let all = [prefix, &["DEBIAN_FRONTEND=noninteractive"], arguments].concat();
    let (program, rest) = all.split_first().ok_or("nothing to run")?;
    shell::run(&mut shell::command(program, rest))
}
