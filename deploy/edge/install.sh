#!/bin/sh
# Makes this machine an edge agent: a virtual environment, a user, a systemd unit; and its enrolment, where URL and TOKEN
# are given. Again, it brings all to the version given and leaves identity and journal as they are.
set -eu
umask 022

usage() {
    cat <<'USAGE'
install.sh [OPTION…] [URL TOKEN]      安装边缘盒；给出地址和令牌就同时接入
  URL TOKEN          the centre's address and a token of /install (or `yihu edge-token`)
  --package WHAT     a wheel, a folder, or a requirement of pip's (yihu)
  --index URL        a package index instead of pip's own
  --ca FILE          who vouches for the centre and its broker, in PEM
  --insecure         enrol over http://, on a network that is yours alone
  --python PROGRAM   a Python 3.11 or newer (python3)
  --root DIR         put everything below DIR, and touch neither users nor systemd
  --uninstall        take all away but identity and journal; with --purge, these too
USAGE
}

fail() {
    echo "install.sh: $*" >&2
    exit 1
}

package=yihu index='' ca='' insecure='' python=python3 root='' uninstall='' purge='' url='' token=''
while [ $# -gt 0 ]; do
    case $1 in
    --package | --index | --ca | --python | --root)
        [ $# -gt 1 ] || fail "$1 wants a value: see --help"
        case $1 in
        --package) package=$2 ;;
        --index) index=$2 ;;
        --ca) ca=$2 ;;
        --python) python=$2 ;;
        --root) root=$2 ;;
        esac
        shift
        ;;
    --insecure) insecure=--insecure ;;
    --uninstall) uninstall=yes ;;
    --purge) purge=yes ;;
    -h | --help)
        usage
        exit 0
        ;;
    -*) fail "there is no option $1: see --help" ;;
    *)
        if [ -z "$url" ]; then
            url=$1
        elif [ -z "$token" ]; then
            token=$1
        else
            fail "$1 is one too many: see --help"
        fi
        ;;
    esac
    shift
done
if [ -n "$url" ] && [ -z "$token" ]; then
    fail "with the centre's address a token is needed: make one at $url/install"
fi

here=$(cd "$(dirname "$0")" && pwd)
if [ -n "$root" ]; then
    mkdir -p "$root"
    root=$(cd "$root" && pwd)
fi
venv=$root/opt/yihu data=$root/var/lib/yihu settings=$root/etc/yihu
unit=$root/etc/systemd/system/yihu-edge.service command=$root/usr/local/bin/yihu

[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail "it needs root: sudo sh $0 …"

systemd() {
    if [ -z "$root" ] && [ -d /run/systemd/system ]; then
        systemctl "$@"
    fi
}

remove() {
    systemd disable --now yihu-edge.service || true
    rm -rf "$venv"
    rm -f "$unit" "$command"
    systemd daemon-reload
    if [ -n "$purge" ]; then
        rm -rf "$data" "$settings"
        if [ -z "$root" ] && id yihu >/dev/null 2>&1; then
            userdel yihu
        fi
    fi
}

make_user() {
    if [ -n "$root" ] || id yihu >/dev/null 2>&1; then
        return
    fi
    useradd --system --home-dir "$data" --shell /usr/sbin/nologin yihu
}

make_folders() {
    mkdir -p "$data" "$settings" "$(dirname "$unit")" "$(dirname "$command")"
    chmod 700 "$data"
    if [ -z "$root" ]; then
        chown yihu: "$data"
    fi
    if [ -n "$ca" ]; then
        install -m 644 "$ca" "$settings/ca.pem"
    fi
}

pip() {
    if [ -n "$index" ]; then
        set -- --index-url "$index" "$@"
    fi
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet "$@"
}

install_package() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Yihu needs Python 3.11 or newer: give --python"
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    case $package in
    */* | *.whl) what=$(cd "$(dirname "$package")" && pwd)/$(basename "$package") anew=yes ;;
    *) what=$package anew='' ;;
    esac
    pip --upgrade "${what}[edge]"
    if [ -n "$anew" ]; then # a folder or a wheel may have changed under one version
        pip --force-reinstall --no-deps "$what"
    fi
}

enrol() {
    set -- "$url" "$token"
    if [ -n "$ca" ]; then
        set -- --ca "$settings/ca.pem" "$@"
    fi
    if [ -n "$insecure" ]; then
        set -- "$insecure" "$@"
    fi
    if [ -n "$root" ]; then
        "$venv/bin/yihu" edge enrol --data "$data" "$@"
    else
        "$command" edge enrol "$@"
    fi
}

if [ -n "$uninstall" ]; then
    remove
    exit 0
fi
make_user
make_folders
install_package
install -m 644 "$here/yihu-edge.service" "$unit"
install -m 755 "$here/yihu" "$command"
systemd daemon-reload
if [ -n "$token" ]; then
    enrol
elif [ -f "$data/edge.toml" ]; then
    systemd restart yihu-edge.service
else
    echo "接入 enrol: yihu edge enrol URL TOKEN"
fi
echo "检查 check: yihu edge doctor"
