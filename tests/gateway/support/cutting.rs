//! A proxy that cuts the connection after a number of the server's bytes.

use std::net::SocketAddr;

use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

/// Passes one connection on to a server, and gives the port to connect to. After `bytes` bytes
/// from the server both sides are closed.
pub(crate) async fn cut_after(bytes: u64, server: SocketAddr) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut server = TcpStream::connect(server).await.unwrap();
        let (from_server, mut to_server) = server.split();
        let (mut from_client, mut to_client) = client.split();
        let mut limited = from_server.take(bytes);
        tokio::select! {
            _ = tokio::io::copy(&mut limited, &mut to_client) => {}
            _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
        }
    });
    port
}
