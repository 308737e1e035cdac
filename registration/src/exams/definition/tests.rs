//! Tests of exam definitions: what is read, and that each fault has its file and line.

use jiff::SignedDuration;
use reservation::waiting_room::WaitingRoomMode;

use super::*;
use crate::model::fen::Fen;

mod reasons;

const EXAM: &str = r#"id = "degree-english"
title = { zh = "学位外语", en = "Degree English" }
organiser = { zh = "继续教育学院", en = "School of Continuing Education" }
hold_seconds = 900
grace_seconds = 60
opens_at = 2026-11-01T09:00:00+08:00
closes_at = 2027-05-01T17:00:00+08:00
fee = "120.00"
payment_url = "https://pay.example.com/exam"

[notice]
zh = ["第一条"]
en = ["First"]

[[groups]]
id = "subject"
title = { zh = "科目", en = "Subject" }
"#;

const SITTINGS: &str = "\
id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee
am,英语,English,subject,\"一教, 101\",Hall 1,2027-05-22T09:00:00+08:00,200,
pm,日语,Japanese,,二教,Hall 2,2027-05-22T14:00:00+08:00,3,80.5
";

fn parse_both(exam: &str, sittings: &str) -> Result<ExamDefinition, Vec<DefinitionError>> {
    parse_texts(&Texts { exam, sittings: sittings.as_bytes(), organisations: None })
}

fn faults(exam: &str, sittings: &str) -> Vec<String> {
    parse_both(exam, sittings).unwrap_err().iter().map(DefinitionError::to_string).collect()
}

#[test]
fn a_right_definition_is_read_whole() {
    let definition = parse_both(EXAM, SITTINGS).unwrap();
    let page = &definition.page;
    assert_eq!((page.hold, page.grace), (SignedDuration::from_mins(15), SignedDuration::from_mins(1)));
    assert_eq!(page.resubmit, SignedDuration::from_hours(24));
    assert_eq!(page.payment_deadline, page.closes_at + page.hold);
    assert_eq!(page.opens_at.to_string(), "2026-11-01T01:00:00Z");
    assert_eq!(definition.capacities, [200, 3]);
    let [am, pm] = &page.sittings[..] else { panic!("two sittings") };
    assert_eq!((am.fee, pm.fee), (Fen(12_000), Fen(8_050)));
    assert_eq!(am.group.as_ref().map(|group| group.as_str()), Some("subject"));
    assert_eq!((am.venue.zh.as_str(), &pm.group), ("一教, 101", &None));
}

#[test]
fn a_waiting_room_is_read_and_its_rate_is_checked() {
    let with = |table: &str| EXAM.replace("[notice]", &format!("{table}\n[notice]"));
    let read = |table: &str| parse_both(&with(table), SITTINGS).unwrap().waiting_room;
    assert_eq!(read(""), WaitingRoomSettings::default());
    let settings = read("[waiting_room]\nmode = \"automatic\"");
    assert_eq!((settings.mode, settings.admit_per_second), (WaitingRoomMode::Automatic, None));
    let settings = read("[waiting_room]\nmode = \"on\"\nadmit_per_second = 50");
    assert_eq!((settings.mode, settings.admit_per_second), (WaitingRoomMode::On, Some(50)));
    assert_eq!(
        faults(&with("[waiting_room]\nadmit_per_second = 0"), SITTINGS),
        ["exam.toml:12: must be from 1 to 100000"]
    );
    assert!(
        faults(&with("[waiting_room]\nmode = \"sometimes\""), SITTINGS)[0].starts_with("exam.toml:12: unknown variant")
    );
}

#[test]
fn names_of_the_payee_are_read_and_bounded() {
    let with = |payees: &str| EXAM.replace("[notice]", &format!("[payment]\npayees = {payees}\n[notice]"));
    let page = parse_both(&with("[\"临江大学\"]"), SITTINGS).unwrap().page;
    assert_eq!(page.rules.payment.payees, ["临江大学"]);
    for wrong in ["[\"\"]".to_owned(), format!("[\"{}\"]", "长".repeat(61)), format!("[{}]", "\"学院\",".repeat(21))]
    {
        let told = faults(&with(&wrong), SITTINGS);
        assert!(told[0].contains("there are at most 20, of 2 to 60 characters each"), "{told:?}");
    }
}

#[test]
fn rates_of_refunds_are_read_and_fall_as_time_goes_on() {
    let with = |rates: &str| EXAM.replace("[notice]", &format!("[refund]\nrates = [\n{rates}\n]\n[notice]"));
    let rate = |until: &str, percent: u8| format!("{{ until = {until}T00:00:00+08:00, percent = {percent} }},\n");
    assert_eq!(parse_both(EXAM, SITTINGS).unwrap().page.rules.refund.rates, []);
    let two = rate("2027-05-01", 100) + &rate("2027-05-10", 50);
    let read = parse_both(&with(&two), SITTINGS).unwrap().page.rules;
    assert_eq!(read.refund.rates.iter().map(|rate| rate.percent).collect::<Vec<_>>(), [100, 50]);
    assert_eq!(read.refund.rates[1].until.to_string(), "2027-05-09T16:00:00Z");
    // As it is kept, and as the version before reads exams without it.
    let kept = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<crate::model::exam_rules::ExamRules>(&kept).unwrap(), read);
    assert!(!serde_json::to_string(&parse_both(EXAM, SITTINGS).unwrap().page.rules).unwrap().contains("refund"));
    for (rates, told) in [
        (rate("2027-05-01", 50) + &rate("2027-05-10", 60), "percent must not be more than that of the rate before"),
        (rate("2027-05-01", 50) + &rate("2027-05-01", 50), "until must be later than that of the rate before"),
        (rate("2027-05-01", 101), "percent must be from 0 to 100"),
        (rate("2026-11-01", 100), "until must be later than opens_at"),
        ((1..=11).map(|day| rate(&format!("2027-05-{day:02}"), 50)).collect(), "there are at most 10 rates"),
    ] {
        let found = faults(&with(&rates), SITTINGS);
        assert!(matches!(&found[..], [one] if one.starts_with("exam.toml:1") && one.ends_with(told)), "{found:?}");
    }
    let zoneless = faults(&with("{ until = 2027-05-01T00:00:00, percent = 50 }"), SITTINGS);
    assert!(zoneless[0].contains("must be a time with its offset"), "{zoneless:?}");
}

#[test]
fn what_toml_cannot_read_is_told_with_its_line() {
    for (wrong, right, line) in [
        ("hold_seconds = \"900\"", "hold_seconds = 900", 4),
        ("hold_secs = 900", "hold_seconds = 900", 4),
        ("fee = 120", "fee = \"120.00\"", 8),
        ("opens_at = 2026-13-01T09:00:00+08:00", "opens_at = 2026-11-01T09:00:00+08:00", 6),
    ] {
        let found = faults(&EXAM.replace(right, wrong), SITTINGS);
        assert!(found[0].starts_with(&format!("exam.toml:{line}: ")), "{found:?}");
    }
}

#[test]
fn what_is_wrong_in_itself_is_told_all_at_once() {
    let exam = EXAM
        .replace("degree-english", "degree english")
        .replace("grace_seconds = 60", "grace_seconds = -1")
        .replace("2027-05-01T17:00:00+08:00", "2026-05-01T17:00:00+08:00")
        .replace("\"120.00\"", "\"a lot\"")
        .replace("https://", "http://")
        .replace("[\"First\"]", "[]");
    let found = faults(&exam, SITTINGS);
    let expected = [
        "exam.toml:1: an exam is 1 to 64 characters out of A-Z a-z 0-9 _ -",
        "exam.toml:5: must be from 0 to 3600",
        "exam.toml:7: closes_at must be later than opens_at",
        "exam.toml:8: an amount is yuan like 120 or 120.00, from 0 to 1000000",
        "exam.toml:9: must be a link that begins with https:// and has at most 500 bytes",
    ];
    assert_eq!(found[..5], expected);
    assert!(found[5].starts_with("exam.toml:11: a notice has 1 to 100 paragraphs"), "{found:?}");
}

#[test]
fn a_time_needs_its_offset_and_a_deadline_its_hold() {
    let exam = EXAM.replace("2026-11-01T09:00:00+08:00", "2026-11-01T09:00:00");
    assert_eq!(
        faults(&exam, SITTINGS),
        ["exam.toml:6: must be a time with its offset, like 2027-03-01T09:00:00+08:00"]
    );
    let exam = EXAM.replace("fee =", "payment_deadline = 2027-05-01T17:00:00+08:00\nfee =");
    assert_eq!(
        faults(&exam, SITTINGS),
        ["exam.toml:8: payment_deadline must be at least hold_seconds later than closes_at"]
    );
}

#[test]
fn each_wrong_sitting_has_its_line() {
    let sittings = "\
id,title_zh,title_en,group,venue_zh,venue_en,starts_at,capacity,fee
am,英语,English,subject,一教,Hall 1,2027-05-22T09:00:00+08:00,200,
a m,英语,English,subject,一教,Hall 1,2027-05-22T09:00:00+08:00,200,
b,,English,subject,一教,Hall 1,2027-05-22T09:00:00+08:00,200,
c,英语,English,other,一教,Hall 1,2027-05-22T09:00:00+08:00,200,
d,英语,English,subject,一教,Hall 1,22.5.2027,many,
e,英语,English,subject,一教,Hall 1,2027-05-22T09:00:00+08:00,-1,1.234
f,英语
am,英语,English,subject,一教,Hall 1,2027-05-22T09:00:00+08:00,200,
g,英语,English,subject,一教,Hall 1,2027-05-22T09:00:00+08:00,10000001,
";
    let found = faults(EXAM, sittings);
    let begin = |line: u64, what: &str| format!("sittings.csv:{line}: {what}");
    let expected = [
        begin(3, "id: a sitting is 1 to 64 characters"),
        begin(4, "title_zh: the text `zh` must be one line"),
        begin(5, "group: `other` is not among the groups of exam.toml"),
        begin(6, "starts_at: "),
        begin(6, "capacity: `many` is no whole number"),
        begin(7, "capacity: `-1` is no whole number"),
        begin(7, "fee: `1.234`: an amount is yuan"),
        begin(8, "has 2 fields instead of 9"),
        begin(9, "id: the sitting `am` is there twice"),
        begin(10, "capacity: at most 10000000"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(&expected), "{found} <> {expected}");
    }
}

/// What a school's sheet says, and what a spreadsheet makes of it.
#[test]
fn a_sheet_is_read_as_spreadsheets_write_it() {
    let sittings = "编号,名称,英文名称,考点,英文考点,考试时间,人数,报名费,,
am,英语,English,一教,Hall 1,2027/5/22 9:00,\"1,200\",￥80.5,,
,,,,,,,,,
pm,日语,Japanese,二教,Hall 2,2027年5月22日 14:00,３０人,1.00
";
    let definition = parse_both(EXAM, sittings).unwrap();
    let [am, pm] = &definition.page.sittings[..] else { panic!("two sittings") };
    assert_eq!((definition.capacities, am.fee, pm.fee), (vec![1200, 30], Fen(8_050), Fen(100)));
    assert_eq!(am.starts_at.to_string(), "2027-05-22T01:00:00Z");
    assert_eq!(pm.starts_at.to_string(), "2027-05-22T06:00:00Z");
    let open = faults(EXAM, &sittings.replace("pm,日语", "pm,\"日语"));
    assert_eq!(open, ["sittings.csv:4: a quotation mark is opened here and never closed: close it, or delete it"]);
}

#[test]
fn a_sitting_that_nobody_could_pay_for_is_a_fault_and_one_that_ends_early_a_warning() {
    let with = |starts_at: &str| SITTINGS.replace("2027-05-22T14:00:00+08:00", starts_at);
    let never = faults(EXAM, &with("2026-05-22T14:00:00+08:00"));
    assert_eq!(never, ["sittings.csv:3: starts_at: must be more than hold_seconds later than opens_at of exam.toml"]);
    assert_eq!(faults(EXAM, &with("2026-11-01T09:15:00+08:00")), never, "not one hold long");
    let rows = |starts_at: &str, now: &str| {
        let mut faults = Vec::new();
        let exam = exam_file::parse(EXAM).0.unwrap();
        let rows = sittings_file::parse(
            with(starts_at).as_bytes(),
            Some(Known { exam: &exam, campuses: &sittings_file::campuses(&[]) }),
            &mut faults,
        );
        let found = sittings_file::warnings(&rows, &exam.page, now.parse().unwrap());
        found.iter().map(DefinitionError::to_string).collect::<Vec<_>>()
    };
    assert_eq!(rows("2027-05-22T14:00:00+08:00", "2027-01-01T00:00:00Z"), [""; 0]);
    let early = rows("2027-05-01T17:10:00+08:00", "2027-01-01T00:00:00Z");
    assert!(
        early.len() == 1 && early[0].starts_with("sittings.csv:3: starts_at: nobody can register for `pm` from"),
        "{early:?}"
    );
    let over = rows("2027-05-22T14:00:00+08:00", "2027-05-22T06:00:00Z");
    assert!(
        over.len() == 2 && over[1].starts_with("sittings.csv:3: starts_at: the sitting `pm` has begun"),
        "{over:?}"
    );
}

#[test]
fn how_often_a_refused_picture_comes_back_is_read() {
    let with = |line: &str| EXAM.replace("fee =", &format!("{line}\nfee ="));
    assert_eq!(parse_both(EXAM, SITTINGS).unwrap().page.resubmit_times, 2);
    assert_eq!(parse_both(&with("resubmit_times = 0"), SITTINGS).unwrap().page.resubmit_times, 0);
    assert_eq!(faults(&with("resubmit_times = 11"), SITTINGS), ["exam.toml:8: must be from 0 to 10"]);
}

#[test]
fn columns_are_named_and_counted() {
    let first = |header: &str| faults(EXAM, header)[0].clone();
    assert_eq!(first(""), "sittings.csv:1: the column `id` is missing");
    assert!(first("id,seats\n").starts_with("sittings.csv:1: `seats` is no column; they are id, "));
    assert_eq!(first("id,id\n"), "sittings.csv:1: the column `id` is there twice");
    let header = SITTINGS.lines().next().unwrap();
    assert_eq!(first(header), "sittings.csv:1: there is no sitting");
}

#[test]
fn both_files_are_checked_even_when_one_is_unreadable() {
    let found = faults("id = ", "id,seats\n");
    assert!(found[0].starts_with("exam.toml:1: ") && found[1].starts_with("sittings.csv:1: "), "{found:?}");
    let dir = tempfile::tempdir().unwrap();
    let missing = parse(dir.path()).unwrap_err();
    assert_eq!(missing.iter().map(|fault| fault.file).collect::<Vec<_>>(), [EXAM_FILE, SITTINGS_FILE]);
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(EXAM_FILE), EXAM).unwrap();
    fs::write(dir.path().join(SITTINGS_FILE), format!("\u{feff}{SITTINGS}")).unwrap();
    assert!(parse(dir.path()).is_ok());
}

#[test]
fn rules_are_checked_against_each_other_each_with_its_line() {
    let steps = |tasks: &str| {
        let title = "title = { zh = \"步\", en = \"Step\" }";
        format!("{EXAM}\n[[steps]]\n{title}\ntasks = [{tasks}]\n")
    };
    let last = EXAM.lines().count() as u64;
    for (tasks, fault) in [
        ("\"sittings\"", "no step has the task `payment:main`"),
        ("\"payment\", \"sittings\"", "`payment:main` must come after `sittings:main`"),
        ("\"face\", \"sittings\", \"payment\"", "`face` must come after `identity`"),
        ("\"sittings\", \"sittings\", \"payment\"", "`sittings:main` is there twice"),
        ("\"sittings:oral\", \"payment:oral\"", "there is no part `oral`"),
        ("\"details\", \"sittings\", \"payment\"", "the form and the task `details` need each other"),
        ("\"dance\"", "a task is notice, identity"),
    ] {
        let found = faults(&steps(tasks), SITTINGS);
        assert!(found.iter().any(|line| line.contains(fault)), "{tasks}: {found:?}");
        let first = found[0].split(':').nth(1).unwrap().parse::<u64>().unwrap();
        assert!((1..=last + 5).contains(&first), "{found:?}");
    }
    let found = faults(&steps("\"payment\", \"sittings\""), SITTINGS);
    assert!(found[0].starts_with(&format!("exam.toml:{}: ", last + 4)), "{found:?}");
}

#[test]
fn a_form_is_checked_field_by_field() {
    let with = |fields: &str| {
        let steps =
            "[[steps]]\ntitle = { zh = \"步\", en = \"Step\" }\ntasks = [\"details\", \"sittings\", \"payment\"]\n";
        format!("{EXAM}\n{steps}\n{fields}")
    };
    let field = |rest: &str| format!("[[form.fields]]\nname = \"a\"\nlabel = {{ zh = \"甲\", en = \"A\" }}\n{rest}\n");
    assert!(parse_both(&with(&field("kind = \"text\"")), SITTINGS).is_ok());
    for (rest, fault) in [
        ("kind = \"choice\"", "a choice has 2 to"),
        ("kind = \"text\"\nchars_max = 0", "chars_max must be"),
        ("kind = \"text\"\nwhen = { field = \"b\", is = [\"x\"] }", "there is no field `b` further up"),
        ("kind = \"text\"\naccepts = [\"x\"]", "there is no choice `x`"),
        ("kind = \"dance\"", "unknown variant `dance`"),
    ] {
        let found = faults(&with(&field(rest)), SITTINGS);
        assert!(found[0].contains(fault), "{rest}: {found:?}");
    }
    let twice = field("kind = \"text\"") + &field("kind = \"text\"");
    assert!(faults(&with(&twice), SITTINGS)[0].contains("`a` is there twice"));
}

#[test]
fn a_field_that_means_nothing_is_named_with_its_line_wherever_it_stands() {
    let text =
        EXAM.replace("grace_seconds", "grace_second").replace("Degree English\" }", "Degree English\", fr = \"x\" }");
    let steps =
        "[[steps]]\ntitle = { zh = \"步\", en = \"Step\" }\ntasks = [\"sittings\", \"payment\"]\noptional = true\n";
    let text = format!("{text}colour = 1\n{steps}[waiting_room]\nrate = 5\n");
    let last = EXAM.lines().count();
    let named = [
        (2, "title.fr"),
        (5, "grace_second"),
        (last + 1, "groups.0.colour"),
        (last + 5, "steps.0.optional"),
        (last + 7, "waiting_room.rate"),
    ];
    let named =
        named.map(|(line, path)| format!("exam.toml:{line}: unknown field `{path}`: correct its name, or take it out"));
    assert_eq!(faults(&text, SITTINGS), named);
}

#[test]
fn a_groups_hint_goes_with_its_refusal() {
    let hint = "\nhint = { zh = \"只能一科\", en = \"One\" }";
    let group = |rest: &str| EXAM.replacen("[[groups]]", &format!("[[groups]]{rest}"), 1);
    let found = faults(&group(hint), SITTINGS);
    assert!(found.iter().any(|line| line.contains("has a hint and no refusal")), "{found:?}");
    let both = group(&format!("{hint}\nrefusal = {{ zh = \"请检查\", en = \"Check\" }}"));
    let rules = parse_both(&both, SITTINGS).unwrap().page.rules.group_rules;
    assert_eq!(rules[0].hint.as_ref().unwrap().zh, "只能一科");
}

#[test]
fn organisations_stand_after_what_they_belong_to() {
    let parse = |organisations: &str, sittings: &str| {
        let found = parse_texts(&Texts {
            exam: EXAM,
            sittings: sittings.as_bytes(),
            organisations: Some(organisations.as_bytes()),
        });
        found.map_err(|faults| faults.iter().map(DefinitionError::to_string).collect::<Vec<_>>())
    };
    let head = "code,level,parent,name_zh,name_en\n";
    let right = format!("{head}99,province,,省,Province\n991,school,99,校,School\n9910,campus,991,校区,Campus\n");
    let of_campus =
        "id,starts_at,capacity,title_zh,title_en,campus\nam,2027-05-22T09:00:00+08:00,200,英语,English,9910\n";
    let page = parse(&right, of_campus).unwrap().page;
    assert_eq!((page.organisations.len(), page.sittings[0].venue.zh.as_str()), (3, "校区"));
    for (line, fault) in [
        ("991,school,98,校,School", "organisations.csv:2: parent: must be a province from a line further up"),
        ("9910,campus,,校区,Campus", "organisations.csv:2: parent: must be a school from a line further up"),
        ("99,state,,省,Province", "organisations.csv:2: level: must be province, school or campus"),
    ] {
        assert_eq!(parse(&format!("{head}{line}\n"), SITTINGS).unwrap_err()[0], fault);
    }
    let elsewhere = parse(&right, &of_campus.replace(",9910", ",991")).unwrap_err();
    assert_eq!(elsewhere, ["sittings.csv:2: campus: `991` is no campus of organisations.csv"]);
}

#[test]
fn the_exams_that_ship_are_right() {
    let exams = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops/exams");
    let mut count = 0;
    for dir in fs::read_dir(exams).unwrap() {
        let dir = dir.unwrap().path();
        let definition = parse(&dir).unwrap_or_else(|faults| panic!("{}: {faults:?}", dir.display()));
        let json = serde_json::to_string(&definition.page.rules).unwrap();
        assert_eq!(serde_json::from_str::<crate::model::exam_rules::ExamRules>(&json).unwrap(), definition.page.rules);
        let first = definition.page.sittings.iter().map(|sitting| sitting.starts_at).min().unwrap();
        assert!(definition.page.payment_deadline < first, "payment ends before the first sitting");
        count += 1;
    }
    assert!(count >= 4);
}
