//! How long uploads have, and how many come at once: by times that are given, without waiting.

use super::*;
use crate::tests::harness::House;
use std::task::Waker;

const SECOND: Duration = Duration::from_secs(1);

/// A body of these pieces, after which nothing more comes, and no end either.
struct Stalling(Vec<usize>);

impl HttpBody for Stalling {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.0.pop() {
            Some(length) => Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'x'; length]))))),
            None => Poll::Pending,
        }
    }
}

fn sent(kind: &str, body: Body) -> Request {
    Request::builder().method("POST").header("content-type", kind).body(body).unwrap()
}

/// The patience with a request whose time is over.
fn over(now: Instant) -> Patience {
    Patience(Arc::new(Mutex::new(Times { begun: now, until: now })))
}

/// Reads what is there of the body of such a request, and says how much time it has then.
fn left(mut pieces: Vec<usize>, follow: fn(Request) -> Request) -> Duration {
    let begun = Instant::now();
    let patience = over(begun);
    pieces.reverse();
    let mut request = sent("multipart/form-data; boundary=x", Body::new(Stalling(pieces)));
    request.extensions_mut().insert(patience.clone());
    let mut body = follow(request).into_body();
    let mut context = Context::from_waker(Waker::noop());
    while Pin::new(&mut body).poll_frame(&mut context).is_ready() {}
    patience.until() - begun
}

#[test]
fn s10_the_time_of_an_upload_begins_anew_with_each_piece_and_not_with_a_trickle() {
    assert_eq!(left(vec![], followed), Duration::ZERO, "nothing comes");
    assert_eq!(left(vec![1; 1_000], followed), Duration::ZERO, "less than a piece is no move");
    assert!(left(vec![PIECE], followed) >= LONGEST);
    assert!(left(vec![1_000; 20], followed) >= LONGEST, "small ones make a large one");
    assert_eq!(left(vec![PIECE; 20], |request| request), Duration::ZERO, "nobody asked for more time");
}

#[tokio::test]
async fn s10_a_form_that_is_taken_as_an_upload_has_more_time_and_another_one_has_not() {
    let house = House::bare().await;
    let desk = Arc::new(Desk {
        app: house.app.clone(),
        base_url: "https://vestibule.example/".parse().unwrap(),
        base_host: "vestibule.example".to_owned(),
        trusted_proxies: Vec::new(),
        uploads: Arc::default(),
    });
    let begun = Instant::now();
    let (long, short) = (over(begun), over(begun));
    let form = |patience: &Patience| {
        let part = "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
        let text = format!("{part}{}\r\n--x--\r\n", "a".repeat(PIECE));
        let mut request = sent("multipart/form-data; boundary=x", Body::from(text));
        request.extensions_mut().insert(patience.clone());
        request
    };
    let Upload(mut taken) = Upload::from_request(form(&long), &desk).await.unwrap();
    assert_eq!(taken.next_field().await.unwrap().unwrap().bytes().await.unwrap().len(), PIECE);
    assert!(long.until() >= begun + LONGEST);
    let mut other = Multipart::from_request(form(&short), &desk).await.unwrap();
    assert_eq!(other.next_field().await.unwrap().unwrap().bytes().await.unwrap().len(), PIECE);
    assert_eq!(short.until(), begun);
    let none = sent("text/csv", Body::from("email"));
    assert!(matches!(Upload::from_request(none, &desk).await, Err(Failure::BadFields)));
}

#[test]
fn s10_an_upload_that_moves_ends_at_last_and_what_came_whole_is_still_answered() {
    let begun = Instant::now();
    let patience = Patience::new(begun);
    for seconds in (0..60 * 60_u32).step_by(20) {
        patience.moved(begun + SECOND * seconds);
        assert!(patience.until() <= begun + LONGEST_UPLOAD);
    }
    assert_eq!(patience.until(), begun + LONGEST_UPLOAD);
    patience.came(begun + LONGEST_UPLOAD - SECOND);
    assert_eq!(patience.until(), begun + LONGEST_UPLOAD - SECOND + LONGEST);
    let forgotten = Duration::try_from(vestibule_app::imports::COMING).unwrap();
    assert!(LONGEST_UPLOAD + LONGEST < forgotten, "before a job takes it for broken off");
    let slowest = 100_000 / 8 * LONGEST_UPLOAD.as_secs();
    assert!(usize::try_from(slowest).unwrap() >= crate::admin::imports::LARGEST_UPLOAD);
}

#[tokio::test]
async fn s10_who_waits_looks_again_whether_the_upload_moved() {
    assert_eq!(over(Instant::now()).wait(std::future::pending::<()>()).await, None);
    let moving = over(Instant::now());
    let mut turns = 0;
    let answer = std::future::poll_fn(|context| {
        turns += 1;
        moving.moved(Instant::now());
        context.waker().wake_by_ref();
        if turns == 3 { Poll::Ready("here") } else { Poll::Pending }
    });
    assert_eq!(moving.wait(answer).await, Some("here"));
}

#[tokio::test]
async fn only_a_form_with_a_file_is_given_the_choice() {
    for (kind, given) in [
        ("multipart/form-data; boundary=x", true),
        ("Multipart/Form-Data; boundary=x", true),
        ("application/x-www-form-urlencoded", false),
        ("application/scim+json", false),
        ("multi", false),
    ] {
        let seen = within(sent(kind, Body::empty()), async |request: Request| {
            request.extensions().get::<Patience>().is_some()
        });
        assert_eq!(seen.await, Some(given), "{kind}");
    }
}

#[test]
fn s10_few_uploads_come_at_once_of_one_account_and_of_all() {
    let uploads = Arc::new(Uploads::default());
    let account = |number: u8| AccountId::from_bytes([number; 16]);
    let mut own: Vec<Entered> = (0..MOST_OF_AN_ACCOUNT).map(|_| uploads.enter(account(0)).unwrap()).collect();
    assert!(uploads.enter(account(0)).is_none());
    let others: Vec<Entered> = (1..=u8::MAX).map_while(|number| uploads.enter(account(number))).collect();
    assert_eq!(own.len() + others.len(), MOST_UPLOADS);
    own.pop();
    assert!(uploads.enter(account(0)).is_some_and(|_| uploads.enter(account(9)).is_none()));
    drop((own, others));
    assert!(uploads.0.lock().unwrap().is_empty(), "nobody who is gone is remembered");
}
