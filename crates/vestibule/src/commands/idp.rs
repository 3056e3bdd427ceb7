//! `vestibule idp`: the built-in test identity provider on its own.

use crate::cli::IdpArgs;
use crate::commands::serve;
use crate::output::{self, Exit, Failure};
use std::net::Ipv4Addr;
use std::sync::Arc;
use vestibule_app::outbound::Outbound;
use vestibule_app::{Clock, Random};
use vestibule_idp::dialect::Dialect;
use vestibule_idp::people;
use vestibule_idp::{
    Adversary, Cipher, Encryption, Identity, KeyPlacement, KeyTransport, LookUp, Provider, Settings, Signed,
    Sources,
};
use vestibule_idp::{attack, dialect};

/// Largest metadata of a service provider, in bytes.
const LARGEST_METADATA: usize = 1024 * 1024;

pub(super) async fn run(args: &IdpArgs) -> Result<Exit, Failure> {
    serve::log_to_stderr();
    let clock = Clock::system();
    let identity = match &args.key {
        None => Identity::generate(clock.now()).map_err(failed)?,
        Some(path) => {
            let read = std::fs::read_to_string(path);
            let text = read.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
            Identity::from_pem(&text, clock.now())
                .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?
        }
    };
    let adversary = match &args.attack {
        None => Adversary::Offered,
        Some(id) => Adversary::Chosen(attack::find(id).ok_or_else(|| {
            let known: Vec<&str> = attack::ALL.iter().map(|attack| attack.id).collect();
            Failure::usage(format!("\"{id}\" is no attack."))
                .hint(format!("There are: {}.", known.join(", ")))
        })?),
    };
    let dialect = args.dialect.as_deref().map(dialect).transpose()?;
    let encrypts = args.encrypt.as_deref().map(encryption);
    let listener = serve::bind(Ipv4Addr::LOCALHOST.into(), args.port).await?;
    let port = listener.local_addr().map_err(|error| Failure::new(error.to_string()))?.port();
    let style = Style { encrypts, dialect };
    let provider = provider(port, identity, adversary, style, looking_up(args.sp_metadata.clone()))?;
    for url in &args.sp_metadata {
        provider.trust(&service_provider(url).await?).map_err(failed)?;
    }
    output::line(format!("Test identity provider: http://localhost:{port}/"));
    output::line(format!("Metadata:               {}", provider.metadata_url()));
    if let Some(encryption) = encrypts {
        output::line(format!("It encrypts assertions with {}, where it is given a key.", encryption.cipher));
    }
    if let Some(dialect) = dialect {
        output::line(format!("It writes honest responses as {} does.", dialect.name));
    }
    if args.sp_metadata.is_empty() {
        output::line("It knows no service provider yet: name its metadata by --sp-metadata.");
    }
    vestibule_idp::serve(listener, provider, serve::stop_signal())
        .await
        .map_err(|error| Failure::new(format!("the listener failed: {error}")))?;
    Ok(Exit::Done)
}

/// How honest responses are written.
#[derive(Clone, Copy, Default)]
pub(super) struct Style {
    encrypts: Option<Encryption>,
    dialect: Option<&'static Dialect>,
}

/// What the words of `--encrypt` mean: the best there is, or what older identity providers do unless told otherwise.
fn encryption(word: &str) -> Encryption {
    let (cipher, transport) = match word {
        "cbc" => (Cipher::Aes128Cbc, KeyTransport::OaepSha1),
        _ => (Cipher::Aes256Gcm, KeyTransport::OaepSha256),
    };
    Encryption { cipher, transport, placement: KeyPlacement::Inside }
}

fn dialect(id: &str) -> Result<&'static Dialect, Failure> {
    dialect::find(id).ok_or_else(|| {
        let known: Vec<&str> = dialect::ALL.iter().map(|dialect| dialect.id).collect();
        Failure::usage(format!("\"{id}\" is no dialect.")).hint(format!("There are: {}.", known.join(", ")))
    })
}

/// Fetches the metadata again; what cannot be had now is what it was.
fn looking_up(urls: Vec<String>) -> LookUp {
    Box::new(move || {
        let urls = urls.clone();
        Box::pin(async move {
            let mut found = Vec::new();
            for url in &urls {
                found.extend(service_provider(url).await.ok());
            }
            found
        })
    })
}

/// A test identity provider on this port, with the sample people.
pub(super) fn provider(
    port: u16,
    identity: Identity,
    adversary: Adversary,
    style: Style,
    look_up: LookUp,
) -> Result<Arc<Provider>, Failure> {
    let settings = Settings {
        base_url: format!("http://localhost:{port}"),
        entity_id: None,
        identity,
        service_providers: Vec::new(),
        people: people::sample("acme.example"),
        signs: Signed::Both,
        encrypts: style.encrypts,
        dialect: style.dialect,
        adversary,
    };
    let (clock, random) = (Clock::system(), Random::system());
    let ids = move || {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        bytes
    };
    let sources = Sources { clock: Box::new(move || clock.now()), ids: Box::new(ids) };
    let provider = Provider::new(settings, sources).map_err(failed)?;
    Ok(Arc::new(provider.looking_up(look_up)))
}

/// The metadata of a service provider, from a URL or a file. The test identity provider is started by hand, so
/// addresses of this machine and its network are as good as any.
async fn service_provider(url: &str) -> Result<String, Failure> {
    let document = if url.starts_with("http://") || url.starts_with("https://") {
        let everywhere = ["0.0.0.0/0", "::/0"].iter().filter_map(|range| range.parse().ok()).collect();
        Outbound::new(everywhere, Vec::new()).fetch(url, LARGEST_METADATA).await?.body
    } else {
        std::fs::read(url).map_err(|error| Failure::usage(format!("{url}: {error}")))?
    };
    String::from_utf8(document).map_err(|_| Failure::new(format!("{url}: the metadata is not UTF-8.")))
}

pub(super) fn failed(error: vestibule_idp::Error) -> Failure {
    Failure::new(error.to_string())
}
