//! What the pages of the portal cost the server, and weigh, in an account of many users.

use crate::Result;
use crate::http::{Answer, Connection};
use crate::scim::{self, between};
use crate::service::Service;

/// How often each page is asked for.
const COUNT: usize = 200;
/// The owner's password.
const PASSWORD: &str = "a bench for the portal";
/// The pages; `{user}` is somebody, `{connection}` that of the account, `{response}` its newest sign-in.
const PAGES: [&str; 23] = [
    "/admin",
    "/admin/users",
    "/admin/users?find=user5",
    "/admin/users/{user}",
    "/admin/groups",
    "/admin/groups/everybody",
    "/admin/licenses",
    "/admin/roles",
    "/admin/domains",
    "/admin/sso/setup",
    "/admin/sso/{connection}",
    "/admin/sso/{connection}/edit",
    "/admin/mapping",
    "/admin/mapping/attributes",
    "/admin/api",
    "/admin/api/calls",
    "/admin/log",
    "/admin/log/{response}",
    "/admin/audit",
    "/admin/settings",
    "/admin/help",
    "/admin/help/mapping",
    "/profile",
];

pub(crate) async fn measure(service: &Service, users: usize, at_once: usize) -> Result<()> {
    let ids = scim::brought(service, users, at_once).await?;
    let somebody = ids.get(ids.len() / 2).ok_or("there is nobody")?;
    let host = format!("acme.localhost:{}", service.address.port());
    let mut connection = Connection::open(service.address, host).await?;
    let path = service.owner_link.split_once(&format!(":{}", service.address.port())).ok_or("no link")?.1;
    let answer = connection.submit(path, &format!("password={}", PASSWORD.replace(' ', "+"))).await?;
    let cookie = answer.cookies.join("; ");
    let sso = connection.get_as("/admin/sso", &cookie).await?.location;
    let sso = sso.rsplit('/').next().ok_or("no connection")?;
    let log = shown(connection.get_as("/admin/log", &cookie).await?, "/admin/log")?;
    let response = between(&log.body, "href=\"/admin/log/", "\"").ok_or("nobody signed in")?;
    for page in PAGES {
        let path =
            page.replace("{user}", somebody).replace("{connection}", sso).replace("{response}", response);
        let first = shown(connection.get_as(&path, &cookie).await?, page)?;
        let before = service.cpu()?;
        for _ in 0..COUNT {
            shown(connection.get_as(&path, &cookie).await?, page)?;
        }
        row(page, (service.cpu()? - before).as_secs_f64(), first.body.len());
    }
    Ok(())
}

fn shown(answer: Answer, page: &str) -> Result<Answer> {
    if answer.status == 200 { Ok(answer) } else { Err(format!("{page}: {}", answer.status).into()) }
}

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "the table is what the program is for")]
fn row(page: &str, seconds: f64, bytes: usize) {
    println!("| {page} | {:.2} ms | {} KB |", seconds * 1e3 / COUNT as f64, bytes.div_ceil(1024));
}
