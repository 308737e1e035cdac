//! The sandbox by itself, for trying other clients against it: prints the variables that point at it, then runs until
//! its standard input ends. `sandbox [ADDRESS]`

use std::io::Write;
use std::net::SocketAddr;

use sandbox::Sandbox;
use tokio::io::AsyncReadExt;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".into());
    let address: SocketAddr = address.parse().map_err(std::io::Error::other)?;
    let sandbox = Sandbox::start(address).await?;
    let mut out = std::io::stdout();
    writeln!(out, "SANDBOX_URL='{}'", sandbox.url())?;
    for (name, value) in sandbox.variables() {
        writeln!(out, "{name}='{value}'")?;
    }
    writeln!(out, "SANDBOX_READY=1")?;
    out.flush()?;
    // Whoever started us lets go of our input when it ends, however it ends.
    let mut input = [0; 64];
    while tokio::io::stdin().read(&mut input).await? > 0 {}
    sandbox.stop().await;
    Ok(())
}
