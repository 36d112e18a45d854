#!/bin/sh
# Makes sure that the Python given as first argument is new enough and can make virtual environments.
set -eu

python=${1:-}
if [ -z "$python" ] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "需要 Python 3.11 或更高版本（可用 make PYTHON=/路径/python3.11 指定）。" >&2
    exit 1
fi
if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    exit 0
fi
package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "缺少 $package，请先安装：apt-get install $package" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$package" >/dev/null
