# Unpacks a QEMU that has the vfio-user client into a temporary folder, and runs a Python program on it.
#
#   on_qemu < PROGRAM        which may import vfio_user_qemu
#
# With QEMU_ROOT set to a folder, the packages unpacked there are used.
#
# Needs apt, dpkg (configured with a Debian mirror) and python3.
. "$here/lib/debian.sh"
qemu_version=1:11.1.3+ds-1

on_qemu() {
    if [ -z "${QEMU_ROOT:-}" ]; then
        QEMU_ROOT=$(mktemp -d)
        trap 'rm -rf "$QEMU_ROOT"' EXIT
        closure sid "$QEMU_ROOT" "qemu-system-x86=$qemu_version" || exit 2
    fi
    QEMU_ROOT=$QEMU_ROOT PYTHONPATH=$here/lib PYTHONDONTWRITEBYTECODE=1 timeout 120 python3 -
}
