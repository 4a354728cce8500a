//! A proxy between the gateway and a real server that does what lines do: stall, crawl, reset, end.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What happens to a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// After so many bytes from the server: the end (FIN).
    Cut(u64),
    /// After so many bytes from the server: a reset (RST).
    Reset(u64),
    /// After so many bytes from the server: silence for so long, then it goes on.
    Stall(u64, Duration),
    /// So many bytes at a time, with a pause after each.
    Crawl(usize, Duration),
}

/// A running proxy. Ends with the test's runtime.
#[derive(Debug)]
pub(crate) struct FaultProxy {
    pub(crate) port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    fault: Mutex<Fault>,
    open: AtomicUsize,
    made: AtomicUsize,
}

impl FaultProxy {
    /// A proxy in front of a server, without a fault.
    pub(crate) async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            fault: Mutex::new(Fault::None),
            open: AtomicUsize::new(0),
            made: AtomicUsize::new(0),
        });
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    state.made.fetch_add(1, Ordering::SeqCst);
                    state.open.fetch_add(1, Ordering::SeqCst);
                    let fault = *state.fault.lock().unwrap();
                    let _ = pass(client, server, fault).await;
                    state.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, state }
    }

    /// What happens to connections from now on.
    pub(crate) fn set(&self, fault: Fault) {
        *self.state.fault.lock().unwrap() = fault;
    }

    /// How many connections are open.
    pub(crate) fn open(&self) -> usize {
        self.state.open.load(Ordering::SeqCst)
    }

    /// How many connections were made.
    pub(crate) fn made(&self) -> usize {
        self.state.made.load(Ordering::SeqCst)
    }
}

async fn pass(mut client: TcpStream, server: SocketAddr, fault: Fault) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let resets = matches!(fault, Fault::Reset(_));
    {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        tokio::select! {
            ended = faulty(&mut from_server, &mut to_client, fault) => ended?,
            ended = tokio::io::copy(&mut from_client, &mut to_server) => { ended?; }
        }
    }
    if resets {
        client.set_zero_linger()?;
    }
    Ok(())
}

/// Passes on what the server says, until the fault or the end.
async fn faulty(
    server: &mut (impl AsyncReadExt + Unpin),
    client: &mut (impl AsyncWriteExt + Unpin),
    fault: Fault,
) -> std::io::Result<()> {
    let (limit, ends) = match fault {
        Fault::Cut(bytes) | Fault::Reset(bytes) => (bytes, true),
        Fault::Stall(bytes, _) => (bytes, false),
        Fault::None | Fault::Crawl(..) => (u64::MAX, false),
    };
    if let Fault::Crawl(size, pause) = fault {
        let mut piece = vec![0; size];
        loop {
            let read = server.read(&mut piece).await?;
            if read == 0 {
                return Ok(());
            }
            client.write_all(&piece[..read]).await?;
            tokio::time::sleep(pause).await;
        }
    }
    let passed = tokio::io::copy(&mut server.take(limit), client).await?;
    if ends || passed < limit {
        return Ok(());
    }
    if let Fault::Stall(_, pause) = fault {
        tokio::time::sleep(pause).await;
    }
    tokio::io::copy(server, client).await.map(|_| ())
}
