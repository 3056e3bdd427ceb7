//! `vestibule demo`: a throwaway deployment in one command.
//!
//! Nothing in it is special: it writes a configuration and an account file, and goes through the same deeds as an
//! operator would. Everything lives in a temporary folder that goes when the demo ends.

use crate::cli::DemoArgs;
use crate::commands::{idp, serve};
use crate::compose::open;
use crate::config::Config;
use crate::output::{self, Exit, Failure};
use jiff::Timestamp;
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpListener;
use vestibule_app::configuration::{self, Source};
use vestibule_app::{App, Clock, accounts, response_log, sso};
use vestibule_idp::{Adversary, Identity, LookUp, Provider};
use vestibule_model::account::Label;
use vestibule_model::response_log::{Filter, OutcomeWord};

/// How often the demo looks for refused sign-ins to print how to explain them.
const LOOK_EVERY: Duration = Duration::from_millis(300);

pub(super) async fn run(args: &DemoArgs) -> Result<Exit, Failure> {
    let folder = tempfile::Builder::new().prefix("vestibule-demo-").tempdir();
    let folder = folder.map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
    let (listener, port) = listen(args.port, false).await?;
    let (idp_listener, idp_port) = listen(port.saturating_add(1), true).await?;
    let config = configuration(folder.path(), port)?;
    let app = open(&config).await?;
    let identity = Identity::generate(Clock::system().now()).map_err(idp::failed)?;
    let label = Label::parse("acme").map_err(|error| Failure::new(error.to_string()))?;
    let looking_up = looking_up(app.clone(), label.clone());
    let provider = idp::provider(idp_port, identity, Adversary::Offered, idp::Style::default(), looking_up)?;
    let owner_link = account(&app, folder.path(), &provider).await?;
    provider.trust(&sp_metadata(&app, &label).await?).map_err(idp::failed)?;
    introduce(&config, &provider, idp_port, &owner_link);
    let identity_provider = vestibule_idp::serve(idp_listener, provider, serve::stop_signal());
    let service = serve::listen(app.clone(), listener, &config);
    let explaining = explain_refusals(&app, &config);
    tokio::select! {
        served = async { tokio::join!(service, identity_provider) } => served.0?,
        () = explaining => {}
    }
    Ok(Exit::Done)
}

/// The metadata of the account, as any identity provider would fetch it.
async fn sp_metadata(app: &App, label: &Label) -> Result<String, Failure> {
    Ok(sso::sp_metadata(&app.visitor(label).await?, None).await?)
}

/// Looks it up again, because the account file is there to be changed and applied.
fn looking_up(app: App, label: Label) -> LookUp {
    Box::new(move || {
        let (app, label) = (app.clone(), label.clone());
        Box::pin(async move { sp_metadata(&app, &label).await.ok().into_iter().collect() })
    })
}

/// Opens a port on loopback, another one if this one is taken and `any` will do.
async fn listen(port: u16, any: bool) -> Result<(TcpListener, u16), Failure> {
    let listener = match serve::bind(Ipv4Addr::LOCALHOST.into(), port).await {
        Err(_) if any => serve::bind(Ipv4Addr::LOCALHOST.into(), 0).await?,
        other => other?,
    };
    let port = listener.local_addr().map_err(|error| Failure::new(error.to_string()))?.port();
    Ok((listener, port))
}

/// Writes the configuration, so that every other command works on the demo.
fn configuration(folder: &Path, port: u16) -> Result<Config, Failure> {
    let text = format!(
        "# The configuration of a running `vestibule demo`.\n\
         [server]\nlisten = \"127.0.0.1:{port}\"\nbase_url = \"http://localhost:{port}\"\n\n\
         [store]\nurl = \"sqlite:vestibule.db\"\n\n\
         [outbound]\nallow = [\"127.0.0.0/8\", \"::1/128\"]\n"
    );
    let path = folder.join("vestibule.toml");
    std::fs::write(&path, text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    Config::load(Some(&path))
}

/// Makes the account and publishes its connection; the answer is the owner's one-time link.
async fn account(app: &App, folder: &Path, provider: &Provider) -> Result<String, Failure> {
    let operator = app.operator();
    let owner = provider.people().iter().find(|person| person.id == "admin");
    let owner = owner.map_or("owner@acme.example", |person| person.mail());
    let created = accounts::create(&operator, "acme", "Acme", owner).await?;
    let metadata = folder.join("idp-metadata.xml");
    let written = std::fs::write(&metadata, provider.metadata());
    written.map_err(|error| Failure::new(format!("{}: {error}", metadata.display())))?;
    let text = ACCOUNT_FILE.to_owned();
    let path = folder.join("acme.toml");
    std::fs::write(&path, &text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let source = Source { name: path.display().to_string(), text, folder: folder.to_path_buf() };
    let planned = configuration::plan(&operator, &source).await?;
    configuration::apply(&operator, planned).await?;
    Ok(created.owner_link)
}

const ACCOUNT_FILE: &str = r#"# The demo's account. Change it and try: vestibule apply acme.toml --plan
account = "acme"

[sso]
idp_metadata_file = "idp-metadata.xml"

[licenses]
basic = 9999
licensed = 25

[domains."acme.example"]

[mapping.basic]
default_license = "licensed"
email = "mail"
first_name = { attribute = "givenName", update = true }
last_name = { attribute = "sn", update = true }
display_name = { attribute = "displayName", update = true }
job_title = "title"
department = "department"
language = "preferredLanguage"
"#;

/// Says what to open, whom to be, and how to look behind it.
fn introduce(config: &Config, provider: &Provider, idp_port: u16, owner_link: &str) {
    let port = config.server.listen.port();
    let lines = [
        "Vestibule demo: a throwaway deployment. Ctrl-C ends it and removes everything.".to_owned(),
        String::new(),
        format!("  Open              http://acme.localhost:{port}/"),
        format!("  Identity provider http://localhost:{idp_port}/"),
        format!("  Administration    http://acme.localhost:{port}/admin/"),
        format!("  Owner's password  {owner_link}"),
        String::new(),
        "Be one of these people at the identity provider:".to_owned(),
    ];
    lines.iter().for_each(output::line);
    for person in provider.people() {
        output::line(format!("  {:<14} {:<28} {}", person.role, person.mail(), person.about));
    }
    let program = program();
    let lines = [
        String::new(),
        "It can also send bad responses: choose one there, and see the refusal explained.".to_owned(),
        "Every other command works on this deployment:".to_owned(),
        format!("  {program} log --config {}", config.shown),
        format!(
            "  {program} apply {} --plan --config {}",
            config.path(Path::new("acme.toml")).display(),
            config.shown
        ),
        String::new(),
        "Ready.".to_owned(),
    ];
    lines.iter().for_each(output::line);
}

/// This program, as it can be pasted.
fn program() -> String {
    std::env::current_exe().map_or_else(|_| "vestibule".to_owned(), |path| path.display().to_string())
}

/// Prints, for each refused sign-in, the command that explains it.
async fn explain_refusals(app: &App, config: &Config) {
    let mut seen = Clock::system().now();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        let filter =
            Filter { outcome: Some(OutcomeWord::Refused), since: Some(seen), limit: 20, ..Filter::default() };
        let Ok(rows) = response_log::list(&app.operator(), Some("acme"), &filter).await else { continue };
        for row in rows.iter().rev() {
            let code = row.code.map(|code| code.to_string()).unwrap_or_default();
            output::line(format!("\nA sign-in was refused ({code}). Why, and what to do:"));
            output::line(format!("  {} explain {} --config {}", program(), row.tracking_id, config.shown));
        }
        if let Some(newest) = rows.first() {
            seen = after(newest.time);
        }
    }
}

/// The first moment after this one, as the store counts them.
fn after(time: Timestamp) -> Timestamp {
    time + Duration::from_micros(1)
}
