//! The command line: it is sound, and refuses what contradicts itself.

use clap::CommandFactory;

use super::values::{Share, shard};
use super::*;
use crate::measured::results::Shard;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("loadtest").chain(line.split(' ')))
}

fn api(line: &str) -> ApiArgs {
    match parse(line).unwrap().command {
        Command::Api(arguments) => arguments,
        _ => panic!("not api"),
    }
}

#[test]
fn the_command_line_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn arrivals_are_one_of_three() {
    assert_eq!(api("api --rate 100 --seconds 5").load.profile().unwrap().candidates, 500);
    assert_eq!(api("api --ramp 0..100 --seconds 10").load.profile().unwrap().candidates, 500);
    assert_eq!(api("api --candidates 77 --rush").load.profile().unwrap().candidates, 77);
    for wrong in [
        "api",
        "api --seconds 5 --seed 1",
        "api --rate 5 --ramp 1..2",
        "api --rate 0",
        "api --rate 10 --rush",
        "api --ramp 5",
        "api --candidates 5 --spike 30%",
        "api --candidates 5 --spike 0%/2s",
        "api --candidates 5 --rush --spike 30%/2s",
        "api --rate 5 --spike 30%/2s",
        "api --candidates 5 --early 5%",
        "api --rate x",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_shard_shares_an_exam_and_a_seed() {
    let arguments = api("api --rate 10 --exam e --seed 1 --shard 2/3");
    assert_eq!(arguments.load.shard, Some(Shard { index: 2, of: 3 }));
    for wrong in ["api --rate 10 --shard 1/2", "api --rate 10 --exam e --shard 1/2"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
    for wrong in ["0/2", "3/2", "1", "a/b", "1/0", "1/1001"] {
        assert!(shard(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_exam_exists_or_is_created() {
    assert!(parse("api --rate 10 --exam e --seats 5").is_err());
    assert!(parse("api --rate 10 --exam e..").is_err());
    assert!(parse("api --rate 10 --seats 0").is_err());
    assert!(parse("merge").is_err());
}

#[test]
fn shares_and_conditions_are_read() {
    let arguments = api("api --rate 10 --confirm 70% --release 0.1 --expect p99=50ms --expect errors=0.1%");
    assert_eq!((arguments.fate.confirm, arguments.fate.release), (Share(0.7), Share(0.1)));
    assert_eq!(arguments.output.expect.len(), 2);
    for wrong in ["api --rate 10 --confirm 101%", "api --rate 10 --expect p99", "api --rate 10 --timeout 5"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_rush_is_the_api_with_its_numbers_filled_in() {
    let Command::Rush(arguments) = parse("rush --data d --for 30s").unwrap().command else { panic!("not rush") };
    let api = arguments.into_api();
    let profile = api.load.profile().unwrap();
    assert_eq!((profile.candidates, profile.length.as_secs(), api.exam.new.seats), (200_000, 30, 20_000));
    assert_eq!(profile.opening.unwrap().early, Some(0.05));
    assert_eq!(api.output.html.as_deref(), Some(Path::new("rush.html")));
}

#[test]
fn signing_in_needs_accounts() {
    assert!(parse("candidate --exam e --rate 1").is_ok());
    assert!(parse("candidate --exam e --rate 1 --give-up exam=5% --give-up order=1%").is_ok());
    for wrong in [
        "candidate --rate 1",
        "candidate --exam e --rate 1 --arrive signed-in",
        "candidate --exam e --rate 1 --give-up hold=5%",
    ] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}
