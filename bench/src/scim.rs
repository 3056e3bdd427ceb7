//! What the SCIM interface costs the server, operation by operation, in an account of many users.
//!
//! People are brought by `POST`, many at once, so that commits are shared; then every operation is asked for again and again over
//! one connection, one after the other, each answered when it is durable. What is counted is the CPU time of the server's process.

use crate::Result;
use crate::http::{Answer, Connection};
use crate::service::Service;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::LocalSet;

/// The operations of a round, unless they are dear.
const COUNT: usize = 2_000;
/// The members of the large group, if there are so many users.
const MEMBERS: usize = 10_000;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A directory: a connection, and what it knows.
struct Directory<'s> {
    service: &'s Service,
    connection: Connection,
    token: String,
    /// The ids of the users who were brought, in no order.
    ids: Vec<String>,
    /// The number of the next one.
    next: usize,
    /// Where the dice stand.
    dice: u64,
}

pub(crate) async fn measure(service: &Service, users: usize, at_once: usize) -> Result<()> {
    let token = token(service)?;
    let before = service.cpu()?;
    let ids = fill(service, &token, users, at_once).await?;
    told(&format!("POST /Users, {at_once} at once"), (service.cpu()? - before).as_secs_f64(), users);
    let connection = open(service).await?;
    let mut directory = Directory { service, connection, token, ids, next: users, dice: 1 };
    directory.look().await?;
    directory.change().await?;
    directory.group().await?;
    told_memory(service)
}

/// Brings people into the account, and tells their ids.
pub(crate) async fn brought(service: &Service, users: usize, at_once: usize) -> Result<Vec<String>> {
    fill(service, &token(service)?, users, at_once).await
}

/// How many people the account has, but for its owner.
pub(crate) async fn count(service: &Service) -> Result<usize> {
    let token = token(service)?;
    let answer = open(service).await?.send("GET", "/scim2/Users?count=0", &token, None).await?;
    Ok(between(&answer.body, "\"totalResults\":", ",").ok_or("no number of people")?.parse()?)
}

fn token(service: &Service) -> Result<String> {
    let printed = service.command(&["token", "create", "--account", "acme", "--scope", "scim2", "--json"])?;
    Ok(text(&printed, "token").ok_or("no token was printed")?.to_owned())
}

/// A text in JSON that a command has printed.
pub(crate) fn text<'t>(printed: &'t str, name: &str) -> Option<&'t str> {
    between(printed, &format!("\"{name}\": \""), "\"")
        .or_else(|| between(printed, &format!("\"{name}\":\""), "\""))
}

async fn open(service: &Service) -> Result<Connection> {
    Connection::open(service.address, format!("localhost:{}", service.address.port())).await
}

/// Brings people, and tells their ids.
async fn fill(service: &Service, token: &str, users: usize, at_once: usize) -> Result<Vec<String>> {
    let next = Arc::new(AtomicUsize::new(0));
    let local = LocalSet::new();
    let mut workers = Vec::new();
    for _ in 0..at_once {
        let (token, next) = (token.to_owned(), Arc::clone(&next));
        let mut connection = open(service).await?;
        workers.push(local.spawn_local(async move {
            let mut ids = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= users {
                    return Result::Ok(ids);
                }
                let answer = connection.send("POST", "/scim2/Users", &token, Some(&person(number))).await?;
                ids.push(id(&answer, 201)?);
            }
        }));
    }
    local.await;
    let mut ids = Vec::with_capacity(users);
    for worker in workers {
        ids.extend(worker.await??);
    }
    Ok(ids)
}

fn person(number: usize) -> String {
    let address = format!("user{number}@acme.example");
    format!(
        r#"{{"schemas":["{USER}","{ENTERPRISE}"],"userName":"{address}","externalId":"ext-{number}","active":true,"displayName":"Ada Berg","name":{{"givenName":"Ada","familyName":"Berg"}},"emails":[{{"value":"{address}","type":"work","primary":true}}],"{ENTERPRISE}":{{"department":"Sales","employeeNumber":"{number}"}}}}"#
    )
}

fn patch(operation: &str) -> String {
    format!(r#"{{"schemas":["{PATCH}"],"Operations":[{operation}]}}"#)
}

pub(crate) fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    text.split_once(before)?.1.split(after).next()
}

/// The id in an answer, which must have this status.
fn id(answer: &Answer, status: u16) -> Result<String> {
    let found = between(&answer.body, "\"id\":\"", "\"").filter(|_| answer.status == status);
    Ok(found.ok_or_else(|| format!("{status} was expected: {} {}", answer.status, answer.body))?.to_owned())
}

impl Directory<'_> {
    fn draw(&mut self, sides: usize) -> Result<usize> {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(usize::try_from(self.dice >> 33)? % sides.max(1))
    }

    fn anybody(&mut self) -> Result<String> {
        let at = self.draw(self.ids.len())?;
        Ok(self.ids.get(at).cloned().ok_or("there is nobody")?)
    }

    async fn ask(&mut self, method: &str, path: &str, body: Option<&str>, status: u16) -> Result<Answer> {
        let answer = self.connection.send(method, &format!("/scim2{path}"), &self.token, body).await?;
        if answer.status == status {
            return Ok(answer);
        }
        Err(format!("{method} {path}: {} instead of {status}: {}", answer.status, answer.body).into())
    }

    async fn look(&mut self) -> Result<()> {
        self.round("GET /Users/{id}", COUNT, async |this, _| {
            let path = format!("/Users/{}", this.anybody()?);
            this.ask("GET", &path, None, 200).await.map(drop)
        })
        .await?;
        for (name, who, found) in [("", "user", 1), (", nobody", "nobody", 0)] {
            self.round(&format!("filter=userName eq \"…\"{name}"), COUNT, async |this, _| {
                let number = this.draw(this.ids.len())?;
                let path = format!("/Users?filter=userName+eq+%22{who}{number}%40acme.example%22");
                let answer = this.ask("GET", &path, None, 200).await?;
                let right = answer.body.contains(&format!("\"totalResults\":{found}"));
                if right { Ok(()) } else { Err(format!("another result: {}", answer.body).into()) }
            })
            .await?;
        }
        let users = self.ids.len();
        for (name, start) in [("the first", 1), ("in the middle", users / 2), ("the last", users - 120)] {
            self.round(&format!("a page of 100, {name}"), COUNT / 4, async |this, _| {
                let path = format!("/Users?startIndex={start}&count=100");
                let answer = this.ask("GET", &path, None, 200).await?;
                let right = answer.body.contains(&format!("\"totalResults\":{users},"))
                    && answer.body.contains("\"itemsPerPage\":100,");
                if right { Ok(()) } else { Err("another page".into()) }
            })
            .await?;
        }
        Ok(())
    }

    async fn change(&mut self) -> Result<()> {
        let mut who = String::new();
        self.round("PATCH active, off and on again", COUNT, async |this, step| {
            let on = step % 2 == 1;
            if !on {
                who = this.anybody()?;
            }
            let body = patch(&format!(r#"{{"op":"replace","path":"active","value":{on}}}"#));
            this.ask("PATCH", &format!("/Users/{who}"), Some(&body), 200).await.map(drop)
        })
        .await?;
        self.round("POST /Users", COUNT, async |this, _| {
            let body = person(this.next);
            this.next += 1;
            let answer = this.ask("POST", "/Users", Some(&body), 201).await?;
            this.ids.push(id(&answer, 201)?);
            Ok(())
        })
        .await?;
        self.round("DELETE /Users/{id}", COUNT / 2, async |this, _| {
            let gone = this.ids.pop().ok_or("nobody is left")?;
            this.ask("DELETE", &format!("/Users/{gone}"), None, 204).await.map(drop)
        })
        .await
    }

    async fn group(&mut self) -> Result<()> {
        let body = format!(r#"{{"schemas":["{GROUP}"],"displayName":"Everybody"}}"#);
        let group = id(&self.ask("POST", "/Groups", Some(&body), 201).await?, 201)?;
        let path = format!("/Groups/{group}");
        let members = MEMBERS.min(self.ids.len() / 2);
        let ids = self.ids.clone();
        let add = |ids: &[String]| {
            let values: Vec<String> = ids.iter().map(|id| format!(r#"{{"value":"{id}"}}"#)).collect();
            patch(&format!(r#"{{"op":"add","path":"members","value":[{}]}}"#, values.join(",")))
        };
        for some in ids.get(..members).unwrap_or_default().chunks(1_000) {
            self.ask("PATCH", &path, Some(&add(some)), 204).await?;
        }
        let left = ids.get(members..).unwrap_or_default();
        let count = COUNT.min(left.len());
        self.round(&format!("one more member in a group of {members}"), count, async |this, step| {
            let one = left.get(step..=step).unwrap_or_default();
            this.ask("PATCH", &path, Some(&add(one)), 204).await.map(drop)
        })
        .await?;
        self.round("that member leaves again", count, async |this, step| {
            let one = left.get(step).map(String::as_str).unwrap_or_default();
            let body = patch(&format!(r#"{{"op":"remove","path":"members[value eq \"{one}\"]"}}"#));
            this.ask("PATCH", &path, Some(&body), 204).await.map(drop)
        })
        .await
    }

    /// Asks again and again, and tells what one cost; the first tenth warms up.
    async fn round(
        &mut self,
        name: &str,
        count: usize,
        mut once: impl AsyncFnMut(&mut Self, usize) -> Result<()>,
    ) -> Result<()> {
        let warm = count / 10;
        let mut before = self.service.cpu()?;
        for step in 0..count {
            if step == warm {
                before = self.service.cpu()?;
            }
            once(self, step).await?;
        }
        told(name, (self.service.cpu()? - before).as_secs_f64(), count - warm);
        Ok(())
    }
}

#[expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "the table is what the program is for")]
fn told(name: &str, seconds: f64, count: usize) {
    println!("| {name} | {:.3} ms |", seconds * 1e3 / count.max(1) as f64);
}

#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
fn told_memory(service: &Service) -> Result<()> {
    println!("| memory (resident) | {} MB |", service.memory_kilobytes()? / 1024);
    Ok(())
}
