//! What the pages' scripts and styles may use. The floor is Chrome and web views of 69 and iOS 12: there everything works,
//! without a script if need be. Whatever came later is in these tables, and is used only where something else is there for
//! who has it not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

/// In scripts: what came later, and what the same file must have so that nobody misses it. Nothing: it is not to be used.
const SCRIPTS: [(&str, &str); 71] = [
    ("?.", ""),
    ("??", ""),
    ("||=", ""),
    ("&&=", ""),
    ("globalThis", ""),
    ("import(", ""),
    ("static {", ""),
    ("(?<=", ""),
    ("(?<!", ""),
    (".at(", ""),
    (".flat(", ""),
    (".flatMap(", ""),
    (".findLast", ""),
    (".replaceAll(", ""),
    (".matchAll(", ""),
    (".toSorted(", ""),
    (".toReversed(", ""),
    (".replaceChildren(", ""),
    (".trimStart(", ""),
    (".trimEnd(", ""),
    (".showModal(", ""),
    (".showPicker(", ""),
    (".requestSubmit(", ""),
    (".checkVisibility(", ""),
    (".arrayBuffer(", ""),
    (".stream(", ""),
    (".timeOrigin", ""),
    (".randomUUID", ""),
    (".subtle", ""),
    ("allSettled", ""),
    ("Promise.any", ""),
    ("withResolvers", ""),
    ("fromEntries", ""),
    ("hasOwn(", ""),
    ("structuredClone", ""),
    ("queueMicrotask", ""),
    ("requestIdleCallback", ""),
    ("createImageBitmap", ""),
    ("OffscreenCanvas", ""),
    ("AbortSignal.", ""),
    ("BroadcastChannel", ""),
    ("ResizeObserver", ""),
    ("IntersectionObserver", ""),
    ("visualViewport", ""),
    ("navigator.share", ""),
    ("navigator.locks", ""),
    ("userAgentData", ""),
    (".with(", ""),
    (".toSpliced(", ""),
    ("groupBy(", ""),
    ("fromAsync", ""),
    ("this.#", ""),
    ("BigInt", ""),
    ("WeakRef", ""),
    ("new EventTarget", ""),
    ("RelativeTimeFormat", ""),
    ("ListFormat", ""),
    ("navigator.permissions", ""),
    ("wakeLock", ""),
    ("screen.orientation", ""),
    ("requestVideoFrame", ""),
    ("canParse", ""),
    (".inert", ""),
    ("ompressionStream", ""),
    ("new DataTransfer", "const canAttach"),
    (".submitter", ".submitter ||"),
    ("navigator.mediaDevices", "!navigator.mediaDevices"),
    ("clipboard.writeText", "clipboard && "),
    ("sessionStorage", "try {"),
    ("localStorage", "try {"),
    ("getEntriesByType(\"navigation\")", "entry ? "),
];

/// In styles, in the same way.
const STYLES: [(&str, &str); 39] = [
    ("aspect-ratio:", ""),
    ("inset: ", "@supports not ((inset: 0)"),
    ("inset-inline", ""),
    ("inset-block", ""),
    ("margin-inline:", ""),
    ("margin-block:", ""),
    ("padding-inline:", ""),
    ("padding-block:", ""),
    ("border-inline:", ""),
    ("border-block:", ""),
    (":is(", ""),
    (":where(", ""),
    (" min(", ""),
    (" max(", ""),
    ("clamp(", ""),
    ("color-mix(", ""),
    ("light-dark(", ""),
    ("@layer", ""),
    ("@container", ""),
    ("@property", ""),
    ("scrollbar-gutter", ""),
    ("::backdrop", ""),
    ("(width <", ""),
    ("(width >", ""),
    ("(height <", ""),
    ("(height >", ""),
    ("&", ""),
    ("svh", ""),
    ("lvh", ""),
    ("oklch(", ""),
    ("@starting-style", ""),
    ("overflow: clip", ""),
    ("translate: ", ""),
    ("rotate: ", ""),
    ("scale: ", ""),
    ("dvh", "100vh; min-height: 100dvh"),
    ("overflow-wrap: anywhere", "overflow-wrap: break-word; overflow-wrap: anywhere"),
    ("position: sticky", "position: -webkit-sticky; position: sticky"),
    (":has(", "@supports selector(:has(a))"),
];

/// Rules whose selectors know `:has` and that nobody misses: a frame around what is chosen or pointed at.
const NOT_MISSED: [&str; 3] = [".exam:has(a:hover)", ".sitting:has(:checked)", ".sitting:has(:focus-visible)"];

fn assets(ending: &str) -> Vec<(String, String)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dirs = [here.join("assets"), here.join("../pagekit/assets")];
    let files = dirs.iter().flat_map(|dir| fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()));
    let files = files.filter(|path| path.extension().is_some_and(|found| found == ending));
    files.map(|path| (path.file_name().unwrap().display().to_string(), fs::read_to_string(path).unwrap())).collect()
}

fn faults(files: &[(String, String)], table: &[(&str, &str)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, text) in files {
        for (beyond, guard) in table {
            if text.contains(beyond) && (guard.is_empty() || !text.contains(guard)) {
                faults.push(format!("{name}: {beyond}"));
            }
        }
    }
    faults
}

#[test]
fn scripts_call_nothing_that_phones_on_the_floor_do_not_have() {
    let scripts = assets("js");
    assert!(scripts.len() > 5, "the pages have scripts");
    assert_eq!(faults(&scripts, &SCRIPTS), Vec::<String>::new());
}

#[test]
fn styles_need_nothing_that_phones_on_the_floor_do_not_have() {
    let mut styles = assets("css");
    for (_, text) in &mut styles {
        for rule in NOT_MISSED {
            *text = text.replace(rule, "");
        }
        // What asks whether the browser knows it may use it.
        *text = text.replace("clip-path: inset(", "");
    }
    assert_eq!(faults(&styles, &STYLES), Vec::<String>::new());
}

#[test]
fn a_selector_that_old_browsers_do_not_know_takes_no_other_with_it() {
    for (name, text) in assets("css") {
        for line in text.lines().filter(|line| !line.trim_start().starts_with("/*")) {
            let selectors = line.split('{').next().unwrap();
            if selectors.contains(":has(") && !selectors.contains('@') {
                assert!(selectors.split(", ").all(|one| one.contains(":has(")), "{name}: {selectors}");
            }
        }
    }
}

/// Before Chrome 84 and iOS 14.5 the parts of a line stand glued together unless margins stand for the space between them.
#[test]
fn space_between_the_parts_of_a_line_has_margins_for_who_does_not_know_it() {
    let styles = assets("css");
    let (_, old) = styles.iter().find(|(name, _)| name == "old.css").unwrap();
    let is_known = |class: &str| {
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-');
        old.split(&format!(".{class}")).skip(1).any(ends)
    };
    let mut seen = 0;
    for (name, text) in styles.iter().filter(|(name, _)| name != "old.css") {
        for rule in text.split('}') {
            let Some((head, body)) = rule.rsplit_once('{') else { continue };
            if !(body.contains("display: flex") || body.contains("display: inline-flex")) || !body.contains("gap: ") {
                continue;
            }
            let selectors = head.rsplit(['{', ';', '/']).next().unwrap();
            for selector in selectors.split(',').map(str::trim) {
                let named = |c: char| !(c.is_alphanumeric() || c == '-');
                let mut classes = selector.split('.').skip(1).map(|rest| rest.split(named).next().unwrap());
                assert!(classes.any(is_known), "{name}: {selector} has a gap, and no margins in old.css");
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen}");
}
