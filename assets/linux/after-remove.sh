#!/bin/sh
# Run when the package is removed or replaced, as root. What a person made (data folder, entries in AI clients' files)
# stays: no package may touch the homes of people.
set -e

# An upgrade keeps the links: the new version has just made them.
case "$1" in remove | purge | 0) ;; *) exit 0 ;; esac

for link in '/usr/bin/${executable}' /usr/bin/toolswarm; do
  case "$(readlink "$link" 2>/dev/null)" in '/opt/${sanitizedProductName}/'*) rm -f "$link" ;; esac
done

profile='/etc/apparmor.d/${executable}'
if [ -f "$profile" ]; then
  ischroot 2>/dev/null || apparmor_parser --remove "$profile" 2>/dev/null || true
  rm -f "$profile"
fi

if command -v update-desktop-database >/dev/null 2>&1; then
  update-desktop-database -q /usr/share/applications || true
fi
