//! A hyper server in process, for the real API and for doctored ones, and how a test is asked for.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;

use bytes::Bytes;
use clap::Parser;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use loadtest::cli::{Cli, Command};
use loadtest::measured::results::{CheckKind, CheckState, Results};
use loadtest::run::{run_api, run_browse, run_candidate, run_waiting_room};
use tokio::net::TcpListener;

/// Serves `answer` on a free port until the runtime ends.
pub(crate) async fn serve<F, A, B>(answer: F) -> SocketAddr
where
    F: Fn(Request<Incoming>) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let answer = answer.clone();
            let service = service_fn(move |request| {
                let reply = answer(request);
                async move { Ok::<_, Infallible>(reply.await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// A file in a directory that goes away with its owner.
pub(crate) struct KeyFile {
    directory: tempfile::TempDir,
}

impl KeyFile {
    pub(crate) fn new(key: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("key"), format!("{key}\n")).unwrap();
        Self { directory }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.file("key")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

/// Runs `loadtest WORDS` against `address`, in this process.
pub(crate) async fn test(address: SocketAddr, key: &KeyFile, words: &str) -> Results {
    let line = format!("loadtest {words} --quiet --url http://{address} --admin-key-file {}", key.path().display());
    match Cli::try_parse_from(line.split(' ')).unwrap().command {
        Command::Api(arguments) => run_api(&arguments).await.unwrap(),
        Command::Browse(arguments) => run_browse(&arguments).await.unwrap(),
        Command::Candidate(arguments) => run_candidate(&arguments).await.unwrap(),
        Command::WaitingRoom(arguments) => run_waiting_room(&arguments).await.unwrap(),
        _ => panic!("no test: {words}"),
    }
}

/// How a check ended.
pub(crate) fn state(results: &Results, kind: CheckKind) -> CheckState {
    results.checks.iter().find(|check| check.kind == kind).unwrap_or_else(|| panic!("no {kind:?}")).state
}
