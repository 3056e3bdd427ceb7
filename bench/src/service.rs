//! A `vestibule serve` of its own, with an account whose connection is published.

use crate::provider::Provider;
use crate::{Result, scim};
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The running program; it ends with this value.
pub(crate) struct Service {
    process: Child,
    pub(crate) address: SocketAddr,
    /// At which the owner sets a password.
    pub(crate) owner_link: String,
    folder: TempDir,
    program: PathBuf,
}

/// What a command of the program took.
pub(crate) struct Watched {
    pub(crate) cpu: Duration,
    pub(crate) wall: Duration,
    /// The most memory that it held (resident set), in kilobytes.
    pub(crate) most_kilobytes: u64,
}

impl Service {
    /// Starts the program and waits until it serves; the account has so many seats of the paid license type.
    pub(crate) fn start(
        program: &Path,
        store: Option<&str>,
        provider: &Provider,
        seats: usize,
    ) -> Result<Self> {
        let program = program.canonicalize()?;
        let folder = tempfile::tempdir()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let store = store.unwrap_or("sqlite:vestibule.db");
        let port = address.port();
        std::fs::write(
            folder.path().join("vestibule.toml"),
            format!(
                "[server]\nlisten = \"{address}\"\nbase_url = \"http://localhost:{port}\"\n[store]\nurl = \"{store}\"\n[limits]\napi_requests_per_second = 0\n"
            ),
        )?;
        std::fs::write(folder.path().join("idp.pem"), provider.certificate_pem())?;
        std::fs::write(folder.path().join("acme.toml"), account_file(provider, seats))?;
        let create =
            ["account", "create", "acme", "--name", "Acme", "--owner", "owner@acme.example", "--json"];
        let created = run(&program, folder.path(), &create)?;
        let owner_link = scim::text(&created, "owner_link").ok_or("no link for the owner")?.to_owned();
        run(&program, folder.path(), &["apply", "acme.toml"])?;
        let mut process =
            Command::new(&program).arg("serve").current_dir(folder.path()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        let stdout = process.stdout.take().ok_or("the program has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        if !line.contains("serves") {
            return Err(format!("the program did not start: {line}").into());
        }
        Ok(Self { process, address, owner_link, folder, program })
    }

    /// The CPU time that the program has used so far, in user and in kernel mode.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let after_name = text.rsplit_once(')').ok_or("no process name")?.1;
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let ticks = |index: usize| -> Result<u64> { Ok(fields.get(index).ok_or("a short line")?.parse()?) };
        // Fields 14 and 15 of proc(5), counted in hundredths of a second.
        Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
    }

    /// Runs a command of the program on the same deployment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Result<String> {
        run(&self.program, self.folder.path(), arguments)
    }

    /// Runs a command of the program on the same deployment, and tells what it took. Its memory is looked at fifty times a second:
    /// of a process that has ended the kernel tells the time that it used, and not the memory.
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
    pub(crate) fn watch(&self, arguments: &[&str]) -> Result<Watched> {
        let outcome = self.folder.path().join("outcome.txt");
        let (said, complained) =
            (std::fs::File::create(&outcome)?, std::fs::File::options().append(true).open(&outcome)?);
        let (begun, before) = (Instant::now(), children_cpu()?);
        let mut command = Command::new(&self.program);
        let mut process = command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdout(said)
            .stderr(complained)
            .spawn()?;
        let mut most_kilobytes = 0;
        let status = loop {
            most_kilobytes = kilobytes(process.id(), "VmHWM:").unwrap_or_default().max(most_kilobytes);
            match process.try_wait()? {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let (wall, cpu) = (begun.elapsed(), children_cpu()? - before);
        if !status.success() {
            return Err(
                format!("vestibule {arguments:?} failed: {}", std::fs::read_to_string(outcome)?).into()
            );
        }
        Ok(Watched { cpu, wall, most_kilobytes })
    }

    /// Puts a file where commands find it.
    pub(crate) fn put(&self, name: &str, text: &str) -> Result<()> {
        Ok(std::fs::write(self.folder.path().join(name), text)?)
    }

    /// A file that a command has written.
    pub(crate) fn file(&self, name: &str) -> Result<String> {
        Ok(std::fs::read_to_string(self.folder.path().join(name))?)
    }

    /// What the program has written so far, in bytes: to files and to sockets alike.
    pub(crate) fn written(&self) -> Result<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/io", self.process.id()))?;
        let line = text.lines().find(|line| line.starts_with("wchar:")).ok_or("no wchar")?;
        Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse()?)
    }

    /// The memory that the program holds (resident set), in kilobytes.
    pub(crate) fn memory_kilobytes(&self) -> Result<u64> {
        kilobytes(self.process.id(), "VmRSS:")
    }

    /// The most memory that it held so far, in kilobytes.
    pub(crate) fn most_kilobytes(&self) -> Result<u64> {
        kilobytes(self.process.id(), "VmHWM:")
    }
}

/// A figure of the memory of a process.
fn kilobytes(process: u32, name: &str) -> Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find(|line| line.starts_with(name)).ok_or("no such figure")?;
    Ok(line.split_whitespace().nth(1).ok_or("no figure")?.parse()?)
}

/// The CPU time of all commands that ended.
pub(crate) fn children_cpu() -> Result<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit_once(')').ok_or("no process name")?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |index: usize| -> Result<u64> { Ok(fields.get(index).ok_or("a short line")?.parse()?) };
    // Fields 16 and 17 of proc(5), counted in hundredths of a second.
    Ok(Duration::from_millis((ticks(13)? + ticks(14)?) * 10))
}

/// Runs the program in this folder, and returns what it printed.
fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).current_dir(folder).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("vestibule {arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr)).into())
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn account_file(provider: &Provider, seats: usize) -> String {
    format!(
        "account = \"acme\"\n[sso]\nissuer = \"{}\"\nsign_in_url = \"https://idp.example/sso\"\n\
         certificates = [\"idp.pem\"]\nsign_requests = false\n\
         [licenses]\nlicensed = {seats}\n\
         [domains.\"acme.example\"]\n[mapping.basic]\ndefault_license = \"licensed\"\nemail = \"mail\"\nfirst_name = \"givenName\"\n\
         last_name = \"sn\"\ndepartment = \"department\"\n",
        provider.issuer()
    )
}
