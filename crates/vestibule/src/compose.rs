//! Putting the rooms together: the deployment key, the store, the app.

use crate::config::Config;
use crate::output::Failure;
use std::io::{Read as _, Write as _};
use std::path::Path;
use vestibule_app::outbound::Root;
use vestibule_app::{App, Clock, Deployment, DeploymentKey, Random};
use vestibule_store::Store;

/// Runs a command on a runtime of its own; commands that only read and write need no second thread.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(error.to_string()))?.block_on(work)
}

/// Runs the service on a thread per core.
pub(crate) fn block_on_all_cores<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(error.to_string()))?.block_on(work)
}

/// Opens the deployment that a configuration describes.
pub(crate) async fn open(config: &Config) -> Result<App, Failure> {
    let key = deployment_key(&config.path(&config.keys.file), &Random::system())?;
    let store = open_store(config).await?;
    let outbound_roots = match &config.outbound.ca_file {
        Some(file) => outbound_roots(&config.path(file))?,
        None => Vec::new(),
    };
    let deployment = Deployment {
        base_url: config.server.base_url.clone(),
        approve_vanity_urls: config.accounts.approve_vanity_urls,
        mail: config.transport.clone(),
        outbound_allow: config.outbound.allow.clone(),
        outbound_roots,
        schemas: std::sync::Arc::new(config.schemas.clone()),
        api_rate: config.limits.rate(),
        breached: config.breached_list()?,
        dns: config.dns.server,
    };
    Ok(App::new(store, &key, deployment, Clock::system(), Random::system())?)
}

/// Opens the store, migrated to this version's shape.
pub(crate) async fn open_store(config: &Config) -> Result<Store, Failure> {
    let failed = |error: vestibule_store::Error| Failure::new(format!("the store cannot be opened: {error}"));
    let location = vestibule_store::Location::parse(&config.store.url, &config.folder).map_err(failed)?;
    Store::open(&location, &vestibule_store::Options::default()).await.map_err(failed)
}

/// The authorities of `outbound.ca_file`.
fn outbound_roots(path: &Path) -> Result<Vec<Root>, Failure> {
    let failed = |problem: &dyn std::fmt::Display| {
        Failure::new(format!("`outbound.ca_file`: {}: {problem}", path.display()))
    };
    let pem = std::fs::read(path).map_err(|error| failed(&error))?;
    Root::read_all(&pem).map_err(|error| failed(&error))
}

/// Reads the deployment key; makes it at first start, readable by its owner alone.
fn deployment_key(path: &Path, random: &Random) -> Result<DeploymentKey, Failure> {
    let failed =
        |error: std::io::Error| Failure::new(format!("the deployment key {}: {error}", path.display()));
    match std::fs::File::open(path) {
        Ok(mut file) => {
            let mut bytes = [0; 32];
            let mut rest = Vec::new();
            let read = file.read_exact(&mut bytes).and_then(|()| file.read_to_end(&mut rest));
            match read {
                Ok(0) => Ok(DeploymentKey::from_bytes(bytes)),
                _ => {
                    Err(Failure::new(format!("the deployment key {} does not hold 32 bytes", path.display()))
                        .hint("Restore it from a backup: without it nothing that is encrypted can be read."))
                }
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            let mut file = create_private(path).map_err(failed)?;
            file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(failed)?;
            Ok(DeploymentKey::from_bytes(bytes))
        }
        Err(error) => Err(failed(error)),
    }
}

fn create_private(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
