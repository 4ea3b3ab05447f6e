//! As much of HTTP/1.1 as little servers of tests and measurements need.

use std::io::BufRead;

/// A message as it came: its first line and headers as bytes, and its body.
#[derive(Debug, Clone)]
pub struct Message {
    /// The request line, or the status line.
    pub first: String,
    /// The headers, as they came.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Vec<u8>,
}

impl Message {
    /// Reads a message; none when the peer has closed.
    ///
    /// # Errors
    /// When the connection breaks in the middle of one.
    pub fn read(from: &mut impl BufRead) -> std::io::Result<Option<Self>> {
        let mut first = String::new();
        if from.read_line(&mut first)? == 0 {
            return Ok(None);
        }
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            if from.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        let mut message = Self {
            first: first.trim_end().to_owned(),
            headers,
            body: Vec::new(),
        };
        if message
            .header("transfer-encoding")
            .is_some_and(|coding| coding == "chunked")
        {
            message.body = read_chunks(from)?;
            return Ok(Some(message));
        }
        let length = message
            .header("content-length")
            .and_then(|length| length.parse().ok());
        message.body = vec![0; length.unwrap_or(0)];
        from.read_exact(&mut message.body)?;
        Ok(Some(message))
    }

    /// A header's value, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The path of a request.
    pub fn path(&self) -> &str {
        self.first.split(' ').nth(1).unwrap_or_default()
    }

    /// The message as bytes again, for a connection that stays open.
    pub fn bytes(&self) -> Vec<u8> {
        self.with_connection("keep-alive")
    }

    /// The message as bytes again, to a peer that is asked to close after its answer.
    pub fn closing(&self) -> Vec<u8> {
        self.with_connection("close")
    }

    fn with_connection(&self, connection: &str) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.first).into_bytes();
        for (name, value) in &self.headers {
            let ours = ["connection", "content-length", "transfer-encoding"];
            if !ours.iter().any(|own| name.eq_ignore_ascii_case(own)) {
                bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
            }
        }
        let length = self.body.len();
        bytes.extend_from_slice(
            format!("content-length: {length}\r\nconnection: {connection}\r\n\r\n").as_bytes(),
        );
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

fn read_chunks(from: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let size = line.trim().split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16)
            .map_err(|_| std::io::Error::other(format!("a chunk of size {line:?}")))?;
        let mut chunk = vec![0; size + 2];
        from.read_exact(&mut chunk)?;
        body.extend_from_slice(&chunk[..size]);
        if size == 0 {
            return Ok(body);
        }
    }
}
