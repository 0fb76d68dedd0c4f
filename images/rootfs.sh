#!/bin/sh
# rootfs.sh ROOT PATH… : fills ROOT with the file system of an image: the files and folders PATH in their own places, the libraries that they
# are linked with, certificates of the public authorities, a user without rights, and for every Debian package that something came from its
# licence and its entry of dpkg's status, so that scanners find it.
set -eu
root=$1
shift

copy() {
  mkdir -p "$root$(dirname "$1")"
  cp -L --preserve=mode,timestamps "$1" "$root$1"
}

libraries_of() {
  # A static program and a script have none.
  { ldd "$1" 2>/dev/null || true; } | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// && NF == 2 { print $1 }'
}

note_package_of() {
  package=$(dpkg -S "*/$(basename "$(readlink -f "$1")")" 2>/dev/null | head -n 1 | sed 's/[:,].*//')
  if [ -z "$package" ] || [ -e "$root/var/lib/dpkg/status.d/$package" ]; then return 0; fi
  mkdir -p "$root/var/lib/dpkg/status.d"
  dpkg-query -s "$package" > "$root/var/lib/dpkg/status.d/$package"
  if [ -e "/usr/share/doc/$package/copyright" ]; then copy "/usr/share/doc/$package/copyright"; fi
}

for path in "$@"; do
  mkdir -p "$root$(dirname "$path")"
  cp -a -H "$path" "$root$(dirname "$path")/"
  find "$path" -type f \( -perm -u+x -o -name '*.so*' -o -name '*.node' \) | while read -r file; do
    note_package_of "$file"
    for library in $(libraries_of "$file"); do
      if [ ! -e "$root$library" ]; then copy "$library"; fi
      note_package_of "$library"
    done
  done
done

copy /etc/ssl/certs/ca-certificates.crt
note_package_of /usr/sbin/update-ca-certificates
mkdir -p "$root/etc" "$root/home/nonroot"
mkdir -m 1777 "$root/tmp"
echo 'root:x:0:0:root:/:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' > "$root/etc/passwd"
echo 'root:x:0:
nonroot:x:65532:' > "$root/etc/group"
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
chown 65532:65532 "$root/home/nonroot"
