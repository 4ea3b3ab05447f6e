//! As much HTTP as waiting for a loopback server needs.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The status that a GET of a loopback URL answers, and the body. `None`: nobody answers.
pub fn get(url: &str) -> Option<(u16, String)> {
    let rest = url.strip_prefix("http://127.0.0.1:")?;
    let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let address = SocketAddr::from(([127, 0, 0, 1], port.parse().ok()?));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(15)))
        .ok()?;
    let path = if path.is_empty() { "/" } else { path };
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Some((status, body.to_owned()))
}

/// Waits until a GET answers 200; the error tells the last answer.
pub fn wait_for(url: &str, patience: Duration) -> Result<()> {
    let until = Instant::now() + patience;
    loop {
        let answer = get(url);
        match answer {
            Some((200, _)) => return Ok(()),
            _ if Instant::now() < until => crate::interrupt::pause(),
            Some((status, body)) => {
                bail!(
                    "{url} still answers {status} after {} s: {body}",
                    patience.as_secs()
                )
            }
            None => bail!("{url} still does not answer after {} s", patience.as_secs()),
        }
    }
}

/// Whether someone listens on a port of this machine.
pub fn is_taken(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_err()
}

/// Ports that nobody listens on.
pub fn free_ports<const N: usize>() -> Result<[u16; N]> {
    // All are held until the last is found, so that no port is found twice.
    let held: Vec<TcpListener> = (0..N)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect::<std::io::Result<_>>()?;
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&held) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}
