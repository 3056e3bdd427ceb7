//! A name server (Knot DNS) that answers for the zone `example.`, with whatever records a test publishes.

use std::cell::Cell;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use crate::{Process, TempDir, folder, free_port, installed, offline, skip};

/// A running name server; ended when it is dropped.
pub struct NameServer {
    folder: TempDir,
    port: u16,
    process: Process,
    serial: Cell<u32>,
}

impl NameServer {
    /// Starts a name server whose zone is empty; where it is not installed the test is recorded as skipped and there is none.
    pub fn start() -> Option<Self> {
        if offline() || !installed("knotd") && !std::path::Path::new("/usr/sbin/knotd").is_file() {
            skip("needs Knot DNS (Debian: knot)");
            return None;
        }
        let (folder, port) = (folder(), free_port());
        let path = folder.path().display();
        let config = format!(
            "server:\n    rundir: {path}\n    listen: 127.0.0.1@{port}\n\
             database:\n    storage: {path}\n\
             log:\n  - target: stdout\n    any: info\n\
             zone:\n  - domain: example\n    storage: {path}\n    file: zone\n    zonefile-sync: -1\n    journal-content: none\n"
        );
        std::fs::write(folder.path().join("knot.conf"), config).expect("the name server's configuration");
        write_zone(&folder, 1, &[]);
        let mut command = Command::new("/usr/sbin/knotd");
        command.arg("-c").arg(folder.path().join("knot.conf"));
        let answers = |line: &str| line.contains("server started").then_some(());
        let (process, ()) = Process::start("knotd", &mut command, answers);
        Some(Self { folder, port, process, serial: Cell::new(1) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Publishes these records in place of all others: a name without `.example`, a type, and a value as in a zone file.
    pub fn publish(&self, records: &[(&str, &str, &str)]) {
        let serial = self.serial.get() + 1;
        self.serial.set(serial);
        write_zone(&self.folder, serial, records);
        self.process.signal("HUP");
        self.process.wait_for(is_loaded(serial));
    }
}

fn write_zone(folder: &TempDir, serial: u32, records: &[(&str, &str, &str)]) {
    let mut zone = format!("$TTL 1\n@ SOA ns hostmaster {serial} 60 60 60 1\n@ NS ns\nns A 127.0.0.1\n");
    for (name, kind, value) in records {
        writeln!(zone, "{name} {kind} {value}").expect("a line of a zone");
    }
    std::fs::write(folder.path().join("zone"), zone).expect("the zone");
}

fn is_loaded(serial: u32) -> impl FnMut(&str) -> Option<()> {
    let loaded = format!("-> {serial},");
    move |line| {
        (line.contains("[example.]") && line.contains("loaded") && line.contains(&loaded)).then_some(())
    }
}
