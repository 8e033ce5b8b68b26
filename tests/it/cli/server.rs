//! A server on this machine that answers what a test says: an API server, a repository of charts.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is answered: a status and a JSON document.
pub(crate) type Answer = (u16, String);

/// A server that lives as long as the process.
pub(crate) struct Server {
    /// `http://127.0.0.1:…`
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server that answers a path, without its query, by `answer`.
    pub(crate) fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (heard, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (heard, answer) = (Arc::clone(&heard), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &*answer, &heard));
            }
        });
        Server { address, asked }
    }

    /// The requests so far, `GET /path`, sorted.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }

    /// A kubeconfig that reaches it as the context `name`.
    pub(crate) fn kubeconfig(&self, name: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: {name}\n\
             clusters: [{{ name: {name}, cluster: {{ server: \"{}\" }} }}]\n\
             users: [{{ name: {name}, user: {{}} }}]\n\
             contexts: [{{ name: {name}, context: {{ cluster: {name}, user: {name} }} }}]\n",
            self.address
        )
    }
}

fn serve(stream: TcpStream, answer: &(dyn Fn(&str) -> Answer + Send + Sync), heard: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    if reader.read_line(&mut first).unwrap_or_default() == 0 {
        return;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    let path = path.split('?').next().unwrap();
    heard.lock().unwrap().push(format!("{method} {path}"));
    let (status, body) = answer(path);
    let text = format!(
        "HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // Whoever asked may be gone.
    _ = reader.into_inner().write_all(text.as_bytes());
}
