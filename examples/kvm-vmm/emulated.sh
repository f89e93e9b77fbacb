#!/usr/bin/env bash
# emulated.sh - run a command on a real /dev/kvm, on a host that has none.
#
# QEMU emulates an AMD processor with nested paging in software, a Debian kernel in it loads kvm-amd,
# and COMMAND runs there with a JDK as /bin/java and the given files in /put.
#
#   emulated.sh --kernel VMLINUZ --modules DIR --busybox FILE [OPTION...] -- COMMAND
#
#   --kernel FILE     Linux for the emulated machine (Debian's 6.1 is known to work)
#   --modules DIR     its modules: lib/modules/VERSION of the same package
#   --busybox FILE    a static busybox
#   --qemu PROGRAM    default: qemu-system-x86_64
#   --jdk DIR         JDK 25 that the run-time image is linked from; default: $JAVA_HOME
#   --put FILE[=NAME] copies FILE (or a folder) to /put/NAME; repeatable
#   --get DIR         what COMMAND leaves in /get comes here
#   --work DIR        keeps what can be used again; default: a temporary folder
#   --memory SIZE     3G        --cpus N   1        --timeout SECONDS   600
#
# COMMAND is one line of shell. Its output is this script's output, its status this script's status;
# 124 when the machine had to be ended. Needs bash, cpio or busybox, gzip, tar and mke2fs; no root, no network.
set -eu
fail() { echo "emulated.sh: $*" >&2; exit 2; }
kernel="" modules="" busybox="" qemu=qemu-system-x86_64 jdk=${JAVA_HOME:-} get="" work="" memory=3G cpus=1 limit=600
put=()
while [ $# -gt 0 ]; do
  case $1 in
    --kernel) kernel=$2; shift 2 ;;
    --modules) modules=$2; shift 2 ;;
    --busybox) busybox=$2; shift 2 ;;
    --qemu) qemu=$2; shift 2 ;;
    --jdk) jdk=$2; shift 2 ;;
    --put) put+=("$2"); shift 2 ;;
    --get) get=$2; shift 2 ;;
    --work) work=$2; shift 2 ;;
    --memory) memory=$2; shift 2 ;;
    --cpus) cpus=$2; shift 2 ;;
    --timeout) limit=$2; shift 2 ;;
    -h|--help) sed -n '2,23p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    --) shift; break ;;
    *) fail "unknown argument $1" ;;
  esac
done
[ $# = 1 ] || fail "expected one COMMAND after --"
[ -f "$kernel" ] || fail "--kernel '$kernel': no such file"
[ -d "$modules" ] || fail "--modules '$modules': no such folder"
[ -x "$busybox" ] || fail "--busybox '$busybox': no such program"
[ -x "$jdk/bin/jlink" ] || fail "--jdk '$jdk': no JDK"
PATH=$PATH:/usr/sbin:/sbin
tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
[ -n "$work" ] || work=$tmp/work
mkdir -p "$work"

image() { # FOLDER FILE: an ext2 image of a folder, with some room
  mke2fs -q -F -t ext2 -b 4096 -m 0 -d "$1" "$2" $(( $(du -sm "$1" | cut -f1) * 11 / 10 + 16 ))M > /dev/null; }

# ---- the run-time image of Java, and the libraries it needs
if [ ! -f "$work/jre.img" ]; then
  mkdir -p "$tmp/jre"
  "$jdk/bin/jlink" --add-modules java.se,jdk.unsupported,jdk.jfr,jdk.management --strip-debug --no-header-files \
    --no-man-pages --generate-cds-archive --output "$tmp/jre/java"
  for library in $(ldd "$jdk/bin/java" "$jdk"/lib/server/libjvm.so "$jdk"/lib/libzip.so | sed -n 's/.*[[:space:]]\(\/[^ ]*\) (.*/\1/p' | sort -u); do
    mkdir -p "$tmp/jre$(dirname "$library")"; cp -L "$library" "$tmp/jre$library"
  done
  image "$tmp/jre" "$work/jre.img.new"; mv "$work/jre.img.new" "$work/jre.img"
fi

# ---- what was asked for
mkdir -p "$tmp/put"
for each in ${put[@]+"${put[@]}"}; do
  file=${each%%=*}; name=$(basename "$file"); case $each in *=*) name=${each#*=} ;; esac
  [ -e "$file" ] || fail "--put $file: no such file"
  mkdir -p "$(dirname "$tmp/put/$name")"; cp -rL "$file" "$tmp/put/$name"
done
printf '%s\n' "$1" > "$tmp/put/.command"
image "$tmp/put" "$tmp/put.img"
truncate -s 64M "$tmp/get.img"

# ---- the machine's own initramfs
root=$tmp/root; mkdir -p "$root"/{bin,dev,proc,sys,tmp,jre,put,get,lib,lib64,etc}
cp -L "$busybox" "$root/bin/busybox"
n=10
for module in virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk \
    crc16 crc32c_generic libcrc32c mbcache jbd2 ext4 irqbypass kvm ccp kvm-amd; do
  file=$(find "$modules" -name "$module.ko*" | head -n 1); n=$((n + 1))
  case $file in
    '') ;; # built into this kernel
    *.xz) xz -dc "$file" > "$root/lib/$n.ko" ;;
    *.zst) zstd -qdc "$file" > "$root/lib/$n.ko" ;;
    *) cp "$file" "$root/lib/$n.ko" ;;
  esac
done
cat > "$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev; mount -t tmpfs tmp /tmp; mount -t tmpfs get /get
for module in /lib/*.ko; do insmod $module || echo "no $module"; done
mount -t ext2 -o ro /dev/vda /jre; mount -t ext2 -o ro /dev/vdb /put
ln -s /jre/java/bin/java /bin/java
(cd /jre; find lib lib64 usr -name '*.so*' 2>/dev/null) | while read -r l; do mkdir -p "/$(dirname $l)"; ln -sf "/jre/$l" "/$l"; done
stty -F /dev/ttyS1 raw -echo
sh /put/.command > /dev/ttyS1 2>&1 < /dev/null
status=$?
tar -cf /dev/vdc -C /get . 2>/dev/null
echo "EMULATED-STATUS $status"
sync; poweroff -f
INIT
chmod 755 "$root/init"
( cd "$root" && find . | LC_ALL=C sort | { command -v cpio > /dev/null && cpio -o -H newc 2> /dev/null || "$busybox" cpio -o -H newc 2> /dev/null; } ) | gzip -1 > "$tmp/initramfs.gz"

disk() { echo "-drive file=$1,format=raw,if=none,id=$2,readonly=$3 -device virtio-blk-pci,drive=$2"; }
# shellcheck disable=SC2046 # the words of a disk are words
timeout -k 5 "$limit" "$qemu" -nodefaults -no-user-config -display none -vga none -monitor none -no-reboot \
  -machine q35 -accel tcg -cpu EPYC,svm=on,npt=on -smp "$cpus" -m "$memory" \
  -kernel "$kernel" -initrd "$tmp/initramfs.gz" -append "console=ttyS0 panic=-1 quiet loglevel=3 mitigations=off" \
  $(disk "$work/jre.img" jre on) $(disk "$tmp/put.img" put on) $(disk "$tmp/get.img" get off) \
  -serial "file:$tmp/console" -serial stdio < /dev/null 2> "$tmp/qemu" || true
status=$(sed -n 's/^EMULATED-STATUS \([0-9]*\).*/\1/p' "$tmp/console")
if [ -n "$get" ]; then mkdir -p "$get"; tar -xf "$tmp/get.img" -C "$get" 2> /dev/null || true; fi
[ -n "$status" ] || { tail -n 5 "$tmp/console" "$tmp/qemu" >&2; exit 124; }
exit "$status"
