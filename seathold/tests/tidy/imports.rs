//! What a source file imports: every path of its `use` lines and of its code, macros too, read from its tokens.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A module or an item: its names from the crate's root on.
pub(crate) type Path = Vec<String>;

/// What a file says.
#[derive(Default)]
pub(crate) struct Source {
    /// Modules whose files it declares.
    children: BTreeSet<String>,
    /// Those of them that are for tests only.
    tests: BTreeSet<String>,
    /// Paths of `use` lines: the module that says so, the path, and the name that it gets; none for `*`.
    uses: Vec<(Path, Path, Option<String>)>,
    /// Other paths of two names or more, with the module that says so.
    paths: Vec<(Path, Path)>,
}

/// One path that leads somewhere in the crate, and the words that say so.
pub(crate) struct Import {
    pub(crate) to: Path,
    pub(crate) said: String,
}

impl Source {
    /// Reads the file of a module. What is for tests only is left out.
    pub(crate) fn read(module: &Path, text: &str) -> Self {
        let mut source = Self::default();
        let tokens: TokenStream = text.parse().expect("the file compiles");
        source.walk(module, &tokens.into_iter().collect::<Vec<_>>());
        source
    }

    /// The modules whose files are compiled for tests only.
    pub(crate) fn tests(&self, module: &Path) -> Vec<Path> {
        self.tests.iter().map(|name| joined(module, std::slice::from_ref(name))).collect()
    }

    /// Every path as it is written.
    pub(crate) fn written(&self) -> impl Iterator<Item = &Path> {
        self.uses.iter().map(|(_, path, _)| path).chain(self.paths.iter().map(|(_, path)| path))
    }

    /// Every path that leads somewhere in the crate. A module that is only brought in by name leads nowhere yet: what is
    /// taken from it does.
    pub(crate) fn imports(&self, module: &Path, is_module: impl Fn(&Path) -> bool) -> Vec<Import> {
        let mut found = Vec::new();
        let mut named: BTreeMap<String, Path> = BTreeMap::new();
        for (base, path, name) in &self.uses {
            let Some(to) = self.resolve(module, base, path, &BTreeMap::new()) else { continue };
            match name {
                Some(name) if !to.is_empty() && is_module(&to) => drop(named.insert(name.clone(), to)),
                _ => found.push(Import { to, said: format!("use {}", path.join("::")) }),
            }
        }
        for (base, path) in &self.paths {
            let to = self.resolve(module, base, path, &named);
            found.extend(to.map(|to| Import { to, said: path.join("::") }));
        }
        found
    }

    fn resolve(&self, module: &Path, base: &Path, path: &[String], named: &BTreeMap<String, Path>) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some(joined(base, rest)),
            "super" => {
                let up = path.iter().take_while(|name| *name == "super").count();
                Some(joined(base.get(..base.len().checked_sub(up)?)?, &path[up..]))
            }
            name if base == module && self.children.contains(name) => Some(joined(module, path)),
            name => named.get(name).map(|to| joined(to, rest)),
        }
    }

    /// Reads tokens of the module `base`, that of the file or one within the file.
    fn walk(&mut self, base: &Path, tokens: &[TokenTree]) {
        let (mut at, mut is_test) = (0, false);
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Punct(sign) if sign.as_char() == '#' => {
                    if let Some(TokenTree::Group(attribute)) = tokens.get(at) {
                        is_test |= attribute.stream().to_string().replace(' ', "") == "cfg(test)";
                        at += 1;
                    }
                }
                _ if is_test => {
                    is_test = false;
                    let end = tokens[at - 1..].iter().position(is_end).map_or(tokens.len(), |more| at - 1 + more);
                    self.tests.extend(declared(&tokens[at - 1..end]));
                    at = end + 1;
                }
                TokenTree::Ident(word) if word == "mod" => {
                    if let (Some(TokenTree::Ident(name)), Some(next)) = (tokens.get(at), tokens.get(at + 1)) {
                        match next {
                            TokenTree::Group(inside) => {
                                let inner: Vec<TokenTree> = inside.stream().into_iter().collect();
                                self.walk(&joined(base, &[name.to_string()]), &inner);
                            }
                            _ => drop(self.children.insert(name.to_string())),
                        }
                        at += 2;
                    }
                }
                // `use<'a>` of a type is no line of its own.
                TokenTree::Ident(word) if word == "use" && !tokens.get(at).is_some_and(|next| is_sign(next, '<')) => {
                    let end = tokens[at..].iter().position(|token| is_sign(token, ';')).map_or(at, |more| at + more);
                    self.leaves(base, &[], &tokens[at..end]);
                    at = end;
                }
                TokenTree::Ident(name) => {
                    let (rest, next) = names(tokens, at);
                    let is_behind = |back: usize, sign| at > back && is_sign(&tokens[at - 1 - back], sign);
                    // What follows a dot is a method, but two dots are a range. What follows `::` is the end of a path.
                    let is_method = is_behind(1, '.') && !is_behind(2, '.');
                    let is_tail = is_behind(1, ':') && is_behind(2, ':');
                    if !rest.is_empty() && !is_method && !is_tail {
                        self.paths.push((base.clone(), joined(&[name.to_string()], &rest)));
                    }
                    at = next;
                }
                TokenTree::Group(group) => self.walk(base, &group.stream().into_iter().collect::<Vec<_>>()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// The paths of a `use` line, or of what stands between its braces.
    fn leaves(&mut self, base: &Path, before: &[String], tokens: &[TokenTree]) {
        for leaf in tokens.split(|token| is_sign(token, ',')) {
            let mut path = before.to_vec();
            let mut name = None;
            let (mut is_glob, mut is_group) = (false, false);
            let mut words = leaf.iter();
            while let Some(token) = words.next() {
                match token {
                    TokenTree::Ident(word) if word == "as" => name = words.next().map(ToString::to_string),
                    TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                    TokenTree::Ident(word) => path.push(word.to_string()),
                    TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                        is_group = true;
                        self.leaves(base, &path, &group.stream().into_iter().collect::<Vec<_>>());
                    }
                    token => is_glob |= is_sign(token, '*'),
                }
            }
            if !is_group && !path.is_empty() {
                let name = if is_glob { None } else { name.or_else(|| path.last().cloned()) };
                self.uses.push((base.clone(), path, name));
            }
        }
    }
}

/// The names that follow with `::` between them, and where they end.
fn names(tokens: &[TokenTree], mut at: usize) -> (Path, usize) {
    let mut path = Path::new();
    while let [colon, other, TokenTree::Ident(name), ..] = &tokens[at..]
        && is_sign(colon, ':')
        && is_sign(other, ':')
    {
        path.push(name.to_string());
        at += 3;
    }
    (path, at)
}

/// The module that an item declares, if it is `mod name`.
fn declared(item: &[TokenTree]) -> Option<String> {
    let at = item.iter().position(|token| matches!(token, TokenTree::Ident(word) if word == "mod"))?;
    item.get(at + 1).map(ToString::to_string)
}

/// Does an item end here?
fn is_end(token: &TokenTree) -> bool {
    is_sign(token, ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn joined(path: &[String], rest: &[String]) -> Path {
    path.iter().chain(rest).cloned().collect()
}
