"""A QEMU without a guest, and behind its vfio-user-pci a small device of this file's own that logs what it is sent.

The device has 4 KiB of memory in BAR 0 and nothing else. Source of the messages: QEMU's docs/interop/vfio-user.rst.
The environment variable QEMU_ROOT names the folder that QEMU's packages are unpacked in.
"""

import array
import json
import mmap
import os
import socket
import struct
import subprocess
import tempfile
import threading
import time

NAMES = {1: "VERSION", 2: "DMA_MAP", 3: "DMA_UNMAP", 4: "GET_INFO", 5: "GET_REGION_INFO", 6: "GET_REGION_IO_FDS",
         7: "GET_IRQ_INFO", 8: "SET_IRQS", 9: "REGION_READ", 10: "REGION_WRITE", 13: "RESET", 15: "WRITE_MULTI",
         16: "FEATURE", 17: "MIG_DATA_READ", 18: "MIG_DATA_WRITE"}
NO_REPLY, ENOSPC, EINVAL = 0x10, 28, 22
CONFIG = 7


class Peer:
    """The device. Keeps a line of text for every message."""

    def __init__(self, refuse_maps=False, areas=False):
        """refuse_maps: answers every DMA_MAP with ENOSPC. areas: describes BAR 0 as partly mappable, and cuts the
        description as the kernel's VFIO does where the client has no room for it."""
        self.refuse_maps = refuse_maps
        self.areas = areas
        self.log = []
        self.config = bytearray(256)
        struct.pack_into("<HHHH", self.config, 0, 0x1B36, 0x0005, 0, 0)
        self.config[0x0A:0x0C] = bytes([0x80, 0x08])
        self.memory = bytearray(4096)
        self.maps = {}

    def serve(self, listening):
        self.connection, _ = listening.accept()
        while True:
            header, descriptors = self.receive(16)
            if not header:
                return
            number, command, size, flags, _ = struct.unpack("<HHIII", header)
            body, more = self.receive(size - 16) if size > 16 else (b"", [])
            reply = self.answer(command, body, descriptors + more)
            self.log.append(("%s %s" % (NAMES.get(command, command), self.note)).strip())
            if not flags & NO_REPLY:
                error = -reply if isinstance(reply, int) and reply < 0 else 0
                payload = b"" if error else reply
                self.connection.sendall(
                    struct.pack("<HHIII", number, command, 16 + len(payload), 0x21 if error else 1, error) + payload)

    def receive(self, length):
        data, descriptors = b"", []
        while len(data) < length:
            part, ancillary, _, _ = self.connection.recvmsg(length - len(data), socket.CMSG_SPACE(64))
            for _, _, raw in ancillary:
                numbers = array.array("i")
                numbers.frombytes(raw[:len(raw) - len(raw) % 4])
                descriptors += numbers
            if not part:
                return b"", descriptors
            data += part
        return data, descriptors

    def answer(self, command, body, descriptors):
        self.note = ""
        if command == 1:
            return struct.pack("<HH", 0, 0) + b'{"capabilities":{"max_msg_fds":8}}\0'
        if command == 2:
            return self.map(body, descriptors)
        if command == 3:
            return body[:24]
        if command == 4:
            return struct.pack("<IIII", 16, 3, 9, 5)
        if command == 5:
            return self.region(body)
        if command == 7:
            return struct.pack("<IIII", 16, 0, struct.unpack_from("<I", body, 8)[0], 0)
        if command in (8, 13):
            return b""
        if command == 9:
            offset, region, count = struct.unpack_from("<QII", body)
            self.note = "region %d offset %#x" % (region, offset)
            return body[:16] + bytes(self.storage(region)[offset:offset + count])
        if command == 10:
            offset, region, count = struct.unpack_from("<QII", body)
            self.note = "region %d offset %#x value %#x" % (region, offset, int.from_bytes(body[16:24], "little"))
            self.look(offset, region)
            if region != CONFIG or offset >= 0x10:
                self.storage(region)[offset:offset + count] = body[16:16 + count]
            return body[:16]
        return -EINVAL

    def map(self, body, descriptors):
        _, flags, offset, address, size = struct.unpack("<IIQQQ", body)
        self.note = "address %#x size %#x %s" % (address, size, "with a file" if descriptors else "without a file")
        if self.refuse_maps:
            self.note += " refused"
            return -ENOSPC
        if descriptors:
            self.maps[address] = mmap.mmap(descriptors[0], size, offset=offset)
        return b""

    def look(self, offset, region):
        """A write of the guest to BAR 0 offset 0 makes the device look at the first byte of guest memory 0x8000."""
        if region == 0 and offset == 0:
            for address, memory in self.maps.items():
                if address <= 0x8000 < address + len(memory):
                    self.note += " sees %#x in guest memory" % memory[0x8000 - address]

    def region(self, body):
        room, _, index = struct.unpack_from("<III", body)
        size = {0: 4096, CONFIG: 256}.get(index, 0)
        flags = 3 if size else 0
        full = 32
        if index == 0 and self.areas:
            flags, full = flags | 12, 64
        self.note = "region %d room %d" % (index, room)
        info = struct.pack("<IIIIQQ", full, flags, index, 0 if full > room else 32 if full > 32 else 0, size, 0)
        if full > room or full == 32:
            return info
        return info + struct.pack("<HHIIIQQ", 1, 1, 0, 1, 0, 0, 4096)

    def storage(self, region):
        return self.config if region == CONFIG else self.memory


class Machine:
    """A q35 of 64 MiB without a processor's work, with the device in slot 2 if QEMU takes it."""

    def __init__(self, peer, backend="memory-backend-memfd,share=on"):
        self.folder = tempfile.mkdtemp()
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.path("device"))
        listening.listen(1)
        threading.Thread(target=peer.serve, args=(listening,), daemon=True).start()
        root = os.environ["QEMU_ROOT"]
        libraries = root + "/usr/lib/x86_64-linux-gnu"
        loader = next(os.path.join(where, "ld-linux-x86-64.so.2") for where, _, names in os.walk(root)
                      if "ld-linux-x86-64.so.2" in names)
        device = {"driver": "vfio-user-pci", "addr": "2", "socket": {"type": "unix", "path": self.path("device")}}
        self.errors = open(self.path("errors"), "w+")
        self.process = subprocess.Popen(
            [loader, "--library-path", libraries, root + "/usr/bin/qemu-system-x86_64", "-nodefaults",
             "-no-user-config", "-display", "none", "-accel", "qtest", "-machine", "q35,memory-backend=ram",
             "-L", root + "/usr/share/qemu", "-L", root + "/usr/share/seabios",
             "-object", backend.replace(",", ",id=ram,size=64M,", 1), "-device", json.dumps(device),
             "-qmp", "unix:%s,server=on,wait=off" % self.path("qmp"),
             "-qtest", "unix:%s,server=on,wait=off" % self.path("qtest")],
            env=dict(os.environ, QEMU_MODULE_DIR=libraries + "/qemu"), stderr=self.errors)
        self.qmp = self.connect("qmp")
        try:
            if self.qmp and self.qmp.readline():
                self.command("qmp_capabilities")
                self.qtest = self.connect("qtest")
            else:
                self.process.wait()
        except ConnectionError:
            self.process.wait()

    def is_running(self):
        return self.process.poll() is None

    def path(self, name):
        return os.path.join(self.folder, name)

    def connect(self, name):
        """Returns a stream of text, or None if QEMU has ended."""
        while self.is_running():
            try:
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(self.path(name))
                return connection.makefile("rw")
            except OSError:
                time.sleep(0.1)
        return None

    def command(self, name, **arguments):
        self.qmp.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.qmp.flush()
        while True:
            answer = json.loads(self.qmp.readline())
            if "event" not in answer:
                return answer["return"]

    def access(self, text):
        """Makes one access as a guest's processor would, in the words of QEMU's qtest; returns the value read."""
        self.qtest.write(text + "\n")
        self.qtest.flush()
        answer = self.qtest.readline().split()
        return int(answer[1], 16) if len(answer) > 1 else None

    def config(self, offset):
        self.access("outl 0xcf8 %#x" % (0x80000000 | 2 << 11 | offset & ~3))
        return "0xcfc"

    def place_bar(self, address):
        self.access("outl %s %#x" % (self.config(0x10), address))
        self.access("outw %s 0x2" % self.config(0x04))

    def end(self):
        """Ends QEMU; returns what it printed."""
        if self.is_running():
            self.command("quit")
        self.process.wait()
        self.errors.seek(0)
        return self.errors.read()


def version(machine):
    found = machine.command("query-version")["qemu"]
    return "%d.%d.%d" % (found["major"], found["minor"], found["micro"])


def expect(what, holds):
    print(("as stated: " if holds else "CHANGED: ") + what)
    if not holds:
        raise SystemExit(1)
