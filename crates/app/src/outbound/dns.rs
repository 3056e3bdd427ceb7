//! Asking name servers: the addresses of a host, and the TXT records of a domain.
//!
//! Addresses come from the system, unless the operator named a server; TXT records the system does not give, so that
//! they are asked for here either way. Nothing is cached: whoever presses a button wants to know how it is now.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

/// How long a server has for one answer, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(4);
const ATTEMPTS: usize = 2;
/// The most TXT records of a name that are looked at.
const MOST_RECORDS: usize = 200;

/// Which name server is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dns {
    /// The one that the machine is set up for.
    #[default]
    System,
    /// This one.
    Server(SocketAddr),
}

impl FromStr for Dns {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "system" {
            return Ok(Self::System);
        }
        let server = text.parse().map(Self::Server);
        server.map_err(|_| {
            format!("expected \"system\" or an address with a port, such as 192.0.2.53:53, not {text}")
        })
    }
}

/// What a name server says of TXT records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Records {
    /// These are all; there may be none.
    Found(Vec<String>),
    /// It could not be asked, or did not know.
    Silent(String),
}

impl Dns {
    /// The TXT records of a domain itself. Those that an alias leads to are not among them: whoever writes those is somebody else.
    pub(crate) async fn txt(self, domain: &str) -> Records {
        let asked = async {
            let name = Name::from_ascii(format!("{domain}.")).map_err(|error| error.to_string())?;
            let resolver = self.resolver().map_err(|error| error.to_string())?;
            match resolver.lookup(name.clone(), RecordType::TXT).await {
                Ok(found) => {
                    let own = found.answers().iter().filter(|record| record.name == name);
                    Ok(own.filter_map(|record| text(&record.data)).take(MOST_RECORDS).collect())
                }
                Err(error) if error.is_no_records_found() => Ok(Vec::new()),
                Err(error) => Err(error.to_string()),
            }
        };
        asked.await.map_or_else(Records::Silent, Records::Found)
    }

    /// The addresses of a host.
    pub(super) async fn addresses(self, host: &str, port: u16) -> Result<Vec<IpAddr>, String> {
        match self {
            Self::System => {
                let found = tokio::net::lookup_host((host, port)).await.map_err(|error| error.to_string())?;
                Ok(found.map(|address| address.ip()).collect())
            }
            Self::Server(_) => {
                let resolver = self.resolver().map_err(|error| error.to_string())?;
                let host = format!("{}.", host.trim_end_matches('.'));
                let found = resolver.lookup_ip(host).await.map_err(|error| error.to_string())?;
                Ok(found.iter().collect())
            }
        }
    }

    fn resolver(self) -> Result<TokioResolver, NetError> {
        let mut builder = match self {
            Self::System => TokioResolver::builder_tokio()?,
            Self::Server(server) => {
                let at_port = |mut connection: ConnectionConfig| {
                    connection.port = server.port();
                    connection
                };
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(at_port).into();
                let server = NameServerConfig::new(server.ip(), true, connections);
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
        };
        let options = builder.options_mut();
        (options.timeout, options.attempts, options.cache_size) = (PATIENCE, ATTEMPTS, 0);
        if self != Self::System {
            options.use_hosts_file = ResolveHosts::Never;
        }
        builder.build()
    }
}

/// The text of a TXT record: its strings are one after the other (RFC 7208 §3.3 for the same reason).
fn text(data: &RData) -> Option<String> {
    let RData::TXT(record) = data else { return None };
    String::from_utf8(record.txt_data.concat()).ok()
}

#[cfg(test)]
mod tests {
    use super::Dns;

    #[test]
    fn a_name_server_is_the_systems_or_an_address_with_a_port() {
        assert_eq!("system".parse(), Ok(Dns::System));
        assert_eq!("127.0.0.1:5353".parse(), Ok(Dns::Server(([127, 0, 0, 1], 5353).into())));
        assert!("[::1]:53".parse::<Dns>().is_ok());
        for text in ["", "127.0.0.1", "ns.example:53", "System"] {
            assert!(text.parse::<Dns>().unwrap_err().contains("expected"), "{text}");
        }
    }
}
