#!/usr/bin/env bash
# QEMU 11.1.3 (Debian 1:11.1.3+ds-1): with memory-backend-memfd,share=off (and with memory-backend-file, whose default that is) the DMA_MAP
# messages of vfio-user-pci carry a descriptor as if memory were shared. The file behind it is not the guest's memory:
# QEMU maps it privately, so what the guest writes never reaches the file. One would expect no descriptor, as for
# memory-backend-ram.
#
# Seen: the guest writes 0x5a to 0x8000; the server reads 0x0 there with share=off and 0x5a with share=on.
#
# What follows here: a server cannot tell the two apart by the message; guests need share=on, as the README says.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/qemu.sh"
on_qemu <<'PY'
from vfio_user_qemu import Machine, Peer, expect, version


def seen(share):
    peer = Peer()
    machine = Machine(peer, "memory-backend-memfd,share=" + share)
    print("QEMU", version(machine), "share=" + share)
    machine.place_bar(0xE0000000)
    machine.access("writeb 0x8000 0x5a")
    machine.access("writel 0xe0000000 0x1")
    machine.access("readl 0xe0000004")
    machine.end()
    files = any("address 0x0 " in line and line.endswith("with a file") for line in peer.log)
    look = next(line for line in peer.log if "sees" in line)
    print("  low memory comes with a file:", files, "-", look)
    return files, "sees 0x5a" in look


shared, private = seen("on"), seen("off")
expect("a file comes in both cases, and holds the guest's byte only where memory is shared",
       shared == (True, True) and private == (True, False))
PY
