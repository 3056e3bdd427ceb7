//! Answers that are too large for memory: one piece is read when the one before was sent.

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use vestibule_app::Error;
use vestibule_app::audit::Export;
use vestibule_app::imports::Report;

/// What comes piece by piece.
pub(crate) trait Source: Send + 'static {
    /// The next piece; `None` at the end.
    fn following(&mut self) -> impl Future<Output = Result<Option<String>, Error>> + Send;
}

impl Source for Report {
    async fn following(&mut self) -> Result<Option<String>, Error> {
        self.next().await
    }
}

impl Source for Export {
    async fn following(&mut self) -> Result<Option<String>, Error> {
        self.next().await
    }
}

/// The body of an answer that is read from this source.
pub(crate) fn body(source: impl Source) -> Body {
    Body::new(Pieces(Some(following(source))))
}

type Piece<S> = (S, Result<Option<String>, Error>);
type Coming<S> = Pin<Box<dyn Future<Output = Piece<S>> + Send>>;

struct Pieces<S>(Option<Coming<S>>);

fn following<S: Source>(mut source: S) -> Coming<S> {
    Box::pin(async move {
        let piece = source.following().await;
        (source, piece)
    })
}

impl<S: Source> HttpBody for Pieces<S> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(next) = self.0.as_mut() else { return Poll::Ready(None) };
        let (source, piece) = ready!(next.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(match piece {
            Ok(Some(text)) => {
                self.0 = Some(following(source));
                Some(Ok(Frame::data(Bytes::from(text))))
            }
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        })
    }
}
