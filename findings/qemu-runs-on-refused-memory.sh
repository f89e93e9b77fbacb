#!/usr/bin/env bash
# QEMU 11.1.3 (Debian 1:11.1.3+ds-1): every DMA_MAP of a vfio-user-pci device is answered with an error, so that the device reaches no
# memory of the guest at all; QEMU realizes the device, the machine runs and its exit status is 0. The refusal is
# a line on standard error. One would expect an error where the device is made.
#
# Seen: exit status 0; the guest's accesses to the device's registers are answered.
#
# What follows here: only the server knows that memory is missing, so the server tells the operator.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/qemu.sh"
on_qemu <<'PY'
from vfio_user_qemu import Machine, Peer, expect, version

peer = Peer(refuse_maps=True)
machine = Machine(peer)
alive = machine.is_running()
value = None
if alive:
    print("QEMU", version(machine))
    machine.place_bar(0xE0000000)
    machine.access("writel 0xe0000004 0x1234")
    value = machine.access("readl 0xe0000004")
refused = sum("refused" in line for line in peer.log)
said = machine.end().strip().splitlines()
print("refused maps:", refused, "- register reads", value, "- status", machine.process.returncode)
print("said:", said[0][-160:] if said else "nothing")
expect("the machine runs with a device that reaches none of its memory",
       alive and refused > 0 and value == 0x1234 and machine.process.returncode == 0)
PY
