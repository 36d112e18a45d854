#!/bin/sh
# Installs the programs that only the tests need. Where that is impossible, says what will be skipped;
# under CI=true that is a failure.
set -eu

missing_packages() {
    command -v chromium >/dev/null || echo chromium
    command -v qpdf >/dev/null || echo qpdf
    command -v pdftotext >/dev/null || echo poppler-utils
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || echo postgresql
    ls /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc >/dev/null 2>&1 || echo fonts-noto-cjk
    command -v cc >/dev/null || echo gcc
    [ -e /usr/include/dlfcn.h ] || echo libc6-dev
}

skipped() {
    case $1 in
        chromium) echo "浏览器测试（tests/browser）" ;;
        qpdf) echo "用 qpdf 检查 PDF 的测试" ;;
        poppler-utils) echo "读取 PDF 文字和图像的测试" ;;
        postgresql) echo "PostgreSQL 上的测试" ;;
        gcc | libc6-dev) echo "拨动时钟的长测试" ;;
        fonts-noto-cjk) echo "浏览器截图中的汉字（显示为方框）" ;;
    esac
}

packages=$(missing_packages)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || true
    # One by one: a package that cannot be had does not cost the others.
    for package in $packages; do
        apt-get install -y -qq --no-install-recommends "$package" >/dev/null || true
    done
fi

packages=$(missing_packages)
for package in $packages; do
    echo "未安装 $package，将跳过：$(skipped "$package")" >&2
done

# The Chromium of old machines, kept outside the repository.
old_is_there=true
.venv/bin/python ops/install_old_chromium.py || old_is_there=false

if [ "${CI:-}" = true ] && { [ -n "$packages" ] || [ "$old_is_there" = false ]; }; then
    exit 1
fi
