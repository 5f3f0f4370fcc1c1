#!/usr/bin/env bash
# Puts the JavaScript of reports, as package.json names and package-lock.json pins it, into the
# package, with its licences: so nobody needs npm, or a network, to write or to read a report.
set -euo pipefail
cd "$(dirname "$0")"
vendor=../src/tausweep/report/vendor
npm "${1:-ci}" --silent --no-audit --no-fund --ignore-scripts # `vendor.sh install` after a change
for name in vega vega-lite; do
    install -m 644 "node_modules/$name/build/$name.min.js" "$vendor/"
    install -m 644 "node_modules/$name/LICENSE" "$vendor/$name.LICENSE"
done
