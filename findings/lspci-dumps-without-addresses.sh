#!/usr/bin/env bash
# lspci -F of pciutils 3.9.0 (Debian 1:3.9.0-4), given the dump of a function whose base address registers have no address yet, as every
# function has before firmware runs: three kinds of registers, three answers. A 64-bit memory register is shown as
# "<unassigned>", an I/O register as "I/O ports at 0000" as if it had that address, and a 32-bit memory register is
# not shown at all, since all of its bits are zero, as those of a register that does not exist are. One would expect
# "<unassigned>" three times.
#
# What follows here: the dump of a function that nobody has placed yet shows fewer regions than the function has.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/debian.sh"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
closure bookworm "$root" pciutils=1:3.9.0-4

# A display controller; registers: 0 memory 64-bit, 2 memory 32-bit, 3 memory 32-bit with an address, 4 I/O.
cat > "$root/dump" <<'DUMP'
00:02.0 display controller
00: 86 80 12 04 03 00 00 00 06 00 80 03 00 00 00 00
10: 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 f0
20: 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
30: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
DUMP
loader=$(find "$root" -name ld-linux-x86-64.so.2 | head -n 1)
seen=$("$loader" --library-path "$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu" \
    "$root/usr/bin/lspci" -n -v -F "$root/dump" 2> "$root/errors" | grep -E 'Memory|ports' | sed 's/^[[:space:]]*//')
echo "$seen"
expected='Memory at <unassigned> (64-bit, non-prefetchable)
Memory at f0000000 (32-bit, non-prefetchable)
I/O ports at 0000'
if [ "$seen" = "$expected" ]; then
    echo "as stated: three registers without an address are shown in three ways"
else
    echo "CHANGED"
    exit 1
fi
