#!/usr/bin/env bash
# QEMU 11.1.3 (Debian 1:11.1.3+ds-1): a machine with a vfio-user-pci device can be migrated. The migration ends as "completed", and the
# server of the device is asked for nothing and told nothing, although the protocol has messages for it: what the
# device knows is lost without a word. One would expect a refusal, as for other devices that cannot be migrated.
#
# Seen: query-migrate says "completed"; no message between the order to migrate and the end of the connection
# other than memory maps.
#
# What follows here: forbid migration of such a machine where machines are managed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib/qemu.sh"
on_qemu <<'PY'
import time
from vfio_user_qemu import Machine, Peer, expect, version

peer = Peer()
machine = Machine(peer)
print("QEMU", version(machine))
before = len(peer.log)
machine.command("migrate", uri="file:" + machine.path("state"))
status = "setup"
while status in ("setup", "active", "device"):
    time.sleep(0.2)
    status = machine.command("query-migrate")["status"]
sent = [line for line in peer.log[before:] if not line.startswith("DMA_")]
machine.end()
print("status:", status, "- messages to the device:", sent or "none")
expect("the migration completes and the device's server hears nothing of it", status == "completed" and not sent)
PY
