#!/usr/bin/env bash
# nvidia-guest.sh: boots a Linux guest with NVIDIA's open kernel module against a virtual GPU that a
# vfio-user-server serves, opens the device, and says how far the driver came. Downloads nothing:
# everything is named by its path.
#
#   nvidia-guest.sh --socket SOCKET --qemu PROGRAM --kernel VMLINUZ --modules DIR --module FILE
#                   --busybox FILE [--smi FILE --lib DIR] [--mem 2G] [--timeout 300] [--log DIR]
#                   [--options "..."] [--append "..."] [-- QEMU ARGUMENTS...]
#
#   --modules   the kernel's own modules (lib/modules/VERSION); drm and what it needs come from there
#   --module    nvidia.ko, built for that kernel. A build that serves as guest of virtual GPUs is
#               made with GRID_BUILD=1 in the environment
#   --options   the module's parameters, such as NVreg_RegistryDwords=NAME=VALUE
#   --busybox   statically linked
#   --smi       nvidia-smi, and --lib the folder of libnvidia-ml.so.1 and of a C library with its
#               loader: the UUID is asked for, too
#
# The driver takes a machine for a virtual one only by the signature of its hypervisor: KVM's, Xen's,
# Hyper-V's or VMware's. QEMU's software emulation has another: use an accelerator, or a QEMU that
# says so.
#
# Lines: RUNG b|c|d|e|f|g yes|no WHAT; LAST, what the driver said last. Status: 0 if rung d was reached,
# 1 if not, 2 bad usage, 3 the guest did not end in time.
set -eu
socket="" qemu="" kernel="" modules="" module="" busybox="" smi="" lib="" mem=2G limit=300 log=""
append="" options=""
while [ $# -gt 0 ]; do
  case $1 in
    --socket) socket=$2 ;; --qemu) qemu=$2 ;; --kernel) kernel=$2 ;; --modules) modules=$2 ;;
    --module) module=$2 ;; --busybox) busybox=$2 ;; --smi) smi=$2 ;; --lib) lib=$2 ;;
    --mem) mem=$2 ;; --timeout) limit=$2 ;; --log) log=$2 ;; --append) append=$2 ;;
    --options) options=$2 ;;
    --) shift; break ;;
    *) sed -n '2,28s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
for each in "$qemu" "$kernel" "$module" "$busybox"; do
  [ -f "$each" ] || { echo "nvidia-guest.sh: no file '$each'" >&2; exit 2; }
done
[ -d "$modules" ] || { echo "nvidia-guest.sh: no folder '$modules'" >&2; exit 2; }
[ -S "$socket" ] || { echo "nvidia-guest.sh: no socket '$socket'" >&2; exit 2; }
log=${log:-$(mktemp -d)}
mkdir -p "$log"

# ---- the guest's file system
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,dev,proc,sys,tmp,ko,lib64,nv}
cp "$busybox" "$root/bin/busybox"
needs() { tr '\0' '\n' < "$1" | LC_ALL=C sed -n 's/^depends=//p' | head -n 1 | tr ',' ' '; }
add() { # NAME: a module of the kernel, after those it needs
  local file
  [ ! -e "$root/ko/$1.ko" ] || return 0
  file=$(find "$modules" -name "${1//_/[-_]}.ko*" | head -n 1)
  [ -n "$file" ] || return 0 # built in
  case $file in
    *.xz) xz -dc "$file" > "$root/ko/$1.ko" ;;
    *.zst) zstd -qdc "$file" > "$root/ko/$1.ko" ;;
    *) cp "$file" "$root/ko/$1.ko" ;;
  esac
  local each
  for each in $(needs "$root/ko/$1.ko"); do add "$each"; done
  echo "$1" >> "$root/ko/order"
}
touch "$root/ko/order"
for each in $(needs "$module"); do add "$each"; done
cp "$module" "$root/ko/nvidia.ko"
echo nvidia >> "$root/ko/order"
if [ -n "$smi" ]; then
  cp -L "$smi" "$root/nv/nvidia-smi"
  cp -L "$lib"/*.so* "$root/nv/"
  cp -L "$lib"/ld-linux-x86-64.so.2 "$root/lib64/"
fi
echo "$options" > "$root/ko/nvidia.options"
cat > "$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
exec > /dev/ttyS1 2>&1
for m in $(cat /ko/order); do insmod /ko/$m.ko $(cat /ko/$m.options 2> /dev/null) || echo "INSMOD $m failed"; done
cat /proc/driver/nvidia/gpus/*/information
[ -e /dev/nvidia0 ] || mknod /dev/nvidia0 c 195 0
[ -e /dev/nvidiactl ] || mknod /dev/nvidiactl c 195 255
(: <> /dev/nvidia0) && echo "OPEN yes" || echo "OPEN no"
if [ -x /nv/nvidia-smi ]; then LD_LIBRARY_PATH=/nv /nv/nvidia-smi -L; fi
dmesg | sed 's/^/DMESG /'
echo END
sync; poweroff -f
INIT
chmod 755 "$root/init"
(cd "$root" && find . | LC_ALL=C sort | "$busybox" cpio -o -H newc 2> /dev/null) | gzip -1 > "$log/initramfs.gz"

# ---- the guest
rm -f "$log"/{console,report}.log
status=0
timeout -k 5 "$limit" "$qemu" "$@" -nodefaults -no-user-config -display none -vga none -monitor none \
  -no-reboot -m "$mem" -object memory-backend-memfd,id=ram,size="$mem",share=on \
  -machine q35,memory-backend=ram -serial "file:$log/console.log" -serial "file:$log/report.log" \
  -kernel "$kernel" -initrd "$log/initramfs.gz" \
  -append "console=ttyS0 quiet loglevel=3 panic=-1 $append" \
  -device "{\"driver\":\"vfio-user-pci\",\"bus\":\"pcie.0\",\"addr\":\"02.0\",\"socket\":{\"type\":\"unix\",\"path\":\"$(realpath "$socket")\"}}" \
  > "$log/qemu.log" 2>&1 < /dev/null || status=$?
report=$log/report.log
touch "$report"
tr -d '\r' < "$report" > "$report.text"
if ! grep -q '^END' "$report.text"; then
  echo "nvidia-guest.sh: the guest did not end (status $status); see $log" >&2
  exit 3
fi

# ---- how far the driver came
rung() { # RUNG CONDITION WHAT
  if [ "$2" = 0 ]; then echo "RUNG $1 yes $3"; else echo "RUNG $1 no $3"; fi
}
said() { grep -q -- "$1" "$report.text"; }
model=$(sed -n 's/^Model:[[:space:]]*//p' "$report.text" | head -n 1)
b=1; [ -z "$model" ] || b=0
c=1; [ $b = 0 ] && ! said 'Communication setup with GSP plugin failed' && c=0
d=1; [ $c = 0 ] && ! said 'rpcRecvPoll timedout' && d=0
e=1; [ $d = 0 ] && ! said 'Cannot pre-initialize the device' && e=0
rung b $b "the driver names the device: ${model:-none}"
rung c $c "its set-up of buffers is answered"
rung d $d "no call of it runs into its time limit"
f=1; [ $e = 0 ] && ! said 'Cannot \(initialize the device\|load state into the device\)' && f=0
g=1; [ $f = 0 ] && said '^OPEN yes' && g=0
rung e $e "it pre-initialises the device"
rung f $f "it initialises the device and loads its state"
rung g $g "it opens the device"
if grep '^GPU [0-9]' "$report.text"; then :; fi
grep '^OPEN' "$report.text"
sed -n 's/^DMESG //p' "$report.text" | grep -i 'nvrm\|nvidia' | tail -n 12 | sed 's/^/LAST /'
exit $d
