//! Attackers against the real binary, briefly: none of them gets what it is after, and honest candidates lose nothing.

use loadtest::abuse::attack::Attack;
use loadtest::cli::{Cli, Command};
use loadtest::run::run_abuse;
use testkit::{AppOptions, ServedApp};

use clap::Parser;

#[tokio::test(flavor = "multi_thread")]
async fn attackers_get_little_and_honest_candidates_lose_nothing() {
    let arguments = vec!["--trusted-proxy".to_owned(), "127.0.0.1".to_owned()];
    let mut app = ServedApp::start_with(AppOptions { arguments, ..AppOptions::default() }).await;
    let line =
        format!("loadtest abuse --url {} --lasts 4s --at-once 4 --victims 4 --honest 2 --seed 7 --quiet", app.url());
    let Command::Abuse(arguments) = Cli::try_parse_from(line.split(' ')).unwrap().command else { panic!("{line}") };
    let findings = run_abuse(&arguments).await.unwrap();
    assert!(!findings.is_lost(), "{findings:#?}");
    for attack in Attack::ALL {
        let finding = findings.of(attack).unwrap();
        assert!(finding.tries > 0 && finding.honest.acts > 0, "{finding:#?}");
        assert_eq!(finding.honest.captchas_on_known_devices, 0, "{finding:#?}");
    }
    let of = |attack| findings.of(attack).unwrap();
    assert_eq!(
        of(Attack::Release).got,
        0,
        "a seat that is given back is held no longer for it: {:#?}",
        of(Attack::Release)
    );
    assert!(of(Attack::Farm).got > 0, "without a bound of the exam's, accounts get seats: {:#?}", of(Attack::Farm));
    let codes = of(Attack::ResetCodes);
    assert!(codes.got <= 20 && !codes.ends.contains_key("password taken"), "{codes:#?}");
    let spray = of(Attack::Spray);
    assert!(!spray.ends.contains_key("signed in") && !spray.captchas.is_empty(), "{spray:#?}");
    assert!(app.stop().await.success());
}
