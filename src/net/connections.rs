//! How many connections are open: counted where they are made, and where they are dropped.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::dial::BoxStream;

/// Counts the connections of one mailbox. Cloning shares the count.
#[derive(Clone, Default)]
pub struct Connections(Arc<Shared>);

#[derive(Default)]
struct Shared {
    open: Mutex<u32>,
    told: Option<Box<dyn Fn(u32) + Send + Sync>>,
}

impl Connections {
    /// A count that tells of each change.
    pub fn told(told: impl Fn(u32) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared {
            open: Mutex::new(0),
            told: Some(Box::new(told)),
        }))
    }

    /// How many are open.
    pub fn open(&self) -> u32 {
        *self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a connection until it is dropped.
    pub fn count(&self, stream: BoxStream) -> BoxStream {
        self.change(|open| open.saturating_add(1));
        Box::new(Counted {
            stream,
            connections: self.clone(),
        })
    }

    fn change(&self, change: impl FnOnce(u32) -> u32) {
        // Told under the lock: whoever listens hears the changes in their order.
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        *open = change(*open);
        if let Some(told) = &self.0.told {
            told(*open);
        }
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connections").field(&self.open()).finish()
    }
}

/// A connection that is counted.
#[derive(Debug)]
struct Counted {
    stream: BoxStream,
    connections: Connections,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.connections.change(|open| open.saturating_sub(1));
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_counts_until_it_is_dropped() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&heard);
        let connections = Connections::told(move |open| notes.lock().unwrap().push(open));
        let one = connections.count(Box::new(tokio::io::duplex(1).0));
        let other = connections.count(Box::new(tokio::io::duplex(1).0));
        assert_eq!(connections.open(), 2);
        drop(one);
        drop(other);
        assert_eq!(*heard.lock().unwrap(), [1, 2, 1, 0]);
    }
}
