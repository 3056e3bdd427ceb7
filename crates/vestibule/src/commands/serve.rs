//! `vestibule serve`

use crate::compose::open;
use crate::config::Config;
use crate::output::{self, Exit, Failure};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use vestibule_app::{App, calls, jobs};
use vestibule_server::Settings;

pub(super) async fn run(config: &Config) -> Result<Exit, Failure> {
    log_to_stderr();
    let app = open(config).await?;
    let listener = bind(config.server.listen.ip(), config.server.listen.port()).await?;
    if config.server.metrics_listen.is_some() {
        tracing::warn!("this version does not serve metrics yet: `server.metrics_listen` has no effect");
    }
    output::line(format!(
        "Vestibule serves {} (listening on {})",
        config.server.base_url, config.server.listen
    ));
    listen(app, listener, config).await?;
    Ok(Exit::Done)
}

/// Serves until the program is told to stop.
pub(super) async fn listen(app: App, listener: TcpListener, config: &Config) -> Result<(), Failure> {
    let settings = Settings {
        base_url: config.server.base_url.clone(),
        trusted_proxies: config.server.trusted_proxies.clone(),
    };
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let until = |mut stopped: tokio::sync::watch::Receiver<bool>| async move {
        // The sender lives as long as this function: an error means the same as the signal.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let serving = vestibule_server::serve(app.clone(), listener, settings, until(stopped.clone()));
    let working = jobs::run(app.clone(), until(stopped));
    let signal = async {
        stop_signal().await;
        let _ = stop.send(true);
    };
    let ((), served, ()) = tokio::join!(signal, serving, working);
    // Answers that were on their way when the end came are calls too.
    if let Err(error) = calls::write_waiting(&app).await {
        tracing::warn!("the last calls of the APIs are not in the log: {error}");
    }
    served.map_err(|error| Failure::new(format!("the listener failed: {error}")))
}

/// Opens a port.
pub(super) async fn bind(address: std::net::IpAddr, port: u16) -> Result<TcpListener, Failure> {
    TcpListener::bind((address, port)).await.map_err(|error| {
        let failure = Failure::new(format!("cannot listen on {address}:{port}: {error}"));
        if error.kind() == std::io::ErrorKind::AddrInUse {
            return failure.hint("Another program uses this port: stop it, or choose another port.");
        }
        failure
    })
}

/// Until Ctrl-C, or until the service manager says so.
pub(super) async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

/// Logs go to stderr; data goes to stdout.
pub(super) fn log_to_stderr() {
    let filter = EnvFilter::new("info");
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
