//! The listener itself, over a real socket.

use super::harness::House;
use crate::{Settings, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

async fn served(
    house: &House,
) -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let settings =
        Settings { base_url: "https://vestibule.example/".parse().unwrap(), trusted_proxies: Vec::new() };
    let app = house.app.clone();
    #[expect(clippy::disallowed_methods, reason = "the listener runs beside the test that asks it")]
    let serving = tokio::spawn(serve(app, listener, settings, async move { drop(stopped.await) }));
    (address, stop, serving)
}

async fn ask(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![0; 64 * 1024];
    let length = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[tokio::test]
async fn a_connection_is_kept_for_further_requests_and_closed_at_the_end() {
    let house = House::new().await;
    let (address, stop, serving) = served(&house).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..2 {
        let answer = ask(&mut stream, "GET /healthz HTTP/1.1\r\nHost: vestibule.example\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ok\n"), "{answer}");
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0, "the idle connection was closed");
}

#[tokio::test]
async fn an_endless_head_is_refused() {
    let house = House::new().await;
    let (address, _stop, _serving) = served(&house).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET / HTTP/1.1\r\nHost: vestibule.example\r\nX: {}\r\n\r\n", "a".repeat(80 * 1024));
    let answer = ask(&mut stream, &request).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn a_chunked_body_without_end_is_cut_at_the_limit() {
    let house = House::new().await;
    let (address, _stop, _serving) = served(&house).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head =
        "POST /saml/SSO HTTP/1.1\r\nHost: acme.vestibule.example\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", "A".repeat(0x10000));
    for _ in 0..40 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 1024];
    let length = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}
