//! A child process that is ready when it says so: its output is read line by line, nothing sleeps or polls.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a counterpart may say nothing until it is ready. Generous: the machine may be building something else, and
/// Keycloak builds itself.
const PATIENCE: Duration = Duration::from_secs(240);

/// How long a process may take to end by itself.
const GRACE: Duration = Duration::from_secs(10);

/// A running child process; ended when it is dropped.
pub struct Process {
    name: &'static str,
    child: Child,
    printed: Arc<Mutex<String>>,
    lines: Receiver<String>,
}

impl Process {
    /// Starts a command and reads its standard output and error until `ready` finds in a line what it waits for.
    pub fn start<T>(
        name: &'static str,
        command: &mut Command,
        ready: impl FnMut(&str) -> Option<T>,
    ) -> (Self, T) {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let printed = Arc::new(Mutex::new(String::new()));
        let (sender, lines) = channel();
        if let Some(output) = child.stdout.take() {
            follow(output, Arc::clone(&printed), sender.clone());
        }
        if let Some(output) = child.stderr.take() {
            follow(output, Arc::clone(&printed), sender);
        }
        let process = Self { name, child, printed, lines };
        let found = process.wait_for(ready);
        (process, found)
    }

    /// Reads on until `wanted` finds in a line what it waits for. Lines are seen once, in order.
    pub fn wait_for<T>(&self, mut wanted: impl FnMut(&str) -> Option<T>) -> T {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    if let Some(found) = wanted(&line) {
                        return found;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.fail("said nothing for too long"),
                Err(RecvTimeoutError::Disconnected) => self.fail("ended early"),
            }
        }
    }

    /// All that was printed so far, both streams.
    pub fn printed(&self) -> String {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the process to end (SIGTERM), waits until it did, and returns its exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.terminate();
        self.child.wait().expect("its end").code()
    }

    /// Sends a signal, such as `HUP`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.is_ok_and(|status| status.success()), "no signal reaches {}", self.name);
    }

    /// Asks the process to end, and waits a while until it has closed its output.
    fn terminate(&self) {
        let ask = format!("kill -TERM {} 2> /dev/null", self.child.id());
        if Command::new("sh").args(["-c", &ask]).status().is_ok_and(|status| status.success()) {
            while self.lines.recv_timeout(GRACE).is_ok() {}
        }
    }

    fn fail(&self, why: &str) -> ! {
        panic!("{} {why}; it printed:\n{}", self.name, self.printed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A process that is only killed leaves its temporary files behind.
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
        }
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Copies a stream, line by line, to the record and to whoever waits.
fn follow(stream: impl Read + Send + 'static, printed: Arc<Mutex<String>>, lines: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { break };
            let line = String::from_utf8_lossy(&line).into_owned();
            let mut record = printed.lock().unwrap_or_else(PoisonError::into_inner);
            record.push_str(&line);
            record.push('\n');
            drop(record);
            // Nobody waits any more once the process is being dropped; the record goes on.
            lines.send(line).ok();
        }
    });
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::Process;

    #[test]
    fn a_process_is_ready_when_it_says_so_and_its_lines_are_kept() {
        let mut command = Command::new("sh");
        command.arg("-c").arg("echo one; echo port 4711 >&2; exec tail -f /dev/null");
        let (process, port) = Process::start("the shell", &mut command, |line| {
            line.strip_prefix("port ").and_then(|port| port.parse::<u16>().ok())
        });
        assert_eq!(port, 4711);
        assert!(process.printed().contains("port 4711"));
        assert_eq!(process.stop(), None, "ended by the signal, so without a code");
    }

    #[test]
    #[should_panic(expected = "ended early; it printed:\nno such luck")]
    fn a_process_that_ends_early_fails_with_what_it_printed() {
        let mut command = Command::new("sh");
        command.arg("-c").arg("echo no such luck");
        Process::start("the shell", &mut command, |_| None::<()>);
    }
}
