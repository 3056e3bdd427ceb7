//! A PostgreSQL server for one run of the tests: its own cluster in a temporary folder, its own port, no socket in the file
//! system, data written through to disk as in production.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::{Outcome, shell};

/// A running server; stopped, and its folder removed, when it is dropped.
pub struct Cluster {
    server: Child,
    url: String,
    _folder: TempDir,
}

impl Cluster {
    /// Starts a server; none if PostgreSQL is not installed.
    pub fn start() -> Outcome<Option<Self>> {
        let Some(programs) = programs() else {
            println!("PostgreSQL is not installed");
            return Ok(None);
        };
        let folder = tempfile::Builder::new().prefix("vestibule-postgres-").tempdir().map_err(describe)?;
        let password = password()?;
        fs::write(folder.path().join("password"), &password).map_err(describe)?;
        let account = Account::for_server(folder.path())?;
        create(&account, &programs, folder.path())?;
        let port = free_port()?;
        let server = serve(&account, &programs, folder.path(), port)?;
        let url = format!("postgres://vestibule:{password}@127.0.0.1:{port}/postgres");
        println!("PostgreSQL listens on port {port}, in {}", folder.path().display());
        Ok(Some(Self { server, url, _folder: folder }))
    }

    /// Where it is, with its password, for `VESTIBULE_TEST_POSTGRES`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGINT is the server's fast and orderly end; a kill would leave its helpers to find out by themselves.
        let ask = format!("kill -INT {}", self.server.id());
        if shell::run(&mut shell::command("sh", &["-c", &ask])).is_err() {
            self.server.kill().ok();
        }
        self.server.wait().ok();
    }
}

/// Who runs the server: it refuses to be root.
enum Account {
    Ourselves,
    Postgres,
}

impl Account {
    /// Decides who it is, and gives the folder to them.
    fn for_server(folder: &Path) -> Outcome<Self> {
        if shell::read(&mut shell::command("id", &["-u"]))?.trim() != "0" {
            return Ok(Self::Ourselves);
        }
        let folder = folder.to_string_lossy();
        shell::run(&mut shell::command("chown", &["-R", "postgres:", &folder]))?;
        Ok(Self::Postgres)
    }

    /// A program run by them. It is told to end if we die without a word.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        if matches!(self, Self::Postgres) {
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
        }
        command.arg("--pdeathsig=INT").arg(program).current_dir("/");
        command
    }
}

fn create(account: &Account, programs: &Path, folder: &Path) -> Outcome {
    let mut command = account.command(&programs.join("initdb"));
    command.arg("--pgdata").arg(folder.join("data")).arg("--pwfile").arg(folder.join("password"));
    command.args([
        "--username=vestibule",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ]);
    shell::read(&mut command).map(|_| ())
}

fn serve(account: &Account, programs: &Path, folder: &Path, port: u16) -> Outcome<Child> {
    let mut command = account.command(&programs.join("postgres"));
    command.arg("-D").arg(folder.join("data"));
    let port = format!("port={port}");
    for setting in ["listen_addresses=127.0.0.1", &port, "unix_socket_directories=", "max_connections=200"] {
        command.args(["-c", setting]);
    }
    // The folder is thrown away after the tests: nothing has to be there after a loss of power.
    command.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
    let mut server = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().map_err(describe)?;
    let mut said = String::new();
    let mut lines = server.stderr.take().map(BufReader::new).ok_or("the server has no standard error")?;
    while lines.read_line(&mut said).map_err(describe)? > 0 {
        if said.contains("ready to accept connections") {
            // Whatever it says later must be read, or it would wait for us some day.
            std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
            return Ok(server);
        }
    }
    server.wait().ok();
    Err(format!("PostgreSQL did not start:\n{said}"))
}

/// The folder of the newest server that Debian installed.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    let version = |bin: &PathBuf| bin.parent()?.file_name()?.to_string_lossy().parse::<u32>().ok();
    folders.filter(|bin| bin.join("initdb").is_file()).max_by_key(version)
}

/// A password for one run: other users of this machine must not reach a server that runs commands for its owner.
fn password() -> Outcome<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes)).map_err(describe)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(describe)?;
    listener.local_addr().map(|address| address.port()).map_err(describe)
}

fn describe(error: std::io::Error) -> String {
    error.to_string()
}
